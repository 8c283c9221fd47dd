//! What a customer's manager does not read, who may touch ways in, and which of them are tested.

use super::*;

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
