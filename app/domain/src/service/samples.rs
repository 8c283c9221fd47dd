//! What tests of the machines feed in, and how they read what comes out.

use super::FaultChange;
use crate::{observation::Status, time::Timestamp};

/// One letter for each status: O, W, C, and anything else for unknown.
pub(crate) fn status(letter: char) -> Status {
    match letter {
        'O' => Status::Ok,
        'W' => Status::Warning,
        'C' => Status::Critical,
        _ => Status::Unknown,
    }
}

pub(crate) fn instant(second: usize) -> Timestamp {
    Timestamp::EPOCH.plus_seconds(i64::try_from(second).unwrap())
}

/// A decision at `second` in words: `open@2(0)` opened at second 2, started at 0.
pub(crate) fn words(change: FaultChange, second: usize) -> String {
    let started = |at: Timestamp| at.seconds_since(Timestamp::EPOCH);
    match change {
        FaultChange::Open { started_at, .. } => format!("open@{second}({})", started(started_at)),
        FaultChange::Change { to, .. } => format!("{}@{second}", to.as_str()),
        FaultChange::Clear => format!("clear@{second}"),
        FaultChange::Flap { status, started_at } => {
            format!("flap-{}@{second}({})", status.as_str(), started(started_at))
        }
        FaultChange::Settle { status } => format!("settle-{}@{second}", status.as_str()),
    }
}
