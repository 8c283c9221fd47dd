//! Typed specifications, parsed from (kind, target, parameters) with every mistake reported at once.

use super::{FieldError, Params, ProbeKind};
use crate::text::Address;

mod dns;
mod http;
mod mail;
mod ping;
mod reader;
mod sip;
mod ssh;
mod status;
mod tcp;
mod tls;

pub use dns::{AnswerPattern, DnsCode, DnsRecord, DnsSpec};
pub use http::{BodyCheck, HeaderMatch, HttpAuth, HttpMethod, HttpSpec};
pub use mail::{MailSpec, StartTls};
pub use ping::PingSpec;
use reader::Reader;
pub use sip::{SipSpec, SipTransport};
pub use ssh::SshSpec;
pub use status::StatusSet;
pub use tcp::{Dialogue, TcpSpec, TcpTls};
pub use tls::TlsSpec;

/// Everything one probe run needs to know.
#[derive(Debug, Clone)]
pub enum ProbeSpec {
    Ping(PingSpec),
    Tcp(TcpSpec),
    Http(HttpSpec),
    Tls(TlsSpec),
    Dns(DnsSpec),
    Smtp(MailSpec),
    Imap(MailSpec),
    Ssh(SshSpec),
    Sip(SipSpec),
}

/// From how many milliseconds an answer is late.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct LatencyLimits {
    pub warning_ms: Option<u32>,
    pub critical_ms: Option<u32>,
}

/// The target with `{address}` replaced by the host's address; an IPv6 address gets brackets where a port may follow.
pub fn expand_target(kind: ProbeKind, target: &str, address: &Address) -> String {
    let plain = address.as_str();
    let bracketed = !matches!(kind, ProbeKind::Ping | ProbeKind::Dns) && plain.contains(':');
    let shown = if bracketed { format!("[{plain}]") } else { plain.to_owned() };
    target.replace("{address}", &shown)
}

/// A name for a service that was given none: what the probe asks.
pub fn default_name(spec: &ProbeSpec) -> String {
    match spec {
        ProbeSpec::Ping(_) => "Answers ping".to_owned(),
        ProbeSpec::Tcp(tcp) => format!("Port {} accepts", tcp.port),
        ProbeSpec::Http(http) => format!("Web page {}", http.url.path()),
        ProbeSpec::Tls(tls) => format!("Certificate on port {}", tls.port),
        ProbeSpec::Dns(dns) => format!("{} of {}", dns.record.as_str(), dns.name),
        ProbeSpec::Smtp(_) => "Takes mail".to_owned(),
        ProbeSpec::Imap(_) => "Mailboxes answer".to_owned(),
        ProbeSpec::Ssh(_) => "SSH answers".to_owned(),
        ProbeSpec::Sip(_) => "Answers SIP".to_owned(),
    }
}

impl ProbeSpec {
    pub fn kind(&self) -> ProbeKind {
        match self {
            Self::Ping(_) => ProbeKind::Ping,
            Self::Tcp(_) => ProbeKind::Tcp,
            Self::Http(_) => ProbeKind::Http,
            Self::Tls(_) => ProbeKind::Tls,
            Self::Dns(_) => ProbeKind::Dns,
            Self::Smtp(_) => ProbeKind::Smtp,
            Self::Imap(_) => ProbeKind::Imap,
            Self::Ssh(_) => ProbeKind::Ssh,
            Self::Sip(_) => ProbeKind::Sip,
        }
    }

