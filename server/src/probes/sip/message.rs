//! One OPTIONS request and the answers to it. Source: RFC 3261.

use std::{fmt::Write, net::SocketAddr};

use domain::probe::{SipSpec, SipTransport};

use crate::{
    entropy,
    probes::{
        Trouble, first_line,
        udp::{self, Heard},
    },
};

/// An OPTIONS request of our own, and by what its answers are known.
#[derive(Debug)]
pub(super) struct Question {
    branch: String,
    call_id: String,
    text: String,
}

/// What a telephone system said to our question.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Answer {
    pub(super) code: u16,
    /// Code and reason, quoted and short.
    pub(super) words: String,
}

impl Answer {
    /// Whether it is more than "still at it".
    pub(super) fn is_final(&self) -> bool {
        200 <= self.code
    }
}

impl Question {
    /// A question from `local` that nobody can guess, so that no stranger can answer it.
    pub(super) fn new(spec: &SipSpec, local: SocketAddr) -> Result<Self, Trouble> {
        let random = || match entropy::bytes::<12>() {
            Ok(bytes) => Ok(bytes.iter().fold(String::new(), |mut hex, byte| {
                let _ = write!(hex, "{byte:02x}");
                hex
            })),
            Err(error) => Err(Trouble::Ours(error.to_string())),
        };
        let (host, transport) = (spec.host.as_str(), spec.transport.as_str());
        let host = if host.contains(':') { format!("[{host}]") } else { host.to_owned() };
        // An IPv6 address of our own in its brackets, as SocketAddr writes it.
        let own = local.to_string();
        let own_host = own.rsplit_once(':').map_or(own.as_str(), |(host, _)| host);
        let way = if spec.transport == SipTransport::Udp { String::new() } else { format!(";transport={transport}") };
        let uri = format!("sip:{host}:{}{way}", spec.port);
        // The cookie that marks a branch of this version of SIP (8.1.1.7).
        let branch = format!("z9hG4bK{}", random()?);
        let call_id = format!("{}@{own_host}", random()?);
        let text = format!(
            "OPTIONS {uri} SIP/2.0\r\n\
             Via: SIP/2.0/{} {own};branch={branch};rport\r\n\
             Max-Forwards: 70\r\n\
             From: <sip:faultdesk@{own_host}>;tag={}\r\n\
             To: <{uri}>\r\n\
             Call-ID: {call_id}\r\n\
             CSeq: 1 OPTIONS\r\n\
             Contact: <sip:faultdesk@{own}>\r\n\
             Accept: application/sdp\r\n\
             User-Agent: faultdesk\r\n\
             Content-Length: 0\r\n\r\n",
            transport.to_ascii_uppercase(),
            random()?,
        );
        Ok(Self { branch, call_id, text })
    }

    /// The answer in `message`, if it is one to this question: same branch, same call, same number and method.
    pub(super) fn answered_by(&self, message: &Message) -> Option<Answer> {
        let (code, words) = message.status()?;
        let branch = message.first("via", "v").and_then(branch)?;
        let call_id = message.first("call-id", "i")?;
        let cseq: Vec<_> = message.first("cseq", "cseq")?.split_ascii_whitespace().collect();
        let ours = branch.eq_ignore_ascii_case(&self.branch) && call_id == self.call_id && cseq == ["1", "OPTIONS"];
        ours.then_some(Answer { code, words })
    }
}

impl udp::Question for Question {
    type Answer = Answer;

    fn as_bytes(&self) -> &[u8] {
        self.text.as_bytes()
    }

    fn hear(&self, datagram: &[u8]) -> Heard<Answer> {
        match Message::parse(datagram).and_then(|message| self.answered_by(&message)) {
            Some(answer) if answer.is_final() => Heard::Answer(answer),
            Some(_) => Heard::Working,
            None => Heard::Nothing,
        }
    }
}

/// The parameter `branch` of the topmost Via.
fn branch(via: &str) -> Option<&str> {
    // Several may stand in one line, the topmost first.
    let top = via.split(',').next()?;
    top.split(';').skip(1).find_map(|parameter| {
        let (name, value) = parameter.split_once('=')?;
        name.trim().eq_ignore_ascii_case("branch").then(|| value.trim())
    })
}

/// The head of a message as it came, read as tolerantly as it can be without doubt.
#[derive(Debug)]
pub(super) struct Message {
    start: String,
    /// Names in small letters.
    fields: Vec<(String, String)>,
}

impl Message {
    /// `None` when `bytes` do not begin like SIP.
    pub(super) fn parse(bytes: &[u8]) -> Option<Self> {
        let text = String::from_utf8_lossy(bytes);
        // Empty lines may come before a message (7.5).
        let mut lines = text.trim_start_matches(['\r', '\n']).lines();
        let start = lines.next()?.to_owned();
        if !is_start(&start) {
            return None;
        }
        let mut fields: Vec<(String, String)> = Vec::new();
        for line in lines.take_while(|line| !line.is_empty()) {
            match (line.starts_with([' ', '\t']), fields.last_mut()) {
                // A field goes on in a line that begins with a blank (7.3.1).
                (true, Some((_, value))) => {
                    value.push(' ');
                    value.push_str(line.trim());
                }
                _ => {
                    if let Some((name, value)) = line.split_once(':') {
                        fields.push((name.trim().to_ascii_lowercase(), value.trim().to_owned()));
                    }
                }
            }
        }
        Some(Self { start, fields })
    }

    /// The code of an answer, and the code with its reason; `None` for a request.
    fn status(&self) -> Option<(u16, String)> {
        let (version, rest) = self.start.split_once(' ')?;
        let code = rest.split_ascii_whitespace().next()?.parse().ok().filter(|code| (100..=699).contains(code))?;
        version.eq_ignore_ascii_case("SIP/2.0").then(|| (code, first_line(rest.as_bytes())))
    }

