use std::{ffi::OsString, net::SocketAddr, path::PathBuf};

use super::*;

fn sources(file: &str, variables: &[(&str, &str)]) -> Sources {
    Sources {
        file: Some((PathBuf::from("faultdesk.toml"), Ok(file.to_owned()))),
        variables: variables.iter().map(|(name, value)| ((*name).to_owned(), OsString::from(value))).collect(),
        flags: Flags::default(),
    }
}

#[track_caller]
fn good(file: &str, variables: &[(&str, &str)]) -> Config {
    Config::load(&sources(file, variables)).unwrap().config
}

/// Each mistake must begin with its source and key and contain the words behind the bar: `source: key|words`.
#[track_caller]
fn check(file: &str, variables: &[(&str, &str)], wrong: &[&str]) {
    let found = match Config::load(&sources(file, variables)) {
        Ok(_) => Vec::new(),
        Err(mistakes) => mistakes.0.iter().map(Mistake::to_string).collect(),
    };
    assert_eq!(found.len(), wrong.len(), "{file}\n{found:#?}");
    for (found, wrong) in found.iter().zip(wrong) {
        let (start, words) = wrong.split_once('|').unwrap();
        assert!(found.starts_with(start) && found.contains(words), "{found}\n does not fit {wrong}");
        assert!(!found.contains("hunter2"), "{found}");
    }
}

#[test]
fn defaults_are_good_and_complete() {
    let loaded = Config::load(&Sources::default()).unwrap();
    assert_eq!(loaded.settings.len(), KEYS.len(), "a key in the table is not read");
    assert!(loaded.settings.iter().all(|setting| setting.origin == Origin::Default));
    let config = loaded.config;
    assert_eq!(config.server.listen, "127.0.0.1:3000".parse().unwrap());
    assert_eq!(config.server.base_url.as_str(), "http://127.0.0.1:3000/");
    assert_eq!(config.database.url, "sqlite://data/faultdesk.db");
    assert_eq!(config.secret_key_file, PathBuf::from("data/secret.key"));
    assert_eq!(config.mail.directory, PathBuf::from("data/mail"));
    assert_eq!(config.mail.from.name.as_deref(), Some("Faultdesk"));
    assert_eq!(config.mail.from.address.as_str(), "faultdesk@localhost");
    assert_eq!(config.mail.from.to_string(), "Faultdesk <faultdesk@localhost>");
    assert_eq!((config.mail.smtp_url, config.mail.support_address), (None, None));
    assert_eq!(config.support.phone, "01225 580025");
    assert_eq!(config.support.zone, "Europe/London");
    assert_eq!(config.monitor.max_in_flight, 512);
    assert_eq!((config.hardware.courier_before_min, config.hardware.loan_days), (15 * 60, 14));
}

#[test]
fn later_sources_win_and_are_named() {
    let mut sources = sources(
        "data_dir = \"/srv/a\"\n[server]\nlisten = \"127.0.0.1:1\"\n[monitor]\nmax_in_flight = 7\n",
        &[("FAULTDESK_DATA_DIR", "/srv/b"), ("FAULTDESK_SERVER__LISTEN", "127.0.0.1:2"), ("PATH", "/bin")],
    );
    sources.flags.listen = Some("[::1]:3".to_owned());
    let loaded = Config::load(&sources).unwrap();
    assert_eq!(loaded.config.server.listen, "[::1]:3".parse().unwrap());
    assert_eq!(loaded.config.server.base_url.as_str(), "http://[::1]:3/");
    assert_eq!(loaded.config.database.url, "sqlite:///srv/b/faultdesk.db");
    let origin = |name: &str| {
        let setting = loaded.settings.iter().find(|setting| setting.key.name == name).unwrap();
        format!("{} from {}", setting.shown, setting.origin)
    };
    assert_eq!(origin("server.listen"), "[::1]:3 from flag --listen");
    assert_eq!(origin("data_dir"), "/srv/b from environment FAULTDESK_DATA_DIR");
    assert_eq!(origin("monitor.max_in_flight"), "7 from faultdesk.toml:5");
    assert_eq!(origin("mail.smtp_url"), "(none) from default");
}

