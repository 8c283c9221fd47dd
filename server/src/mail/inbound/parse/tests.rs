use super::*;

fn mail(head: &str, body: &str) -> Parsed {
    parse(format!("From: Jo Bell <Jo@Bath.Example>\r\n{head}\r\n{body}").as_bytes()).unwrap()
}

#[test]
fn a_plain_mail_is_read() {
    let parsed = mail(
        "To: support@desk.example\r\nSubject: =?utf-8?q?N=C3=B6_tone?=\r\nMessage-ID: <a@b>\r\nIn-Reply-To: <1@x>\r\n\
         References: <3@x> <2@x>\r\n",
        "Hello\r\n",
    );
    assert_eq!(parsed.sender.unwrap().key(), "jo@bath.example");
    assert_eq!((parsed.sender_name.as_str(), parsed.subject.as_str()), ("Jo Bell", "Nö tone"));
    assert_eq!((parsed.message_id.as_str(), parsed.text.trim()), ("a@b", "Hello"));
    assert_eq!(parsed.thread, ["1@x", "2@x", "3@x"]);
    assert!(parsed.hand == Hand::Person && parsed.report.is_none() && parsed.files.is_empty());
}

#[test]
fn a_page_alone_is_read_as_text() {
    let parsed = mail("Content-Type: text/html\r\n", "<p>It works</p><script>alert(1)</script>");
    assert_eq!(parsed.text.trim(), "It works");
    assert!(parsed.html.is_some());
}

#[test]
fn two_senders_are_none() {
    for head in ["From: a@b.example\r\n", "From: a@b.example, c@d.example\r\n", ""] {
        let raw = format!("{head}From: x@y.example, z@y.example\r\n\r\nhello");
        assert_eq!(parse(raw.as_bytes()).unwrap().sender, None, "{head}");
    }
    assert_eq!(parse(b"From: x@y.example\r\nFrom: z@y.example\r\n\r\nhello").unwrap().sender, None);
}

#[test]
fn programs_are_recognised() {
    for (head, hand) in [
        ("Auto-Submitted: auto-replied\r\n", Hand::Reply),
        ("Auto-Submitted: Auto-Replied (vacation); x=y\r\n", Hand::Reply),
        ("Precedence: auto_reply\r\n", Hand::Reply),
        ("X-Autoreply: yes\r\n", Hand::Reply),
        ("Content-Type: multipart/report; report-type=disposition-notification; boundary=x\r\n", Hand::Reply),
        ("Auto-Submitted: auto-generated; x=y\r\n", Hand::Program),
        ("Precedence: bulk\r\n", Hand::Program),
        ("List-Id: <x.y>\r\n", Hand::List),
        ("Precedence: list\r\n", Hand::List),
        ("Auto-Submitted: no (really)\r\nPrecedence: first-class\r\n", Hand::Person),
    ] {
        assert_eq!(mail(head, "away").hand, hand, "{head}");
    }
    assert_eq!(parse(b"From: MAILER-DAEMON@x.example\r\n\r\nhello").unwrap().hand, Hand::Reply);
}

#[test]
fn a_servers_own_words_name_the_mail_that_came_back_in_their_body() {
    let id = format!("t.{}.{}.{}@desk.example", "a".repeat(32), "b".repeat(32), "c".repeat(24));
    let raw =
        format!("From: mailer-daemon@x.example\r\nSubject: failure notice\r\n\r\nSorry.\r\n\r\nMessage-ID: <{id}>\r\n");
    assert_eq!(parse(raw.as_bytes()).unwrap().returned[0], id);
    let away = format!("From: mailer-daemon@x.example\r\nIn-Reply-To: <{id}>\r\n\r\nSorry.\r\n");
    assert_eq!(parse(away.as_bytes()).unwrap().returned, [""; 0], "what it answers has not come back");
    assert_eq!(mail("", &format!("Message-ID: <{id}>")).returned, [""; 0], "a person's words prove nothing");
}

#[test]
fn files_have_harmless_names() {
    let part = |name: &str| format!("--x\r\nContent-Disposition: attachment; filename=\"{name}\"\r\n\r\nbytes\r\n");
    let body = ["../../etc/passwd", "<script>.html", ".ssh"].map(part).concat();
    let parsed = mail("Content-Type: multipart/mixed; boundary=x\r\n", &format!("{body}--x--\r\n"));
    let names: Vec<_> = parsed.files.iter().map(|file| file.name.as_str()).collect();
    assert_eq!(names, ["passwd", "_script_.html", "ssh"]);
}

#[test]
fn one_message_over_two_ways_is_one_message() {
    let one = b"Received: a\r\nFrom: a@b\r\nSubject: x\r\nMessage-ID: <1@b>\r\n\r\nhello\r\n";
    let other = b"Delivered-To: s\nReceived: c\nFROM: a@b\nSubject: x\nMessage-Id: <1@b>\n\nhello\n";
    assert_eq!(digest(one), digest(other));
    for different in [
        &b"From: a@b\r\nSubject: x\r\nMessage-ID: <2@b>\r\n\r\nhello\r\n"[..],
        b"From: a@b\r\nSubject: x\r\nMessage-ID: <1@b>\r\n\r\nhello you\r\n",
        b"From: c@b\r\nSubject: x\r\nMessage-ID: <1@b>\r\n\r\nhello\r\n",
        b"",
        b"\r\n\r\n",
    ] {
        assert_ne!(digest(one), digest(different));
    }
    let bare = |by: &str| digest(format!("Received: {by}\r\nFrom: a@b\r\nSubject: x\r\n\r\nhello\r\n").as_bytes());
    assert_ne!(bare("a"), bare("b"), "without an id or a date nothing says that they are one");
}

