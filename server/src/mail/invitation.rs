//! The appointment that a mail about a visit carries, for calendar programs.

use domain::{
    ical::{Attendee, Invitation},
    notice::{HardwareNews, MailFacts},
    ticket::reference,
    time::Span,
};

use super::{message::Sender, words::one_line};

/// What goes beside the words of a mail to `(name, email)`; None: no appointment.
pub fn invitation(facts: &MailFacts, sender: &Sender, (name, email): (&str, &str)) -> Option<Invitation> {
    let MailFacts::Hardware(facts) = facts else { return None };
    let appointment = facts.news.invitation()?;
    let (engineer, cancelled) = match &facts.news {
        HardwareNews::VisitCancelled { engineer, .. } => (engineer, true),
        HardwareNews::VisitBooked { engineer, .. } => (engineer, false),
        _ => return None,
    };
    let number = reference(facts.ticket);
    Some(Invitation {
        cancelled,
        uid: appointment.uid.clone(),
        sequence: appointment.sequence,
        // Of the decision, so that a mail that is sent again is the same.
        stamp: facts.at,
        span: Span { from: appointment.starts_at, until: appointment.ends_at },
        summary: one_line(&format!("Visit to {}: {number}", facts.customer)),
        place: one_line(&appointment.place),
        description: one_line(&format!("{engineer} comes about {number}: {}", facts.subject)),
        organizer: sender.organizer(),
        attendee: Attendee { name: one_line(name), email: email.to_owned() },
    })
}
