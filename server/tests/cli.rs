//! The command line as people and scripts meet it: the real binary, its output and its exit codes.

#![cfg(test)]

use std::{
    ffi::OsStr,
    fs,
    io::{BufRead, BufReader, Read, Write},
    net::TcpListener,
    path::PathBuf,
    process::{Command, Output, Stdio},
    thread,
};

use serde_json::Value;
use tempfile::TempDir;

/// A folder of its own, in which the program runs with nothing set.
struct Shell {
    folder: TempDir,
}

/// What a run left behind.
struct Ran {
    code: i32,
    out: String,
    err: String,
}

impl Shell {
    fn new() -> Self {
        Self { folder: tempfile::tempdir().unwrap() }
    }

    fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_faultdesk"));
        for (name, _) in std::env::vars_os() {
            let name = name.to_string_lossy().into_owned();
            if name.starts_with("FAULTDESK_") || name == "RUST_LOG" {
                command.env_remove(name);
            }
        }
        command.args(args).current_dir(self.folder.path()).stdin(Stdio::null());
        command
    }

    fn run(&self, args: &[&str]) -> Ran {
        Ran::of(self.command(args).output().unwrap())
    }

    fn run_with(&self, args: &[&str], variables: &[(&str, &str)]) -> Ran {
        Ran::of(self.command(args).envs(variables.iter().copied()).output().unwrap())
    }

    fn run_typing(&self, args: &[&str], typed: &str) -> Ran {
        let mut command = self.command(args);
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        child.stdin.take().unwrap().write_all(typed.as_bytes()).unwrap();
        Ran::of(child.wait_with_output().unwrap())
    }

    fn write(&self, name: &str, text: &str) -> PathBuf {
        let path = self.folder.path().join(name);
        fs::write(&path, text).unwrap();
        path
    }
}

impl Ran {
    fn of(output: Output) -> Self {
        Self {
            code: output.status.code().unwrap(),
            out: String::from_utf8(output.stdout).unwrap(),
            err: String::from_utf8(output.stderr).unwrap(),
        }
    }

    /// The output, once the exit code is what it must be.
    #[track_caller]
    fn exits(self, code: i32) -> Self {
        assert_eq!(self.code, code, "stdout: {}\nstderr: {}", self.out, self.err);
        self
    }

    /// Standard error holds all of `words`.
    #[track_caller]
    fn tells(self, words: &[&str]) -> Self {
        for words in words {
            assert!(self.err.contains(words), "{words:?} is not in: {}", self.err);
        }
        self
    }

    #[track_caller]
    fn json(&self) -> Value {
        serde_json::from_str(&self.out).unwrap_or_else(|error| panic!("{error}: {}", self.out))
    }
}

/// A server that answers each connection with `answer` after it has read something, or at once when told so.
fn listener(answer: &'static str) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    thread::spawn(move || {
        for stream in listener.incoming() {
            let Ok(mut stream) = stream else { return };
            if answer.starts_with("HTTP") {
                let _ = stream.read(&mut [0; 2_048]);
            }
            let _ = stream.write_all(answer.as_bytes());
        }
    });
    port
}

/// A port on which nobody listens.
fn closed_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

// ---- help and misuse ----

#[test]
fn every_command_explains_itself() {
    let shell = Shell::new();
    for command in [
        "",
        "serve",
        "migrate",
        "migrate up",
        "migrate down",
        "migrate status",
        "seed",
        "seed demo",
        "seed load",
        "user",
        "user add",
        "user list",
        "user reset-password",
        "user disable",
        "user enable",
        "token",
        "token add",
        "token list",
        "token revoke",
        "probe",
        "clock",
        "quote",
        "check-config",
        "test-mail",
        "lab",
    ] {
        let args: Vec<_> = command.split_whitespace().chain(["--help"]).collect();
        let ran = shell.run(&args).exits(0);
        assert!(ran.out.contains("Usage: faultdesk") && ran.out.contains("Examples:\n"), "{command}: {}", ran.out);
    }
    assert!(shell.run(&["check-config", "--help"]).out.contains("monitor.max_in_flight"));
    assert!(shell.run(&["probe", "--help"]).out.contains("latency_warning_ms"));
    assert!(shell.run(&["--version"]).exits(0).out.starts_with("faultdesk "));
}

