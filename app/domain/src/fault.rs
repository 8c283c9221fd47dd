//! The life of a fault and its acknowledgements. Source: `monitoring` section 3, `rules` section 5.

use serde::{Deserialize, Serialize};

use crate::{access::Side, observation::Status, probe::FieldError, time::Timestamp};

/// How a fault's number is written: `F-1042`.
pub fn reference(number: i64) -> String {
    format!("F-{number}")
}

/// The number in `F-1042`, `f-1042` or `1042`.
pub fn parse_reference(text: &str) -> Option<i64> {
    let digits = text.trim().trim_start_matches(['f', 'F']).trim_start_matches('-');
    digits.parse().ok().filter(|number| 0 < *number)
}

/// Somebody said "seen" (customer) or "mine" (staff).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Acknowledgement {
    pub side: Side,
    pub by: String,
    pub at: Timestamp,
    pub note: String,
    pub expires_at: Option<Timestamp>,
    /// Survives a change for the worse.
    pub sticky: bool,
}

impl Acknowledgement {
    pub fn in_force(&self, now: Timestamp) -> bool {
        self.expires_at.is_none_or(|expires| now < expires)
    }
}

/// Why an acknowledgement was refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AcknowledgeRefusal {
    #[error("this fault recovered before you acknowledged it")]
    Recovered { at: Timestamp },
    #[error("{by} has acknowledged this fault already")]
    Already { by: String, at: Timestamp },
}

/// Whether one more acknowledgement from a side makes sense. `take_over` replaces a colleague's.
pub fn may_acknowledge(
    cleared_at: Option<Timestamp>,
    standing: Option<&Acknowledgement>,
    take_over: TakeOver,
    now: Timestamp,
) -> Result<(), AcknowledgeRefusal> {
    match (cleared_at, standing, take_over) {
        (Some(at), _, _) => Err(AcknowledgeRefusal::Recovered { at }),
        (None, Some(ack), TakeOver::No) if ack.in_force(now) => {
            Err(AcknowledgeRefusal::Already { by: ack.by.clone(), at: ack.at })
        }
        (None, _, _) => Ok(()),
    }
}

/// A week; who needs longer solves it or withdraws.
const ACKNOWLEDGED_MINUTES_MAX: i64 = 7 * 24 * 60;

/// Until when somebody says that they have it: minutes from `now`; empty: until it is solved.
pub fn acknowledged_until(minutes: &str, now: Timestamp) -> Result<Option<Timestamp>, FieldError> {
    match minutes.trim() {
        "" => Ok(None),
        text => {
            let minutes = text.parse::<i64>().ok().filter(|minutes| (1..=ACKNOWLEDGED_MINUTES_MAX).contains(minutes));
            let allowed = format!("must be 1 to {ACKNOWLEDGED_MINUTES_MAX} minutes, or empty for until it is solved");
            let minutes = minutes.ok_or_else(|| FieldError::new("minutes", format!("{allowed}, not {text:?}")))?;
            Ok(Some(now.plus_seconds(minutes * 60)))
        }
    }
}

/// Whether an acknowledgement replaces one that stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TakeOver {
    No,
    Yes,
}

/// Whether a change of status ends an acknowledgement: only one for the worse does, unless it is sticky.
pub fn ends_acknowledgement(from: Status, to: Status, sticky: bool) -> bool {
    from < to && !sticky
}

/// What happened to a fault, in the order it happened. The timeline is these events.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FaultEventKind {
    Opened,
    Changed,
    /// It keeps coming and going.
    Flapping,
    /// It no longer does.
    Settled,
    Acknowledged,
    AcknowledgementEnded,
    Cleared,
    /// The service was removed or paused while the fault was open.
    Abandoned,
    /// Planned quiet time: nothing is told before it ends.
    DowntimeBegan,
    DowntimeEnded,
}

impl FaultEventKind {
    pub const ALL: [Self; 10] = [
        Self::Opened,
        Self::Changed,
        Self::Flapping,
        Self::Settled,
        Self::Acknowledged,
        Self::AcknowledgementEnded,
        Self::Cleared,
        Self::Abandoned,
        Self::DowntimeBegan,
        Self::DowntimeEnded,
    ];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Opened => "opened",
            Self::Changed => "changed",
            Self::Flapping => "flapping",
            Self::Settled => "settled",
            Self::Acknowledged => "acknowledged",
            Self::AcknowledgementEnded => "acknowledgement_ended",
            Self::Cleared => "cleared",
            Self::Abandoned => "abandoned",
            Self::DowntimeBegan => "downtime_began",
            Self::DowntimeEnded => "downtime_ended",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ack(expires_at: Option<Timestamp>) -> Acknowledgement {
        Acknowledgement {
            side: Side::Staff,
            by: "Priya Nair".to_owned(),
            at: Timestamp::EPOCH,
            note: String::new(),
            expires_at,
            sticky: false,
        }
    }

    #[test]
    fn the_second_to_acknowledge_learns_who_was_first() {
        let now = Timestamp::EPOCH.plus_seconds(60);
        let refusal = may_acknowledge(None, Some(&ack(None)), TakeOver::No, now).unwrap_err();
        assert_eq!(refusal, AcknowledgeRefusal::Already { by: "Priya Nair".to_owned(), at: Timestamp::EPOCH });
        assert!(may_acknowledge(None, Some(&ack(None)), TakeOver::Yes, now).is_ok());
    }

    #[test]
    fn an_acknowledgement_may_be_for_a_time() {
        let now = Timestamp::EPOCH;
        assert_eq!(acknowledged_until("", now), Ok(None));
        assert_eq!(acknowledged_until(" 30 ", now), Ok(Some(now.plus_seconds(1_800))));
        for bad in ["0", "-5", "10081", "soon"] {
            assert_eq!(acknowledged_until(bad, now).unwrap_err().field, "minutes", "{bad}");
        }
    }

    #[test]
    fn a_lapsed_acknowledgement_stands_in_nobodys_way() {
        let expires = Timestamp::EPOCH.plus_seconds(60);
        assert!(may_acknowledge(None, Some(&ack(Some(expires))), TakeOver::No, expires).is_ok());
        assert!(may_acknowledge(None, Some(&ack(Some(expires))), TakeOver::No, expires.plus_seconds(-1)).is_err());
    }

    #[test]
    fn a_recovered_fault_cannot_be_acknowledged() {
        let refusal = may_acknowledge(Some(Timestamp::EPOCH), None, TakeOver::Yes, Timestamp::EPOCH);
        assert_eq!(refusal, Err(AcknowledgeRefusal::Recovered { at: Timestamp::EPOCH }));
    }

    #[test]
    fn only_a_change_for_the_worse_ends_an_acknowledgement() {
        assert!(ends_acknowledgement(Status::Warning, Status::Critical, false));
        assert!(!ends_acknowledgement(Status::Warning, Status::Critical, true));
        assert!(!ends_acknowledgement(Status::Critical, Status::Warning, false));
        assert!(!ends_acknowledgement(Status::Critical, Status::Unknown, false));
    }

    #[test]
    fn references_are_read_as_people_write_them() {
        assert_eq!(parse_reference("F-1042"), Some(1042));
        assert_eq!(parse_reference(" f1042 "), Some(1042));
        assert_eq!(parse_reference("1042"), Some(1042));
        for bad in ["", "F-", "F-0", "x-3", "F-1 or 1=1"] {
            assert_eq!(parse_reference(bad), None, "{bad}");
        }
    }
}
