use domain::{access::Scope, service::ServiceState};

use super::*;
use crate::{
    chunk::tests::realistic,
    store::{hosts::fixtures::*, services},
    testing::databases,
};

fn samples(from_s: i64, count: i64) -> Vec<Sample> {
    let sample = |index: i64| Sample {
        at: now().plus_seconds(from_s + index * 10),
        status: Status::Ok,
        latency_us: u32::try_from(1_000 + index).ok(),
    };
    (0..count).map(sample).collect()
}

#[tokio::test]
async fn a_chunk_replaces_the_one_that_began_with_it() {
    for test in databases().await {
        let bath = owner(&test.db, "Bath").await;
        let pbx = host(&test.db, bath, "pbx-1").await;
        let id = service(&test.db, bath, pbx, "one").await;
        upsert_chunk(test.db.writer(), id, &samples(0, 5)).await.unwrap();
        upsert_chunk(test.db.writer(), id, &samples(0, 12)).await.unwrap();
        upsert_chunk(test.db.writer(), id, &samples(120, 3)).await.unwrap();
        upsert_chunk(test.db.writer(), id, &[]).await.unwrap();
        let stored = chunks(test.db.read(), id, now(), now().plus_seconds(1_000)).await.unwrap();
        assert_eq!(stored.iter().map(|chunk| chunk.count).collect::<Vec<_>>(), [12, 3], "{}", test.name);
        assert_eq!(stored[0].samples().unwrap(), samples(0, 12));
    }
}

#[tokio::test]
async fn a_span_gets_the_chunks_that_reach_into_it() {
    for test in databases().await {
        let bath = owner(&test.db, "Bath").await;
        let pbx = host(&test.db, bath, "pbx-1").await;
        let (id, other) = (service(&test.db, bath, pbx, "one").await, service(&test.db, bath, pbx, "two").await);
        for start in [0, 100, 200, 300] {
            upsert_chunk(test.db.writer(), id, &samples(start, 10)).await.unwrap();
            upsert_chunk(test.db.writer(), other, &samples(start + 5, 10)).await.unwrap();
        }
        let starts = async |from: i64, until: i64| {
            let (from, until) = (now().plus_seconds(from), now().plus_seconds(until));
            let chunks = chunks(test.db.read(), id, from, until).await.unwrap();
            chunks.iter().map(|chunk| chunk.started_at.seconds_since(now())).collect::<Vec<_>>()
        };
        assert_eq!(starts(-50, 0).await, [0_i64; 0], "{}", test.name);
        assert_eq!(starts(-50, 1).await, [0], "{}", test.name);
        assert_eq!(starts(150, 250).await, [100, 200], "{}", test.name);
        assert_eq!(starts(195, 199).await, [0_i64; 0], "between two chunks there is nothing: {}", test.name);
        assert_eq!(starts(200, 201).await, [200], "{}", test.name);
        assert_eq!(starts(350, 9_000).await, [300], "{}", test.name);
    }
}

async fn step(test: &crate::testing::TestDb, host: HostId, id: ServiceId, seq: i64, at_s: i64, status: Status) {
    let state = ServiceState::Ok { since: now() };
    let at = now().plus_seconds(at_s);
    let new =
        NewTransition { service: id, host, seq, at, status, hard: true, watch: state.into(), detail: String::new() };
    states::store(test.db.writer(), &new, (status == Status::Critical).then_some(1_001)).await.unwrap();
}

#[tokio::test]
async fn a_host_counts_as_its_worst_service_and_begins_with_what_was_before() {
    for test in databases().await {
        let bath = owner(&test.db, "Bath").await;
        let pbx = host(&test.db, bath, "pbx-1").await;
        let (one, two) = (service(&test.db, bath, pbx, "one").await, service(&test.db, bath, pbx, "two").await);
        for (id, seq, at, status) in [
            (one, 1, -100, Status::Critical),
            (two, 1, -95, Status::Ok),
            (one, 2, -90, Status::Ok),
            (two, 2, 10, Status::Critical),
            (two, 3, 20, Status::Ok),
        ] {
            step(&test, pbx, id, seq, at, status).await;
        }
        let (from, until) = (now(), now().plus_seconds(100));
        let found = host_changes(test.db.read(), pbx, (from, until), |_| Vec::new()).await.unwrap();
        let shown: Vec<_> = found.iter().map(|c| (c.at.seconds_since(now()), c.condition)).collect();
        let expected = [(-95, Condition::Up), (10, Condition::Down), (20, Condition::Up)];
        assert_eq!(shown, expected, "{}", test.name);
        let of_one = service_changes(test.db.read(), one, from, until).await.unwrap();
        assert_eq!(of_one, [Change { at: now().plus_seconds(-90), condition: Condition::Up }], "{}", test.name);
        let newest = of_host(test.db.read(), pbx, Which::All, 2).await.unwrap();
        assert_eq!(newest.iter().map(|row| row.seq).collect::<Vec<_>>(), [3, 2], "{}", test.name);
        let faults = of_host(test.db.read(), pbx, Which::OfFaults, 9).await.unwrap();
        assert_eq!(faults.iter().map(|row| row.seq).collect::<Vec<_>>(), [2, 1], "{}", test.name);
        let before = transition_before(test.db.read(), one, now()).await.unwrap().unwrap();
        assert_eq!(before.seq, 2, "{}", test.name);
        let rows = transitions(test.db.read(), two, from, until, 1).await.unwrap();
        assert_eq!(rows.iter().map(|row| row.seq).collect::<Vec<_>>(), [3], "the newest are kept: {}", test.name);
    }
}

