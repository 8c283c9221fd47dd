//! What the templates print. A customer's view holds nothing that only staff may read, so no template can leak it.

mod duty;

use domain::{
    access::Side,
    cover::CoverLevel,
    notice::{AccountFacts, AlarmFacts, ClockFacts, NoticeFacts, NoticeKind, RefusedFacts, headline, state_word},
    observation::Status,
    time::{Timestamp, span_words},
};

pub(super) use self::duty::{AnnouncedView, HandOverView};
use super::{
    tone::Tone,
    words::{DETAIL_CHARS_MAX, Zone, note_lines, one_line, people, shortened},
};

/// Names are 80 characters at most, so this is never reached by what people typed.
const SUBJECT_CHARS_MAX: usize = 300;
/// What an inbox shows of a mail before it is opened.
const PREHEADER_CHARS_MAX: usize = 160;
const ACKNOWLEDGING_CUSTOMER: &str = "Acknowledging stops further news of this fault to your company; you will still \
                                      hear when it recovers. Our engineers carry on.";
const ACKNOWLEDGING_STAFF: &str = "Acknowledging tells your colleagues that you have it, so nobody else is called. It \
                                   stops no clock.";

/// A telephone number as it is shown and as a telephone dials it.
pub(super) struct Phone {
    pub(super) shown: String,
    pub(super) dialled: String,
}

impl Phone {
    pub(super) fn parse(text: &str) -> Option<Self> {
        let shown = one_line(text);
        let dialled: String = shown.chars().filter(|c| c.is_ascii_digit() || *c == '+').collect();
        (!dialled.is_empty()).then_some(Self { shown, dialled })
    }
}

/// A mail about a fault, for one side.
pub(super) struct FaultView {
    pub(super) subject: String,
    pub(super) tone: Tone,
    /// The state word of the subject.
    pub(super) state: &'static str,
    pub(super) preheader: String,
    pub(super) title: String,
    /// Customer and site with what joins them to the fault's number, or nothing.
    pub(super) place: String,
    pub(super) number: i64,
    /// Service and system, or for staff service and host.
    pub(super) thing: String,
    pub(super) is_now: &'static str,
    pub(super) explained: &'static str,
    pub(super) since: String,
    pub(super) since_near: String,
    /// When it ended: recovery, or the end of the watch.
    pub(super) until_near: String,
    /// From the start to this mail.
    pub(super) ago: String,
    /// From the start to the end.
    pub(super) lasted: String,
    pub(super) lasted_label: &'static str,
    pub(super) period: String,
    pub(super) told: String,
    pub(super) acknowledged_by: Option<String>,
    pub(super) next: String,
    pub(super) staff: Option<StaffView>,
    pub(super) zone: String,
    /// Why the reader gets this.
    pub(super) reason: String,
    pub(super) acknowledging: &'static str,
    pub(super) fault_link: String,
    pub(super) acknowledge: Option<String>,
    pub(super) phone: Option<Phone>,
}

/// What only staff see.
pub(super) struct StaffView {
    pub(super) detail: String,
    pub(super) address: String,
    pub(super) access: Vec<String>,
    pub(super) cover: &'static str,
    pub(super) cover_hours: &'static str,
}

/// The links of a fault mail, in full.
pub(super) struct FaultLinks {
    pub(super) fault: String,
    pub(super) acknowledge: Option<String>,
}