#[test]
fn hostile_mails_are_read_within_bounds_and_lose_nothing_silently() {
    let many_parts = "--x\r\nContent-Disposition: attachment; filename=a\r\n\r\nbytes\r\n".repeat(1_000);
    let nested: String =
        (0..100).map(|n| format!("Content-Type: multipart/mixed; boundary=b{n}\r\n\r\n--b{n}\r\n")).collect();
    let zip = [b"PK\x03\x04".to_vec(), vec![0; 1_000_000]].concat();
    let zip = base64::Engine::encode(&base64::prelude::BASE64_STANDARD, zip);
    let mails: Vec<(&str, String)> = vec![
        (
            "1,000 parts",
            format!("From: a@b.example\r\nContent-Type: multipart/mixed; boundary=x\r\n\r\n{many_parts}--x--\r\n"),
        ),
        ("nesting of 100", format!("From: a@b.example\r\n{nested}\r\nhello")),
        ("a line of 10 MB", format!("From: a@b.example\r\n\r\n{}", "x".repeat(10_000_000))),
        (
            "an encoded line of 10 MB",
            format!("From: a@b.example\r\nContent-Transfer-Encoding: base64\r\n\r\n{}", "QUFB".repeat(2_500_000)),
        ),
        (
            "an unknown charset",
            "From: a@b.example\r\nContent-Type: text/plain; charset=klingon\r\n\r\nh\u{e9}".to_owned(),
        ),
        ("a lying charset", "From: a@b.example\r\nContent-Type: text/plain; charset=utf-16\r\n\r\nabc".to_owned()),
        ("a broken word", "From: a@b.example\r\nSubject: =?utf-8?b?////?= =?x?y?z\r\n\r\nhello".to_owned()),
        (
            "a zip of zeros",
            format!(
                "From: a@b.example\r\nContent-Type: application/zip; name=z.zip\r\nContent-Transfer-Encoding: base64\r\n\r\n{zip}"
            ),
        ),
        ("many references", format!("From: a@b.example\r\nReferences: {}\r\n\r\nhello", "<a@b> ".repeat(50_000))),
        (
            "a page of tags",
            format!("From: a@b.example\r\nContent-Type: text/html\r\n\r\n{}", "<div>".repeat(1_000_000)),
        ),
        (
            "an end without a beginning",
            "From: a@b.example\r\nContent-Type: multipart/mixed; boundary=x\r\n\r\n--x--\r\nhello".to_owned(),
        ),
        (
            "mails in mails",
            format!(
                "From: a@b.example\r\n{}Subject: x\r\n\r\nhello",
                "Content-Type: message/rfc822\r\n\r\n".repeat(400)
            ),
        ),
        (
            "a log of 3 MB with lines that look like parts",
            format!("From: a@b.example\r\n\r\n{}", "2026-11-24 16:05:08 -- trunk: down --\r\n".repeat(80_000)),
        ),
        (
            "many pages",
            format!(
                "From: a@b.example\r\nContent-Type: multipart/mixed; boundary=x\r\n\r\n{}--x--\r\n",
                format!("--x\r\nContent-Type: text/html\r\n\r\n{}\r\n", "<div>".repeat(5_000)).repeat(100)
            ),
        ),
        ("addresses without end", format!("From: {}\r\n\r\nhello", "(((((((((((".repeat(20_000))),
    ];
    for (name, raw) in mails {
        let parsed = parse(raw.as_bytes()).unwrap_or_else(|error| panic!("{name}: {error}"));
        // What is held beside the mail itself.
        let held: usize = parsed.files.iter().map(|file| file.bytes.len()).sum::<usize>()
            + parsed.text.len()
            + parsed.html.map_or(0, |html| html.len())
            + parsed.thread.iter().map(String::len).sum::<usize>();
        assert!(held <= raw.len() + TEXT_BYTES_MAX, "{name}: {held} of {}", raw.len());
        if name == "1,000 parts" {
            assert_eq!((parsed.files.len(), parsed.files_left), (FILES_MAX, 950));
        }
        if name == "a zip of zeros" {
            assert_eq!(parsed.files.len(), 1, "as it came, never unpacked");
        }
    }
}

#[test]
fn what_is_beyond_measure_is_left_to_a_person() {
    let deep = format!("From: a@b\r\n{}\r\nhello", "Content-Type: message/rfc822\r\n\r\n".repeat(20_000));
    let inside = format!(
        "From: a@b\r\nContent-Type: multipart/mixed; boundary=x\r\n\r\nhello {}",
        "--xContent-Type: message/rfc822\r\n\r\nhello ".repeat(20_000)
    );
    let parts =
        format!("From: a@b\r\nContent-Type: multipart/mixed; boundary=x\r\n\r\n{}", "--x\n\n".repeat(5_000_000));
    for raw in ["", "\r\n\r\n", "hello", &"a: b\r\n".repeat(300_000), &deep, &inside, &parts] {
        assert!(parse(raw.as_bytes()).is_err(), "{}", raw.len());
    }
}
