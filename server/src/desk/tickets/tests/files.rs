//! Photos and files that somebody adds in the browser: limits, who sees them, and what the entry does to the ticket.

use domain::{
    incoming::FileKind,
    notice::{MailFacts, TicketNews},
    upload::{ALL_BYTES_MAX, FILE_BYTES_MAX},
};

use super::*;
use crate::{
    desk::tickets::uploads::{TicketFiles, Upload},
    store::attachments::{self, FileRow},
};

const PNG: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01\0\0\0\x01";

fn file(name: &str, bytes: &[u8]) -> Upload {
    let mut file = Upload::named(name);
    file.bytes.extend_from_slice(bytes);
    file
}

fn sized(name: &str, bytes: u64) -> Upload {
    file(name, &vec![b'x'; usize::try_from(bytes).unwrap()])
}

fn photo() -> Vec<Upload> {
    vec![file("../rack.png", PNG)]
}

impl Bench {
    async fn add(&self, who: &Principal, input: &ReplyInput, files: Vec<Upload>) -> Result<i64, ApiError> {
        self.desk.add(who, self.number, input, files).await
    }

    async fn files(&self, scope: Scope, ticket: TicketId) -> Vec<FileRow> {
        attachments::of_ticket(self.test.db.read(), scope, ticket).await.unwrap()
    }

    async fn ticket_of(&self, number: i64) -> TicketId {
        tickets::find(self.test.db.read(), Scope::Everything, number).await.unwrap().unwrap().id
    }
}

fn said(mail: &Claimed) -> &str {
    match &mail.facts {
        MailFacts::Ticket(facts) => match &facts.news {
            TicketNews::Message { text } | TicketNews::Reply { text } => text,
            other => panic!("{other:?}"),
        },
        other => panic!("{other:?}"),
    }
}

#[actix_rt::test]
async fn a_customers_files_are_a_message_of_theirs() {
    for bench in benches(CoverLevel::Cat2, 1_200).await {
        let (name, own) = (bench.test.name, Scope::Customer(bench.bath.customer));
        let eve = person(&bench.test, 8, "Eve Marsh", Role::Supervisor, None).await;
        bench.answer(bench.number, "Is it better?").await;
        mails(&bench).await;
        let version = bench.version().await;
        bench.desk.set_state(&eve, bench.number, version, TicketState::WaitingCustomer).await.unwrap();
        let files = vec![file("../rack.png", PNG), file("x.svg", b"<svg onload=alert(1)>")];
        assert_eq!(bench.add(&bench.customer(), &reply("See the lamp"), files).await, Ok(bench.number), "{name}");

        let page = bench.page(&bench.customer()).await;
        assert_eq!(page.state, TicketState::Open, "the wait is over: {name}");
        let last = page.events.last().unwrap();
        assert_eq!((last.kind, last.text.as_str()), (TicketEventKind::Message, "See the lamp"), "{name}");
        let rows = bench.files(own, bench.ticket).await;
        let seen: Vec<_> = rows.iter().map(|row| (row.name.as_str(), row.kind, row.event_seq, row.public)).collect();
        let expected = [("rack.png", FileKind::Png), ("x.svg", FileKind::Other)];
        assert_eq!(seen, expected.map(|(file, kind)| (file, kind, last.seq, true)), "{name}");
        assert!(rows[0].key.len() == 32 && rows[0].key != rows[1].key, "{name}");
        let found = attachments::find(bench.test.db.read(), own, &rows[0].key).await.unwrap().unwrap();
        assert_eq!(found.bytes, PNG, "{name}");
        let other = Scope::Customer(bench.avon.customer);
        assert_eq!(attachments::find(bench.test.db.read(), other, &rows[0].key).await.unwrap(), None, "{name}");

        let mails = mails(&bench).await;
        assert_eq!(mails.len(), 1, "{name}");
        assert_eq!(mails[0].name, "Eve Marsh", "who receives faults: {name}");
        assert_eq!(said(&mails[0]), "See the lamp\n\nOn the ticket's page: rack.png, x.svg.", "{name}");
        // Without a word, and wakes what was put aside.
        bench.desk.snooze(&eve, bench.number, bench.version().await, "2026-11-25T09:00".to_owned()).await.unwrap();
        bench.add(&bench.customer(), &reply(" "), photo()).await.unwrap();
        let page = bench.page(&eve).await;
        assert_eq!(page.events.last().unwrap().text, "Added 1 file.", "{name}");
        assert_eq!(page.care.staff.unwrap().snoozed_until, None, "{name}");
    }
}

