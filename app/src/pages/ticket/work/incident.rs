//! The CatS incident: what is approved, what is left, what it charges, and what either side can do about it.

use domain::{access::Side, incident::IncidentState};
use leptos::prelude::*;

use super::{Number, WorkActs, entries::Given, time::watch};
use crate::{
    api::worktime::{ChargeRow, IncidentCard, IncidentMay, WorkCard},
    components::{
        confirm::Confirm,
        edit_form::{busy, refusal, wrong},
        field::{SelectField, TextField},
        icon::Icon,
    },
    pages::ticket::actions::Act,
};

/// Nothing covers the ticket, so an incident can be ordered.
#[component]
pub(super) fn Order(card: RwSignal<WorkCard>, acts: WorkActs, side: Side, price: String) -> impl IntoView {
    let error = refusal(acts.order);
    let given = card.with_untracked(|card| card.time.as_ref().map(|time| (time.now_local.clone(), time.zone.clone())));
    let (words, button) = match side {
        Side::Customer => ("Nothing is charged before we begin, and we may decline.", "Order a CatS incident"),
        Side::Staff => ("Write down who ordered it. Nothing is charged before work begins.", "Record the order"),
    };
    view! {
        <section class="card" aria-labelledby="order">
            <div class="card-head">
                <h2 id="order">"CatS incident"</h2>
                <span class="small muted">"not ordered"</span>
            </div>
            <div class="card-body stack stack--s">
                <p>{price} ", plus parts and shipping."</p>
                <p class="note">{words}</p>
                <ActionForm action=acts.order attr:class="stack stack--s" attr:novalidate="" attr:aria-label=button>
                    <Number card />
                    {given.map(|(now, zone)| view! { <Given now zone error /> })}
                    <button class="btn btn--primary" type="submit" aria-busy=busy(acts.order)>
                        {button}
                    </button>
                </ActionForm>
            </div>
        </section>
    }
    .into_any()
}

/// The card of an order. Drawn anew whenever anything of it changed.
#[component]
pub(super) fn Incident(card: RwSignal<WorkCard>, acts: WorkActs, side: Side) -> impl IntoView {
    let incident = Memo::new(move |_| card.with(|card| card.incident.clone()));
    let head = move || incident.get().map(|one| view! { <State state=one.state blocked=one.blocked /> });
    let body = move || incident.get().map(|one| view! { <Standing one side card acts /> });
    // Forms stay while only figures move.
    let doing = Memo::new(move |_| incident.with(|one| one.as_ref().map(|one| (one.may, one.version, one.units))));
    let forms = move || {
        let (may, version, units) = doing.get()?;
        Some(view! { <Doing card acts may version units /> })
    };
    view! {
        <section class="card" aria-labelledby="incident">
            <div class="card-head">
                <h2 id="incident">"CatS incident"</h2>
                {head}
            </div>
            {body}
            {forms}
        </section>
    }
    .into_any()
}

#[component]
fn State(state: IncidentState, blocked: bool) -> impl IntoView {
    let (class, icon, words) = match (state, blocked) {
        (IncidentState::Asked, _) => ("st st--unk st--pill", "clock", "To be accepted or declined"),
        (IncidentState::Declined, _) => ("st st--unk st--pill", "x", "Declined"),
        (IncidentState::Accepted, true) => ("st st--warn st--pill", "pause", "Approval needed"),
        (IncidentState::Accepted, false) => ("st st--ok st--pill", "check", "Accepted"),
    };
    view! {
        <span class=class>
            <Icon name=icon small=true />
            {words}
        </span>
    }
}

