//! From a decision to what is stored and who is told, on both databases.

use std::collections::BTreeMap;

use domain::{
    flapping::{FlapLimits, Watch},
    id::{ContactId, UserId},
    message_id,
    service::ServiceState,
};
use entity::notice;
use sea_orm::PaginatorTrait;

use super::*;
use crate::{
    store::{
        events as live_events,
        hosts::fixtures::{Owner, contact, host, now, owner, service, staff},
        seeds, states,
    },
    testing::{TestDb, databases},
};

/// One customer with a watched service, one contact and one of the staff.
struct Estate {
    test: TestDb,
    owner: Owner,
    host: HostId,
    service: ServiceId,
    contact: ContactId,
    staff: UserId,
    /// The service as its host actor has it.
    watch: Watch,
    seq: i64,
}

async fn estates() -> Vec<Estate> {
    let mut estates = Vec::new();
    for test in databases().await {
        seeds::plant(&test.db, now()).await.unwrap();
        let bath = owner(&test.db, "Bath").await;
        let pbx = host(&test.db, bath, "pbx-1").await;
        let trunk = service(&test.db, bath, pbx, "SIP trunk").await;
        let contact = contact(&test.db, bath.customer, "Jo", Status::Warning).await;
        let staff = staff(&test.db, "Priya").await;
        let watch = Watch::pending();
        estates.push(Estate { test, owner: bath, host: pbx, service: trunk, contact, staff, watch, seq: 0 });
    }
    estates
}

impl Estate {
    fn at(&self, seconds: i64) -> Timestamp {
        now().plus_seconds(seconds)
    }

    /// What a host actor decides after an observation; `None` when nothing changed.
    fn observe(&mut self, status: Status, seconds: i64) -> Option<Decision> {
        let at = self.at(seconds);
        let (watch, step) = self.watch.observe(status, at, 2, FlapLimits::default());
        self.watch = watch;
        step.changed.then(|| {
            self.seq += 1;
            let transition = states::NewTransition {
                service: self.service,
                host: self.host,
                seq: self.seq,
                at,
                status,
                hard: !matches!(step.state, ServiceState::Soft { .. }),
                watch,
                detail: format!("seen {}", status.as_str()),
            };
            Decision { transition, customer: self.owner.customer, fault: step.fault }
        })
    }

    async fn apply(&self, decision: &Decision) -> Applied {
        let context = Context::new(decision.transition.at, "desk.example".to_owned());
        let tx = self.test.db.begin().await.unwrap();
        let applied = super::apply(&tx, &context, decision).await.unwrap();
        tx.commit().await.unwrap();
        applied
    }

    /// Observes and stores.
    async fn see(&mut self, status: Status, seconds: i64) {
        if let Some(decision) = self.observe(status, seconds) {
            assert_eq!(self.apply(&decision).await, Applied::Done, "{}", self.test.name);
        }
    }

    /// Notices by recipient, in the order of the queue: kind and message id.
    async fn told(&self) -> BTreeMap<Uuid, Vec<notice::Model>> {
        let rows = notice::Entity::find().order_by_asc(notice::Column::Position);
        let mut told: BTreeMap<Uuid, Vec<_>> = BTreeMap::new();
        for row in rows.all(self.test.db.read()).await.unwrap() {
            told.entry(row.recipient_id).or_default().push(row);
        }
        told
    }

    async fn kinds(&self, who: Uuid) -> Vec<String> {
        let told = self.told().await.remove(&who).unwrap_or_default();
        told.into_iter().map(|row| row.kind).collect()
    }

    async fn open_fault(&self) -> Option<Fault> {
        open(self.test.db.read(), Scope::Everything).await.unwrap().into_iter().next()
    }
}

#[tokio::test]
async fn a_soft_problem_is_in_the_history_and_tells_nobody() {
    for mut estate in estates().await {
        estate.see(Status::Ok, 0).await;
        estate.see(Status::Critical, 60).await;
        estate.see(Status::Ok, 75).await;
        assert!(estate.open_fault().await.is_none() && estate.told().await.is_empty(), "{}", estate.test.name);
        let stored = states::load(estate.test.db.read(), &[estate.service]).await.unwrap();
        assert_eq!(stored[&estate.service].seq, 3, "{}", estate.test.name);
    }
}

