//! The status language: a shape, a word, then a colour.

use domain::{access::Side, observation::Status};
use leptos::prelude::*;

use crate::api::{
    board::{Tile, TileState},
    faults::FaultRow,
};

/// The word for a state; customers get plainer ones.
pub fn state_word(state: TileState, side: Side) -> &'static str {
    use Side::{Customer, Staff};
    use TileState as T;
    match (state, side) {
        (T::Ok, _) => "OK",
        (T::Maintenance, Staff) => "In maintenance",
        (T::Maintenance, Customer) => "Planned work",
        (T::Paused, Staff) => "Paused",
        (T::Paused, Customer) => "Not watched",
        (T::Pending, Staff) => "No result yet",
        (T::Stale, Staff) => "Stale",
        (T::Pending | T::Stale | T::Unknown, Customer) => "Not known",
        (T::Unknown, Staff) => "Unknown",
        (T::Degraded, Staff) => "Degraded",
        (T::Degraded, Customer) => "Slow or limited",
        (T::Flapping, Staff) => "Flapping",
        (T::Flapping, Customer) => "On and off",
        (T::Critical, Staff) => "Critical",
        (T::Critical, Customer) => "Down",
    }
}

/// Ending of `m--`, `st--` and `data-lit`.
pub fn state_class(state: TileState) -> &'static str {
    match state {
        TileState::Ok => "ok",
        TileState::Maintenance | TileState::Paused => "mnt",
        TileState::Pending | TileState::Stale | TileState::Unknown => "unk",
        TileState::Degraded => "warn",
        TileState::Flapping => "flp",
        TileState::Critical => "crit",
    }
}

/// The tile of a fault as one side sees it; a recovered fault is OK.
pub fn fault_tile(row: &FaultRow, side: Side) -> Tile {
    let state = match (row.is_open(), row.status) {
        (false, _) => TileState::Ok,
        (true, _) if row.quiet_until.is_some() => TileState::Maintenance,
        (true, Status::Ok) => TileState::Unknown,
        (true, status) => TileState::of_fault(status, row.flapping),
    };
    Tile { state, acknowledged: row.is_open() && row.ack(side).is_some() }
}

/// Id of the symbol. Only states that a person can take have an outline.
fn symbol(tile: Tile, ring: bool) -> &'static str {
    match (tile.state, tile.acknowledged) {
        (TileState::Ok, _) if ring => "#m-okq",
        (TileState::Ok, _) => "#m-ok",
        (TileState::Maintenance | TileState::Paused, _) => "#m-mnt",
        (TileState::Pending | TileState::Stale, _) | (TileState::Unknown, false) => "#m-unk",
        (TileState::Unknown, true) => "#m-unk-ack",
        (TileState::Degraded, false) => "#m-warn",
        (TileState::Degraded, true) => "#m-warn-ack",
        (TileState::Flapping, false) => "#m-flp",
        (TileState::Flapping, true) => "#m-flp-ack",
        (TileState::Critical, false) => "#m-crit",
        (TileState::Critical, true) => "#m-crit-ack",
    }
}

/// The shape alone. Allowed only where the word stands in the same row, visible or in `.vh`.
#[component]
pub fn Mark(
    /// What to show; later changes are followed.
    #[prop(into)]
    tile: Signal<Tile>,
    /// Large, for heads.
    #[prop(optional)]
    large: bool,
    /// Small, for pills.
    #[prop(optional)]
    small: bool,
    /// OK as a quiet ring, for maps of many.
    #[prop(optional)]
    ring: bool,
) -> impl IntoView {
    let size = match (large, small) {
        (true, _) => " m--l",
        (false, true) => " m--s",
        (false, false) => "",
    };
    view! {
        <svg
            class=move || format!("m m--{}{size}", state_class(tile.get().state))
            viewBox="0 0 20 20"
            aria-hidden="true"
        >
            <use href=move || symbol(tile.get(), ring) />
        </svg>
    }
}

/// The shape and its word.
#[component]
pub fn StatusWord(
    /// What to show; later changes are followed.
    #[prop(into)]
    tile: Signal<Tile>,
    /// Whose words.
    side: Side,
    /// On a tinted pill.
    #[prop(optional)]
    pill: bool,
    /// The word alone, where the shape stands elsewhere in the row.
    #[prop(optional)]
    bare: bool,
) -> impl IntoView {
    let class = move || {
        let state = state_class(tile.get().state);
        if pill { format!("st st--{state} st--pill") } else { format!("st st--{state}") }
    };
    view! {
        <span class=class>
            {(!bare).then(|| view! { <Mark tile small=true /> })}
            {move || tile_words(tile.get(), side)}
        </span>
    }
}

/// "Critical, acknowledged".
pub fn tile_words(tile: Tile, side: Side) -> String {
    let word = state_word(tile.state, side);
    if tile.acknowledged { format!("{word}, acknowledged") } else { word.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn customers_get_plainer_words() {
        assert_eq!(state_word(TileState::Critical, Side::Staff), "Critical");
        assert_eq!(state_word(TileState::Critical, Side::Customer), "Down");
        assert_eq!(state_word(TileState::Degraded, Side::Customer), "Slow or limited");
    }

    #[test]
    fn what_nobody_observed_is_never_ok() {
        use TileState::{Maintenance, Paused, Pending, Stale, Unknown};
        for state in [Pending, Stale, Unknown, Paused, Maintenance] {
            for side in [Side::Staff, Side::Customer] {
                assert_ne!(state_word(state, side), "OK");
            }
            assert_ne!(state_class(state), "ok");
            assert!(!symbol(Tile { state, acknowledged: false }, true).contains("ok"));
        }
    }

    #[test]
    fn an_acknowledged_state_is_an_outline() {
        let tile = Tile { state: TileState::Critical, acknowledged: true };
        assert_eq!(symbol(tile, false), "#m-crit-ack");
        assert_eq!(tile_words(tile, Side::Staff), "Critical, acknowledged");
    }
}
