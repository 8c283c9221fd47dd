//! A customer's board as data: what an event does to it, and the sentence at its top. Pure.

use domain::time::Timestamp;

use crate::{
    api::{
        board::{CustomerBoard, SystemRow, TileState},
        faults::FaultRow,
        live::{LiveChange, LiveEvent},
    },
    pages::board::model::{Applied, sort_faults},
};

/// As many ended faults as the server sends.
const RECENT_MAX: usize = 20;

/// Applies one numbered event. Events that the board includes already do nothing.
pub(crate) fn apply(board: &mut CustomerBoard, event: &LiveEvent) -> Applied {
    if event.seq <= board.seq {
        return Applied::Nothing;
    }
    board.seq = event.seq;
    board.last_observed_at = board.last_observed_at.max(Some(event.at));
    match &event.change {
        LiveChange::Fault { row } => apply_fault(board, row),
        LiveChange::Host { host, tile, .. } => {
            let system = systems(board).find(|system| system.id == *host);
            match system {
                Some(system) if system.tile != *tile => {
                    if system.tile.state != tile.state {
                        system.since = Some(event.at);
                    }
                    system.tile = *tile;
                    system.last_observed_at = Some(event.at);
                    Applied::Tile
                }
                _ => Applied::Nothing,
            }
        }
        LiveChange::Ticket { .. } | LiveChange::TicketForStaff { .. } => Applied::Nothing,
        LiveChange::Estate { .. } | LiveChange::Resync => Applied::Reload,
    }
}

/// Applies a fault's new row.
pub(crate) fn apply_fault(board: &mut CustomerBoard, row: &FaultRow) -> Applied {
    let number = row.number;
    let was_open = board.faults.iter().any(|shown| shown.number == number);
    board.faults.retain(|shown| shown.number != number);
    board.recent.retain(|shown| shown.number != number);
    if row.is_open() {
        board.faults.push(row.clone());
        sort_faults(&mut board.faults);
    } else {
        board.recent.insert(0, row.clone());
        board.recent.truncate(RECENT_MAX);
    }
    let open = row.is_open();
    if let Some(system) = systems(board).find(|system| system.id == row.host) {
        match (open, system.fault) {
            (true, None) => system.fault = Some(number),
            (false, Some(shown)) if shown == number => system.fault = None,
            _ => {}
        }
    }
    match (was_open, open) {
        (true, true) => Applied::InPlace { number },
        (false, true) => Applied::Arrived { number },
        (_, false) => Applied::Recovered { number },
    }
}

fn systems(board: &mut CustomerBoard) -> impl Iterator<Item = &mut SystemRow> {
    board.sites.iter_mut().flat_map(|site| site.systems.iter_mut())
}

/// What stands at the top of the page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Headline {
    pub(crate) state: TileState,
    pub(crate) title: String,
    pub(crate) sentence: String,
    /// End of the last fault, when there is none now.
    pub(crate) last_ended_at: Option<Timestamp>,
}

pub(crate) fn headline(board: &CustomerBoard) -> Headline {
    let systems: Vec<_> = board.sites.iter().flat_map(|site| &site.systems).collect();
    let well = systems.iter().filter(|system| system.tile.state == TileState::Ok).count();
    let ill: Vec<_> = systems.iter().filter(|system| system.tile.state != TileState::Ok).collect();
    // What is inside planned work is expected.
    let faults: Vec<_> = board.faults.iter().filter(|row| row.quiet_until.is_none()).collect();
    match faults.as_slice() {
        [] if ill.is_empty() => Headline {
            state: if systems.is_empty() { TileState::Pending } else { TileState::Ok },
            title: if systems.is_empty() { "Nothing is watched yet" } else { "Everything is working" }.to_owned(),
            sentence: all_well(systems.len()),
            last_ended_at: board.recent.first().and_then(|row| row.cleared_at),
        },
        [] => {
            let worst = ill.iter().map(|system| system.tile.state).max().unwrap_or(TileState::Unknown);
            let names: Vec<_> = ill.iter().map(|system| system.system.as_str()).collect();
            let title = match worst {
                TileState::Critical | TileState::Flapping | TileState::Degraded => "We are looking again at something",
                TileState::Maintenance => "Planned work is under way",
                TileState::Paused => "Some systems are not watched",
                _ => "Not everything is known",
            };
            Headline {
                state: worst,
                title: title.to_owned(),
                sentence: format!("It is about {}. {}", some_names(&names), others(well)),
                last_ended_at: None,
            }
        }
        [fault] => Headline {
            state: TileState::of_fault(fault.status, fault.flapping),
            title: fault.headline.clone(),
            sentence: format!("{}. {}", place(fault), others(well)),
            last_ended_at: None,
        },
        [worst, ..] => {
            let mut names: Vec<_> = faults.iter().map(|row| row.system.as_str()).collect();
            names.dedup();
            Headline {
                state: TileState::of_fault(worst.status, worst.flapping),
                title: format!("{} faults are open", faults.len()),
                sentence: format!("They are about {}. {}", some_names(&names), others(well)),
                last_ended_at: None,
            }
        }
    }
}

fn all_well(count: usize) -> String {
    match count {
        0 => "As soon as we watch a system of yours, it is listed here.".to_owned(),
        1 => "Your system answers.".to_owned(),
        count => format!("All {count} of your systems answer."),
    }
}

fn others(well: usize) -> String {
    match well {
        0 => "No other system is known to be well.".to_owned(),
        1 => "1 other system is well.".to_owned(),
        count => format!("{count} other systems are well."),
    }
}

