//! Every setting there is: one table for parsing, `--help`, `.env.example` and `docs/configuration.md`.

/// One setting.
#[derive(Debug)]
pub struct Key {
    /// Section and name with a dot, as in `server.listen`; a few have no section.
    pub name: &'static str,
    /// What it is for, in one or two sentences.
    pub doc: &'static str,
    /// What a value looks like, with its unit or range.
    pub unit: &'static str,
    /// The value when nothing is set; empty for none. `DATA_DIR` and `LISTEN` stand for those settings' values.
    pub default: &'static str,
    pub shape: Shape,
    /// May hold a password: never shown, and readable from a file that `..._FILE` names.
    pub secret: bool,
}

/// How a value is written in the file. In the environment and in flags everything is text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// `"text"`
    Text,
    /// `512`
    Number,
    /// `["one", "two"]` in the file, `one,two` in the environment.
    List,
}

/// What every variable of ours begins with.
pub const PREFIX: &str = "FAULTDESK_";
/// What is added to the name of a secret's variable to name a file that holds the value.
pub const FILE_SUFFIX: &str = "_FILE";

const fn text(name: &'static str, unit: &'static str, default: &'static str, doc: &'static str) -> Key {
    Key { name, doc, unit, default, shape: Shape::Text, secret: false }
}

/// In the order of the documentation.
pub const KEYS: &[Key] = &[
    text(
        "data_dir",
        "folder",
        "data",
        "Where the database, the signing key and mails without a mail server are kept. Made when missing.",
    ),
    text(
        "secret_key_file",
        "file",
        "DATA_DIR/secret.key",
        "The key that signs links in mails and seals the passwords that probes use. Made when missing, readable by its \
         owner only. Without it, links already sent stop working and those passwords must be entered again.",
    ),
    text(
        "site_dir",
        "folder",
        "target/site",
        "The built pages, styles and WebAssembly. Not used by a release binary, which holds them itself.",
    ),
    text(
        "server.listen",
        "IP:PORT",
        "127.0.0.1:3000",
        "Address to answer on. Port 0 takes any free port and prints it.",
    ),
    text(
        "server.base_url",
        "http:// or https:// URL without a path",
        "http://LISTEN",
        "Address under which people reach this installation; links in mails begin with it. With https:// the session \
         cookie is only sent encrypted.",
    ),
    Key {
        shape: Shape::List,
        ..text(
            "server.trusted_proxies",
            "list of networks, such as 10.0.0.0/8 or 192.0.2.7",
            "",
            "Reverse proxies whose X-Forwarded-For is believed. From anywhere else the header is ignored.",
        )
    },
    Key {
        secret: true,
        ..text(
            "database.url",
            "sqlite://FILE or postgres://USER:PASSWORD@HOST:PORT/NAME",
            "sqlite://DATA_DIR/faultdesk.db",
            "The database. An SQLite file is made when missing.",
        )
    },
    Key {
        secret: true,
        ..text(
            "mail.smtp_url",
            "smtp://[USER:PASSWORD@]HOST[:PORT][?tls=none|opportunistic|required], or smtps:// without ?tls",
            "",
            "The mail server that takes our mails. Without one, mails become files in mail.directory. Without tls, \
             encryption is required when there is a password, else used where the server offers it.",
        )
    },
    Key {
        secret: true,
        ..text(
            "mail.inbound",
            "lmtp://IP:PORT, smtp://IP:PORT, or imaps://USER:PASSWORD@HOST[:PORT]/FOLDER[?every=SECONDS]",
            "",
            "How mail to mail.support_address comes in: brought by your mail server, or fetched from a mailbox. \
             imap:// without TLS needs ?tls=none. Without this, answers reach nobody here.",
        )
    },
    text("mail.from", "mailbox", "Faultdesk <faultdesk@localhost>", "Who all mails come from."),
    text(
        "mail.support_address",
        "mail address",
        "",
        "Where customers write to. No mail goes to customers until it is set.",
    ),
    text(
        "mail.directory",
        "folder",
        "DATA_DIR/mail",
        "Where mails become files when there is no mail.smtp_url. Made when missing.",
    ),
    text("support.phone", "telephone number", "01225 580025", "Shown on pages and in mails."),
    text("support.phone_24h", "telephone number", "", "Shown to customers whose cover includes the night."),
    text(
        "support.zone",
        "IANA time zone",
        "Europe/London",
        "Times in mails to staff, and cover of customers without a zone of their own, are in this zone.",
    ),
    text(
        "hardware.courier_before",
        "HH:MM",
        "15:00",
        "Equipment diagnosed faulty before this time of a working day is dispatched on that day, later on the next one.",
    ),
    Key {
        shape: Shape::Number,
        ..text(
            "hardware.loan_days",
            "days, 1 to 365",
            "14",
            "A loan unit is due back this long after the repaired equipment was delivered.",
        )
    },
    text(
        "hardware.return_address",
        "address on one line",
        "",
        "Where equipment and loan units are sent to. Printed in mails; without one they ask the customer to call.",
    ),
    Key {
        shape: Shape::Number,
        ..text(
            "monitor.max_in_flight",
            "probes, 1 to 20000",
            "512",
            "Probes that may run at the same moment. Each may hold a socket: `ulimit -n` must allow more than this.",
        )
    },
    Key {
        shape: Shape::List,
        ..text(
            "monitor.deny_networks",
            "list of networks, such as 169.254.0.0/16",
            "",
            "Addresses that no probe may contact, whatever a host's address or a name's look-up says.",
        )
    },
    Key {
        shape: Shape::Number,
        ..text(
            "monitor.flapping_above",
            "per cent, 1 to 100",
            "30",
            "A service flaps when the weighted share of its last 20 observations that changed its status is above this.",
        )
    },
    Key {
        shape: Shape::Number,
        ..text(
            "monitor.settled_at",
            "per cent, 0 to 99",
            "25",
            "It has settled when that share is this or less. Not above monitor.flapping_above.",
        )
    },
    text(
        "log.level",
        "off, error, warn, info, debug or trace, or a list such as info,server::probes=debug",
        "info",
        "How much is logged. RUST_LOG, when set, wins.",
    ),
    text(
        "log.format",
        "auto, text or json",
        "auto",
        "auto writes text on a terminal and JSON, one object a line, everywhere else. Logs go to standard error.",
    ),
];

