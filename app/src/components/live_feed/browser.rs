//! The stream itself: an `EventSource`, its reconnection, and the followers. Browser only.

use std::{collections::VecDeque, rc::Rc, time::Duration};

use domain::time::Timestamp;
use leptos::{leptos_dom::helpers::IntervalHandle, prelude::*, task::spawn_local};
use wasm_bindgen::{JsCast, closure::Closure};
use web_sys::{EventSource, MessageEvent};

use super::{Connection, LOST_AFTER_MS, LiveFeed, SILENCE_MS_MAX, retry_s};
use crate::api::{
    live::{LiveChange, LiveEvent},
    session::load_me,
};

/// Enough to hand on what arrived between reading a page's data and following the stream.
const RECENT_MAX: usize = 500;
/// What comes within this time after a reconnection happened while the reader was away.
const CATCH_UP: Duration = Duration::from_millis(1_500);
const CAUGHT_UP_SHOWN: Duration = Duration::from_secs(10);
/// From this try on, ask whether the session has ended: a stream that is refused looks like one that is broken.
const ASK_AFTER_ATTEMPTS: u32 = 2;

type OnEvent = Rc<dyn Fn(LiveEvent)>;

struct Follower {
    id: u64,
    /// Events up to this number are in the follower's data already.
    seq: i64,
    on_event: OnEvent,
}

/// Handlers must live as long as their source.
struct Source {
    source: EventSource,
    _on_change: Closure<dyn FnMut(MessageEvent)>,
    _on_beat: Closure<dyn FnMut(MessageEvent)>,
    _on_open: Closure<dyn FnMut(MessageEvent)>,
    _on_error: Closure<dyn FnMut(MessageEvent)>,
}

impl Drop for Source {
    fn drop(&mut self) {
        self.source.close();
    }
}

#[derive(Default)]
pub(super) struct Stream {
    source: Option<Source>,
    followers: Vec<Follower>,
    followers_made: u64,
    recent: VecDeque<LiveEvent>,
    seq: Option<i64>,
    /// When the last event or heartbeat came.
    last_sign: Option<Timestamp>,
    /// Failed tries in a row.
    attempts: u32,
    down_since: Option<Timestamp>,
    retry_at: Option<Timestamp>,
    /// Events since the reconnection, while they are still counted.
    catching_up: Option<u32>,
    watch: Option<IntervalHandle>,
}

#[expect(clippy::cast_possible_truncation, reason = "the browser's milliseconds are whole and far from the limit")]
fn now() -> Timestamp {
    Timestamp::from_millis(js_sys::Date::now() as i64)
}

/// Adds a follower, hands it what it missed since its data was read, and opens the stream if it is not.
pub(super) fn follow(feed: LiveFeed, seq: i64, on_event: OnEvent) -> u64 {
    let mut missed = Vec::new();
    let mut id = 0;
    let mut is_open = false;
    feed.stream.update_value(|stream| {
        stream.followers_made += 1;
        id = stream.followers_made;
        missed = stream.recent.iter().filter(|event| seq < event.seq).cloned().collect();
        stream.followers.push(Follower { id, seq, on_event: Rc::clone(&on_event) });
        stream.seq.get_or_insert(seq);
        is_open = stream.watch.is_some();
    });
    for event in missed {
        on_event(event);
    }
    if !is_open {
        watch(feed);
        open(feed);
    }
    id
}

pub(super) fn unfollow(feed: LiveFeed, id: u64) {
    feed.stream.try_update_value(|stream| stream.followers.retain(|follower| follower.id != id));
}

/// Closes what is open and connects from the last number on.
pub(super) fn open(feed: LiveFeed) {
    let after = feed.stream.with_value(|stream| stream.seq).unwrap_or_default();
    feed.stream.update_value(|stream| {
        stream.source = None;
        stream.retry_at = None;
    });
    let source = connect(feed, &format!("/api/v1/live?after={after}"));
    match source {
        Some(source) => feed.stream.update_value(|stream| stream.source = Some(source)),
        None => on_error(feed),
    }
}

fn connect(feed: LiveFeed, url: &str) -> Option<Source> {
    let source = EventSource::new(url).ok()?;
    let on_change = Closure::<dyn FnMut(MessageEvent)>::new(move |event| on_change(feed, &event));
    let on_beat = Closure::<dyn FnMut(MessageEvent)>::new(move |_| sign(feed));
    let on_open = Closure::<dyn FnMut(MessageEvent)>::new(move |_| on_open(feed));
    let on_error = Closure::<dyn FnMut(MessageEvent)>::new(move |_| on_error(feed));
    let listen = |name, closure: &Closure<dyn FnMut(MessageEvent)>| {
        source.add_event_listener_with_callback(name, closure.as_ref().unchecked_ref()).ok()
    };
    listen("change", &on_change)?;
    listen("beat", &on_beat)?;
    listen("open", &on_open)?;
    listen("error", &on_error)?;
    Some(Source { source, _on_change: on_change, _on_beat: on_beat, _on_open: on_open, _on_error: on_error })
}

