//! Where a ticket stands: for customers the steps so far and what they can say about it, for staff who has it and how it
//! is sorted.

use domain::{
    access::Side,
    clock::ClockKind,
    ticket::{Outcome, TicketEventKind, TicketState},
    time::Timestamp,
};
use leptos::prelude::*;

use super::{
    actions::{Acts, Number, Version},
    care::Sorting,
    join::Joining,
};
use crate::{
    api::{care::MergePreview, error::ApiError, tickets::TicketPage},
    components::{
        clock::ClockWord,
        edit_form::{busy, refusal, wrong},
        field::TextArea,
        icon::Icon,
        time::At,
    },
    pages::rate_link::{Answered, RateButtons},
};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Reached {
    Done,
    Now,
    Ahead,
}

/// One step of a ticket as its customer sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Step {
    reached: Reached,
    words: &'static str,
    at: Option<Timestamp>,
    /// Behind the time, or instead of it.
    note: String,
}

impl Step {
    fn done(words: &'static str, at: Timestamp, note: &str) -> Self {
        Self { reached: Reached::Done, words, at: Some(at), note: note.to_owned() }
    }
}

/// From being told to being closed.
fn steps(page: &TicketPage) -> Vec<Step> {
    let first = page.events.iter().find(|event| event.kind.is_response());
    let mut steps = vec![Step::done("You told us", page.opened_at, "")];
    if page.fault.is_some() {
        steps = vec![Step::done("We noticed it", page.opened_at, "our monitoring")];
    }
    let replied = |words, at, by: &str| Step::done(words, at, by);
    steps.extend(first.map(|event| replied("We replied", event.at, &event.by)));
    let since = page.events.iter().rfind(|event| event.kind == TicketEventKind::Waiting).map(|event| event.at);
    let now = |words, at, note: &str| Step { reached: Reached::Now, words, at, note: note.to_owned() };
    match (page.state, &page.waiting, first) {
        (TicketState::Closed, ..) => {}
        (TicketState::Asked, ..) => {
            steps.push(now("We decide whether we take it on", None, "Nothing is charged before"))
        }
        (_, Some(waiting), _) => steps.push(now("Waiting for you", Some(waiting.since), waiting.reason.label())),
        (TicketState::WaitingCustomer, ..) => steps.push(now("Waiting for you", since, "")),
        (TicketState::WaitingMaker, ..) => steps.push(now("With the manufacturer", since, "")),
        (_, None, None) => steps.push(now("We look at it", None, "")),
        (_, None, Some(_)) => steps.push(now("We work on it", None, "")),
    }
    let end = match (page.closed_at, page.care.outcome) {
        (Some(at), Some(Outcome::Merged)) => Step::done("Goes on in another ticket", at, ""),
        (Some(at), Some(Outcome::Declined)) => Step::done("Not taken on", at, ""),
        (Some(at), Some(Outcome::Unanswered)) => Step::done("Closed, as nobody answered", at, ""),
        (Some(at), _) => Step::done("Fixed and closed", at, ""),
        (None, _) => Step {
            reached: Reached::Ahead,
            words: "Fixed and closed",
            at: page.care.closes_at,
            note: match page.care.closes_at {
                Some(_) => "closes itself then if nobody answers".to_owned(),
                None => String::new(),
            },
        },
    };
    steps.push(end);
    steps
}

/// The customer's card: steps, closing, and how it was.
#[component]
pub(super) fn Stands(page: RwSignal<TicketPage>, side: Side, acts: Acts) -> impl IntoView {
    if side == Side::Staff {
        return view! { <StaffRating page /> }.into_any();
    }
    let all = Memo::new(move |_| page.with(steps));
    let clock = Memo::new(move |_| {
        page.with(|page| {
            let of = page.clocks.iter().find(|card| card.face.kind == ClockKind::Response);
            of.map(|card| (card.face.clone(), card.target.clone(), card.started.clone()))
        })
    });
    let close = Memo::new(move |_| page.with(|page| page.may.close));
    view! {
        <Rate page acts />
        <section class="card" aria-labelledby="stands">
            <div class="card-head">
                <h2 id="stands">"Where this stands"</h2>
            </div>
            <div class="card-body stack stack--s">
                {move || {
                    clock
                        .get()
                        .map(|(face, target, started)| {
                            view! {
                                <p class="row">
                                    <ClockWord face=Signal::derive(move || face.clone()) />
                                </p>
                                <p class="note">"Target: " {target} " from " {started} "."</p>
                            }
                        })
                }}
                <ol class="steps">{move || all.get().into_iter().map(|step| view! { <StepLine step /> }).collect_view()}</ol>
                {move || {
                    close
                        .get()
                        .then(|| {
                            view! {
                                <ActionForm action=acts.state>
                                    <Number page />
                                    <Version page />
                                    <input type="hidden" name="state" value="closed" />
                                    <button class="btn" type="submit" aria-busy=busy(acts.state)>
                                        <Icon name="check" small=true />
                                        "It is fixed, close it"
                                    </button>
                                </ActionForm>
                            }
                        })
                }}
            </div>
        </section>
    }
    .into_any()
}

