//! Loan units. Source: `rules` section 9; contract page, "providing it can provide the necessary facilities".

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::{Finding, Refusal};
use crate::{money::pounds_brief, time::Timestamp};

/// Where a unit of the stock is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum UnitState {
    InStock,
    /// Reserved for a ticket, or out on one.
    OnLoan,
    Repair,
    /// Paid for by a customer: it comes back no more.
    Charged,
    /// No longer lent.
    Retired,
}

impl UnitState {
    pub const ALL: &[Self] = &[Self::InStock, Self::OnLoan, Self::Repair, Self::Charged, Self::Retired];

    /// The stored word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::InStock => "in_stock",
            Self::OnLoan => "on_loan",
            Self::Repair => "repair",
            Self::Charged => "charged",
            Self::Retired => "retired",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|state| state.as_str() == text)
    }

    /// What people read.
    pub fn label(self) -> &'static str {
        match self {
            Self::InStock => "In stock",
            Self::OnLoan => "On loan",
            Self::Repair => "In repair",
            Self::Charged => "Charged",
            Self::Retired => "Retired",
        }
    }

    /// Whether a person may put a unit here by hand; the other states follow from loans.
    pub fn is_set_by_hand(self) -> bool {
        matches!(self, Self::InStock | Self::Repair | Self::Retired)
    }
}

/// Where a loan stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LoanState {
    Reserved,
    Dispatched,
    OnSite,
    ReturnAsked,
    InTransit,
    Inspected,
    /// Over: back on the shelf.
    InStock,
    /// Over: the unit is being repaired.
    Repair,
    /// Over: the customer pays for it.
    Charged,
}

impl LoanState {
    pub const ALL: &[Self] = &[
        Self::Reserved,
        Self::Dispatched,
        Self::OnSite,
        Self::ReturnAsked,
        Self::InTransit,
        Self::Inspected,
        Self::InStock,
        Self::Repair,
        Self::Charged,
    ];

    /// The stored word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Reserved => "reserved",
            Self::Dispatched => "dispatched",
            Self::OnSite => "on_site",
            Self::ReturnAsked => "return_asked",
            Self::InTransit => "in_transit",
            Self::Inspected => "inspected",
            Self::InStock => "in_stock",
            Self::Repair => "repair",
            Self::Charged => "charged",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|state| state.as_str() == text)
    }

    /// What people read.
    pub fn label(self) -> &'static str {
        match self {
            Self::Reserved => "reserved",
            Self::Dispatched => "on its way to the customer",
            Self::OnSite => "on site",
            Self::ReturnAsked => "asked back",
            Self::InTransit => "on its way back",
            Self::Inspected => "inspected",
            Self::InStock => "back in stock",
            Self::Repair => "back, in repair",
            Self::Charged => "charged",
        }
    }

    /// Away from our stock: a ticket's hardware cannot close.
    pub fn is_out(self) -> bool {
        matches!(self, Self::Dispatched | Self::OnSite | Self::ReturnAsked | Self::InTransit)
    }

    pub fn is_open(self) -> bool {
        !matches!(self, Self::InStock | Self::Repair | Self::Charged)
    }

    /// Whether the customer has it, or soon has, and can be asked to send it back.
    pub fn is_chased(self) -> bool {
        matches!(self, Self::Dispatched | Self::OnSite | Self::ReturnAsked)
    }
}

/// One unit on one ticket.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Loan {
    pub state: LoanState,
    /// Ticked by a person: it provides the necessary facilities.
    pub facilities_checked: bool,
    /// The last day, once there is one.
    pub due_on: Option<Date>,
    pub finding: Option<Finding>,
    /// Net.
    pub charge_pence: u64,
}

/// What happens to a loan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LoanEvent {
    FacilitiesChecked,
    Dispatched,
    Arrived,
    /// The repaired unit was delivered: it is due back on this day.
    DueBack(Date),
    /// Due back on this day, unless a day is set already.
    ReturnAsked(Date),
    SentBack,
    Inspected,
    /// Damage through misuse or neglect.
    Found(Finding),
    CustomerTold,
    /// Not needed after all.
    Released,
    BackInStock,
    ToRepair,
    /// Net, in pence. By a supervisor, which the caller checks.
    Charged(u64),
}

/// What follows from an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LoanEffect {
    TellFinding,
    /// Reminders are counted from this day.
    Due(Date),
    /// The unit goes there, and the loan is over.
    Ended(UnitState),
}

impl Loan {
    pub fn reserve() -> Self {
        Self { state: LoanState::Reserved, facilities_checked: false, due_on: None, finding: None, charge_pence: 0 }
    }

