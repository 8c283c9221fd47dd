//! What a customer's manager does not read, who may touch ways in, and which of them are tested.

use domain::{
    access::Scope,
    clock::{PauseEnded, PauseReason},
    id::{ClockId, TicketId},
    ticket::{Channel, TicketKind},
};

use super::*;
use crate::store::{
    clocks::{self, Fact, StoredClock},
    cover::Promises,
    tickets::{self as ticket_store, Opening, Origin},
};

impl Bench {
    /// A contract in force with a way in where nobody answers.
    async fn unreachable(&self, access_mode: &str) -> ContractId {
        let input = ContractInput { access_mode: access_mode.to_owned(), ..self.input(CoverLevel::Cat2).await };
        let id = self.save(input).await.unwrap();
        self.act(id, ContractAct::Activate).await.unwrap();
        self.desk.add_target(&self.engineer, id, "mitel".to_owned(), "127.0.0.1:1".to_owned()).await.unwrap();
        id
    }

    async fn test_due(&self, days: i64) -> usize {
        test_due_access(&self.desk.db, &self.desk.prober, now().plus_seconds(days * 86_400 + 60)).await.unwrap()
    }
}

#[tokio::test]
async fn a_way_in_that_failed_is_said_to_both_sides_and_its_words_to_staff_alone() {
    for bench in benches().await {
        let id = bench.unreachable("standing").await;
        assert_eq!(bench.desk.cover(&bench.manager).await.unwrap().access, None, "not tested yet: {}", bench.name);
        assert_eq!(bench.test_due(0).await, 1, "{}", bench.name);
        let target = bench.page(id).await.details.access.targets.remove(0);
        assert!(!target.last.unwrap().0.is_ok() && !target.detail.is_empty(), "{} {target:?}", bench.name);
        let own = bench.desk.cover(&bench.manager).await.unwrap();
        assert!(matches!(own.access, Some((false, _))), "{} {:?}", bench.name, own.access);
        let shown = &own.contracts[0].access.targets[0];
        assert_eq!((shown.address.as_str(), shown.detail.as_str()), ("", ""), "{}", bench.name);
    }
}

#[tokio::test]
async fn a_manager_reads_no_drafts_nothing_that_ended_and_no_troubles_of_ours() {
    for bench in benches().await {
        let id = bench.save(bench.input(CoverLevel::Cat2).await).await.unwrap();
        bench.save(bench.input(CoverLevel::Cat2).await).await.unwrap();
        bench.act(id, ContractAct::Activate).await.unwrap();
        bench.act(id, ContractAct::EndOn { last_on: "2026-06-20".to_owned() }).await.unwrap();
        assert!(!bench.page(id).await.details.row.troubles.is_empty(), "{}", bench.name);
        let own = bench.desk.cover(&bench.manager).await.unwrap();
        let numbers: Vec<_> = own.contracts.iter().map(|one| (one.row.id, one.row.troubles.len())).collect();
        assert_eq!(numbers, [(id, 0)], "{}", bench.name);
        let later = Desk { clock: Clock::from(now().plus_seconds(30 * 86_400)), ..bench.desk.clone() };
        let own = later.cover(&bench.manager).await.unwrap();
        assert_eq!((own.has_contract, own.contracts.len()), (false, 0), "{}", bench.name);
    }
}

#[tokio::test]
async fn only_standing_access_of_a_contract_in_force_is_tested_by_itself() {
    for bench in benches().await {
        bench.unreachable("on_request").await;
        assert_eq!(bench.test_due(0).await, 0, "on request: {}", bench.name);
        let id = bench.unreachable("standing").await;
        bench.act(id, ContractAct::EndOn { last_on: "2026-06-02".to_owned() }).await.unwrap();
        assert_eq!(bench.test_due(2).await, 0, "it has ended: {}", bench.name);
        assert_eq!(bench.test_due(1).await, 1, "{}", bench.name);
    }
}

