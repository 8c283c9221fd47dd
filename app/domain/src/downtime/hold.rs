//! What is held back of a fault inside planned quiet time, and what is told of it at the end.

use crate::{observation::Status, time::Timestamp};

/// Nothing of a fault is told before `until`; then one looks again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Hold {
    pub until: Timestamp,
    /// The fault as those who were told know it; None: nobody has been told.
    pub told: Option<Status>,
}

/// What is told when a hold ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tell {
    /// It began inside and outlived the downtime.
    Opened,
    /// It was told before and is another now.
    Changed,
    /// It was told before and ended inside.
    Over,
}

impl Hold {
    /// What the end of the hold tells of a fault that is now `status`, or `over`. None: everybody knows what there is to
    /// know, or has missed nothing.
    pub fn told_at_end(self, status: Status, over: bool) -> Option<Tell> {
        match (self.told, over) {
            (None, true) => None,
            (None, false) => Some(Tell::Opened),
            (Some(_), true) => Some(Tell::Over),
            (Some(known), false) => (known != status).then_some(Tell::Changed),
        }
    }

    /// Whether a fault that ends inside has anything left to be told.
    pub fn outlasts_fault(self) -> bool {
        self.told.is_some()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_begins_and_ends_inside_is_silent_and_nothing_else_is() {
        use Status::{Critical, Warning};
        let at_end = |told, status, over| Hold { until: Timestamp::EPOCH, told }.told_at_end(status, over);
        for (told, status, over, expected) in [
            (None, Critical, true, None),
            (None, Critical, false, Some(Tell::Opened)),
            (Some(Critical), Critical, true, Some(Tell::Over)),
            (Some(Critical), Critical, false, None),
            (Some(Warning), Critical, false, Some(Tell::Changed)),
            (Some(Critical), Warning, false, Some(Tell::Changed)),
        ] {
            assert_eq!(at_end(told, status, over), expected, "{told:?} {status:?} over {over}");
        }
    }
}
