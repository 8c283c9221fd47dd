//! Changes of calendars with their previews, through the desk, on both databases.

mod announced;
mod feeds;

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use domain::{
    access::Role,
    clock::{ClockKind, WARNING_PERCENTS},
    cover::CoverLevel,
    id::{ClockId, SessionId, UserId},
    observation::Status,
    time::Timestamp,
};
use sea_orm::{FromQueryResult, Statement};
use uuid::Uuid;

use super::{feed::FeedFiles, *};
use crate::{
    store::{
        calendars::TermsRef,
        clocks::{self, NewClock, StoredClock},
        contracts,
        hosts::fixtures::{contact, now, owner, staff},
        seeds, tickets,
    },
    testing::{TestDb, databases},
};

/// A desk, an administrator, and one customer with an open ticket of eight working hours.
struct Bench {
    desk: Desk,
    who: Principal,
    clock: ClockId,
    woken: Arc<AtomicUsize>,
    test: TestDb,
}

fn at(text: &str) -> Timestamp {
    text.parse::<jiff::Timestamp>().unwrap().into()
}

async fn benches() -> Vec<Bench> {
    let mut benches = Vec::new();
    for test in databases().await {
        seeds::plant(&test.db, now()).await.unwrap();
        let ellie = staff(&test.db, "Ellie").await;
        let owner = owner(&test.db, "Bath").await;
        contact(&test.db, owner.customer, "jo", Status::Warning).await;
        let cat1 = contracts::tests::contract(CoverLevel::Cat1, None, "2026-01-01");
        contracts::tests::store(test.db.writer(), owner, &cat1).await;
        let ticket = tickets::tests::opened(test.db.writer(), owner).await.id;
        let version = calendars::find(test.db.read(), WORKING_HOURS).await.unwrap().unwrap().id;
        let new = NewClock {
            id: ClockId(new_id(now()).unwrap()),
            ticket,
            kind: ClockKind::Response,
            terms: TermsRef { calendar: Some(version), target_s: 8 * 3_600 },
            // Tue 24 Nov 2026, 14:00: due on Wednesday at 14:00.
            started_at: at("2026-11-24T14:00:00Z"),
            entered_at: now(),
            percents: &WARNING_PERCENTS,
        };
        let clock = new.id;
        clocks::start(test.db.writer(), new).await.unwrap();
        let woken = Arc::new(AtomicUsize::new(0));
        let wakes = woken.clone();
        let desk = Desk::new(Parts {
            db: test.db.clone(),
            clock: Clock::from(now()),
            signer: Signer::new(&[7; 32]),
            base_url: "https://desk.example".to_owned(),
            mail_domain: "desk.example".to_owned(),
            wake_mailer: Arc::new(move || {
                wakes.fetch_add(1, Ordering::Relaxed);
            }),
        });
        benches.push(Bench { desk, who: principal(ellie, Role::Administrator), clock, woken, test });
    }
    benches
}

fn principal(user: UserId, role: Role) -> Principal {
    let session = SessionId(Uuid::from_u128(1));
    Principal { user, session, name: "Ellie".to_owned(), role, customer: None }
}

const CLOSED: &str = "calendar=working-hours&first_on=2026-11-25&hours=&text=Stocktaking&go=preview";

impl Bench {
    async fn preview(&self, what: What, key: &str, query: &str) -> ChangeForm {
        self.desk.form(&self.who, what, key, query).await.unwrap()
    }

    async fn save(&self, what: What, key: &str, form: &ChangeForm, apply: bool) -> Result<(), ApiError> {
        let seen = &form.preview.as_ref().unwrap().seen;
        self.desk.save(&self.who, what, key, &form.form, seen, apply).await
    }

    async fn stored(&self) -> StoredClock {
        clocks::find(self.test.db.read(), self.clock).await.unwrap().unwrap()
    }

    async fn due(&self) -> String {
        self.stored().await.kept.due_at.unwrap().to_string()
    }

    async fn version(&self) -> u32 {
        calendars::find(self.test.db.read(), WORKING_HOURS).await.unwrap().unwrap().version
    }