#[test]
fn every_shape_is_read_from_file_and_environment() {
    let file = "[server]\ntrusted_proxies = [\"10.0.0.0/8\", \"::1\"]\n[monitor]\nmax_in_flight = 0x10\n";
    let config = good(file, &[("FAULTDESK_MONITOR__DENY_NETWORKS", "169.254.0.0/16, fe80::/10")]);
    assert_eq!(config.server.trusted_proxies.len(), 2);
    assert_eq!(config.monitor.deny_networks.len(), 2);
    assert_eq!(config.monitor.max_in_flight, 16);
    let config = good("", &[("FAULTDESK_MONITOR__MAX_IN_FLIGHT", "20000"), ("FAULTDESK_SUPPORT__PHONE", "")]);
    assert_eq!((config.monitor.max_in_flight, config.support.phone.as_str()), (20_000, ""));
    let config = good("mail.from = '\"Bell, Jo\" <jo@desk.example>'\n", &[("FAULTDESK_SUPPORT__ZONE", "europe/paris")]);
    assert_eq!(config.mail.from.name.as_deref(), Some("Bell, Jo"));
    assert_eq!(config.mail.from.to_string(), "\"Bell, Jo\" <jo@desk.example>");
    assert_eq!(config.support.zone, "Europe/Paris");
}

#[test]
fn three_mistakes_are_reported_at_once() {
    check(
        "[server]\nlisten = \"localhost\"\nlistn = \"127.0.0.1:1\"\n\n[monitor]\nmax_in_flight = 0\n",
        &[],
        &[
            "faultdesk.toml:2: server.listen|127.0.0.1:3000",
            "faultdesk.toml:3: server.listn|did you mean server.listen?",
            "faultdesk.toml:6: monitor.max_in_flight|1 to 20000, not 0",
        ],
    );
}

#[test]
fn mistakes_of_all_sources_come_together() {
    let mut sources = sources("log.level = \"inof\"\n", &[("FAULTDESK_SUPPORT__ZONE", "Europe/Lundon")]);
    sources.flags.database_url = Some("mysql://jo:hunter2@db/x".to_owned());
    let mistakes = Config::load(&sources).unwrap_err();
    let shown = mistakes.to_string();
    for words in [
        "3 mistakes",
        "faultdesk.toml:1: log.level: must be one of off, error",
        "environment FAULTDESK_SUPPORT__ZONE: support.zone: must be an IANA time zone such as Europe/London, not \
         \"Europe/Lundon\"; did you mean Europe/London?",
        "flag --database-url: database.url: must be sqlite://FILE",
    ] {
        assert!(shown.contains(words), "{shown}");
    }
    assert!(!shown.contains("hunter2"), "{shown}");
}

#[test]
fn wrong_types_and_places_in_the_file_are_named_with_their_line() {
    check("server = 3\n", &[], &["faultdesk.toml:1: server|write [server]"]);
    check("[server]\nlisten = 3000\n", &[], &["faultdesk.toml:2: server.listen|it is a number"]);
    check("[server.listen]\nx = 1\n", &[], &["faultdesk.toml:1: server.listen|it is a section"]);
    check("[monitor]\nmax_in_flight = \"9\"\n", &[], &["faultdesk.toml:2: monitor.max_in_flight|without quotes"]);
    check("[monitor]\nmax_in_flight = 1.5\n", &[], &["faultdesk.toml:2: monitor.max_in_flight|fraction"]);
    check("[server]\ntrusted_proxies = \"::1\"\n", &[], &["faultdesk.toml:2: server.trusted_proxies|[brackets]"]);
    check("[server]\ntrusted_proxies = [1]\n", &[], &["faultdesk.toml:2: server.trusted_proxies|in quotes"]);
    check("smtp_url = \"\"\n", &[], &["faultdesk.toml:1: smtp_url|did you mean mail.smtp_url?"]);
    check("[colour]\nred = 1\n", &[], &["faultdesk.toml:2: colour.red|check-config --help"]);
    check("[colour]\n", &[], &["faultdesk.toml:1: colour|is not a setting"]);
    check("[mail]\n", &[], &[]);
}

#[test]
fn broken_toml_is_named_once_a_line_and_the_rest_is_still_judged() {
    check(
        "[server]\nlisten = 127.0.0.1:3000\n[monitor]\nmax_in_flight = 0\n[mail]\nfrom = \"a\nsmtp_url = \"x\"\n",
        &[],
        &[
            "faultdesk.toml:2: |",
            "faultdesk.toml:4: monitor.max_in_flight|1 to 20000",
            "faultdesk.toml:6: |",
            "faultdesk.toml:7: mail.smtp_url|not a URL",
        ],
    );
    check(
        "[mail\nfrom = \"x\"\n[monitor]\nmax_in_flight = 0\n",
        &[],
        &["faultdesk.toml:1: |]", "faultdesk.toml:4: monitor.max_in_flight|1 to 20000"],
    );
    check("[server\nlisten = \"127.0.0.1:1\"\n", &[], &["faultdesk.toml:1: |]"]);
    check("data_dir = \"a\"\ndata_dir = \"b\"\n", &[], &["faultdesk.toml:2: |duplicate"]);
}

