// A server of its own for each worker: demonstration data, a lab to break, and a mail server of another make.
import { execFileSync, spawn, type ChildProcess } from "node:child_process";
import { mkdtemp, readFile, readdir, rm } from "node:fs/promises";
import { connect, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { createInterface } from "node:readline";

import { test as base, expect, type Browser, type BrowserContext, type Page } from "@playwright/test";

import { parseMail, type Mail } from "./mail";

export { expect };

const ROOT = resolve(import.meta.dirname, "..");
export const PASSWORD = "demonstration";
export const PEOPLE = {
  administrator: "ellie.marsh@faultdesk.example",
  supervisor: "helen.osei@faultdesk.example",
  engineer: "priya.nair@faultdesk.example",
  manager: "jo.bell@kelston.example",
  contact: "ruth.adeyemi@harbour.example",
  viewer: "colin.frost@meridian.example",
} as const;

/** Where customers write to. */
export const SUPPORT = "support@faultdesk.example";

/** The URL of a new database in the PostgreSQL server of this run. */
function emptyDatabase(): string {
  const server = process.env.FAULTDESK_TEST_POSTGRES;
  if (!server) throw new Error("FAULTDESK_TEST_POSTGRES must name a PostgreSQL server; `make e2e` starts one");
  return execFileSync(join(ROOT, "scripts/postgres.sh"), ["database", server], { encoding: "utf8" }).trim();
}

/** A port that nobody uses now. */
async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  const address = server.address();
  await new Promise((done) => server.close(done));
  if (address === null || typeof address === "string") throw new Error("no port");
  return address.port;
}

function ended(child: ChildProcess): Promise<void> {
  return new Promise((done) => (child.exitCode === null && child.signalCode === null ? child.once("exit", () => done()) : done()));
}

/** aiosmtpd, which keeps every mail as a file. */
export class MailServer {
  private child: ChildProcess | undefined;
  private constructor(readonly port: number, private readonly folder: string) {}

  static async start(folder: string): Promise<MailServer> {
    const server = new MailServer(await freePort(), folder);
    await server.resume();
    return server;
  }

  async resume(): Promise<void> {
    const python = process.env.FAULTDESK_PYTHON ?? "/usr/bin/python3";
    const listen = `127.0.0.1:${this.port}`;
    this.child = spawn(python, ["-m", "aiosmtpd", "-n", "-l", listen, "-c", "aiosmtpd.handlers.Mailbox", this.folder], { stdio: "ignore" });
    await expect.poll(() => this.answers(), { timeout: 15_000 }).toBe(true);
  }

  private answers(): Promise<boolean> {
    return fetch(`http://127.0.0.1:${this.port}/`).then(
      () => true,
      // It speaks SMTP, so a fetch fails; only a refused connection means that nobody is there.
      (error: { cause?: { code?: string } }) => error.cause?.code !== "ECONNREFUSED",
    );
  }

  async stop(): Promise<void> {
    if (this.child) {
      this.child.kill();
      await ended(this.child);
    }
  }

  /** All mails so far, in the order of arrival. */
  async mails(): Promise<Mail[]> {
    const folder = join(this.folder, "new");
    const names = await readdir(folder).catch(() => []);
    const mails = await Promise.all(names.map(async (name) => parseMail(await readFile(join(folder, name), "utf8"))));
    return mails;
  }
}

/** A running server. */
export class App {
  private child: ChildProcess | undefined;
  url = "";
  lab = "";
  private inbound = 0;

  private constructor(readonly folder: string, readonly mail: MailServer, private readonly database: string | undefined) {}

  /** `database` is the URL of an empty one; without it the server keeps its own file. */
  static async start(database?: string): Promise<App> {
    const folder = await mkdtemp(join(tmpdir(), "faultdesk-e2e-"));
    const app = new App(folder, await MailServer.start(join(folder, "mailbox")), database);
    await app.serve();
    return app;
  }