#[actix_rt::test]
async fn what_is_over_a_limit_is_named_and_nothing_is_kept() {
    for bench in benches(CoverLevel::Cat2, 1_200).await {
        let name = bench.test.name;
        let customer = bench.customer();
        let third = ALL_BYTES_MAX / 3 + 1;
        let odd = ReplyInput { key: "x".to_owned(), ..reply(&"x".repeat(2_001)) };
        let many: Vec<_> = (1..=11).map(|n| file(&format!("{n}.txt"), b"x")).collect();
        for (input, files, fields, words) in [
            (reply(""), Vec::new(), vec!["files"], "choose a photo or file"),
            (reply(""), vec![file("log.txt", b"")], vec!["files"], "“log.txt” is empty"),
            (
                reply(""),
                vec![sized("a.mov", FILE_BYTES_MAX + 1), file("b", b"x")],
                vec!["files"],
                "“a.mov” has 10.5 MB",
            ),
            (reply(""), (0..3).map(|n| sized(&format!("{n}"), third)).collect(), vec!["files"], "25 MB; send “2”"),
            (reply(""), many, vec!["files"], "these are 11; send 10 at a time, without “11.txt”"),
            (odd, photo(), vec!["text", "key"], "2000 characters"),
        ] {
            let refused = bench.add(&customer, &input, files).await;
            let error = refused.clone().unwrap_err().to_string();
            assert!(error.contains(words), "{error}: {name}");
            assert_eq!(wrong(refused), fields, "{error}: {name}");
        }
        assert_eq!(bench.files(Scope::Everything, bench.ticket).await, [], "{name}");
        assert!(bench.kinds().await.is_empty() && mails(&bench).await.is_empty(), "{name}");
        // As much as there may be.
        let most = vec![sized("a", FILE_BYTES_MAX), sized("b", FILE_BYTES_MAX), sized("c", FILE_BYTES_MAX / 2)];
        bench.add(&customer, &reply(""), most).await.unwrap();
        let sizes: Vec<_> = bench.files(Scope::Everything, bench.ticket).await.iter().map(|row| row.size).collect();
        assert_eq!(sizes, [FILE_BYTES_MAX, FILE_BYTES_MAX, FILE_BYTES_MAX / 2], "{name}");
    }
}

#[actix_rt::test]
async fn a_customer_never_sees_the_file_of_a_note() {
    for bench in benches(CoverLevel::Cat2, 1_200).await {
        let (name, own) = (bench.test.name, Scope::Customer(bench.bath.customer));
        let agent = staff(Role::Agent);
        bench.add(&agent, &note("Their password is on it"), vec![file("secret.png", PNG)]).await.unwrap();
        assert_eq!(bench.kinds().await, [TicketEventKind::Note], "{name}");
        assert_eq!(bench.states().await, ["running"], "a note meets nothing: {name}");
        assert!(mails(&bench).await.is_empty(), "{name}");
        let rows = bench.files(Scope::Everything, bench.ticket).await;
        assert_eq!((rows.len(), rows[0].public), (1, false), "{name}");
        let key = &rows[0].key;
        assert_eq!(bench.files(own, bench.ticket).await, [], "{name}");
        assert_eq!(attachments::find(bench.test.db.read(), own, key).await.unwrap(), None, "{name}");
        let page = serde_json::to_string(&bench.page(&bench.customer()).await).unwrap();
        assert!(!page.contains("secret") && !page.contains(key), "{name}");
        assert_eq!(bench.page(&agent).await.files.len(), 1, "{name}");
        // A customer's are no notes, whatever their form says.
        bench.add(&bench.customer(), &note("Ours"), photo()).await.unwrap();
        assert_eq!(bench.files(own, bench.ticket).await.len(), 1, "{name}");
    }
}

#[actix_rt::test]
async fn a_reply_with_files_goes_out_at_once_after_what_was_held() {
    for bench in benches(CoverLevel::Cat2, 1_200).await {
        let (name, agent) = (bench.test.name, staff(Role::Agent));
        bench.desk.reply(&agent, bench.number, reply("First")).await.unwrap();
        bench.add(&agent, &reply("Second"), photo()).await.unwrap();
        use TicketEventKind as K;
        assert_eq!(bench.kinds().await, [K::Response, K::Response], "{name}");
        assert_eq!(bench.states().await, ["met"], "{name}");
        let mails = mails(&bench).await;
        let told: Vec<_> = mails.iter().map(said).collect();
        assert_eq!(told, ["First", "Second\n\nOn the ticket's page: rack.png."], "{name}");
        assert!(mails.iter().all(|mail| mail.recipient_id == bench.contact.0), "{name}");
        let rows = bench.files(Scope::Customer(bench.bath.customer), bench.ticket).await;
        assert_eq!((rows.len(), rows[0].event_seq), (1, 2), "{name}");
        assert_eq!(bench.send(now().plus_seconds(60)).await, 0, "nothing is left: {name}");

        // What crosses with another's words is not sent unseen.
        let jo = person(&bench.test, 9, "Jo Bell", Role::Contact, Some(bench.bath)).await;
        bench.desk.reply(&jo, bench.number, reply("Both lines now")).await.unwrap();
        let stale = ReplyInput { seen: "2".to_owned(), ..reply("Third") };
        assert!(conflict(bench.add(&agent, &stale, photo()).await).contains("Both lines now"), "{name}");
        assert_eq!(bench.files(Scope::Everything, bench.ticket).await.len(), 1, "{name}");
        let fresh = ReplyInput { seen: "3".to_owned(), ..reply("Third") };
        bench.add(&agent, &fresh, photo()).await.unwrap();
        assert_eq!(bench.files(Scope::Everything, bench.ticket).await.len(), 2, "{name}");
    }
}