/// Looks after the connection every second, for as long as the tab is open.
fn watch(feed: LiveFeed) {
    let handle = set_interval_with_handle(move || look(feed), Duration::from_secs(1)).ok();
    feed.stream.update_value(|stream| stream.watch = handle);
    let retry = move || {
        if feed.connection.get_untracked().is_lost() {
            open(feed);
        }
    };
    let _ = window_event_listener_untyped("online", move |_| retry());
    let _ = window_event_listener_untyped("pageshow", move |_| retry());
}

fn look(feed: LiveFeed) {
    let now = now();
    let (last_sign, down_since, retry_at) =
        feed.stream.with_value(|stream| (stream.last_sign, stream.down_since, stream.retry_at));
    let silent = last_sign.filter(|sign| SILENCE_MS_MAX < now.millis_since(*sign));
    if let (Some(sign), None) = (silent, down_since) {
        fail(feed, sign);
        return;
    }
    if let Some(since) = down_since
        && LOST_AFTER_MS <= now.millis_since(since)
        && !feed.connection.get_untracked().is_lost()
    {
        feed.caught_up.set(None);
        feed.connection.set(Connection::Lost { since });
    }
    if let Some(at) = retry_at {
        let left_s =
            u32::try_from(at.millis_since(now).max(0).saturating_add(999).div_euclid(1_000)).unwrap_or_default();
        feed.retry_in_s.set(left_s);
        if at <= now {
            open(feed);
        }
    }
}

/// A sign of life.
fn sign(feed: LiveFeed) {
    feed.stream.update_value(|stream| stream.last_sign = Some(now()));
}

fn on_open(feed: LiveFeed) {
    sign(feed);
    let was_lost = feed.connection.get_untracked().is_lost();
    feed.stream.update_value(|stream| {
        stream.attempts = 0;
        stream.down_since = None;
        stream.retry_at = None;
        stream.catching_up = was_lost.then_some(0);
    });
    feed.connection.set(Connection::Live);
    if was_lost {
        set_timeout(move || show_caught_up(feed), CATCH_UP);
    }
}

fn show_caught_up(feed: LiveFeed) {
    let mut count = None;
    feed.stream.update_value(|stream| count = stream.catching_up.take());
    if count.is_some() {
        feed.caught_up.set(count);
        set_timeout(move || feed.caught_up.set(None), CAUGHT_UP_SHOWN);
    }
}

fn on_error(feed: LiveFeed) {
    fail(feed, now());
}

/// Gives the connection up and plans the next try. `since` counts only for the first failure in a row.
fn fail(feed: LiveFeed, since: Timestamp) {
    let mut attempts = 0;
    let mut closing = None;
    feed.stream.update_value(|stream| {
        let wait_ms = i64::from(retry_s(stream.attempts)) * 1_000;
        closing = stream.source.take();
        stream.last_sign = None;
        stream.down_since.get_or_insert(since);
        stream.retry_at = Some(now().plus_millis(wait_ms + jitter_ms(wait_ms)));
        stream.attempts += 1;
        attempts = stream.attempts;
    });
    if let Some(closing) = closing {
        closing.source.close();
        // Later: this may be running inside one of the handlers that it owns.
        set_timeout(move || drop(closing), Duration::ZERO);
    }
    if attempts == ASK_AFTER_ATTEMPTS {
        spawn_local(async move {
            if let Ok(None) = load_me().await {
                let here = window().location().pathname().unwrap_or_default();
                let _ = window().location().assign(&format!("/sign-in?next={here}"));
            }
        });
    }
}

/// Up to a fifth more, so that not every tab comes back in the same second.
#[expect(clippy::cast_possible_truncation, clippy::cast_precision_loss, reason = "a few seconds at most")]
fn jitter_ms(wait_ms: i64) -> i64 {
    (js_sys::Math::random() * 0.2 * wait_ms as f64) as i64
}

fn on_change(feed: LiveFeed, message: &MessageEvent) {
    sign(feed);
    let data = message.data().as_string().unwrap_or_default();
    let event = serde_json::from_str::<LiveEvent>(&data).unwrap_or_else(|_| unreadable(feed, message));
    let mut followers = Vec::new();
    feed.stream.update_value(|stream| {
        stream.seq = Some(stream.seq.unwrap_or_default().max(event.seq));
        if let Some(count) = &mut stream.catching_up {
            *count += 1;
        }
        if stream.recent.len() == RECENT_MAX {
            stream.recent.pop_front();
        }
        stream.recent.push_back(event.clone());
        let follows = stream.followers.iter_mut().filter(|follower| follower.seq < event.seq);
        followers = follows
            .map(|follower| {
                follower.seq = event.seq;
                Rc::clone(&follower.on_event)
            })
            .collect();
    });
    for on_event in followers {
        on_event(event.clone());
    }
}

/// A newer server says what this tab cannot read: load everything again.
fn unreadable(feed: LiveFeed, message: &MessageEvent) -> LiveEvent {
    let last = feed.stream.with_value(|stream| stream.seq).unwrap_or_default();
    let seq = message.last_event_id().parse().unwrap_or(last + 1);
    LiveEvent { seq, at: now(), change: LiveChange::Resync }
}