    /// The first field of this name, long or short (7.3.3).
    fn first(&self, long: &str, short: &str) -> Option<&str> {
        self.fields.iter().find(|(name, _)| name == long || name == short).map(|(_, value)| value.as_str())
    }

    /// Bytes of the body, where one is announced; `None` when what is announced is no number.
    pub(super) fn content_length(&self) -> Option<usize> {
        self.first("content-length", "l").map_or(Some(0), |length| length.parse().ok())
    }
}

/// Whether `line` begins a message: `SIP/2.0 200 OK` or `OPTIONS sip:a SIP/2.0`.
pub(super) fn is_start(line: &str) -> bool {
    const VERSION: &str = "SIP/2.0";
    let answer = line.get(..VERSION.len()).is_some_and(|start| start.eq_ignore_ascii_case(VERSION));
    answer || line.trim_end().ends_with(" SIP/2.0")
}

#[cfg(test)]
pub(super) mod tests {
    use domain::probe::{Params, ProbeKind, ProbeSpec};

    use super::*;

    /// What a polite telephone system answers to `request`, with the fields that tell it from others replaced.
    pub(in crate::probes::sip) fn reply(request: &str, status: &str, replace: &[(&str, &str)]) -> String {
        let field = |name: &str| request.lines().find(|line| line.starts_with(name)).unwrap();
        let mut answer = format!("SIP/2.0 {status}\r\n");
        for name in ["Via:", "From:", "To:", "Call-ID:", "CSeq:"] {
            let line = match replace.iter().find(|(replaced, _)| *replaced == name) {
                Some((_, line)) => line,
                None => field(name),
            };
            answer += &format!("{line}\r\n");
        }
        answer + "Content-Length: 0\r\n\r\n"
    }

    fn question(target: &str, params: &[(&str, &str)]) -> Question {
        let params: Params = params.iter().copied().collect();
        let ProbeSpec::Sip(spec) = ProbeSpec::parse(ProbeKind::Sip, target, &params).unwrap() else { panic!() };
        Question::new(&spec, "192.0.2.1:40000".parse().unwrap()).unwrap()
    }

    #[test]
    fn a_question_names_where_it_goes_and_comes_from() {
        let udp = question("pbx.example:5060", &[]);
        assert!(
            udp.text.starts_with("OPTIONS sip:pbx.example:5060 SIP/2.0\r\nVia: SIP/2.0/UDP 192.0.2.1:40000;branch=")
        );
        assert!(udp.text.contains(";rport\r\n") && udp.text.ends_with("Content-Length: 0\r\n\r\n"), "{}", udp.text);
        let tls = question("[2001:db8::1]:5061", &[("transport", "tls")]);
        assert!(tls.text.starts_with("OPTIONS sip:[2001:db8::1]:5061;transport=tls SIP/2.0\r\n"), "{}", tls.text);
        assert!(tls.text.contains("Via: SIP/2.0/TLS "));
        assert_ne!(udp.branch, question("pbx.example:5060", &[]).branch);
    }

    #[test]
    fn only_an_answer_to_this_question_is_one() {
        let question = question("pbx.example:5060", &[]);
        let answered = |text: &str| question.answered_by(&Message::parse(text.as_bytes())?);
        let good = reply(&question.text, "200 OK", &[]);
        assert_eq!(answered(&good).unwrap(), Answer { code: 200, words: "\"200 OK\"".to_owned() });
        assert!(!answered(&reply(&question.text, "100 Trying", &[])).unwrap().is_final());
        for foreign in [
            ("Via:", "Via: SIP/2.0/UDP 192.0.2.1:40000;branch=z9hG4bKother"),
            ("Via:", "Via: SIP/2.0/UDP 192.0.2.1:40000"),
            ("Call-ID:", "Call-ID: other@192.0.2.1"),
            ("CSeq:", "CSeq: 2 OPTIONS"),
            ("CSeq:", "CSeq: 1 INVITE"),
            ("CSeq:", "CSeq: 1"),
        ] {
            assert_eq!(answered(&reply(&question.text, "200 OK", &[foreign])), None, "{foreign:?}");
        }
        for status in ["20", "2000", "200x", "99 low", "700 high", "abc", ""] {
            assert_eq!(answered(&reply(&question.text, status, &[])), None, "{status}");
        }
        // Our own question comes back from a mirror.
        assert_eq!(answered(&question.text), None);
    }

    #[test]
    fn odd_but_allowed_forms_are_understood() {
        let question = question("pbx.example:5060", &[]);
        let text = format!(
            "\r\nSIP/2.0 404 Not Found\nv: SIP/2.0/UDP a ; Branch = x,\n SIP/2.0/UDP b\nvia: c\ni:{}\ncseq:  1\t OPTIONS\nL: 5\n\nhello",
            question.call_id
        );
        let text = text.replace("Branch = x", &format!("Branch = {}", question.branch));
        let message = Message::parse(text.as_bytes()).unwrap();
        assert_eq!(question.answered_by(&message).unwrap().code, 404);
        assert_eq!(message.content_length(), Some(5));
    }

    #[test]
    fn what_is_no_sip_is_none_and_harms_nobody() {
        for garbage in
            [&b""[..], b"\r\n\r\n", b"HTTP/1.1 200 OK\r\n\r\n", &[0xff; 2_000], b"SIP/3.0 200 OK\r\n", b":::\n:"]
        {
            assert!(Message::parse(garbage).is_none(), "{garbage:?}");
        }
        let message = Message::parse(b"SIP/2.0 200 OK\r\n \r\n:\r\nContent-Length: -1\r\n\r\n").unwrap();
        assert_eq!(message.content_length(), None);
    }
}
