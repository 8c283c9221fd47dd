//! Time, for staff: how much it is, the stopwatch, what is entered by hand.

use domain::worked;
use leptos::prelude::*;

use super::{Number, WorkActs, entries::Entries};
use crate::{
    api::worktime::{TaskCard, TimeCard, WorkCard},
    components::{
        edit_form::{busy, refusal, wrong},
        field::{SelectField, TextArea, TextField},
        icon::Icon,
        time::{At, use_now_to_the_second},
    },
    pages::ticket::actions::Act,
};

/// What of the card is there; staff have it always.
fn time<T>(card: RwSignal<WorkCard>, of: impl Fn(&TimeCard) -> T + Send + Sync + 'static) -> Memo<Option<T>>
where
    T: PartialEq + Send + Sync + 'static,
{
    Memo::new(move |_| card.with(|card| card.time.as_ref().map(&of)))
}

#[component]
pub(super) fn Time(card: RwSignal<WorkCard>, acts: WorkActs) -> impl IntoView {
    let now = use_now_to_the_second();
    let total_s = Memo::new(move |_| {
        let now = now.get();
        card.with(|card| card.time.as_ref().map_or(0, |time| total_s(time, now)))
    });
    let left = time(card, |time| time.left_s.filter(|_| time.refused.is_none()));
    let left = move || {
        let left_s = left.get().flatten()?;
        let booked = card.with(|card| card.time.as_ref().map_or(0, |time| time.booked_s));
        let left_s = left_s.saturating_sub(total_s.get().saturating_sub(booked));
        Some(view! { <span class="small ink2">{format!("{} left", watch(left_s))}</span> })
    };
    let task = time(card, |time| time.task.clone());
    view! {
        <section class="card" aria-labelledby="time">
            <div class="card-head">
                <h2 id="time">"Time"</h2>
                <span class="small muted">"staff only"</span>
            </div>
            <div class="card-body stack stack--s">
                <div class="row row--between">
                    <p class="row">
                        <span class="big work__total">
                            <span class="vh">"Worked so far: "</span>
                            {move || watch(total_s.get())}
                        </span>
                        {left}
                    </p>
                    <Stopwatch card acts />
                </div>
                {move || task.get().flatten().map(|task| view! { <Task task /> })}
                <Others card />
                <Refused card />
            </div>
            <Entries card acts />
            <div class="acts work__acts">
                <Add card acts />
                {move || task.get().flatten().filter(may_tell).map(|_| view! { <Tell card acts /> })}
            </div>
        </section>
    }
    .into_any()
}

fn may_tell(task: &TaskCard) -> bool {
    task.told.is_empty() && (task.blocked || task.outside_cover)
}

/// Whole seconds by `now`, those of running stopwatches included.
fn total_s(time: &TimeCard, now: domain::time::Timestamp) -> u64 {
    let started: Vec<_> = time.running.iter().map(|one| one.started_at).collect();
    let running = worked::read(&started, time.left_s, now).seconds.into_iter().map(u64::from);
    time.booked_s + running.sum::<u64>()
}

/// `1:40:05`.
pub(super) fn watch(seconds: u64) -> String {
    format!("{}:{:02}:{:02}", seconds / 3_600, seconds % 3_600 / 60, seconds % 60)
}

/// Start, or what to say when it stops.
#[component]
fn Stopwatch(card: RwSignal<WorkCard>, acts: WorkActs) -> impl IntoView {
    let state = time(card, |time| {
        let mine = time.running.iter().find(|one| one.mine).map(|one| one.started_at);
        (mine, time.may_start, time.elsewhere)
    });
    move || {
        let (mine, may_start, elsewhere) = state.get().unwrap_or_default();
        match (mine, elsewhere) {
            (Some(since), _) => view! {
                <ActionForm action=acts.stop attr:class="row" attr:aria-label="Stopwatch">
                    <Number card />
                    <span class="clock clock--run">
                        <Icon name="play" />
                        <span>"Yours, since " <At at=since /></span>
                    </span>
                    <input
                        class="input work__what"
                        name="what"
                        maxlength="2000"
                        autocomplete="off"
                        aria-label="What you did"
                        placeholder="What you did"
                    />
                    <button class="btn btn--primary" type="submit" aria-busy=busy(acts.stop)>
                        "Stop"
                    </button>
                </ActionForm>
            }
            .into_any(),
            (None, Some(other)) => view! {
                <p class="small ink2">
                    "Your stopwatch runs on " <a href=format!("/t/{other}")>{domain::ticket::reference(other)}</a>
                </p>
            }
            .into_any(),
            (None, None) if may_start => view! {
                <ActionForm action=acts.start attr:aria-label="Stopwatch">
                    <Number card />
                    <button class="btn btn--primary" type="submit" aria-busy=busy(acts.start)>
                        <Icon name="play" small=true />
                        "Start the stopwatch"
                    </button>
                </ActionForm>
            }
            .into_any(),
            (None, None) => ().into_any(),
        }
    }
}

/// Stopwatches of others.
#[component]
fn Others(card: RwSignal<WorkCard>) -> impl IntoView {
    let others = time(card, |time| time.running.iter().filter(|one| !one.mine).cloned().collect::<Vec<_>>());
    move || {
        others
            .get()
            .unwrap_or_default()
            .into_iter()
            .map(|one| {
                view! { <p class="small ink2">{one.by} " works on it since " <At at=one.started_at /></p> }
            })
            .collect_view()
    }
}

/// Why nothing can be booked.
#[component]
fn Refused(card: RwSignal<WorkCard>) -> impl IntoView {
    let refused = time(card, |time| time.refused.clone());
    move || {
        refused.get().flatten().map(|words| {
            view! {
                <p class="work__stop">
                    <Icon name="pause" small=true />
                    <span>{words}</span>
                </p>
            }
        })
    }
}

#[component]
fn Task(task: TaskCard) -> impl IntoView {
    let TaskCard { outside_cover, told, .. } = task;
    let flag = outside_cover.then(|| {
        view! {
            <span class="st st--warn st--pill">
                <Icon name="late" small=true />
                "Outside cover: quote"
            </span>
        }
    });
    let words = match told.is_empty() {
        true => "A change request: 30 min are included.".to_owned(),
        false => format!("The customer was told. {told}"),
    };
    view! {
        <p class="row">
            {flag} <span class="small ink2">{words}</span>
        </p>
    }
}

#[component]
fn Add(card: RwSignal<WorkCard>, acts: WorkActs) -> impl IntoView {
    let error = refusal(acts.add);
    let (zone, now) = card.with_untracked(|card| {
        card.time.as_ref().map(|time| (time.zone.clone(), time.now_local.clone())).unwrap_or_default()
    });
    view! {
        <Act title="Enter time by hand" icon="clock" open=error.get_untracked().is_some()>
            <ActionForm action=acts.add attr:class="stack stack--s" attr:novalidate="" attr:aria-label="Time by hand">
                <Number card />
                <TextField
                    label="Began"
                    name="input[began]"
                    input_type="datetime-local"
                    value=now
                    hint=format!("In {zone}.")
                    error=wrong(error, "began")
                />
                <TextField
                    label="Length"
                    name="input[minutes]"
                    hint="Minutes, or hours and minutes: 1:40."
                    error=wrong(error, "minutes")
                    autocomplete="off"
                />
                <TextArea label="What you did" name="input[what]" rows=2 error=wrong(error, "what") />
                <button class="btn btn--primary" type="submit" aria-busy=busy(acts.add)>
                    "Book time"
                </button>
            </ActionForm>
        </Act>
    }
}

#[component]
fn Tell(card: RwSignal<WorkCard>, acts: WorkActs) -> impl IntoView {
    let error = refusal(acts.tell);
    let ways = [("mail", "By email, sent now"), ("phone", "By phone, done already")];
    let ways = ways.map(|(key, words)| (key.to_owned(), words.to_owned())).to_vec();
    view! {
        <Act title="Tell the customer: outside cover" icon="info" open=true>
            <ActionForm action=acts.tell attr:class="stack stack--s" attr:novalidate="" attr:aria-label="Outside cover">
                <Number card />
                <SelectField label="How" name="input[how]" options=ways error=wrong(error, "how") />
                <TextArea
                    label="What they are told"
                    name="input[note]"
                    rows=2
                    hint="What is still to do, and about how long it takes."
                    error=wrong(error, "note")
                />
                <button class="btn btn--primary" type="submit" aria-busy=busy(acts.tell)>
                    "Record that they were told"
                </button>
            </ActionForm>
        </Act>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stopwatch_shows_hours_minutes_and_seconds() {
        assert_eq!([0, 65, 7_200, 100_000].map(watch), ["0:00:00", "0:01:05", "2:00:00", "27:46:40"]);
    }
}