impl FaultView {
    pub(super) fn new(facts: &NoticeFacts, links: FaultLinks, support_phone: &str) -> Self {
        let zone = Zone::named(&facts.zone);
        let until = facts.cleared_at.unwrap_or(facts.at);
        let over = !facts.kind.is_of_open_fault();
        let next = next(facts, &zone);
        let staff = facts.side == Side::Staff;
        Self {
            subject: shortened(&facts.subject(), SUBJECT_CHARS_MAX),
            tone: Tone::of(facts.kind, facts.status),
            state: state_word(facts.kind, facts.status),
            preheader: shortened(&preheader(facts, &zone, until, &next), PREHEADER_CHARS_MAX),
            title: title(facts),
            place: place(facts),
            number: facts.number,
            thing: thing(facts),
            is_now: is_now(facts),
            explained: explained(facts.status),
            since: zone.full(facts.started_at),
            since_near: zone.near(facts.started_at, facts.at),
            until_near: zone.near(until, facts.at),
            ago: span_words(facts.at.seconds_since(facts.started_at)),
            lasted: span_words(until.seconds_since(facts.started_at)),
            lasted_label: lasted_label(facts),
            period: zone.period(facts.started_at, until),
            told: format!("{}.", people(&facts.told, &facts.recipient_name)),
            acknowledged_by: facts.acknowledged_by.as_deref().map(one_line).filter(|who| !who.is_empty()),
            next,
            staff: staff.then(|| StaffView::new(facts)),
            zone: zone.name,
            reason: reason(facts),
            acknowledging: if staff { ACKNOWLEDGING_STAFF } else { ACKNOWLEDGING_CUSTOMER },
            fault_link: links.fault,
            acknowledge: links.acknowledge.filter(|_| !over),
            phone: if staff { None } else { Phone::parse(support_phone) },
        }
    }
}

impl StaffView {
    fn new(facts: &NoticeFacts) -> Self {
        let said = |text: &str| {
            if text.is_empty() { "Nothing".to_owned() } else { text.to_owned() }
        };
        Self {
            detail: said(&shortened(&facts.detail, DETAIL_CHARS_MAX)),
            address: said(&one_line(&facts.address)),
            // Nobody needs to get in when all is well; the note may hold more than a mailbox should.
            access: if facts.kind == NoticeKind::Recovered { Vec::new() } else { note_lines(&facts.access_note) },
            cover: facts.cover.label(),
            cover_hours: facts.cover.hours(),
        }
    }
}

/// Staff know machines by their technical names, customers by what they call them.
fn machine(facts: &NoticeFacts) -> String {
    one_line(if facts.side == Side::Staff { &facts.host } else { &facts.system })
}

/// The words of the fault, which stay; what ended is said by the other kinds.
fn title(facts: &NoticeFacts) -> String {
    let service = one_line(&facts.service);
    let words = match facts.kind {
        NoticeKind::Opened
        | NoticeKind::Changed
        | NoticeKind::Flapping
        | NoticeKind::Escalated
        | NoticeKind::Reminder => one_line(&facts.headline),
        NoticeKind::Recovered => format!("{service} works again"),
        NoticeKind::Abandoned => format!("{service} is no longer watched"),
    };
    format!("{}: {words}", machine(facts))
}

fn place(facts: &NoticeFacts) -> String {
    let names = [&facts.customer, &facts.site].map(|name| one_line(name));
    let names: Vec<_> = names.into_iter().filter(|name| !name.is_empty()).collect();
    if names.is_empty() { String::new() } else { format!("{}. ", names.join(", ")) }
}

fn thing(facts: &NoticeFacts) -> String {
    let service = one_line(&facts.service);
    match facts.side {
        Side::Staff => format!("{service} on {} ({})", machine(facts), one_line(&facts.system)),
        Side::Customer => format!("{service} on {}", machine(facts)),
    }
}

/// "is down", and in news "is now down".
fn is_now(facts: &NoticeFacts) -> &'static str {
    let news = facts.kind == NoticeKind::Changed;
    match (facts.status, facts.side, news) {
        (Status::Ok, _, false) => "works",
        (Status::Ok, _, true) => "works again",
        (Status::Unknown, _, false) => "cannot be checked",
        (Status::Unknown, _, true) => "can no longer be checked",
        (Status::Warning, Side::Staff, false) => "is in warning",
        (Status::Warning, Side::Staff, true) => "is now in warning",
        (Status::Warning, Side::Customer, false) => "is slow or limited",
        (Status::Warning, Side::Customer, true) => "is now slow or limited",
        (Status::Critical, Side::Staff, false) => "is critical",
        (Status::Critical, Side::Staff, true) => "is now critical",
        (Status::Critical, Side::Customer, false) => "is down",
        (Status::Critical, Side::Customer, true) => "is now down",
    }
}

