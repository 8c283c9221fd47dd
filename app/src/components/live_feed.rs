//! The live stream: one per tab, whatever page is open. Pages follow it from the number their data was read at.
//!
//! The wrapper reconnects by itself instead of leaving that to the browser: only then can the banner say when the next
//! try is. Every event reaches every follower, in order, none merged.

#[cfg(feature = "hydrate")]
mod browser;

use std::time::Duration;

use domain::time::Timestamp;
use leptos::prelude::*;

use crate::api::live::LiveEvent;

/// Whether what the reader sees is live.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[cfg_attr(not(feature = "hydrate"), expect(dead_code, reason = "the server opens no stream"))]
pub enum Connection {
    /// No page has followed the stream yet, or the browser half is not running.
    #[default]
    Idle,
    Live,
    /// Without a sign of the server since then.
    Lost {
        since: Timestamp,
    },
}

impl Connection {
    pub fn is_lost(self) -> bool {
        matches!(self, Self::Lost { .. })
    }
}

/// The state of the stream, for the banner, the rail and relative times.
#[derive(Clone, Copy)]
pub struct LiveFeed {
    /// Changes only after three seconds without a connection or thirteen without a heartbeat.
    pub connection: RwSignal<Connection>,
    /// Seconds until the next try, while lost.
    pub retry_in_s: RwSignal<u32>,
    /// Changes that came at once after a reconnection; `None` ten seconds later.
    pub caught_up: RwSignal<Option<u32>>,
    #[cfg(feature = "hydrate")]
    stream: StoredValue<browser::Stream, LocalStorage>,
}

/// Puts the stream into context; opens nothing.
pub fn provide_live_feed() {
    let feed = LiveFeed {
        connection: RwSignal::new(Connection::Idle),
        retry_in_s: RwSignal::new(0),
        caught_up: RwSignal::new(None),
        #[cfg(feature = "hydrate")]
        stream: StoredValue::new_local(browser::Stream::default()),
    };
    provide_context(feed);
}

/// The state of the connection; `Idle` outside the app.
pub fn use_connection() -> Signal<Connection> {
    match use_context::<LiveFeed>() {
        Some(feed) => feed.connection.into(),
        None => Signal::stored(Connection::Idle),
    }
}

/// Calls `on_event` for every event after number `seq` until the calling component is gone. On the server: nothing.
pub fn follow_live(seq: i64, on_event: impl Fn(LiveEvent) + 'static) {
    #[cfg(feature = "hydrate")]
    if let Some(feed) = use_context::<LiveFeed>() {
        // In an effect, so that no event changes a page while it is still being hydrated.
        let on_event = StoredValue::new_local(on_event);
        Effect::new(move |_| {
            let deliver = move |event| {
                on_event.try_with_value(|on_event| on_event(event));
            };
            let id = browser::follow(feed, seq, std::rc::Rc::new(deliver));
            on_cleanup(move || browser::unfollow(feed, id));
        });
    }
    #[cfg(not(feature = "hydrate"))]
    let _ = (seq, on_event);
}

/// The stream carries changes only. When everything was last looked at is asked for this often, so that "last result"
/// does not grow old on a quiet day, and does on one when nothing is looked at any more.
const REFRESH_EVERY: Duration = Duration::from_secs(60);

/// Calls `reload` every minute while the connection stands, until the calling component is gone.
pub fn refresh_now_and_then(reload: impl Fn() + Clone + 'static) {
    let connection = use_connection();
    Effect::new(move |_| {
        let reload = reload.clone();
        let refresh = move || {
            if !connection.get_untracked().is_lost() {
                reload();
            }
        };
        if let Ok(handle) = set_interval_with_handle(refresh, REFRESH_EVERY) {
            on_cleanup(move || handle.clear());
        }
    });
}

/// Tries to connect at once instead of waiting.
pub fn reconnect_now(feed: LiveFeed) {
    #[cfg(feature = "hydrate")]
    browser::open(feed);
    #[cfg(not(feature = "hydrate"))]
    let _ = feed;
}

/// The first tries come quickly, later ones every half minute.
const RETRY_S_MAX: u32 = 30;
/// Three seconds without a connection are a loss that people should know of.
#[cfg_attr(not(feature = "hydrate"), expect(dead_code, reason = "the server opens no stream"))]
const LOST_AFTER_MS: i64 = 3_000;
/// A heartbeat comes every ten seconds; three more for a slow line.
#[cfg_attr(not(feature = "hydrate"), expect(dead_code, reason = "the server opens no stream"))]
const SILENCE_MS_MAX: i64 = 13_000;

/// Seconds to wait before try number `attempt` (from 0): 1, 2, 4, 8, 16, 30, 30 ...
#[cfg_attr(all(not(feature = "hydrate"), not(test)), expect(dead_code, reason = "the server opens no stream"))]
fn retry_s(attempt: u32) -> u32 {
    1_u32.checked_shl(attempt.min(8)).unwrap_or(RETRY_S_MAX).min(RETRY_S_MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tries_become_rarer_up_to_half_a_minute() {
        let waits: Vec<_> = (0..8).map(retry_s).collect();
        assert_eq!(waits, [1, 2, 4, 8, 16, 30, 30, 30]);
        assert_eq!(retry_s(u32::MAX), 30);
    }
}
