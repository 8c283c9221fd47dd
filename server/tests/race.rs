//! Two processes on one PostgreSQL race for the same steps and warnings: each is sent once.

#![expect(clippy::unwrap_used, clippy::panic, reason = "helpers of tests fail by panicking, as tests do")]

use std::{
    fs::File,
    path::{Path, PathBuf},
    process::{Child, Command},
    time::Duration,
};

use domain::{
    access::Role,
    contract::{
        Access, AccessMode, Cat4Response, Contract, ContractDraft, ContractKind, EquipmentClass, Inspection, Listed,
        Supply,
    },
    cover::CoverLevel,
    id::{ContactId, ContractId, CustomerId, EquipmentId, HostId, LevelId, ServiceId, SiteId, UserId},
    level::{Action, Hours, LevelTerms, Replacement, Target},
    observation::Status,
    probe::{Params, ProbeKind, ProbePolicy},
    service::ServiceState,
    text::{Address, EmailAddress, HostName, Name, Note},
    time::Timestamp,
};
use entity::{clock_notice, escalation_event, notice};
use sea_orm::{ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter};
use server::{
    clock::Clock,
    entropy,
    store::{
        Db,
        contacts::{self, NewContact},
        contracts::{self, Agreed},
        customers::{self, NewCustomer},
        equipment::{self, PieceFields},
        faults::{self, Context, Decision},
        hosts::{self, HostFields},
        levels, seeds,
        services::{self, ServiceFields},
        states::NewTransition,
        supervise,
        users::{self, NewUser},
        values::Made,
    },
    testing,
};
use uuid::Uuid;

/// Enough that both processes get their part.
const FAULTS: usize = 150;
/// Six hours: all three steps, a reminder on each side, three warnings and the breach of a target of two hours.
const AGO_S: i64 = 6 * 3_600;
const PATIENCE: Duration = Duration::from_secs(60);

fn id() -> Uuid {
    entropy::id(Clock::system().now()).unwrap()
}

async fn people(db: &Db, customer: CustomerId, now: Timestamp) {
    for (name, role) in [("Priya", Role::Engineer), ("Ellie", Role::Supervisor), ("Ada", Role::Administrator)] {
        let new = NewUser {
            id: UserId(id()),
            customer: None,
            name: Name::parse(name).unwrap(),
            email: EmailAddress::parse(&format!("{name}@desk.example")).unwrap(),
            role,
            password_hash: None,
            receives_faults: false,
            at: now,
        };
        users::create(db.writer(), new).await.unwrap();
    }
    let (name, email) = (Name::parse("Jo").unwrap(), EmailAddress::parse("jo@bath.example").unwrap());
    let new = NewContact { id: ContactId(id()), customer, name, email, severity_min: Status::Warning, at: now };
    contacts::create(db.writer(), new).await.unwrap();
}

/// A contract that answers within two hours and calls people, day and night.
async fn contract(db: &Db, customer: CustomerId, now: Timestamp) {
    let level = LevelId(id());
    let terms = LevelTerms {
        level: CoverLevel::Custom,
        name: "Day and night".to_owned(),
        version: 1,
        response: Some(Target { target_s: 7_200, hours: Hours::Always }),
        action: Action::DutyEngineer,
        paging: Some(Hours::Always),
        replacement: Replacement::ReturnToBase,
        portal_tickets: true,
    };
    levels::insert(db.writer(), level, &terms, Made::seeded(now)).await.unwrap();
    let draft = ContractDraft {
        kind: ContractKind::Paid,
        level: "custom".to_owned(),
        site: None,
        ports: 12,
        covered: vec![Listed::Class(EquipmentClass::PhoneSystem)],
        access: Access { mode: AccessMode::OnRequest, paths: vec![domain::contract::AccessPath::Ssh] },
        zone: "Europe/London".to_owned(),
        starts_on: "2026-01-01".to_owned(),
        first_term_ends_on: None,
        ends_on: None,
        cat4_response: Cat4Response::AsCat1,
    };
    let contract = Contract {
        id: ContractId(id()),
        earlier: Vec::new(),
        terms: draft.check(&[]).unwrap(),
        location: None,
        activated_at: Some(now.plus_seconds(-86_400)),
        inspection: Inspection::NotNeeded,
    };
    let agreed = Agreed { customer, level, level_version: 1, price_list: None, policy: None, follows: None };
    contracts::insert(db.writer(), &contract, &agreed, now).await.unwrap();
}