    /// The loan after `event`.
    ///
    /// # Errors
    /// The event does not follow on the state, or a rule forbids it.
    pub fn on(&self, event: &LoanEvent, now: Timestamp) -> Result<(Self, Vec<LoanEffect>), Refusal> {
        use LoanState as S;
        let mut next = self.clone();
        let mut effects = Vec::new();
        match (event, self.state) {
            (LoanEvent::FacilitiesChecked, S::Reserved) => next.facilities_checked = true,
            (LoanEvent::Dispatched, S::Reserved) if !self.facilities_checked => {
                return Err(Refusal::FacilitiesNotChecked);
            }
            (LoanEvent::Dispatched, S::Reserved) => next.state = S::Dispatched,
            (LoanEvent::Arrived, S::Dispatched) => next.state = S::OnSite,
            (LoanEvent::DueBack(day), S::Dispatched | S::OnSite | S::ReturnAsked) => {
                next.due_on = Some(*day);
                effects.push(LoanEffect::Due(*day));
            }
            (LoanEvent::ReturnAsked(day), S::OnSite) => {
                let day = self.due_on.unwrap_or(*day);
                (next.state, next.due_on) = (S::ReturnAsked, Some(day));
                effects.push(LoanEffect::Due(day));
            }
            (LoanEvent::SentBack, S::OnSite | S::ReturnAsked) => next.state = S::InTransit,
            (LoanEvent::Inspected, S::InTransit) => next.state = S::Inspected,
            (LoanEvent::Found(finding), S::Inspected) => next.finding = Some(finding.clone()),
            (LoanEvent::CustomerTold, S::Inspected) => {
                next.finding = Some(Finding::told(self.finding.as_ref(), now)?);
                effects.push(LoanEffect::TellFinding);
            }
            (LoanEvent::Released, S::Reserved) | (LoanEvent::BackInStock, S::Inspected) => {
                next.end(S::InStock, UnitState::InStock, &mut effects);
            }
            (LoanEvent::ToRepair, S::Inspected) => next.end(S::Repair, UnitState::Repair, &mut effects),
            (LoanEvent::Charged(pence), S::Inspected) => {
                Finding::allows_charge(self.finding.as_ref())?;
                if *pence == 0 {
                    return Err(Refusal::EmptyCharge);
                }
                next.charge_pence = *pence;
                next.end(S::Charged, UnitState::Charged, &mut effects);
            }
            (event, state) => return Err(Refusal::OutOfOrder { state: state.label(), step: event.step() }),
        }
        Ok((next, effects))
    }

    fn end(&mut self, state: LoanState, unit: UnitState, effects: &mut Vec<LoanEffect>) {
        self.state = state;
        effects.push(LoanEffect::Ended(unit));
    }

    /// What may happen next, for the buttons of a page. Rules beyond the order of steps may still refuse it.
    pub fn next_steps(&self) -> &'static [&'static str] {
        match (self.state, self.facilities_checked) {
            (LoanState::Reserved, false) => &["facilities", "released"],
            (LoanState::Reserved, true) => &["dispatched", "released"],
            (LoanState::Dispatched, _) => &["arrived"],
            (LoanState::OnSite, _) => &["return_asked", "sent_back"],
            (LoanState::ReturnAsked, _) => &["sent_back"],
            (LoanState::InTransit, _) => &["inspected"],
            (LoanState::Inspected, _) => &["back_in_stock", "to_repair"],
            (LoanState::InStock | LoanState::Repair | LoanState::Charged, _) => &[],
        }
    }
}

