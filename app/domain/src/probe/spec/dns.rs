//! `dns`: a name, what is asked about it, and what must come back.

use std::net::IpAddr;

use super::{
    LatencyLimits,
    reader::{Reader, TEXT_CHARS_MAX, split_port},
};
use crate::{probe::ProbeKind, text::Address};

const PORT: u16 = 53;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DnsSpec {
    /// Without the dot that ends a full name.
    pub name: String,
    /// Whom to ask; `None` is whom this machine asks.
    pub resolver: Option<(Address, u16)>,
    pub record: DnsRecord,
    pub rcode: DnsCode,
    /// How one record must read.
    pub answer: Option<AnswerPattern>,
    pub latency: LatencyLimits,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DnsRecord {
    A,
    Aaaa,
    Mx,
    Txt,
    Ns,
    Cname,
    Srv,
    Ptr,
    Soa,
    Caa,
}

impl DnsRecord {
    pub const ALL: [Self; 10] =
        [Self::A, Self::Aaaa, Self::Mx, Self::Txt, Self::Ns, Self::Cname, Self::Srv, Self::Ptr, Self::Soa, Self::Caa];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::A => "A",
            Self::Aaaa => "AAAA",
            Self::Mx => "MX",
            Self::Txt => "TXT",
            Self::Ns => "NS",
            Self::Cname => "CNAME",
            Self::Srv => "SRV",
            Self::Ptr => "PTR",
            Self::Soa => "SOA",
            Self::Caa => "CAA",
        }
    }
}

/// Response codes that a service may want.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DnsCode {
    NoError,
    FormErr,
    ServFail,
    NxDomain,
    NotImp,
    Refused,
}

impl DnsCode {
    pub const ALL: [Self; 6] =
        [Self::NoError, Self::FormErr, Self::ServFail, Self::NxDomain, Self::NotImp, Self::Refused];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::NoError => "NOERROR",
            Self::FormErr => "FORMERR",
            Self::ServFail => "SERVFAIL",
            Self::NxDomain => "NXDOMAIN",
            Self::NotImp => "NOTIMP",
            Self::Refused => "REFUSED",
        }
    }

    /// RFC 1035, 4.1.1: they are counted from 0.
    pub fn number(self) -> u16 {
        match self {
            Self::NoError => 0,
            Self::FormErr => 1,
            Self::ServFail => 2,
            Self::NxDomain => 3,
            Self::NotImp => 4,
            Self::Refused => 5,
        }
    }
}

/// How a record must read: without case, without the dots that end names, and `*` stands for any text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AnswerPattern(String);

impl AnswerPattern {
    pub fn as_str(&self) -> &str {
        &self.0
    }

    pub fn matches(&self, record: &str) -> bool {
        let (pattern, record) = (plain(&self.0), plain(record));
        let Some((first, rest)) = pattern.split_once('*') else { return pattern == record };
        let Some(mut left) = record.strip_prefix(first) else { return false };
        let (middle, last) = rest.rsplit_once('*').unwrap_or(("", rest));
        for part in middle.split('*') {
            let Some(at) = left.find(part) else { return false };
            left = left.get(at + part.len()..).unwrap_or_default();
        }
        left.ends_with(last)
    }
}

fn plain(text: &str) -> String {
    let words: Vec<_> = text.split_whitespace().map(|word| word.trim_end_matches('.').to_lowercase()).collect();
    words.join(" ")
}

impl Reader<'_> {
    pub(super) fn dns(&mut self, target: &str) -> Option<DnsSpec> {
        let word = self.params.first("type").unwrap_or("A").to_ascii_uppercase();
        let record = DnsRecord::ALL.into_iter().find(|record| record.as_str() == word);
        if record.is_none() {
            let known = DnsRecord::ALL.map(DnsRecord::as_str).join(", ");
            self.fail("type", format!("must be one of {known}, not {word:?}"));
        }
        let name = self.dns_name(target, record);
        let resolver = self.text("resolver", TEXT_CHARS_MAX);
        let resolver = resolver.map(|text| {
            let bare = Address::parse(&text).ok().map(|host| (host, PORT));
            bare.or_else(|| split_port(&text)).ok_or(text)
        });
        let resolver = resolver.transpose().map_err(|text| {
            self.fail("resolver", format!("must be a host or host:port, such as 192.0.2.53, not {text:?}"));
        });
        let word = self.params.first("rcode").unwrap_or("NOERROR").to_ascii_uppercase();
        let rcode = DnsCode::ALL.into_iter().find(|code| code.as_str() == word);
        if rcode.is_none() {
            let known = DnsCode::ALL.map(DnsCode::as_str).join(", ");
            self.fail("rcode", format!("must be one of {known}, not {word:?}"));
        }
        let answer = self.text("answer", TEXT_CHARS_MAX).map(AnswerPattern);
        if answer.is_some() && rcode.is_some_and(|code| code != DnsCode::NoError) {
            self.fail("answer", "cannot be wanted together with an rcode other than NOERROR");
        }
        let latency = self.limits("latency_warning_ms", "latency_critical_ms");
        Some(DnsSpec { name: name?, resolver: resolver.ok()?, record: record?, rcode: rcode?, answer, latency })
    }

    /// A name as it is asked for; an IP address is asked for by the name that stands for it backwards.
    fn dns_name(&mut self, target: &str, record: Option<DnsRecord>) -> Option<String> {
        let name = Address::parse(target).ok().and_then(|name| match (name.as_str().parse(), record) {
            (Err(_), _) => Some(name.as_str().trim_end_matches('.').to_owned()),
            (Ok(ip), Some(DnsRecord::Ptr)) => Some(backwards(ip)),
            (Ok(_), _) => None,
        });
        if name.is_none() {
            self.fail("target", format!("must be {}, not {target:?}", ProbeKind::Dns.target_shape()));
        }
        name
    }
}

/// Sources: RFC 1035, 3.5; RFC 3596, 2.5.
fn backwards(ip: IpAddr) -> String {
    match ip.to_canonical() {
        IpAddr::V4(v4) => {
            let [a, b, c, d] = v4.octets();
            format!("{d}.{c}.{b}.{a}.in-addr.arpa")
        }
        IpAddr::V6(v6) => {
            let digits = format!("{:032x}", v6.to_bits());
            digits.chars().rev().fold(String::new(), |name, digit| format!("{name}{digit}.")) + "ip6.arpa"
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_compared_as_people_read_it() {
        for (pattern, record, good) in [
            ("192.0.2.1", "192.0.2.1", true),
            ("192.0.2.1", "192.0.2.10", false),
            ("10 Mail.example", "10 mail.example.", true),
            ("10 mail.example", "20 mail.example.", false),
            ("*mail.example", "20 mail.example.", true),
            ("v=spf1 * -all", "v=spf1 include:a.example -all", true),
            ("v=spf1 * -all", "v=spf1 -all", false),
            ("a*b*c", "a-b-b-c", true),
            ("a*b*c", "a-c-b", false),
            ("ab*ba", "aba", false),
            ("*", "", true),
            ("**", "x", true),
        ] {
            assert_eq!(AnswerPattern(pattern.to_owned()).matches(record), good, "{pattern} {record}");
        }
    }

    #[test]
    fn addresses_are_asked_for_backwards() {
        assert_eq!(backwards("192.0.2.10".parse().unwrap()), "10.2.0.192.in-addr.arpa");
        let v6 = backwards("2001:db8::1".parse().unwrap());
        assert!(v6.starts_with("1.0.0.0.") && v6.ends_with("8.b.d.0.1.0.0.2.ip6.arpa"), "{v6}");
    }
}
