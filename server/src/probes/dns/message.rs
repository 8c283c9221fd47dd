//! One DNS question and the answers to it. The format is hickory-proto's. Sources: RFC 1035, RFC 5452.

use domain::probe::{DnsCode, DnsRecord, DnsSpec};
use hickory_proto::{
    op::{Message, MessageType, OpCode, Query},
    rr::{DNSClass, Name, RecordType},
};

use crate::{
    entropy,
    probes::{
        Trouble,
        udp::{self, Heard},
    },
};

/// The third byte of a header, of which this bit says that the answer was cut off.
const TRUNCATED: u8 = 0b10;
/// And this one that it is an answer.
const RESPONSE: u8 = 0b1000_0000;

/// A question with an id that nobody can guess.
#[derive(Debug)]
pub(super) struct Question {
    id: u16,
    query: Query,
    bytes: Vec<u8>,
}

#[derive(Debug, PartialEq, Eq)]
pub(super) struct Answer {
    pub(super) code: u16,
    /// Records of the kind that was asked for, as people read them.
    pub(super) records: Vec<String>,
}

/// What came over UDP.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    Whole(Answer),
    /// The rest is to be had over TCP.
    CutOff,
}

impl Question {
    pub(super) fn new(spec: &DnsSpec) -> Result<Self, Trouble> {
        let ours = |why: String| Trouble::Ours(format!("{} cannot be asked for: {why}", spec.name));
        let name = Name::from_ascii(format!("{}.", spec.name)).map_err(|error| ours(error.to_string()))?;
        let id = u16::from_be_bytes(entropy::bytes::<2>().map_err(|error| ours(error.to_string()))?);
        let query = Query::query(name, record_type(spec.record));
        let mut message = Message::new(id, MessageType::Query, OpCode::Query);
        message.metadata.recursion_desired = true;
        message.add_query(query.clone());
        let bytes = message.to_vec().map_err(|error| ours(error.to_string()))?;
        Ok(Self { id, query, bytes })
    }

    /// The answer in `bytes`, if they are one to this question: same id, same name, type and class.
    pub(super) fn answered_by(&self, bytes: &[u8]) -> Option<Answer> {
        let message = Message::from_vec(bytes).ok()?;
        let ours = message.metadata.id == self.id
            && message.metadata.message_type == MessageType::Response
            && message.metadata.op_code == OpCode::Query;
        let code = u16::from(message.metadata.response_code);
        let same = |asked: &Query| {
            asked.name == self.query.name
                && asked.query_type == self.query.query_type
                && asked.query_class == DNSClass::IN
        };
        let asked = match message.queries.as_slice() {
            [asked] => same(asked),
            // Who understands nothing of a question cannot repeat it.
            [] => code == DnsCode::FormErr.number() || code == DnsCode::NotImp.number(),
            _ => false,
        };
        let records = message.answers.iter().filter(|record| record.record_type() == self.query.query_type);
        (ours && asked).then(|| Answer { code, records: records.map(|record| record.data.to_string()).collect() })
    }

    /// Whether `bytes` say of an answer with our id that it was cut off; what is left of it may be unreadable.
    fn is_cut_off(&self, bytes: &[u8]) -> bool {
        let [high, low, flags, ..] = bytes else { return false };
        u16::from_be_bytes([*high, *low]) == self.id && flags & RESPONSE != 0 && flags & TRUNCATED != 0
    }
}

impl udp::Question for Question {
    type Answer = Outcome;

    fn as_bytes(&self) -> &[u8] {
        &self.bytes
    }

    fn hear(&self, datagram: &[u8]) -> Heard<Outcome> {
        if self.is_cut_off(datagram) {
            return Heard::Answer(Outcome::CutOff);
        }
        match self.answered_by(datagram) {
            Some(answer) => Heard::Answer(Outcome::Whole(answer)),
            None => Heard::Nothing,
        }
    }
}

fn record_type(record: DnsRecord) -> RecordType {
    match record {
        DnsRecord::A => RecordType::A,
        DnsRecord::Aaaa => RecordType::AAAA,
        DnsRecord::Mx => RecordType::MX,
        DnsRecord::Txt => RecordType::TXT,
        DnsRecord::Ns => RecordType::NS,
        DnsRecord::Cname => RecordType::CNAME,
        DnsRecord::Srv => RecordType::SRV,
        DnsRecord::Ptr => RecordType::PTR,
        DnsRecord::Soa => RecordType::SOA,
        DnsRecord::Caa => RecordType::CAA,
    }
}
