//! The response chart of one service: samples into buckets.

use app::api::hosts::ChartPoint;
use domain::time::Timestamp;

use crate::chunk::Sample;

/// Points of a chart: more than a screen shows.
pub(super) const POINTS: usize = 240;

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
    use domain::observation::Status;

    use super::*;

    #[test]
    fn samples_fall_into_their_bucket_and_silence_breaks_the_line() {
        let at = |second: i64, latency_us| Sample { at: Timestamp::EPOCH.plus_seconds(second), status: Status::Ok, latency_us };
        let samples = [at(0, Some(10)), at(1, Some(30)), at(2, Some(20)), at(5, None), at(9, Some(7)), at(10, Some(99))];
        let points = points(&samples, Timestamp::EPOCH, Timestamp::EPOCH.plus_seconds(10), 3);
        assert_eq!(points[0], Some(ChartPoint { p05_us: 10, median_us: 20, p95_us: 30 }));
        assert_eq!(points[1], None);
        assert_eq!(points[2].unwrap().median_us, 7, "the end of the range is not part of it");
    }
}