  async serve(): Promise<void> {
    const binary = process.env.FAULTDESK_BIN ?? join(ROOT, "target/debug/faultdesk");
    this.inbound ||= await freePort();
    const listen = this.url ? new URL(this.url).host : "127.0.0.1:0";
    const child = spawn(binary, ["serve", "--demo", "--data-dir", this.folder, "--listen", listen], {
      cwd: ROOT,
      env: {
        PATH: process.env.PATH,
        FAULTDESK_SITE_DIR: join(ROOT, "target/site"),
        FAULTDESK_MAIL__SMTP_URL: `smtp://127.0.0.1:${this.mail.port}?tls=none`,
        FAULTDESK_MAIL__FROM: "Faultdesk <faults@desk.example>",
        FAULTDESK_MAIL__SUPPORT_ADDRESS: SUPPORT,
        FAULTDESK_MAIL__INBOUND: `smtp://127.0.0.1:${this.inbound}`,
        FAULTDESK_LOG__LEVEL: "warn",
        ...(this.database ? { FAULTDESK_DATABASE__URL: this.database } : {}),
      },
      stdio: ["ignore", "pipe", "inherit"],
    });
    this.child = child;
    const lines = createInterface({ input: child.stdout });
    await new Promise<void>((ready, failed) => {
      child.once("exit", (code) => failed(new Error(`the server ended with ${code}`)));
      lines.on("line", (line) => {
        this.url = /address\s+(http\S+)/.exec(line)?.[1] ?? this.url;
        const lab = /lab\s+(http:\/\/[^/]+)/.exec(line)?.[1];
        if (lab) {
          this.lab = lab;
          ready();
        }
      });
    });
  }

  async kill(signal: NodeJS.Signals): Promise<void> {
    if (this.child) {
      this.child.kill(signal);
      await ended(this.child);
    }
  }

  async stop(): Promise<void> {
    await this.kill("SIGTERM");
    await this.mail.stop();
    await rm(this.folder, { recursive: true, force: true });
  }

  async breakTarget(id: string, how: string): Promise<void> {
    const answer = await fetch(`${this.lab}/targets/${id}/break`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ how }),
    });
    expect(answer.ok, await answer.text()).toBe(true);
  }

  async mend(id: string): Promise<void> {
    const answer = await fetch(`${this.lab}/targets/${id}/mend`, { method: "POST" });
    expect(answer.ok, await answer.text()).toBe(true);
  }

  /** Brings a mail to the support address, as a mail server would; every answer is awaited at its end. */
  async deliver(from: string, source: string): Promise<void> {
    const body = source.replaceAll("\n", "\r\n").replaceAll("\r\n.", "\r\n..");
    const talk = ["EHLO test.example", `MAIL FROM:<${from}>`, `RCPT TO:<${SUPPORT}>`, "DATA", `${body}\r\n.`, "QUIT", ""];
    const answers = await new Promise<string>((done, failed) => {
      let heard = "";
      const socket = connect(this.inbound, "127.0.0.1", () => socket.write(talk.join("\r\n")));
      socket.setEncoding("utf8");
      socket.on("data", (part: string) => (heard += part));
      socket.on("end", () => done(heard));
      socket.on("error", failed);
    });
    expect(answers).toMatch(/\n250 2\.0\.0 (stored|seen)\r\n221/);
  }

  async mailsTo(email: string, subject: RegExp): Promise<Mail[]> {
    const mails = await this.mail.mails();
    return mails.filter((mail) => mail.headers.to?.includes(email) && subject.test(mail.headers.subject ?? ""));
  }

  /** A page of somebody who is signed in, in a browser of their own. */
  async signIn(browser: Browser, email: string, path = "/", options: object = {}): Promise<{ page: Page; context: BrowserContext }> {
    const context = await browser.newContext({ baseURL: this.url, ...options });
    const page = await context.newPage();
    await page.goto(`/sign-in?next=${encodeURIComponent(path)}`);
    await hydrated(page);
    await page.getByLabel("Email").fill(email);
    await page.getByLabel("Password").fill(PASSWORD);
    await page.getByRole("button", { name: "Sign in", exact: true }).click();
    await page.waitForURL((url) => !url.pathname.startsWith("/sign-in"));
    return { page, context };
  }
}

/** Waits until the browser half has taken over. */
export async function hydrated(page: Page): Promise<void> {
  await expect(page.locator("html[data-hydrated]")).toBeAttached({ timeout: 30_000 });
}

export const test = base.extend<object, { app: App }>({
  app: [
    async ({}, use, worker) => {
      const app = await App.start(worker.project.name === "postgres" ? emptyDatabase() : undefined);
      await use(app);
      await app.stop();
    },
    { scope: "worker", timeout: 60_000 },
  ],
});