impl Key {
    /// The variable that sets it: `FAULTDESK_SERVER__LISTEN`.
    pub fn variable(&self) -> String {
        variable(self.name)
    }

    /// The key with this dotted name.
    pub fn find(name: &str) -> Option<&'static Self> {
        KEYS.iter().find(|key| key.name == name)
    }
}

/// The variable for a dotted name.
fn variable(name: &str) -> String {
    format!("{PREFIX}{}", name.replace('.', "__").to_uppercase())
}

/// Whether some setting is inside the section `name`.
pub(super) fn is_section(name: &str) -> bool {
    KEYS.iter().any(|key| key.name.split_once('.').is_some_and(|(section, _)| section == name))
}

/// The setting that somebody who wrote `name` probably meant.
pub(super) fn nearest(name: &str) -> Option<&'static Key> {
    /// Below this, a suggestion would rather puzzle than help.
    const LIKENESS_MIN: f64 = 0.6;
    let last = |name: &str| name.rsplit('.').next().unwrap_or_default().to_owned();
    let likeness = |key: &Key| {
        let whole = strsim::normalized_damerau_levenshtein(name, key.name);
        // The right name in the wrong section, or in none.
        let own = strsim::normalized_damerau_levenshtein(&last(name), &last(key.name)) * 0.9;
        whole.max(own)
    };
    let scored = KEYS.iter().map(|key| (likeness(key), key));
    scored.filter(|(score, _)| LIKENESS_MIN <= *score).max_by(|a, b| a.0.total_cmp(&b.0)).map(|(_, key)| key)
}

/// `.env.example`: every setting as a commented line with its default.
pub fn env_example() -> String {
    let mut out = String::from(
        "# Every setting of faultdesk with its default, as environment variables. Copy to .env, uncomment what you\n\
         # change, and load it: `set -a; . ./.env; set +a`, or EnvironmentFile= of systemd. See docs/configuration.md.\n\
         # Written by `faultdesk check-config --example env`. DATA_DIR and LISTEN stand for what those settings\n\
         # hold: when you change a line with them, write it out.\n",
    );
    for key in KEYS {
        let quoted = key.default.contains([' ', '<']);
        let value = if quoted { format!("\"{}\"", key.default) } else { key.default.to_owned() };
        out.push('\n');
        for line in wrapped(key.doc, 116).into_iter().chain(wrapped(&format!("Value: {}.", key.unit), 116)) {
            out.push_str(&format!("# {line}\n"));
        }
        if key.secret {
            out.push_str(&format!("# Or a file that holds it: {}{FILE_SUFFIX}\n", key.variable()));
        }
        out.push_str(&format!("#{}={value}\n", key.variable()));
    }
    out
}

