//! Contracts through the desk, on both databases.

mod limits;

use std::collections::BTreeMap;

use app::api::{
    contracts::{ContractPage, InspectionShown},
    equipment::{EquipmentDesk, PieceInput},
};
use domain::{
    access::Role,
    contract::{ContractState, CoverDecision, NotCovered},
    cover::CoverLevel,
    id::{EquipmentId, SessionId, UserId},
    text::{EmailAddress, Name},
};

use super::*;
use crate::{
    desk::equipment,
    store::{
        hosts::fixtures::{Owner, owner},
        seeds,
        users::{self, NewUser},
    },
    testing::{TestDb, databases},
};

struct Bench {
    desk: Desk,
    equipment: equipment::Desk,
    supervisor: Principal,
    engineer: Principal,
    manager: Principal,
    bath: Owner,
    avon: Owner,
    name: &'static str,
    _test: TestDb,
}

/// Monday 1 June 2026, 12:00 UTC.
fn now() -> Timestamp {
    "2026-06-01T12:00:00Z".parse::<jiff::Timestamp>().unwrap().into()
}

async fn person(db: &Db, role: Role, customer: Option<CustomerId>) -> Principal {
    let id = UserId(new_id(now()).unwrap());
    let new = NewUser {
        id,
        customer,
        name: Name::parse(role.as_str()).unwrap(),
        email: EmailAddress::parse(&format!("{}@x.example", role.as_str())).unwrap(),
        role,
        password_hash: None,
        receives_faults: false,
        at: now(),
    };
    users::create(db.writer(), new).await.unwrap();
    Principal { user: id, session: SessionId(id.0), name: role.as_str().to_owned(), role, customer }
}

async fn benches() -> Vec<Bench> {
    let mut benches = Vec::new();
    for test in databases().await {
        let (db, clock) = (test.db.clone(), Clock::from(now()));
        seeds::plant(&db, now()).await.unwrap();
        let (bath, avon) = (owner(&db, "Bath").await, owner(&db, "Avon").await);
        let support = Support {
            phone: "01225 580025".to_owned(),
            phone_24h: "0808 157 0142".to_owned(),
            zone: "Europe/London".to_owned(),
        };
        benches.push(Bench {
            desk: Desk { db: db.clone(), clock, support, prober: Prober::start(clock) },
            equipment: equipment::Desk { db: db.clone(), clock },
            supervisor: person(&db, Role::Supervisor, None).await,
            engineer: person(&db, Role::Engineer, None).await,
            manager: person(&db, Role::Manager, Some(bath.customer)).await,
            bath,
            avon,
            name: test.name,
            _test: test,
        });
    }
    benches
}

fn checked(words: &[&str]) -> BTreeMap<String, String> {
    words.iter().map(|word| ((*word).to_owned(), "yes".to_owned())).collect()
}

impl Bench {
    async fn level(&self, cover: CoverLevel) -> String {
        levels::find_by_cover(self.desk.db.read(), cover).await.unwrap().unwrap().id.to_string()
    }

    /// A right form: routers and switches, 12 ports, from 1 June 2026.
    async fn input(&self, cover: CoverLevel) -> ContractInput {
        ContractInput {
            customer: self.bath.customer.to_string(),
            kind: "paid".to_owned(),
            level: self.level(cover).await,
            site: self.bath.site.to_string(),
            ports: "12".to_owned(),
            classes: checked(&["network"]),
            access_mode: "standing".to_owned(),
            paths: checked(&["ssh"]),
            zone: "Europe/London".to_owned(),
            starts_on: "2026-06-01".to_owned(),
            cat4_response: "as_cat1".to_owned(),
            ..ContractInput::default()
        }
    }

    async fn save(&self, input: ContractInput) -> Result<ContractId, ApiError> {
        self.desk.save(&self.supervisor, None, input).await
    }

    async fn page(&self, id: ContractId) -> ContractPage {
        self.desk.page(&self.supervisor, id).await.unwrap()
    }

    async fn act(&self, id: ContractId, act: ContractAct) -> Result<(), ApiError> {
        let version = self.page(id).await.version;
        self.desk.act(&self.supervisor, id, version, act).await
    }

