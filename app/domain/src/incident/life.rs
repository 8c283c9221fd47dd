//! The life of a CatS incident: asked, then accepted or declined; each unit with its consent. Source: `rules` section 7.

use serde::{Deserialize, Serialize};

use crate::ticket::words;

words! {
    IncidentState {
        /// The customer has ordered it; nobody works yet.
        Asked = "asked",
        Accepted = "accepted",
        /// No charge and no clock.
        Declined = "declined",
    }
}

words! {
    /// How the customer said yes.
    ConsentHow {
        /// By the button on the ticket's page.
        Page = "page",
        Phone = "phone",
        Mail = "mail",
    }
}

words! {
    /// What is charged beside units.
    ExtraKind {
        Part = "part",
        Shipping = "shipping",
    }
}

impl ConsentHow {
    /// "on the ticket's page", after "approved".
    pub fn label(self) -> &'static str {
        match self {
            Self::Page => "on the ticket's page",
            Self::Phone => "by phone",
            Self::Mail => "by email",
        }
    }
}

impl ExtraKind {
    pub fn label(self) -> &'static str {
        match self {
            Self::Part => "Part",
            Self::Shipping => "Shipping",
        }
    }
}

/// Why an act on an incident cannot be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum IncidentRefusal {
    #[error("This incident is {} already.", .0.as_str())]
    Decided(IncidentState),
    #[error("Work has started, so the incident cannot be declined any more.")]
    WorkStarted,
    #[error("The incident is not accepted, so there is nothing to approve or to charge.")]
    NotAccepted,
    #[error("{0} units are approved already; look at the ticket again.")]
    Approved(u32),
    #[error("No unit is approved, so nothing may be charged. Ask for the customer's consent first.")]
    NoConsent,
}

/// An incident and its consents so far.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Standing {
    pub state: IncidentState,
    /// Units that the customer has approved, the one that was ordered included.
    pub units: u32,
    pub worked_s: u64,
}

impl Standing {
    /// Staff take it on, before work starts.
    pub fn accept(self) -> Result<(), IncidentRefusal> {
        match self.state {
            IncidentState::Asked => Ok(()),
            decided => Err(IncidentRefusal::Decided(decided)),
        }
    }

    /// Staff decline it, before work starts.
    pub fn decline(self) -> Result<(), IncidentRefusal> {
        match self.state {
            IncidentState::Declined => Err(IncidentRefusal::Decided(IncidentState::Declined)),
            _ if 0 < self.worked_s => Err(IncidentRefusal::WorkStarted),
            IncidentState::Accepted => Err(IncidentRefusal::Decided(IncidentState::Accepted)),
            IncidentState::Asked => Ok(()),
        }
    }

    /// The unit that a consent pays for, counted from 1. `seen` is how many were approved when it was given: a form that
    /// is sent twice approves one.
    pub fn approve(self, seen: u32) -> Result<u32, IncidentRefusal> {
        match self.state {
            IncidentState::Accepted if seen == self.units => Ok(self.units.saturating_add(1)),
            IncidentState::Accepted => Err(IncidentRefusal::Approved(self.units)),
            IncidentState::Asked | IncidentState::Declined => Err(IncidentRefusal::NotAccepted),
        }
    }

    /// Whether parts and shipping may be added.
    pub fn add_extra(self) -> Result<(), IncidentRefusal> {
        match self.state {
            IncidentState::Accepted if self.units == 0 => Err(IncidentRefusal::NoConsent),
            IncidentState::Accepted => Ok(()),
            IncidentState::Asked | IncidentState::Declined => Err(IncidentRefusal::NotAccepted),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn standing(state: IncidentState, units: u32, worked_s: u64) -> Standing {
        Standing { state, units, worked_s }
    }

    #[test]
    fn an_incident_is_decided_once_and_before_work_starts() {
        use IncidentState as S;
        assert_eq!(standing(S::Asked, 1, 0).accept(), Ok(()));
        assert_eq!(standing(S::Asked, 1, 0).decline(), Ok(()));
        for decided in [S::Accepted, S::Declined] {
            assert_eq!(standing(decided, 1, 0).accept(), Err(IncidentRefusal::Decided(decided)));
            assert_eq!(standing(decided, 1, 0).decline(), Err(IncidentRefusal::Decided(decided)));
        }
        assert_eq!(standing(S::Accepted, 1, 1).decline(), Err(IncidentRefusal::WorkStarted));
    }

    #[test]
    fn a_consent_pays_for_the_next_unit_once() {
        use IncidentState as S;
        assert_eq!(standing(S::Accepted, 1, 7_200).approve(1), Ok(2));
        assert_eq!(standing(S::Accepted, 2, 7_200).approve(1), Err(IncidentRefusal::Approved(2)));
        assert_eq!(standing(S::Accepted, 0, 0).approve(0), Ok(1), "what was split off is charged after consent only");
        assert_eq!(standing(S::Asked, 1, 0).approve(1), Err(IncidentRefusal::NotAccepted));
        assert_eq!(standing(S::Declined, 1, 0).approve(1), Err(IncidentRefusal::NotAccepted));
    }

    #[test]
    fn nothing_is_charged_without_consent() {
        assert_eq!(standing(IncidentState::Accepted, 0, 0).add_extra(), Err(IncidentRefusal::NoConsent));
        assert_eq!(standing(IncidentState::Accepted, 1, 0).add_extra(), Ok(()));
        assert_eq!(standing(IncidentState::Asked, 1, 0).add_extra(), Err(IncidentRefusal::NotAccepted));
    }
}
