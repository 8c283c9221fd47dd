//! Probes against servers that others wrote: OpenSSH, Dovecot, Postfix, SIPp and unbound. `make test` installs them and
//! starts the mail servers.

#![expect(clippy::unwrap_used, clippy::panic, reason = "helpers of tests fail by panicking, as tests do")]

use std::{
    fs::{self, File},
    net::{TcpListener, UdpSocket},
    os::unix::{
        fs::{MetadataExt, PermissionsExt, chown},
        process::CommandExt,
    },
    path::Path,
    process::{Child, Command, Stdio},
    time::Duration,
};

use domain::{
    observation::{Observation, Status},
    probe::{Params, ProbeKind, ProbeSpec},
};
use server::{clock::Clock, probes::Prober};
use tempfile::TempDir;

const LIMIT: Duration = Duration::from_secs(10);
/// `nobody`: some servers will not run as root, or not without folders that are not ours.
const NOBODY: u32 = 65_534;

async fn probe(kind: ProbeKind, target: &str, params: &[(&str, &str)]) -> Observation {
    let params: Params = params.iter().copied().collect();
    let spec = ProbeSpec::parse(kind, target, &params).unwrap();
    Prober::start(Clock::system()).run(&spec, LIMIT).await
}

/// Probes until the server has started.
async fn probe_soon(kind: ProbeKind, target: &str, params: &[(&str, &str)]) -> Observation {
    let mut seen = probe(kind, target, params).await;
    for _ in 0..100 {
        if !seen.text.contains("connection refused") {
            break;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
        seen = probe(kind, target, params).await;
    }
    seen
}

#[track_caller]
fn assert_seen(seen: &Observation, status: Status, words: &str) {
    assert!(seen.status == status && seen.text.contains(words), "expected {status:?} with {words:?}, saw {seen:?}");
}

fn variable(name: &str) -> String {
    std::env::var(name).unwrap_or_else(|_| panic!("{name} must be set; `make test` starts scripts/mail-servers.sh"))
}

/// A program that ends with its test.
struct Running(Child);

impl Running {
    fn start(command: &mut Command, log: &Path) -> Self {
        let out = File::create(log).unwrap();
        let name = command.get_program().to_owned();
        let child = command.stdin(Stdio::null()).stdout(out.try_clone().unwrap()).stderr(out).spawn();
        Self(child.unwrap_or_else(|error| panic!("{name:?}: {error}; `make test` installs it")))
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

fn is_root(folder: &TempDir) -> bool {
    fs::metadata(folder).unwrap().uid() == 0
}

// ---- SSH ----

#[tokio::test]
async fn openssh_identifies_itself_and_takes_our_leaving_well() {
    let folder = tempfile::tempdir().unwrap();
    let root = is_root(&folder);
    let key = folder.path().join("key");
    let made = Command::new("ssh-keygen").args(["-q", "-t", "ed25519", "-N", "", "-f"]).arg(&key).status().unwrap();
    assert!(made.success());
    let (config, log) = (folder.path().join("sshd_config"), folder.path().join("log"));
    fs::write(&config, format!("HostKey {}\nPidFile none\nUsePAM no\nListenAddress 127.0.0.1\n", key.display()))
        .unwrap();
    let mut command = Command::new("/usr/sbin/sshd");
    if root {
        for path in [folder.path(), &key, &config] {
            chown(path, Some(NOBODY), Some(NOBODY)).unwrap();
        }
        command.uid(NOBODY).gid(NOBODY);
    }
    let port = free_port();
    let _sshd = Running::start(command.args(["-D", "-e", "-p", &port.to_string(), "-f"]).arg(&config), &log);
    let seen = probe_soon(ProbeKind::Ssh, &format!("127.0.0.1:{port}"), &[]).await;
    assert_seen(&seen, Status::Ok, "answered \"SSH-2.0-OpenSSH_");
    // What the customer's log says of us; the server writes it when it has seen the end.
    let mut said = String::new();
    for _ in 0..50 {
        said = fs::read_to_string(&log).unwrap();
        if said.contains("Connection ") {
            break;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    assert!(said.contains("Connection closed by 127.0.0.1") && !said.contains("error"), "{said}");
}

// ---- mail ----

#[tokio::test]
async fn dovecot_greets_in_clear_text_and_over_tls() {
    let certificate = format!("{}/cert.pem", variable("FAULTDESK_TEST_MAIL"));
    let server = variable("FAULTDESK_TEST_IMAP");
    let (_, target) = server.rsplit_once('@').unwrap();
    encrypted_and_clear(ProbeKind::Imap, target, &certificate, "answered \"* OK").await;
}

#[tokio::test]
async fn postfix_greets_in_clear_text_and_over_tls() {
    let certificate = format!("{}/cert.pem", variable("FAULTDESK_TEST_MAIL"));
    let Ok(ports) = std::env::var("FAULTDESK_TEST_POSTFIX") else {
        eprintln!("SKIPPED: Postfix runs as root alone, so scripts/mail-servers.sh started Dovecot without it");
        return;
    };
    let (port, _) = ports.split_once(':').unwrap();
    encrypted_and_clear(ProbeKind::Smtp, &format!("127.0.0.1:{port}"), &certificate, "answered \"220 relay.example")
        .await;
}

async fn encrypted_and_clear(kind: ProbeKind, target: &str, certificate: &str, greeting: &str) {
    let params = [("server_name", "mail.example"), ("ca_file", certificate)];
    for starttls in ["offered", "required"] {
        let seen = probe(kind, target, &[params[0], params[1], ("starttls", starttls)]).await;
        assert_seen(&seen, Status::Ok, greeting);
        assert_seen(&seen, Status::Ok, " with TLS in ");
    }
    let clear = probe(kind, target, &[("starttls", "none")]).await;
    assert_seen(&clear, Status::Ok, greeting);
    assert_seen(&clear, Status::Ok, " without TLS in ");
    let other = probe(kind, target, &[("server_name", "other.example"), params[1]]).await;
    assert_seen(&other, Status::Critical, "the wrong name");
}

// ---- SIP ----

/// Answers OPTIONS with 404 after a provisional answer.
const SCENARIO: &str = r#"<?xml version="1.0" encoding="ISO-8859-1" ?>
<!DOCTYPE scenario SYSTEM "sipp.dtd">
<scenario name="options">
  <recv request="OPTIONS" crlf="true"/>
  <send><![CDATA[

    SIP/2.0 100 Trying
    [last_Via:]
    [last_From:]
    [last_To:]
    [last_Call-ID:]
    [last_CSeq:]
    Content-Length: 0

  ]]></send>
  <send><![CDATA[

    SIP/2.0 404 Not Found
    [last_Via:]
    [last_From:]
    [last_To:];tag=[call_number]
    [last_Call-ID:]
    [last_CSeq:]
    Content-Length: 0

  ]]></send>
</scenario>
"#;

async fn sipp(transport: &str, option: &str) {
    let folder = tempfile::tempdir().unwrap();
    fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o755)).unwrap();
    let scenario = folder.path().join("options.xml");
    fs::write(&scenario, SCENARIO).unwrap();
    // Free for UDP and TCP alike, as far as can be known.
    let port = loop {
        let port = free_port();
        if UdpSocket::bind(("127.0.0.1", port)).is_ok() {
            break port;
        }
    };
    let mut command = Command::new("/usr/bin/sipp");
    command.current_dir(&folder).args(["-i", "127.0.0.1", "-p", &port.to_string(), "-t", option, "-nostdin", "-sf"]);
    let _sipp = Running::start(command.arg(&scenario), &folder.path().join("log"));
    let target = format!("127.0.0.1:{port}");
    let seen = probe_soon(ProbeKind::Sip, &target, &[("transport", transport)]).await;
    assert_seen(&seen, Status::Ok, "answered \"404 Not Found\"");
    let strict = probe(ProbeKind::Sip, &target, &[("transport", transport), ("accept", "200")]).await;
    assert_seen(&strict, Status::Critical, "good are 200");
}

#[tokio::test]
async fn sipp_understands_our_options_over_udp() {
    sipp("udp", "u1").await;
}

#[tokio::test]
async fn sipp_understands_our_options_over_tcp() {
    sipp("tcp", "t1").await;
}

// ---- DNS ----

#[tokio::test]
async fn unbound_answers_every_type_of_record() {
    let folder = tempfile::tempdir().unwrap();
    let port = free_port();
    let long = "x".repeat(250);
    let config = format!(
        "server:\n directory: \"{folder}\"\n chroot: \"\"\n username: \"\"\n pidfile: \"\"\n use-syslog: no\n do-daemonize: no\n \
         interface: 127.0.0.1@{port}\n port: {port}\n do-ip6: no\n access-control: 127.0.0.0/8 allow\n \
         module-config: \"iterator\"\n local-zone: \"desk.test.\" static\n local-zone: \"closed.test.\" refuse\n \
         local-data: \"desk.test. SOA ns.desk.test. it.desk.test. 7 3600 600 86400 60\"\n \
         local-data: \"desk.test. NS ns.desk.test.\"\n \
         local-data: \"desk.test. MX 10 mail.desk.test.\"\n \
         local-data: 'desk.test. CAA 0 issue \"ca.example\"'\n \
         local-data: \"ns.desk.test. A 192.0.2.53\"\n \
         local-data: \"ns.desk.test. AAAA 2001:db8::53\"\n \
         local-data: \"www.desk.test. CNAME ns.desk.test.\"\n \
         local-data: \"_sip._udp.desk.test. SRV 1 2 5060 pbx.desk.test.\"\n \
         local-data: 'long.desk.test. TXT \"{long}\"'\n \
         local-data: 'long.desk.test. TXT \"{long}1\"'\n \
         local-data: 'long.desk.test. TXT \"{long}2\"'\n \
         local-data: \"10.2.0.192.in-addr.arpa. PTR pbx.desk.test.\"\n\
         remote-control:\n control-enable: no\n",
        folder = folder.path().display(),
    );
    let file = folder.path().join("unbound.conf");
    fs::write(&file, config).unwrap();
    let _unbound =
        Running::start(Command::new("/usr/sbin/unbound").arg("-d").arg("-c").arg(&file), &folder.path().join("log"));
    let resolver = format!("127.0.0.1:{port}");
    let first = probe_soon(ProbeKind::Dns, "ns.desk.test", &[("resolver", &resolver)]).await;
    let log = fs::read_to_string(folder.path().join("log")).unwrap();
    assert!(first.status == Status::Ok, "{first:?} {log}");
    for (name, record, answer) in [
        ("ns.desk.test", "A", "192.0.2.53"),
        ("ns.desk.test", "AAAA", "2001:db8::53"),
        ("desk.test", "MX", "10 mail.desk.test"),
        ("desk.test", "NS", "ns.desk.test"),
        ("desk.test", "SOA", "ns.desk.test it.desk.test 7 *"),
        ("desk.test", "CAA", "0 issue \"ca.example\""),
        ("www.desk.test", "CNAME", "ns.desk.test"),
        ("_sip._udp.desk.test", "SRV", "1 2 5060 pbx.desk.test"),
        ("192.0.2.10", "PTR", "pbx.desk.test"),
        // Too long for a datagram: over TCP.
        ("long.desk.test", "TXT", "x*x2"),
    ] {
        let seen = probe(ProbeKind::Dns, name, &[("resolver", &resolver), ("type", record), ("answer", answer)]).await;
        assert_seen(&seen, Status::Ok, "answered ");
    }
    for (name, rcode) in [("missing.desk.test", "NXDOMAIN"), ("a.closed.test", "REFUSED")] {
        let params = [("resolver", resolver.as_str()), ("rcode", rcode)];
        assert_seen(&probe(ProbeKind::Dns, name, &params).await, Status::Ok, rcode);
        assert_seen(&probe(ProbeKind::Dns, name, &params[..1]).await, Status::Critical, rcode);
    }
}
