//! Cards of returns, loans and couriers, in words.

use app::api::hardware::TrackCard;
use domain::{
    calendar::Zone,
    hardware::{Finding, LoanState, RmaState, Track, rma_reference},
    money::pounds_brief,
    time::Timestamp,
};

use crate::{
    desk::dates,
    store::hardware::{LoanUnit, couriers, loans, rmas},
};

/// For whom, when and in which zone a card is written.
pub(super) struct Look<'a> {
    pub(super) zone: &'a Zone,
    pub(super) now: Timestamp,
    pub(super) staff: bool,
}

type Facts = Vec<(String, String)>;

fn fact(facts: &mut Facts, label: &str, words: impl Into<String>) {
    facts.push((label.to_owned(), words.into()));
}

/// Staff see a finding at once, customers when they were told of it.
fn found(facts: &mut Facts, finding: Option<&Finding>, look: &Look<'_>) {
    let Some(finding) = finding.filter(|finding| look.staff || finding.told_at.is_some()) else { return };
    fact(facts, "Found", format!("{}: {} ({})", capital(finding.kind.as_str()), finding.text, finding.by));
    if !finding.photo.is_empty() {
        fact(facts, "Photo", &finding.photo);
    }
    let told = match finding.told_at {
        Some(at) => format!("Told {}", dates::moment(look.zone, at)),
        None => "Not told yet".to_owned(),
    };
    fact(facts, "Customer", told);
}

pub(super) fn capital(word: &str) -> String {
    let mut chars = word.chars();
    chars.next().map(|first| first.to_uppercase().chain(chars).collect()).unwrap_or_default()
}

fn untold(finding: Option<&Finding>) -> bool {
    finding.is_some_and(|finding| finding.told_at.is_none())
}

fn buttons(steps: &[&str], label: fn(&str) -> &'static str, look: &Look<'_>) -> Vec<(String, String)> {
    let steps = steps.iter().filter(|_| look.staff);
    steps.map(|step| ((*step).to_owned(), label(step).to_owned())).collect()
}

pub(super) fn rma(row: rmas::Row, look: &Look<'_>) -> TrackCard {
    let rma = row.value;
    let mut facts = Facts::new();
    fact(&mut facts, "Repair", capital(rma.basis.label()));
    if let Some(pence) = rma.quote_pence {
        fact(&mut facts, "Quote", format!("{} + VAT", pounds_brief(pence)));
    }
    found(&mut facts, rma.finding.as_ref(), look);
    if let Some(at) = rma.delivered_at {
        fact(&mut facts, "Delivered", dates::moment(look.zone, at));
    }
    let examined = look.staff && matches!(rma.state, RmaState::Received | RmaState::Diagnosing);
    TrackCard {
        track: Track::Rma,
        id: row.id.to_string(),
        version: row.version,
        title: rma_reference(row.extra),
        label: capital(rma.state.label()),
        open: rma.is_open(),
        late: false,
        facts,
        steps: buttons(rma.next_steps(), rma_button, look),
        may_find: examined && rma.finding.is_none(),
        may_tell: examined && untold(rma.finding.as_ref()),
        may_charge: false,
        thing: rma.item,
    }
}

fn rma_button(step: &str) -> &'static str {
    match step {
        "received" => "Item received",
        "diagnosing" => "Begin diagnosis",
        "repair" => "Repair at no charge",
        "quote" => "Quote the repair",
        "approved" => "Customer approved",
        "declined" => "Customer declined",
        "repaired" => "Repaired",
        "returned" => "Sent back",
        "delivered" => "Delivered",
        _ => "Close the return",
    }
}

pub(super) fn loan(row: loans::Row, unit: Option<&LoanUnit>, look: &Look<'_>) -> TrackCard {
    let loan = row.value;
    let mut facts = Facts::new();
    if let Some(unit) = unit.filter(|_| look.staff) {
        fact(&mut facts, "Facilities", &unit.facilities);
        let checked = if loan.facilities_checked { "Provides what is needed" } else { "Not checked yet" };
        fact(&mut facts, "Checked", checked);
    }
    if let Some(day) = loan.due_on {
        fact(&mut facts, "Due back", dates::day(day));
    }
    found(&mut facts, loan.finding.as_ref(), look);
    if 0 < loan.charge_pence {
        fact(&mut facts, "Charged", format!("{} + VAT", pounds_brief(loan.charge_pence)));
    }
    let today = look.zone.date_at(look.now);
    let examined = look.staff && loan.state == LoanState::Inspected;
    TrackCard {
        track: Track::Loan,
        id: row.id.to_string(),
        version: row.version,
        title: format!("Loan unit {}", unit.map(|unit| unit.name.as_str()).unwrap_or_default()),
        thing: unit.map(|unit| unit.model.clone()).unwrap_or_default(),
        label: capital(loan.state.label()),
        open: loan.state.is_open(),
        late: loan.state.is_chased() && loan.due_on.is_some_and(|day| day < today),
        facts,
        steps: buttons(loan.next_steps(), loan_button, look),
        may_find: examined && loan.finding.is_none(),
        may_tell: examined && untold(loan.finding.as_ref()),
        may_charge: examined && loan.finding.as_ref().is_some_and(|finding| finding.told_at.is_some()),
    }
}

fn loan_button(step: &str) -> &'static str {
    match step {
        "facilities" => "It provides the necessary facilities",
        "dispatched" => "Dispatched",
        "arrived" => "On site",
        "return_asked" => "Ask for it back",
        "sent_back" => "On its way back",
        "inspected" => "Back and inspected",
        "released" => "Not needed",
        "back_in_stock" => "Back in stock",
        _ => "To repair",
    }
}

pub(super) fn courier(row: couriers::Row, look: &Look<'_>) -> TrackCard {
    let courier = row.value;
    let mut facts = Facts::new();
    fact(&mut facts, "Goes out", dates::day(courier.dispatch_on));
    fact(&mut facts, "Expected", format!("by {}", dates::day(courier.expected_on)));
    if let Some(same_day) = &courier.same_day {
        let fee = pounds_brief(same_day.fee_pence);
        fact(&mut facts, "Same day", format!("{fee} + VAT, approved by {}", same_day.approved_by));
        fact(&mut facts, "Courier", &same_day.courier);
    }
    if !courier.tracking.is_empty() {
        fact(&mut facts, "Tracking", &courier.tracking);
    }
    if let Some(at) = courier.delivered_at {
        fact(&mut facts, "Delivered", dates::moment(look.zone, at));
    }
    TrackCard {
        track: Track::Courier,
        id: row.id.to_string(),
        version: row.version,
        title: "Courier".to_owned(),
        label: capital(courier.state.label()),
        open: courier.state.is_open(),
        late: courier.state.is_open() && courier.expected_on < look.zone.date_at(look.now),
        facts,
        steps: buttons(courier.next_steps(), courier_button, look),
        may_find: false,
        may_tell: false,
        may_charge: false,
        thing: courier.goods,
    }
}

fn courier_button(step: &str) -> &'static str {
    match step {
        "dispatched" => "Dispatched",
        "delivered" => "Delivered",
        _ => "Cancel",
    }
}
