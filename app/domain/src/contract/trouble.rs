//! What stands between a contract and cover, or will soon: for lists.

use super::{Contract, ContractState};
use crate::time::Timestamp;

/// From how many days before the last one a coming end is shown.
const ENDS_SOON_DAYS: i32 = 30;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trouble {
    NotActivated,
    LocationNotApproved,
    InspectionPending,
    /// Days until the last one; 0 is today.
    EndsIn {
        days: i32,
    },
}

impl Trouble {
    pub fn words(self) -> String {
        match self {
            Self::NotActivated => "Not activated".to_owned(),
            Self::LocationNotApproved => "Waiting for location approval".to_owned(),
            Self::InspectionPending => "Pending inspection".to_owned(),
            Self::EndsIn { days: 0 } => "Ends today".to_owned(),
            Self::EndsIn { days: 1 } => "Ends tomorrow".to_owned(),
            Self::EndsIn { days } => format!("Ends in {days} days"),
        }
    }
}

impl Contract {
    /// In the order in which it should be seen to. Nothing is wrong with one that has ended.
    pub fn troubles(&self, at: Timestamp) -> Vec<Trouble> {
        let mut found = Vec::new();
        let today = self.terms.zone.date_at(at);
        let left = self.terms.ends_on.map(|last_on| (last_on - today).get_days());
        if left.is_some_and(|days| days < 0) || self.state_at(at) == ContractState::Ended {
            return found;
        }
        if !self.location_approved() {
            found.push(Trouble::LocationNotApproved);
        }
        if self.activated_at.is_none() {
            found.push(Trouble::NotActivated);
        } else if self.inspection.is_pending() {
            found.push(Trouble::InspectionPending);
        }
        let soon = left.filter(|days| *days <= ENDS_SOON_DAYS && !self.is_followed());
        found.extend(soon.map(|days| Trouble::EndsIn { days }));
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        calendar::samples::at,
        contract::{
            Inspection,
            samples::{active, draft},
        },
        cover::CoverLevel,
    };

    fn check(contract: &Contract, instant: &str, words: &[&str]) {
        let found: Vec<_> = contract.troubles(at(instant)).into_iter().map(Trouble::words).collect();
        assert_eq!(found, words, "{instant}");
    }

    #[test]
    fn what_is_wrong_is_said_in_order() {
        let fine = active(&draft(CoverLevel::Cat4));
        check(&fine, "2026-06-01T00:00:00Z", &[]);
        let drafted = Contract { activated_at: None, location: None, ..fine.clone() };
        check(&drafted, "2026-06-01T00:00:00Z", &["Waiting for location approval", "Not activated"]);
        let pending = Contract { inspection: Inspection::Pending { because: Vec::new() }, ..fine };
        check(&pending, "2026-06-01T00:00:00Z", &["Pending inspection"]);
    }

    #[test]
    fn an_end_is_shown_in_its_last_thirty_days() {
        let mut draft = draft(CoverLevel::Cat1);
        draft.ends_on = Some("2026-06-30".to_owned());
        let contract = active(&draft);
        check(&contract, "2026-05-30T12:00:00Z", &[]);
        check(&contract, "2026-05-31T12:00:00Z", &["Ends in 30 days"]);
        // Half past midnight in London is still the day before in UTC.
        check(&contract, "2026-06-28T23:30:00Z", &["Ends tomorrow"]);
        check(&contract, "2026-06-30T12:00:00Z", &["Ends today"]);
        check(&contract, "2026-06-30T23:00:00Z", &[]);
    }
}