#[test]
fn variables_that_set_nothing_are_told_unless_they_are_a_scripts() {
    check(
        "",
        &[("FAULTDESK_SERVER__LISTN", "x")],
        &["environment FAULTDESK_SERVER__LISTN: server.listn|server.listen?"],
    );
    check("", &[("FAULTDESK_SERVER_LISTEN", "x")], &["environment FAULTDESK_SERVER_LISTEN: |FAULTDESK_SERVER__LISTEN"]);
    check("", &[("FAULTDESK_DATADIR", "x")], &["environment FAULTDESK_DATADIR: |FAULTDESK_DATA_DIR?"]);
    let scripts = ["TEST_POSTGRES", "DEV", "SHOTS", "SHOTS_DIR", "TOOLCHAIN", "CHROMIUM", "BIN", "PYTHON", "CONFIG"];
    for name in scripts {
        check("", &[(&format!("FAULTDESK_{name}"), "x")], &[]);
    }
    check(
        "",
        &[("FAULTDESK_MONITOR__MAX_IN_FLIGHT", "many")],
        &["environment FAULTDESK_MONITOR__MAX_IN_FLIGHT: monitor.max_in_flight|not \"many\""],
    );
}

#[test]
fn a_secret_may_come_from_a_file() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("smtp");
    std::fs::write(&path, "smtps://jo:hunter2@127.0.0.1\n").unwrap();
    let path = path.display().to_string();
    let config = good("", &[("FAULTDESK_MAIL__SMTP_URL_FILE", &path)]);
    assert_eq!(config.mail.smtp_url.as_deref(), Some("smtps://jo:hunter2@127.0.0.1"));
    let variable = "FAULTDESK_MAIL__SMTP_URL_FILE";
    check("", &[(variable, "/nowhere/x")], &["environment FAULTDESK_MAIL__SMTP_URL_FILE: mail.smtp_url|/nowhere/x"]);
    check(
        "",
        &[(variable, &path), ("FAULTDESK_MAIL__SMTP_URL", "smtps://127.0.0.1")],
        &["environment FAULTDESK_MAIL__SMTP_URL_FILE: mail.smtp_url|not both"],
    );
    check(
        "",
        &[("FAULTDESK_SERVER__LISTEN_FILE", &path)],
        &["environment FAULTDESK_SERVER__LISTEN_FILE: server.listen|is no secret"],
    );
}

#[test]
fn each_value_is_judged() {
    for (key, value, words) in [
        ("data_dir", "", "empty"),
        ("data_dir", "a?b", "must not contain"),
        ("server.base_url", "desk.example", "web address"),
        ("server.base_url", "ftp://desk.example", "http:// or https://"),
        ("server.base_url", "http://jo:hunter2@desk.example", "user name"),
        ("server.base_url", "http://desk.example/faults", "paths"),
        ("server.trusted_proxies", "10.0.0.1/8,nonsense", "10.0.0.0/8"),
        ("database.url", "data/faultdesk.db", "sqlite://FILE"),
        ("database.url", "sqlite://", "no file"),
        ("database.url", "sqlite://:memory:", "must name a file"),
        ("database.url", "postgres://jo:hunter2@/x", "host"),
        ("database.url", "postgres://jo:hunter2@db", "no database"),
        ("database.url", "postgres://jo:hunter2@db:99999/x", "not a URL"),
        ("mail.smtp_url", "http://jo:hunter2@mail", "smtp://"),
        ("mail.smtp_url", "smtp://jo@mail", "without a password"),
        ("mail.from", "Faultdesk", "mailbox"),
        ("mail.from", "a@b\u{7}", "control characters"),
        ("mail.support_address", "jo", "mail address"),
        ("support.phone", "call Jo", "telephone number"),
        ("support.zone", "Mars/Olympus", "IANA"),
        ("hardware.courier_before", "3 pm", "15:00"),
        ("hardware.loan_days", "0", "1 to 365"),
        ("monitor.max_in_flight", "20001", "1 to 20000"),
        ("monitor.flapping_above", "0", "1 to 100"),
        ("monitor.settled_at", "31", "must not be above monitor.flapping_above (30), and is 31"),
        ("log.level", "info,server=", "must be one of"),
        ("log.format", "xml", "auto, text or json"),
    ] {
        let variable = Key::find(key).unwrap().variable();
        let wrong = format!("environment {variable}: {key}|{words}");
        check("", &[(&variable, value)], &[&wrong]);
    }
}

