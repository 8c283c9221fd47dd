//! What was worked, with what it was before each correction.

use leptos::prelude::*;

use super::{Number, WorkActs};
use crate::{
    api::{
        error::ApiError,
        worktime::{EntryRow, WorkCard},
    },
    components::{
        edit_form::{busy, wrong},
        field::{SelectField, TextField},
    },
};

#[component]
pub(super) fn Entries(card: RwSignal<WorkCard>, acts: WorkActs) -> impl IntoView {
    let rows = move || card.with(|card| card.time.as_ref().map(|time| time.entries.clone()).unwrap_or_default());
    view! {
        <ul class="work__list" aria-label="Time entries">
            <For
                each=rows
                key=|row| (row.id, row.version, row.may_correct)
                children=move |row| view! { <Row row card acts /> }
            />
        </ul>
    }
}

#[component]
fn Row(row: EntryRow, card: RwSignal<WorkCard>, acts: WorkActs) -> impl IntoView {
    let corrections = row.corrections.clone().into_iter();
    let corrections = corrections.map(|words| view! { <span class="sub">{words}</span> }).collect_view();
    let source = if row.stopwatch { "stopwatch" } else { "by hand" };
    let correct = row.may_correct.then(|| view! { <Correct row=row.clone() card acts /> });
    view! {
        <li>
            <div>
                <span>{row.what}</span>
                <span class="sub">{format!("{}, {}, {source}", row.by, row.when)}</span>
                {corrections}
            </div>
            <strong class="nowrap">{row.length}</strong>
            {correct}
        </li>
    }
    .into_any()
}

#[component]
fn Correct(row: EntryRow, card: RwSignal<WorkCard>, acts: WorkActs) -> impl IntoView {
    let EntryRow { id, version, at_local, minutes, what, .. } = row;
    let name = format!("Correct {what}");
    view! {
        <details class="work__correct">
            <summary class="btn btn--quiet" aria-label=name.clone()>
                "Correct"
            </summary>
            <ActionForm action=acts.correct attr:class="stack stack--s" attr:novalidate="" attr:aria-label=name>
                <Number card />
                <input type="hidden" name="entry" value=id.to_string() />
                <input type="hidden" name="version" value=version.to_string() />
                // Fields of several entries: their labels hold them, so that no two share an id.
                <label>
                    "Began"
                    <input class="input" type="datetime-local" name="input[began]" value=at_local />
                </label>
                <label>
                    "Length in minutes; 0 takes it back"
                    <input class="input" name="input[minutes]" value=minutes autocomplete="off" />
                </label>
                <label>
                    "What was done" <input class="input" name="input[what]" value=what autocomplete="off" />
                </label>
                <label>
                    "Why it is corrected" <input class="input" name="input[reason]" autocomplete="off" required />
                </label>
                <button class="btn btn--primary" type="submit" aria-busy=busy(acts.correct)>
                    "Correct it"
                </button>
            </ActionForm>
        </details>
    }
}

/// A consent or an order that was given elsewhere: who, how, when.
#[component]
pub(super) fn Given(
    /// The present in the customer's zone, as a field has it.
    now: String,
    zone: String,
    error: Signal<Option<ApiError>>,
) -> impl IntoView {
    let ways = [("phone", "By phone"), ("mail", "By email")];
    let ways = ways.map(|(key, words)| (key.to_owned(), words.to_owned())).to_vec();
    view! {
        <TextField label="Who said yes" name="input[given_by]" autocomplete="off" error=wrong(error, "given_by") />
        <SelectField label="How" name="input[how]" options=ways error=wrong(error, "how") />
        <TextField
            label="When"
            name="input[approved_at]"
            input_type="datetime-local"
            value=now
            hint=format!("In {zone}.")
            error=wrong(error, "approved_at")
        />
    }
}