#[test]
fn misuse_exits_with_2_and_says_what_to_do() {
    let shell = Shell::new();
    shell.run(&[]).exits(2).tells(&["Usage: faultdesk"]);
    shell.run(&["serv"]).exits(2).tells(&["'serve'"]);
    shell.run(&["user"]).exits(2).tells(&["reset-password"]);
    shell.run(&["serve", "--without", "doors"]).exits(2).tells(&["web, monitor, escalation, mail"]);
    shell
        .run(&["serve", "--without", "web,monitor,escalation", "--without", "mail"])
        .exits(2)
        .tells(&["nothing to run"]);
    shell.run(&["seed", "load", "--hosts", "0", "--services-per-host", "1", "--interval", "1"]).exits(2);
    shell.run(&["test-mail", "--to", "jo"]).exits(2).tells(&["--to: must be a mail address"]);
    shell.run(&["lab", "--targets", "0"]).exits(2).tells(&["1 to 10000"]);
    shell.run(&["lab", "--control", "192.0.2.1:80"]).exits(2).tells(&["--control", "loopback"]);
    shell.run(&["token", "revoke", "nonsense"]).exits(2);
}

#[test]
fn what_cannot_be_done_exits_with_1() {
    let shell = Shell::new();
    shell.run(&["migrate", "status", "--database-url", "mysql://x"]).exits(1).tells(&["sqlite://FILE"]);
    shell.run(&["check-config", "--config", "gone.toml"]).exits(1).tells(&["gone.toml: cannot be read"]);
    shell.run(&["user", "list", "--data-dir", "/proc/nowhere"]).exits(1).tells(&["database.url"]);
    shell
        .run(&["migrate", "status", "--database-url", "postgres://jo:hunter2@127.0.0.1:1/x"])
        .exits(1)
        .tells(&["postgres://jo:hidden@127.0.0.1:1/x"]);
}

// ---- settings ----

#[test]
fn check_config_reports_three_mistakes_at_once() {
    let shell = Shell::new();
    shell.write("faultdesk.toml", "[server]\nlisten = \"localhost\"\n[mail]\nform = \"a@b.example\"\n");
    let variables = [("FAULTDESK_SUPPORT__ZONE", "Europe/Lundon")];
    let ran = shell.run_with(&["check-config"], &variables).exits(1).tells(&[
        "3 mistakes",
        "faultdesk.toml:2: server.listen: must be an IP address with a port",
        "faultdesk.toml:4: mail.form: is not a setting; did you mean mail.from?",
        "environment FAULTDESK_SUPPORT__ZONE: support.zone:",
    ]);
    assert_eq!(ran.out, "");
    shell.run_with(&["serve"], &variables).exits(1).tells(&["3 mistakes"]);
}

#[test]
fn check_config_shows_what_is_in_force_and_hides_passwords() {
    let shell = Shell::new();
    let secret = shell.write("smtp", "smtps://jo:hunter2@127.0.0.1\n");
    let file = shell.write("my.toml", "[database]\nurl = \"postgres://jo:hunter2@db/desk\"\n");
    let variables = [("FAULTDESK_MAIL__SMTP_URL_FILE", secret.to_str().unwrap())];
    let args = ["check-config", "--config", file.to_str().unwrap(), "--data-dir", "/srv/desk"];
    let ran = shell.run_with(&args, &variables).exits(0);
    for words in [
        "The configuration is good",
        "postgres://jo:hidden@db/desk",
        "my.toml:2",
        "smtps://127.0.0.1:465 (as jo, password hidden)",
        "environment FAULTDESK_MAIL__SMTP_URL_FILE",
        "/srv/desk/mail",
        "flag --data-dir",
    ] {
        assert!(ran.out.contains(words), "{words}: {}", ran.out);
    }
    assert!(!ran.out.contains("hunter2"), "{}", ran.out);
}

#[test]
fn the_example_configuration_is_a_good_one() {
    let shell = Shell::new();
    let example = shell.run(&["check-config", "--example", "toml"]).exits(0).out;
    shell.write("faultdesk.toml", &example);
    shell.run(&["check-config"]).exits(0);
}

// ---- probes ----

