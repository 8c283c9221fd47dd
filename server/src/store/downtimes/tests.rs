//! Rows of downtimes and their scope, on both databases.

use domain::{downtime::Place, id::CustomerId};

use super::*;
use crate::{
    store::{
        faults::new_id,
        hosts::fixtures::{Owner, host, now, owner, service},
    },
    testing::databases,
};

fn new(of: Owner, target: Target, from: i64, until: i64) -> StoredDowntime {
    let (from, until) = (now().plus_seconds(from), now().plus_seconds(until));
    StoredDowntime {
        id: DowntimeId(new_id(now()).unwrap()),
        customer: of.customer,
        target,
        downtime: Downtime::planned(Plan::Fixed { from, until }),
        reason: "New firmware".to_owned(),
        created_at: now(),
        created_by: "Priya".to_owned(),
        cancelled_by: String::new(),
    }
}

#[tokio::test]
async fn a_downtime_is_read_as_it_was_written_by_those_who_may() {
    for test in databases().await {
        let (bath, wells) = (owner(&test.db, "Bath").await, owner(&test.db, "Wells").await);
        let pbx = host(&test.db, bath, "pbx-1").await;
        let trunk = service(&test.db, bath, pbx, "SIP trunk").await;
        let all = [Target::Customer, Target::Site(bath.site), Target::Host(pbx), Target::Service(trunk)];
        let mut written: Vec<_> = all.map(|target| new(bath, target, 60, 120)).into();
        let over = new(bath, Target::Customer, -120, -60);
        for one in written.iter().chain([&over]) {
            insert(test.db.writer(), one).await.unwrap();
        }
        written.sort_by_key(|one| one.id.0);
        let db = test.db.read();
        for (scope, seen) in [
            (Scope::Everything, true),
            (Scope::Customer(bath.customer), true),
            (Scope::Customer(wells.customer), false),
            (Scope::Customer(CustomerId(uuid::Uuid::nil())), false),
        ] {
            let (current, past) = list(db, scope, now()).await.unwrap();
            let expected = if seen { (written.clone(), vec![over.clone()]) } else { (Vec::new(), Vec::new()) };
            assert_eq!((current, past), expected, "{} {scope:?}", test.name);
            let found = lock(test.db.writer(), scope, over.id).await.unwrap();
            assert_eq!(found.is_some(), seen, "{} {scope:?}", test.name);
            assert_eq!(Downtimes::load(db, scope, now()).await.unwrap().is_empty(), !seen, "{} {scope:?}", test.name);
        }
    }
}

#[tokio::test]
async fn a_place_is_quiet_by_what_covers_it() {
    for test in databases().await {
        let bath = owner(&test.db, "Bath").await;
        let pbx = host(&test.db, bath, "pbx-1").await;
        let trunk = service(&test.db, bath, pbx, "SIP trunk").await;
        insert(test.db.writer(), &new(bath, Target::Service(trunk), 60, 120)).await.unwrap();
        let downtimes = Downtimes::load(test.db.read(), Scope::Everything, now()).await.unwrap();
        let place = Place { site: bath.site, host: pbx, service: Some(trunk) };
        let at = now().plus_seconds(60);
        let quiet = downtimes.quiet(bath.customer, place, at).unwrap();
        assert_eq!((quiet.until, quiet.reason.as_str()), (now().plus_seconds(120), "New firmware"), "{}", test.name);
        let host = Place { service: None, ..place };
        assert_eq!(downtimes.quiet(bath.customer, host, at), None, "{}", test.name);
        assert_eq!(downtimes.quiet(CustomerId(uuid::Uuid::nil()), place, at), None, "{}", test.name);
    }
}
