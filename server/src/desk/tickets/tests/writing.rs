//! Replies that are held, taken back, or cross with others; and where a customer's words go.

use domain::{clock::Standing, notice::MailFacts, ticket::LinkKind};

use super::*;

fn with_key(text: &str, key: u128, seen: i64) -> ReplyInput {
    ReplyInput { key: Uuid::from_u128(key).to_string(), seen: seen.to_string(), ..reply(text) }
}

#[actix_rt::test]
async fn a_reply_that_is_taken_back_never_was() {
    for bench in benches(CoverLevel::Cat2, 1_200).await {
        let (agent, number) = (staff(Role::Agent), bench.number);
        bench.desk.reply(&agent, number, with_key("Dear Jo,", 5, 0)).await.unwrap();
        assert_eq!(bench.send(now().plus_seconds(5)).await, 0, "still held: {}", bench.test.name);
        let held = bench.page(&agent).await.care.staff.unwrap().held;
        assert_eq!((held.len(), held[0].text.as_str(), held[0].mine), (1, "Dear Jo,", true), "{}", bench.test.name);
        assert!(!serde_json::to_string(&bench.page(&bench.customer()).await).unwrap().contains("Dear Jo"));
        let tom = person(&bench.test, 8, "Tom Okafor", Role::Engineer, None).await;
        assert!(conflict(bench.desk.take_back(&tom, number, held[0].key.clone()).await).contains("sent already"));
        bench.desk.take_back(&agent, number, held[0].key.clone()).await.unwrap();
        assert_eq!(bench.send(now().plus_seconds(60)).await, 0, "{}", bench.test.name);
        assert_eq!(bench.states().await, ["running"], "nothing was sent, so nothing is met: {}", bench.test.name);
        assert!(bench.kinds().await.is_empty() && mails(&bench).await.is_empty(), "{}", bench.test.name);
        let unsent = bench.page(&agent).await.care.staff.unwrap().unsent.unwrap();
        assert_eq!((unsent.text.as_str(), unsent.crossed.len()), ("Dear Jo,", 0), "{}", bench.test.name);
        // Going on with it is the same form.
        bench.desk.reply(&agent, number, with_key("Dear Jo, done.", 5, 0)).await.unwrap();
        assert_eq!(bench.send(now().plus_seconds(60)).await, 1, "{}", bench.test.name);
        assert!(bench.page(&agent).await.care.staff.unwrap().unsent.is_none(), "{}", bench.test.name);
        assert_eq!(mails(&bench).await.len(), 1, "{}", bench.test.name);
    }
}

#[actix_rt::test]
async fn what_is_sent_counts_from_when_it_was_written() {
    // Due 16:41:50: written six seconds before, sent after.
    for bench in benches(CoverLevel::Cat2, 4 * 3_600 - 6).await {
        let (agent, number) = (staff(Role::Agent), bench.number);
        bench.desk.reply(&agent, number, reply("Here")).await.unwrap();
        assert_eq!(bench.states().await, ["running"], "{}", bench.test.name);
        assert_eq!(bench.send(now().plus_seconds(30)).await, 1, "{}", bench.test.name);
        assert_eq!(bench.states().await, ["met"], "{}", bench.test.name);
        let Standing::Met { at } = bench.clocks().await[0].clock.standing().clone() else { panic!() };
        assert!(at.seconds_since(now()) < 6, "{at}: {}", bench.test.name);
        assert!(conflict(bench.desk.take_back(&agent, number, Uuid::nil().to_string()).await).contains("already"));
    }
}

#[actix_rt::test]
async fn closing_sends_what_is_held_first() {
    for bench in benches(CoverLevel::Cat2, 1_200).await {
        let (agent, number) = (staff(Role::Agent), bench.number);
        bench.desk.reply(&agent, number, reply("Done")).await.unwrap();
        let moves = bench.page(&agent).await.care.staff.unwrap().moves;
        assert!(moves.iter().all(|one| one.withheld.is_none()), "{moves:?}");
        bench.desk.set_state(&agent, number, 1, TicketState::Closed).await.unwrap();
        use TicketEventKind as K;
        assert_eq!(bench.kinds().await, [K::Response, K::Closed], "{}", bench.test.name);
        assert_eq!(bench.states().await, ["met"], "{}", bench.test.name);
    }
}