#[test]
fn good_values_pass() {
    for (key, value) in [
        ("server.base_url", "https://faults.desk.example"),
        ("database.url", "postgres://jo:hunter2@db:5432/faultdesk?sslmode=require"),
        ("database.url", "postgres:///faultdesk?host=/run/postgresql"),
        ("mail.smtp_url", "smtp://127.0.0.1:2525?tls=none"),
        ("log.level", "warn,server::probes=debug,sqlx=off"),
        ("support.phone_24h", "+44 (0)1225 580025"),
    ] {
        check("", &[(&Key::find(key).unwrap().variable(), value)], &[]);
    }
}

#[test]
fn settings_that_are_senseless_together_are_told() {
    check(
        "mail.smtp_url = \"smtp://mail.example\"\n",
        &[],
        &["default: mail.from|faultdesk@localhost", "default: server.base_url|http://127.0.0.1:3000/"],
    );
    check("mail.smtp_url = \"smtp://[::1]:26\"\n", &[], &[]);
    let complete = "mail.smtp_url = \"smtp://mail.example\"\nmail.from = \"a@desk.example\"\n\
                    server.base_url = \"https://desk.example\"\n";
    check(complete, &[], &[]);
}

#[test]
fn passwords_are_never_shown() {
    let file = "mail.smtp_url = \"smtps://jo:hunter2@127.0.0.1\"\n\
                database.url = \"postgres://jo:hunter2@db/x?sslpassword=hunter2&a=b\"\n";
    let loaded = Config::load(&sources(file, &[])).unwrap();
    let shown = format!("{loaded:?}");
    assert!(!shown.contains("hunter2"), "{shown}");
    assert!(shown.contains("postgres://jo:hidden@db/x?sslpassword=hidden&a=b"), "{shown}");
    assert!(shown.contains("smtps://127.0.0.1:465 (as jo, password hidden)"), "{shown}");
    assert_eq!(masked_database_url("postgres://jo:hunter2@db:99999/x"), "postgres://...");
}

#[test]
fn an_unreadable_file_is_one_mistake_among_others() {
    let mut sources = sources("", &[("FAULTDESK_LOG__FORMAT", "xml")]);
    sources.file = Some((PathBuf::from("gone.toml"), Err("cannot be read: gone".to_owned())));
    let found: Vec<_> = Config::load(&sources).unwrap_err().0.iter().map(Mistake::to_string).collect();
    assert_eq!(found.len(), 2, "{found:?}");
    assert_eq!(found[0], "gone.toml: cannot be read: gone");
}

#[test]
fn a_free_port_becomes_part_of_the_default_address_only() {
    let bound: SocketAddr = "127.0.0.1:4711".parse().unwrap();
    let config = good("", &[("FAULTDESK_SERVER__LISTEN", "0.0.0.0:0")]);
    assert_eq!(config.server.base_url_at(bound).as_str(), "http://127.0.0.1:4711/");
    let config = good("server.base_url = \"https://desk.example\"\n", &[]);
    assert_eq!(config.server.base_url_at(bound).as_str(), "https://desk.example/");
}

#[test]
fn a_folder_is_enough_for_a_configuration() {
    let config = Config::in_folder(Path::new("/tmp/x/")).unwrap();
    assert_eq!(config.database.url, "sqlite:///tmp/x/faultdesk.db");
    assert!(Config::in_folder(Path::new("/tmp/x?y")).is_err());
}

#[test]
fn the_example_file_is_itself_a_good_configuration() {
    let toml = keys::toml_example();
    check(&toml, &[], &[]);
    // Uncommented too, with the stand-ins filled in.
    let filled: String = toml
        .replace("DATA_DIR", "data")
        .replace("LISTEN", "127.0.0.1:3000")
        .lines()
        .map(|line| match line.strip_prefix("# ") {
            Some(setting) if setting.split_once(" = ").is_some_and(|(name, _)| !name.contains(' ')) => {
                format!("{setting}\n")
            }
            _ => format!("{line}\n"),
        })
        .collect();
    check(&filled, &[], &[]);
}
