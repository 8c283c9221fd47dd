//! Signed links of mails: what they carry, and the addresses they make.

use domain::{
    id::{ContactId, FaultId, UserId},
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

/// The token of a one-time password link: its row, signed.
pub fn password_token(signer: &Signer, link: Uuid) -> String {
    signer.sign(Purpose::Password, link.as_bytes())
}

/// The row of a one-time password link.
pub fn open_password_token(signer: &Signer, token: &str) -> Option<Uuid> {
    signer.open(Purpose::Password, token).and_then(|payload| Uuid::from_slice(&payload).ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pass_survives_its_token() {
        let signer = Signer::new(&[3; 32]);
        for who in [Who::Contact(ContactId(Uuid::from_u128(5))), Who::User(UserId(Uuid::from_u128(6)))] {
            let pass = AckPass { fault: FaultId(Uuid::from_u128(4)), who, expires_at: Timestamp::from_micros(77) };
            assert_eq!(AckPass::open(&signer, &pass.token(&signer)), Some(pass));
        }
        assert_eq!(AckPass::open(&signer, &password_token(&signer, Uuid::from_u128(4))), None);
    }
}
