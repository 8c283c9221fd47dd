//! What mails about announced days and hand-overs print.

use domain::notice::{AnnouncedFacts, Direction, HandOverFacts, days_words};

use super::{
    super::{
        tone::Tone,
        words::{Zone, one_line, shortened},
    },
    Phone, SUBJECT_CHARS_MAX,
};

/// Tells a customer of announced days.
pub(in crate::mail) struct AnnouncedView {
    pub(in crate::mail) subject: String,
    pub(in crate::mail) tone: Tone,
    pub(in crate::mail) days: String,
    pub(in crate::mail) text: String,
    /// "closed" or "open 09:00 to 12:00".
    pub(in crate::mail) hours: String,
    pub(in crate::mail) taken_back: bool,
    /// "Ticket T-2314: Tue 29 Dec 2026, 10:30 becomes Mon 4 Jan 2027, 10:30".
    pub(in crate::mail) moved: Vec<String>,
    pub(in crate::mail) zone: String,
    pub(in crate::mail) customer: String,
    pub(in crate::mail) base_url: String,
    pub(in crate::mail) phone: Option<Phone>,
}

impl AnnouncedView {
    pub(in crate::mail) fn new(facts: &AnnouncedFacts, base_url: String, support_phone: &str) -> Self {
        let zone = Zone::named(&facts.zone);
        let due = |at: Option<_>| at.map_or_else(|| "no due time".to_owned(), |at| zone.full(at));
        let moved =
            facts.moved.iter().map(|one| format!("T-{}: {} becomes {}", one.ticket, due(one.old), due(one.new)));
        Self {
            subject: shortened(&facts.subject(), SUBJECT_CHARS_MAX),
            tone: if facts.taken_back { Tone::Ok } else { Tone::Accent },
            days: days_words(facts.first_on, facts.last_on),
            text: one_line(&facts.text),
            hours: one_line(&facts.hours),
            taken_back: facts.taken_back,
            moved: moved.collect(),
            zone: zone.name,
            customer: one_line(&facts.customer),
            base_url,
            phone: Phone::parse(support_phone),
        }
    }
}

/// Tells somebody that they come on call or go off it.
pub(in crate::mail) struct HandOverView {
    pub(in crate::mail) subject: String,
    pub(in crate::mail) tone: Tone,
    pub(in crate::mail) coming: bool,
    pub(in crate::mail) rota: String,
    pub(in crate::mail) layer: String,
    pub(in crate::mail) at: String,
    pub(in crate::mail) until: String,
    /// Who hands over or takes over; "nobody".
    pub(in crate::mail) other: String,
    pub(in crate::mail) open: String,
    pub(in crate::mail) zone: String,
    pub(in crate::mail) board_link: String,
    pub(in crate::mail) rota_link: String,
}

impl HandOverView {
    pub(in crate::mail) fn new(facts: &HandOverFacts, base_url: &str) -> Self {
        let zone = Zone::named(&facts.zone);
        let (coming, until) = match facts.direction {
            Direction::On { until } => (true, until.map(|until| zone.full(until)).unwrap_or_default()),
            Direction::Off => (false, String::new()),
        };
        Self {
            subject: shortened(&facts.subject(), SUBJECT_CHARS_MAX),
            tone: if coming { Tone::Accent } else { Tone::Neutral },
            coming,
            rota: one_line(&facts.rota),
            layer: one_line(&facts.layer),
            at: zone.full(facts.at),
            until,
            other: facts.other.as_deref().map_or_else(|| "nobody".to_owned(), one_line),
            open: format!("{} and {}", many(facts.faults_open, "open fault"), many(facts.tickets_open, "open ticket")),
            zone: zone.name,
            board_link: format!("{base_url}/board"),
            rota_link: format!("{base_url}/rota"),
        }
    }
}

fn many(count: u64, one: &str) -> String {
    match count {
        0 => format!("no {one}s"),
        1 => format!("1 {one}"),
        _ => format!("{count} {one}s"),
    }
}
