//! Acts on the tickets that were picked: the bar under the queue, and what is said afterwards.

use domain::ticket::{Priority, Queue};
use leptos::prelude::*;

use crate::{
    api::{
        error::ApiError,
        queue::{BulkAct, BulkDone, Choices, Tab, TakeNext, UndoBulk},
    },
    components::{icon::Icon, toast::use_toasts},
};

/// What can be done from the queue.
#[derive(Clone, Copy)]
pub(super) struct Acts {
    pub(super) bulk: ServerAction<BulkAct>,
    pub(super) undo: ServerAction<UndoBulk>,
    pub(super) take: ServerAction<TakeNext>,
    /// `yes` once the browser half runs: the page stays, and a toast says what was done.
    pub(super) stay: RwSignal<&'static str>,
}

impl Acts {
    /// The last refusal of any of them.
    pub(super) fn error(self) -> Signal<Option<ApiError>> {
        let (bulk, undo, take) = (self.bulk.value(), self.undo.value(), self.take.value());
        Signal::derive(move || {
            let refused = bulk.get().and_then(Result::err).or(undo.get().and_then(Result::err));
            refused.or(take.get().and_then(Result::err))
        })
    }

    /// Assigns one ticket to the reader: what a key does.
    #[cfg(feature = "hydrate")]
    pub(super) fn assign_to_me(self, number: i64, version: i64) {
        let picked = [(number.to_string(), version.to_string())].into_iter().collect();
        let input = crate::api::queue::BulkInput {
            picked,
            act: "assign".to_owned(),
            assignee: "me".to_owned(),
            stay: "yes".to_owned(),
            ..Default::default()
        };
        self.bulk.dispatch(BulkAct { input });
    }
}

/// The acts of a page that `reload` brings up to date.
pub(super) fn use_acts(reload: Callback<()>) -> Acts {
    let acts = Acts {
        bulk: ServerAction::new(),
        undo: ServerAction::new(),
        take: ServerAction::new(),
        stay: RwSignal::new(""),
    };
    let toasts = use_toasts();
    let say = move |done: BulkDone| {
        reload.run(());
        let id = done.id;
        let again = Callback::new(move |()| {
            acts.undo.dispatch(UndoBulk { id, stay: "yes".to_owned() });
        });
        match done.can_undo {
            true => toasts.say_with_undo(done.words, again),
            false => toasts.say(done.words),
        }
    };
    Effect::new(move |_| acts.stay.set("yes"));
    let (bulk, undo) = (acts.bulk.value(), acts.undo.value());
    Effect::new(move |_| {
        if let Some(Ok(done)) = bulk.get() {
            say(done);
        }
    });
    Effect::new(move |_| {
        if let Some(Ok(done)) = undo.get() {
            say(done);
        }
    });
    acts
}

/// Shown by the style sheet while a box is ticked.
#[component]
pub(super) fn ActBar(choices: Choices, tab: Tab, acts: Acts) -> impl IntoView {
    let pending = acts.bulk.pending();
    let button = move |act: &'static str, words: &'static str| {
        view! {
            <button
                class="btn"
                type="submit"
                name="input[act]"
                value=act
                aria-busy=move || pending.get().then_some("true")
            >
                {words}
            </button>
        }
    };
    let people = [("me".to_owned(), "Me".to_owned()), ("nobody".to_owned(), "Nobody".to_owned())];
    let others = choices.staff.iter().filter(|(id, _)| Some(*id) != choices.me);
    let people = people.into_iter().chain(others.map(|(id, name)| (id.to_string(), name.clone()))).collect();
    let queues = Queue::ALL.iter().map(|one| (one.as_str().to_owned(), one.label().to_owned())).collect();
    let priorities = Priority::ALL.iter().rev().map(|one| (one.as_str().to_owned(), one.label().to_owned())).collect();
    let snoozes = choices.snoozes.clone();
    view! {
        <div class="picked" role="group" aria-label="With the ticked tickets">
            <input type="hidden" name="input[stay]" prop:value=move || acts.stay.get() />
            <div class="picked__act">
                <Choose name="input[assignee]" label="Assign to" options=people />
                {button("assign", "Assign")}
            </div>
            <div class="picked__act">
                <Choose name="input[queue]" label="Queue" options=queues />
                {button("queue", "Move")}
            </div>
            <div class="picked__act">
                <Choose name="input[priority]" label="Priority" options=priorities />
                {button("priority", "Set")}
            </div>
            <div class="picked__act">
                <label class="vh" for="picked-tag">
                    "Tag"
                </label>
                <input
                    class="input"
                    id="picked-tag"
                    name="input[tag]"
                    maxlength="30"
                    placeholder="Tag"
                    autocomplete="off"
                    list="known-tags"
                />
                {button("tag", "Add tag")}
                {button("untag", "Remove")}
            </div>
            <div class="picked__act">
                {match tab {
                    Tab::Snoozed => button("wake", "Wake now").into_any(),
                    _ => view! {
                        <Choose name="input[until]" label="Snooze until" options=snoozes />
                        {button("snooze", "Snooze")}
                    }
                    .into_any(),
                }}
            </div>
            <div class="picked__act">{button("close", "Close")}</div>
            <datalist id="known-tags">
                {choices.tags.into_iter().map(|tag| view! { <option value=tag></option> }).collect_view()}
            </datalist>
        </div>
    }
    .into_any()
}

#[component]
fn Choose(name: &'static str, label: &'static str, options: Vec<(String, String)>) -> impl IntoView {
    let options =
        options.into_iter().map(|(value, words)| view! { <option value=value>{words}</option> }).collect_view();
    view! {
        <select class="select" name=name aria-label=label>
            {options}
        </select>
    }
}

/// The button that takes the next ticket; a form, so that it also works before the page is alive.
#[component]
pub(super) fn TakeButton(acts: Acts, unassigned: Signal<u64>) -> impl IntoView {
    let pending = acts.take.pending();
    view! {
        <ActionForm action=acts.take attr:class="take">
            <button
                class="btn btn--primary"
                type="submit"
                disabled=move || unassigned.get() == 0
                aria-busy=move || pending.get().then_some("true")
            >
                <Icon name="ticket" small=true />
                "Take the next"
                <kbd>"N"</kbd>
            </button>
        </ActionForm>
    }
}
