//! Keeping a page's data fresh without drawing the page anew: later data goes into the signals that are there.
//! Shared by the pages of hosts, the lab, people and mail.

use std::{future::Future, sync::Arc, time::Duration};

use leptos::{prelude::*, task::spawn_local};
use leptos_router::{
    hooks::{use_location, use_params_map, use_query_map},
    params::ParamsMap,
};

use crate::api::{
    error::ApiError,
    hosts::HostPage,
    live::{LiveChange, LiveEvent},
};

/// What the address asks of a page, from its parameters and its query, as long as the path is the page's `own`.
///
/// On the way to another page the query is gone before this page is: it would load once more, and draw into nothing.
pub(in crate::pages) fn use_asked<T>(
    own: fn(&str) -> bool,
    read: impl Fn(&ParamsMap, &ParamsMap) -> T + Send + Sync + 'static,
) -> Memo<T>
where
    T: Clone + PartialEq + Send + Sync + 'static,
{
    let (params, query, path) = (use_params_map(), use_query_map(), use_location().pathname);
    Memo::new(move |before: Option<&T>| match before {
        Some(before) if !path.with(|path| own(path)) => before.clone(),
        _ => read(&params.read(), &query.read()),
    })
}

/// Several events of one moment are answered by one load.
const GATHER: Duration = Duration::from_millis(150);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Load {
    Idle,
    Asked,
    /// Asked for again while loading: what is on its way may be older than the event.
    Again,
}

/// Loads again when called and hands good answers to `show`; errors leave the page as it is, the connection banner
/// speaks for them. Calls while a load is under way make one more. Browser only: never call it while rendering.
pub(in crate::pages) fn use_reload<T, Answer>(
    load: impl Fn() -> Answer + Send + Sync + 'static,
    show: impl Fn(T) + Send + Sync + 'static,
) -> Callback<()>
where
    T: 'static,
    Answer: Future<Output = Result<T, ApiError>> + 'static,
{
    let state = StoredValue::new(Load::Idle);
    let (load, show) = (Arc::new(load), Arc::new(show));
    Callback::new(move |()| match state.try_get_value() {
        Some(Load::Idle) => {
            state.set_value(Load::Asked);
            start(state, load.clone(), show.clone());
        }
        Some(Load::Asked | Load::Again) => state.set_value(Load::Again),
        None => {} // The page was left.
    })
}

fn start<T, Answer, L, S>(state: StoredValue<Load>, load: Arc<L>, show: Arc<S>)
where
    T: 'static,
    Answer: Future<Output = Result<T, ApiError>> + 'static,
    L: Fn() -> Answer + Send + Sync + 'static,
    S: Fn(T) + Send + Sync + 'static,
{
    let run = move || {
        // Events until here are answered by this load.
        if state.try_set_value(Load::Asked).is_some() {
            return; // The page was left.
        }
        spawn_local(async move {
            let answer = load().await;
            let Some(now) = state.try_get_value() else { return };
            if let Ok(fresh) = answer {
                show(fresh);
            }
            match now {
                Load::Again => start(state, load, show),
                Load::Idle | Load::Asked => state.set_value(Load::Idle),
            }
        });
    };
    set_timeout(run, GATHER);
}

/// Calls `reload` every `seconds` while the page is open and seen.
pub(in crate::pages) fn reload_every(seconds: u64, reload: Callback<()>) {
    Effect::new(move |_| {
        let beat = move || {
            if !document().hidden() {
                reload.run(());
            }
        };
        if let Ok(handle) = set_interval_with_handle(beat, Duration::from_secs(seconds)) {
            on_cleanup(move || handle.clear());
        }
    });
}

/// Calls `reload` when an action has succeeded, and `later` again: what a probe sees takes a moment.
pub(in crate::pages) fn reload_after<S>(action: ServerAction<S>, reload: Callback<()>, later: Option<Duration>)
where
    S: leptos::server_fn::ServerFn + Clone + Send + Sync + 'static,
    S::Output: Send + Sync + 'static,
    S::Error: Send + Sync + 'static,
{
    Effect::new(move |_| {
        let done = 0 < action.version().get() && action.value().with(|value| matches!(value, Some(Ok(_))));
        if done {
            reload.run(());
            if let Some(later) = later {
                set_timeout(move || reload.run(()), later);
            }
        }
    });
}

/// What an event asks of the page of a host.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum After {
    Nothing,
    /// The page's data holds the change; what it does not say (timeline, chart) is loaded again.
    Reload,
}