#[tokio::test]
async fn a_fault_starts_with_its_first_bad_observation_and_tells_each_person_once_in_one_thread() {
    for mut estate in estates().await {
        estate.see(Status::Critical, 0).await;
        estate.see(Status::Critical, 15).await;
        let fault = estate.open_fault().await.unwrap();
        let (started, confirmed) = (Timestamp::from(fault.started_at), Timestamp::from(fault.confirmed_at));
        assert_eq!((started, confirmed), (estate.at(0), estate.at(15)));
        estate.see(Status::Critical, 75).await;
        estate.see(Status::Ok, 135).await;
        assert!(estate.open_fault().await.is_none());
        let told = estate.told().await;
        assert_eq!(told.len(), 2, "{}: {told:?}", estate.test.name);
        for who in [estate.contact.0, estate.staff.0] {
            let [first, last] = told[&who].as_slice() else { panic!("{}: {told:?}", estate.test.name) };
            assert_eq!((first.kind.as_str(), last.kind.as_str()), ("opened", "recovered"));
            assert_eq!(first.message_id, message_id::thread_root(FaultId(fault.id), who, "desk.example"));
            assert_eq!(last.in_reply_to.as_ref(), Some(&first.message_id));
            assert_ne!(last.message_id, first.message_id);
        }
    }
}

#[tokio::test]
async fn a_decision_that_is_sent_again_does_nothing() {
    for mut estate in estates().await {
        let mut decisions = Vec::new();
        for (status, seconds) in [(Status::Critical, 0), (Status::Critical, 15), (Status::Ok, 75)] {
            let decision = estate.observe(status, seconds).unwrap();
            assert_eq!(estate.apply(&decision).await, Applied::Done);
            decisions.push(decision);
            for again in &decisions {
                assert_eq!(estate.apply(again).await, Applied::Already, "{}", estate.test.name);
            }
        }
        let db = estate.test.db.read();
        assert_eq!(fault::Entity::find().count(db).await.unwrap(), 1);
        assert_eq!(estate.kinds(estate.contact.0).await, ["opened", "recovered"], "{}", estate.test.name);
        let seqs: Vec<_> = live_events::after(db, 0, 100).await.unwrap().iter().map(|event| event.seq).collect();
        assert_eq!(seqs, (1..=i64::try_from(seqs.len()).unwrap()).collect::<Vec<_>>(), "numbers without a gap");
    }
}

#[tokio::test]
async fn who_was_added_in_between_hears_of_no_recovery() {
    for mut estate in estates().await {
        estate.see(Status::Critical, 0).await;
        estate.see(Status::Critical, 15).await;
        let late = contact(&estate.test.db, estate.owner.customer, "Kim", Status::Warning).await;
        estate.see(Status::Ok, 75).await;
        assert!(estate.kinds(late.0).await.is_empty(), "{}", estate.test.name);
        assert_eq!(estate.kinds(estate.contact.0).await, ["opened", "recovered"]);
    }
}

#[tokio::test]
async fn who_hears_first_of_a_change_gets_an_opening_and_later_the_recovery() {
    for mut estate in estates().await {
        let only_bad = contact(&estate.test.db, estate.owner.customer, "Kim", Status::Critical).await;
        estate.see(Status::Warning, 0).await;
        estate.see(Status::Warning, 15).await;
        assert!(estate.kinds(only_bad.0).await.is_empty());
        estate.see(Status::Critical, 75).await;
        estate.see(Status::Ok, 135).await;
        assert_eq!(estate.kinds(only_bad.0).await, ["opened", "recovered"], "{}", estate.test.name);
        assert_eq!(estate.kinds(estate.staff.0).await, ["opened", "changed", "recovered"]);
    }
}

#[tokio::test]
async fn a_fault_of_our_own_is_told_to_staff_only() {
    for mut estate in estates().await {
        estate.see(Status::Unknown, 0).await;
        estate.see(Status::Unknown, 15).await;
        estate.see(Status::Ok, 75).await;
        assert_eq!(estate.kinds(estate.staff.0).await, ["opened", "recovered"]);
        assert!(estate.kinds(estate.contact.0).await.is_empty(), "{}", estate.test.name);
    }
}

#[tokio::test]
async fn nothing_is_stored_of_a_service_that_was_removed_meanwhile() {
    for mut estate in estates().await {
        let decision = estate.observe(Status::Critical, 0).unwrap();
        let tx = estate.test.db.begin().await.unwrap();
        crate::store::services::remove(&tx, estate.service, now()).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(estate.apply(&decision).await, Applied::Obsolete, "{}", estate.test.name);
        assert!(states::load(estate.test.db.read(), &[estate.service]).await.unwrap().is_empty());
    }
}