#[test]
fn a_probe_exits_like_a_nagios_plug_in() {
    let shell = Shell::new();
    let open = format!("127.0.0.1:{}", listener("220 hello\r\n"));
    let ran = shell.run(&["probe", "tcp", &open, "--param", "expect=220"]).exits(0);
    assert!(ran.out.starts_with("OK: ") && ran.out.contains(" | latency_ms="), "{}", ran.out);
    let shut = format!("127.0.0.1:{}", closed_port());
    assert!(shell.run(&["probe", "tcp", &shut]).exits(2).out.starts_with("CRITICAL: "));
    let no_file = ["probe", "tcp", &open, "--param", "tls=yes", "--param", "ca_file=/nowhere.pem"];
    assert!(shell.run(&no_file).exits(3).out.starts_with("UNKNOWN: "));
    let web = format!("http://127.0.0.1:{}/", listener("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"));
    shell.run(&["probe", "http", &web, "--param", "contains=hello"]).exits(0);
    shell.run(&["probe", "http", &web, "--param", "status=204"]).exits(2);
}

#[test]
fn a_probe_prints_one_object_for_scripts() {
    let shell = Shell::new();
    let web = format!("http://127.0.0.1:{}/", listener("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"));
    let seen = shell.run(&["probe", "http", &web, "--json"]).exits(0).json();
    let keys: Vec<_> = seen.as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(keys, ["at", "latency_ms", "numbers", "status", "text"]);
    assert_eq!(seen["status"], "ok");
    assert!(seen["latency_ms"].as_f64().unwrap() > 0.0, "{seen}");
    assert!(seen["numbers"].as_object().unwrap().values().all(Value::is_number), "{seen}");
    assert!(seen["at"].as_str().unwrap().parse::<jiff::Timestamp>().is_ok(), "{seen}");
    let shut = format!("127.0.0.1:{}", closed_port());
    let seen = shell.run(&["probe", "tcp", &shut, "--json"]).exits(2).json();
    assert_eq!((&seen["status"], &seen["latency_ms"]), (&Value::from("critical"), &Value::Null));
}

#[test]
fn misuse_of_a_probe_exits_with_3_and_tells_all_of_it() {
    let shell = Shell::new();
    shell.run(&["probe"]).exits(3);
    shell.run(&["probe", "telnet", "a"]).exits(3).tells(&["ping, tcp, http"]);
    shell
        .run(&["probe", "tcp", "127.0.0.1", "--param", "timeout_ms=9", "--param", "count=3", "--param", "x"])
        .exits(3)
        .tells(&[
            "timeout_ms: must be 50 to 60000",
            "--param: must be name=value",
            "count: is no parameter",
            "target:",
        ]);
    shell.run(&["probe", "--help"]).exits(0);
}

#[test]
fn a_time_limit_ends_a_probe() {
    let shell = Shell::new();
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let target = silent.local_addr().unwrap().to_string();
    let args = ["probe", "tcp", &target, "--param", "expect=220", "--param", "timeout_ms=50"];
    let ran = shell.run(&args).exits(2);
    assert!(ran.out.contains("within 50 ms"), "{}", ran.out);
}

// ---- database ----

#[test]
fn the_schema_goes_up_and_down() {
    let shell = Shell::new();
    let applied = || {
        let rows = shell.run(&["migrate", "status", "--json"]).exits(0).json();
        let applied: Vec<_> = rows.as_array().unwrap().iter().map(|row| row["applied"].as_bool().unwrap()).collect();
        assert!(rows[0]["name"].as_str().unwrap().starts_with('m'), "{rows}");
        applied
    };
    assert!(applied().iter().all(|applied| !applied));
    let ran = shell.run(&["migrate", "up"]).exits(0);
    assert!(ran.out.starts_with("applied m"), "{}", ran.out);
    assert!(applied().iter().all(|applied| *applied));
    assert_eq!(shell.run(&["migrate", "up"]).exits(0).out, "the schema was up to date\n");
    let ran = shell.run(&["migrate", "down"]).exits(0);
    assert_eq!(ran.out.lines().count(), 1, "{}", ran.out);
    assert_eq!(applied().iter().filter(|applied| !**applied).count(), 1);
    assert!(shell.run(&["migrate", "status"]).exits(0).out.contains("  no\n"));
    shell.run(&["user", "list"]).exits(1).tells(&["lacks 1 of this program's migrations", "faultdesk migrate up"]);
    let all = applied().len().to_string();
    shell.run(&["migrate", "down", "--steps", &all]).exits(0);
    assert_eq!(shell.run(&["migrate", "down"]).exits(0).out, "there was nothing to undo\n");
    shell.run(&["migrate", "up"]).exits(0);
    shell.run(&["user", "list"]).exits(0);
}

