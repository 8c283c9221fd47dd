//! Hardware on a ticket: what goes back to base, what is lent, what a courier brings, who visits.
//!
//! Source: `rules` section 9, and section 4 for courier and visit. Each track is a machine of its own: (state, event,
//! now) -> (state, effects); what cannot happen is refused in words.

#[cfg(not(target_arch = "wasm32"))]
mod chase;
mod courier;
mod damage;
mod loan;
mod offer;
mod refusal;
mod rma;
mod visit;

#[cfg(not(target_arch = "wasm32"))]
pub use chase::{CHASE_DAYS, Chase, LOAN_DAYS, chases, due_back_on};
#[cfg(not(target_arch = "wasm32"))]
pub use courier::{CUTOFF_MIN, CourierPlan, plan};
pub use courier::{Courier, CourierEvent, CourierState, SameDay};
pub use damage::{DamageKind, Finding};
pub use loan::{Loan, LoanEffect, LoanEvent, LoanState, UnitState};
pub use offer::Offer;
pub use refusal::Refusal;
pub use rma::{RepairBasis, Rma, RmaEffect, RmaEvent, RmaState};
pub use visit::{ARRIVAL_TARGET_S, Booking, Visit, VisitEffect, VisitEvent, VisitState};

/// One of the things that can go on about hardware on a ticket.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Track {
    Rma,
    Loan,
    Courier,
    Visit,
    /// A unit of the stock itself, on no ticket.
    Unit,
}

impl Track {
    pub const ALL: &[Self] = &[Self::Rma, Self::Loan, Self::Courier, Self::Visit, Self::Unit];

    /// The stored word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Rma => "rma",
            Self::Loan => "loan",
            Self::Courier => "courier",
            Self::Visit => "visit",
            Self::Unit => "unit",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|track| track.as_str() == text)
    }
}

/// How the number of a return is written: `RMA-1003`.
pub fn rma_reference(number: i64) -> String {
    format!("RMA-{number}")
}
