//! What a mail about a fault or a ticket says, as data, and who gets it. Source: `monitoring` section 3, `rules` section 5.

mod duty;
mod hardware;
mod ticket_news;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

pub use duty::{AnnouncedFacts, Direction, HandOverFacts, MovedTarget, days_words};
pub use hardware::{HardwareFacts, HardwareNews, InvitationFacts};
pub use ticket_news::{TicketFacts, TicketNews};

use crate::{
    access::Side,
    clock::ClockKind,
    contract::{TermNoticeKind, number_words},
    cover::CoverLevel,
    id::{ContactId, ContractId, FaultId, UserId},
    observation::Status,
    text::EmailAddress,
    time::{Timestamp, span_words},
};

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NoticeKind {
    Opened,
    /// The fault got worse or changed its nature.
    Changed,
    /// It keeps coming and going; the next news is what it came to.
    Flapping,
    Recovered,
    /// The service was removed or paused, so nobody will hear of a recovery.
    Abandoned,
    /// A step of the escalation policy: nobody has taken the fault.
    Escalated,
    /// Nobody has taken the fault for a while since the last mail.
    Reminder,
}

impl NoticeKind {
    pub const ALL: [Self; 7] = [
        Self::Opened,
        Self::Changed,
        Self::Flapping,
        Self::Recovered,
        Self::Abandoned,
        Self::Escalated,
        Self::Reminder,
    ];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Opened => "opened",
            Self::Changed => "changed",
            Self::Flapping => "flapping",
            Self::Recovered => "recovered",
            Self::Abandoned => "abandoned",
            Self::Escalated => "escalated",
            Self::Reminder => "reminder",
        }
    }

    /// Whether a fault is open after this notice, so that it can be acknowledged.
    pub fn is_of_open_fault(self) -> bool {
        match self {
            Self::Opened | Self::Changed | Self::Flapping | Self::Escalated | Self::Reminder => true,
            Self::Recovered | Self::Abandoned => false,
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == text)
    }
}

/// The words of a fault: they stay the same for its life, in the subject and on the board.
pub fn headline(service: &str, status: Status) -> String {
    match status {
        Status::Critical => format!("{service} is down"),
        Status::Warning => format!("{service} is degraded"),
        Status::Unknown => format!("{service} cannot be checked"),
        Status::Ok => format!("{service} is well"),
    }
}

/// The state word of a subject: the only part that changes within a thread.
pub fn state_word(kind: NoticeKind, status: Status) -> &'static str {
    match (kind, status) {
        (NoticeKind::Recovered, _) => "Recovered",
        (NoticeKind::Abandoned, _) => "No longer watched",
        (NoticeKind::Flapping, _) => "Flapping",
        (NoticeKind::Reminder, Status::Critical) => "Still down",
        (NoticeKind::Reminder, Status::Warning) => "Still degraded",
        (NoticeKind::Reminder, Status::Unknown) => "Still unknown",
        (_, Status::Critical) => "Critical",
        (_, Status::Warning) => "Warning",
        (_, Status::Unknown) => "Unknown",
        (_, Status::Ok) => "Recovered",
    }
}

/// Everything a mail about a fault says, as it was when the notice was decided. Stored with the notice.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct NoticeFacts {
    pub kind: NoticeKind,
    pub side: Side,
    pub fault: FaultId,
    pub number: i64,
    pub status: Status,
    /// Words of the fault, see [`headline`].
    pub headline: String,
    pub customer: String,
    pub site: String,
    /// The host's short technical name.
    pub host: String,
    /// The host's name for people: "Bath phone system".
    pub system: String,
    pub service: String,
    /// What the probe saw.
    pub detail: String,
    /// Where the host answers; staff only.
    pub address: String,
    /// How staff get in; staff only.
    pub access_note: String,
    pub started_at: Timestamp,
    /// When this was decided.
    pub at: Timestamp,
    pub cleared_at: Option<Timestamp>,
    pub cover: CoverLevel,
    /// IANA zone in which times are written.
    pub zone: String,
    pub recipient_name: String,
    /// Names of all who are told of this at the same time.
    pub told: Vec<String>,
    /// Who has acknowledged, in words, if anybody has.
    pub acknowledged_by: Option<String>,
    /// The fault's ticket and what it was promised.
    #[serde(default)]
    pub ticket: Option<PromiseFacts>,
    /// Why this person is told, where it is not plain: "on call: First of Duty engineers, 15 min after the fault
    /// opened". Empty otherwise.
    #[serde(default)]
    pub because: String,
}