#[actix_rt::test]
async fn a_form_that_comes_twice_is_sent_once() {
    for bench in benches(CoverLevel::Cat2, 1_200).await {
        let (agent, number) = (staff(Role::Agent), bench.number);
        for _ in 0..2 {
            bench.desk.reply(&agent, number, with_key("Here", 5, 0)).await.unwrap();
        }
        bench.send(now().plus_seconds(60)).await;
        bench.desk.reply(&agent, number, with_key("Here", 5, 0)).await.unwrap();
        bench.send(now().plus_seconds(90)).await;
        let noted = ReplyInput { note: "yes".to_owned(), ..with_key("Seen", 6, 0) };
        for _ in 0..2 {
            bench.desk.reply(&agent, number, noted.clone()).await.unwrap();
            bench.desk.reply(&bench.customer(), number, with_key("Thanks", 7, 0)).await.unwrap();
        }
        use TicketEventKind as K;
        assert_eq!(bench.kinds().await, [K::Response, K::Note, K::Message], "{}", bench.test.name);
        assert_eq!(mails(&bench).await.len(), 1, "{}", bench.test.name);
        let odd = ReplyInput { key: "x".to_owned(), seen: "y".to_owned(), ..reply("") };
        assert_eq!(wrong(bench.desk.reply(&agent, number, odd).await), ["text", "key", "seen"]);
    }
}

#[actix_rt::test]
async fn two_who_answer_at_once_read_each_other_first() {
    for bench in benches(CoverLevel::Cat2, 1_200).await {
        let (priya, number) = (staff(Role::Agent), bench.number);
        let tom = person(&bench.test, 8, "Tom Okafor", Role::Engineer, None).await;
        let jo = person(&bench.test, 9, "Jo Bell", Role::Contact, Some(bench.bath)).await;
        // Both opened the page before anything was said.
        let (one, other) = tokio::join!(
            bench.desk.reply(&priya, number, with_key("From Priya", 5, 0)),
            bench.desk.reply(&tom, number, with_key("From Tom", 6, 0)),
        );
        let refused: Vec<_> = [one, other].into_iter().filter_map(Result::err).collect();
        assert_eq!(refused.len(), 1, "one of them waits: {}", bench.test.name);
        bench.send(now().plus_seconds(60)).await;
        assert_eq!(mails(&bench).await.len(), 1, "nothing is sent twice: {}", bench.test.name);
        let text = refused[0].to_string();
        let (late, key, words) = match text.starts_with("Priya Nair wrote") {
            true => (&tom, 6, "From Tom"),
            false => (&priya, 5, "From Priya"),
        };
        assert!(text.contains("wrote while you were typing"), "{text}");
        let unsent = bench.page(late).await.care.staff.unwrap().unsent.unwrap();
        assert_eq!(unsent.text, words, "nothing is lost: {}", bench.test.name);
        assert_eq!(unsent.crossed.len(), 1, "both are seen: {}", bench.test.name);
        // The customer writes too; a stale form is told, and goes out when its writer says so.
        bench.desk.reply(&jo, number, reply("Now it is both lines")).await.unwrap();
        let stale = bench.desk.reply(late, number, with_key(words, key, 0)).await;
        assert!(conflict(stale).contains("Now it is both lines"), "{}", bench.test.name);
        let anyway = ReplyInput { anyway: "yes".to_owned(), ..with_key(words, key, 0) };
        bench.desk.reply(late, number, anyway).await.unwrap();
        assert_eq!(bench.send(now().plus_seconds(90)).await, 1, "{}", bench.test.name);
        // Who has seen it all is not asked.
        let seen = bench.page(&priya).await.events.last().unwrap().seq;
        bench.desk.reply(&priya, number, with_key("And now?", 7, seen)).await.unwrap();
    }
}