    async fn piece(&self, class: &str, supply: &str, warranty: &str) -> EquipmentId {
        let input = PieceInput {
            customer: self.bath.customer.to_string(),
            name: format!("{class} {supply}"),
            class: class.to_owned(),
            supply: supply.to_owned(),
            warranty_ends_on: warranty.to_owned(),
            ..PieceInput::default()
        };
        self.equipment.save(&self.engineer, None, input).await.unwrap();
        let page = self.equipment.page(&self.engineer, self.bath.customer, None).await.unwrap();
        page.pieces.iter().find(|piece| piece.name == format!("{class} {supply}")).unwrap().id
    }
}

/// Names of the wrong fields.
fn fields(error: ApiError) -> Vec<String> {
    match error {
        ApiError::Invalid(wrong) => wrong.into_iter().map(|error| error.field).collect(),
        other => panic!("{other}"),
    }
}

#[tokio::test]
async fn every_wrong_field_is_named_together() {
    for bench in benches().await {
        let input = ContractInput {
            site: bench.avon.site.to_string(),
            ports: "a dozen".to_owned(),
            classes: BTreeMap::new(),
            paths: BTreeMap::new(),
            zone: "Bath".to_owned(),
            starts_on: "soon".to_owned(),
            policy: "x".to_owned(),
            ..bench.input(CoverLevel::Cat2).await
        };
        let wrong = fields(bench.save(input).await.unwrap_err());
        let expected = ["site", "ports", "policy", "covered", "access.paths", "zone", "starts_on"];
        assert_eq!(wrong, expected, "{}", bench.name);
        let cat4 = ContractInput { site: String::new(), ..bench.input(CoverLevel::Cat4).await };
        assert_eq!(fields(bench.save(cat4).await.unwrap_err()), ["site"], "{}", bench.name);
    }
}

#[tokio::test]
async fn server_hardware_from_elsewhere_is_refused_by_its_box_and_others_equipment_too() {
    for bench in benches().await {
        let server = bench.piece("server", "by_others", "").await;
        let input = ContractInput { pieces: checked(&[&server.to_string()]), ..bench.input(CoverLevel::Cat2).await };
        assert_eq!(fields(bench.save(input).await.unwrap_err()), [format!("pieces.{server}")], "{}", bench.name);
        let mut foreign = bench.input(CoverLevel::Cat2).await;
        foreign.customer = bench.avon.customer.to_string();
        (foreign.site, foreign.pieces) = (bench.avon.site.to_string(), checked(&[&server.to_string()]));
        assert_eq!(fields(bench.save(foreign).await.unwrap_err()), [format!("pieces.{server}")], "{}", bench.name);
    }
}

#[tokio::test]
async fn a_phone_system_starts_with_cat2_and_less_is_confirmed_once() {
    for bench in benches().await {
        bench.piece("phone_system", "by_us", "2030-12-31").await;
        let form = bench.desk.form(&bench.supervisor, None, Some(bench.bath.customer), None).await.unwrap();
        assert_eq!(form.input.level, bench.level(CoverLevel::Cat2).await, "{}", bench.name);
        assert!(form.advice.contains("Cat2"), "{}", bench.name);
        let mut input = bench.input(CoverLevel::Cat1).await;
        assert_eq!(fields(bench.save(input.clone()).await.unwrap_err()), ["lower_confirmed"], "{}", bench.name);
        input.lower_confirmed = "yes".to_owned();
        bench.save(input).await.unwrap();
    }
}

#[tokio::test]
async fn cat4_is_not_active_before_its_location_is_approved() {
    for bench in benches().await {
        let id = bench.save(bench.input(CoverLevel::Cat4).await).await.unwrap();
        assert_eq!(fields(bench.act(id, ContractAct::Activate).await.unwrap_err()), ["location"], "{}", bench.name);
        let version = bench.page(id).await.version;
        let refused = bench.desk.act(&bench.engineer, id, version, ContractAct::ApproveLocation).await;
        assert!(matches!(refused, Err(ApiError::Forbidden { .. })), "{}", bench.name);
        bench.act(id, ContractAct::ApproveLocation).await.unwrap();
        bench.act(id, ContractAct::Activate).await.unwrap();
        let page = bench.page(id).await;
        assert_eq!(page.details.row.state, ContractState::Active, "{}", bench.name);
        assert_eq!(page.location.unwrap().0, "supervisor");
        let done: Vec<_> = page.history.into_iter().map(|row| row.what).collect();
        assert_eq!(done, ["activated it", "approved the location", "entered it"], "{}", bench.name);
    }
}

