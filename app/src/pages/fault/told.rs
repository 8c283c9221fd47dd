//! "Who was told": every mail about a fault, why it went to this person, and what the mail server said.

use domain::{notice::NoticeKind, outbox::NoticeState};
use leptos::prelude::*;

use crate::{
    api::faults::{FaultPage, ToldRow},
    components::{icon::Icon, time::At},
};

#[component]
pub(super) fn Told(page: RwSignal<FaultPage>) -> impl IntoView {
    let none = Memo::new(move |_| page.with(|page| page.told.is_empty()));
    move || match none.get() {
        true => view! { <p class="card-body note">"Nobody has been emailed about this fault."</p> }.into_any(),
        false => view! { <ToldTable page /> }.into_any(),
    }
}

#[component]
fn ToldTable(page: RwSignal<FaultPage>) -> impl IntoView {
    view! {
        <div class="scroll-x" tabindex="0" role="region" aria-label="Who was told, scrolls sideways">
            <table class="table">
                <thead>
                    <tr>
                        <th scope="col">"Person"</th>
                        <th scope="col">"Result"</th>
                        <th scope="col">"When"</th>
                    </tr>
                </thead>
                <tbody>
                    <For
                        each=move || page.with(|page| page.told.clone())
                        key=|row| (row.email.clone(), row.kind, row.queued_at, row.state, row.attempts)
                        let:row
                    >
                        <ToldLine row />
                    </For>
                </tbody>
            </table>
        </div>
    }
}

#[component]
fn ToldLine(row: ToldRow) -> impl IntoView {
    let ToldRow { kind, name, email, rule, state, queued_at, sent_at, reply, attempts, next_attempt_at, .. } = row;
    let (class, icon, word) = result_of(state);
    view! {
        <tr>
            <td>
                <span class="nowrap">{name}</span>
                <span class="sub nowrap">{email}</span>
                {(!rule.is_empty()).then(|| view! { <span class="sub">{rule}</span> })}
            </td>
            <td>
                <span class=class>
                    <Icon name=icon small=true />
                    {word}
                </span>
                <span class="sub">{kind_words(kind)}</span>
                {(!reply.is_empty()).then(|| view! { <span class="sub">{reply}</span> })}
                {(1 < attempts).then(|| view! { <span class="sub">{format!("{attempts} tries")}</span> })}
                {next_attempt_at.map(|at| view! { <span class="sub">"next try " <At at /></span> })}
            </td>
            <td>
                <At at=sent_at.unwrap_or(queued_at) />
            </td>
        </tr>
    }
}

/// Class, icon and word of a mail's state.
fn result_of(state: NoticeState) -> (&'static str, &'static str, &'static str) {
    match state {
        NoticeState::Sent => ("st st--ok", "check", "Delivered"),
        NoticeState::Queued => ("st st--unk", "clock", "Waiting"),
        NoticeState::Sending => ("st st--unk", "clock", "Being sent"),
        NoticeState::Failed => ("st st--crit", "late", "Refused"),
        NoticeState::Withheld => ("st st--flp", "pause", "Held"),
    }
}

fn kind_words(kind: NoticeKind) -> &'static str {
    match kind {
        NoticeKind::Opened => "Fault opened",
        NoticeKind::Changed => "Fault changed",
        NoticeKind::Flapping => "Flapping",
        NoticeKind::Recovered => "Recovered",
        NoticeKind::Abandoned => "No longer watched",
        NoticeKind::Escalated => "Called",
        NoticeKind::Reminder => "Reminder",
    }
}
