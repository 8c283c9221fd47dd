//! The cards beside the form: what to expect, the price, what is known already.

use domain::{access::Side, fault::reference, intake::Door};
use leptos::prelude::*;

use crate::{
    api::intake::{Expect, KnownFault, NoteLink},
    components::{
        cover_badge::CoverBadge, cover_decision::CoverDecisionNote, icon::Icon, known_fault::KnownFaultLine, time::At,
    },
};

/// What happens with a ticket that is sent now.
#[component]
pub(super) fn WhatToExpect(expect: Expect, side: Side) -> impl IntoView {
    let Expect { level, cover, door, due, hours, opens, remarks, notes, .. } = expect;
    let covered = cover.is_covered();
    let target = due.map(|due| {
        view! {
            <p>"If you send this now we aim to reply by"</p>
            <p class="big">{due}</p>
            <p class="note">{hours}</p>
        }
    });
    let closed = opens.map(|opens| {
        view! {
            <p>
                <strong>"We are closed now. "</strong>
                {format!("The time we aim for counts from {opens}.")}
            </p>
        }
    });
    let nothing = (target.is_none() && covered && door.is_open())
        .then(|| view! { <p>"No reply time is promised for this. Somebody reads it all the same."</p> });
    // Why there is a price instead stands on its own card.
    let decision =
        (door != Door::Incident || side == Side::Staff).then(|| view! { <CoverDecisionNote decision=cover side /> });
    let remarks = remarks
        .into_iter()
        .map(|(head, words)| {
            view! {
                <section class="card">
                    <div class="card-head">
                        <h2>{head}</h2>
                    </div>
                    <div class="card-body">
                        <p class="note">{words}</p>
                    </div>
                </section>
            }
        })
        .collect_view();
    view! {
        <section class="card" aria-labelledby="expect">
            <div class="card-head">
                <h2 id="expect">"What to expect"</h2>
                <CoverBadge level bare=true />
            </div>
            <div class="card-body stack stack--s" aria-live="polite">
                {target} {closed} {nothing} {decision}
            </div>
        </section>
        {(!notes.is_empty()).then(|| view! { <Notes notes /> })}
        {(side == Side::Customer).then_some(remarks)}
    }
    .into_any()
}

/// Notes that may answer it at once. They open beside the form, which stays as it is.
#[component]
fn Notes(notes: Vec<NoteLink>) -> impl IntoView {
    let rows = notes
        .into_iter()
        .map(|note| {
            view! {
                <li>
                    <a href=format!("/knowledge/{}", note.id) target="_blank">
                        {note.title}
                        <span class="vh">" (opens beside this page)"</span>
                    </a>
                </li>
            }
        })
        .collect_view();
    view! {
        <section class="card" aria-labelledby="answers">
            <div class="card-head">
                <h2 id="answers">"This may help at once"</h2>
            </div>
            <ul class="linklist">{rows}</ul>
        </section>
    }
}

/// What can be had where no contract takes tickets here.
#[component]
pub(super) fn PriceCard(expect: Expect) -> impl IntoView {
    let Expect { level, cover, door, price, phone, .. } = expect;
    let words = match door {
        Door::Incident => "You can ask for an incident below. We accept or decline it; nothing is charged before.",
        Door::AskManager => "A manager of your company can ask for an incident here, or call us.",
        Door::Form | Door::Call => {
            "Tickets here come with a support contract. Call us, and we tell you what we can do."
        }
    };
    let call = (!phone.is_empty()).then(|| {
        view! {
            <a class="btn btn--primary" href=format!("tel:{}", phone.replace(' ', ""))>
                <Icon name="phone" small=true />
                {format!("Call {phone}")}
            </a>
        }
    });
    view! {
        <section class="card" aria-labelledby="price">
            <div class="card-head">
                <h2 id="price">"What you can have"</h2>
                <CoverBadge level bare=true />
            </div>
            <div class="card-body stack stack--s">
                <CoverDecisionNote decision=cover side=Side::Customer />
                {price.map(|price| view! { <p>"One CatS incident, up to 2 hours: " <strong>{price}</strong> "."</p> })}
                <p class="note">{words}</p>
                <div class="row">{call} <a class="btn" href="/cover">"See what cover there is"</a></div>
            </div>
        </section>
    }
    .into_any()
}

/// Open faults, so that nobody tells us twice.
#[component]
pub(super) fn Known(known: Vec<KnownFault>, side: Side) -> impl IntoView {
    let rows = known
        .into_iter()
        .map(|fault| {
            let add = fault.ticket.map(|ticket| {
                view! {
                    " No need to send a ticket, but you can "
                    <a href=format!("/t/{ticket}#reply")>"add a message"</a>
                    "."
                }
            });
            view! {
                <KnownFaultLine fault=fault.clone() side>
                    {reference(fault.number)} ", since " <At at=fault.started_at /> "." {add}
                </KnownFaultLine>
            }
        })
        .collect_view();
    let title = if side == Side::Staff { "Faults that are open there" } else { "We already know about" };
    view! {
        <section class="card" aria-labelledby="known">
            <div class="card-head">
                <h2 id="known">{title}</h2>
            </div>
            <div class="card-body stack stack--s">{rows}</div>
        </section>
    }
    .into_any()
}
