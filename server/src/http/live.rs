//! `GET /api/v1/live`: numbered changes as Server-Sent Events. `Last-Event-ID` (or `?after=`) resumes without a gap.

use std::{convert::Infallible, sync::Arc, time::Duration};

use app::api::{
    live::{LiveChange, LiveEvent},
    principal::Principal,
};
use axum::{
    Extension,
    extract::{Query, State},
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Response, Sse, sse::Event},
};
use domain::access::{Scope, Side};
use futures::{Stream, StreamExt, stream};
use serde::Deserialize;
use tokio::{
    sync::broadcast::{Receiver, error::RecvError},
    time::Instant,
};

use crate::{
    actors::live::Published,
    clock::Clock,
    engine::Engine,
    store::{Db, events, sessions},
};

/// A browser that hears nothing for longer than this, and a little, says that it is cut off.
const BEAT: Duration = Duration::from_secs(10);
/// A longer gap gets a fresh page instead of its events.
pub const GAP_MAX: i64 = 500;
/// Open streams; each is a connection that somebody keeps open.
pub const STREAMS_MAX: usize = 4_096;

/// What the stream needs. `open` bounds the streams of the whole installation.
#[derive(Debug, Clone)]
pub struct LiveState {
    pub db: Db,
    pub clock: Clock,
    pub engine: Engine,
    pub open: Arc<tokio::sync::Semaphore>,
}

#[derive(Debug, Deserialize)]
pub struct Resume {
    after: Option<i64>,
}

pub async fn live(
    State(state): State<LiveState>,
    Extension(who): Extension<Option<Principal>>,
    Query(resume): Query<Resume>,
    headers: HeaderMap,
) -> Response {
    let Some(who) = who else { return (StatusCode::UNAUTHORIZED, "Please sign in.\n").into_response() };
    let Ok(permit) = state.open.clone().try_acquire_owned() else {
        return (StatusCode::SERVICE_UNAVAILABLE, "Too many live streams are open.\n").into_response();
    };
    let last_id = headers.get("last-event-id").and_then(|value| value.to_str().ok()?.parse().ok());
    // Subscribed before the gap is read: what is committed in between arrives twice and is sent once.
    let receiver = state.engine.subscribe();
    let last = match events::last(state.db.read()).await {
        Ok(last) => last,
        Err(error) => {
            tracing::warn!(%error, "a live stream could not start");
            return (StatusCode::SERVICE_UNAVAILABLE, "The event log cannot be read.\n").into_response();
        }
    };
    let after = last_id.or(resume.after).unwrap_or(last).clamp(0, last);
    let reader = Reader {
        scope: who.scope(),
        side: who.side(),
        who,
        state,
        receiver,
        sent: after,
        last,
        begun: false,
        beat_at: Instant::now() + BEAT,
    };
    let events = stream::unfold((reader, permit), |(mut reader, permit)| async move {
        reader.next().await.map(|events| (stream::iter(events), (reader, permit)))
    });
    sse(events.flatten())
}

fn sse(events: impl Stream<Item = Result<Event, Infallible>> + Send + 'static) -> Response {
    let mut response = Sse::new(events).into_response();
    // Proxies that buffer would hold the news back.
    response.headers_mut().insert("x-accel-buffering", http::HeaderValue::from_static("no"));
    response
}

struct Reader {
    state: LiveState,
    who: Principal,
    scope: Scope,
    side: Side,
    receiver: Receiver<Arc<Published>>,
    /// Number of the last event sent or passed over.
    sent: i64,
    /// Last event when the stream began.
    last: i64,
    begun: bool,
    /// Kept whatever happens in between: events of others reach this reader as silence.
    beat_at: Instant,
}

impl Reader {
    /// The next events to send; `None` ends the stream.
    async fn next(&mut self) -> Option<Vec<Result<Event, Infallible>>> {
        if !self.begun {
            self.begun = true;
            return Some(self.gap().await);
        }
        loop {
            match tokio::time::timeout_at(self.beat_at, self.receiver.recv()).await {
                Err(_) => {
                    self.beat_at = Instant::now() + BEAT;
                    // A session that ended ends its stream at the next beat.
                    let alive =
                        sessions::is_alive(self.state.db.read(), self.who.session, self.state.clock.now()).await;
                    return match alive {
                        Ok(false) => None,
                        Ok(true) | Err(_) => Some(vec![Ok(beat(self.sent))]),
                    };
                }
                Ok(Ok(published)) if published.seq <= self.sent => {}
                Ok(Ok(published)) => {
                    self.sent = published.seq;
                    if self.sees(&published) {
                        return Some(vec![Ok(self.event(&published))]);
                    }
                }
                Ok(Err(RecvError::Lagged(_))) => return Some(vec![Ok(self.resync())]),
                Ok(Err(RecvError::Closed)) => return None,
            }
        }
    }

    /// What happened between the page and the stream.
    async fn gap(&mut self) -> Vec<Result<Event, Infallible>> {
        // Something is sent at once, so that the browser knows that the stream is open.
        let mut events = vec![Ok(beat(self.sent))];
        if GAP_MAX < self.last - self.sent {
            self.sent = self.last;
            events.push(Ok(self.resync()));
            return events;
        }
        match events::after(self.state.db.read(), self.sent, GAP_MAX.unsigned_abs()).await {
            Ok(missed) => {
                // Numbers have no gaps, so a first one that is higher than expected was forgotten.
                if missed.first().is_some_and(|first| self.sent + 1 < first.seq) {
                    events.push(Ok(self.resync()));
                }
                for stored in missed {
                    self.sent = stored.seq;
                    if let Ok(published) = Published::new(&stored)
                        && self.sees(&published)
                    {
                        events.push(Ok(self.event(&published)));
                    }
                }
            }
            Err(error) => {
                tracing::warn!(%error, "missed events could not be read");
                events.push(Ok(self.resync()));
            }
        }
        events
    }

    fn sees(&self, published: &Published) -> bool {
        self.scope.covers(published.customer) && (self.side == Side::Staff || published.for_customers)
    }

    fn event(&self, published: &Published) -> Event {
        let data = match self.side {
            Side::Staff => &published.staff_json,
            Side::Customer => &published.customer_json,
        };
        Event::default().id(published.seq.to_string()).event("change").data(data)
    }

    fn resync(&self) -> Event {
        let event = LiveEvent { seq: self.sent, at: self.state.clock.now(), change: LiveChange::Resync };
        let data = serde_json::to_string(&event).unwrap_or_default();
        Event::default().id(self.sent.to_string()).event("change").data(data)
    }
}

fn beat(seq: i64) -> Event {
    Event::default().id(seq.to_string()).event("beat").data("")
}
