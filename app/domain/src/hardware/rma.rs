//! Return to base. Source: `rules` section 9; contract page, "you send it back for repair and we repair it".

use serde::{Deserialize, Serialize};

use super::{Finding, Refusal};
use crate::{money::pounds_brief, time::Timestamp};

/// Where a return stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RmaState {
    AwaitingItem,
    Received,
    Diagnosing,
    /// Repaired at no charge.
    Repair,
    /// The customer decides about a price.
    Quote,
    Approved,
    Declined,
    Repaired,
    /// On its way back, or there.
    Returned,
    Closed,
}

impl RmaState {
    pub const ALL: &[Self] = &[
        Self::AwaitingItem,
        Self::Received,
        Self::Diagnosing,
        Self::Repair,
        Self::Quote,
        Self::Approved,
        Self::Declined,
        Self::Repaired,
        Self::Returned,
        Self::Closed,
    ];

    /// The stored word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::AwaitingItem => "awaiting_item",
            Self::Received => "received",
            Self::Diagnosing => "diagnosing",
            Self::Repair => "repair",
            Self::Quote => "quote",
            Self::Approved => "approved",
            Self::Declined => "declined",
            Self::Repaired => "repaired",
            Self::Returned => "returned",
            Self::Closed => "closed",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|state| state.as_str() == text)
    }

    /// What people read.
    pub fn label(self) -> &'static str {
        match self {
            Self::AwaitingItem => "awaiting the item",
            Self::Received => "received",
            Self::Diagnosing => "being diagnosed",
            Self::Repair => "being repaired",
            Self::Quote => "waiting for a decision on the quote",
            Self::Approved => "approved, being repaired",
            Self::Declined => "declined",
            Self::Repaired => "repaired",
            Self::Returned => "sent back",
            Self::Closed => "closed",
        }
    }
}

/// Why a repair costs nothing, or that it costs what was quoted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RepairBasis {
    Warranty,
    /// Cat2 and Cat4: no repair costs.
    Cover,
    /// Neither: the repair is quoted.
    Chargeable,
}

impl RepairBasis {
    /// What people read.
    pub fn label(self) -> &'static str {
        match self {
            Self::Warranty => "under warranty",
            Self::Cover => "covered by the contract",
            Self::Chargeable => "by quote",
        }
    }
}

/// One return.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rma {
    pub state: RmaState,
    /// What comes back: "Mitel 3300 MXe controller, serial 0412".
    pub item: String,
    pub basis: RepairBasis,
    /// Net; 0 until something is quoted and approved.
    pub charge_pence: u64,
    /// Net; what the customer decides about.
    pub quote_pence: Option<u64>,
    pub finding: Option<Finding>,
    /// When the customer had the item again.
    pub delivered_at: Option<Timestamp>,
}

/// What happens to a return.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RmaEvent {
    Received,
    DiagnosisBegun,
    /// Damage through misuse or neglect.
    Found(Finding),
    CustomerTold,
    /// At no charge.
    RepairBegun,
    /// Net, in pence.
    Quoted(u64),
    Approved,
    Declined,
    Repaired,
    Returned,
    Delivered,
    Closed,
}

/// What follows from an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RmaEffect {
    /// The customer is mailed the finding.
    TellFinding,
    /// Loans of the ticket are due back, counted from this instant.
    LoansDueBack {
        from: Timestamp,
    },
    Ended,
}

impl Rma {
    pub fn open(item: String, basis: RepairBasis) -> Self {
        Self {
            state: RmaState::AwaitingItem,
            item,
            basis,
            charge_pence: 0,
            quote_pence: None,
            finding: None,
            delivered_at: None,
        }
    }

    pub fn is_open(&self) -> bool {
        self.state != RmaState::Closed
    }

    /// The return after `event`. `loans_out`: loans of the same ticket that are not back yet.
    ///
    /// # Errors
    /// The event does not follow on the state, or a rule forbids it.
    pub fn on(&self, event: &RmaEvent, loans_out: usize, now: Timestamp) -> Result<(Self, Vec<RmaEffect>), Refusal> {
        use RmaState as S;
        let mut next = self.clone();
        let mut effects = Vec::new();
        match (event, self.state) {
            (RmaEvent::Received, S::AwaitingItem) => next.state = S::Received,
            (RmaEvent::DiagnosisBegun, S::Received) => next.state = S::Diagnosing,
            (RmaEvent::Found(finding), S::Received | S::Diagnosing) => next.finding = Some(finding.clone()),
            (RmaEvent::CustomerTold, S::Received | S::Diagnosing) => {
                next.finding = Some(Finding::told(self.finding.as_ref(), now)?);
                effects.push(RmaEffect::TellFinding);
            }
            (RmaEvent::RepairBegun, S::Diagnosing) => next.state = S::Repair,
            (RmaEvent::Quoted(pence), S::Diagnosing) => {
                self.may_quote(*pence)?;
                (next.state, next.quote_pence) = (S::Quote, Some(*pence));
            }
            (RmaEvent::Approved, S::Quote) => {
                (next.state, next.charge_pence) = (S::Approved, self.quote_pence.unwrap_or(0));
            }
            (RmaEvent::Declined, S::Quote) => next.state = S::Declined,
            (RmaEvent::Repaired, S::Repair | S::Approved) => next.state = S::Repaired,
            (RmaEvent::Returned, S::Repaired | S::Declined) => next.state = S::Returned,
            (RmaEvent::Delivered, S::Returned) if self.delivered_at.is_none() => {
                next.delivered_at = Some(now);
                effects.push(RmaEffect::LoansDueBack { from: now });
            }
            (RmaEvent::Closed, S::AwaitingItem | S::Returned) => {
                self.may_close(loans_out)?;
                next.state = S::Closed;
                effects.push(RmaEffect::Ended);
            }
            (event, state) => return Err(Refusal::OutOfOrder { state: state.label(), step: event.step() }),
        }
        Ok((next, effects))
    }

