//! The `smtp` target: greets, answers EHLO, takes no mail, says goodbye.

use tokio::{
    io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader},
    net::TcpStream,
};

pub(super) const UNAVAILABLE: &str = "421 faultdesk-lab is broken in the lab\r\n";

/// RFC 5321, 4.5.3.1.4: a command line has 512 bytes.
const LINE_BYTES_MAX: u64 = 512;
/// A client that says more than this is not one of ours.
const LINES_MAX: usize = 100;

pub(super) fn greeting(id: &str) -> String {
    format!("220 faultdesk-lab ESMTP {id}\r\n")
}

pub(super) async fn serve(stream: TcpStream, greeting: &str) {
    let mut stream = BufReader::new(stream);
    if stream.write_all(greeting.as_bytes()).await.is_err() {
        return;
    }
    for _ in 0..LINES_MAX {
        let mut line = Vec::new();
        let read = (&mut stream).take(LINE_BYTES_MAX).read_until(b'\n', &mut line).await;
        if read.unwrap_or(0) == 0 {
            return;
        }
        let reply = reply(&line);
        if stream.write_all(reply.as_bytes()).await.is_err() || reply.starts_with("221") {
            return;
        }
    }
}

fn reply(line: &[u8]) -> &'static str {
    let verb = line.split(|byte| byte.is_ascii_whitespace()).next().unwrap_or_default().to_ascii_uppercase();
    match verb.as_slice() {
        b"EHLO" => "250-faultdesk-lab\r\n250-8BITMIME\r\n250 HELP\r\n",
        b"HELO" => "250 faultdesk-lab\r\n",
        b"NOOP" | b"RSET" => "250 OK\r\n",
        b"HELP" => "214 EHLO HELO NOOP RSET QUIT\r\n",
        b"QUIT" => "221 faultdesk-lab goodbye\r\n",
        b"MAIL" | b"RCPT" | b"DATA" | b"VRFY" => "550 the lab takes no mail\r\n",
        _ => "502 not known here\r\n",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_command_has_an_answer() {
        for (line, code) in [
            ("EHLO me\r\n", "250-"),
            ("helo me\r\n", "250 "),
            ("quit\r\n", "221 "),
            ("MAIL FROM:<>\r\n", "550 "),
            ("\r\n", "502 "),
            ("STARTTLS\r\n", "502 "),
        ] {
            assert!(reply(line.as_bytes()).starts_with(code), "{line:?}");
        }
    }
}