    async fn mails(&self) -> Vec<String> {
        #[derive(FromQueryResult)]
        struct Row {
            email: String,
            subject: String,
        }
        let db = self.test.db.read();
        let query = "SELECT email, subject FROM notice ORDER BY position";
        let query = Statement::from_string(db.get_database_backend(), query);
        let rows = Row::find_by_statement(query).all(db).await.unwrap();
        rows.into_iter().map(|row| format!("{}: {}", row.email, row.subject)).collect()
    }

    fn fields(form: &ChangeForm) -> Vec<&str> {
        form.errors.iter().map(|error| error.field.as_str()).collect()
    }
}

#[tokio::test]
async fn an_announcement_lists_what_would_move_and_moves_nothing_by_itself() {
    for bench in benches().await {
        let form = bench.preview(What::Announce, "", CLOSED).await;
        let preview = form.preview.clone().unwrap();
        let moved: Vec<_> = preview.moved.iter().map(|row| (row.old.as_str(), row.new.as_str())).collect();
        assert_eq!(moved, [("Wed 25 Nov 2026, 14:00", "Thu 26 Nov 2026, 14:00")], "{}", bench.test.name);
        assert_eq!((preview.customers, preview.mails), (1, 1));
        assert_eq!(preview.days[0].sub, "Cat1 and Cat4 clocks stop");
        assert_eq!(bench.version().await, 1, "a preview saves nothing");
        bench.save(What::Announce, "", &form, false).await.unwrap();
        assert_eq!(bench.version().await, 2, "{}", bench.test.name);
        assert_eq!(bench.due().await, "2026-11-25T14:00:00Z", "the ticket keeps its version");
        assert_eq!(bench.mails().await, ["jo@bath.example: Wed 25 Nov 2026: Stocktaking"], "{}", bench.test.name);
        assert_eq!(bench.woken.load(Ordering::Relaxed), 1);
    }
}

#[tokio::test]
async fn applying_moves_exactly_what_was_listed_and_taking_back_moves_it_back() {
    for bench in benches().await {
        let form = bench.preview(What::Announce, "", CLOSED).await;
        bench.save(What::Announce, "", &form, true).await.unwrap();
        assert_eq!(bench.due().await, "2026-11-26T14:00:00Z", "{}", bench.test.name);
        assert_eq!(bench.stored().await.events, 2);
        let query = "calendar=working-hours&first_on=2026-11-25&last_on=2026-11-25&go=preview";
        let form = bench.preview(What::Withdraw, "", query).await;
        assert_eq!(form.preview.as_ref().unwrap().moved.len(), 1, "{}", bench.test.name);
        bench.save(What::Withdraw, "", &form, true).await.unwrap();
        assert_eq!(bench.due().await, "2026-11-25T14:00:00Z", "{}", bench.test.name);
        assert_eq!(bench.version().await, 3);
        let (wrong, _) = clocks::recompute(bench.test.db.read(), None, 10).await.unwrap();
        assert_eq!(wrong, [], "{}", bench.test.name);
    }
}

#[tokio::test]
async fn what_changed_since_the_preview_is_looked_at_again() {
    for bench in benches().await {
        let form = bench.preview(What::Announce, "", CLOSED).await;
        // Somebody answered the ticket meanwhile.
        let met = clocks::Fact::Met;
        clocks::append(bench.test.db.writer(), bench.clock, now(), now(), &met).await.unwrap();
        let refused = bench.save(What::Announce, "", &form, true).await.unwrap_err();
        assert!(matches!(refused, ApiError::Conflict(_)), "{}: {refused:?}", bench.test.name);
        assert_eq!((bench.version().await, bench.mails().await.len()), (1, 0), "{}", bench.test.name);
        let again = bench.preview(What::Announce, "", CLOSED).await;
        assert_eq!(again.preview.as_ref().unwrap().moved, []);
        bench.save(What::Announce, "", &again, true).await.unwrap();
        // The same preview twice is stale too: the version has moved on.
        let refused = bench.save(What::Announce, "", &again, true).await.unwrap_err();
        assert!(matches!(refused, ApiError::Conflict(_)), "{}: {refused:?}", bench.test.name);
    }
}

