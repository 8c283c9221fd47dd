//! What is planned on a host, above everything else on its page.

use leptos::prelude::*;

use crate::{
    api::{downtimes::DowntimeNote, hosts::HostPage},
    components::icon::Icon,
};

/// Planned quiet time that runs or comes soon.
#[component]
pub(super) fn Downtimes(
    /// The page's data; later changes are followed.
    page: RwSignal<HostPage>,
) -> impl IntoView {
    let notes = Memo::new(move |_| page.with(|page| page.downtimes.clone()));
    let note = |note: DowntimeNote| {
        let icon = if note.running { "wrench" } else { "clock" };
        view! {
            <div class="banner mb">
                <Icon name=icon/>
                <p>
                    <strong>{note.words} "."</strong>
                    " "
                    <span class="note">{note.reason}</span>
                </p>
            </div>
        }
    };
    move || notes.get().into_iter().map(note).collect_view()
}