#[component]
fn Standing(one: IncidentCard, side: Side, card: RwSignal<WorkCard>, acts: WorkActs) -> impl IntoView {
    let IncidentCard {
        state, units, left_s, worked, blocked, charges, net, vat, gross, unit, consents, decided, ..
    } = one;
    let approve = one.may.approve;
    let approved = match units {
        0 => "No unit yet".to_owned(),
        1 => "1 unit, up to 2 h".to_owned(),
        units => format!("{units} units, up to {} h", units * 2),
    };
    let figures = (state == IncidentState::Accepted).then(|| {
        view! {
            <dl class="kv kv--s">
                <dt>"Approved"</dt>
                <dd>{approved}</dd>
                <dt>"Worked"</dt>
                <dd>{worked}</dd>
                <dt>"Left"</dt>
                <dd>{watch(left_s)}</dd>
            </dl>
            <Charges charges net vat gross card acts />
        }
    });
    let stopped = blocked.then(|| {
        let words = match side {
            Side::Staff => "Work has stopped: the customer approves a further unit first.",
            Side::Customer => "We have stopped: all approved time is used up. Approve a further unit, and we go on.",
        };
        view! {
            <p class="work__stop">
                <Icon name="pause" small=true />
                <span>{words}</span>
            </p>
        }
    });
    let form = approve.then(|| {
        view! {
            <ActionForm action=acts.approve attr:class="row" attr:aria-label="Approve a unit">
                <Number card />
                <input type="hidden" name="seen" value=units.to_string() />
                <button class="btn btn--primary" type="submit" aria-busy=busy(acts.approve)>
                    {format!("Approve unit {}", units + 1)}
                </button>
                <span class="note">{unit} ". Charged once work on it begins."</span>
            </ActionForm>
        }
    });
    let lines = consents.into_iter().map(|words| view! { <li>{words}</li> }).collect_view();
    view! {
        <div class="card-body stack stack--s">
            {stopped} {figures} {form} <ul class="small ink2" aria-label="Approvals">
                {lines}
                {(!decided.is_empty()).then(|| view! { <li>{decided}</li> })}
            </ul>
        </div>
    }
    .into_any()
}

#[component]
fn Charges(
    charges: Vec<ChargeRow>,
    net: String,
    vat: String,
    gross: String,
    card: RwSignal<WorkCard>,
    acts: WorkActs,
) -> impl IntoView {
    let rows = charges.into_iter().map(|ChargeRow { what, net, extra }| {
        let take_back = extra.map(|id| {
            view! {
                <Confirm label=format!("Take back {what}") question="It is charged no more, and the customer reads why." compact=true>
                    <ActionForm action=acts.withdraw attr:class="stack stack--s">
                        <Number card />
                        <input type="hidden" name="extra" value=id.to_string() />
                        <label>
                            "Why" <input class="input" name="reason" autocomplete="off" required />
                        </label>
                        <button class="btn btn--danger" type="submit">
                            "Take it back"
                        </button>
                    </ActionForm>
                </Confirm>
            }
        });
        view! {
            <tr>
                <th scope="row">{what} {take_back}</th>
                <td class="num">{net}</td>
            </tr>
        }
    });
    view! {
        <table class="table work__charges" aria-label="Charge so far">
            <tbody>
                {rows.collect_view()} <tr>
                    <th scope="row">"Net"</th>
                    <td class="num">{net}</td>
                </tr> <tr>
                    <th scope="row">"VAT"</th>
                    <td class="num">{vat}</td>
                </tr> <tr>
                    <th scope="row">
                        <strong>"Charge so far"</strong>
                    </th>
                    <td class="num">
                        <strong>{gross}</strong>
                    </td>
                </tr>
            </tbody>
        </table>
    }
    .into_any()
}

/// What staff do about it.
#[component]
fn Doing(card: RwSignal<WorkCard>, acts: WorkActs, may: IncidentMay, version: i64, units: u32) -> impl IntoView {
    let decide = may.decide.then(|| view! { <Decide card acts version /> });
    let record = may.record.then(|| view! { <Record card acts units /> });
    let extra = may.extras.then(|| view! { <Extra card acts /> });
    let split = may.split.then(|| view! { <Split card acts /> });
    let ask = may.ask.then(|| {
        let blocked = Memo::new(move |_| card.with(|card| card.incident.as_ref().is_some_and(|one| one.blocked)));
        move || {
            blocked.get().then(|| {
                view! {
                    <ActionForm action=acts.ask attr:class="act__form" attr:aria-label="Ask for approval">
                        <Number card />
                        <button class="btn" type="submit" aria-busy=busy(acts.ask)>
                            "Ask the customer by email"
                        </button>
                    </ActionForm>
                }
            })
        }
    });
    let any = may.decide || may.record || may.extras || may.split;
    any.then(|| {
        view! {
            <div class="acts work__acts">
                {decide} {record} {ask} {extra} {split}
            </div>
        }
    })
}

