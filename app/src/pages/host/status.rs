//! The one sentence at the top of a host's page: is it well, and since when.

use domain::{fault::reference, time::Timestamp};
use leptos::prelude::*;

use crate::{
    api::{
        board::{Tile, TileState},
        hosts::{HostPage, ServiceRow},
    },
    components::{
        icon::Icon,
        status::Mark,
        time::{Ago, At},
    },
};

/// What the sentence says.
#[derive(Debug, Clone, PartialEq)]
enum Line {
    /// A service is not well: which, since when, and how many more.
    Fault {
        tile: Tile,
        words: String,
        since: Option<Timestamp>,
        fault: Option<i64>,
        more: usize,
    },
    Paused,
    /// In downtime, and no fault outside it.
    Planned,
    NothingWatched,
    /// No result yet.
    Pending {
        interval_s: Option<u32>,
    },
    Stale {
        last: Option<Timestamp>,
    },
    Well {
        last: Option<Timestamp>,
    },
}

impl Line {
    fn of(page: &HostPage) -> Self {
        let bad = |row: &&ServiceRow| TileState::Unknown <= row.tile.state;
        let last = page.services.iter().filter_map(|row| row.last_observed_at).max();
        let worst = page.services.iter().filter(bad).max_by_key(|row| (row.tile.state, row.fault.is_some()));
        let more = page.services.iter().filter(bad).count().saturating_sub(1);
        match (page.tile.state, worst) {
            _ if page.paused => Self::Paused,
            (_, Some(row)) => Self::Fault {
                tile: row.tile,
                words: fault_words(&row.name, row.tile.state),
                since: since(page, row),
                fault: row.fault,
                more,
            },
            _ if page.services.is_empty() => Self::NothingWatched,
            (TileState::Paused, None) => Self::Paused,
            (TileState::Maintenance, None) => Self::Planned,
            (TileState::Pending, None) => {
                Self::Pending { interval_s: page.services.iter().map(|row| row.interval_s).min() }
            }
            (TileState::Stale, None) => Self::Stale { last },
            (_, None) => Self::Well { last },
        }
    }
}

fn fault_words(service: &str, state: TileState) -> String {
    match state {
        TileState::Critical => format!("{service} is down"),
        TileState::Degraded => format!("{service} is degraded"),
        TileState::Flapping => format!("{service} keeps failing and coming back"),
        _ => format!("{service} cannot be checked"),
    }
}

/// When the service took its state: its newest hard transition, if the timeline reaches so far back.
fn since(page: &HostPage, row: &ServiceRow) -> Option<Timestamp> {
    let newest = page.timeline.iter().filter(|entry| entry.hard).find(|entry| entry.service == row.name)?;
    (newest.tile.state == row.tile.state).then_some(newest.at)
}

/// The sentence, as a banner when somebody has to do something.
#[component]
pub(super) fn StatusLine(
    /// The page's data; later changes are followed.
    page: RwSignal<HostPage>,
) -> impl IntoView {
    let line = Memo::new(move |_| page.with(Line::of));
    move || match line.get() {
        Line::Fault { tile, words, since, fault, more } => {
            view! { <FaultBanner tile words since fault more/> }.into_any()
        }
        Line::Paused => plain("pause", "Paused.", "Nothing is checked and nobody is told of faults."),
        Line::Planned => plain("wrench", "Planned work is under way.", "What is seen is recorded, and nobody is told."),
        Line::NothingWatched => {
            let may_edit = page.with_untracked(|page| page.may_edit);
            plain(
                "info",
                "Nothing is checked here yet.",
                if may_edit { "Add a service to watch this host." } else { "" },
            )
        }
        Line::Pending { interval_s } => {
            let wait = interval_s.map(|seconds| format!("First results in about {seconds} s.")).unwrap_or_default();
            plain("clock", "No results yet.", &wait)
        }
        Line::Stale { last } => view! {
            <div class="banner banner--warn mb" role="status">
                <Icon name="unlink"/>
                <p>
                    <strong>"Not checked lately."</strong>
                    " "
                    <span class="note">
                        {last.map(|at| view! { "The last result is from " <At at/> ". " })}
                        "What you see may be out of date."
                    </span>
                </p>
            </div>
        }
        .into_any(),
        Line::Well { last } => view! {
            <p class="ink2 mb">
                "Answers." {last.map(|at| view! { " Last checked " <Ago at/> " ago." })}
            </p>
        }
        .into_any(),
    }
}

fn plain(icon: &'static str, strong: &'static str, note: &str) -> AnyView {
    let note = note.to_owned();
    view! {
        <div class="banner mb" role="status">
            <Icon name=icon/>
            <p>
                <strong>{strong}</strong>
                " "
                <span class="note">{note}</span>
            </p>
        </div>
    }
    .into_any()
}