    /// A price needs a reason: nothing pays for the repair, or damage that the customer knows of.
    fn may_quote(&self, pence: u64) -> Result<(), Refusal> {
        if pence == 0 {
            return Err(Refusal::EmptyCharge);
        }
        match self.basis {
            RepairBasis::Chargeable => Ok(()),
            basis => Finding::allows_charge(self.finding.as_ref())
                .map_err(|_| Refusal::NothingToPay { basis: basis.label() }),
        }
    }

    /// An item that never came may be let go; one that came must be back.
    fn may_close(&self, loans_out: usize) -> Result<(), Refusal> {
        if 0 < loans_out {
            return Err(Refusal::LoanOut);
        }
        match (self.state, self.delivered_at) {
            (RmaState::Returned, None) => Err(Refusal::NotDelivered),
            _ => Ok(()),
        }
    }

    /// What may happen next, for the buttons of a page. Rules beyond the order of steps may still refuse it.
    pub fn next_steps(&self) -> &'static [&'static str] {
        match (self.state, self.delivered_at) {
            (RmaState::AwaitingItem, _) => &["received", "closed"],
            (RmaState::Received, _) => &["diagnosing"],
            (RmaState::Diagnosing, _) => &["repair", "quote"],
            (RmaState::Quote, _) => &["approved", "declined"],
            (RmaState::Repair | RmaState::Approved, _) => &["repaired"],
            (RmaState::Repaired | RmaState::Declined, _) => &["returned"],
            (RmaState::Returned, None) => &["delivered"],
            (RmaState::Returned, Some(_)) => &["closed"],
            (RmaState::Closed, _) => &[],
        }
    }
}