#[component]
fn StepLine(step: Step) -> impl IntoView {
    let Step { reached, words, at, note } = step;
    let class = match reached {
        Reached::Done => "dot dot--done",
        Reached::Now => "dot dot--now",
        Reached::Ahead => "dot",
    };
    let inside = match reached {
        Reached::Done => Some(view! { <path d="m7.3 10.2 1.9 1.9 3.5-4" /> }.into_any()),
        Reached::Now => Some(view! { <circle cx="10" cy="10" r="2" fill="currentColor" /> }.into_any()),
        Reached::Ahead => None,
    };
    let comma = at.is_some() && !note.is_empty();
    let since = (reached == Reached::Now && at.is_some()).then_some("since ");
    view! {
        <li aria-current=(reached == Reached::Now).then_some("step")>
            <svg class=class viewBox="0 0 20 20" aria-hidden="true">
                <circle cx="10" cy="10" r="6" />
                {inside}
            </svg>
            <span>
                {words}
                <span class="sub">{since} {at.map(|at| view! { <At at /> })} {comma.then_some(", ")} {note}</span>
            </span>
        </li>
    }
}

/// Asks how it was, or says what was answered.
#[component]
fn Rate(page: RwSignal<TicketPage>, acts: Acts) -> impl IntoView {
    let state = Memo::new(move |_| page.with(|page| (page.may.rate, page.care.rating.clone())));
    let action = acts.care.rate;
    let error = refusal(action);
    move || match state.get() {
        (_, Some(rating)) => view! {
            <section class="card" aria-labelledby="rate">
                <div class="card-head">
                    <h2 id="rate">"How it was"</h2>
                </div>
                <div class="card-body">
                    <Answered rating />
                </div>
            </section>
        }
        .into_any(),
        (true, None) => view! {
            <section class="card" aria-labelledby="rate">
                <div class="card-head">
                    <h2 id="rate">"Was this solved well?"</h2>
                </div>
                <div class="card-body">
                    <ActionForm action attr:class="stack stack--s" attr:novalidate="">
                        <Number page />
                        <TextArea
                            label="Anything you want to tell us"
                            name="input[words]"
                            id="rate-words"
                            hint="May be left empty."
                            error=wrong(error, "words")
                        />
                        <RateButtons busy=busy(action) />
                    </ActionForm>
                </div>
            </section>
        }
        .into_any(),
        (false, None) => ().into_any(),
    }
}

/// How the customer found it, for staff.
#[component]
fn StaffRating(page: RwSignal<TicketPage>) -> impl IntoView {
    let rating = Memo::new(move |_| page.with(|page| page.care.rating.clone()));
    move || {
        rating.get().map(|rating| {
            let said = if rating.satisfied { "Solved well" } else { "Not solved well" };
            view! {
                <section class="card" aria-labelledby="rate">
                    <div class="card-head">
                        <h2 id="rate">"How the customer found it"</h2>
                    </div>
                    <div class="card-body stack stack--s">
                        <p>
                            <strong>{said}</strong>
                            ", "
                            {rating.by}
                            ", "
                            <At at=rating.at />
                        </p>
                        {(!rating.words.is_empty()).then(|| view! { <p>{rating.words}</p> })}
                    </div>
                </section>
            }
        })
    }
}

/// The staff's card: who has it, how it is sorted, what it belongs to, and the forms that change that.
#[component]
pub(super) fn Sorted(
    page: RwSignal<TicketPage>,
    side: Side,
    acts: Acts,
    merge: Option<Result<MergePreview, ApiError>>,
) -> impl IntoView {
    if side == Side::Customer {
        return ().into_any();
    }
    let facts = Memo::new(move |_| {
        page.with(|page| {
            let care = page.care.staff.as_ref()?;
            let none = |words: String, instead: &str| if words.is_empty() { instead.to_owned() } else { words };
            let rows = vec![
                ("Assigned to", none(page.care.assignee.clone(), "Nobody yet")),
                ("Kind", page.care.kind.label().to_owned()),
                ("Priority", care.priority.label().to_owned()),
                ("Queue", care.queue.label().to_owned()),
                ("Tags", none(care.tags.join(", "), "None")),
                ("Watched by", none(care.watchers.join(", "), "Nobody")),
            ];
            Some((rows, care.snoozed_until, care.phone.clone()))
        })
    });
    let list = move || {
        facts.get().map(|(rows, aside, phone)| {
            let rows = rows.into_iter().map(|(name, words)| view! { <dt>{name}</dt> <dd>{words}</dd> }).collect_view();
            view! {
                <dl class="kv kv--s">
                    {rows} {aside.map(|at| view! { <dt>"Put aside"</dt> <dd>"until " <At at /></dd> })}
                    {(!phone.is_empty())
                        .then(|| {
                            let href = format!("tel:{}", phone.replace(' ', ""));
                            view! {
                                <dt>"Call back"</dt>
                                <dd>
                                    <a href=href>{phone.clone()}</a>
                                </dd>
                            }
                        })}
                </dl>
            }
        })
    };
    view! {
        <section class="card" aria-labelledby="sorted">
            <div class="card-head">
                <h2 id="sorted">"Who has it"</h2>
            </div>
            <div class="card-body">{list}</div>
            <div class="acts acts--under no-print">
                <Sorting page acts />
                <Joining page acts preview=merge />
            </div>
        </section>
    }
    .into_any()
}
