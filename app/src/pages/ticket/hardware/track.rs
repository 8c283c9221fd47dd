//! The card of a return, a loan or a courier.

use domain::hardware::DamageKind;
use leptos::prelude::*;

use super::{super::actions::Act, Acts};
use crate::{
    api::hardware::TrackCard,
    components::{
        edit_form::busy,
        field::{SelectField, TextArea, TextField},
    },
};

#[component]
pub(super) fn TrackView(card: TrackCard, number: i64, work: bool, supervise: bool, acts: Acts) -> impl IntoView {
    let heading = format!("hw-{}", card.id);
    let labelled = heading.clone();
    let class = match (card.late, card.open) {
        (true, _) => "st st--warn st--pill",
        (false, true) => "st st--mnt st--pill",
        (false, false) => "st st--ok st--pill",
    };
    let label = if card.late { format!("Late: {}", card.label.to_lowercase()) } else { card.label.clone() };
    let facts = card.facts.iter().cloned();
    let facts = facts.map(|(label, words)| view! { <dt>{label}</dt> <dd>{words}</dd> }).collect_view();
    let forms = work.then(|| view! { <Forms card=card.clone() number supervise acts /> });
    view! {
        <section class="card" aria-labelledby=labelled>
            <div class="card-head">
                <h2 id=heading>{card.title.clone()}</h2>
                <span class=class>{label}</span>
            </div>
            <div class="card-body stack stack--s">
                <p>{card.thing.clone()}</p>
                <dl class="kv kv--s">{facts}</dl>
                {forms}
            </div>
        </section>
    }
    .into_any()
}

/// What every form of a card says about itself.
#[component]
fn Hidden(number: i64, card: TrackCard, step: String) -> impl IntoView {
    view! {
        <input type="hidden" name="number" value=number.to_string() />
        <input type="hidden" name="input[track]" value=card.track.as_str() />
        <input type="hidden" name="input[id]" value=card.id />
        <input type="hidden" name="input[version]" value=card.version.to_string() />
        <input type="hidden" name="input[step]" value=step />
    }
}

#[component]
fn Forms(card: TrackCard, number: i64, supervise: bool, acts: Acts) -> impl IntoView {
    let steps = card.steps.clone().into_iter().map(|(step, words)| match (card.track.as_str(), step.as_str()) {
        ("rma", "quote") => view! { <Priced card=card.clone() number step words acts /> }.into_any(),
        ("courier", "dispatched") => view! { <Dispatch card=card.clone() number words acts /> }.into_any(),
        _ => view! { <Plain card=card.clone() number step words acts /> }.into_any(),
    });
    let steps = steps.collect_view();
    let find = card.may_find.then(|| view! { <Find card=card.clone() number acts /> });
    let tell = card.may_tell.then(|| {
        let words = "Tell the customer of the finding".to_owned();
        view! { <Plain card=card.clone() number step="told".to_owned() words acts /> }
    });
    let charge = (card.may_charge && supervise).then(|| {
        let words = "Charge for the unit".to_owned();
        view! { <Priced card=card.clone() number step="charged".to_owned() words acts /> }
    });
    view! {
        <div class="row">{steps} {tell}</div>
        {charge}
        {find}
    }
    .into_any()
}

#[component]
fn Plain(card: TrackCard, number: i64, step: String, words: String, acts: Acts) -> impl IntoView {
    view! {
        <ActionForm action=acts.step>
            <Hidden number card step />
            <button class="btn" type="submit" aria-busy=busy(acts.step)>
                {words}
            </button>
        </ActionForm>
    }
    .into_any()
}

#[component]
fn Priced(card: TrackCard, number: i64, step: String, words: String, acts: Acts) -> impl IntoView {
    let id = format!("price-{}", card.id);
    view! {
        <ActionForm action=acts.step attr:class="stack stack--s" attr:novalidate="">
            <Hidden number card step />
            <TextField label="Price in pounds, without VAT" name="input[price]" id inputmode="decimal" />
            <button class="btn" type="submit" aria-busy=busy(acts.step)>
                {words}
            </button>
        </ActionForm>
    }
    .into_any()
}

#[component]
fn Dispatch(card: TrackCard, number: i64, words: String, acts: Acts) -> impl IntoView {
    let id = format!("tracking-{}", card.id);
    view! {
        <ActionForm action=acts.step attr:class="stack stack--s" attr:novalidate="">
            <Hidden number card step="dispatched".to_owned() />
            <TextField label="Tracking number" name="input[text]" id hint="May be empty. The customer is mailed." />
            <button class="btn" type="submit" aria-busy=busy(acts.step)>
                {words}
            </button>
        </ActionForm>
    }
    .into_any()
}

/// The only reason for which a covered repair costs something.
#[component]
fn Find(card: TrackCard, number: i64, acts: Acts) -> impl IntoView {
    let kinds = DamageKind::ALL.iter().map(|kind| (kind.as_str().to_owned(), kind.as_str().to_owned())).collect();
    let [kind, text, photo] = ["kind", "text", "photo"].map(|name| format!("{name}-{}", card.id));
    view! {
        <Act title="Record misuse or neglect" icon="flag">
            <ActionForm action=acts.step attr:class="stack stack--s" attr:novalidate="">
                <Hidden number card step="found".to_owned() />
                <SelectField label="Damage by" name="input[kind]" id=kind options=kinds />
                <TextArea
                    label="What was found"
                    name="input[text]"
                    id=text
                    hint="The customer reads this once you tell them."
                />
                <TextField label="Photo" name="input[photo]" id=photo hint="Name of the file on this ticket. May be empty." />
                <button class="btn" type="submit" aria-busy=busy(acts.step)>
                    "Record the finding"
                </button>
            </ActionForm>
        </Act>
    }
    .into_any()
}
