//! When a service is due. The first run is placed in the interval by a hash of the id and stays there.

use uuid::Uuid;

use crate::time::Timestamp;

/// Starts are rounded to this grid so that timers fire together: measured to halve the cost of a check.
pub const GRID_MS: i64 = 50;

/// Where in its interval a service runs: 0 to `interval_ms`, on the grid.
pub fn phase_ms(id: Uuid, interval_ms: i64) -> i64 {
    let slots = (interval_ms / GRID_MS).max(1);
    // FNV-1a: spreads ids that were made in the same millisecond.
    let hash = id
        .as_bytes()
        .iter()
        .fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3));
    let mixed = hash ^ (hash >> 32);
    i64::try_from(mixed % slots.unsigned_abs()).unwrap_or(0) * GRID_MS
}

/// The first instant after `now` that lies at `phase_ms` within an interval counted from 1970.
pub fn next_regular(now: Timestamp, phase_ms: i64, interval_ms: i64) -> Timestamp {
    let interval_ms = interval_ms.max(GRID_MS);
    let since_phase = now.as_millis() - phase_ms;
    let rounds = since_phase.div_euclid(interval_ms) + 1;
    Timestamp::from_millis(rounds * interval_ms + phase_ms)
}

/// `wait_ms` after `now`, rounded up to the grid.
pub fn after(now: Timestamp, wait_ms: i64) -> Timestamp {
    let at = now.as_millis() + wait_ms;
    Timestamp::from_millis((at + GRID_MS - 1).div_euclid(GRID_MS) * GRID_MS)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn the_next_run_is_after_now_within_one_interval(
            id in any::<u128>(), now in 0_i64..4_000_000_000_000, seconds in 1_i64..86_400
        ) {
            let interval = seconds * 1_000;
            let now = Timestamp::from_millis(now);
            let phase = phase_ms(Uuid::from_u128(id), interval);
            prop_assert!((0..interval).contains(&phase));
            let next = next_regular(now, phase, interval);
            prop_assert!(now < next && next.millis_since(now) <= interval);
            prop_assert_eq!(next.as_millis().rem_euclid(GRID_MS), 0);
            prop_assert_eq!(next_regular(next, phase, interval).millis_since(next), interval);
        }
    }

    #[test]
    fn first_runs_are_spread_over_the_interval() {
        let mut tenths = [0_u32; 10];
        for id in 0..10_000_u128 {
            let uuid = Uuid::from_u128(0x0190_0000_0000_7000_8000_0000_0000_0000 + id);
            tenths[usize::try_from(phase_ms(uuid, 10_000) / 1_000).unwrap()] += 1;
        }
        for count in tenths {
            assert!((800..1_200).contains(&count), "{tenths:?}");
        }
    }

    #[test]
    fn a_retry_is_on_the_grid() {
        assert_eq!(after(Timestamp::from_millis(1_001), 1_000), Timestamp::from_millis(2_050));
    }
}