impl LoanEvent {
    /// The stored word.
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::FacilitiesChecked => "facilities",
            Self::Dispatched => "dispatched",
            Self::Arrived => "arrived",
            Self::DueBack(_) => "due_back",
            Self::ReturnAsked(_) => "return_asked",
            Self::SentBack => "sent_back",
            Self::Inspected => "inspected",
            Self::Found(_) => "found",
            Self::CustomerTold => "told",
            Self::Released => "released",
            Self::BackInStock => "back_in_stock",
            Self::ToRepair => "to_repair",
            Self::Charged(_) => "charged",
        }
    }

    fn step(&self) -> &'static str {
        match self {
            Self::FacilitiesChecked => "checked for its facilities",
            Self::Dispatched => "dispatched",
            Self::Arrived => "on site",
            Self::DueBack(_) => "due back",
            Self::ReturnAsked(_) => "asked back",
            Self::SentBack => "sent back",
            Self::Inspected => "inspected",
            Self::Found(_) => "given a finding",
            Self::CustomerTold => "told to the customer",
            Self::Released => "released",
            Self::BackInStock => "put back in stock",
            Self::ToRepair => "sent to repair",
            Self::Charged(_) => "charged",
        }
    }

    /// What the customer reads in the ticket's timeline.
    pub fn words(&self, unit: &str) -> String {
        let day = |day: &Date| day.strftime("%a %-d %b");
        match self {
            Self::FacilitiesChecked => format!("Loan unit {unit} provides the necessary facilities"),
            Self::Dispatched => format!("Loan unit {unit} is on its way"),
            Self::Arrived => format!("Loan unit {unit} is on site"),
            Self::DueBack(on) => format!("Loan unit {unit} is due back by {}", day(on)),
            Self::ReturnAsked(on) => format!("We asked for loan unit {unit} back by {}", day(on)),
            Self::SentBack => format!("Loan unit {unit} is on its way back"),
            Self::Inspected => format!("Loan unit {unit} is back and was inspected"),
            Self::Found(finding) => format!("Found on loan unit {unit}: {}. {}", finding.kind.as_str(), finding.text),
            Self::CustomerTold => format!("The customer was told what we found on loan unit {unit}"),
            Self::Released => format!("Loan unit {unit} is not needed after all"),
            Self::BackInStock | Self::ToRepair => format!("The loan of unit {unit} is over"),
            Self::Charged(pence) => format!("Loan unit {unit} is charged at {} + VAT", pounds_brief(*pence)),
        }
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;
    use proptest::prelude::*;

    use super::super::DamageKind;
    use super::*;

    const NOW: Timestamp = Timestamp::EPOCH;
    const WORDS: [&str; 13] = [
        "facilities",
        "dispatched",
        "arrived",
        "due_back",
        "return_asked",
        "sent_back",
        "inspected",
        "found",
        "told",
        "released",
        "back_in_stock",
        "to_repair",
        "charged",
    ];

    fn event(word: &str) -> LoanEvent {
        match word {
            "facilities" => LoanEvent::FacilitiesChecked,
            "dispatched" => LoanEvent::Dispatched,
            "arrived" => LoanEvent::Arrived,
            "due_back" => LoanEvent::DueBack(date(2026, 12, 8)),
            "return_asked" => LoanEvent::ReturnAsked(date(2026, 12, 9)),
            "sent_back" => LoanEvent::SentBack,
            "inspected" => LoanEvent::Inspected,
            "found" => LoanEvent::Found(Finding {
                kind: DamageKind::Neglect,
                text: "Left in the rain".to_owned(),
                photo: String::new(),
                by: "Tom Okafor".to_owned(),
                at: NOW,
                told_at: None,
            }),
            "told" => LoanEvent::CustomerTold,
            "released" => LoanEvent::Released,
            "back_in_stock" => LoanEvent::BackInStock,
            "to_repair" => LoanEvent::ToRepair,
            _ => LoanEvent::Charged(9_900),
        }
    }

    fn run(words: &str) -> Result<Loan, Refusal> {
        words.split(' ').try_fold(Loan::reserve(), |loan, word| loan.on(&event(word), NOW).map(|(next, _)| next))
    }

    const BACK: &str = "facilities dispatched arrived return_asked sent_back inspected";

    #[test]
    fn a_unit_goes_out_and_comes_back() {
        assert_eq!(run(&format!("{BACK} back_in_stock")).unwrap().state, LoanState::InStock);
        assert_eq!(run(&format!("{BACK} to_repair")).unwrap().state, LoanState::Repair);
        assert_eq!(run("released").unwrap().state, LoanState::InStock);
    }

    #[test]
    fn nothing_is_dispatched_before_its_facilities_are_checked() {
        assert_eq!(run("dispatched"), Err(Refusal::FacilitiesNotChecked));
        assert_eq!(run("facilities dispatched").unwrap().state, LoanState::Dispatched);
    }

    #[test]
    fn a_charge_needs_a_finding_that_was_told() {
        assert_eq!(run(&format!("{BACK} charged")), Err(Refusal::NoFinding));
        assert_eq!(run(&format!("{BACK} found charged")), Err(Refusal::CustomerNotTold));
        assert_eq!(run(&format!("{BACK} found told charged")).unwrap().charge_pence, 9_900);
    }

    #[test]
    fn the_day_that_was_set_stays_when_it_is_asked_back() {
        let loan = run("facilities dispatched arrived due_back return_asked").unwrap();
        assert_eq!(loan.due_on, Some(date(2026, 12, 8)));
        assert_eq!(run("facilities dispatched arrived return_asked").unwrap().due_on, Some(date(2026, 12, 9)));
    }

    #[test]
    fn the_buttons_of_a_page_are_steps_that_the_order_allows() {
        for state in LoanState::ALL {
            for facilities_checked in [false, true] {
                let loan = Loan { state: *state, facilities_checked, ..Loan::reserve() };
                for step in loan.next_steps() {
                    assert!(loan.on(&event(step), NOW).is_ok(), "{state:?} {step}");
                    assert_eq!(event(step).as_str(), *step);
                }
            }
        }
    }

    proptest! {
        #[test]
        fn whatever_happens_it_ends_once_and_only_with_the_unit_here(
            words in prop::collection::vec(prop::sample::select(WORDS.to_vec()), 0..60)
        ) {
            let (mut loan, mut ended) = (Loan::reserve(), 0);
            for word in words {
                let Ok((next, effects)) = loan.on(&event(word), NOW) else { continue };
                let ends = effects.iter().filter(|effect| matches!(effect, LoanEffect::Ended(_))).count();
                prop_assert!(ends == 0 || !loan.state.is_out());
                prop_assert!(!next.state.is_out() || next.facilities_checked);
                ended += ends;
                loan = next;
            }
            prop_assert!(ended <= 1);
            prop_assert_eq!(ended == 1, !loan.state.is_open());
        }
    }
}