#[actix_rt::test]
async fn only_who_may_write_adds_files_and_another_customers_ticket_is_not_found() {
    for bench in benches(CoverLevel::Cat2, 1_200).await {
        let name = bench.test.name;
        let stranger = bench.add(&of(bench.avon, Role::Manager), &reply("Hello"), photo()).await;
        assert_eq!(stranger, Err(ApiError::NotFound), "{name}");
        let viewer = bench.add(&of(bench.bath, Role::Viewer), &reply("Hello"), photo()).await;
        assert!(matches!(viewer, Err(ApiError::Forbidden { .. })), "{viewer:?}: {name}");
        assert_eq!(bench.files(Scope::Everything, bench.ticket).await, [], "{name}");
        assert!(bench.kinds().await.is_empty(), "{name}");
    }
}

#[actix_rt::test]
async fn files_go_where_the_ticket_went() {
    for bench in benches(CoverLevel::Cat2, 1_200).await {
        let (name, agent) = (bench.test.name, staff(Role::Agent));
        let (survivor, into) = open(&bench.test, bench.bath, CoverLevel::Cat2, now().plus_seconds(-1_800)).await;
        bench.desk.merge(&agent, bench.number, 1, format!("T-{into}")).await.unwrap();
        assert_eq!(bench.add(&bench.customer(), &reply("Here"), photo()).await, Ok(into), "{name}");
        assert_eq!(bench.add(&agent, &note("And here"), photo()).await, Ok(into), "{name}");
        assert_eq!(bench.files(Scope::Everything, bench.ticket).await, [], "{name}");
        assert_eq!(bench.files(Scope::Everything, survivor).await.len(), 2, "{name}");
    }
}

#[actix_rt::test]
async fn a_closed_ticket_opens_again_for_files_and_a_long_closed_one_is_followed() {
    for bench in benches(CoverLevel::Cat2, 1_200).await {
        bench.under_contract().await;
        let (name, agent, number) = (bench.test.name, staff(Role::Agent), bench.number);
        bench.answer(number, "Done").await;
        let close = async || {
            let version = bench.version().await;
            bench.desk.set_state(&agent, number, version, TicketState::Closed).await.unwrap();
        };
        close().await;
        bench.add(&bench.customer(), &reply("It is back"), photo()).await.unwrap();
        use TicketEventKind as K;
        assert_eq!(bench.kinds().await[2..], [K::Reopened, K::Message], "{name}");
        assert_eq!(bench.page(&agent).await.state, TicketState::Open, "{name}");
        assert_eq!(bench.files(Scope::Everything, bench.ticket).await.len(), 1, "{name}");

        bench.answer(number, "Done again").await;
        close().await;
        let later = desk_at(&bench.test, now().plus_seconds(31 * 86_400));
        let to = later.add(&bench.customer(), number, &reply("And again"), photo()).await.unwrap();
        assert_ne!(to, number, "{name}");
        let rows = bench.files(Scope::Customer(bench.bath.customer), bench.ticket_of(to).await).await;
        assert_eq!((rows.len(), rows[0].event_seq, rows[0].public), (1, 1, true), "{name}");
        assert_eq!(bench.files(Scope::Everything, bench.ticket).await.len(), 1, "the old one stays: {name}");
    }
}

#[actix_rt::test]
async fn a_form_that_comes_twice_adds_its_files_once_and_with_others_again() {
    for bench in benches(CoverLevel::Cat2, 1_200).await {
        let name = bench.test.name;
        let form = ReplyInput { key: Uuid::from_u128(5).to_string(), ..reply("Here") };
        let noted = ReplyInput { note: "yes".to_owned(), key: Uuid::from_u128(6).to_string(), ..reply("Seen") };
        for _ in 0..2 {
            bench.add(&bench.customer(), &form, photo()).await.unwrap();
            bench.add(&staff(Role::Agent), &noted, photo()).await.unwrap();
        }
        assert_eq!(bench.files(Scope::Everything, bench.ticket).await.len(), 2, "{name}");
        bench.add(&bench.customer(), &form, vec![file("other.png", PNG)]).await.unwrap();
        bench.add(&bench.customer(), &ReplyInput { text: "There".to_owned(), ..form }, photo()).await.unwrap();
        assert_eq!(bench.files(Scope::Everything, bench.ticket).await.len(), 4, "{name}");
    }
}
