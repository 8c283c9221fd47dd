//! Sessions, sign-in and password links through the desk, on both databases.

use std::{
    collections::HashSet,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use domain::{access::Role, id::CustomerId, text::Name};
use sea_orm::{ConnectionTrait, FromQueryResult, Statement};

use super::{gate::Gate, *};
use crate::{
    desk::account_links,
    secrets::Signer,
    store::{
        customers::{self, NewCustomer},
        sessions::IDLE_S,
        tokens::{self, NewToken},
        users::NewUser,
    },
    testing::{TestDb, databases},
};

const PASSWORD: &str = "correct horse battery";
const CLIENT: &str = "192.0.2.7";

/// A desk with one customer, and what its tests look at.
struct Bench {
    desk: Desk,
    gate: Gate,
    links: AccountLinks,
    passwords: Passwords,
    woken: Arc<AtomicUsize>,
    db: Db,
    clock: Clock,
    customer: CustomerId,
    name: &'static str,
    _test_db: TestDb,
}

fn support() -> Support {
    Support {
        phone: "01225 800 810".to_owned(),
        phone_24h: "01225 800 811".to_owned(),
        zone: "Europe/London".to_owned(),
    }
}

fn start() -> Timestamp {
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
    let (db, clock, passwords) = (test_db.db.clone(), Clock::from(start()), Passwords::new());
    let woken = Arc::new(AtomicUsize::new(0));
    let links = AccountLinks::new(account_links::Parts {
        signer: Signer::new(&[7; 32]),
        base_url: "https://desk.example/".to_owned(),
        mail_domain: "desk.example".to_owned(),
        zone: "Europe/London".to_owned(),
        wake_mailer: {
            let woken = Arc::clone(&woken);
            Arc::new(move || {
                woken.fetch_add(1, Ordering::Relaxed);
            })
        },
    });
    let desk = Desk::new(Parts {
        db: db.clone(),
        clock,
        passwords: passwords.clone(),
        links: links.clone(),
        cookie: SessionCookie::new("https://desk.example"),
        demo: None,
        support: support(),
    });
    let customer = CustomerId(new_id(start()).unwrap());
    let tx = db.begin().await.unwrap();
    let new = NewCustomer {
        id: customer,
        name: Name::parse("Avon Dental").unwrap(),
        zone: "Europe/Paris".to_owned(),
        at: start(),
    };
    customers::create(&tx, new).await.unwrap();
    tx.commit().await.unwrap();
    let gate = Gate::new(db.clone(), clock);
    Bench { desk, gate, links, passwords, woken, db, clock, customer, name: test_db.name, _test_db: test_db }
}

/// Moves the clock without letting tokio's timers run ahead of the database.
async fn advance(seconds: i64) {
    tokio::time::pause();
    tokio::time::advance(Duration::from_secs(u64::try_from(seconds).unwrap())).await;
    tokio::time::resume();
}

impl Bench {
    /// A customer's user; without a password when `password` is empty.
    async fn add(&self, email: &str, password: &str) -> UserId {
        let id = UserId(new_id(start()).unwrap());
        let password_hash = match NewPassword::parse(password) {
            Ok(password) => Some(self.passwords.hash(&password).await.unwrap()),
            Err(_) => None,
        };
        let new = NewUser {
            id,
            customer: Some(self.customer),
            name: Name::parse("Jo Bell").unwrap(),
            email: EmailAddress::parse(email).unwrap(),
            role: Role::Manager,
            password_hash,
            receives_faults: false,
            at: start(),
        };
        let tx = self.db.begin().await.unwrap();
        users::create(&tx, new).await.unwrap();
        tx.commit().await.unwrap();
        id
    }

    async fn sign_in(&self, email: &str, password: &str) -> Result<SignedIn, ApiError> {
        self.desk.sign_in(email, password, CLIENT).await
    }

    async fn who(&self, signed_in: &SignedIn) -> Option<Principal> {
        self.gate.by_cookie(&signed_in.cookie).await.unwrap()
    }

    async fn set_disabled(&self, user: UserId, at: Option<Timestamp>) {
        let tx = self.db.begin().await.unwrap();
        assert_eq!(users::set_disabled(&tx, user, at).await.unwrap(), 1);
        tx.commit().await.unwrap();
    }

    async fn link(&self, user: UserId, purpose: LinkPurpose) -> String {
        let tx = self.db.begin().await.unwrap();
        let account = users::find(&tx, Scope::Everything, user).await.unwrap().unwrap();
        let link = self.links.issue(&tx, &account, purpose, "Priya", None, self.clock.now()).await.unwrap();
        tx.commit().await.unwrap();
        self.links.url(link).strip_prefix("https://desk.example/p/").unwrap().to_owned()
    }

    async fn audited(&self, action: &str) -> Vec<Audited> {
        let backend = self.db.read().get_database_backend();
        let sql = format!("SELECT action, subject, actor, detail FROM audit WHERE action = '{action}' ORDER BY at, id");
        Audited::find_by_statement(Statement::from_string(backend, sql)).all(self.db.read()).await.unwrap()
    }

    async fn mails(&self) -> Vec<Mailed> {
        let backend = self.db.read().get_database_backend();
        let sql = "SELECT kind, email, facts, message_id FROM notice ORDER BY position";
        Mailed::find_by_statement(Statement::from_string(backend, sql)).all(self.db.read()).await.unwrap()
    }
}

#[derive(Debug, FromQueryResult)]
struct Audited {
    subject: String,
    actor: String,
    detail: String,
}

#[derive(Debug, FromQueryResult)]
struct Mailed {
    kind: String,
    email: String,
    facts: String,
    message_id: String,
}

#[tokio::test]
async fn whoever_signs_in_is_known_by_the_cookie() {
    for bench in benches().await {
        let user = bench.add("Jo.Bell@avon.example", PASSWORD).await;
        let signed_in = bench.sign_in(" jo.bell@AVON.example ", PASSWORD).await.unwrap();
        assert_eq!(signed_in.role, Role::Manager);
        let who = bench.who(&signed_in).await.unwrap();
        assert_eq!((who.user, who.role, who.customer), (user, Role::Manager, Some(bench.customer)), "{}", bench.name);
        let me = bench.desk.me(&who).await.unwrap();
        assert_eq!((me.email.as_str(), me.customer.as_str()), ("Jo.Bell@avon.example", "Avon Dental"));
        assert_eq!(bench.gate.by_cookie("x").await.unwrap(), None);
        let [row] = &bench.audited("session.open").await[..] else { panic!("one row") };
        assert_eq!((row.actor.as_str(), row.subject.as_str()), ("Jo Bell", "Jo.Bell@avon.example"));
    }
}

#[tokio::test]
async fn every_refusal_is_the_same_answer_after_the_same_work() {
    for bench in benches().await {
        bench.add("jo@avon.example", PASSWORD).await;
        bench.add("invited@avon.example", "").await;
        let disabled = bench.add("disabled@avon.example", PASSWORD).await;
        bench.set_disabled(disabled, Some(start())).await;
        let mut answers = HashSet::new();
        for (email, password) in [
            ("jo@avon.example", "wrong horse battery"),
            ("nobody@avon.example", PASSWORD),
            ("invited@avon.example", PASSWORD),
            ("invited@avon.example", ""),
            ("disabled@avon.example", PASSWORD),
            ("no address", PASSWORD),
            ("jo@avon.example", &"x".repeat(5_000)),
        ] {
            let before = bench.passwords.checks();
            let refusal = bench.sign_in(email, password).await.unwrap_err();
            assert_eq!(bench.passwords.checks() - before, 1, "{email} on {}", bench.name);
            answers.insert(format!("{refusal:?}"));
        }
        assert_eq!(answers.len(), 1, "{answers:?}");
        let rows = bench.audited("session.refuse").await;
        assert_eq!(rows.len(), 7, "each is on record");
        assert!(rows.iter().all(|row| row.detail.ends_with("from 192.0.2.7")), "{rows:?}");
        assert!(!format!("{rows:?}").contains("horse"), "no password is");
        assert!(rows.iter().any(|row| row.subject == "(not a mail address)"), "nor what may be one: {rows:?}");
    }
}

#[tokio::test]
async fn failures_are_limited_by_account_and_successes_are_not() {
    for bench in benches().await {
        bench.add("jo@avon.example", PASSWORD).await;
        for _ in 0..25 {
            bench.sign_in("jo@avon.example", PASSWORD).await.unwrap();
        }
        for email in ["jo@avon.example", "nobody@avon.example"] {
            for _ in 0..5 {
                assert!(matches!(bench.sign_in(email, "wrong").await, Err(ApiError::Invalid(_))));
            }
            let before = bench.passwords.checks();
            let Err(ApiError::Limited { until, seconds }) = bench.sign_in(&email.to_uppercase(), PASSWORD).await else {
                panic!("{email} is limited on {}", bench.name);
            };
            assert!((1..=30).contains(&seconds), "{seconds}");
            assert!(bench.clock.now() < until && until <= bench.clock.now().plus_seconds(30));
            assert_eq!(bench.passwords.checks(), before, "a refused try costs no work");
        }
        advance(30).await;
        bench.sign_in("jo@avon.example", PASSWORD).await.unwrap();
    }
}

#[tokio::test]
async fn failures_are_limited_by_client() {
    for bench in benches().await {
        bench.add("jo@avon.example", PASSWORD).await;
        let network = |host| format!("2001:db8:1:2::{host:x}");
        for index in 0..20 {
            let refusal = bench.desk.sign_in(&format!("guess-{index}@avon.example"), "wrong", &network(index)).await;
            assert!(matches!(refusal, Err(ApiError::Invalid(_))), "{index}: {refusal:?}");
        }
        let refusal = bench.desk.sign_in("jo@avon.example", PASSWORD, &network(99)).await;
        assert!(matches!(refusal, Err(ApiError::Limited { .. })), "{refusal:?}");
        bench.desk.sign_in("jo@avon.example", PASSWORD, "2001:db8:1:3::1").await.unwrap();
    }
}

#[tokio::test]
async fn each_sign_in_has_a_token_of_its_own_and_the_database_knows_none() {
    for bench in benches().await {
        let user = bench.add("jo@avon.example", PASSWORD).await;
        let (first, second) = (
            bench.sign_in("jo@avon.example", PASSWORD).await.unwrap(),
            bench.sign_in("jo@avon.example", PASSWORD).await.unwrap(),
        );
        assert_ne!(first.cookie, second.cookie);
        let found = sessions::find_by_token(bench.db.read(), &token::session_hash(&first.cookie).unwrap()).await;
        assert_eq!(found.unwrap().unwrap().identity.user, user);
        let backend = bench.db.read().get_database_backend();
        let hex = if bench.db.is_sqlite() { "hex(token_hash)" } else { "encode(token_hash, 'hex')" };
        let rows =
            bench.db.read().query_all_raw(Statement::from_string(backend, format!("SELECT {hex} AS h FROM session")));
        let stored: Vec<String> = rows.await.unwrap().iter().map(|row| row.try_get("", "h").unwrap()).collect();
        assert_eq!(stored.len(), 2);
        let plain: String = first.cookie.bytes().map(|byte| format!("{byte:02x}")).collect();
        assert!(stored.iter().all(|hash| hash.len() == 64 && !hash.eq_ignore_ascii_case(&plain)));
    }
}

#[tokio::test]
async fn an_idle_session_ends_and_a_used_one_lives_on_until_it_is_a_month_old() {
    for bench in benches().await {
        bench.add("jo@avon.example", PASSWORD).await;
        let idle = bench.sign_in("jo@avon.example", PASSWORD).await.unwrap();
        let used = bench.sign_in("jo@avon.example", PASSWORD).await.unwrap();
        advance(IDLE_S - 10).await;
        assert!(bench.who(&used).await.is_some(), "{}", bench.name);
        advance(10).await;
        assert!(bench.who(&idle).await.is_none(), "idle for exactly the limit");
        for _ in 0..59 {
            advance(IDLE_S - 60).await;
            assert!(bench.who(&used).await.is_some());
        }
        advance(ABSOLUTE_S - 60 * IDLE_S + 59 * 60 - 1).await;
        assert!(bench.who(&used).await.is_some(), "one second before the month is over");
        advance(1).await;
        assert!(bench.who(&used).await.is_none());
        bench.sign_in("jo@avon.example", PASSWORD).await.unwrap();
        let left = bench
            .db
            .read()
            .query_all_raw(Statement::from_string(bench.db.read().get_database_backend(), "SELECT id FROM session"));
        assert_eq!(left.await.unwrap().len(), 1, "what ended by itself is swept");
    }
}

#[tokio::test]
async fn last_seen_is_written_once_a_minute() {
    for bench in benches().await {
        bench.add("jo@avon.example", PASSWORD).await;
        let signed_in = bench.sign_in("jo@avon.example", PASSWORD).await.unwrap();
        let hash = token::session_hash(&signed_in.cookie).unwrap();
        let seen = async || sessions::find_by_token(bench.db.read(), &hash).await.unwrap().unwrap().last_seen_at;
        let opened = seen().await;
        advance(58).await;
        bench.who(&signed_in).await.unwrap();
        assert_eq!(seen().await, opened, "{}", bench.name);
        advance(5).await;
        let who = bench.who(&signed_in).await.unwrap();
        let noted = seen().await;
        assert!(opened.plus_seconds(60) <= noted);
        let person = users::find_person(bench.db.read(), Scope::Everything, who.user).await.unwrap().unwrap();
        assert_eq!(person.last_seen_at, Some(noted));
    }
}

#[tokio::test]
async fn signing_out_ends_one_session_or_all() {
    for bench in benches().await {
        bench.add("jo@avon.example", PASSWORD).await;
        bench.add("kim@avon.example", PASSWORD).await;
        let mut mine = Vec::new();
        for _ in 0..3 {
            mine.push(bench.sign_in("jo@avon.example", PASSWORD).await.unwrap());
        }
        let other = bench.sign_in("kim@avon.example", PASSWORD).await.unwrap();
        let who = bench.who(&mine[0]).await.unwrap();
        bench.desk.sign_out(&who).await.unwrap();
        bench.desk.sign_out(&who).await.unwrap();
        assert!(bench.who(&mine[0]).await.is_none(), "{}", bench.name);
        let who = bench.who(&mine[1]).await.unwrap();
        bench.desk.sign_out_everywhere(&who).await.unwrap();
        assert!(bench.who(&mine[1]).await.is_none() && bench.who(&mine[2]).await.is_none());
        assert!(bench.who(&other).await.is_some());
        assert_eq!(bench.audited("session.end").await.len(), 1);
        assert_eq!(bench.audited("session.end_all").await.len(), 1);
    }
}

#[tokio::test]
async fn a_person_has_thirty_browsers_at_most() {
    for bench in benches().await {
        bench.add("jo@avon.example", PASSWORD).await;
        let first = bench.sign_in("jo@avon.example", PASSWORD).await.unwrap();
        let second = bench.sign_in("jo@avon.example", PASSWORD).await.unwrap();
        for _ in 0..29 {
            bench.sign_in("jo@avon.example", PASSWORD).await.unwrap();
        }
        assert!(bench.who(&first).await.is_none(), "the oldest went on {}", bench.name);
        assert!(bench.who(&second).await.is_some());
    }
}

#[tokio::test]
async fn a_disabled_person_has_no_session_and_no_token() {
    for bench in benches().await {
        let user = bench.add("jo@avon.example", PASSWORD).await;
        let signed_in = bench.sign_in("jo@avon.example", PASSWORD).await.unwrap();
        let token = Token::for_api().unwrap();
        let new = NewToken {
            id: new_id(start()).unwrap(),
            user,
            name: Name::parse("script").unwrap(),
            token_hash: token.hash,
            at: start(),
        };
        let id = new.id;
        let tx = bench.db.begin().await.unwrap();
        tokens::create(&tx, new).await.unwrap();
        tx.commit().await.unwrap();

        let who = bench.gate.by_bearer(&token.text).await.unwrap().unwrap();
        assert_eq!(who.user, user, "{}", bench.name);
        assert!(bench.gate.by_cookie(&token.text).await.unwrap().is_none());
        assert!(bench.gate.by_bearer(&signed_in.cookie).await.unwrap().is_none());
        let used = tokens::list(bench.db.read(), Some(user)).await.unwrap();
        assert!(used[0].last_used_at.is_some());

        let session = bench.who(&signed_in).await.unwrap().session;
        let alive = async |id| sessions::is_alive(bench.db.read(), id, bench.clock.now()).await.unwrap();
        assert!(alive(session).await && alive(who.session).await, "a stream goes on");
        bench.set_disabled(user, Some(start())).await;
        assert!(bench.who(&signed_in).await.is_none());
        assert!(bench.gate.by_bearer(&token.text).await.unwrap().is_none());
        assert!(!alive(session).await && !alive(who.session).await, "a stream ends");
        bench.set_disabled(user, None).await;
        assert!(bench.gate.by_bearer(&token.text).await.unwrap().is_some());
        let tx = bench.db.begin().await.unwrap();
        assert_eq!(sessions::end(&tx, session).await.unwrap(), 1);
        tx.commit().await.unwrap();
        assert!(!alive(session).await && alive(who.session).await);

        let tx = bench.db.begin().await.unwrap();
        assert_eq!(tokens::revoke(&tx, id, start()).await.unwrap(), 1);
        assert_eq!(tokens::revoke(&tx, id, start()).await.unwrap(), 0);
        tx.commit().await.unwrap();
        assert!(bench.gate.by_bearer(&token.text).await.unwrap().is_none());
        assert!(!alive(who.session).await);
    }
}

#[tokio::test]
async fn a_reset_is_mailed_to_those_who_have_an_account_and_answered_alike_to_all() {
    for bench in benches().await {
        bench.add("jo@avon.example", PASSWORD).await;
        let disabled = bench.add("disabled@avon.example", PASSWORD).await;
        bench.set_disabled(disabled, Some(start())).await;
        for email in ["JO@avon.example", "nobody@avon.example", "disabled@avon.example"] {
            bench.desk.request_reset(email, CLIENT).await.unwrap();
        }
        let [mail] = &bench.mails().await[..] else { panic!("one mail on {}", bench.name) };
        assert_eq!((mail.kind.as_str(), mail.email.as_str()), ("reset", "jo@avon.example"));
        assert!(mail.message_id.ends_with("@desk.example>"));
        assert!(mail.facts.contains("Europe/Paris"), "in the customer's zone: {}", mail.facts);
        assert_eq!(bench.woken.load(Ordering::Relaxed), 1);
        assert_eq!(bench.audited("user.request_reset").await.len(), 3);
        let refusal = bench.desk.request_reset("no address", CLIENT).await.unwrap_err();
        assert!(refusal.field("email").is_some(), "{refusal:?}");
    }
}

#[tokio::test]
async fn an_account_gets_three_resets_an_hour() {
    for bench in benches().await {
        bench.add("jo@avon.example", PASSWORD).await;
        for _ in 0..5 {
            bench.desk.request_reset("jo@avon.example", CLIENT).await.unwrap();
        }
        assert_eq!(bench.mails().await.len(), 3, "{}", bench.name);
        advance(3_600).await;
        bench.desk.request_reset("jo@avon.example", CLIENT).await.unwrap();
        assert_eq!(bench.mails().await.len(), 4);
    }
}

#[tokio::test]
async fn a_client_that_asks_for_many_resets_is_told_to_wait() {
    for bench in benches().await {
        for index in 0..10 {
            bench.desk.request_reset(&format!("a{index}@avon.example"), CLIENT).await.unwrap();
        }
        let refusal = bench.desk.request_reset("jo@avon.example", CLIENT).await;
        assert!(matches!(refusal, Err(ApiError::Limited { .. })), "{}: {refusal:?}", bench.name);
    }
}

#[tokio::test]
async fn a_link_sets_a_password_once_and_ends_the_other_sessions() {
    for bench in benches().await {
        let user = bench.add("jo@avon.example", PASSWORD).await;
        let before = bench.sign_in("jo@avon.example", PASSWORD).await.unwrap();
        let token = bench.link(user, LinkPurpose::Reset).await;
        let shown = bench.desk.password_link(&token).await.unwrap();
        assert_eq!((shown.email.as_str(), shown.invitation), ("jo@avon.example", false));
        let short = bench.desk.use_password_link(&token, "short", CLIENT).await.unwrap_err();
        assert!(short.field("password").unwrap().contains("10"), "{short:?}");

        let after = bench.desk.use_password_link(&token, "another horse battery", CLIENT).await.unwrap();
        assert!(bench.who(&before).await.is_none(), "{}", bench.name);
        assert!(bench.who(&after).await.is_some());
        assert!(bench.sign_in("jo@avon.example", PASSWORD).await.is_err());
        bench.sign_in("jo@avon.example", "another horse battery").await.unwrap();
        let again = bench.desk.use_password_link(&token, "a third horse battery", CLIENT).await.unwrap_err();
        assert_eq!(again, spent_link());
        assert_eq!(bench.desk.password_link(&token).await.unwrap_err(), spent_link());
        assert_eq!(bench.audited("user.set_password").await.len(), 1);
    }
}

#[tokio::test]
async fn two_who_use_a_link_at_once_are_one_who_uses_it() {
    for bench in benches().await {
        let user = bench.add("jo@avon.example", "").await;
        let token = bench.link(user, LinkPurpose::Invitation).await;
        assert!(bench.desk.password_link(&token).await.unwrap().invitation);
        let (a, b) = tokio::join!(
            bench.desk.use_password_link(&token, "the first password", CLIENT),
            bench.desk.use_password_link(&token, "the second password", CLIENT),
        );
        assert_eq!([a.is_ok(), b.is_ok()].iter().filter(|ok| **ok).count(), 1, "{}", bench.name);
        let winner = if a.is_ok() { "the first password" } else { "the second password" };
        bench.sign_in("jo@avon.example", winner).await.unwrap();
    }
}

#[tokio::test]
async fn a_link_ends_by_time_by_a_newer_one_and_by_the_account() {
    for bench in benches().await {
        let user = bench.add("jo@avon.example", PASSWORD).await;
        let spent = async |token: &str| assert_eq!(bench.desk.password_link(token).await.unwrap_err(), spent_link());
        let (old, new) = (bench.link(user, LinkPurpose::Reset).await, bench.link(user, LinkPurpose::Reset).await);
        spent(&old).await;
        bench.desk.password_link(&new).await.unwrap();
        advance(2 * 3_600).await;
        spent(&new).await;

        let invitation = bench.link(user, LinkPurpose::Invitation).await;
        advance(7 * 24 * 3_600 - 60).await;
        bench.desk.password_link(&invitation).await.unwrap();
        bench.set_disabled(user, Some(start())).await;
        spent(&invitation).await;
        bench.set_disabled(user, None).await;
        bench.desk.password_link(&invitation).await.unwrap();
        advance(60).await;
        spent(&invitation).await;

        let mut altered = bench.link(user, LinkPurpose::Reset).await.into_bytes();
        altered[5] ^= 1;
        spent(&String::from_utf8(altered).unwrap()).await;
        spent("").await;
    }
}