#[tokio::test]
async fn a_paused_clock_is_listed_without_a_due_time() {
    for bench in benches().await {
        let paused = clocks::Fact::Paused {
            reason: domain::clock::PauseReason::RemoteAccess,
            asked: None,
            evidence: "ssh refused".to_owned(),
        };
        let from = at("2026-11-24T15:00:00Z");
        clocks::append(bench.test.db.writer(), bench.clock, from, now(), &paused).await.unwrap();
        let preview = bench.preview(What::Announce, "", CLOSED).await.preview.unwrap();
        assert_eq!((preview.moved.len(), preview.paused.len()), (0, 1), "{}", bench.test.name);
    }
}

#[tokio::test]
async fn bad_input_is_refused_by_field() {
    for bench in benches().await {
        for (query, fields) in [
            ("go=preview", vec!["calendar", "first_on", "text"]),
            (
                "calendar=working-hours&first_on=2026-11-23&hours=09:00-08:00&text=&go=preview",
                vec!["hours", "first_on", "text"],
            ),
            ("calendar=nights&first_on=2026-12-01&text=x&go=preview", vec!["calendar"]),
            ("calendar=working-hours&first_on=2026-12-02&last_on=2026-12-01&text=x&go=preview", vec!["last_on"]),
            ("calendar=working-hours&first_on=2026-11-23&text=x&go=preview", vec!["first_on"]),
            ("calendar=working-hours&first_on=2026-12-01&hours=17:00-09:00&text=x&go=preview", vec!["hours"]),
            (
                "calendar=working-hours&first_on=2026-12-01&hours=09:00-12:00,11:00-13:00&text=x&go=preview",
                vec!["hours"],
            ),
        ] {
            let form = bench.preview(What::Announce, "", query).await;
            assert_eq!(Bench::fields(&form), fields, "{query}");
            assert!(form.preview.is_none());
        }
        for (query, fields) in [
            ("key=always&name=A&tz=UTC&go=preview", vec!["key"]),
            ("key=working-hours&name=A&tz=UTC&go=preview", vec!["key"]),
            ("key=nights&name=&tz=Europe/Londres&go=preview", vec!["name", "tz"]),
            (
                "key=nights&name=N&tz=UTC&weekly.mon=17:00-09:00&weekly.tue=09:00-12:00,11:00-13:00&go=preview",
                vec!["weekly.mon", "weekly.tue"],
            ),
            ("key=nights&name=N&tz=UTC&weekly.sun=noon&go=preview", vec!["weekly.sun"]),
        ] {
            let form = bench.preview(What::Edit, "", query).await;
            assert_eq!(Bench::fields(&form), fields, "{query}");
        }
    }
}

#[tokio::test]
async fn a_new_calendar_and_an_edit_are_versions() {
    for bench in benches().await {
        let query = "key=nights&name=Nights&tz=Europe/London&weekly.mon=22:00-30:00&holidays=no&go=preview";
        let form = bench.preview(What::Edit, "", query).await;
        assert_eq!(form.errors, [], "{}", bench.test.name);
        bench.save(What::Edit, "", &form, false).await.unwrap();
        let stored = bench.preview(What::Edit, "nights", "").await;
        assert_eq!((stored.text("name"), stored.text("weekly.mon")), ("Nights".to_owned(), "22:00-30:00".to_owned()));
        let query = "name=Night+shift&tz=Europe/London&weekly.mon=21:00-30:00&holidays=yes&go=preview";
        let form = bench.preview(What::Edit, "nights", query).await;
        bench.save(What::Edit, "nights", &form, false).await.unwrap();
        let found = calendars::find(bench.test.db.read(), "nights").await.unwrap().unwrap();
        assert_eq!((found.version, found.name.as_str()), (2, "Night shift"), "{}", bench.test.name);
        assert!(found.draft.holidays.is_some());
        let none = bench.desk.form(&bench.who, What::Edit, "mornings", "").await;
        assert_eq!(none, Err(ApiError::NotFound));
    }
}

