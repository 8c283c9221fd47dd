//! Saved replies and macros on a ticket, on both databases.

use app::api::library::HelpDesk;
use domain::{
    id::LibraryId,
    library::{Body, MacroDraft, NoteDraft, Reply},
    ticket::{Outcome, Priority},
};

use super::*;
use crate::store::library::{self, Author};

async fn item(bench: &Bench, name: &str, body: Body) -> LibraryId {
    let id = LibraryId(new_id(now()).unwrap());
    library::insert(bench.test.db.writer(), id, name, &body, Author { name: "Sam", at: now() }).await.unwrap();
    id
}

async fn reply_item(bench: &Bench) -> LibraryId {
    item(bench, "Done", Body::Reply(Reply::parse("{ticket}: done. {me}, {support_phone}").unwrap())).await
}

fn body(reply: &str, then: &str) -> Body {
    let draft = MacroDraft { assign_me: "yes", priority: "low", tags: "solved", reply, then, ..MacroDraft::default() };
    Body::Macro(draft.check().unwrap())
}

#[actix_rt::test]
async fn a_macro_does_all_of_it_after_a_preview_that_says_so() {
    use TicketEventKind as K;
    for bench in benches(CoverLevel::Cat2, 1_200).await {
        let (agent, name) = (staff(Role::Agent), bench.test.name);
        let reply = reply_item(&bench).await;
        let run = item(&bench, "Solved", body(&reply.to_string(), "close")).await;
        let helps = bench.desk.helps(&agent, bench.number, Some(reply), Some(run)).await.unwrap();
        let text = format!("T-{}: done. Priya Nair, 0117 496 0100", bench.number);
        assert_eq!(helps.filled.as_deref(), Some(text.as_str()), "{name}");
        let preview = helps.preview.unwrap();
        assert_eq!((preview.steps.len(), preview.reply.as_deref()), (5, Some(text.as_str())), "{name}");
        bench.desk.run(&agent, bench.number, run, bench.version().await, preview.version).await.unwrap();
        let ticket = tickets::find(bench.test.db.read(), Scope::Everything, bench.number).await.unwrap().unwrap();
        assert_eq!((ticket.care.assignee, ticket.origin.priority), (Some(agent.user), Priority::Low), "{name}");
        assert_eq!((ticket.state, ticket.care.outcome), (TicketState::Closed, Some(Outcome::Done)), "{name}");
        assert_eq!(tickets::tags(bench.test.db.read(), ticket.id).await.unwrap(), ["solved"], "{name}");
        assert_eq!(bench.kinds().await, [K::Assigned, K::Sorted, K::Tagged, K::Response, K::Closed], "{name}");
        assert_eq!(bench.states().await, ["met"], "{name}: the reply is a response");
        assert_eq!(mails(&bench).await.len(), 2, "{name}: the reply, and that it is closed");
    }
}

#[actix_rt::test]
async fn a_macro_that_cannot_be_finished_changes_nothing() {
    for bench in benches(CoverLevel::Cat2, 1_200).await {
        let (agent, name) = (staff(Role::Agent), bench.test.name);
        // A response is owed, so it cannot be closed without a reply.
        let run = item(&bench, "Close", body("", "close")).await;
        let version = bench.version().await;
        conflict(bench.desk.run(&agent, bench.number, run, version, 1).await);
        let ticket = tickets::find(bench.test.db.read(), Scope::Everything, bench.number).await.unwrap().unwrap();
        assert_eq!((ticket.care.assignee, ticket.origin.priority), (None, Priority::Normal), "{name}");
        assert_eq!((bench.version().await, bench.kinds().await), (version, Vec::new()), "{name}");
        assert!(tickets::tags(bench.test.db.read(), ticket.id).await.unwrap().is_empty(), "{name}");
        assert!(mails(&bench).await.is_empty(), "{name}");
        // Another version of the macro or the ticket than the one that was looked at.
        conflict(bench.desk.run(&agent, bench.number, run, version, 2).await);
        let wait = item(&bench, "Wait", body("", "customer")).await;
        conflict(bench.desk.run(&agent, bench.number, wait, version + 5, 1).await);
        library::set_disabled(bench.test.db.writer(), wait, 1, Some(now())).await.unwrap();
        conflict(bench.desk.run(&agent, bench.number, wait, version, 1).await);
        // A reply that was switched off since.
        let reply = reply_item(&bench).await;
        let sends = item(&bench, "Sends", body(&reply.to_string(), "")).await;
        library::set_disabled(bench.test.db.writer(), reply, 1, Some(now())).await.unwrap();
        conflict(bench.desk.run(&agent, bench.number, sends, version, 1).await);
        assert_eq!(bench.kinds().await, [], "{name}");
    }
}

#[actix_rt::test]
async fn customers_get_no_help_and_strangers_no_ticket() {
    for bench in benches(CoverLevel::Cat2, 1_200).await {
        let name = bench.test.name;
        let note = NoteDraft { visibility: "staff", text: "Dialling tone: look at the trunk", tags: "" };
        item(&bench, "No tone", Body::Note(note.check().unwrap())).await;
        let helps = bench.desk.helps(&staff(Role::Agent), bench.number, None, None).await.unwrap();
        assert_eq!(helps.notes.len(), 1, "{name}");
        let own = bench.desk.helps(&bench.customer(), bench.number, None, None).await.unwrap();
        assert_eq!(own, app::api::library::Helps::default(), "{name}");
        let stranger = of(bench.avon, Role::Manager);
        assert_eq!(bench.desk.helps(&stranger, bench.number, None, None).await, Err(ApiError::NotFound), "{name}");
        let run = item(&bench, "Solved", body("", "")).await;
        let refused = bench.desk.run(&bench.customer(), bench.number, run, 1, 1).await;
        assert!(matches!(refused, Err(ApiError::Forbidden { .. })), "{name}: {refused:?}");
        assert_eq!(bench.desk.run(&stranger, bench.number, run, 1, 1).await, Err(ApiError::NotFound), "{name}");
    }
}