/// A ticket in a mail about its fault.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PromiseFacts {
    pub number: i64,
    /// The target of the first response; None: no clock runs, or the response was given.
    pub respond_by: Option<Timestamp>,
    /// Why the contract does not cover the fault and what there is instead, for the customer. Empty: it does.
    pub not_covered: String,
}

/// A part of a clock's target was used up, or all of it. For staff.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClockFacts {
    pub ticket: i64,
    pub subject: String,
    pub customer: String,
    pub kind: ClockKind,
    /// Per cent of the target; 100: the target is missed.
    pub threshold: u8,
    pub due_at: Timestamp,
    /// Worked seconds that are left at the instant of this warning; 0 when missed.
    pub remaining_s: u32,
    pub cover: CoverLevel,
    /// The instant that the threshold was reached.
    pub at: Timestamp,
    pub zone: String,
    pub because: String,
}

impl ClockFacts {
    /// `[T-2314] 1 h left: Bath phone system: SIP trunk is down`.
    pub fn headline(&self) -> String {
        let word = match self.threshold {
            100.. => "Target missed".to_owned(),
            _ => format!("{} left", span_words(i64::from(self.remaining_s))),
        };
        format!("[T-{}] {word}: {}", self.ticket, self.subject)
    }
}

/// Something that only a person can put right: for staff.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AlarmFacts {
    pub title: String,
    pub text: String,
    pub at: Timestamp,
    pub zone: String,
}

impl NoticeFacts {
    /// `[F-1042] Critical: pbx-bath-1: SIP trunk is down`.
    pub fn subject(&self) -> String {
        let word = state_word(self.kind, self.status);
        format!("[F-{}] {word}: {}: {}", self.number, self.host, self.headline)
    }
}

/// Everything one mail says. Stored in the outbox; the words are made from it when it is sent or shown.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "mail", rename_all = "snake_case")]
pub enum MailFacts {
    Fault(Box<NoticeFacts>),
    Account(AccountFacts),
    Refused(RefusedFacts),
    Clock(ClockFacts),
    Alarm(AlarmFacts),
    Ticket(Box<TicketFacts>),
    Announced(AnnouncedFacts),
    HandOver(HandOverFacts),
    /// The coming end of a contract's term.
    Term(Box<TermFacts>),
    /// A visit, courier, return or loan.
    Hardware(Box<HardwareFacts>),
    /// Sent by `faultdesk test-mail`.
    Test {
        at: Timestamp,
    },
}

/// An invitation or a password reset. Holds no secret: the link is signed when the mail is made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccountFacts {
    pub invitation: bool,
    pub name: String,
    pub email: String,
    /// Who invited; empty for a reset.
    pub by: String,
    /// Row of the one-time link.
    pub link: Uuid,
    pub expires_at: Timestamp,
    pub zone: String,
}

/// Tells staff that a mail server refused somebody's address for good, so that person hears nothing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RefusedFacts {
    pub name: String,
    pub email: String,
    pub customer: String,
    /// Subject of the mail that did not arrive.
    pub subject: String,
    pub reply: String,
    pub at: Timestamp,
    pub zone: String,
}

