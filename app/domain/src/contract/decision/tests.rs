use super::*;
use crate::{
    calendar::samples::at,
    contract::{
        Inspection, Listed, Supply,
        samples::{active, draft, pbx, piece},
    },
};

const JUNE: &str = "2026-06-01T12:00:00Z";

fn question<'a>(contract: &'a Contract, equipment: &'a Equipment) -> CoverQuestion<'a> {
    CoverQuestion {
        contract: Some(contract),
        equipment: Some(equipment),
        first_seen_at: at(JUNE),
        agreed: false,
        incident: IncidentStanding::NotAccepted,
        training_unmet: None,
        at: at(JUNE),
    }
}

/// The reason, or "covered", and the offers, with prices left out.
fn check(question: &CoverQuestion<'_>, reason: &str, offers: &[&str]) {
    let decision = question.decide(Prices::STANDARD);
    let offer = |offer: &Offer| match offer {
        Offer::ReturnToBase => "return",
        Offer::Incident { net_pence: 7_000, gross_pence: 8_400 } => "incident",
        Offer::Incident { .. } => "incident at another price",
        Offer::Quote => "quote",
        Offer::Inspection => "inspection",
        Offer::Training => "training",
    };
    let (found, found_offers) = match &decision {
        CoverDecision::Covered => ("covered", Vec::new()),
        CoverDecision::NotCovered { reason, offers } => (reason.as_str(), offers.iter().map(offer).collect()),
    };
    assert_eq!((found, found_offers.as_slice()), (reason, offers), "{question:?}");
    let json = serde_json::to_string(&decision).unwrap();
    assert_eq!(serde_json::from_str::<CoverDecision>(&json).unwrap(), decision);
    for words in [decision.for_staff(), decision.reason_for_staff(), decision.for_customer()] {
        assert!(!words.to_lowercase().contains("guarantee") && words.ends_with('.'), "{words}");
    }
}

#[test]
fn a_listed_piece_under_an_active_contract_is_covered() {
    for level in [CoverLevel::Cat1, CoverLevel::Cat2, CoverLevel::Cat4, CoverLevel::Custom] {
        check(&question(&active(&draft(level)), &pbx()), "covered", &[]);
    }
}

#[test]
fn without_a_contract_equipment_goes_back_to_base() {
    let contract = active(&draft(CoverLevel::None));
    let offers = ["return", "incident", "quote"];
    check(&question(&contract, &pbx()), "no_contract", &offers);
    check(&CoverQuestion { contract: None, ..question(&contract, &pbx()) }, "no_contract", &offers);
}

#[test]
fn cover_begins_and_ends_with_the_contract() {
    let mut ending = draft(CoverLevel::Cat1);
    ending.ends_on = Some("2027-03-31".to_owned());
    let (contract, pbx) = (active(&ending), pbx());
    let asked = |first_seen: &str, instant: &str| CoverQuestion {
        at: at(instant),
        first_seen_at: at(first_seen),
        ..question(&contract, &pbx)
    };
    let begins = "2026-03-31T23:00:00Z";
    check(&asked("2026-03-31T22:59:59Z", "2026-03-31T22:59:59Z"), "contract_not_begun", &["return", "incident"]);
    check(&asked(begins, begins), "covered", &[]);
    check(&asked("2027-03-31T22:59:59Z", "2027-03-31T22:59:59Z"), "covered", &[]);
    let ended = ["return", "incident", "quote"];
    check(&asked("2027-03-31T22:59:59Z", "2027-03-31T23:00:00Z"), "contract_ended", &ended);
    let draft = Contract { activated_at: None, ..contract.clone() };
    check(&question(&draft, &pbx), "contract_not_begun", &["return", "incident"]);
}

#[test]
fn a_fault_first_seen_before_the_contract_began_is_pre_existing_unless_agreed() {
    let (contract, pbx) = (active(&draft(CoverLevel::Cat1)), pbx());
    let before = CoverQuestion { first_seen_at: at("2026-03-31T22:59:59Z"), ..question(&contract, &pbx) };
    check(&before, "pre_existing", &["return", "incident", "quote"]);
    check(&CoverQuestion { agreed: true, ..before }, "covered", &[]);
    check(&CoverQuestion { first_seen_at: at("2026-03-31T23:00:00Z"), ..before }, "covered", &[]);
}

