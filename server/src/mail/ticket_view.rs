//! What the templates of mails about tickets print.

use domain::{
    clock::PauseReason,
    notice::{TicketFacts, TicketNews},
    ticket::reference,
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

/// A mail about a ticket, for the customer.
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
    pub(super) phone: Option<Phone>,
}

impl TicketView {
    pub(super) fn new(facts: &TicketFacts, link: String, support_phone: &str) -> Self {
        let zone = Zone::named(&facts.zone);
        let by = one_line(&facts.by);
        let (tone, text, waiting, clock, next) = match &facts.news {
            TicketNews::Reply { text } => {
                (Tone::Accent, text, "", "", "If this needs an answer from you, reply. If not, we carry on.".to_owned())
            }
            TicketNews::Paused { reason, evidence } => {
                (Tone::Warning, evidence, waiting(*reason), CLOCK, format!("{} {}", ask(*reason), CARRY_ON))
            }
        };
        let preheader = match &facts.news {
            TicketNews::Reply { text } => shortened(text, PREHEADER_CHARS_MAX),
            TicketNews::Paused { .. } => shortened(&format!("{waiting} {next}"), PREHEADER_CHARS_MAX),
        };
        Self {
            subject: shortened(&facts.mail_subject(), SUBJECT_CHARS_MAX),
            tone,
            preheader,
            title: one_line(&facts.subject),
            customer: one_line(&facts.customer),
            reference: reference(facts.number),
            by,
            at_near: zone.near(facts.at, facts.at),
            text: paragraphs(text),
            waiting,
            clock,
            next,
            zone: zone.name,
            reason: format!("You get this because you are a contact of {}.", one_line(&facts.customer)),
            link,
            phone: Phone::parse(support_phone),
        }
    }
}

const CLOCK: &str = "Time that we wait for you does not count towards our target. It counts again as soon as the reason \
                     is gone.";
const CARRY_ON: &str = "Then say so on the ticket's page, and we carry on.";

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
