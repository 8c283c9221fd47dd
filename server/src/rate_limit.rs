//! Limits on tries for each key, on top of `governor`: some at once, then one at a time.
//!
//! Time comes from [`Clock`], and a try that turned out well can be given back, so that only failures count. The number
//! of keys is bounded: when there are too many, those that are as good as new go first, then the one with most credit.

use std::{
    collections::HashMap,
    net::IpAddr,
    num::NonZeroU32,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use app::api::error::ApiError;
use domain::time::Timestamp;
use governor::{Quota, RateLimiter, clock::Clock as _, middleware::NoOpMiddleware, nanos::Nanos, state::StateStore};

use crate::clock::Clock;

/// Keys in mind at once: about a megabyte. More addresses than this are a flood, not people.
const KEYS_MAX: usize = 10_000;
/// A key is cut here: long enough for a mail address, short enough for the bound above to mean something.
const KEY_CHARS_MAX: usize = 254;
/// The machine's clock is set back now and then by milliseconds; by more than this, all tries are forgotten rather than
/// held against people until the old time comes round again.
const CLOCK_STEP_BACK_S: i64 = 60;

/// `burst` tries at once, then one each `every_s` seconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Allowance {
    pub burst: u32,
    pub every_s: u32,
}

/// Too many tries: none before `until`, which is `seconds` away, rounded up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limited {
    pub until: Timestamp,
    pub seconds: i64,
}

impl From<Limited> for ApiError {
    fn from(limited: Limited) -> Self {
        Self::Limited { until: limited.until, seconds: limited.seconds }
    }
}

/// Counts tries by key. Cheap to clone.
#[derive(Clone)]
pub struct RateLimit {
    limiter: Arc<RateLimiter<String, Keys, Hands, NoOpMiddleware<Nanos>>>,
    hands: Hands,
    keys: Keys,
    every: Nanos,
}

impl std::fmt::Debug for RateLimit {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "RateLimit({} keys)", self.keys.len())
    }
}

impl RateLimit {
    pub fn new(allowance: Allowance, clock: Clock) -> Self {
        let burst = NonZeroU32::new(allowance.burst).unwrap_or(NonZeroU32::MIN);
        let every = Duration::from_secs(u64::from(allowance.every_s.max(1)));
        let quota = Quota::with_period(every).unwrap_or(Quota::per_second(NonZeroU32::MIN)).allow_burst(burst);
        let now = clock.now();
        let state = Arc::new(Mutex::new(State { base: now, last: now, arrivals: HashMap::new() }));
        let (hands, keys) = (Hands { clock, state: Arc::clone(&state) }, Keys { state });
        let limiter = Arc::new(RateLimiter::new(quota, keys.clone(), hands.clone()));
        Self { limiter, hands, keys, every: every.into() }
    }

    /// Counts a try under `key`, or says when the next one is allowed. A refused try does not count.
    pub fn attempt(&self, key: &str) -> Result<(), Limited> {
        self.limiter.check_key(&cut(key)).map_err(|not_until| {
            let wait = not_until.wait_time_from(self.hands.now());
            let micros = i64::try_from(wait.as_micros()).unwrap_or(i64::MAX);
            let seconds = micros.saturating_add(999_999) / 1_000_000;
            Limited { until: self.hands.clock.now().plus_micros(micros), seconds: seconds.max(1) }
        })
    }

    /// Gives the last try under `key` back: it was a good one.
    pub fn give_back(&self, key: &str) {
        let mut state = self.keys.lock();
        if let Some(arrival) = state.arrivals.get_mut(&cut(key)) {
            *arrival = arrival.saturating_sub(self.every);
        }
    }
}

/// The key of a client's address: one for each IPv4 address, one for each /64 of IPv6, since a customer gets as many
/// addresses as they like there. Anything else is its own key.
pub fn client_key(client: &str) -> String {
    match client.parse::<IpAddr>().map(|ip| ip.to_canonical()) {
        Ok(IpAddr::V6(ip)) => {
            let [a, b, c, d, ..] = ip.segments();
            format!("{a:x}:{b:x}:{c:x}:{d:x}::/64")
        }
        Ok(IpAddr::V4(ip)) => ip.to_string(),
        Err(_) => client.to_owned(),
    }
}

fn cut(key: &str) -> String {
    key.chars().take(KEY_CHARS_MAX).collect()
}

/// What the limiter remembers. Arrivals are "theoretical arrival times" after `base`, as governor counts them.
struct State {
    base: Timestamp,
    /// Latest instant seen.
    last: Timestamp,
    arrivals: HashMap<String, Nanos>,
}

/// Our clock as governor wants it: nanoseconds since the limiter was made.
#[derive(Clone)]
struct Hands {
    clock: Clock,
    state: Arc<Mutex<State>>,
}

impl governor::clock::Clock for Hands {
    type Instant = Nanos;

