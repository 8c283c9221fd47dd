//! What the templates of mails about tickets print.

use domain::{
    access::Side,
    clock::PauseReason,
    money::pounds,
    notice::{TicketFacts, TicketNews},
    ticket::reference,
    time::Timestamp,
};

use super::{
    tone::Tone,
    view::Phone,
    words::{Zone, one_line, shortened},
};

/// Subjects of tickets are one line of a page, so this is never reached by what people typed.
const SUBJECT_CHARS_MAX: usize = 300;
/// What an inbox shows of a mail before it is opened.
const PREHEADER_CHARS_MAX: usize = 160;

/// A mail about a ticket.
pub(super) struct TicketView {
    pub(super) subject: String,
    pub(super) tone: Tone,
    pub(super) preheader: String,
    pub(super) title: String,
    pub(super) customer: String,
    pub(super) reference: String,
    pub(super) by: String,
    pub(super) at_near: String,
    /// What somebody wrote: paragraphs of lines.
    pub(super) text: Vec<Vec<String>>,
    /// What we wait for; empty in replies.
    pub(super) waiting: &'static str,
    /// What that does to the clock; empty in replies.
    pub(super) clock: &'static str,
    pub(super) next: String,
    pub(super) zone: String,
    /// Why the reader gets this.
    pub(super) reason: String,
    pub(super) link: String,
    /// What the coloured band says of news that are neither a reply nor a pause.
    pub(super) band: String,
    /// Where the reader says how it was; only where it is asked.
    pub(super) rate: Option<String>,
    /// How the reader answers.
    pub(super) answer: &'static str,
    pub(super) phone: Option<Phone>,
}

impl TicketView {
    pub(super) fn new(facts: &TicketFacts, link: String, rate: Option<String>, support_phone: &str) -> Self {
        let zone = Zone::named(&facts.zone);
        let by = one_line(&facts.by);
        let at_near = zone.near(facts.at, facts.at);
        let Words { tone, band, text, waiting, clock, next } = words(facts, &zone);
        let staff = facts.news.side() == Side::Staff;
        let preheader = match &facts.news {
            TicketNews::Paused { .. } | TicketNews::Received { .. } => {
                shortened(format!("{waiting} {next}").trim(), PREHEADER_CHARS_MAX)
            }
            TicketNews::Closing { .. } | TicketNews::Closed { .. } | TicketNews::Declined { .. } => {
                shortened(&format!("{band}. {next}"), PREHEADER_CHARS_MAX)
            }
            _ => shortened(&text, PREHEADER_CHARS_MAX),
        };
        Self {
            subject: shortened(&facts.mail_subject(), SUBJECT_CHARS_MAX),
            tone,
            preheader,
            title: one_line(&facts.subject),
            customer: one_line(&facts.customer),
            reference: reference(facts.number),
            by,
            at_near,
            text: paragraphs(&text),
            waiting,
            clock,
            next,
            zone: zone.name,
            reason: match staff {
                true => format!("You get this because {}.", one_line(&facts.because)),
                false => format!("You get this because you are a contact of {}.", one_line(&facts.customer)),
            },
            link,
            band,
            rate: rate.filter(|_| matches!(facts.news, TicketNews::Closed { .. })),
            answer: match staff {
                true => "Answer on the ticket's page: a reply to this email never reaches the customer.",
                false => "Reply to this email, or answer on the ticket's page.",
            },
            phone: if staff { None } else { Phone::parse(support_phone) },
        }
    }
}

/// What differs by the news.
struct Words {
    tone: Tone,
    band: String,
    text: String,
    waiting: &'static str,
    clock: &'static str,
    next: String,
}

