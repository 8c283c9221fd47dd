//! From a notice to the mail server: makes the links, the words and the message, and hands it to the transport.

use domain::{
    access::Side,
    notice::{MailFacts, NoticeFacts, TicketNews, Who},
    outbox::Attempt,
    ticket::REOPEN_DAYS,
    time::Timestamp,
};
use uuid::Uuid;

use crate::{
    clock::Clock,
    config::Support,
    links::{ACKNOWLEDGE_DAYS, AckPass, RatePass, password_token, sent_message_id},
    mail::{
        invitation::invitation,
        message::{Outgoing, Sender},
        render::{Links, RenderError, Rendered, render},
        transport::Transport,
    },
    secrets::Signer,
    store::outbox::{Claimed, Readers},
};

/// Everything that turns a notice into a mail.
pub struct Post {
    pub clock: Clock,
    pub transport: Transport,
    pub sender: Sender,
    pub signer: Signer,
    /// Without a slash at the end.
    pub base_url: String,
    pub support: Support,
    /// Where customers' answers go. Without it no mail goes to customers (`rules` section 12).
    pub support_address: Option<String>,
}

impl Post {
    /// Domain of our Message-IDs.
    pub fn mail_domain(&self) -> &str {
        self.sender.domain()
    }

    /// Sends a notice once and says what came of it.
    pub async fn deliver(&self, mail: &Claimed) -> Attempt {
        let rendered = match self.words(&mail.facts, mail.recipient_id) {
            Ok(rendered) => rendered,
            Err(error) => {
                // Our own mistake: the notice stays and is tried again, with the reason in the mail log.
                tracing::error!(%error, notice.id = %mail.id, "a mail could not be written");
                return Attempt::Deferred { reply: format!("the mail could not be written: {error}") };
            }
        };
        let outgoing = Outgoing {
            to_name: mail.name.clone(),
            to_email: mail.email.clone(),
            message_id: self.sent_id(&mail.message_id),
            in_reply_to: mail.in_reply_to.as_deref().map(|id| self.sent_id(id)),
            at: mail.queued_at,
            reply_to: self.support_address.clone().filter(|_| mail.side == Side::Customer),
            invitation: invitation(&mail.facts, &self.sender, (&mail.name, &mail.email)),
            rendered,
        };
        self.transport.send(&self.sender, &outgoing).await
    }

    /// A kept Message-ID as it is sent: nobody else can make one, so an answer to it is an answer to us.
    pub fn sent_id(&self, kept: &str) -> String {
        sent_message_id(&self.signer, kept)
    }

    /// The words of a mail to `recipient`, with links that work.
    pub fn words(&self, facts: &MailFacts, recipient: Uuid) -> Result<Rendered, RenderError> {
        let links = match facts {
            MailFacts::Fault(fault) => self.fault_links(fault, recipient),
            MailFacts::Account(account) => Links {
                base_url: self.base_url.clone(),
                password: Some(format!("{}/p/{}", self.base_url, password_token(&self.signer, account.link))),
                ..Links::default()
            },
            MailFacts::Clock(clock) => Links { ticket: Some(self.ticket_url(clock.ticket)), ..self.bare_links() },
            MailFacts::Ticket(ticket) if matches!(ticket.news, TicketNews::Closed { .. }) => {
                let expires_at = ticket.at.plus_seconds(REOPEN_DAYS * 24 * 3_600);
                let pass = RatePass { ticket: ticket.id, contact: recipient.into(), expires_at };
                Links { rate: Some(format!("{}/r/{}", self.base_url, pass.token(&self.signer))), ..self.bare_links() }
            }
            MailFacts::Refused(_)
            | MailFacts::Alarm(_)
            | MailFacts::Ticket(_)
            | MailFacts::Announced(_)
            | MailFacts::HandOver(_)
            | MailFacts::Term(_)
            | MailFacts::Hardware(_)
            | MailFacts::Test { .. } => self.bare_links(),
        };
        render(facts, &links, self.phone(facts))
    }

    /// To whom mail may go.
    pub fn readers(&self) -> Readers {
        if self.support_address.is_some() { Readers::Everybody } else { Readers::StaffOnly }
    }

    fn phone(&self, facts: &MailFacts) -> &str {
        match facts {
            MailFacts::Fault(fault) => self.support.phone_for(fault.cover),
            MailFacts::Ticket(ticket) => self.support.phone_for(ticket.cover),
            MailFacts::Term(term) => self.support.phone_for(term.level),
            MailFacts::Hardware(hardware) => self.support.phone_for(hardware.cover),
            _ => &self.support.phone,
        }
    }

    /// The words of a mail as staff may read them in the log: links that act are left out.
    pub fn words_for_log(&self, facts: &MailFacts) -> Result<Rendered, RenderError> {
        let mut links = self.bare_links();
        match facts {
            MailFacts::Fault(fault) => links.fault = Some(self.fault_url(fault.number)),
            MailFacts::Account(_) => links.password = Some(format!("{}/p/(hidden)", self.base_url)),
            MailFacts::Clock(clock) => links.ticket = Some(self.ticket_url(clock.ticket)),
            MailFacts::Ticket(_) => links.rate = Some(format!("{}/r/(hidden)", self.base_url)),
            MailFacts::Refused(_)
            | MailFacts::Alarm(_)
            | MailFacts::Announced(_)
            | MailFacts::HandOver(_)
            | MailFacts::Term(_)
            | MailFacts::Hardware(_)
            | MailFacts::Test { .. } => {}
        }
        if let MailFacts::Fault(fault) = facts
            && fault.kind.is_of_open_fault()
        {
            links.acknowledge = Some(format!("{}/a/(hidden)", self.base_url));
        }
        render(facts, &links, self.phone(facts))
    }

    fn bare_links(&self) -> Links {
        Links { base_url: self.base_url.clone(), ..Links::default() }
    }

    fn fault_url(&self, number: i64) -> String {
        format!("{}/f/{number}", self.base_url)
    }

    fn ticket_url(&self, number: i64) -> String {
        format!("{}/t/{number}", self.base_url)
    }

    fn fault_links(&self, fault: &NoticeFacts, recipient: Uuid) -> Links {
        let who = match fault.side {
            Side::Customer => Who::Contact(recipient.into()),
            Side::Staff => Who::User(recipient.into()),
        };
        let pass = AckPass { fault: fault.fault, who, expires_at: expires_at(fault.at) };
        Links {
            fault: Some(self.fault_url(fault.number)),
            acknowledge: fault
                .kind
                .is_of_open_fault()
                .then(|| format!("{}/a/{}", self.base_url, pass.token(&self.signer))),
            ..self.bare_links()
        }
    }
}

/// Counted from the decision, so that a mail that is sent again holds the same link.
fn expires_at(decided_at: Timestamp) -> Timestamp {
    decided_at.plus_seconds(ACKNOWLEDGE_DAYS * 24 * 3_600)
}