/// What the status means, for people who do not run probes.
fn explained(status: Status) -> &'static str {
    match status {
        Status::Ok => "Our monitoring gets good answers from it.",
        Status::Unknown => "This is a fault on our side, not on yours.",
        Status::Warning => "It answers our monitoring, but outside its usual limits.",
        Status::Critical => "Our monitoring gets no good answer from it.",
    }
}

/// "Down for" only when it was down from the start.
fn lasted_label(facts: &NoticeFacts) -> &'static str {
    let down = headline(&facts.service, Status::Critical);
    if facts.headline == down { "Down for" } else { "Lasted" }
}

fn next(facts: &NoticeFacts, zone: &Zone) -> String {
    match (facts.kind, facts.side, facts.status) {
        (NoticeKind::Recovered, _, _) => "Nothing more is needed.".to_owned(),
        (NoticeKind::Abandoned, Side::Staff, _) => {
            "Nothing by itself. See whether it was meant to be paused or removed.".to_owned()
        }
        (NoticeKind::Abandoned, Side::Customer, _) => {
            "Nothing by itself. If something does not work for you, tell us.".to_owned()
        }
        (_, Side::Customer, _) => promise(facts, zone),
        (_, Side::Staff, Status::Unknown) => {
            "Customers are not told of this: it is a fault of our own. Find out why the probe cannot run.".to_owned()
        }
        (_, Side::Staff, _) => {
            let work = match facts.cover {
                CoverLevel::None | CoverLevel::CatS => "No work is owed on this level.",
                CoverLevel::Cat1 | CoverLevel::Cat2 | CoverLevel::Cat4 | CoverLevel::Custom => {
                    "Whoever acknowledges it has it."
                }
            };
            format!("{work} The customer is told: “{}”", promise(facts, zone))
        }
    }
}

/// What the contract lets happen, with the ticket and the target of its first response.
fn promise(facts: &NoticeFacts, zone: &Zone) -> String {
    let Some(ticket) = &facts.ticket else { return facts.cover.next_step().to_owned() };
    let number = ticket.number;
    match (ticket.respond_by, ticket.not_covered.as_str()) {
        (_, words) if !words.is_empty() => format!("Ticket T-{number} is open. {}", one_line(words)),
        (Some(at), _) => {
            format!("Ticket T-{number} is open; we aim to respond by {}. {}", zone.full(at), facts.cover.next_step())
        }
        (None, _) => format!("Ticket T-{number} is open. {}", facts.cover.next_step()),
    }
}

/// "Since + next", for the inbox.
fn preheader(facts: &NoticeFacts, zone: &Zone, until: Timestamp, next: &str) -> String {
    let until_near = zone.near(until, facts.at);
    match facts.kind {
        NoticeKind::Recovered => {
            let lasted = span_words(until.seconds_since(facts.started_at));
            format!("Works again since {until_near}, after {lasted}. {next}")
        }
        NoticeKind::Abandoned => format!("Not watched since {until_near}. {next}"),
        NoticeKind::Opened
        | NoticeKind::Changed
        | NoticeKind::Flapping
        | NoticeKind::Escalated
        | NoticeKind::Reminder => {
            format!("Since {}. {next}", zone.near(facts.started_at, facts.at))
        }
    }
}

fn reason(facts: &NoticeFacts) -> String {
    match facts.side {
        _ if !facts.because.is_empty() => format!("You get this because: {}.", one_line(&facts.because)),
        Side::Staff => "You get this because you are on the support staff.".to_owned(),
        Side::Customer => format!("You get this because you are a contact of {}.", one_line(&facts.customer)),
    }
}

/// An invitation or a password reset.
pub(super) struct AccountView {
    pub(super) subject: &'static str,
    pub(super) tone: Tone,
    pub(super) name: String,
    pub(super) email: String,
    pub(super) by: String,
    pub(super) until: String,
    pub(super) zone: String,
    pub(super) link: String,
    pub(super) base_url: String,
    pub(super) phone: Option<Phone>,
}

