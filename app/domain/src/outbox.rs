//! What becomes of a notice after an attempt to send it. Source: `monitoring` section 3.

use serde::{Deserialize, Serialize};

use crate::time::Timestamp;

/// First wait before trying again; doubles up to the longest.
pub const RETRY_FIRST_S: i64 = 10;
pub const RETRY_LONGEST_S: i64 = 15 * 60;
/// After this a mail is old news: the notice fails and staff are told.
pub const GIVE_UP_AFTER_S: i64 = 3 * 24 * 3_600;

/// How one attempt ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Attempt {
    /// The mail server took it; its words.
    Accepted { reply: String },
    /// No mail server was reached, or the connection broke: nothing is wrong with this mail.
    Unreachable { reason: String },
    /// The server refused for now (4xx).
    Deferred { reply: String },
    /// The server refused for good (5xx): the address is marked and staff are told.
    Refused { reply: String },
}

/// Where a notice stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NoticeState {
    Queued,
    /// Claimed by a mailer; after a crash it is queued again.
    Sending,
    Sent,
    Failed,
    /// Not sent on purpose: the address was marked as refused before.
    Withheld,
}

impl NoticeState {
    pub const ALL: [Self; 5] = [Self::Queued, Self::Sending, Self::Sent, Self::Failed, Self::Withheld];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Sending => "sending",
            Self::Sent => "sent",
            Self::Failed => "failed",
            Self::Withheld => "withheld",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == text)
    }
}

/// What to do next with a notice.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Next {
    Done,
    TryAgain {
        at: Timestamp,
    },
    /// For good; the address is marked only when the server refused it.
    Fail {
        mark_address: bool,
    },
}

/// The decision after attempt number `attempts` (from 1) of a notice queued at `queued_at`.
pub fn after_attempt(attempt: &Attempt, attempts: u32, queued_at: Timestamp, now: Timestamp) -> Next {
    match attempt {
        Attempt::Accepted { .. } => Next::Done,
        Attempt::Refused { .. } => Next::Fail { mark_address: true },
        Attempt::Unreachable { .. } | Attempt::Deferred { .. } => {
            let at = now.plus_seconds(wait_s(attempts));
            match GIVE_UP_AFTER_S < at.seconds_since(queued_at) {
                true => Next::Fail { mark_address: false },
                false => Next::TryAgain { at },
            }
        }
    }
}

/// 10 s, 20 s, 40 s ... 15 min.
fn wait_s(attempts: u32) -> i64 {
    let doublings = attempts.saturating_sub(1).min(16);
    (RETRY_FIRST_S << doublings).min(RETRY_LONGEST_S)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_double_up_to_a_quarter_of_an_hour() {
        let waits: Vec<_> = (1..=9).map(wait_s).collect();
        assert_eq!(waits, [10, 20, 40, 80, 160, 320, 640, 900, 900]);
        assert_eq!(wait_s(u32::MAX), 900);
    }

    #[test]
    fn a_notice_is_given_up_after_three_days() {
        let queued = Timestamp::EPOCH;
        let deferred = Attempt::Deferred { reply: "451 later".to_owned() };
        let late = queued.plus_seconds(GIVE_UP_AFTER_S);
        assert_eq!(after_attempt(&deferred, 300, queued, late), Next::Fail { mark_address: false });
        assert_eq!(
            after_attempt(&deferred, 1, queued, queued),
            Next::TryAgain { at: queued.plus_seconds(RETRY_FIRST_S) }
        );
    }

    #[test]
    fn only_a_refusal_marks_the_address() {
        let refused = Attempt::Refused { reply: "550 no such user".to_owned() };
        let now = Timestamp::EPOCH;
        assert_eq!(after_attempt(&refused, 1, now, now), Next::Fail { mark_address: true });
        let accepted = Attempt::Accepted { reply: "250 ok".to_owned() };
        assert_eq!(after_attempt(&accepted, 1, now, now), Next::Done);
    }
}
