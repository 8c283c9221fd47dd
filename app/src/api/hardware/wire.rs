//! What hardware on a ticket and the stock of loan units say to the browser, and what is typed about them.

use domain::{
    hardware::{Track, UnitState, VisitState},
    time::Timestamp,
};
use serde::{Deserialize, Serialize};

/// Hardware on one ticket. Times are words in the customer's zone, since the browser has no zone data.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TicketHardware {
    pub number: i64,
    pub now: Timestamp,
    /// May act on it.
    pub work: bool,
    /// May take a decision back, and charge for damage.
    pub supervise: bool,
    /// The last visit, whatever became of it.
    pub visit: Option<VisitCard>,
    pub undetermined: Option<Undetermined>,
    /// Returns, loans and couriers, the oldest first.
    pub cards: Vec<TrackCard>,
    /// May send a courier. Otherwise why not.
    pub courier_refused: Option<String>,
    /// Ids and names of engineers who may be booked; empty for those who may not act.
    pub engineers: Vec<(String, String)>,
    /// Ids and words of units in stock; empty for those who may not act.
    pub units: Vec<(String, String)>,
    pub zone: String,
    /// The cover pays for repairs: a return costs nothing.
    pub repair_covered: bool,
}

/// A visit may be decided, and has not been.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Undetermined {
    /// "Logged Thu 19 Nov, 14:09, 56 min ago".
    pub since: String,
    /// Why it cannot be decided now.
    pub refused: Option<String>,
}

/// One line of a list of steps.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StepLine {
    pub title: String,
    /// When, who; may be empty.
    pub sub: String,
    pub state: StepState,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StepState {
    Done,
    Current,
    Ahead,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct VisitCard {
    pub id: String,
    pub version: i64,
    pub state: VisitState,
    /// "2 h 12 min from logging to the decision"; empty for customers.
    pub decided_after: String,
    pub steps: Vec<StepLine>,
    pub taking: String,
    /// Of the booking, for the form: id, "2026-11-24T09:30", whole minutes.
    pub engineer: String,
    pub starts: String,
    pub minutes: String,
}

/// A return, a loan or a courier.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TrackCard {
    pub track: Track,
    pub id: String,
    pub version: i64,
    /// "RMA-501", "Loan unit LN-0031", "Courier".
    pub title: String,
    /// What it is about.
    pub thing: String,
    /// Where it stands.
    pub label: String,
    pub open: bool,
    /// Late: a loan after its day, a parcel after the day it was expected.
    pub late: bool,
    /// Labels and words.
    pub facts: Vec<(String, String)>,
    /// What may happen next: words of steps and of their buttons.
    pub steps: Vec<(String, String)>,
    /// Damage may be recorded now.
    pub may_find: bool,
    /// A finding waits for the customer to be told.
    pub may_tell: bool,
    /// The unit may be charged for, which a supervisor does.
    pub may_charge: bool,
}

/// Units, loans that are out, and returns that are open. Staff only.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct HardwarePage {
    pub now: Timestamp,
    pub units: Vec<UnitRow>,
    /// Overdue first.
    pub loans: Vec<OutRow>,
    pub returns: Vec<OutRow>,
    pub editing: Option<String>,
    pub input: UnitInput,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct UnitRow {
    pub id: String,
    pub name: String,
    pub model: String,
    pub serial: String,
    pub facilities: String,
    pub state: UnitState,
}

/// Something of ours or theirs that is not where it belongs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OutRow {
    pub ticket: i64,
    pub customer: String,
    /// "LN-0031", "RMA-501".
    pub title: String,
    pub thing: String,
    pub label: String,
    /// "Due back Wed 9 Dec"; empty: no day is set.
    pub due: String,
    pub late: bool,
}

/// A unit's form as typed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct UnitInput {
    pub name: String,
    pub model: String,
    pub serial: String,
    pub facilities: String,
    pub state: String,
    pub version: String,
}

/// A return to be opened.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ReturnInput {
    pub item: String,
    /// `yes`: under warranty.
    pub warranty: String,
}

/// A courier to be sent.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct CourierInput {
    pub goods: String,
    /// `yes`: delivered today, for a fee.
    pub same_day: String,
    /// Which courier confirmed.
    pub courier: String,
    /// Who at the customer approved the fee, and how.
    pub approved_by: String,
    /// In pounds: "45.00".
    pub fee: String,
}

/// A step of a return, a loan or a courier.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct StepInput {
    /// `rma`, `loan` or `courier`.
    pub track: String,
    pub id: String,
    pub version: String,
    /// The step's word.
    pub step: String,
    /// Tracking number, or what was found.
    pub text: String,
    /// In pounds: "45.00".
    pub price: String,
    /// `misuse` or `neglect`.
    pub kind: String,
    /// Which file of the ticket shows it.
    pub photo: String,
}

/// A visit to be booked, or booked for another time.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct BookingInput {
    pub version: String,
    pub engineer: String,
    /// "2026-11-24T09:30", in the customer's zone.
    pub starts: String,
    pub minutes: String,
    pub taking: String,
}

/// A step of a visit.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct VisitInput {
    pub version: String,
    /// `arrived`, `left`, `cancelled` or `undone`.
    pub step: String,
    /// Why it is cancelled or taken back.
    pub reason: String,
}