    fn now(&self) -> Nanos {
        let now = self.clock.now();
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        if now < state.last.plus_seconds(-CLOCK_STEP_BACK_S) {
            *state = State { base: now, last: now, arrivals: HashMap::new() };
        }
        state.last = state.last.max(now);
        nanos_between(state.base, now)
    }
}

fn nanos_between(earlier: Timestamp, later: Timestamp) -> Nanos {
    let micros = u64::try_from(later.micros_since(earlier)).unwrap_or(0);
    Nanos::new(micros.saturating_mul(1_000))
}

/// The tries of each key, bounded in number.
#[derive(Clone)]
struct Keys {
    state: Arc<Mutex<State>>,
}

impl Keys {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn len(&self) -> usize {
        self.lock().arrivals.len()
    }
}

impl StateStore for Keys {
    type Key = String;

    fn measure_and_replace<T, F, E>(&self, key: &String, decide: F) -> Result<T, E>
    where
        F: Fn(Option<Nanos>) -> Result<(T, Nanos), E>,
    {
        let mut state = self.lock();
        let (answer, arrival) = decide(state.arrivals.get(key).copied())?;
        if KEYS_MAX <= state.arrivals.len() && !state.arrivals.contains_key(key) {
            make_room(&mut state);
        }
        state.arrivals.insert(key.clone(), arrival);
        Ok(answer)
    }
}

/// Drops the keys that are as good as new; when there are none, the one that is nearest to it.
fn make_room(state: &mut State) {
    let now = nanos_between(state.base, state.last);
    state.arrivals.retain(|_, arrival| now < *arrival);
    if KEYS_MAX <= state.arrivals.len() {
        let mildest = state.arrivals.iter().min_by_key(|(_, arrival)| **arrival).map(|(key, _)| key.clone());
        if let Some(mildest) = mildest {
            state.arrivals.remove(&mildest);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FIVE: Allowance = Allowance { burst: 5, every_s: 30 };

    fn start() -> Timestamp {
        Timestamp::from_millis(1_795_000_000_000)
    }

    fn limit() -> RateLimit {
        RateLimit::new(FIVE, Clock::from(start()))
    }

    #[tokio::test(start_paused = true)]
    async fn five_at_once_then_one_each_half_minute() {
        let limit = limit();
        for _ in 0..5 {
            assert_eq!(limit.attempt("jo"), Ok(()));
        }
        let limited = Limited { until: start().plus_seconds(30), seconds: 30 };
        assert_eq!(limit.attempt("jo"), Err(limited));
        assert_eq!(limit.attempt("kim"), Ok(()), "another key is another count");
        tokio::time::advance(Duration::from_millis(29_500)).await;
        assert_eq!(limit.attempt("jo"), Err(Limited { seconds: 1, ..limited }));
        tokio::time::advance(Duration::from_millis(500)).await;
        assert_eq!(limit.attempt("jo"), Ok(()));
        assert!(limit.attempt("jo").is_err());
    }

    #[tokio::test(start_paused = true)]
    async fn a_good_try_is_given_back() {
        let limit = limit();
        for _ in 0..50 {
            assert_eq!(limit.attempt("jo"), Ok(()));
            limit.give_back("jo");
        }
        for _ in 0..5 {
            assert_eq!(limit.attempt("jo"), Ok(()), "good tries leave the count as it was");
        }
        assert!(limit.attempt("jo").is_err());
    }

    #[tokio::test(start_paused = true)]
    async fn a_flood_of_keys_is_bounded_and_frees_no_one_who_is_limited() {
        let limit = limit();
        while limit.attempt("jo").is_ok() {}
        for index in 0..KEYS_MAX + 50 {
            assert_eq!(limit.attempt(&format!("flood-{index}")), Ok(()));
        }
        assert_eq!(limit.keys.len(), KEYS_MAX);
        assert!(limit.attempt("jo").is_err());
        tokio::time::advance(Duration::from_secs(600)).await;
        assert_eq!(limit.attempt("new"), Ok(()));
        assert_eq!(limit.keys.len(), 1, "all others were as good as new");
    }

    #[tokio::test(start_paused = true)]
    async fn a_clock_that_is_set_back_locks_nobody_out() {
        let limit = limit();
        while limit.attempt("jo").is_ok() {}
        limit.keys.lock().last = start().plus_seconds(3_600);
        assert_eq!(limit.attempt("jo"), Ok(()));
    }

    #[test]
    fn a_v6_network_is_one_client() {
        assert_eq!(client_key("2001:db8:1:2:3:4:5:6"), client_key("2001:db8:1:2::9"));
        assert_ne!(client_key("2001:db8:1:2::9"), client_key("2001:db8:1:3::9"));
        assert_eq!(client_key("::ffff:192.0.2.7"), "192.0.2.7");
        assert_eq!(client_key("odd"), "odd");
    }
}