#[actix_rt::test]
async fn the_customers_words_are_mailed_to_whom_they_concern() {
    for bench in benches(CoverLevel::Cat2, 1_200).await {
        let number = bench.number;
        let jo = person(&bench.test, 9, "Jo Bell", Role::Contact, Some(bench.bath)).await;
        let (tom, eve) = (
            person(&bench.test, 7, "Tom Okafor", Role::Engineer, None).await,
            person(&bench.test, 8, "Eve Marsh", Role::Supervisor, None).await,
        );
        let told = async |text: &str| {
            bench.desk.reply(&jo, number, reply(text)).await.unwrap();
            mails(&bench).await.into_iter().map(|mail| (mail.name, mail.side)).collect::<Vec<_>>()
        };
        let name = |name: &str| (name.to_owned(), domain::access::Side::Staff);
        assert_eq!(told("Any news?").await, [name("Eve Marsh")], "who receives faults: {}", bench.test.name);
        bench.desk.assign(&tom, number, 1, "me".to_owned()).await.unwrap();
        assert_eq!(told("Hello?").await, [name("Tom Okafor")], "{}", bench.test.name);
        bench.desk.watch(&eve, number, true).await.unwrap();
        bench.desk.watch(&tom, number, true).await.unwrap();
        assert_eq!(told("And now?").await, [name("Tom Okafor"), name("Eve Marsh")], "each once: {}", bench.test.name);
        let tx = bench.test.db.begin().await.unwrap();
        users::set_disabled(&tx, tom.user, Some(now())).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(told("Still?").await, [name("Eve Marsh")], "nobody has it now: {}", bench.test.name);
    }
}

#[actix_rt::test]
async fn a_message_long_after_closing_opens_a_ticket_that_follows() {
    for bench in benches(CoverLevel::Cat2, 1_200).await {
        let (agent, number) = (staff(Role::Agent), bench.number);
        bench.answer(number, "Done").await;
        bench.desk.set_state(&agent, number, 1, TicketState::Closed).await.unwrap();
        let later = desk_at(&bench.test, now().plus_seconds(31 * 86_400));
        let refused = later.reply(&bench.customer(), number, with_key("It is back", 5, 0)).await;
        assert!(conflict(refused).contains("Please call"), "no contract, no ticket: {}", bench.test.name);
        bench.under_contract().await;
        assert!(later.page(&bench.customer(), number).await.unwrap().may.write, "{}", bench.test.name);
        let to = later.reply(&bench.customer(), number, with_key("It is back", 5, 0)).await.unwrap();
        assert_ne!(to, number, "{}", bench.test.name);
        let new = later.page(&bench.customer(), to).await.unwrap();
        assert_eq!((new.subject.as_str(), new.state), ("No dialling tone", TicketState::Open), "{}", bench.test.name);
        assert_eq!(new.events[0].text, "It is back");
        let link = &new.care.links[0];
        assert_eq!((link.kind, link.backwards, link.number), (LinkKind::Follows, false, number));
        let old = later.page(&bench.customer(), number).await.unwrap();
        assert_eq!((old.state, old.care.links.len()), (TicketState::Closed, 1), "{}", bench.test.name);
    }
}

#[actix_rt::test]
async fn what_staff_read_never_reaches_another_customer() {
    for bench in benches(CoverLevel::Cat2, 1_200).await {
        let stranger = rows::contact(&bench.test.db, bench.avon.customer, "ann", domain::observation::Status::Warning);
        let stranger = stranger.await;
        bench.answer(bench.number, "Here").await;
        bench.desk.set_state(&staff(Role::Agent), bench.number, 1, TicketState::Closed).await.unwrap();
        let mails = mails(&bench).await;
        assert_eq!(mails.len(), 2, "a reply and the closing: {}", bench.test.name);
        assert!(mails.iter().all(|mail| mail.recipient_id != stranger.0), "{}", bench.test.name);
        assert_eq!(mails[1].in_reply_to.as_ref(), Some(&mails[0].message_id), "one thread: {}", bench.test.name);
        assert!(matches!(&mails[1].facts, MailFacts::Ticket(facts) if facts.news.as_str() == "ticket_closed"));
    }
}