    /// The typed specification, or every mistake by field (`target` or a parameter's name).
    pub fn parse(kind: ProbeKind, target: &str, params: &Params) -> Result<Self, Vec<FieldError>> {
        let mut reader = Reader { params, wrong: Vec::new() };
        reader.refuse_unknown(kind);
        let spec = match kind {
            ProbeKind::Ping => reader.ping(target).map(Self::Ping),
            ProbeKind::Tcp => reader.tcp(target).map(Self::Tcp),
            ProbeKind::Http => reader.http(target).map(Self::Http),
            ProbeKind::Tls => reader.tls(target).map(Self::Tls),
            ProbeKind::Dns => reader.dns(target).map(Self::Dns),
            ProbeKind::Smtp => reader.mail(kind, target).map(Self::Smtp),
            ProbeKind::Imap => reader.mail(kind, target).map(Self::Imap),
            ProbeKind::Ssh => reader.ssh(target).map(Self::Ssh),
            ProbeKind::Sip => reader.sip(target).map(Self::Sip),
        };
        match (spec, reader.wrong.is_empty()) {
            (Some(spec), true) => Ok(spec),
            _ => Err(reader.wrong),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Fields found wrong; empty when the specification is accepted.
    fn check(kind: ProbeKind, target: &str, pairs: &[(&str, &str)], wrong: &[&str]) {
        let params: Params = pairs.iter().copied().collect();
        let found = match ProbeSpec::parse(kind, target, &params) {
            Ok(_) => Vec::new(),
            Err(errors) => errors.into_iter().map(|error| error.field).collect(),
        };
        assert_eq!(found, wrong, "{kind:?} {target} {pairs:?}");
    }

    #[test]
    fn ping_targets_are_hosts() {
        check(ProbeKind::Ping, "127.0.0.1", &[], &[]);
        check(ProbeKind::Ping, "::1", &[("count", "20")], &[]);
        check(ProbeKind::Ping, "127.0.0.1:80", &[], &["target"]);
        check(ProbeKind::Ping, "a", &[("count", "21"), ("loss_warning", "0")], &["count", "loss_warning"]);
        check(ProbeKind::Ping, "a", &[("loss_warning", "50"), ("loss_critical", "20")], &["loss_critical"]);
    }

    #[test]
    fn tcp_targets_have_a_port() {
        check(ProbeKind::Tcp, "pbx:5060", &[("send", "QUIT\\r\\n"), ("expect", "220")], &[]);
        check(ProbeKind::Tcp, "[::1]:22", &[], &[]);
        check(ProbeKind::Tcp, "::1:22", &[], &["target"]);
        check(ProbeKind::Tcp, "pbx", &[], &["target"]);
        check(ProbeKind::Tcp, "pbx:0", &[], &["target"]);
        check(ProbeKind::Tcp, "pbx:65536", &[], &["target"]);
        check(ProbeKind::Tcp, "pbx:25", &[("tls", "yes"), ("starttls", "smtp")], &["starttls"]);
        check(ProbeKind::Tcp, "pbx:25", &[("tls", "perhaps")], &["tls"]);
    }

    #[test]
    fn http_targets_are_web_addresses() {
        check(ProbeKind::Http, "https://a.example/x?y", &[("status", "200,300-399")], &[]);
        check(ProbeKind::Http, "ftp://a.example", &[], &["target"]);
        check(ProbeKind::Http, "http://jo:pw@a.example", &[], &["target"]);
        check(ProbeKind::Http, "http://a", &[("status", "99"), ("method", "BREW")], &["status", "method"]);
        check(ProbeKind::Http, "http://a", &[("matches", "(")], &["matches"]);
        check(ProbeKind::Http, "http://a", &[("json_value", "1")], &["json_value"]);
        check(ProbeKind::Http, "http://a", &[("header", "no colon")], &["header"]);
        check(ProbeKind::Http, "http://a", &[("header", "X: a\r\nY: b")], &["header"]);
        check(ProbeKind::Http, "http://a", &[("password", "x")], &["password"]);
    }

    #[test]
    fn a_parameter_of_another_kind_is_refused_by_name() {
        check(ProbeKind::Ping, "a", &[("status", "200")], &["status"]);
        let params: Params = [("contain", "x")].into_iter().collect();
        let errors = ProbeSpec::parse(ProbeKind::Http, "http://a", &params).unwrap_err();
        assert!(errors[0].message.contains("contains"), "{}", errors[0]);
    }

    #[test]
    fn an_ipv6_address_gets_brackets_where_a_port_may_follow() {
        let address = Address::parse("::1").unwrap();
        assert_eq!(expand_target(ProbeKind::Ping, "{address}", &address), "::1");
        assert_eq!(expand_target(ProbeKind::Http, "http://{address}:81/", &address), "http://[::1]:81/");
    }

    #[test]
    fn secrets_do_not_reach_a_log() {
        let params: Params = [("username", "jo"), ("password", "hunter2")].into_iter().collect();
        let spec = ProbeSpec::parse(ProbeKind::Http, "http://a", &params).unwrap();
        assert!(!format!("{spec:?}").contains("hunter2"));
    }

    #[test]
    fn tls_and_ssh_targets_have_a_port() {
        check(ProbeKind::Tls, "a.example:443", &[("server_name", "b.example"), ("ca_file", "/a.pem")], &[]);
        check(ProbeKind::Tls, "a.example", &[], &["target"]);
        check(ProbeKind::Tls, "a.example:443", &[("server_name", "a b")], &["server_name"]);
        check(ProbeKind::Ssh, "a.example:22", &[], &[]);
        check(ProbeKind::Ssh, "a.example:22", &[("ca_file", "/a.pem")], &["ca_file"]);
    }

    #[test]
    fn dns_asks_for_names() {
        check(ProbeKind::Dns, "example.com", &[("type", "mx"), ("rcode", "noerror"), ("answer", "10 *")], &[]);
        check(ProbeKind::Dns, "_sip._udp.example.com.", &[("type", "SRV"), ("resolver", "[::1]:5353")], &[]);
        check(ProbeKind::Dns, "example.com", &[("resolver", "::1"), ("rcode", "NXDOMAIN")], &[]);
        check(ProbeKind::Dns, "192.0.2.1", &[("type", "PTR")], &[]);
        check(ProbeKind::Dns, "192.0.2.1", &[], &["target"]);
        check(ProbeKind::Dns, "", &[("type", "ANY"), ("rcode", "9")], &["type", "target", "rcode"]);
        check(ProbeKind::Dns, "a.example", &[("resolver", "a b"), ("resolver", "c")], &["resolver", "resolver"]);
        check(ProbeKind::Dns, "a.example", &[("rcode", "NXDOMAIN"), ("answer", "x")], &["answer"]);
        let long = "a.".repeat(126);
        check(ProbeKind::Dns, &format!("{long}b"), &[], &[]);
        check(ProbeKind::Dns, &format!("{long}bc"), &[], &["target"]);
    }

    #[test]
    fn mail_says_how_much_it_wants_starttls() {
        for kind in [ProbeKind::Smtp, ProbeKind::Imap] {
            for word in ["offered", "required", "none"] {
                check(kind, "mail.example:25", &[("starttls", word)], &[]);
            }
            check(kind, "mail.example:25", &[("starttls", "smtp")], &["starttls"]);
            check(kind, "mail.example", &[], &["target"]);
        }
        let spec = ProbeSpec::parse(ProbeKind::Smtp, "mail.example:25", &Params::default()).unwrap();
        let ProbeSpec::Smtp(smtp) = spec else { panic!("{spec:?}") };
        assert_eq!(smtp.starttls, StartTls::Offered);
    }

    #[test]
    fn sip_has_a_transport_and_final_answers() {
        for word in ["udp", "tcp", "tls"] {
            check(ProbeKind::Sip, "pbx:5060", &[("transport", word), ("accept", "200-299,603")], &[]);
        }
        check(ProbeKind::Sip, "pbx:5060", &[("transport", "sctp"), ("accept", "100")], &["transport", "accept"]);
        let spec = ProbeSpec::parse(ProbeKind::Sip, "pbx:5060", &Params::default()).unwrap();
        let ProbeSpec::Sip(sip) = spec else { panic!("{spec:?}") };
        assert_eq!((sip.transport, sip.accept.to_string().as_str()), (SipTransport::Udp, "200,401,404,405,407"));
    }
}