#[tokio::test]
async fn equipment_out_of_warranty_waits_for_the_inspection() {
    for bench in benches().await {
        let old = bench.piece("network", "by_us", "2026-05-31").await;
        let id = bench.save(bench.input(CoverLevel::Cat2).await).await.unwrap();
        bench.act(id, ContractAct::Activate).await.unwrap();
        let page = bench.page(id).await;
        assert_eq!(page.details.row.state, ContractState::PendingInspection, "{}", bench.name);
        assert_eq!(page.inspection, InspectionShown::Pending(vec!["network by_us".to_owned()]), "{}", bench.name);
        let decision = &page.equipment.iter().find(|piece| piece.id == old).unwrap().decision;
        assert!(
            matches!(decision, CoverDecision::NotCovered { reason: NotCovered::PendingInspection, .. }),
            "{}",
            bench.name
        );
        let empty = ContractAct::SettleInspection { note: " ".to_owned() };
        assert_eq!(fields(bench.act(id, empty).await.unwrap_err()), ["note"], "{}", bench.name);
        bench.act(id, ContractAct::SettleInspection { note: "Sound.".to_owned() }).await.unwrap();
        let page = bench.page(id).await;
        assert_eq!(page.details.row.state, ContractState::Active, "{}", bench.name);
        assert!(page.equipment.iter().all(|piece| piece.decision.is_covered()), "{}", bench.name);
    }
}

#[tokio::test]
async fn an_upgrade_ends_the_contract_before_on_the_day_before_without_a_gap() {
    for bench in benches().await {
        let first = bench.save(bench.input(CoverLevel::Cat1).await).await.unwrap();
        bench.act(first, ContractAct::Activate).await.unwrap();
        let stays = ContractInput { version: "2".to_owned(), ..bench.input(CoverLevel::Cat2).await };
        let refused = bench.desk.save(&bench.supervisor, Some(first), stays).await.unwrap_err();
        assert_eq!(fields(refused), ["level"], "{}", bench.name);
        let upgrade = ContractInput {
            follows: first.to_string(),
            starts_on: "2026-07-01".to_owned(),
            ..bench.input(CoverLevel::Cat2).await
        };
        let second = bench.save(upgrade.clone()).await.unwrap();
        assert_eq!(bench.page(first).await.details.row.ends, "", "a draft ends nothing: {}", bench.name);
        bench.act(second, ContractAct::Activate).await.unwrap();
        let ended = bench.page(first).await;
        assert_eq!(ended.details.row.ends, "30 Jun 2026", "{}", bench.name);
        assert!(ended.details.row.troubles.is_empty(), "cover goes on: {:?}", ended.details.row.troubles);
        let stored = contracts::find(bench.desk.db.read(), bench.supervisor.scope(), second).await.unwrap().unwrap();
        assert_eq!(stored.contract.earlier.len(), 1, "{}", bench.name);
        let foreign =
            ContractInput { customer: bench.avon.customer.to_string(), site: bench.avon.site.to_string(), ..upgrade };
        assert_eq!(fields(bench.save(foreign).await.unwrap_err()), ["follows"], "{}", bench.name);
    }
}

#[tokio::test]
async fn a_contract_is_edited_and_ended_by_whoever_saw_it_last() {
    for bench in benches().await {
        let id = bench.save(bench.input(CoverLevel::Cat2).await).await.unwrap();
        bench.act(id, ContractAct::Activate).await.unwrap();
        let mut form = bench.desk.form(&bench.supervisor, Some(id), None, None).await.unwrap();
        assert!(form.in_force, "{}", bench.name);
        form.input.ports = "40".to_owned();
        bench.desk.save(&bench.supervisor, Some(id), form.input.clone()).await.unwrap();
        let late = bench.desk.save(&bench.supervisor, Some(id), form.input).await.unwrap_err();
        assert!(matches!(late, ApiError::Conflict(_)), "{}", bench.name);
        let page = bench.page(id).await;
        assert_eq!(page.details.row.ports, 40, "{}", bench.name);
        // £250 + 40 × £17.50.
        assert_eq!(page.details.price.unwrap().net_pence, 95_000, "{}", bench.name);
        let past = ContractAct::EndOn { last_on: "2026-05-31".to_owned() };
        assert_eq!(fields(bench.act(id, past).await.unwrap_err()), ["ends_on"], "{}", bench.name);
        bench.act(id, ContractAct::EndOn { last_on: "2026-06-20".to_owned() }).await.unwrap();
        assert_eq!(bench.page(id).await.details.row.troubles, ["Ends in 19 days"], "{}", bench.name);
    }
}