impl AccountView {
    pub(super) fn new(facts: &AccountFacts, link: String, base_url: String, support_phone: &str) -> Self {
        let zone = Zone::named(&facts.zone);
        Self {
            subject: if facts.invitation { "Your Faultdesk account" } else { "A new password for Faultdesk" },
            tone: Tone::Accent,
            name: one_line(&facts.name),
            email: one_line(&facts.email),
            by: one_line(&facts.by),
            until: zone.full(facts.expires_at),
            zone: zone.name,
            link,
            base_url,
            phone: Phone::parse(support_phone),
        }
    }
}

/// Tells staff that an address was refused.
pub(super) struct RefusedView {
    pub(super) subject: String,
    pub(super) tone: Tone,
    pub(super) name: String,
    pub(super) email: String,
    pub(super) customer: String,
    pub(super) lost: String,
    pub(super) reply: String,
    pub(super) at: String,
    pub(super) at_near: String,
    pub(super) zone: String,
    pub(super) log_link: String,
}

impl RefusedView {
    pub(super) fn new(facts: &RefusedFacts, log_link: String) -> Self {
        let zone = Zone::named(&facts.zone);
        let (name, email) = (one_line(&facts.name), one_line(&facts.email));
        Self {
            subject: shortened(&format!("Refused: no email reaches {name} ({email})"), SUBJECT_CHARS_MAX),
            tone: Tone::Warning,
            customer: one_line(&facts.customer),
            lost: shortened(&facts.subject, SUBJECT_CHARS_MAX),
            reply: shortened(&facts.reply, DETAIL_CHARS_MAX),
            at: zone.full(facts.at),
            at_near: zone.near(facts.at, facts.at),
            zone: zone.name,
            name,
            email,
            log_link,
        }
    }
}

/// A warning or breach of a clock.
pub(super) struct ClockView {
    pub(super) subject: String,
    pub(super) tone: Tone,
    pub(super) missed: bool,
    pub(super) number: i64,
    pub(super) ticket: String,
    pub(super) customer: String,
    pub(super) clock: &'static str,
    pub(super) threshold: u8,
    pub(super) left: String,
    pub(super) due: String,
    pub(super) cover: &'static str,
    pub(super) cover_hours: &'static str,
    pub(super) zone: String,
    pub(super) because: String,
    pub(super) link: String,
}

impl ClockView {
    pub(super) fn new(facts: &ClockFacts, link: String) -> Self {
        let zone = Zone::named(&facts.zone);
        let missed = 100 <= facts.threshold;
        Self {
            subject: shortened(&facts.headline(), SUBJECT_CHARS_MAX),
            tone: if missed { Tone::Critical } else { Tone::Warning },
            missed,
            number: facts.ticket,
            ticket: one_line(&facts.subject),
            customer: one_line(&facts.customer),
            clock: facts.kind.label(),
            threshold: facts.threshold,
            left: span_words(i64::from(facts.remaining_s)),
            due: zone.full(facts.due_at),
            cover: facts.cover.label(),
            cover_hours: facts.cover.hours(),
            zone: zone.name,
            because: one_line(&facts.because),
            link,
        }
    }
}

/// Tells staff of something that only a person can put right.
pub(super) struct AlarmView {
    pub(super) subject: String,
    pub(super) tone: Tone,
    pub(super) title: String,
    pub(super) text: String,
    pub(super) at: String,
    pub(super) zone: String,
    pub(super) base_url: String,
}

impl AlarmView {
    pub(super) fn new(facts: &AlarmFacts, base_url: String) -> Self {
        let zone = Zone::named(&facts.zone);
        Self {
            subject: shortened(&format!("Faultdesk needs you: {}", facts.title), SUBJECT_CHARS_MAX),
            tone: Tone::Critical,
            title: one_line(&facts.title),
            text: shortened(&facts.text, DETAIL_CHARS_MAX),
            at: zone.full(facts.at),
            zone: zone.name,
            base_url,
        }
    }
}

/// The test mail.
pub(super) struct TestView {
    pub(super) subject: &'static str,
    pub(super) tone: Tone,
    pub(super) at: String,
    pub(super) base_url: String,
}

impl TestView {
    pub(super) fn new(at: Timestamp, base_url: String) -> Self {
        let at = Zone::named("UTC").full(at);
        Self { subject: "Faultdesk test mail", tone: Tone::Ok, at, base_url }
    }
}
