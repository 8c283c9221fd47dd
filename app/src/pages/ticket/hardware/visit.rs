//! The visit: its steps, the check-in for the engineer's phone, and booking.

use domain::{access::Side, hardware::VisitState};
use leptos::prelude::*;

use super::{super::actions::Act, Acts, Steps};
use crate::{
    api::hardware::{TicketHardware, VisitCard},
    components::{
        confirm::Confirm,
        edit_form::{busy, refusal, wrong},
        field::{SelectField, TextArea, TextField},
        icon::Icon,
    },
};

/// How long a visit is booked for.
const LENGTHS: [(&str, &str); 5] =
    [("60", "1 hour"), ("120", "2 hours"), ("180", "3 hours"), ("240", "4 hours"), ("480", "8 hours")];

#[component]
pub(super) fn VisitView(hardware: TicketHardware, acts: Acts, side: Side) -> impl IntoView {
    let pill = hardware.visit.as_ref().map(|visit| {
        let class = match visit.state {
            VisitState::Determined => "st st--warn st--pill",
            VisitState::Booked | VisitState::Arrived => "st st--mnt st--pill",
            VisitState::Left => "st st--ok st--pill",
            VisitState::Undone => "st st--pill",
        };
        view! { <span class=class>{visit.state.label()}</span> }
    });
    let determine = hardware.undetermined.clone().map(|_| view! { <Determine hardware=hardware.clone() acts /> });
    let zone = hardware.zone.clone();
    let visit = hardware.visit.clone().map(|visit| view! { <Course visit hardware=hardware.clone() acts side /> });
    view! {
        <section class="card" aria-labelledby="visit">
            <div class="card-head">
                <h2 id="visit">{if side == Side::Staff { "On-site visit" } else { "Visit to you" }}</h2>
                {pill}
            </div>
            <div class="card-body stack stack--s">
                {visit} {determine} <p class="note">{format!("Times are {zone}.")}</p>
            </div>
        </section>
    }
    .into_any()
}

/// Before the decision no clock runs; the time since logging is shown instead.
#[component]
fn Determine(hardware: TicketHardware, acts: Acts) -> impl IntoView {
    let Some(undetermined) = hardware.undetermined else { return ().into_any() };
    let error = refusal(acts.determine);
    let form = match (undetermined.refused, hardware.work) {
        (Some(refused), _) => view! {
            <p class="row small" role="status">
                <Icon name="pause" small=true />
                {refused}
            </p>
        }
        .into_any(),
        (None, true) => view! {
            <ActionForm action=acts.determine attr:class="stack stack--s" attr:novalidate="">
                <input type="hidden" name="number" value=hardware.number.to_string() />
                <TextArea
                    label="Why a visit is needed"
                    name="reason"
                    id="visit-why"
                    rows=2
                    hint="The 24 hour clock starts now, day and night. The customer sees that it was decided."
                    error=wrong(error, "reason")
                />
                <button class="btn btn--primary" type="submit" aria-busy=busy(acts.determine)>
                    "A visit is needed"
                </button>
            </ActionForm>
        }
        .into_any(),
        (None, false) => ().into_any(),
    };
    view! {
        <p class="small ink2">{format!("{}. No visit is decided, so no arrival clock runs.", undetermined.since)}</p>
        {form}
    }
    .into_any()
}

#[component]
fn Course(visit: VisitCard, hardware: TicketHardware, acts: Acts, side: Side) -> impl IntoView {
    let TicketHardware { number, work, supervise, engineers, .. } = hardware;
    let taking = (!visit.taking.is_empty()).then(|| {
        view! {
            <dl class="kv kv--s">
                <dt>"Taking"</dt>
                <dd>{visit.taking.clone()}</dd>
            </dl>
        }
    });
    let after =
        (!visit.decided_after.is_empty()).then(|| view! { <p class="small ink2">{visit.decided_after.clone()}</p> });
    let check_in = work.then(|| view! { <CheckIn number visit=visit.clone() acts /> });
    let may_book = work && matches!(visit.state, VisitState::Determined | VisitState::Booked);
    let book = may_book.then(|| view! { <Book number visit=visit.clone() engineers acts /> });
    let cancel = (work && visit.state == VisitState::Booked)
        .then(|| view! { <TakeBack number version=visit.version step="cancelled" acts /> });
    let undo = (supervise && matches!(visit.state, VisitState::Determined | VisitState::Booked))
        .then(|| view! { <TakeBack number version=visit.version step="undone" acts /> });
    let over = (visit.state == VisitState::Undone && side == Side::Staff)
        .then(|| view! { <p class="small ink2">"The decision was taken back, and its clock with it."</p> });
    view! {
        <Steps steps=visit.steps.clone() />
        {over}
        {after}
        {taking}
        {check_in}
        {book}
        <div class="row">{cancel} {undo}</div>
    }
    .into_any()
}

