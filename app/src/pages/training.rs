//! `/training`: whom the system suggests to train, what staff decided, courses and who attended them.

use domain::{
    id::CourseId,
    training::{ConditionStanding, CourseState},
};
use leptos::prelude::*;

use crate::{
    api::training::{
        ConditionRow, CourseRow, DecideTraining, RecordAttendance, ScheduleCourse, SettleCourse, SuggestionRow,
        TrainingPage, WaiveCondition, load_training,
    },
    components::{
        banner::FormErrors,
        confirm::Confirm,
        edit_form::{busy, done, refusal, wrong},
        field::{SelectField, TextArea, TextField},
        icon::Icon,
        page::{Loaded, PageHead},
    },
};

#[derive(Clone, Copy)]
struct Acts {
    decide: ServerAction<DecideTraining>,
    schedule: ServerAction<ScheduleCourse>,
    settle: ServerAction<SettleCourse>,
    attend: ServerAction<RecordAttendance>,
    waive: ServerAction<WaiveCondition>,
}

#[component]
pub fn TrainingPageView() -> impl IntoView {
    let acts = Acts {
        decide: ServerAction::new(),
        schedule: ServerAction::new(),
        settle: ServerAction::new(),
        attend: ServerAction::new(),
        waive: ServerAction::new(),
    };
    let all = [done(acts.decide), done(acts.schedule), done(acts.settle), done(acts.attend), done(acts.waive)];
    let version = move || all.iter().map(|one| one.get()).sum::<u32>();
    let page = Resource::new_blocking(version, |_| load_training());
    view! { <Loaded resource=page view=move |page| view! { <Page page acts /> }.into_any() /> }
}

#[component]
fn Page(page: TrainingPage, acts: Acts) -> impl IntoView {
    let TrainingPage { suggestions, conditions, courses, customers, may_waive, zone } = page;
    let all =
        [refusal(acts.decide), refusal(acts.schedule), refusal(acts.settle), refusal(acts.attend), refusal(acts.waive)];
    let error = Signal::derive(move || all.iter().find_map(Signal::get));
    let lede = "The system suggests, staff decide. A course becomes a condition of support once it has been run.";
    let nobody = conditions.is_empty().then(|| view! { <p class="card-body note">"Nobody yet."</p> });
    let none = courses.is_empty().then(|| view! { <p class="card-body note">"None is scheduled yet."</p> });
    let rows = conditions.into_iter().map(|row| view! { <Condition row may_waive acts /> }).collect_view();
    let choices = customers.clone();
    let held =
        courses.into_iter().map(move |row| view! { <Course row customers=choices.clone() acts /> }).collect_view();
    view! {
        <PageHead title="Training" lede />
        <FormErrors error />
        <div class="split split--wide">
            <div class="stack">
                <section class="card" aria-labelledby="conditions">
                    <div class="card-head">
                        <h2 id="conditions">"Who is to be trained"</h2>
                    </div>
                    {nobody} <ul class="work__list">{rows}</ul>
                </section>
                <section class="card" aria-labelledby="courses">
                    <div class="card-head">
                        <h2 id="courses">"Courses"</h2>
                        <span class="small muted">{zone.clone()}</span>
                    </div>
                    {none} <ul class="work__list">{held}</ul>
                </section>
            </div>
            <aside class="stack" aria-label="Suggestions and forms">
                <Suggestions suggestions />
                <Decide customers acts />
                <Schedule zone acts />
            </aside>
        </div>
    }
    .into_any()
}

#[component]
fn Suggestions(suggestions: Vec<SuggestionRow>) -> impl IntoView {
    let none = suggestions.is_empty();
    let rows = suggestions.into_iter().map(|row| {
        let tickets = row.tickets.into_iter().map(|number| {
            view! {
                " "
                <a href=format!("/t/{number}")>{domain::ticket::reference(number)}</a>
            }
        });
        view! {
            <li>
                <div>
                    <strong>{row.customer_name}</strong>
                    <span class="sub">"Tagged in 90 days:" {tickets.collect_view()}</span>
                </div>
            </li>
        }
    });
    view! {
        <section class="card" aria-labelledby="suggested">
            <div class="card-head">
                <h2 id="suggested">"Suggested"</h2>
            </div>
            {none
                .then(|| {
                    view! {
                        <p class="card-body note">
                            "Nobody. 3 tickets of one customer with the tag “training” in 90 days make a suggestion."
                        </p>
                    }
                })}
            <ul class="work__list">{rows.collect_view()}</ul>
        </section>
    }
    .into_any()
}

#[component]
fn Condition(row: ConditionRow, may_waive: bool, acts: Acts) -> impl IntoView {
    let ConditionRow { id, version, customer_name, topic, reason, decided, standing, words, waiting } = row;
    let (class, icon) = match standing {
        ConditionStanding::Unmet { .. } => ("st st--warn", "pause"),
        ConditionStanding::Attended | ConditionStanding::Waived => ("st st--ok", "check"),
        ConditionStanding::NoCourse | ConditionStanding::Scheduled { .. } => ("st st--unk", "clock"),
    };
    let over = matches!(standing, ConditionStanding::Attended | ConditionStanding::Waived);
    let tickets = waiting.into_iter().map(|number| {
        view! {
            " "
            <a href=format!("/t/{number}")>{domain::ticket::reference(number)}</a>
        }
    });
    let tickets: Vec<_> = tickets.collect();
    let waiting = (!tickets.is_empty()).then(|| view! { <span class="sub">"Their clocks wait:" {tickets}</span> });
    let waive = (may_waive && !over).then(|| {
        view! {
            <Confirm label="Waive" question="Support is conditional no more, and clocks that wait start now. The customer reads the reason.">
                <ActionForm action=acts.waive attr:class="stack stack--s">
                    <input type="hidden" name="id" value=id.to_string() />
                    <input type="hidden" name="version" value=version.to_string() />
                    <label>
                        "Why" <input class="input" name="reason" maxlength="2000" autocomplete="off" required />
                    </label>
                    <button class="btn btn--danger" type="submit" aria-busy=busy(acts.waive)>
                        "Waive it"
                    </button>
                </ActionForm>
            </Confirm>
        }
    });
    view! {
        <li>
            <div>
                <strong>{customer_name} ": " {topic}</strong>
                <span class=class>
                    <Icon name=icon small=true />
                    {words}
                </span>
                <span class="sub">{reason} ". " {decided}</span>
                {waiting}
            </div>
            {waive}
        </li>
    }
    .into_any()
}

