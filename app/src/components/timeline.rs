//! What happened to a host's services: newest first.

use domain::{access::Side, fault::reference};
use leptos::prelude::*;

use super::{
    status::{Mark, state_word},
    time::At,
};
use crate::api::hosts::TimelineRow;

/// Transitions as a list. Soft ones say that nobody was told.
#[component]
pub fn Timeline(
    /// Newest first; later rows are put in at their place.
    #[prop(into)]
    rows: Signal<Vec<TimelineRow>>,
    /// Whose words.
    side: Side,
) -> impl IntoView {
    view! {
        <ol class="tl tl--wide">
            <For
                each=move || keyed(rows.get())
                key=|(key, _)| key.clone()
                children=move |(_, row)| view! { <Entry row side/> }.into_any()
            />
        </ol>
    }
}

type Key = (i64, String, usize);

/// Rows with a key that stays theirs when newer ones arrive. Equal instants of one service are told apart by counting
/// from the oldest, which new rows do not move.
fn keyed(rows: Vec<TimelineRow>) -> Vec<(Key, TimelineRow)> {
    let twins = |index: usize, row: &TimelineRow| {
        let same = |other: &&TimelineRow| other.at == row.at && other.service == row.service;
        rows.iter().skip(index + 1).filter(same).count()
    };
    let keys: Vec<Key> = rows
        .iter()
        .enumerate()
        .map(|(index, row)| (row.at.as_micros(), row.service.clone(), twins(index, row)))
        .collect();
    keys.into_iter().zip(rows).collect()
}

#[component]
fn Entry(row: TimelineRow, side: Side) -> impl IntoView {
    let words = headline(&row, side);
    let fault = row.fault.map(|number| {
        view! {
            " "
            <a href=format!("/f/{number}")>{reference(number)}</a>
        }
    });
    let text = (!row.text.is_empty()).then(|| view! { <span class="sub">{row.text.clone()}</span> });
    view! {
        <li>
            <At at=row.at/>
            <Mark tile=row.tile/>
            <p>{words} {fault} {text}</p>
        </li>
    }
}

/// "SIP trunk: Critical", or that it is only being looked at again.
fn headline(row: &TimelineRow, side: Side) -> String {
    let word = state_word(row.tile.state, side);
    let service = &row.service;
    match row.hard {
        true => format!("{service}: {word}"),
        false => format!("{service}: {word}, looking again before anybody is told"),
    }
}

#[cfg(test)]
mod tests {
    use domain::time::Timestamp;

    use super::*;
    use crate::api::board::{Tile, TileState};

    fn row(second: i64, hard: bool) -> TimelineRow {
        TimelineRow {
            at: Timestamp::EPOCH.plus_seconds(second),
            service: "SIP trunk".to_owned(),
            tile: Tile { state: TileState::Critical, acknowledged: false },
            hard,
            text: String::new(),
            fault: None,
        }
    }

    #[test]
    fn a_soft_state_says_that_nobody_was_told() {
        assert_eq!(headline(&row(0, true), Side::Customer), "SIP trunk: Down");
        assert_eq!(headline(&row(0, false), Side::Staff), "SIP trunk: Critical, looking again before anybody is told");
    }

    #[test]
    fn keys_stay_when_newer_rows_arrive() {
        let old = keyed(vec![row(1, true), row(1, false)]);
        let new = keyed(vec![row(2, true), row(1, true), row(1, false)]);
        let keys = |rows: &[(Key, TimelineRow)]| rows.iter().map(|(key, _)| key.clone()).collect::<Vec<_>>();
        assert_eq!(keys(&old), keys(&new)[1..]);
        assert_ne!(keys(&old)[0], keys(&old)[1]);
    }
}