fn words(facts: &TicketFacts, zone: &Zone) -> Words {
    let at = zone.near(facts.at, facts.at);
    let by = one_line(&facts.by);
    let plain = |tone, band, text: &str, next: &str| Words {
        tone,
        band,
        text: text.to_owned(),
        waiting: "",
        clock: "",
        next: next.to_owned(),
    };
    match &facts.news {
        TicketNews::Reply { text } => plain(Tone::Accent, String::new(), text, REPLY),
        TicketNews::Paused { reason, evidence } => Words {
            tone: Tone::Warning,
            band: String::new(),
            text: evidence.clone(),
            waiting: waiting(*reason),
            clock: CLOCK,
            next: format!("{} {}", ask(*reason), CARRY_ON),
        },
        TicketNews::Message { text } => plain(Tone::Accent, format!("{by} wrote, {at}"), text, MESSAGE),
        TicketNews::Received { respond_by } => {
            let text =
                format!("Your message has reached us and is ticket {}. Somebody reads it.", reference(facts.number));
            plain(Tone::Accent, String::new(), &text, &answer(*respond_by, facts.at, zone))
        }
        TicketNews::Closing { closes_at } => {
            let when = zone.full(*closes_at);
            plain(
                Tone::Warning,
                "This ticket closes itself tomorrow unless you answer".to_owned(),
                CLOSING,
                &format!(
                    "It closes on {when}. If you still need us, answer before. A reply after that opens it again."
                ),
            )
        }
        TicketNews::Closed { unanswered: true } => {
            plain(Tone::Accent, format!("Closed for want of an answer, {at}"), UNANSWERED, CLOSED)
        }
        TicketNews::Closed { unanswered: false } => {
            plain(Tone::Accent, format!("Closed, {at}"), &format!("{by} closed this ticket."), CLOSED)
        }
        TicketNews::Declined { reason } => {
            plain(Tone::Warning, format!("We do not take this on, {at}"), reason, DECLINED)
        }
        TicketNews::Conditional { topic } => plain(
            Tone::Warning,
            "This waits for training".to_owned(),
            &format!(
                "Support on {topic} is conditional on training, which nobody of yours has attended yet. We keep this \
                 ticket, and promise no response time for it until somebody has."
            ),
            "Reply or call to arrange a course. Once somebody has attended, our target counts from then.",
        ),
        TicketNews::ConditionOver { topic, respond_by } => plain(
            Tone::Accent,
            "This waits no longer".to_owned(),
            &format!("The training on {topic} is settled, and this ticket goes on."),
            &answer(*respond_by, facts.at, zone),
        ),
        TicketNews::IncidentDeclined { reason } => plain(Tone::Neutral, String::new(), reason, INCIDENT_DECLINED),
        TicketNews::ApprovalNeeded { units, net_pence, gross_pence } => {
            plain(Tone::Warning, String::new(), &used_up(*units, *net_pence, *gross_pence), APPROVE)
        }
        TicketNews::OutsideCover { text } => plain(Tone::Warning, String::new(), text, OUTSIDE),
    }
}

const REPLY: &str = "If this needs an answer from you, reply. If not, we carry on.";
const MESSAGE: &str = "Open the ticket to answer.";
const CLOSING: &str = "We asked you something on this ticket and have not heard from you since.";
const UNANSWERED: &str = "We had no answer from you for a week, so this ticket closed itself.";
const CLOSED: &str =
    "If it comes back, reply within 30 days and this ticket opens again. A later reply opens a new one.";
const DECLINED: &str = "Nothing is charged. If you have a question about this, write to us.";
const CLOCK: &str = "Time that we wait for you does not count towards our target. It counts again as soon as the reason \
                     is gone.";
const CARRY_ON: &str = "Then say so on the ticket's page, and we carry on.";

/// What happens with what has just come.
fn answer(respond_by: Option<Timestamp>, at: Timestamp, zone: &Zone) -> String {
    match respond_by {
        Some(due) => format!("We aim to respond by {}. To add something, reply to this email.", zone.near(due, at)),
        None => "We look at it and tell you what we can do. To add something, reply to this email.".to_owned(),
    }
}

const INCIDENT_DECLINED: &str = "Nothing was done and nothing is charged. You can send the equipment back to us for \
                                 repair, or ask us for a quote.";
const APPROVE: &str = "If you want us to go on, approve the unit on the ticket's page, reply, or call us. Until then we do \
                       no work and charge nothing more.";
const OUTSIDE: &str = "We send you a quote for the rest. Nothing is charged without it, and nothing more is done before \
                       you agree.";

/// That a CatS incident has used up what was approved, and what a further unit costs.
fn used_up(units: u32, net_pence: u64, gross_pence: u64) -> String {
    let approved = match units {
        0 => "No work is approved on this yet, so we have not begun.".to_owned(),
        units => format!("We have worked {} h, which is all that you have approved, and have stopped.", units * 2),
    };
    let (net, gross) = (pounds(net_pence), pounds(gross_pence));
    format!("{approved}\n\nA further unit costs {net} + VAT ({gross} in all) for up to 2 hours.")
}

fn waiting(reason: PauseReason) -> &'static str {
    match reason {
        PauseReason::RemoteAccess => "Remote access to your system.",
        PauseReason::OnsiteCooperation => "Somebody on site who can help us.",
        PauseReason::SiteAccess => "Access to the site.",
    }
}

fn ask(reason: PauseReason) -> &'static str {
    match reason {
        PauseReason::RemoteAccess => "Please give us remote access.",
        PauseReason::OnsiteCooperation => "Please tell us who can help on site, and when.",
        PauseReason::SiteAccess => "Please tell us when we can get in.",
    }
}

/// The lines of a text, as paragraphs that an empty line ends; each is one plain line.
fn paragraphs(text: &str) -> Vec<Vec<String>> {
    let mut paragraphs = vec![Vec::new()];
    for line in text.lines().map(one_line) {
        match (line.is_empty(), paragraphs.last_mut()) {
            (false, Some(last)) => last.push(line),
            _ => paragraphs.push(Vec::new()),
        }
    }
    paragraphs.retain(|paragraph| !paragraph.is_empty());
    paragraphs
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_empty_line_ends_a_paragraph() {
        assert_eq!(
            paragraphs("a\r\nb\n\n\n c\u{202e}\n"),
            [vec!["a".to_owned(), "b".to_owned()], vec!["c".to_owned()]]
        );
        assert!(paragraphs(" \n").is_empty());
    }
}