/// A ticket of Bath whose clock waits for remote access.
async fn paused(bench: &Bench) -> TicketId {
    let db = bench.desk.db.writer();
    let id = TicketId(new_id(now()).unwrap());
    let opening = Opening {
        id,
        clock: ClockId(new_id(now()).unwrap()),
        kind: TicketKind::Logged,
        customer: bench.bath.customer,
        site: Some(bench.bath.site),
        host: None,
        subject: "No dialling tone",
        text: "It is dead.",
        origin: Origin::of(Channel::Staff, "Jo"),
        user: None,
        opened_at: now(),
        now: now(),
    };
    let promises = Promises::load(db).await.unwrap();
    let clock = ticket_store::log(db, &promises, opening).await.unwrap().clock.unwrap();
    let fact = Fact::Paused {
        reason: PauseReason::RemoteAccess,
        asked: Some(bench.engineer.user),
        evidence: "refused".to_owned(),
    };
    clocks::append(db, clock.id, now(), now(), &fact).await.unwrap();
    id
}

#[tokio::test]
async fn a_way_in_that_answers_again_lets_the_clocks_go_on() {
    for bench in benches().await {
        let name = bench.name;
        let spare = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = spare.local_addr().unwrap();
        let id = bench.save(bench.input(CoverLevel::Cat2).await).await.unwrap();
        bench.act(id, ContractAct::Activate).await.unwrap();
        bench.desk.add_target(&bench.engineer, id, "mitel".to_owned(), address.to_string()).await.unwrap();
        let ticket = paused(&bench).await;
        let clock = async || -> StoredClock {
            clocks::of_ticket(bench.desk.db.read(), Scope::Everything, ticket).await.unwrap().remove(0)
        };
        assert_eq!(bench.test_due(0).await, 1, "{name}");
        assert_eq!(
            clock().await.kept.state,
            "paused",
            "it answered all the time, so it is not what we wait for: {name}"
        );
        drop(spare);
        assert_eq!(bench.test_due(1).await, 1, "{name}");
        assert_eq!(clock().await.kept.state, "paused", "{name}");
        let _again = tokio::net::TcpListener::bind(address).await.unwrap();
        assert_eq!(bench.test_due(2).await, 1, "{name}");
        let clock = clock().await;
        assert_eq!(clock.kept.state, "running", "{name}");
        let end = clock.clock.pauses()[0].end.clone().unwrap();
        assert_eq!(end.ended, PauseEnded::ProbeSucceeded, "{name}");
        assert!(!end.evidence.contains("127.0.0.1"), "addresses are for staff: {name} {}", end.evidence);
    }
}

#[tokio::test]
async fn ways_in_are_for_engineers_and_those_of_another_customer_are_not_found() {
    for bench in benches().await {
        let id = bench.unreachable("standing").await;
        let target = bench.page(id).await.details.access.targets[0].id;
        let other = Principal { customer: Some(bench.avon.customer), ..bench.manager.clone() };
        let agent = Principal { role: Role::Agent, ..bench.engineer.clone() };
        for (who, hidden) in [(&other, true), (&bench.manager, false), (&agent, false)] {
            for done in [
                bench.desk.add_target(who, id, "ssh".to_owned(), "10.1.2.3".to_owned()).await,
                bench.desk.test_access(who, target).await,
                bench.desk.remove_target(who, target).await,
                bench.desk.act(who, id, 2, ContractAct::ApproveLocation).await,
            ] {
                let forbidden = matches!(done, Err(ApiError::Forbidden { .. }));
                let as_expected = if hidden { done == Err(ApiError::NotFound) } else { forbidden };
                assert!(as_expected, "{} {:?} {done:?}", bench.name, who.role);
            }
        }
        assert_eq!(bench.page(id).await.details.access.targets.len(), 1, "{}", bench.name);
        let stale = bench.desk.act(&bench.supervisor, id, 1, ContractAct::EndOn { last_on: String::new() }).await;
        assert!(matches!(stale, Err(ApiError::Conflict(_))), "{} {stale:?}", bench.name);
    }
}