#[tokio::test]
async fn what_goes_wrong_in_one_decision_leaves_nothing_of_it() {
    for mut estate in estates().await {
        let decision = estate.observe(Status::Critical, 0).unwrap();
        let context = Context::new(now(), "desk.example".to_owned());
        let tx = estate.test.db.begin().await.unwrap();
        super::apply(&tx, &context, &decision).await.unwrap();
        tx.rollback().await.unwrap();
        assert_eq!(estate.apply(&decision).await, Applied::Done, "{}: it can be sent again", estate.test.name);
    }
}

/// A good and a bad look in turn, one every ten seconds, ending with `last`. Answers the seconds of the next one.
async fn flip(estate: &mut Estate, mut seconds: i64, times: usize) -> i64 {
    for time in 0..times {
        estate.see(if time % 2 == 0 { Status::Critical } else { Status::Ok }, seconds).await;
        seconds += 10;
    }
    seconds
}

#[tokio::test]
async fn what_flaps_is_one_fault_that_is_told_once_and_once_more_when_it_settled_well() {
    for mut estate in estates().await {
        estate.see(Status::Ok, 0).await;
        let next = flip(&mut estate, 10, 12).await;
        let fault = estate.open_fault().await.unwrap();
        assert!(fault.flapping, "{}", estate.test.name);
        assert_eq!(Timestamp::from(fault.started_at), estate.at(10), "from its first bad look");
        for who in [estate.contact.0, estate.staff.0] {
            assert_eq!(estate.kinds(who).await, ["flapping"], "{}", estate.test.name);
        }
        for look in 0..30 {
            estate.see(Status::Ok, next + look * 10).await;
        }
        assert!(estate.open_fault().await.is_none(), "{}", estate.test.name);
        for who in [estate.contact.0, estate.staff.0] {
            assert_eq!(estate.kinds(who).await, ["flapping", "recovered"], "{}", estate.test.name);
        }
        let threads: Vec<_> = estate.told().await.remove(&estate.contact.0).unwrap();
        assert_eq!(threads[1].in_reply_to.as_deref(), Some(threads[0].message_id.as_str()), "one thread");
    }
}

#[tokio::test]
async fn a_fault_of_our_own_that_turns_into_flapping_of_theirs_is_told_to_them() {
    for mut estate in estates().await {
        for (look, status) in [
            Status::Ok,
            Status::Critical,
            Status::Ok,
            Status::Critical,
            Status::Ok,
            // Our resolver fails, which only staff hear of.
            Status::Unknown,
            Status::Unknown,
        ]
        .into_iter()
        .enumerate()
        {
            estate.see(status, i64::try_from(look).unwrap() * 10).await;
        }
        assert_eq!(estate.open_fault().await.unwrap().status.0, Status::Unknown, "{}", estate.test.name);
        assert!(estate.kinds(estate.contact.0).await.is_empty(), "{}", estate.test.name);
        estate.see(Status::Ok, 70).await;
        let fault = estate.open_fault().await.unwrap();
        assert_eq!((fault.flapping, fault.status.0), (true, Status::Critical), "{}", estate.test.name);
        assert_eq!(estate.kinds(estate.contact.0).await, ["flapping"], "{}", estate.test.name);
        assert_eq!(estate.kinds(estate.staff.0).await, ["opened", "flapping"], "{}", estate.test.name);
    }
}

#[tokio::test]
async fn what_was_told_as_down_and_then_flaps_keeps_its_fault_and_is_told_as_it_came_out() {
    for mut estate in estates().await {
        estate.see(Status::Critical, 0).await;
        estate.see(Status::Critical, 10).await;
        let opened = estate.open_fault().await.unwrap();
        let mut next = 20;
        // While it stays down between the turns, nothing clears it for good.
        for _ in 0..6 {
            estate.see(Status::Ok, next).await;
            estate.see(Status::Critical, next + 10).await;
            next += 20;
        }
        let fault = estate.open_fault().await.unwrap();
        assert!(fault.flapping, "{}", estate.test.name);
        for look in 0..30 {
            estate.see(Status::Critical, next + look * 10).await;
        }
        let settled = estate.open_fault().await.unwrap();
        assert_eq!((settled.id, settled.flapping, settled.status.0), (fault.id, false, Status::Critical));
        // The first recovery came before it flapped: that fault was told to its end.
        assert_ne!(opened.id, settled.id);
        let told = ["opened", "recovered", "flapping", "changed"];
        for who in [estate.contact.0, estate.staff.0] {
            assert_eq!(estate.kinds(who).await, told, "{}", estate.test.name);
        }
        estate.see(Status::Ok, next + 400).await;
        assert!(estate.open_fault().await.is_none());
        assert_eq!(estate.kinds(estate.contact.0).await.last().map(String::as_str), Some("recovered"));
    }
}