impl RmaEvent {
    /// The stored word.
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::Received => "received",
            Self::DiagnosisBegun => "diagnosing",
            Self::Found(_) => "found",
            Self::CustomerTold => "told",
            Self::RepairBegun => "repair",
            Self::Quoted(_) => "quote",
            Self::Approved => "approved",
            Self::Declined => "declined",
            Self::Repaired => "repaired",
            Self::Returned => "returned",
            Self::Delivered => "delivered",
            Self::Closed => "closed",
        }
    }

    fn step(&self) -> &'static str {
        match self {
            Self::Received => "received",
            Self::DiagnosisBegun => "diagnosed",
            Self::Found(_) => "given a finding",
            Self::CustomerTold => "told to the customer",
            Self::RepairBegun | Self::Repaired => "repaired",
            Self::Quoted(_) => "quoted",
            Self::Approved => "approved",
            Self::Declined => "declined",
            Self::Returned => "sent back",
            Self::Delivered => "delivered",
            Self::Closed => "closed",
        }
    }

    /// What the customer reads in the ticket's timeline.
    pub fn words(&self, item: &str) -> String {
        match self {
            Self::Received => format!("{item} has arrived at our workshop"),
            Self::DiagnosisBegun => format!("We are finding out what is wrong with {item}"),
            Self::Found(finding) => format!("Found on {item}: {}. {}", finding.kind.as_str(), finding.text),
            Self::CustomerTold => format!("The customer was told what we found on {item}"),
            Self::RepairBegun => format!("{item} is being repaired at no charge"),
            Self::Quoted(pence) => format!("Repairing {item} would cost {} + VAT", pounds_brief(*pence)),
            Self::Approved => format!("The repair of {item} was approved"),
            Self::Declined => format!("The repair of {item} was declined; it comes back as it is"),
            Self::Repaired => format!("{item} is repaired"),
            Self::Returned => format!("{item} is on its way back"),
            Self::Delivered => format!("{item} was delivered"),
            Self::Closed => format!("The return of {item} is closed"),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::DamageKind;
    use super::*;

    const NOW: Timestamp = Timestamp::EPOCH;

    fn finding() -> Finding {
        Finding {
            kind: DamageKind::Misuse,
            text: "Coffee inside".to_owned(),
            photo: String::new(),
            by: "Tom Okafor".to_owned(),
            at: NOW,
            told_at: None,
        }
    }

    /// `word` as an event; what needs a value has one.
    fn event(word: &str) -> RmaEvent {
        match word {
            "received" => RmaEvent::Received,
            "diagnosing" => RmaEvent::DiagnosisBegun,
            "found" => RmaEvent::Found(finding()),
            "told" => RmaEvent::CustomerTold,
            "repair" => RmaEvent::RepairBegun,
            "quote" => RmaEvent::Quoted(4_500),
            "approved" => RmaEvent::Approved,
            "declined" => RmaEvent::Declined,
            "repaired" => RmaEvent::Repaired,
            "returned" => RmaEvent::Returned,
            "delivered" => RmaEvent::Delivered,
            _ => RmaEvent::Closed,
        }
    }

    fn run(basis: RepairBasis, loans_out: usize, words: &str) -> Result<Rma, Refusal> {
        let rma = Rma::open("PBX".to_owned(), basis);
        words.split(' ').try_fold(rma, |rma, word| rma.on(&event(word), loans_out, NOW).map(|(next, _)| next))
    }

    #[test]
    fn a_warranty_repair_goes_round_and_costs_nothing() {
        let words = "received diagnosing repair repaired returned delivered closed";
        let rma = run(RepairBasis::Warranty, 0, words).unwrap();
        assert_eq!((rma.state, rma.charge_pence, rma.delivered_at), (RmaState::Closed, 0, Some(NOW)));
    }

    #[test]
    fn a_repair_that_nothing_pays_for_is_quoted_and_may_be_declined() {
        let approved = run(RepairBasis::Chargeable, 0, "received diagnosing quote approved repaired").unwrap();
        assert_eq!(approved.charge_pence, 4_500);
        let declined = run(RepairBasis::Chargeable, 0, "received diagnosing quote declined returned").unwrap();
        assert_eq!((declined.state, declined.charge_pence), (RmaState::Returned, 0));
    }

    #[test]
    fn a_free_repair_is_charged_only_for_damage_that_the_customer_knows_of() {
        for basis in [RepairBasis::Warranty, RepairBasis::Cover] {
            let refused = Err(Refusal::NothingToPay { basis: basis.label() });
            assert_eq!(run(basis, 0, "received diagnosing quote"), refused);
            assert_eq!(run(basis, 0, "received diagnosing found quote"), refused, "not told");
            let told = run(basis, 0, "received diagnosing found told quote approved").unwrap();
            assert_eq!(told.charge_pence, 4_500);
        }
        assert_eq!(run(RepairBasis::Cover, 0, "received told"), Err(Refusal::NoFinding));
        assert_eq!(run(RepairBasis::Cover, 0, "received found told told"), Err(Refusal::ToldAlready));
    }

    #[test]
    fn it_closes_neither_before_delivery_nor_with_a_loan_out() {
        let words = "received diagnosing repair repaired returned";
        assert_eq!(run(RepairBasis::Cover, 0, &format!("{words} closed")), Err(Refusal::NotDelivered));
        assert_eq!(run(RepairBasis::Cover, 1, &format!("{words} delivered closed")), Err(Refusal::LoanOut));
        assert!(run(RepairBasis::Cover, 0, "closed").is_ok(), "an item that never came");
    }

    #[test]
    fn delivery_makes_loans_due_back_once() {
        let sent = run(RepairBasis::Cover, 0, "received diagnosing repair repaired returned").unwrap();
        let (delivered, effects) = sent.on(&RmaEvent::Delivered, 1, NOW).unwrap();
        assert_eq!(effects, [RmaEffect::LoansDueBack { from: NOW }]);
        assert!(delivered.on(&RmaEvent::Delivered, 1, NOW).is_err());
    }

    #[test]
    fn the_buttons_of_a_page_are_steps_that_the_order_allows() {
        for state in RmaState::ALL {
            for delivered_at in [None, Some(NOW)] {
                let told = Finding { told_at: Some(NOW), ..finding() };
                let rma = Rma {
                    state: *state,
                    quote_pence: Some(1),
                    finding: Some(told),
                    delivered_at,
                    ..Rma::open("PBX".to_owned(), RepairBasis::Cover)
                };
                for step in rma.next_steps() {
                    assert!(rma.on(&event(step), 0, NOW).is_ok(), "{state:?} {step}");
                    assert_eq!(event(step).as_str(), *step);
                }
            }
        }
    }

    proptest! {
        /// However steps are tried, nothing is charged without a told finding where the repair is free.
        #[test]
        fn free_stays_free(words in prop::collection::vec(prop::sample::select(vec![
            "received", "diagnosing", "found", "told", "repair", "quote", "approved", "declined", "repaired",
            "returned", "delivered", "closed",
        ]), 0..40)) {
            let mut rma = Rma::open("PBX".to_owned(), RepairBasis::Cover);
            for word in words {
                if let Ok((next, _)) = rma.on(&event(word), 0, NOW) {
                    rma = next;
                }
                let told = rma.finding.as_ref().is_some_and(|finding| finding.told_at.is_some());
                prop_assert!(rma.charge_pence == 0 || told);
                prop_assert!(rma.state != RmaState::Closed || rma.delivered_at.is_some() || rma.quote_pence.is_none());
            }
        }
    }
}
