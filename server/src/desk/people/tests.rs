//! Who sees and changes whom, through the desk, on both databases.

use std::{
    collections::HashMap,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use domain::{
    access::{Role, Scope},
    id::{SessionId, SiteId},
    text::Name,
};
use sea_orm::{FromQueryResult, Statement};

use super::*;
use crate::{
    desk::account_links,
    secrets::Signer,
    store::{customers::NewCustomer, sessions::NewSession},
    testing::{TestDb, databases},
};

/// Two customers and one person of every role: `avon-manager@x`, `ouse-viewer@x`, `agent@x`.
struct Bench {
    desk: Desk,
    db: Db,
    woken: Arc<AtomicUsize>,
    customers: HashMap<&'static str, CustomerId>,
    people: HashMap<String, Principal>,
    name: &'static str,
    _test_db: TestDb,
}

fn now() -> Timestamp {
    Timestamp::from_millis(1_795_000_000_000)
}

async fn benches() -> Vec<Bench> {
    let mut benches = Vec::new();
    for test_db in databases().await {
        benches.push(bench(test_db).await);
    }
    benches
}

async fn bench(test_db: TestDb) -> Bench {
    let (db, clock) = (test_db.db.clone(), Clock::from(now()));
    let woken = Arc::new(AtomicUsize::new(0));
    let links = AccountLinks::new(account_links::Parts {
        signer: Signer::new(&[7; 32]),
        base_url: "https://desk.example".to_owned(),
        mail_domain: "desk.example".to_owned(),
        zone: "Europe/London".to_owned(),
        wake_mailer: {
            let woken = Arc::clone(&woken);
            Arc::new(move || {
                woken.fetch_add(1, Ordering::Relaxed);
            })
        },
    });
    let desk = Desk::new(db.clone(), clock, links);
    let mut bench = Bench {
        desk,
        db,
        woken,
        customers: HashMap::new(),
        people: HashMap::new(),
        name: test_db.name,
        _test_db: test_db,
    };
    for (key, name) in [("avon", "Avon Dental"), ("ouse", "Ouse Books")] {
        let id = CustomerId(new_id(now()).unwrap());
        let tx = bench.db.begin().await.unwrap();
        let name = Name::parse(name).unwrap();
        let new = NewCustomer { id, name, zone: "Europe/London".to_owned(), at: now() };
        customers::create(&tx, new).await.unwrap();
        tx.commit().await.unwrap();
        bench.customers.insert(key, id);
    }
    for role in Role::ALL {
        match role.is_staff() {
            true => bench.add(role.as_str(), role, None).await,
            false => {
                for customer in ["avon", "ouse"] {
                    bench.add(&format!("{customer}-{}", role.as_str()), role, Some(customer)).await;
                }
            }
        }
    }
    bench
}

impl Bench {
    /// An active person with the address `KEY@x.example`.
    async fn add(&mut self, key: &str, role: Role, customer: Option<&str>) {
        let customer = customer.map(|key| self.customers[key]);
        let id = UserId(new_id(now()).unwrap());
        let new = NewUser {
            id,
            customer,
            name: Name::parse(key).unwrap(),
            email: EmailAddress::parse(&format!("{key}@x.example")).unwrap(),
            role,
            password_hash: Some("$argon2id$".to_owned()),
            receives_faults: role.is_staff(),
            at: now(),
        };
        let tx = self.db.begin().await.unwrap();
        users::create(&tx, new).await.unwrap();
        tx.commit().await.unwrap();
        let session = SessionId(id.0);
        self.people.insert(key.to_owned(), Principal { user: id, session, name: key.to_owned(), role, customer });
    }

    fn who(&self, key: &str) -> &Principal {
        &self.people[key]
    }

    fn id(&self, key: &str) -> UserId {
        self.people[key].user
    }

    async fn invite(&self, by: &str, email: &str, role: &str, customer: &str) -> Result<String, ApiError> {
        let customer = self.customers.get(customer).map_or_else(|| customer.to_owned(), CustomerId::to_string);
        let input =
            InviteInput { name: "New One".to_owned(), email: email.to_owned(), role: role.to_owned(), customer };
        self.desk.invite(self.who(by), input).await
    }

    async fn add_contact(&self, by: &str, email: &str, customer: &str) -> Result<(), ApiError> {
        let customer = self.customers.get(customer).map_or_else(|| customer.to_owned(), CustomerId::to_string);
        let input = ContactInput {
            name: "Jo Bell".to_owned(),
            email: email.to_owned(),
            customer,
            phone: "01632 960184".to_owned(),
            severity_min: "warning".to_owned(),
        };
        self.desk.add_contact(self.who(by), input).await
    }

    async fn contact(&self, email: &str) -> ContactId {
        let all = contacts::list(self.db.read(), Scope::Everything).await.unwrap();
        all.iter().find(|contact| contact.email == email).unwrap().id
    }

    async fn account(&self, key: &str) -> Account {
        users::find(self.db.read(), Scope::Everything, self.id(key)).await.unwrap().unwrap()
    }

    async fn person(&self, email: &str) -> Person {
        let all = users::list(self.db.read(), Scope::Everything).await.unwrap();
        all.into_iter().find(|person| person.email == email).unwrap()
    }

    /// A host at `customer`, so that its faults must be told to somebody.
    async fn add_host(&self, customer: &str) {
        use sea_orm::ConnectionTrait;
        let (customer, site, host) = (self.customers[customer], new_id(now()).unwrap(), new_id(now()).unwrap());
        let tx = self.db.begin().await.unwrap();
        customers::create_site(&tx, SiteId(site), customer, Name::parse("Bath").unwrap(), now()).await.unwrap();
        let literal = |id: uuid::Uuid| match self.db.is_sqlite() {
            true => format!("x'{}'", id.simple()),
            false => format!("'{id}'"),
        };
        let sql = format!(
            "INSERT INTO host (id, customer_id, site_id, name, system, kind, address, access_note, version, created_at) \
             VALUES ({}, {}, {}, '{host}', 'PBX', 'pbx', 'localhost', '', 1, 0)",
            literal(host),
            literal(customer.0),
            literal(site),
        );
        tx.execute_unprepared(&sql).await.unwrap();
        tx.commit().await.unwrap();
    }

    async fn refuse_mail_to(&self, table: &str, email: &str) {
        use sea_orm::ConnectionTrait;
        let tx = self.db.begin().await.unwrap();
        let sql = format!("UPDATE {table} SET refused_at = 1, refused_reply = '550 no' WHERE email = '{email}'");
        tx.execute_unprepared(&sql).await.unwrap();
        tx.commit().await.unwrap();
    }

    async fn audited(&self) -> Vec<Audited> {
        let backend = sea_orm::ConnectionTrait::get_database_backend(self.db.read());
        let sql = "SELECT action, subject, customer_id FROM audit ORDER BY at, id";
        Audited::find_by_statement(Statement::from_string(backend, sql)).all(self.db.read()).await.unwrap()
    }
}

#[derive(Debug, FromQueryResult)]
struct Audited {
    action: String,
    subject: String,
    customer_id: Option<uuid::Uuid>,
}

fn is_forbidden<T: std::fmt::Debug>(outcome: Result<T, ApiError>, what: &str) {
    assert!(matches!(outcome, Err(ApiError::Forbidden { .. })), "{what}: {outcome:?}");
}

/// The refusal is a sentence of its own that holds `words`.
fn is_refused<T: std::fmt::Debug>(outcome: Result<T, ApiError>, words: &str) {
    match outcome {
        Err(ApiError::Conflict(message)) => assert!(message.contains(words), "{message:?} has not {words:?}"),
        other => panic!("{words}: {other:?}"),
    }
}

#[tokio::test]
async fn everybody_sees_their_own_side_of_the_wall() {
    for bench in benches().await {
        bench.add_contact("administrator", "jo@avon.example", "avon").await.unwrap();
        bench.add_contact("administrator", "kim@ouse.example", "ouse").await.unwrap();
        for staff in ["agent", "engineer", "supervisor", "administrator"] {
            let people = bench.desk.list(bench.who(staff)).await.unwrap();
            assert_eq!((people.users.len(), people.contacts.len()), (10, 2), "{staff} on {}", bench.name);
            assert_eq!(people.may_manage, matches!(staff, "supervisor" | "administrator"), "{staff}");
        }
        let people = bench.desk.list(bench.who("avon-manager")).await.unwrap();
        let mut emails: Vec<_> = people.users.iter().map(|user| user.email.as_str()).collect();
        emails.sort_unstable();
        assert_eq!(emails, ["avon-contact@x.example", "avon-manager@x.example", "avon-viewer@x.example"]);
        assert_eq!(people.contacts.len(), 1);
        assert!(people.users.iter().all(|user| user.customer == "Avon Dental" && user.may_edit));
        assert!(people.customers.is_empty());
        assert_eq!(people.roles, [Role::Viewer, Role::Contact, Role::Manager]);
        assert_eq!(people.users.iter().filter(|user| user.is_self).count(), 1);
        for key in ["avon-viewer", "avon-contact"] {
            is_forbidden(bench.desk.list(bench.who(key)).await, key);
        }
    }
}

#[tokio::test]
async fn a_list_says_what_its_reader_may_do() {
    for bench in benches().await {
        let people = bench.desk.list(bench.who("supervisor")).await.unwrap();
        assert_eq!(people.roles, [Role::Viewer, Role::Contact, Role::Manager]);
        assert_eq!(people.customers.len(), 2, "{}", bench.name);
        for user in &people.users {
            assert_eq!(user.may_edit, !user.role.is_staff(), "{user:?}");
        }
        assert!(people.users[..4].iter().all(|user| user.role.is_staff()), "staff come first");
        let people = bench.desk.list(bench.who("administrator")).await.unwrap();
        assert_eq!(people.roles, Role::ALL);
        let people = bench.desk.list(bench.who("agent")).await.unwrap();
        assert!(people.roles.is_empty() && people.customers.is_empty());
        assert!(people.users.iter().all(|user| !user.may_edit));
    }
}

#[tokio::test]
async fn another_customers_person_does_not_exist_for_a_manager() {
    for bench in benches().await {
        let manager = bench.who("avon-manager");
        bench.add_contact("administrator", "kim@ouse.example", "ouse").await.unwrap();
        let there = bench.contact("kim@ouse.example").await;
        for target in [bench.id("ouse-viewer"), bench.id("agent"), UserId(uuid::Uuid::from_u128(1))] {
            let outcomes = [
                bench.desk.set_disabled(manager, target, true).await,
                bench.desk.set_role(manager, target, "viewer".to_owned()).await,
                bench.desk.set_receives_faults(manager, target, false).await,
            ];
            assert!(outcomes.iter().all(|outcome| *outcome == Err(ApiError::NotFound)), "{outcomes:?}");
        }
        for contact in [there, ContactId(uuid::Uuid::from_u128(1))] {
            assert_eq!(bench.desk.remove_contact(manager, contact).await, Err(ApiError::NotFound));
        }
        let (other, none) = (
            bench.invite("avon-manager", "new@x.example", "viewer", "ouse").await.unwrap_err(),
            bench.invite("avon-manager", "new@x.example", "viewer", &uuid::Uuid::from_u128(1).to_string()).await,
        );
        assert_eq!(other, none.unwrap_err(), "another's customer is as good as none on {}", bench.name);
        let other = bench.add_contact("avon-manager", "new@x.example", "ouse").await.unwrap_err();
        assert!(other.field("customer").is_some(), "{other:?}");
    }
}

#[tokio::test]
async fn those_without_the_right_change_nobody() {
    for bench in benches().await {
        let viewer = bench.id("avon-viewer");
        for key in ["avon-viewer", "avon-contact", "agent", "engineer"] {
            let who = bench.who(key);
            is_forbidden(bench.invite(key, "new@x.example", "viewer", "avon").await, key);
            is_forbidden(bench.desk.set_disabled(who, viewer, true).await, key);
            is_forbidden(bench.desk.set_role(who, viewer, "manager".to_owned()).await, key);
            is_forbidden(bench.desk.set_receives_faults(who, viewer, false).await, key);
            is_forbidden(bench.add_contact(key, "new@x.example", "avon").await, key);
        }
        let supervisor = bench.who("supervisor");
        is_forbidden(bench.desk.set_disabled(supervisor, bench.id("agent"), true).await, "supervisor over staff");
        is_forbidden(bench.desk.set_role(supervisor, bench.id("agent"), "engineer".to_owned()).await, "supervisor");
        assert!(bench.audited().await.is_empty(), "{}", bench.name);
    }
}

#[tokio::test]
async fn an_invitation_makes_an_account_a_link_and_a_mail() {
    for bench in benches().await {
        let url = bench.invite("avon-manager", "New@avon.example", "contact", "").await.unwrap();
        assert!(url.starts_with("https://desk.example/p/"), "{url}");
        let person = bench.person("New@avon.example").await;
        assert_eq!(person.customer, Some(bench.customers["avon"]), "{}", bench.name);
        assert!(!person.activated && !person.receives_faults);
        let link = bench.desk.links.open(url.strip_prefix("https://desk.example/p/").unwrap()).unwrap();
        let link = links::find(bench.db.read(), link).await.unwrap().unwrap();
        assert_eq!((link.account.id, link.purpose), (person.id, LinkPurpose::Invitation));
        assert_eq!(bench.woken.load(Ordering::Relaxed), 1);
        let people = bench.desk.list(bench.who("avon-manager")).await.unwrap();
        let row = people.users.iter().find(|user| user.email == "New@avon.example").unwrap();
        assert_eq!(row.state, UserState::Invited);

        bench.invite("administrator", "staff@desk.example", "engineer", "").await.unwrap();
        let person = bench.person("staff@desk.example").await;
        assert!(person.customer.is_none() && person.receives_faults);
        let audited = bench.audited().await;
        let avon = bench.customers["avon"].0;
        assert!(audited.iter().all(|row| row.action == "user.invite"), "{audited:?}");
        assert!(audited.iter().any(|row| row.subject == "New@avon.example" && row.customer_id == Some(avon)));
    }
}

#[tokio::test]
async fn nobody_invites_above_themselves() {
    for bench in benches().await {
        for (by, role) in [
            ("avon-manager", "agent"),
            ("avon-manager", "administrator"),
            ("supervisor", "agent"),
            ("supervisor", "administrator"),
            ("administrator", "root"),
        ] {
            let customer = if by == "avon-manager" { "" } else { "avon" };
            let refusal = bench.invite(by, "new@x.example", role, customer).await.unwrap_err();
            let message = refusal.field("role").unwrap_or_else(|| panic!("{by} {role}: {refusal:?}"));
            assert!(message.starts_with("must be one of viewer, contact, manager"), "{message}");
        }
        let refusal = bench.desk.set_role(bench.who("avon-manager"), bench.id("avon-viewer"), "agent".to_owned()).await;
        assert!(refusal.unwrap_err().field("role").is_some(), "{}", bench.name);
        let refusal =
            bench.desk.set_role(bench.who("administrator"), bench.id("avon-viewer"), "agent".to_owned()).await;
        assert_eq!(refusal.unwrap_err().field("role").unwrap(), "must be one of viewer, contact, manager");
    }
}

#[tokio::test]
async fn all_wrong_fields_are_told_together() {
    for bench in benches().await {
        let input = InviteInput {
            name: String::new(),
            email: "x".to_owned(),
            role: "agent".to_owned(),
            customer: "nonsense".to_owned(),
        };
        let refusal = bench.desk.invite(bench.who("administrator"), input).await.unwrap_err();
        for field in ["name", "email", "customer"] {
            assert!(refusal.field(field).is_some(), "{field}: {refusal:?}");
        }
        let input = ContactInput { severity_min: "ok".to_owned(), ..ContactInput::default() };
        let refusal = bench.desk.add_contact(bench.who("administrator"), input).await.unwrap_err();
        for field in ["name", "email", "severity_min"] {
            assert!(refusal.field(field).is_some(), "{field}: {refusal:?}");
        }
        let refusal = bench.invite("administrator", "new@x.example", "viewer", "").await.unwrap_err();
        assert!(refusal.field("customer").is_some(), "a viewer belongs to a customer on {}", bench.name);
    }
}

#[tokio::test]
async fn a_taken_address_is_told_to_those_who_may_know() {
    for bench in benches().await {
        let told = |outcome: Result<String, ApiError>| outcome.unwrap_err().field("email").unwrap();
        for taken in ["ouse-viewer@x.example", "Agent@x.example"] {
            assert_eq!(told(bench.invite("supervisor", taken, "viewer", "avon").await), "has an account already");
            let neutral = told(bench.invite("avon-manager", taken, "viewer", "").await);
            assert!(neutral.starts_with("cannot be invited from here"), "{neutral} on {}", bench.name);
        }
        let own = told(bench.invite("avon-manager", "AVON-viewer@x.example", "viewer", "").await);
        assert_eq!(own, "has an account already");
    }
}

#[tokio::test]
async fn disabling_ends_sessions_and_links_and_can_be_undone() {
    for bench in benches().await {
        let (admin, user) = (bench.who("administrator"), bench.id("avon-viewer"));
        let tx = bench.db.begin().await.unwrap();
        let (id, expires_at) = (SessionId(new_id(now()).unwrap()), now().plus_seconds(60));
        let new = NewSession { id, user, token_hash: [1; 32], at: now(), expires_at };
        sessions::create(&tx, new).await.unwrap();
        let account = bench.account("avon-viewer").await;
        let link = bench.desk.links.issue(&tx, &account, LinkPurpose::Reset, "", None, now()).await.unwrap();
        tx.commit().await.unwrap();

        bench.desk.set_disabled(admin, user, true).await.unwrap();
        bench.desk.set_disabled(admin, user, true).await.unwrap();
        assert!(sessions::find_by_token(bench.db.read(), &[1; 32]).await.unwrap().is_none(), "{}", bench.name);
        assert!(links::find(bench.db.read(), link).await.unwrap().unwrap().used_at.is_some());
        let people = bench.desk.list(admin).await.unwrap();
        assert_eq!(people.users.iter().find(|row| row.id == user).unwrap().state, UserState::Disabled);
        bench.desk.set_disabled(bench.who("avon-manager"), user, false).await.unwrap();
        assert!(bench.account("avon-viewer").await.disabled_at.is_none());
        let actions: Vec<_> = bench.audited().await.into_iter().map(|row| row.action).collect();
        assert_eq!(actions, ["user.disable", "user.enable"], "what changed nothing is not on record");
    }
}

#[tokio::test]
async fn nobody_disables_themselves_and_the_last_administrator_stays() {
    for mut bench in benches().await {
        for key in ["administrator", "avon-manager"] {
            is_refused(bench.desk.set_disabled(bench.who(key), bench.id(key), true).await, "your own account");
        }
        let own_role = bench.desk.set_role(bench.who("administrator"), bench.id("administrator"), "agent".to_owned());
        is_refused(own_role.await, "last administrator");
        // One who has not set a password yet cannot sign in, and so does not count.
        bench.invite("administrator", "second@desk.example", "administrator", "").await.unwrap();
        let own_role = bench.desk.set_role(bench.who("administrator"), bench.id("administrator"), "agent".to_owned());
        is_refused(own_role.await, "last administrator");
        bench.add("third", Role::Administrator, None).await;
        bench.desk.set_disabled(bench.who("third"), bench.id("administrator"), true).await.unwrap();
        let own_role = bench.desk.set_role(bench.who("third"), bench.id("third"), "supervisor".to_owned()).await;
        is_refused(own_role, "last administrator");
    }
}

#[tokio::test]
async fn two_administrators_who_demote_each_other_leave_one() {
    for mut bench in benches().await {
        bench.add("second", Role::Administrator, None).await;
        let (a, b) = tokio::join!(
            bench.desk.set_role(bench.who("administrator"), bench.id("second"), "agent".to_owned()),
            bench.desk.set_role(bench.who("second"), bench.id("administrator"), "agent".to_owned()),
        );
        assert_eq!([a.is_ok(), b.is_ok()].iter().filter(|ok| **ok).count(), 1, "{}: {a:?} {b:?}", bench.name);
    }
}

#[tokio::test]
async fn one_of_the_staff_is_always_told_of_faults() {
    for bench in benches().await {
        let admin = bench.who("administrator");
        for key in ["agent", "engineer", "supervisor"] {
            bench.desk.set_receives_faults(admin, bench.id(key), false).await.unwrap();
        }
        is_refused(bench.desk.set_receives_faults(admin, admin.user, false).await, "every fault is told");
        bench.desk.set_receives_faults(admin, bench.id("agent"), true).await.unwrap();
        // A person whom no mail reaches is as good as none.
        bench.refuse_mail_to("users", "agent@x.example").await;
        is_refused(bench.desk.set_receives_faults(admin, admin.user, false).await, "every fault is told");
        bench.desk.set_receives_faults(admin, bench.id("engineer"), true).await.unwrap();
        bench.desk.set_receives_faults(admin, admin.user, false).await.unwrap();
        is_refused(bench.desk.set_disabled(admin, bench.id("engineer"), true).await, "every fault is told");
        let viewer = bench.id("avon-viewer");
        is_refused(bench.desk.set_receives_faults(admin, viewer, true).await, "as a contact");
        assert!(!bench.account("avon-viewer").await.receives_faults, "{}", bench.name);
    }
}

#[tokio::test]
async fn a_contact_is_added_once() {
    for bench in benches().await {
        bench.add_contact("avon-manager", "jo@avon.example", "").await.unwrap();
        let again = bench.add_contact("supervisor", "JO@avon.example", "avon").await.unwrap_err();
        assert_eq!(again.field("email").unwrap(), "is a contact already", "{}", bench.name);
        bench.add_contact("supervisor", "jo@avon.example", "ouse").await.unwrap();
        let (a, b) = tokio::join!(
            bench.add_contact("supervisor", "kim@avon.example", "avon"),
            bench.add_contact("avon-manager", "kim@avon.example", ""),
        );
        assert_eq!([a.is_ok(), b.is_ok()].iter().filter(|ok| **ok).count(), 1, "{a:?} {b:?}");
    }
}

#[tokio::test]
async fn the_last_contact_of_a_watched_customer_stays() {
    for bench in benches().await {
        let manager = bench.who("avon-manager");
        for email in ["jo@avon.example", "kim@avon.example"] {
            bench.add_contact("avon-manager", email, "").await.unwrap();
        }
        let (jo, kim) = (bench.contact("jo@avon.example").await, bench.contact("kim@avon.example").await);
        bench.add_host("avon").await;
        bench.refuse_mail_to("contact", "kim@avon.example").await;
        is_refused(bench.desk.remove_contact(manager, jo).await, "last contact of Avon Dental");
        let people = bench.desk.list(manager).await.unwrap();
        let row = people.contacts.iter().find(|row| row.id == kim).unwrap();
        assert_eq!(row.refused.as_deref(), Some("550 no"), "{}", bench.name);
        bench.desk.remove_contact(manager, kim).await.unwrap();
        is_refused(bench.desk.remove_contact(manager, jo).await, "last contact of Avon Dental");
        bench.add_contact("avon-manager", "kim@avon.example", "").await.unwrap();
        bench.desk.remove_contact(manager, jo).await.unwrap();
        assert_eq!(bench.desk.remove_contact(manager, jo).await, Err(ApiError::NotFound));
    }
}

#[tokio::test]
async fn two_who_remove_the_last_two_contacts_leave_one() {
    for bench in benches().await {
        bench.add_host("avon").await;
        for email in ["jo@avon.example", "kim@avon.example"] {
            bench.add_contact("avon-manager", email, "").await.unwrap();
        }
        let (jo, kim) = (bench.contact("jo@avon.example").await, bench.contact("kim@avon.example").await);
        let (a, b) = tokio::join!(
            bench.desk.remove_contact(bench.who("avon-manager"), jo),
            bench.desk.remove_contact(bench.who("supervisor"), kim),
        );
        assert_eq!([a.is_ok(), b.is_ok()].iter().filter(|ok| **ok).count(), 1, "{}: {a:?} {b:?}", bench.name);
    }
}

#[tokio::test]
async fn an_unwatched_customer_needs_no_contact() {
    for bench in benches().await {
        bench.add_contact("avon-manager", "jo@avon.example", "").await.unwrap();
        let jo = bench.contact("jo@avon.example").await;
        bench.desk.remove_contact(bench.who("avon-manager"), jo).await.unwrap();
    }
}

#[tokio::test]
async fn numbers_are_kept_in_one_form_and_only_by_those_who_manage() {
    for bench in benches().await {
        bench.add_contact("avon-manager", "jo@avon.example", "").await.unwrap();
        let jo = bench.contact("jo@avon.example").await;
        let list = bench.desk.list(bench.who("avon-manager")).await.unwrap();
        let row = list.contacts.iter().find(|row| row.id == jo).unwrap();
        assert_eq!((row.phone.as_str(), list.places.len()), ("01632 960184", 1), "{}", bench.name);
        let set = async |by: &str, whose: String, phone: &str| {
            bench.desk.set_phone(bench.who(by), whose, phone.to_owned()).await
        };
        let short = set("avon-manager", format!("contact:{jo}"), "01632 9601").await.unwrap_err();
        assert!(short.field("phone").is_some(), "{}: {short}", bench.name);
        set("avon-manager", format!("contact:{jo}"), "+44 (0)1632 960 199").await.unwrap();
        let avon = bench.customers["avon"];
        set("avon-manager", format!("customer:{avon}"), "0117 496 0100").await.unwrap();
        let list = bench.desk.list(bench.who("avon-manager")).await.unwrap();
        assert_eq!(list.places[0].phone, "0117 496 0100", "{}", bench.name);
        assert_eq!(list.contacts.iter().find(|row| row.id == jo).unwrap().phone, "01632 960199", "{}", bench.name);
        for whose in [format!("contact:{jo}"), format!("customer:{avon}"), "contact:x".to_owned(), "x".to_owned()] {
            assert_eq!(set("ouse-manager", whose, "").await, Err(ApiError::NotFound), "{}", bench.name);
        }
        let refused = set("avon-viewer", format!("contact:{jo}"), "").await;
        assert!(matches!(refused, Err(ApiError::Forbidden { .. })), "{}: {refused:?}", bench.name);
        set("avon-manager", format!("contact:{jo}"), " ").await.unwrap();
        let list = bench.desk.list(bench.who("avon-manager")).await.unwrap();
        assert_eq!(list.contacts.iter().find(|row| row.id == jo).unwrap().phone, "", "{}", bench.name);
    }
}