#[component]
fn FaultBanner(tile: Tile, words: String, since: Option<Timestamp>, fault: Option<i64>, more: usize) -> impl IntoView {
    let (class, role) = match tile.state {
        TileState::Critical => ("banner banner--crit mb", "alert"),
        TileState::Degraded | TileState::Flapping => ("banner banner--warn mb", "status"),
        _ => ("banner mb", "status"),
    };
    let others = match more {
        0 => String::new(),
        1 => " 1 more service is not well.".to_owned(),
        more => format!(" {more} more services are not well."),
    };
    let since = since.map(|at| view! { " since " <At at/> });
    let number = fault.map(|number| format!(", {}", reference(number)));
    let note = if tile.acknowledged { "Acknowledged." } else { "" };
    let link = fault.map(|number| {
        view! {
            <a class="btn" href=format!("/f/{number}")>
                "Open fault"
            </a>
        }
    });
    view! {
        <div class=class role=role>
            <Mark tile/>
            <p>
                <strong>{words} {since} {number} "."</strong>
                " "
                <span class="note">{note} {others}</span>
            </p>
            {link}
        </div>
    }
}

#[cfg(test)]
mod tests {
    use domain::{cover::CoverLevel, id::HostId, id::ServiceId, probe::ProbeKind};
    use uuid::Uuid;

    use super::*;
    use crate::api::hosts::{ChartRange, HostKind, TimelineRow};

    fn tile(state: TileState) -> Tile {
        Tile { state, acknowledged: false }
    }

    fn service(name: &str, state: TileState, fault: Option<i64>) -> ServiceRow {
        ServiceRow {
            id: ServiceId(Uuid::nil()),
            name: name.to_owned(),
            kind: ProbeKind::Ping,
            target: String::new(),
            tile: tile(state),
            checking: None,
            text: String::new(),
            latency_us: None,
            last_observed_at: Some(Timestamp::EPOCH.plus_seconds(30)),
            interval_s: 60,
            paused: false,
            fault,
            spark: Vec::new(),
        }
    }

    fn page(state: TileState, services: Vec<ServiceRow>) -> HostPage {
        HostPage {
            now: Timestamp::EPOCH,
            seq: 0,
            id: HostId(Uuid::nil()),
            name: String::new(),
            system: String::new(),
            kind: HostKind::Other,
            address: String::new(),
            access_note: String::new(),
            customer: String::new(),
            site: String::new(),
            cover: CoverLevel::None,
            paused: false,
            tile: tile(state),
            services,
            chart: None,
            range: ChartRange::Day,
            timeline: Vec::new(),
            parents: Vec::new(),
            downtimes: Vec::new(),
            may_edit: false,
        }
    }

    #[test]
    fn the_worst_service_is_named_with_its_start_and_fault() {
        let services = vec![
            service("Ping", TileState::Degraded, Some(7)),
            service("SIP trunk", TileState::Critical, Some(1_042)),
            service("Web page", TileState::Ok, None),
        ];
        let mut page = page(TileState::Critical, services);
        let at = Timestamp::EPOCH.plus_seconds(9);
        page.timeline = vec![TimelineRow {
            at,
            service: "SIP trunk".to_owned(),
            tile: tile(TileState::Critical),
            hard: true,
            text: String::new(),
            fault: Some(1_042),
        }];
        let expected = Line::Fault {
            tile: tile(TileState::Critical),
            words: "SIP trunk is down".to_owned(),
            since: Some(at),
            fault: Some(1_042),
            more: 1,
        };
        assert_eq!(Line::of(&page), expected);
    }

    #[test]
    fn a_start_beyond_the_timeline_is_left_out() {
        let page = page(TileState::Critical, vec![service("Ping", TileState::Critical, None)]);
        assert!(matches!(Line::of(&page), Line::Fault { since: None, .. }));
    }

    #[test]
    fn a_host_that_is_well_says_when_it_was_checked() {
        let at = Some(Timestamp::EPOCH.plus_seconds(30));
        assert_eq!(Line::of(&page(TileState::Ok, vec![service("Ping", TileState::Ok, None)])), Line::Well { last: at });
        assert_eq!(
            Line::of(&page(TileState::Stale, vec![service("Ping", TileState::Stale, None)])),
            Line::Stale { last: at }
        );
    }

    #[test]
    fn paused_pending_and_empty_are_said() {
        let mut paused = page(TileState::Paused, vec![service("Ping", TileState::Critical, None)]);
        paused.paused = true;
        assert_eq!(Line::of(&paused), Line::Paused);
        let planned = page(TileState::Maintenance, vec![service("Ping", TileState::Maintenance, Some(7))]);
        assert_eq!(Line::of(&planned), Line::Planned);
        let pending = page(TileState::Pending, vec![service("Ping", TileState::Pending, None)]);
        assert_eq!(Line::of(&pending), Line::Pending { interval_s: Some(60) });
        assert_eq!(Line::of(&page(TileState::Pending, Vec::new())), Line::NothingWatched);
    }
}