#[tokio::test]
async fn time_after_watching_stopped_is_neither_up_nor_down() {
    for test in databases().await {
        let bath = owner(&test.db, "Bath").await;
        let pbx = host(&test.db, bath, "pbx-1").await;
        let (one, never) = (service(&test.db, bath, pbx, "one").await, service(&test.db, bath, pbx, "two").await);
        step(&test, pbx, one, 1, 0, Status::Critical).await;
        let at = now().plus_seconds(50);
        stop_watching(test.db.writer(), pbx, &[one, never], at, "paused by Jo").await.unwrap();
        let changes = service_changes(test.db.read(), one, now(), now().plus_seconds(100)).await.unwrap();
        let totals = domain::availability::totals(&changes, now(), now().plus_seconds(100));
        assert_eq!((totals.down_us, totals.unwatched_us), (50_000_000, 50_000_000), "{}", test.name);
        let rows = of_host(test.db.read(), pbx, Which::All, 9).await.unwrap();
        assert!(rows.len() == 2 && rows[0].is_stop() && !rows[1].is_stop(), "{}", test.name);
        assert!(rows[0].detail.ends_with("paused by Jo"));
        let state = &states::load(test.db.read(), &[one, never]).await.unwrap()[&one];
        assert_eq!((state.watch, state.seq), (Watch::pending(), 2), "watching begins anew: {}", test.name);
        assert_eq!(services::of_host(test.db.read(), Scope::Everything, pbx).await.unwrap().len(), 2);
    }
}

/// A month of one probe in ten seconds, in chunks as the host actors make them.
async fn a_month(test: &crate::testing::TestDb, id: ServiceId, typical_ms: f64) -> i64 {
    const CHUNK: i64 = 180;
    let count = 30 * 24 * 360;
    let tx = test.db.begin().await.unwrap();
    for (number, samples) in realistic(1, typical_ms, now().as_millis(), count).chunks(CHUNK as usize).enumerate() {
        upsert_chunk(&tx, id, samples).await.unwrap();
        assert!(number < 1_440);
    }
    tx.commit().await.unwrap();
    count
}

/// The target of the design: 4 bytes a sample on disk, with everything around it.
#[tokio::test]
async fn a_sample_takes_less_than_four_bytes_on_disk() {
    use sea_orm::{FromQueryResult, Statement};
    #[derive(FromQueryResult)]
    struct Bytes {
        bytes: i64,
    }
    for test in databases().await {
        let bath = owner(&test.db, "Bath").await;
        let pbx = host(&test.db, bath, "pbx-1").await;
        let (quick, slow) = (service(&test.db, bath, pbx, "one").await, service(&test.db, bath, pbx, "two").await);
        let count = a_month(&test, quick, 12.0).await + a_month(&test, slow, 85.0).await;
        let sql = match test.db.is_sqlite() {
            true => "SELECT SUM(pgsize) AS bytes FROM dbstat WHERE name LIKE '%observation_chunk%'",
            false => "SELECT pg_total_relation_size('observation_chunk') AS bytes",
        };
        let backend = if test.db.is_sqlite() { sea_orm::DbBackend::Sqlite } else { sea_orm::DbBackend::Postgres };
        let found = Bytes::find_by_statement(Statement::from_string(backend, sql)).one(test.db.writer()).await;
        let bytes = found.unwrap().unwrap().bytes;
        let each_hundredths = bytes * 100 / count;
        println!("{}: {}.{:02} bytes a sample", test.name, each_hundredths / 100, each_hundredths % 100);
        assert!(bytes <= count * 4, "{}: {bytes} bytes for {count} samples", test.name);
    }
}

#[tokio::test]
async fn a_month_of_samples_is_read_whole() {
    let test = crate::testing::sqlite().await;
    let bath = owner(&test.db, "Bath").await;
    let pbx = host(&test.db, bath, "pbx-1").await;
    let id = service(&test.db, bath, pbx, "one").await;
    let count = a_month(&test, id, 12.0).await;
    let stored = chunks(test.db.read(), id, now(), now().plus_seconds(31 * 86_400)).await.unwrap();
    let decoded: usize = stored.iter().map(|chunk| chunk.samples().unwrap().len()).sum();
    assert_eq!(i64::try_from(decoded).unwrap(), count);
}
