// Reads a mail as it arrived: headers by lower-case name, and the plain and HTML parts decoded.
export interface Mail {
  headers: Record<string, string>;
  text: string;
  html: string;
}

function split(source: string): { headers: Record<string, string>; body: string } {
  const [head = "", ...rest] = source.replaceAll("\r\n", "\n").split("\n\n");
  const headers: Record<string, string> = {};
  for (const line of head.replaceAll(/\n[ \t]+/g, " ").split("\n")) {
    const colon = line.indexOf(":");
    if (0 < colon) headers[line.slice(0, colon).toLowerCase()] = line.slice(colon + 1).trim();
  }
  return { headers, body: rest.join("\n\n") };
}

function decode(body: string, encoding: string): string {
  if (encoding === "base64") return Buffer.from(body, "base64").toString("utf8");
  if (encoding !== "quoted-printable") return body;
  const bytes = body.replaceAll(/=\n/g, "").replaceAll(/=([0-9A-F]{2})/g, (_, hex: string) => String.fromCharCode(parseInt(hex, 16)));
  return Buffer.from(bytes, "latin1").toString("utf8");
}

export function parseMail(source: string): Mail {
  const { headers, body } = split(source);
  const mail: Mail = { headers, text: "", html: "" };
  const boundary = /boundary="?([^";]+)"?/.exec(headers["content-type"] ?? "")?.[1];
  for (const raw of boundary ? body.split(`--${boundary}`) : []) {
    const part = split(raw.trimStart());
    const text = decode(part.body, (part.headers["content-transfer-encoding"] ?? "").toLowerCase());
    if (part.headers["content-type"]?.startsWith("text/plain")) mail.text = text;
    if (part.headers["content-type"]?.startsWith("text/html")) mail.html = text;
  }
  return mail;
}