/// Tells the customer and staff that a contract renews or ends.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TermFacts {
    pub kind: TermNoticeKind,
    pub side: Side,
    pub contract: ContractId,
    pub number: i64,
    /// Before the last day.
    pub days: i32,
    /// The term's, counted from 1.
    pub year: u32,
    pub last_on: Date,
    pub level: CoverLevel,
    pub level_name: String,
    pub customer: String,
    pub ports: u32,
    /// The guide price of the year that follows, net; None when none follows or there is no guide price.
    pub next_net_pence: Option<u64>,
    /// When this was decided.
    pub at: Timestamp,
    pub zone: String,
    pub recipient_name: String,
}

impl TermFacts {
    /// `[C-0204] Renews on 1 April 2027: Cat4 cover`.
    pub fn subject(&self) -> String {
        let (word, day) = match self.kind {
            TermNoticeKind::Renews => ("Renews", self.last_on.tomorrow().unwrap_or(self.last_on)),
            TermNoticeKind::Ends => ("Ends", self.last_on),
        };
        let (number, level) = (number_words(self.number), &self.level_name);
        format!("[{number}] {word} on {}: {level} cover", day.strftime("%-d %B %Y"))
    }
}

/// A person who may be told of faults.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Recipient {
    pub who: Who,
    pub name: String,
    pub email: EmailAddress,
}

/// A customer's contact or one of the staff.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Who {
    Contact(ContactId),
    User(UserId),
}

impl Who {
    pub fn id(self) -> Uuid {
        match self {
            Self::Contact(id) => id.0,
            Self::User(id) => id.0,
        }
    }

    pub fn side(self) -> Side {
        match self {
            Self::Contact(_) => Side::Customer,
            Self::User(_) => Side::Staff,
        }
    }
}

/// A possible recipient and what they want to hear of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Candidate {
    pub recipient: Recipient,
    /// The mildest status they are told of.
    pub severity_min: Status,
    /// Already has a notice of this fault.
    pub told: bool,
}

/// Who gets a notice of `kind` about a fault of `status`.
///
/// `customer_acknowledged` silences further news of the same fault on the customer's side; a recovery is still told.
/// A person who was never told of the fault hears of a change as of an opening: see [`kind_for`].
pub fn audience(
    kind: NoticeKind,
    status: Status,
    customer_acknowledged: bool,
    candidates: &[Candidate],
) -> Vec<&Candidate> {
    let reach = mildest_contact(status, candidates);
    let wanted = |candidate: &&Candidate| match (kind, candidate.recipient.who.side()) {
        (NoticeKind::Recovered | NoticeKind::Abandoned, _) => candidate.told,
        // The policy names them.
        (NoticeKind::Escalated | NoticeKind::Reminder, _) => false,
        // Unknown is a fault of our own: it goes to staff only.
        (NoticeKind::Opened | NoticeKind::Changed | NoticeKind::Flapping, Side::Customer) => {
            status != Status::Unknown
                && candidate.severity_min <= reach
                && !(customer_acknowledged && kind != NoticeKind::Opened)
        }
        (NoticeKind::Opened | NoticeKind::Changed | NoticeKind::Flapping, Side::Staff) => {
            status == Status::Unknown || candidate.severity_min <= status
        }
    };
    candidates.iter().filter(wanted).collect()
}

/// Every confirmed fault reaches somebody at the customer (`rules` section 5): where all contacts want to hear only of
/// worse, those who want the mildest of it are told. At least `status`.
fn mildest_contact(status: Status, candidates: &[Candidate]) -> Status {
    let contacts = candidates.iter().filter(|one| one.recipient.who.side() == Side::Customer);
    contacts.map(|one| one.severity_min).min().unwrap_or(status).max(status)
}