#[component]
fn Decide(card: RwSignal<WorkCard>, acts: WorkActs, version: i64) -> impl IntoView {
    let (version, declined) = (version.to_string(), version.to_string());
    view! {
        <div class="act__form row">
            <ActionForm action=acts.accept attr:aria-label="Accept">
                <Number card />
                <input type="hidden" name="version" value=version />
                <button class="btn btn--primary" type="submit" aria-busy=busy(acts.accept)>
                    "Accept"
                </button>
            </ActionForm>
            <Confirm label="Decline" question="No charge and no clock. The customer is told why by email.">
                <ActionForm action=acts.decline attr:class="stack stack--s">
                    <Number card />
                    <input type="hidden" name="version" value=declined />
                    <label>
                        "Why we decline" <input class="input" name="reason" maxlength="2000" autocomplete="off" required />
                    </label>
                    <button class="btn btn--danger" type="submit" aria-busy=busy(acts.decline)>
                        "Decline it"
                    </button>
                </ActionForm>
            </Confirm>
        </div>
    }
}

#[component]
fn Record(card: RwSignal<WorkCard>, acts: WorkActs, units: u32) -> impl IntoView {
    let error = refusal(acts.approve);
    let (now, zone) = card.with_untracked(|card| {
        card.incident.as_ref().map(|one| (one.now_local.clone(), one.zone.clone())).unwrap_or_default()
    });
    view! {
        <Act title="Record an approval" icon="check" open=error.get_untracked().is_some()>
            <ActionForm action=acts.approve attr:class="stack stack--s" attr:novalidate="" attr:aria-label="Approval">
                <Number card />
                <input type="hidden" name="seen" value=units.to_string() />
                <Given now zone error />
                <button class="btn btn--primary" type="submit" aria-busy=busy(acts.approve)>
                    {format!("Record approval of unit {}", units + 1)}
                </button>
            </ActionForm>
        </Act>
    }
}

#[component]
fn Extra(card: RwSignal<WorkCard>, acts: WorkActs) -> impl IntoView {
    let error = refusal(acts.extra);
    let kinds = [("part", "Part"), ("shipping", "Shipping")];
    let kinds = kinds.map(|(key, words)| (key.to_owned(), words.to_owned())).to_vec();
    view! {
        <Act title="Add parts or shipping" icon="box" open=error.get_untracked().is_some()>
            <ActionForm action=acts.extra attr:class="stack stack--s" attr:novalidate="" attr:aria-label="Parts or shipping">
                <Number card />
                <SelectField label="Kind" name="input[kind]" options=kinds error=wrong(error, "kind") />
                <TextField label="What" name="input[item]" autocomplete="off" error=wrong(error, "item") />
                <TextField
                    label="Price in pounds, net"
                    name="input[pounds]"
                    hint="Such as 12.53."
                    inputmode="decimal"
                    autocomplete="off"
                    error=wrong(error, "pounds")
                />
                <label class="row">
                    <input type="checkbox" name="input[warranty]" value="yes" />
                    " Under warranty: no charge"
                </label>
                <button class="btn btn--primary" type="submit" aria-busy=busy(acts.extra)>
                    "Add line"
                </button>
            </ActionForm>
        </Act>
    }
}

#[component]
fn Split(card: RwSignal<WorkCard>, acts: WorkActs) -> impl IntoView {
    let error = refusal(acts.split);
    view! {
        <Act title="Split off another issue" icon="link" open=error.get_untracked().is_some()>
            <ActionForm action=acts.split attr:class="stack stack--s" attr:novalidate="" attr:aria-label="Split">
                <Number card />
                <TextField
                    label="The other issue"
                    name="subject"
                    hint="It becomes an incident of its own. Nothing is charged before the customer approves a unit of it."
                    autocomplete="off"
                    error=wrong(error, "subject")
                />
                <button class="btn btn--primary" type="submit" aria-busy=busy(acts.split)>
                    "Split and ask the customer"
                </button>
            </ActionForm>
        </Act>
    }
}