#[test]
fn handsets_are_covered_only_if_listed() {
    let handset = piece(9, EquipmentClass::Handset);
    let with = |level, covered: &[Listed], reason: &str, offers: &[&str]| {
        let mut contract = active(&draft(level));
        contract.terms.covered.extend(covered);
        let accepted = IncidentStanding::Accepted;
        check(&CoverQuestion { incident: accepted, ..question(&contract, &handset) }, reason, offers);
    };
    for level in [CoverLevel::CatS, CoverLevel::Cat1, CoverLevel::Cat2, CoverLevel::Cat4] {
        with(level, &[], "handset_not_listed", &["return", "quote"]);
        with(level, &[Listed::Equipment(handset.id)], "covered", &[]);
        with(level, &[Listed::Class(EquipmentClass::Handset)], "covered", &[]);
    }
}

#[test]
fn other_equipment_is_covered_only_if_listed_too() {
    let contract = active(&draft(CoverLevel::Cat2));
    let server = piece(5, EquipmentClass::Server);
    let offers = ["return", "incident", "quote"];
    check(&question(&contract, &server), "equipment_not_listed", &offers);
    check(&CoverQuestion { equipment: None, ..question(&contract, &server) }, "equipment_not_listed", &offers);
}

#[test]
fn a_listed_server_that_turns_out_not_to_be_ours_is_not_covered() {
    let mut contract = active(&draft(CoverLevel::Cat2));
    let server = piece(5, EquipmentClass::Server);
    contract.terms.covered = vec![Listed::Equipment(server.id)];
    let ours = Equipment { supply: Supply::ByUsRecognised, ..server.clone() };
    check(&question(&contract, &ours), "covered", &[]);
    check(&question(&contract, &server), "equipment_not_listed", &["return", "incident", "quote"]);
}

#[test]
fn a_pending_inspection_covers_nothing() {
    let pending = Inspection::Pending { because: vec![pbx().id] };
    let contract = Contract { inspection: pending, ..active(&draft(CoverLevel::Cat1)) };
    check(&question(&contract, &pbx()), "pending_inspection", &["inspection", "return", "incident"]);
}

#[test]
fn cats_covers_accepted_incidents_whatever_they_are_about() {
    let contract = active(&draft(CoverLevel::CatS));
    let router = piece(6, EquipmentClass::Network);
    let asked = |incident| CoverQuestion { incident, ..question(&contract, &router) };
    check(&asked(IncidentStanding::NotAccepted), "incident_not_accepted", &["incident", "return"]);
    check(&asked(IncidentStanding::Declined), "incident_declined", &["return", "quote"]);
    check(&asked(IncidentStanding::Accepted), "covered", &[]);
    let old = CoverQuestion { first_seen_at: at("2020-01-01T00:00:00Z"), ..asked(IncidentStanding::Accepted) };
    check(&old, "covered", &[]);
}

#[test]
fn an_unmet_training_condition_makes_support_conditional() {
    let (contract, pbx) = (active(&draft(CoverLevel::Cat2)), pbx());
    let asked = CoverQuestion { training_unmet: Some("call queues"), ..question(&contract, &pbx) };
    check(&asked, "training_unmet", &["training", "incident"]);
    let words = asked.decide(Prices::STANDARD).for_customer();
    assert!(words.starts_with("Support on call queues continues once"), "{words}");
}

#[test]
fn of_several_reasons_the_first_of_the_list_is_told() {
    let mut contract = active(&draft(CoverLevel::Cat1));
    let handset = piece(9, EquipmentClass::Handset);
    let all = |contract: &Contract, reason: &str, offers: &[&str]| {
        let first_seen_at = at("2026-01-01T00:00:00Z");
        let asked = CoverQuestion { first_seen_at, training_unmet: Some("queues"), ..question(contract, &handset) };
        check(&asked, reason, offers);
    };
    all(&contract, "handset_not_listed", &["return", "quote"]);
    contract.terms.covered = vec![Listed::Equipment(handset.id)];
    all(&contract, "pre_existing", &["return", "incident", "quote"]);
    contract.inspection = Inspection::Pending { because: Vec::new() };
    all(&contract, "pending_inspection", &["inspection", "return", "incident"]);
    contract.terms.ends_on = Some(jiff::civil::date(2026, 5, 31));
    all(&contract, "contract_ended", &["return", "incident", "quote"]);
}

#[test]
fn the_customer_reads_the_reason_and_the_price() {
    let contract = active(&draft(CoverLevel::CatS));
    let words = question(&contract, &pbx()).decide(Prices::STANDARD).for_customer();
    let expected = "On CatS cover work begins once you have ordered an incident and we have accepted it. You can order a \
                    CatS incident: £70.00 + VAT (£84.00 in all) for up to 2 hours, plus parts and shipping. You can send \
                    the equipment back to us for repair.";
    assert_eq!(words, expected);
    let dearer = Prices { incident_pence: 8_000, ..Prices::STANDARD };
    assert!(question(&contract, &pbx()).decide(dearer).for_customer().contains("£80.00 + VAT (£96.00 in all)"));
}