const JO: [&str; 6] = ["--email", "Jo@Desk.example", "--name", "Jo Bell", "--role", "administrator"];

fn user_add<'a>(more: &[&'a str]) -> Vec<&'a str> {
    ["user", "add"].into_iter().chain(more.iter().copied()).collect()
}

#[test]
fn the_first_administrator_comes_from_the_shell() {
    let shell = Shell::new();
    let ran = shell.run(&user_add(&JO)).exits(0).tells(&["Jo Bell <Jo@desk.example> is now administrator"]);
    let link = ran.out.trim();
    assert!(link.starts_with("http://127.0.0.1:3000/p/") && !link.contains(char::is_whitespace), "{link}");
    let people = shell.run(&["user", "list", "--json"]).exits(0).json();
    let jo = &people[0];
    assert_eq!(people.as_array().unwrap().len(), 1);
    for (key, value) in
        [("email", "Jo@desk.example"), ("role", "administrator"), ("state", "invited"), ("customer", "")]
    {
        assert_eq!(jo[key], value, "{jo}");
    }
    assert_eq!((&jo["receives_faults"], &jo["last_seen_at"]), (&Value::from(true), &Value::Null));
    assert!(shell.run(&["user", "list"]).exits(0).out.contains("Jo@desk.example  Jo Bell  administrator"));
    shell.run(&user_add(&JO)).exits(1).tells(&["has an account already"]);
}

#[test]
fn wrong_flags_of_an_account_are_told_together() {
    let shell = Shell::new();
    shell.run(&user_add(&["--email", "jo", "--name", " ", "--role", "root"])).exits(2).tells(&[
        "--email: must be a mail address",
        "--name: must not be empty",
        "--role: must be one of viewer, contact, manager, agent, engineer, supervisor, administrator",
    ]);
    let customer = ["--email", "sam@bath.example", "--name", "Sam", "--role", "manager"];
    shell.run(&user_add(&customer)).exits(2).tells(&["--customer: is needed"]);
    let named: Vec<_> = customer.into_iter().chain(["--customer", "Bath Dental"]).collect();
    shell.run(&user_add(&named)).exits(1).tells(&["no customer is called \"Bath Dental\"; there are none yet"]);
}

#[test]
fn passwords_come_from_standard_input_and_the_last_administrator_stays() {
    let shell = Shell::new();
    let with_password: Vec<_> = user_add(&JO).into_iter().chain(["--password-stdin"]).collect();
    shell.run_typing(&with_password, "short\n").exits(2).tells(&["the password must have 10 characters at least"]);
    let ran = shell.run_typing(&with_password, "correct horse battery\n").exits(0);
    assert_eq!(ran.out, "");
    let state = || shell.run(&["user", "list", "--json"]).exits(0).json()[0]["state"].clone();
    assert_eq!(state(), "active");
    shell.run(&["user", "disable", "--email", "jo@desk.example"]).exits(1).tells(&["last administrator"]);
    assert_eq!(state(), "active");
    let ran = shell.run(&["user", "reset-password", "--email", "jo@desk.example"]).exits(0);
    assert!(ran.out.starts_with("http://127.0.0.1:3000/p/"), "{}", ran.out);
    let set = ["user", "reset-password", "--email", "jo@desk.example", "--password-stdin"];
    shell.run_typing(&set, "another long password").exits(0).tells(&["signed out everywhere"]);
    shell.run(&["user", "reset-password", "--email", "nobody@desk.example"]).exits(1).tells(&["user list"]);
}

#[test]
fn an_account_is_disabled_and_enabled() {
    let shell = Shell::new();
    let second = ["--email", "ann@desk.example", "--name", "Ann Lee", "--role", "administrator", "--password-stdin"];
    shell.run_typing(&user_add(&second), "correct horse battery").exits(0);
    let agent = ["--email", "al@desk.example", "--name", "Al Fox", "--role", "agent"];
    shell.run(&user_add(&agent)).exits(0);
    let state = || {
        let people = shell.run(&["user", "list", "--json"]).exits(0).json();
        let al = people.as_array().unwrap().iter().find(|person| person["email"] == "al@desk.example").unwrap().clone();
        al["state"].clone()
    };
    shell.run(&["user", "disable", "--email", "al@desk.example"]).exits(0);
    assert_eq!(state(), "disabled");
    shell.run(&["user", "reset-password", "--email", "al@desk.example"]).exits(1).tells(&["user enable"]);
    let token = ["token", "add", "--email", "al@desk.example", "--name", "x"];
    shell.run(&token).exits(1).tells(&["is disabled"]);
    shell.run(&["user", "enable", "--email", "al@desk.example"]).exits(0);
    assert_eq!(state(), "invited");
}

