//! Events of clocks as they are stored: a calendar is kept by the id of its version.

use domain::{
    clock::{ClockEvent, ClockKind, LevelChange, PauseAsked, PauseEnded, PauseReason},
    id::{CalendarVersionId, ClockId, UserId},
    time::Timestamp,
};
use entity::clock_event;
use sea_orm::{ActiveValue::Set, ConnectionTrait, DbErr, EntityTrait};
use serde::{Deserialize, Serialize};

use crate::store::{
    calendars::{Checked, TermsRef},
    values::to_json,
};

/// What happened to a clock. When it happened stands beside it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "fact", rename_all = "snake_case")]
pub enum Fact {
    /// Only by [`super::start`].
    Started {
        terms: TermsRef,
    },
    Paused {
        reason: PauseReason,
        /// None: an access test of ours failed.
        asked: Option<UserId>,
        evidence: String,
    },
    Resumed {
        reason: PauseReason,
        ended: Ended,
        evidence: String,
    },
    Met,
    Missed,
    Voided {
        by: UserId,
        reason: String,
    },
    /// Somebody decided that a level change leaves this clock as it is.
    LevelKept {
        by: UserId,
    },
    /// A level change in the mode "exception".
    LevelExcepted {
        by: UserId,
        effective_at: Timestamp,
        terms: TermsRef,
    },
    /// A level change in the mode "correction".
    LevelCorrected {
        by: UserId,
        terms: TermsRef,
    },
    Excused {
        by: UserId,
        reason: String,
    },
}

/// Who ended a pause.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Ended {
    Customer,
    /// The access path answered.
    ProbeSucceeded,
    Staff(UserId),
}

impl From<Ended> for PauseEnded {
    fn from(ended: Ended) -> Self {
        match ended {
            Ended::Customer => Self::Customer,
            Ended::ProbeSucceeded => Self::ProbeSucceeded,
            Ended::Staff(user) => Self::Staff(user),
        }
    }
}

impl Fact {
    /// The version that it names.
    pub(super) fn calendar(&self) -> Option<CalendarVersionId> {
        match self {
            Self::Started { terms } | Self::LevelExcepted { terms, .. } | Self::LevelCorrected { terms, .. } => {
                terms.calendar
            }
            _ => None,
        }
    }

    /// What the clock counts by from now on; None: as before. Exceptions stand beside it.
    pub(super) fn terms(&self) -> Option<TermsRef> {
        match self {
            Self::Started { terms } | Self::LevelCorrected { terms, .. } => Some(*terms),
            _ => None,
        }
    }

    /// The event as the rules see it; `calendars` holds the version that it names.
    pub(super) fn event(&self, kind: ClockKind, at: Timestamp, calendars: &Checked) -> Result<ClockEvent, DbErr> {
        let level = |by: UserId, change| ClockEvent::LevelCorrected { at, by, change };
        Ok(match self {
            Self::Started { terms } => ClockEvent::Started { at, kind, terms: terms.terms(calendars)? },
            Self::Paused { reason, asked, evidence } => {
                let asked = asked.map_or(PauseAsked::FailedAccessTest, PauseAsked::Staff);
                ClockEvent::Paused { at, reason: *reason, asked, evidence: evidence.clone() }
            }
            Self::Resumed { reason, ended, evidence } => {
                ClockEvent::Resumed { at, reason: *reason, ended: (*ended).into(), evidence: evidence.clone() }
            }
            Self::Met => ClockEvent::Met { at },
            Self::Missed => ClockEvent::Missed { at },
            Self::Voided { by, reason } => ClockEvent::Voided { at, by: *by, reason: reason.clone() },
            Self::LevelKept { by } => level(*by, LevelChange::None),
            Self::LevelExcepted { by, effective_at, terms } => {
                let terms = terms.terms(calendars)?;
                level(*by, LevelChange::Exception { effective_at: *effective_at, terms })
            }
            Self::LevelCorrected { by, terms } => {
                level(*by, LevelChange::Correction { terms: terms.terms(calendars)? })
            }
            Self::Excused { by, reason } => ClockEvent::Excused { at, by: *by, reason: reason.clone() },
        })
    }
}

pub(super) async fn insert(
    db: &impl ConnectionTrait,
    clock: ClockId,
    seq: i64,
    (at, event): (Timestamp, &ClockEvent),
    entered_at: Timestamp,
    fact: &Fact,
) -> Result<(), DbErr> {
    let row = clock_event::ActiveModel {
        clock_id: Set(clock.0),
        seq: Set(seq),
        at: Set(at.into()),
        entered_at: Set(entered_at.into()),
        kind: Set(event.as_str().to_owned()),
        calendar_version_id: Set(fact.calendar().map(|version| version.0)),
        fact: Set(to_json(fact)?),
    };
    clock_event::Entity::insert(row).exec_without_returning(db).await.map(drop)
}
