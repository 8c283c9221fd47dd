//! Counters of the engine's own health. Plain atomics: read by `/metrics` and the bench, written on the hot path.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

/// Upper edges of the lateness buckets in milliseconds; a last bucket holds everything later.
pub const LATENESS_EDGES_MS: [u64; 12] = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 5_000, 30_000];

#[derive(Debug, Default)]
pub struct Stats {
    pub probes_started: AtomicU64,
    pub probes_finished: AtomicU64,
    pub hosts: AtomicU64,
    pub services: AtomicU64,
    pub stale: AtomicU64,
    /// Host actors that ended by a panic.
    pub panics: AtomicU64,
    /// Samples that the recorder could not take.
    pub samples_dropped: AtomicU64,
    pub decisions: AtomicU64,
    pub decisions_failed: AtomicU64,
    pub mails_sent: AtomicU64,
    pub mails_failed: AtomicU64,
    /// Unix milliseconds of the monitor's last tick.
    pub monitor_tick_ms: AtomicU64,
    lateness: [AtomicU64; LATENESS_EDGES_MS.len() + 1],
}

impl Stats {
    /// How long after it was due a probe was started.
    pub fn started_late(&self, late_ms: i64) {
        let late = u64::try_from(late_ms).unwrap_or(0);
        let index = LATENESS_EDGES_MS.iter().position(|edge| late <= *edge).unwrap_or(LATENESS_EDGES_MS.len());
        if let Some(bucket) = self.lateness.get(index) {
            bucket.fetch_add(1, Relaxed);
        }
        self.probes_started.fetch_add(1, Relaxed);
    }

    /// Counts by bucket, in the order of [`LATENESS_EDGES_MS`], the last one open.
    pub fn lateness(&self) -> Vec<u64> {
        self.lateness.iter().map(|bucket| bucket.load(Relaxed)).collect()
    }

    /// Upper edge in milliseconds of the bucket that holds the given share (0 to 1) of all starts; `None` when the
    /// share lies in the open bucket or nothing was started.
    pub fn lateness_at(counts: &[u64], share: f64) -> Option<u64> {
        let total: u64 = counts.iter().sum();
        #[expect(
            clippy::cast_precision_loss,
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "counts of probes are far below 2^52"
        )]
        let wanted = (total as f64 * share).ceil() as u64;
        let mut seen = 0;
        for (count, edge) in counts.iter().zip(LATENESS_EDGES_MS) {
            seen += count;
            if 0 < total && wanted <= seen {
                return Some(edge);
            }
        }
        None
    }
}

/// Adds one; every counter here is only ever counted up.
pub fn count(counter: &AtomicU64) {
    counter.fetch_add(1, Relaxed);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_share_is_found_in_its_bucket() {
        let stats = Stats::default();
        for late in [0, 0, 1, 3, 700] {
            stats.started_late(late);
        }
        let counts = stats.lateness();
        assert_eq!(Stats::lateness_at(&counts, 0.5), Some(1));
        assert_eq!(Stats::lateness_at(&counts, 0.8), Some(5));
        assert_eq!(Stats::lateness_at(&counts, 1.0), Some(1_000));
        assert_eq!(Stats::lateness_at(&[0; 13], 0.5), None);
    }
}