fn place(row: &FaultRow) -> String {
    if row.site.is_empty() { row.system.clone() } else { format!("{}, {}", row.system, row.site) }
}

/// Three names at most: "A, B, C and 2 more".
fn some_names(names: &[&str]) -> String {
    match names {
        [] => "nothing".to_owned(),
        [one] => (*one).to_owned(),
        [first, second] => format!("{first} and {second}"),
        [first, second, third] => format!("{first}, {second} and {third}"),
        [first, second, third, rest @ ..] => format!("{first}, {second}, {third} and {} more", rest.len()),
    }
}

#[cfg(test)]
mod tests {
    use domain::{
        cover::CoverLevel,
        id::{CustomerId, HostId},
        observation::Status,
    };
    use uuid::Uuid;

    use super::*;
    use crate::{
        api::{
            board::{SiteSystems, Tile},
            hosts::HostKind,
        },
        pages::fault::sample,
    };

    fn system(id: u128, name: &str, state: TileState) -> SystemRow {
        SystemRow {
            id: HostId(Uuid::from_u128(id)),
            system: name.to_owned(),
            kind: HostKind::Router,
            tile: Tile { state, acknowledged: false },
            since: None,
            last_observed_at: None,
            days: Vec::new(),
            fault: None,
        }
    }

    fn board(systems: Vec<SystemRow>, faults: Vec<FaultRow>) -> CustomerBoard {
        CustomerBoard {
            now: Timestamp::EPOCH,
            seq: 10,
            customer: "Kelston Care Homes".to_owned(),
            cover: CoverLevel::Cat4,
            faults,
            sites: vec![SiteSystems { name: "Frome".to_owned(), systems }],
            recent: Vec::new(),
            last_observed_at: None,
            support_phone: String::new(),
        }
    }

    fn event(seq: i64, change: LiveChange) -> LiveEvent {
        LiveEvent { seq, at: Timestamp::from_millis(seq * 1_000), change }
    }

    fn title(systems: Vec<SystemRow>, faults: Vec<FaultRow>) -> (String, TileState) {
        let head = headline(&board(systems, faults));
        (head.title, head.state)
    }

    #[test]
    fn well_is_said_only_when_every_system_is() {
        let ok = || system(1, "Line", TileState::Ok);
        assert_eq!(title(vec![ok()], vec![]), ("Everything is working".to_owned(), TileState::Ok));
        let (words, state) = title(vec![ok(), system(2, "Phones", TileState::Stale)], vec![]);
        assert_eq!((words.as_str(), state), ("Not everything is known", TileState::Stale));
        assert_eq!(title(vec![], vec![]).1, TileState::Pending);
    }

    #[test]
    fn one_fault_is_named_and_several_are_counted() {
        let systems =
            || vec![system(1, "Frome internet line", TileState::Critical), system(2, "Phones", TileState::Ok)];
        let head = headline(&board(systems(), vec![sample::row()]));
        assert_eq!(head.title, "Frome internet line is down");
        assert_eq!(head.sentence, "Frome internet line, Frome. 1 other system is well.");
        let second = FaultRow { number: 2, status: Status::Warning, ..sample::row() };
        let head = headline(&board(systems(), vec![sample::row(), second]));
        assert_eq!((head.title.as_str(), head.state), ("2 faults are open", TileState::Critical));
        assert_eq!(head.sentence, "They are about Frome internet line. 1 other system is well.");
    }

    #[test]
    fn a_fault_marks_its_system_and_goes_to_the_recent_ones_when_it_ends() {
        let mut board = board(vec![system(1, "Line", TileState::Ok)], vec![]);
        let opened = event(11, LiveChange::Fault { row: Box::new(sample::row()) });
        assert_eq!(apply(&mut board, &opened), Applied::Arrived { number: 1 });
        assert_eq!(systems(&mut board).next().and_then(|system| system.fault), Some(1));
        let ended = FaultRow { cleared_at: Some(Timestamp::from_millis(12_000)), ..sample::row() };
        let ended = event(12, LiveChange::Fault { row: Box::new(ended) });
        assert_eq!(apply(&mut board, &ended), Applied::Recovered { number: 1 });
        assert_eq!((board.faults.len(), board.recent.len()), (0, 1));
        assert_eq!(systems(&mut board).next().and_then(|system| system.fault), None);
        assert_eq!(apply(&mut board, &ended), Applied::Nothing);
    }

    #[test]
    fn a_system_keeps_the_start_of_its_state_when_it_is_only_acknowledged() {
        let mut board = board(vec![system(1, "Line", TileState::Critical)], vec![]);
        let change = |acknowledged, state| LiveChange::Host {
            host: HostId(Uuid::from_u128(1)),
            customer: CustomerId(Uuid::from_u128(1)),
            tile: Tile { state, acknowledged },
            service: None,
        };
        assert_eq!(apply(&mut board, &event(11, change(true, TileState::Critical))), Applied::Tile);
        assert_eq!(systems(&mut board).next().and_then(|system| system.since), None);
        assert_eq!(apply(&mut board, &event(12, change(false, TileState::Ok))), Applied::Tile);
        let since = systems(&mut board).next().and_then(|system| system.since);
        assert_eq!(since, Some(Timestamp::from_millis(12_000)));
    }

    #[test]
    fn a_long_list_of_names_is_cut() {
        assert_eq!(some_names(&["a", "b", "c", "d", "e"]), "a, b, c and 2 more");
        assert_eq!(some_names(&["a", "b"]), "a and b");
    }
}
