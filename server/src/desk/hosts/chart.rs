//! The response chart of one service: samples into buckets.

use app::api::hosts::ChartPoint;
use domain::{observation::Status, time::Timestamp};

use crate::{chunk::Sample, engine::Seen, store::history::StoredChunk};

/// Points of a chart: more than a screen shows.
const POINTS_MAX: usize = 240;

/// How many buckets a range gets: each a quarter wider than the interval, so that a service that always answers leaves
/// none of them empty, however its probes drift.
pub(super) fn bucket_count(range_s: i64, interval_s: u32) -> usize {
    let fitting = range_s * 4 / (i64::from(interval_s.max(1)) * 5);
    usize::try_from(fitting).unwrap_or(1).clamp(1, POINTS_MAX)
}

/// The stored samples, oldest first. What is damaged is left out: a hole in a chart is better than no page.
pub(super) fn decoded(chunks: &[StoredChunk]) -> Vec<Sample> {
    let mut samples = Vec::with_capacity(chunks.iter().map(|chunk| chunk.count as usize).sum());
    for chunk in chunks {
        match chunk.samples() {
            Ok(more) => samples.extend(more),
            Err(error) => tracing::warn!(%error, started_at = %chunk.started_at, "a chunk of samples cannot be read"),
        }
    }
    samples
}

/// What was seen after `stored_until` and is in memory only, newest first.
///
/// Memory knows the instant of the last observation alone. Those before it are counted back by the interval: near enough
/// for a bucket.
pub(super) fn unsaved(seen: &Seen, interval_s: u32, stored_until: Option<Timestamp>) -> Vec<Sample> {
    let mut at = seen.at;
    let mut samples = Vec::new();
    for latency_us in seen.spark.iter().rev() {
        // Half an interval apart: the two ways of telling an instant may differ a little.
        if stored_until.is_some_and(|stored| at.micros_since(stored) < i64::from(interval_s) * 500_000) {
            break;
        }
        samples.push(Sample { at, status: Status::Ok, latency_us: *latency_us });
        at = at.plus_seconds(-i64::from(interval_s));
    }
    samples
}

/// Equal buckets over [from, until), each with the latencies that fall into it; `None` where nothing answered.
pub(super) fn points(samples: &[Sample], from: Timestamp, until: Timestamp, count: usize) -> Vec<Option<ChartPoint>> {
    let length = until.micros_since(from).max(1);
    let mut buckets: Vec<Vec<u32>> = vec![Vec::new(); count];
    for sample in samples {
        let offset = sample.at.micros_since(from);
        if offset < 0 || length <= offset {
            continue;
        }
        let index = usize::try_from(i128::from(offset) * count as i128 / i128::from(length)).unwrap_or(0);
        if let (Some(bucket), Some(latency)) = (buckets.get_mut(index), sample.latency_us) {
            bucket.push(latency);
        }
    }
    buckets.into_iter().map(point).collect()
}

fn point(mut latencies: Vec<u32>) -> Option<ChartPoint> {
    latencies.sort_unstable();
    let last = latencies.len().checked_sub(1)?;
    // Nearest rank: a value that was measured, never one in between.
    let at = |percent: usize| latencies.get((last * percent + 50) / 100).copied().unwrap_or(0);
    Some(ChartPoint { p05_us: at(5), median_us: at(50), p95_us: at(95) })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn second(second: i64) -> Timestamp {
        Timestamp::EPOCH.plus_seconds(second)
    }

    fn sample(at: Timestamp, latency_us: Option<u32>) -> Sample {
        Sample { at, status: Status::Ok, latency_us }
    }

    #[test]
    fn samples_fall_into_their_bucket_and_silence_breaks_the_line() {
        let at = |at, latency_us| sample(second(at), latency_us);
        let samples =
            [at(0, Some(10)), at(1, Some(30)), at(2, Some(20)), at(5, None), at(9, Some(7)), at(10, Some(99))];
        let points = points(&samples, second(0), second(10), 3);
        assert_eq!(points[0], Some(ChartPoint { p05_us: 10, median_us: 20, p95_us: 30 }));
        assert_eq!(points[1], None);
        assert_eq!(points[2].unwrap().median_us, 7, "the end of the range is not part of it");
    }

    #[test]
    fn percentiles_are_values_that_were_measured() {
        let samples: Vec<_> = (0..100_u32).map(|us| sample(second(1), Some(us))).collect();
        let points = points(&samples, second(0), second(10), 1);
        assert_eq!(points, [Some(ChartPoint { p05_us: 5, median_us: 50, p95_us: 94 })]);
    }

    #[test]
    fn a_service_that_always_answers_has_no_hole() {
        for (range_s, interval_s, count) in [(3_600, 60, 48), (3_600, 10, 240), (3_600, 600, 4), (86_400, 60, 240)] {
            assert_eq!(bucket_count(range_s, interval_s), count, "{range_s} s, {interval_s} s");
            // Off the grid, and late by up to a fifth of the interval.
            let late = |round: i64| i64::from(interval_s) * 1_000 * (round % 5) / 25;
            let rounds = 0..=range_s / i64::from(interval_s);
            let at = |round: i64| second(round * i64::from(interval_s) - 7).plus_millis(late(round));
            let samples: Vec<_> = rounds.map(|round| sample(at(round), Some(1))).collect();
            let points = points(&samples, second(0), second(range_s), count);
            assert!(points.iter().all(Option::is_some), "{range_s} s, {interval_s} s: {points:?}");
        }
    }

    #[test]
    fn a_service_slower_than_the_range_has_one_bucket() {
        assert_eq!(bucket_count(3_600, 86_400), 1);
        assert_eq!(bucket_count(3_600, 0), 240);
    }

    #[test]
    fn what_is_in_memory_only_is_counted_back_to_what_is_stored() {
        let seen = Seen {
            at: second(100),
            status: Status::Ok,
            text: "".into(),
            latency_us: Some(4),
            attempt: None,
            spark: vec![Some(1), None, Some(3), Some(4)],
        };
        let found = |stored: Option<i64>| {
            let samples = unsaved(&seen, 10, stored.map(second));
            samples.iter().map(|s| (s.at.seconds_since(second(0)), s.latency_us)).collect::<Vec<_>>()
        };
        assert_eq!(found(Some(81)), [(100, Some(4)), (90, Some(3))]);
        assert_eq!(found(Some(100)), []);
        assert_eq!(found(None), [(100, Some(4)), (90, Some(3)), (80, None), (70, Some(1))]);
    }
}
