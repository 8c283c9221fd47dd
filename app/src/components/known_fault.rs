//! An open fault in a card beside a form: its mark, what it is, and a line below.

use domain::access::Side;
use leptos::prelude::*;

use super::status::{Mark, state_word};
use crate::api::{
    board::{Tile, TileState},
    intake::KnownFault,
};

/// One fault that is known; the children are the line below.
#[component]
pub fn KnownFaultLine(fault: KnownFault, side: Side, children: Children) -> impl IntoView {
    let state = TileState::from(Some(fault.status));
    view! {
        <div class="known">
            <Mark tile=Tile { state, acknowledged: false } small=true />
            <p>
                <span class="vh">{state_word(state, side)} ": "</span>
                <a href=format!("/f/{}", fault.number)>
                    <strong>{format!("{}: {}", fault.system, fault.headline)}</strong>
                </a>
            </p>
            <p class="note">{children()}</p>
        </div>
    }
}
