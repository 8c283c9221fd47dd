//! What becomes of a ticket when a mail lands in it, and of mails that programs, lists and colleagues write.

use domain::{id::CustomerId, ticket};

use super::*;

fn outcome_of(outcome: ticket::Outcome) -> Moved {
    Moved { outcome: Some(outcome), ..closed() }
}

impl Bench {
    async fn change(&self, ticket: &Ticket, changes: &[Change<'_>]) {
        assert_eq!(tickets::change(self.test.db.writer(), ticket.id, ticket.version, changes).await, Ok(1));
    }

    /// Opens T-2002 in Jo's name.
    async fn second(&self) -> Ticket {
        assert_eq!(self.take(&mail("jo", "", "Another thing", "It hums.")).await, Outcome::Opened);
        self.ticket(2_002).await
    }

    async fn answer(&self, text: &str) -> Outcome {
        self.take(&mail("jo", &format!("In-Reply-To: {}\r\n", self.id), "Re", text)).await
    }
}

#[actix_rt::test]
async fn an_answer_ends_the_waiting_for_it() {
    for bench in benches().await {
        let name = bench.test.name;
        let waits = Moved {
            state: TicketState::WaitingCustomer,
            outcome: None,
            closed_at: None,
            closes_at: Some(now().plus_seconds(86_400)),
            new_cycle: false,
        };
        bench.change(&bench.ticket(2_001).await, &[Change::Moved(waits)]).await;
        assert_eq!(bench.answer("Try it now.").await, Outcome::Message, "{name}");
        let ticket = bench.ticket(2_001).await;
        assert_eq!((ticket.state, ticket.care.closes_at), (TicketState::Open, None), "{name}");
        bench.change(&ticket, &[Change::Snoozed(Some(now().plus_seconds(86_400)))]).await;
        assert_eq!(bench.answer("It is back.").await, Outcome::Message, "{name}");
        assert_eq!(bench.ticket(2_001).await.care.snoozed_until, None, "what was put aside comes back: {name}");
    }
}

#[actix_rt::test]
async fn staff_are_told_of_what_customers_mail() {
    for bench in benches().await {
        let name = bench.test.name;
        let priya = bench.staff("priya@desk.example", None, Role::Agent).await;
        bench.second().await;
        bench.answer("And it smells.").await;
        let told: Vec<_> = bench.notices("ticket_message").await.into_iter().map(|one| one.recipient_id).collect();
        assert_eq!(told, [priya.0, priya.0], "the new ticket, then the answer: {name}");
    }
}

#[actix_rt::test]
async fn what_was_merged_goes_on_in_the_survivor() {
    for bench in benches().await {
        let name = bench.test.name;
        let survivor = bench.second().await;
        let merged = [Change::Moved(outcome_of(ticket::Outcome::Merged)), Change::MergedInto(survivor.id)];
        bench.change(&bench.ticket(2_001).await, &merged).await;
        assert_eq!(bench.answer("By its id.").await, Outcome::Message, "{name}");
        assert_eq!(bench.take(&mail("kim", "", "T-2001", "By its number.")).await, Outcome::Message, "{name}");
        let said: Vec<_> = bench.timeline(survivor.id).await.into_iter().map(|(.., text)| text).collect();
        assert_eq!(said, ["It hums.", "By its id.", "By its number."], "{name}");
        assert_eq!(bench.added().await, [], "{name}");
    }
}

#[actix_rt::test]
async fn what_was_declined_is_taken_up_in_a_new_ticket() {
    for bench in benches().await {
        let name = bench.test.name;
        let declined = [Change::Moved(outcome_of(ticket::Outcome::Declined))];
        bench.change(&bench.ticket(2_001).await, &declined).await;
        assert_eq!(bench.answer("Please do it.").await, Outcome::Opened, "{name}");
        let links =
            tickets::links(bench.test.db.read(), Scope::Everything, bench.ticket(2_002).await.id).await.unwrap();
        assert_eq!(links.iter().map(|link| link.other.number).collect::<Vec<_>>(), [2_001], "{name}");
        assert_eq!(bench.ticket(2_001).await.state, TicketState::Closed, "{name}");
    }
}

#[actix_rt::test]
async fn somebody_of_two_customers_is_heard_in_the_thread_alone() {
    for bench in benches().await {
        let name = bench.test.name;
        rows::contact(&bench.test.db, bench.avon.customer, "jo", Status::Warning).await;
        assert_eq!(bench.answer("This one.").await, Outcome::Message, "{name}");
        assert_eq!(bench.take(&mail("jo", "", "T-2001", "Or by its number.")).await, Outcome::Message, "{name}");
        assert_eq!(bench.take(&mail("jo", "", "hello", "Which one?")).await, Outcome::Quarantine, "{name}");
    }
}

#[actix_rt::test]
async fn what_programs_and_lists_bring_is_not_lost() {
    for bench in benches().await {
        let name = bench.test.name;
        let scanner = "Auto-Submitted: auto-generated\r\n";
        assert_eq!(bench.take(&mail("jo", scanner, "Voicemail", "The exchange")).await, Outcome::Quarantine, "{name}");
        assert_eq!(bench.take(&mail("x@evil.example", scanner, "Offer", "Buy")).await, Outcome::Ignored, "{name}");
        let list = "List-Id: <it.bath.example>\r\nPrecedence: list\r\n";
        assert_eq!(bench.take(&mail("jo", list, "T-2001", "By way of our list")).await, Outcome::Message, "{name}");
        let read = "Content-Type: multipart/report; report-type=disposition-notification; boundary=x\r\n";
        let read = mail("jo", &format!("{read}In-Reply-To: {}\r\n", bench.id), "Read", "--x\r\n\r\nSeen.\r\n--x--");
        assert_eq!(bench.take(&read).await, Outcome::Ignored, "somebody has read it: {name}");
        let returned = format!("Sorry.\r\n\r\nMessage-ID: {}\r\n", bench.id);
        let failure = mail("MAILER-DAEMON@mx.example", "", "failure notice", &returned);
        assert_eq!(bench.take(&failure).await, Outcome::Bounce, "in a server's own form: {name}");
        let jo = contacts::find(bench.test.db.read(), Scope::Everything, bench.jo).await.unwrap().unwrap();
        assert_eq!(jo.refused, None, "which proves too little: {name}");
    }
}

/// Queues what was mailed to Jo about her ticket, and answers its id as her program has it.
async fn mailed(bench: &Bench, kind: &str, facts: domain::notice::MailFacts, customer: CustomerId) -> String {
    let id = NoticeId(entropy::id(now()).unwrap());
    let notice = outbox::NewNotice {
        id,
        fault: None,
        customer: Some(customer),
        kind: kind.to_owned(),
        step: 7,
        who_side: domain::access::Side::Customer,
        recipient_id: bench.jo.0,
        name: "Jo".to_owned(),
        email: "jo@bath.example".to_owned(),
        rule: String::new(),
        subject: String::new(),
        facts,
        message_id: message_id::follow_up(id, DOMAIN),
        in_reply_to: None,
        queued_at: now(),
        withheld: None,
    };
    outbox::enqueue(bench.test.db.writer(), vec![notice]).await.unwrap();
    sent_message_id(&signer(), &message_id::follow_up(id, DOMAIN))
}

#[actix_rt::test]
async fn an_answer_to_a_mail_about_hardware_lands_in_its_ticket() {
    for bench in benches().await {
        let name = bench.test.name;
        let facts = domain::notice::HardwareFacts {
            ticket: 2_001,
            subject: String::new(),
            customer: String::new(),
            side: domain::access::Side::Customer,
            news: domain::notice::HardwareNews::DamageFound {
                item: String::new(),
                kind: String::new(),
                text: String::new(),
            },
            at: now(),
            cover: domain::cover::CoverLevel::Cat1,
            zone: "Europe/London".to_owned(),
            recipient_name: "Jo".to_owned(),
        };
        let facts = domain::notice::MailFacts::Hardware(Box::new(facts));
        let id = mailed(&bench, "damage_found", facts, bench.bath.customer).await;
        let answer = mail("jo", &format!("In-Reply-To: {id}\r\n"), "Re: damage", "It fell.");
        assert_eq!(bench.take(&answer).await, Outcome::Message, "{name}");
        assert_eq!(bench.added().await.len(), 1, "{name}");
    }
}
