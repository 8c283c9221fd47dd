//! "Why was I told, why was I not?": each step of the escalation and what became of it.

use leptos::prelude::*;

use crate::{
    api::faults::{EscalationStep, FaultPage, NextStep, StepState},
    components::{icon::Icon, time::At},
};

/// Nothing where the reader's side has no escalation.
#[component]
pub(super) fn Why(page: RwSignal<FaultPage>) -> impl IntoView {
    let escalation = Memo::new(move |_| page.with(|page| page.escalation.clone()));
    move || {
        let escalation = escalation.get();
        let empty = escalation.steps.is_empty() && escalation.note.is_none() && escalation.next.is_none();
        (!empty).then(|| {
            let policy = (!escalation.policy.is_empty())
                .then(|| view! { <p class="small muted">{format!("Policy: {}", escalation.policy)}</p> });
            view! {
                <div class="stack stack--s">
                    {escalation.note.map(|note| view! { <p>{note}</p> })}
                    {escalation.next.map(|next| view! { <Next next/> })}
                    <ol class="why">{escalation.steps.into_iter().map(|step| view! { <Step step/> }).collect_view()}</ol>
                    {policy}
                </div>
            }
        })
    }
}

/// Whether there is anything to show.
pub(super) fn is_shown(page: &FaultPage) -> bool {
    let escalation = &page.escalation;
    !escalation.steps.is_empty() || escalation.note.is_some() || escalation.next.is_some()
}

#[component]
fn Next(next: NextStep) -> impl IntoView {
    view! {
        <p>
            <strong>"Next: "</strong>
            <At at=next.at/>
            ". "
            {next.words}
            "."
            {next.late.map(|late| view! { <span class="sub">{format!("Later than it says: {late}.")}</span> })}
        </p>
    }
}

#[component]
fn Step(step: EscalationStep) -> impl IntoView {
    let EscalationStep { number, after, whom, state, sentence, at, late, told, missed } = step;
    let (class, icon, word) = state_words(state);
    let names = |words: &'static str, names: Vec<String>| {
        (!names.is_empty()).then(|| view! { <span class="sub">{format!("{words}: {}", names.join(", "))}</span> })
    };
    view! {
        <li class="why__step">
            <span class=class>
                <Icon name=icon small=true/>
                {word}
            </span>
            <div>
                <strong>{format!("Step {number}, {after}")}</strong>
                {at.map(|at| view! { ", " <At at/> })}
                <span class="sub">{whom.join(", ")}</span>
                <p>{sentence}</p>
                {late.map(|late| view! { <span class="sub">{format!("Later than it says: {late}.")}</span> })}
                {names("Told", told)}
                {names("No working address", missed)}
            </div>
        </li>
    }
}

/// Class, icon and word.
fn state_words(state: StepState) -> (&'static str, &'static str, &'static str) {
    match state {
        StepState::Told => ("st st--ok", "check", "Told"),
        StepState::Due => ("st st--unk", "clock", "To come"),
        StepState::Held => ("st st--flp", "pause", "Held"),
        StepState::Silent => ("st st--unk", "belloff", "Silent"),
    }
}