#[tokio::test]
async fn a_customers_manager_reads_their_own_cover_and_no_record() {
    for bench in benches().await {
        let none = bench.desk.cover(&bench.manager).await.unwrap();
        assert_eq!((none.level, none.has_contract), (CoverLevel::None, false), "{}", bench.name);
        let id = bench.save(bench.input(CoverLevel::Cat4).await).await.unwrap();
        bench.act(id, ContractAct::ApproveLocation).await.unwrap();
        bench.act(id, ContractAct::Activate).await.unwrap();
        bench.desk.add_target(&bench.engineer, id, "ssh".to_owned(), "10.1.2.3".to_owned()).await.unwrap();
        let own = bench.desk.cover(&bench.manager).await.unwrap();
        assert_eq!((own.level, own.phone.as_str()), (CoverLevel::Cat4, "0808 157 0142"), "{}", bench.name);
        let shown = &own.contracts[0];
        assert!(shown.settings.iter().any(|(name, _)| name == "Response target of Cat4"), "{}", bench.name);
        assert_eq!(shown.access.targets[0].address, "", "addresses are for staff: {}", bench.name);
        assert!(own.promises.iter().all(|words| !words.to_lowercase().contains("guarantee")));
        let viewer = Principal { role: Role::Viewer, ..bench.manager.clone() };
        let less = bench.desk.cover(&viewer).await.unwrap();
        assert_eq!((less.level, less.contracts.len()), (CoverLevel::Cat4, 0), "{}", bench.name);
        assert!(matches!(bench.desk.page(&bench.manager, id).await, Err(ApiError::Forbidden { .. })));
        let other = Principal { customer: Some(bench.avon.customer), ..bench.manager.clone() };
        assert_eq!(bench.desk.page(&other, id).await.unwrap_err(), ApiError::NotFound, "{}", bench.name);
        assert!(!bench.desk.cover(&other).await.unwrap().has_contract, "{}", bench.name);
        assert_eq!(bench.desk.cover(&bench.engineer).await.unwrap_err(), ApiError::NotFound, "{}", bench.name);
    }
}

#[tokio::test]
async fn standing_access_is_tested_by_probe_once_an_hour() {
    for bench in benches().await {
        let id = bench.save(bench.input(CoverLevel::Cat2).await).await.unwrap();
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let open = listener.local_addr().unwrap().to_string();
        for address in [open.as_str(), "127.0.0.1:1"] {
            bench.desk.add_target(&bench.engineer, id, "mitel".to_owned(), address.to_owned()).await.unwrap();
        }
        let twice = bench.desk.add_target(&bench.engineer, id, "mitel".to_owned(), open.clone()).await.unwrap_err();
        assert_eq!(fields(twice), ["address"], "{}", bench.name);
        let (db, prober) = (&bench.desk.db, &bench.desk.prober);
        let run = async |seconds| test_due_access(db, prober, now().plus_seconds(seconds)).await.unwrap();
        assert_eq!(run(60).await, 0, "a draft is not tested: {}", bench.name);
        bench.act(id, ContractAct::Activate).await.unwrap();
        assert_eq!(run(60).await, 2, "{}", bench.name);
        assert_eq!(run(3_599).await, 1, "what did not answer is tested again sooner: {}", bench.name);
        // An hour after the test itself, which took a moment.
        assert_eq!(run(3_700).await, 2, "{}", bench.name);
        let targets = bench.page(id).await.details.access.targets;
        let seen: Vec<_> = targets.iter().map(|target| target.last.unwrap().0.as_str()).collect();
        assert_eq!(seen, ["ok", "critical"], "{}: {targets:?}", bench.name);
        let denied = vec!["127.0.0.0/8".parse().unwrap()];
        let denying = Desk { prober: Prober::denying(bench.desk.clock, denied), ..bench.desk.clone() };
        denying.test_access(&bench.engineer, targets[0].id).await.unwrap();
        let after = bench.page(id).await.details.access.targets;
        assert!(!after[0].last.unwrap().0.is_ok(), "denied networks stay denied: {:?}", after[0]);
    }
}