/// A customer whose phone system has as many open faults as services, all confirmed six hours ago.
async fn estate(db: &Db) {
    let now = Clock::system().now();
    seeds::plant(db, now).await.unwrap();
    let (customer, site, host) = (CustomerId(id()), SiteId(id()), HostId(id()));
    let zone = "Europe/London".to_owned();
    let name = Name::parse("Bath").unwrap();
    let new = NewCustomer { id: customer, name, zone, at: now };
    customers::create(db.writer(), new).await.unwrap();
    customers::create_site(db.writer(), site, customer, Name::parse("Bath").unwrap(), now).await.unwrap();
    let fields = HostFields {
        customer,
        site,
        name: HostName::parse("pbx-1").unwrap(),
        system: Name::parse("Bath phones").unwrap(),
        kind: "asterisk",
        address: Address::parse("192.0.2.10").unwrap(),
        access_note: Note::parse("").unwrap(),
    };
    hosts::insert(db.writer(), host, &fields, now).await.unwrap();
    let piece = PieceFields {
        site: Some(site),
        host: Some(host),
        name: Name::parse("Phone system").unwrap(),
        class: EquipmentClass::PhoneSystem,
        supply: Supply::ByUs,
        warranty_ends_on: None,
    };
    equipment::insert(db.writer(), EquipmentId(id()), customer, &piece, now).await.unwrap();
    people(db, customer, now).await;
    contract(db, customer, now).await;
    let confirmed_at = now.plus_seconds(-AGO_S);
    let context = Context::new(confirmed_at, "desk.example".to_owned());
    let tx = db.begin().await.unwrap();
    for number in 0..FAULTS {
        let service = ServiceId(id());
        let fields = ServiceFields {
            name: Name::parse(&format!("Line {number}")).unwrap(),
            kind: ProbeKind::Tcp,
            target: "192.0.2.10:5060".to_owned(),
            params: Params::default(),
            policy: ProbePolicy::default(),
        };
        services::insert(&tx, service, host, customer, &fields, now).await.unwrap();
        let step = ServiceState::Pending.observe(Status::Critical, confirmed_at, 1);
        let transition = NewTransition {
            service,
            host,
            seq: 1,
            at: confirmed_at,
            status: Status::Critical,
            hard: true,
            watch: step.state.into(),
            detail: "refused".to_owned(),
        };
        faults::apply(&tx, &context, &Decision { transition, customer, fault: step.fault }).await.unwrap();
    }
    tx.commit().await.unwrap();
}

/// A process that carries out what is due and nothing else. Ends with the value.
struct Process {
    child: Child,
    said: PathBuf,
    log: PathBuf,
}

impl Process {
    fn start(folder: &Path, database: &str, name: &str) -> Self {
        let [said, log] = ["out", "log"].map(|ending| folder.join(format!("{name}.{ending}")));
        let child = Command::new(env!("CARGO_BIN_EXE_faultdesk"))
            .args(["serve", "--without", "web,monitor,mail"])
            .current_dir(folder)
            .env("FAULTDESK_DATABASE__URL", database)
            .env("FAULTDESK_DATA_DIR", folder.join("data"))
            .env("FAULTDESK_LOG__LEVEL", "server=debug")
            .stdout(File::create(&said).unwrap())
            .stderr(File::create(&log).unwrap())
            .spawn()
            .unwrap();
        Self { child, said, log }
    }

    fn runs(&self) -> bool {
        std::fs::read_to_string(&self.said).unwrap().contains("Faultdesk is running")
    }

    fn log(&self) -> String {
        std::fs::read_to_string(&self.log).unwrap()
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // It may have ended by itself; the test has its answer either way.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

async fn until(what: &str, mut look: impl AsyncFnMut() -> bool) {
    let looking = async {
        while !look().await {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    };
    tokio::time::timeout(PATIENCE, looking).await.unwrap_or_else(|_| panic!("{what}: not within a minute"));
}

async fn nothing_is_due(db: &Db) -> bool {
    let now = Clock::system().now();
    supervise::open(db.read()).await.unwrap().values().all(|next_at| next_at.is_none_or(|next_at| now < next_at))
}

#[tokio::test]
async fn two_processes_send_each_step_and_warning_once() {
    let [_, test] = testing::databases().await;
    let folder = tempfile::tempdir().unwrap();
    let both = ["one", "two"].map(|name| Process::start(folder.path(), &test.url, name));
    for process in &both {
        until("it runs", async || process.runs()).await;
    }
    estate(&test.db).await;
    assert!(!nothing_is_due(&test.db).await);
    until("all that is due is carried out", async || nothing_is_due(&test.db).await).await;
    let logs = both.each_ref().map(Process::log);
    drop(both);
    let db = test.db.read();
    let told = escalation_event::Entity::find().filter(escalation_event::Column::Kind.eq("told"));
    assert_eq!(told.count(db).await.unwrap(), (FAULTS * 5) as u64, "three steps and a reminder on each side");
    assert_eq!(clock_notice::Entity::find().count(db).await.unwrap(), (FAULTS * 4) as u64);
    let of_kind = async |kind: &str| {
        let rows = notice::Entity::find().filter(notice::Column::Kind.eq(kind));
        rows.count(db).await.unwrap() as usize
    };
    // Steps tell one person each; reminders go to Jo on one side and to all three on the other; warnings go to Priya,
    // the breach to Ellie as well.
    assert_eq!(of_kind("escalated").await, 3 * FAULTS);
    assert_eq!(of_kind("reminder").await, 4 * FAULTS);
    assert_eq!(of_kind("target_warning").await, 3 * FAULTS);
    assert_eq!(of_kind("target_missed").await, 2 * FAULTS);
    for log in logs {
        assert!(log.contains("carried out"), "each had its part: {log}");
    }
}