/// One press for a thumb: where the engineer is decides which.
#[component]
fn CheckIn(number: i64, visit: VisitCard, acts: Acts) -> impl IntoView {
    let (step, words, icon) = match visit.state {
        VisitState::Determined | VisitState::Booked => ("arrived", "Arrived", "pin"),
        VisitState::Arrived => ("left", "Left", "go"),
        VisitState::Left | VisitState::Undone => return ().into_any(),
    };
    view! {
        <ActionForm action=acts.visit>
            <input type="hidden" name="number" value=number.to_string() />
            <input type="hidden" name="input[version]" value=visit.version.to_string() />
            <input type="hidden" name="input[step]" value=step />
            <button class="btn btn--primary btn--block check-in" type="submit" aria-busy=busy(acts.visit)>
                <Icon name=icon />
                {words}
            </button>
        </ActionForm>
    }
    .into_any()
}

#[component]
fn Book(number: i64, visit: VisitCard, engineers: Vec<(String, String)>, acts: Acts) -> impl IntoView {
    let error = refusal(acts.book);
    let booked = visit.state == VisitState::Booked;
    let (title, button) =
        if booked { ("Rebook", "Rebook and tell everybody") } else { ("Book an engineer", "Book and invite") };
    let lengths = LENGTHS.iter().map(|(value, words)| ((*value).to_owned(), (*words).to_owned())).collect();
    let open = !booked || error.get_untracked().is_some();
    view! {
        <Act title icon="calendar" open>
            <ActionForm action=acts.book attr:class="stack stack--s" attr:novalidate="">
                <input type="hidden" name="number" value=number.to_string() />
                <input type="hidden" name="input[version]" value=visit.version.to_string() />
                <SelectField
                    label="Engineer"
                    name="input[engineer]"
                    id="visit-engineer"
                    options=engineers
                    value=visit.engineer
                    error=wrong(error, "engineer")
                />
                <TextField
                    label="Begins"
                    name="input[starts]"
                    id="visit-starts"
                    input_type="datetime-local"
                    value=visit.starts
                    error=wrong(error, "starts")
                />
                <SelectField
                    label="For"
                    name="input[minutes]"
                    id="visit-minutes"
                    options=lengths
                    value=visit.minutes
                    error=wrong(error, "minutes")
                />
                <TextField
                    label="Taking"
                    name="input[taking]"
                    id="visit-taking"
                    value=visit.taking
                    hint="Such as Loan controller LN-0031. The customer reads this. May be empty."
                    error=wrong(error, "taking")
                />
                <p class="note">"Engineer and customer get an invitation for their calendars."</p>
                <button class="btn" type="submit" aria-busy=busy(acts.book)>
                    {button}
                </button>
            </ActionForm>
        </Act>
    }
    .into_any()
}

/// Cancels the booking, or takes the decision back.
#[component]
fn TakeBack(number: i64, version: i64, step: &'static str, acts: Acts) -> impl IntoView {
    let (label, question, button) = match step {
        "cancelled" => ("Cancel the time", "Engineer and customer are told. The clock goes on.", "Cancel the time"),
        _ => {
            ("No visit is needed", "The arrival clock ends without a verdict. The customer reads why.", "Take it back")
        }
    };
    view! {
        <Confirm label question>
            <ActionForm action=acts.visit attr:class="stack stack--s" attr:novalidate="">
                <input type="hidden" name="number" value=number.to_string() />
                <input type="hidden" name="input[version]" value=version.to_string() />
                <input type="hidden" name="input[step]" value=step />
                <TextArea label="Why" name="input[reason]" id=format!("visit-{step}-why") rows=2 />
                <button class="btn btn--danger" type="submit" aria-busy=busy(acts.visit)>
                    {button}
                </button>
            </ActionForm>
        </Confirm>
    }
    .into_any()
}