#[test]
fn a_token_is_shown_once_and_can_be_revoked() {
    let shell = Shell::new();
    shell.run(&user_add(&JO)).exits(0);
    shell.run(&["token", "list"]).exits(0).tells(&["there are no tokens"]);
    let ran = shell.run(&["token", "add", "--email", "jo@desk.example", "--name", "backup"]).exits(0);
    assert_eq!(ran.out.lines().count(), 1, "{}", ran.out);
    assert!(ran.out.starts_with("fdk_"), "{}", ran.out);
    let listed = shell.run(&["token", "list", "--json", "--email", "jo@desk.example"]).exits(0);
    assert!(!listed.out.contains(ran.out.trim()));
    let token = &listed.json()[0];
    assert_eq!((&token["name"], &token["revoked_at"]), (&Value::from("backup"), &Value::Null));
    let id = token["id"].as_str().unwrap();
    shell.run(&["token", "revoke", id]).exits(0);
    shell.run(&["token", "revoke", id]).exits(1).tells(&["token list"]);
    assert!(shell.run(&["token", "list"]).exits(0).out.contains("revoked 2"));
}

// ---- the rest ----

#[test]
fn invented_data_is_not_mixed_with_other_data_by_accident() {
    let shell = Shell::new();
    let load = ["seed", "load", "--hosts", "3", "--services-per-host", "2", "--interval", "60"];
    let ran = shell.run(&load).exits(0);
    assert!(ran.out.contains("3 hosts and 6 services"), "{}", ran.out);
    assert_eq!(ran.err, "", "a progress line is for terminals");
    shell.run(&["seed", "demo"]).exits(1).tells(&["has 1 customers already", "--force"]);
    let ran = shell.run(&["seed", "demo", "--force"]).exits(0);
    assert!(ran.out.contains("SIGN IN"), "{}", ran.out);
    let again: Vec<_> = load.into_iter().chain(["--force"]).collect();
    shell.run(&again).exits(1).tells(&["in the database already"]);
}

#[test]
fn a_test_mail_without_a_mail_server_becomes_a_file() {
    let shell = Shell::new();
    let ran = shell.run(&["test-mail", "--to", "jo@desk.example", "--data-dir", "here"]).exits(0);
    assert!(ran.out.contains("written to here/mail/"), "{}", ran.out);
    let files: Vec<_> =
        fs::read_dir(shell.folder.path().join("here/mail")).unwrap().map(|file| file.unwrap()).collect();
    assert_eq!(files.len(), 1);
    assert_eq!(files[0].path().extension(), Some(OsStr::new("eml")));
    let mail = fs::read_to_string(files[0].path()).unwrap();
    assert!(mail.contains("To: jo@desk.example") && mail.contains("From: Faultdesk <faultdesk@localhost>"), "{mail}");
}

#[test]
fn a_test_mail_to_a_server_that_is_not_there_says_where_to_look() {
    let shell = Shell::new();
    let url = format!("smtp://127.0.0.1:{}", closed_port());
    let ran = shell.run_with(&["test-mail", "--to", "jo@desk.example"], &[("FAULTDESK_MAIL__SMTP_URL", &url)]);
    ran.exits(1).tells(&["was not reached", "mail.smtp_url"]);
}

#[test]
fn a_lab_lists_its_targets_and_ends_on_a_signal() {
    let shell = Shell::new();
    let mut command = shell.command(&["lab", "--targets", "6", "--control", "127.0.0.1:0"]);
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let mut seen = Vec::new();
    let control = loop {
        let line = lines.next().expect("the lab ended early").unwrap();
        match line.strip_prefix("control address: http://") {
            Some(control) => break control.to_owned(),
            None => seen.push(line),
        }
    };
    assert!(seen.iter().any(|line| line.starts_with("http-1  http  127.0.0.1:")), "{seen:#?}");
    let target = format!("http://{control}/targets");
    shell.run(&["probe", "http", &target, "--param", "contains=http-1"]).exits(0);
    let done = Command::new("kill").args(["-TERM", &child.id().to_string()]).status().unwrap();
    assert!(done.success());
    assert_eq!(child.wait().unwrap().code(), Some(0));
}