#[component]
fn Course(row: CourseRow, customers: Vec<(String, String)>, acts: Acts) -> impl IntoView {
    let CourseRow { id, version, topic, when, place, state, begun, attended } = row;
    let what = format!("{topic}, {when}");
    let actions = (state == CourseState::Scheduled).then(|| {
        let run = begun.then(|| view! { <Settle id version run="yes" words="It was run" what=what.clone() acts /> });
        view! {
            <div class="row">
                {run} <Settle id version run="no" words="Cancel it" what=what.clone() acts />
            </div>
        }
    });
    let word = match state {
        CourseState::Scheduled => "scheduled",
        CourseState::Run => "run",
        CourseState::Cancelled => "cancelled",
    };
    let attend = (state == CourseState::Run).then(|| {
        view! {
            <details class="work__correct">
                <summary class="btn btn--quiet" aria-label=format!("Record attendance: {what}")>
                    "Record attendance"
                </summary>
                <ActionForm action=acts.attend attr:class="stack stack--s" attr:novalidate="">
                    <input type="hidden" name="id" value=id.to_string() />
                    <label>
                        "Customer"
                        <select class="select" name="input[customer]">
                            {customers
                                .into_iter()
                                .map(|(key, name)| view! { <option value=key>{name}</option> })
                                .collect_view()}
                        </select>
                    </label>
                    <label>
                        "Who was there" <input class="input" name="input[person]" autocomplete="off" required />
                    </label>
                    <button class="btn btn--primary" type="submit" aria-busy=busy(acts.attend)>
                        "Record"
                    </button>
                </ActionForm>
            </details>
        }
    });
    let there = (!attended.is_empty()).then(|| view! { <span class="sub">"Attended: " {attended.join("; ")}</span> });
    view! {
        <li>
            <div>
                <strong>{topic}</strong>
                <span class="sub">{when} ", " {place} ", " {word}</span>
                {there}
            </div>
            {actions}
            {attend}
        </li>
    }
    .into_any()
}

/// A course was run, or is not to be.
#[component]
fn Settle(
    id: CourseId,
    version: i64,
    run: &'static str,
    words: &'static str,
    what: String,
    acts: Acts,
) -> impl IntoView {
    let class = if run == "yes" { "btn btn--primary" } else { "btn" };
    view! {
        <ActionForm action=acts.settle>
            <input type="hidden" name="id" value=id.to_string() />
            <input type="hidden" name="version" value=version.to_string() />
            <input type="hidden" name="run" value=run />
            <button class=class type="submit" aria-label=format!("{words}: {what}")>
                {words}
            </button>
        </ActionForm>
    }
}

#[component]
fn Decide(customers: Vec<(String, String)>, acts: Acts) -> impl IntoView {
    let error = refusal(acts.decide);
    view! {
        <section class="card" aria-labelledby="decide">
            <div class="card-head">
                <h2 id="decide">"Decide on training"</h2>
            </div>
            <ActionForm action=acts.decide attr:class="card-body stack stack--s" attr:novalidate="">
                <SelectField
                    label="Customer"
                    name="input[customer]"
                    options=customers
                    error=wrong(error, "customer")
                />
                <TextField label="Topic" name="input[topic]" autocomplete="off" error=wrong(error, "topic") />
                <TextArea label="Why" name="input[reason]" rows=2 error=wrong(error, "reason") />
                <button class="btn btn--primary" type="submit" aria-busy=busy(acts.decide)>
                    "Training is needed"
                </button>
            </ActionForm>
        </section>
    }
    .into_any()
}

#[component]
fn Schedule(zone: String, acts: Acts) -> impl IntoView {
    let error = refusal(acts.schedule);
    view! {
        <section class="card" aria-labelledby="schedule">
            <div class="card-head">
                <h2 id="schedule">"Schedule a course"</h2>
            </div>
            <ActionForm action=acts.schedule attr:class="card-body stack stack--s" attr:novalidate="">
                // The same field as above, so its label holds it.
                <label>
                    <span class="label">"Topic of the course"</span>
                    <input class="input" name="input[topic]" autocomplete="off" />
                </label>
                <TextField
                    label="Begins"
                    name="input[at]"
                    input_type="datetime-local"
                    hint=format!("In {zone}.")
                    error=wrong(error, "at")
                />
                <TextField label="Where" name="input[place]" autocomplete="off" error=wrong(error, "place") />
                <button class="btn btn--primary" type="submit" aria-busy=busy(acts.schedule)>
                    "Schedule it"
                </button>
            </ActionForm>
        </section>
    }
    .into_any()
}