/// Puts an event into the page's data, as far as the event says it.
pub(super) fn take(page: &mut HostPage, event: &LiveEvent) -> After {
    match &event.change {
        LiveChange::Host { host, tile, service, .. } if *host == page.id => {
            page.tile = *tile;
            if let Some(change) = service
                && let Some(row) = page.services.iter_mut().find(|row| row.id == change.id)
            {
                row.tile = change.tile;
                row.text.clone_from(&change.text);
                row.last_observed_at = Some(event.at);
            }
            After::Reload
        }
        LiveChange::Fault { row } if row.host == page.id => After::Reload,
        // The page does not know its customer's id; a load too many costs little.
        LiveChange::Estate { .. } | LiveChange::Resync => After::Reload,
        LiveChange::Host { .. }
        | LiveChange::Fault { .. }
        | LiveChange::Ticket { .. }
        | LiveChange::TicketForStaff { .. } => After::Nothing,
    }
}

/// Rows of a list: a key and a signal each, so that a change touches one row.
pub(in crate::pages) type Rows<K, T> = Vec<(K, ArcRwSignal<T>)>;

/// Fresh rows in their order. Rows known before keep their signal and change in place.
pub(in crate::pages) fn merged<K, T>(known: &Rows<K, T>, fresh: Vec<T>, key: impl Fn(&T) -> K) -> Rows<K, T>
where
    K: PartialEq,
    T: PartialEq + Send + Sync + 'static,
{
    let row = |fresh: T| {
        let key = key(&fresh);
        match known.iter().find(|(known, _)| *known == key) {
            Some((_, signal)) => {
                if signal.with_untracked(|old| *old != fresh) {
                    signal.set(fresh);
                }
                (key, signal.clone())
            }
            None => (key, ArcRwSignal::new(fresh)),
        }
    };
    fresh.into_iter().map(row).collect()
}

#[cfg(test)]
mod tests {
    use domain::{
        cover::CoverLevel,
        id::{CustomerId, HostId, ServiceId},
        probe::ProbeKind,
        time::Timestamp,
    };
    use uuid::Uuid;

    use super::*;
    use crate::api::{
        board::{Tile, TileState},
        hosts::{ChartRange, HostKind, ServiceRow},
        live::ServiceChange,
    };

    const OK: Tile = Tile { state: TileState::Ok, acknowledged: false };
    const DOWN: Tile = Tile { state: TileState::Critical, acknowledged: false };

    fn host(number: u128) -> HostId {
        HostId(Uuid::from_u128(number))
    }

    fn page() -> HostPage {
        let service = ServiceRow {
            id: ServiceId(Uuid::from_u128(9)),
            name: "SIP trunk".to_owned(),
            kind: ProbeKind::Tcp,
            target: String::new(),
            tile: OK,
            checking: None,
            text: "Answers.".to_owned(),
            latency_us: None,
            last_observed_at: None,
            interval_s: 60,
            paused: false,
            fault: None,
            spark: Vec::new(),
        };
        HostPage {
            now: Timestamp::EPOCH,
            seq: 0,
            id: host(1),
            name: "pbx-bath-1".to_owned(),
            system: "Bath phone system".to_owned(),
            kind: HostKind::Asterisk,
            address: String::new(),
            access_note: String::new(),
            customer: String::new(),
            site: String::new(),
            cover: CoverLevel::Cat2,
            paused: false,
            tile: OK,
            services: vec![service],
            chart: None,
            range: ChartRange::Day,
            timeline: Vec::new(),
            parents: Vec::new(),
            downtimes: Vec::new(),
            may_edit: false,
        }
    }

    fn event(number: u128) -> LiveEvent {
        let service = ServiceChange { id: ServiceId(Uuid::from_u128(9)), tile: DOWN, text: "Refused.".to_owned() };
        let customer = CustomerId(Uuid::from_u128(2));
        let change = LiveChange::Host { host: host(number), customer, tile: DOWN, service: Some(service) };
        LiveEvent { seq: 1, at: Timestamp::EPOCH.plus_seconds(5), change }
    }

    #[test]
    fn an_event_of_this_host_changes_tile_and_service() {
        let mut page = page();
        assert_eq!(take(&mut page, &event(1)), After::Reload);
        let row = page.services.first().unwrap();
        assert_eq!((page.tile, row.tile, row.text.as_str()), (DOWN, DOWN, "Refused."));
        assert_eq!(row.last_observed_at, Some(Timestamp::EPOCH.plus_seconds(5)));
    }

    #[test]
    fn an_event_of_another_host_changes_nothing() {
        let mut page = page();
        let before = page.clone();
        assert_eq!(take(&mut page, &event(2)), After::Nothing);
        assert_eq!(page, before);
    }

    #[test]
    fn fresh_rows_keep_the_signals_of_known_ones() {
        let owner = Owner::new();
        owner.with(|| {
            let known: Rows<i32, (i32, &str)> = merged(&Vec::new(), vec![(1, "a"), (2, "b")], |row| row.0);
            let next = merged(&known, vec![(2, "c"), (3, "d")], |row| row.0);
            let keys: Vec<_> = next.iter().map(|(key, _)| *key).collect();
            assert_eq!(keys, [2, 3]);
            assert_eq!(known[1].1.get_untracked(), (2, "c"), "the known signal carries the change");
        });
    }
}