/// A `faultdesk.toml` with every setting commented out.
pub fn toml_example() -> String {
    let mut out = String::from(
        "# Every setting of faultdesk with its default. Uncomment what you change. DATA_DIR and LISTEN stand for what\n\
         # those settings hold: when you change a line with them, write it out.\n",
    );
    let mut current = "";
    for key in KEYS {
        let (section, name) = key.name.split_once('.').unwrap_or(("", key.name));
        if section != current {
            out.push_str(&format!("\n[{section}]\n"));
            current = section;
        } else {
            out.push('\n');
        }
        for line in wrapped(key.doc, 116).into_iter().chain(wrapped(&format!("Value: {}.", key.unit), 116)) {
            out.push_str(&format!("# {line}\n"));
        }
        let value = match key.shape {
            Shape::Text => format!("\"{}\"", key.default),
            Shape::Number => key.default.to_owned(),
            Shape::List => "[]".to_owned(),
        };
        out.push_str(&format!("# {name} = {value}\n"));
    }
    out
}

/// The table in `docs/configuration.md`.
pub fn markdown_table() -> String {
    let mut out = String::from("| setting | variable | value | default | what it is for |\n|---|---|---|---|---|\n");
    for key in KEYS {
        let cell = |text: &str| text.replace('|', "\\|");
        let default = if key.default.is_empty() { "none".to_owned() } else { format!("`{}`", key.default) };
        out.push_str(&format!(
            "| `{}` | `{}` | {} | {default} | {} |\n",
            key.name,
            key.variable(),
            cell(key.unit),
            cell(key.doc),
        ));
    }
    out
}

/// The list in `faultdesk check-config --help`.
pub fn help() -> String {
    let mut out = String::from("Settings (file key, then variable, value and default):\n");
    for key in KEYS {
        let default = if key.default.is_empty() { "none" } else { key.default };
        out.push_str(&format!("\n  {}  ({})\n", key.name, key.variable()));
        out.push_str(&format!("      value: {}; default: {default}\n", key.unit));
        for line in wrapped(key.doc, 90) {
            out.push_str(&format!("      {line}\n"));
        }
    }
    out
}

/// `text` in lines of at most `width` characters, broken at spaces.
fn wrapped(text: &str, width: usize) -> Vec<String> {
    let mut lines = Vec::new();
    let mut line = String::new();
    for word in text.split_whitespace() {
        if !line.is_empty() && width < line.chars().count() + 1 + word.chars().count() {
            lines.push(std::mem::take(&mut line));
        }
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(word);
    }
    lines.push(line);
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slips_of_the_pen_find_their_setting() {
        for (written, meant) in [
            ("server.listn", Some("server.listen")),
            ("sever.listen", Some("server.listen")),
            ("smtp_url", Some("mail.smtp_url")),
            ("monitor.smtp_url", Some("mail.smtp_url")),
            ("mail.support_adress", Some("mail.support_address")),
            ("monitor.denied_networks", Some("monitor.deny_networks")),
            ("datadir", Some("data_dir")),
            ("colour", None),
        ] {
            assert_eq!(nearest(written).map(|key| key.name), meant, "{written}");
        }
    }

    #[test]
    fn every_key_is_named_and_explained_once() {
        for (index, key) in KEYS.iter().enumerate() {
            assert!(key.doc.ends_with('.') && !key.unit.is_empty(), "{}", key.name);
            assert!(KEYS[..index].iter().all(|other| other.name != key.name), "{} twice", key.name);
        }
        assert_eq!(Key::find("data_dir").unwrap().variable(), "FAULTDESK_DATA_DIR");
        assert_eq!(Key::find("server.base_url").unwrap().variable(), "FAULTDESK_SERVER__BASE_URL");
    }

    /// The files in the repository are what `check-config --example` writes.
    #[test]
    fn the_documentation_lists_every_setting() {
        let root = concat!(env!("CARGO_MANIFEST_DIR"), "/..");
        let read = |name: &str| std::fs::read_to_string(format!("{root}/{name}")).unwrap_or_default();
        assert!(
            read(".env.example") == env_example(),
            "refresh it: faultdesk check-config --example env > .env.example"
        );
        assert!(
            read("docs/configuration.md").contains(&markdown_table()),
            "refresh the table of docs/configuration.md: faultdesk check-config --example markdown"
        );
    }
}
