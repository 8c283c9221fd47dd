//! Signed links of mails: what they carry, and the addresses they make.

use domain::{
    id::{ContactId, FaultId, TicketId, UserId},
    message_id::{self, Origin},
    notice::Who,
    time::Timestamp,
};
use uuid::Uuid;

use crate::secrets::{Purpose, Signer};

/// An acknowledge link is good for this long. Source: `monitoring` section 3.
pub const ACKNOWLEDGE_DAYS: i64 = 7;

/// What an acknowledge link proves: this recipient may acknowledge this one fault until then.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AckPass {
    pub fault: FaultId,
    pub who: Who,
    pub expires_at: Timestamp,
}

impl AckPass {
    pub fn token(&self, signer: &Signer) -> String {
        let mut payload = Vec::with_capacity(41);
        payload.extend_from_slice(self.fault.0.as_bytes());
        payload.push(match self.who {
            Who::Contact(_) => 0,
            Who::User(_) => 1,
        });
        payload.extend_from_slice(self.who.id().as_bytes());
        payload.extend_from_slice(&self.expires_at.as_micros().to_be_bytes());
        signer.sign(Purpose::Acknowledge, &payload)
    }

    /// The pass of a token that we signed; whether it has expired is for the caller to say.
    pub fn open(signer: &Signer, token: &str) -> Option<Self> {
        let payload = signer.open(Purpose::Acknowledge, token)?;
        let (fault, rest) = payload.split_at_checked(16)?;
        let (kind, rest) = rest.split_first()?;
        let (who, expires) = rest.split_at_checked(16)?;
        let who = Uuid::from_slice(who).ok()?;
        Some(Self {
            fault: FaultId(Uuid::from_slice(fault).ok()?),
            who: match kind {
                0 => Who::Contact(ContactId(who)),
                1 => Who::User(UserId(who)),
                _ => return None,
            },
            expires_at: Timestamp::from_micros(i64::from_be_bytes(expires.try_into().ok()?)),
        })
    }
}

/// What the link of a closing mail proves: this contact may say how this one ticket was, until then.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RatePass {
    pub ticket: TicketId,
    pub contact: ContactId,
    pub expires_at: Timestamp,
}

impl RatePass {
    pub fn token(&self, signer: &Signer) -> String {
        let mut payload = Vec::with_capacity(40);
        payload.extend_from_slice(self.ticket.0.as_bytes());
        payload.extend_from_slice(self.contact.0.as_bytes());
        payload.extend_from_slice(&self.expires_at.as_micros().to_be_bytes());
        signer.sign(Purpose::Rate, &payload)
    }

    /// The pass of a token that we signed; whether it has expired is for the caller to say.
    pub fn open(signer: &Signer, token: &str) -> Option<Self> {
        let payload = signer.open(Purpose::Rate, token)?;
        let (ticket, rest) = payload.split_at_checked(16)?;
        let (contact, expires) = rest.split_at_checked(16)?;
        Some(Self {
            ticket: TicketId(Uuid::from_slice(ticket).ok()?),
            contact: ContactId(Uuid::from_slice(contact).ok()?),
            expires_at: Timestamp::from_micros(i64::from_be_bytes(expires.try_into().ok()?)),
        })
    }
}

/// The token of a one-time password link: its row, signed.
pub fn password_token(signer: &Signer, link: Uuid) -> String {
    signer.sign(Purpose::Password, link.as_bytes())
}

/// The row of a one-time password link.
pub fn open_password_token(signer: &Signer, token: &str) -> Option<Uuid> {
    signer.open(Purpose::Password, token).and_then(|payload| Uuid::from_slice(&payload).ok())
}

/// One of our Message-IDs as it leaves the house, with the proof that it is ours. Stable.
pub fn sent_message_id(signer: &Signer, id: &str) -> String {
    message_id::signed(id, &signer.tag(Purpose::MessageId, id.as_bytes()))
}

/// A Message-ID that somebody refers to: as it is kept, and what it names. None: we never made it.
pub fn open_message_id(signer: &Signer, id: &str, domain: &str) -> Option<(String, Origin)> {
    let (kept, origin, tag) = message_id::open(id, domain)?;
    signer.is_tag(Purpose::MessageId, kept.as_bytes(), &tag).then_some((kept, origin))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_id_cannot_be_forged() {
        let signer = Signer::new(&[3; 32]);
        let kept = message_id::follow_up(domain::id::NoticeId(Uuid::from_u128(9)), "desk.example");
        let sent = sent_message_id(&signer, &kept);
        assert_eq!(sent, sent_message_id(&signer, &kept), "a mail that is sent again is the same mail");
        assert_eq!(open_message_id(&signer, &sent, "desk.example").unwrap().0, kept);
        assert_eq!(open_message_id(&signer, &sent, "other.example"), None);
        assert_eq!(open_message_id(&Signer::new(&[4; 32]), &sent, "desk.example"), None);
        for odd in [&kept, &sent.replacen('0', "1", 1), &sent.replace('@', "0@"), "<n..@desk.example>"] {
            assert_eq!(open_message_id(&signer, odd, "desk.example"), None, "{odd}");
        }
    }

    #[test]
    fn a_pass_survives_its_token() {
        let signer = Signer::new(&[3; 32]);
        for who in [Who::Contact(ContactId(Uuid::from_u128(5))), Who::User(UserId(Uuid::from_u128(6)))] {
            let pass = AckPass { fault: FaultId(Uuid::from_u128(4)), who, expires_at: Timestamp::from_micros(77) };
            assert_eq!(AckPass::open(&signer, &pass.token(&signer)), Some(pass));
        }
        let (ticket, contact) = (TicketId(Uuid::from_u128(4)), ContactId(Uuid::from_u128(5)));
        let pass = RatePass { ticket, contact, expires_at: Timestamp::from_micros(77) };
        assert_eq!(RatePass::open(&signer, &pass.token(&signer)), Some(pass));
        assert_eq!(AckPass::open(&signer, &pass.token(&signer)), None, "a link is good for one thing");
        assert_eq!(AckPass::open(&signer, &password_token(&signer, Uuid::from_u128(4))), None);
    }
}