#[tokio::test]
async fn bank_holidays_change_no_calendar_until_new_versions_are_made() {
    for bench in benches().await {
        let desk = &bench.desk;
        let file = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\nBEGIN:VEVENT\r\nUID:1\r\nDTSTAMP:20260101T000000Z\r\n\
                    DTSTART;VALUE=DATE:20261125\r\nSUMMARY:Extra day\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n";
        let id = desk.read_holidays(&bench.who, file).await.unwrap();
        let page = desk.holidays(&bench.who, "2026", &id).await.unwrap();
        let import = page.import.unwrap();
        assert_eq!((import.new.len(), import.changed.len(), import.same), (1, 0, 0), "{}", bench.test.name);
        desk.import_holidays(&bench.who, &id).await.unwrap();
        assert_eq!(desk.import_holidays(&bench.who, &id).await, Err(ApiError::NotFound), "once");
        let page = desk.holidays(&bench.who, "2026", "").await.unwrap();
        assert_eq!(page.behind, ["Working hours"], "{}", bench.test.name);
        assert_eq!((bench.version().await, bench.due().await), (1, "2026-11-25T14:00:00Z".to_owned()));
        let form = bench.preview(What::Renew, "", "").await;
        assert_eq!(form.preview.as_ref().unwrap().moved.len(), 1, "{}", bench.test.name);
        bench.save(What::Renew, "", &form, false).await.unwrap();
        assert_eq!((bench.version().await, bench.due().await), (2, "2026-11-25T14:00:00Z".to_owned()));
        assert_eq!(desk.holidays(&bench.who, "2026", "").await.unwrap().behind, Vec::<String>::new());
        let wrong = desk.read_holidays(&bench.who, "BEGIN:VCALENDAR\nnonsense").await.unwrap_err();
        assert!(matches!(wrong, ApiError::Invalid(_)), "{wrong:?}");
    }
}

#[tokio::test]
async fn a_feed_is_readable_until_it_is_taken_back() {
    for bench in benches().await {
        let desk = &bench.desk;
        assert_eq!(desk.feed(&bench.who).await.unwrap(), None);
        desk.make_feed(&bench.who, true).await.unwrap();
        let token = |url: &str| url.rsplit('/').next().unwrap().trim_end_matches(".ics").to_owned();
        let first = token(&desk.feed(&bench.who).await.unwrap().unwrap().url);
        let text = desk.file(&first).await.unwrap().unwrap();
        assert!(text.starts_with("BEGIN:VCALENDAR") && text.contains("SUMMARY:Christmas Day"), "{}", bench.test.name);
        desk.make_feed(&bench.who, false).await.unwrap();
        assert_eq!(desk.file(&first).await.unwrap(), None, "a new address ends the one before");
        let second = token(&desk.feed(&bench.who).await.unwrap().unwrap().url);
        assert!(desk.file(&second).await.unwrap().is_some());
        desk.revoke_feed(&bench.who).await.unwrap();
        assert_eq!(desk.file(&second).await.unwrap(), None, "{}", bench.test.name);
        assert_eq!(desk.file("x").await.unwrap(), None);
    }
}

#[tokio::test]
async fn only_an_administrator_changes_and_only_staff_look() {
    for bench in benches().await {
        for role in Role::ALL {
            let who = principal(bench.who.user, role);
            let looked = bench.desk.year(&who, "", "").await;
            assert_eq!(looked.is_ok(), role.is_staff(), "{role:?}");
            let changed = bench.desk.form(&who, What::Announce, "", "").await;
            assert_eq!(changed.is_ok(), role == Role::Administrator, "{role:?}");
            let saved = bench.desk.save(&who, What::Renew, "", "", "x", true).await.unwrap_err();
            assert_eq!(matches!(saved, ApiError::Forbidden { .. }), role != Role::Administrator, "{role:?}");
        }
    }
}