/// The kind as one person sees it: news of a fault they never heard of is an opening.
pub fn kind_for(kind: NoticeKind, told: bool) -> NoticeKind {
    match (kind, told) {
        (NoticeKind::Changed, false) => NoticeKind::Opened,
        _ => kind,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn candidate(name: &str, side: Side, severity_min: Status, told: bool) -> Candidate {
        let id = Uuid::from_u128(name.bytes().fold(0, |sum, byte| sum * 256 + u128::from(byte)));
        let who = match side {
            Side::Customer => Who::Contact(ContactId(id)),
            Side::Staff => Who::User(UserId(id)),
        };
        let email = EmailAddress::parse(&format!("{name}@example.com")).unwrap();
        Candidate { recipient: Recipient { who, name: name.to_owned(), email }, severity_min, told }
    }

    /// `told` holds those who already have a notice of the fault.
    fn check(kind: NoticeKind, status: Status, acknowledged: bool, told: &[&str], expected: &[&str]) {
        let candidates: Vec<_> = [
            ("jo", Side::Customer, Status::Warning),
            ("kim", Side::Customer, Status::Critical),
            ("priya", Side::Staff, Status::Warning),
        ]
        .into_iter()
        .map(|(name, side, min)| candidate(name, side, min, told.contains(&name)))
        .collect();
        let names: Vec<_> = audience(kind, status, acknowledged, &candidates)
            .into_iter()
            .map(|candidate| candidate.recipient.name.as_str())
            .collect();
        assert_eq!(names, expected, "{kind:?} {status:?} acknowledged {acknowledged}");
    }

    #[test]
    fn a_fault_is_told_to_contacts_and_staff_by_severity() {
        check(NoticeKind::Opened, Status::Critical, false, &[], &["jo", "kim", "priya"]);
        check(NoticeKind::Opened, Status::Warning, false, &[], &["jo", "priya"]);
    }

    #[test]
    fn a_customer_whose_contacts_all_want_worse_still_hears_of_every_fault() {
        let candidates = [
            candidate("kim", Side::Customer, Status::Critical, false),
            candidate("priya", Side::Staff, Status::Warning, false),
        ];
        let told = audience(NoticeKind::Opened, Status::Warning, false, &candidates);
        assert_eq!(told.len(), 2, "{told:?}");
        let told = audience(NoticeKind::Opened, Status::Unknown, false, &candidates);
        assert_eq!(told.len(), 1, "unknown is no news for customers: {told:?}");
    }

    #[test]
    fn unknown_goes_to_staff_only() {
        check(NoticeKind::Opened, Status::Unknown, false, &[], &["priya"]);
        check(NoticeKind::Changed, Status::Unknown, false, &["jo", "priya"], &["priya"]);
    }

    #[test]
    fn recovery_goes_only_to_those_who_were_told() {
        check(NoticeKind::Recovered, Status::Ok, false, &["jo", "priya"], &["jo", "priya"]);
        check(NoticeKind::Recovered, Status::Ok, true, &["jo"], &["jo"]);
        check(NoticeKind::Recovered, Status::Ok, false, &[], &[]);
    }

    #[test]
    fn a_customers_acknowledgement_silences_news_on_their_side_only() {
        check(NoticeKind::Changed, Status::Critical, true, &["jo", "priya"], &["priya"]);
    }

    #[test]
    fn news_of_an_unheard_fault_is_an_opening() {
        assert_eq!(kind_for(NoticeKind::Changed, false), NoticeKind::Opened);
        assert_eq!(kind_for(NoticeKind::Changed, true), NoticeKind::Changed);
        assert_eq!(kind_for(NoticeKind::Recovered, true), NoticeKind::Recovered);
    }

    #[test]
    fn headlines_state_what_is_wrong() {
        assert_eq!(headline("SIP trunk", Status::Critical), "SIP trunk is down");
        assert_eq!(state_word(NoticeKind::Changed, Status::Warning), "Warning");
        assert_eq!(state_word(NoticeKind::Escalated, Status::Critical), "Critical");
        assert_eq!(state_word(NoticeKind::Reminder, Status::Critical), "Still down");
    }
}
