//! What becomes of a ticket: moves, who has it, how it is sorted, when it is looked at again.

use domain::ticket::{Move, Priority, Queue, TicketKind, TicketState};
use leptos::prelude::*;

use super::actions::{Act, Acts, Number, Version};
use crate::{
    api::{
        care::{
            AssignTicket, DeclineChange, LinkTicket, MergeTicket, MoveRow, RateTicket, SnoozeTicket, SortTicket,
            SplitTicket, StaffCare, TagTicket, TakeBackReply, UnlinkTicket, WatchTicket, move_words,
        },
        error::ApiError,
        tickets::TicketPage,
    },
    components::{
        edit_form::{busy, refusal, wrong},
        field::{SelectField, TextArea, TextField},
        icon::Icon,
    },
};

/// The acts of a ticket's life; each success loads the ticket again.
#[derive(Clone, Copy)]
pub(super) struct CareActs {
    pub(super) rate: ServerAction<RateTicket>,
    pub(super) take_back: ServerAction<TakeBackReply>,
    pub(super) link: ServerAction<LinkTicket>,
    pub(super) unlink: ServerAction<UnlinkTicket>,
    pub(super) merge: ServerAction<MergeTicket>,
    pub(super) split: ServerAction<SplitTicket>,
    assign: ServerAction<AssignTicket>,
    sort: ServerAction<SortTicket>,
    tag: ServerAction<TagTicket>,
    watch: ServerAction<WatchTicket>,
    snooze: ServerAction<SnoozeTicket>,
    decline: ServerAction<DeclineChange>,
}

impl CareActs {
    pub(super) fn new() -> Self {
        Self {
            rate: ServerAction::new(),
            take_back: ServerAction::new(),
            link: ServerAction::new(),
            unlink: ServerAction::new(),
            merge: ServerAction::new(),
            split: ServerAction::new(),
            assign: ServerAction::new(),
            sort: ServerAction::new(),
            tag: ServerAction::new(),
            watch: ServerAction::new(),
            snooze: ServerAction::new(),
            decline: ServerAction::new(),
        }
    }

    /// Counts everything that may have changed the ticket.
    pub(super) fn version(self) -> usize {
        self.rate.version().get()
            + self.take_back.version().get()
            + self.link.version().get()
            + self.unlink.version().get()
            + self.merge.version().get()
            + self.split.version().get()
            + self.assign.version().get()
            + self.sort.version().get()
            + self.tag.version().get()
            + self.watch.version().get()
            + self.snooze.version().get()
            + self.decline.version().get()
    }

    /// The last refusal of any of them.
    pub(super) fn error(self) -> Signal<Option<ApiError>> {
        let all = [
            refusal(self.rate),
            refusal(self.take_back),
            refusal(self.link),
            refusal(self.unlink),
            refusal(self.merge),
            refusal(self.split),
            refusal(self.assign),
            refusal(self.sort),
            refusal(self.tag),
            refusal(self.watch),
            refusal(self.snooze),
            refusal(self.decline),
        ];
        Signal::derive(move || all.iter().find_map(Signal::get))
    }
}

/// What staff know of it, as a part that changes by itself.
fn staff<T: PartialEq + Send + Sync + 'static>(
    page: RwSignal<TicketPage>,
    part: fn(&StaffCare) -> T,
) -> Memo<Option<T>> {
    Memo::new(move |_| page.with(|page| page.care.staff.as_ref().map(part)))
}

/// A button for each move that is allowed, and words for each that is not yet.
#[component]
pub(super) fn Moves(page: RwSignal<TicketPage>, acts: Acts) -> impl IntoView {
    let moves = staff(page, |care| care.moves.clone());
    move || {
        let moves = moves.get().unwrap_or_default().into_iter();
        moves.map(|row| view! { <MoveButton page acts row /> }).collect_view()
    }
}

#[component]
fn MoveButton(page: RwSignal<TicketPage>, acts: Acts, row: MoveRow) -> impl IntoView {
    let MoveRow { wanted, withheld } = row;
    let (to, icon) = match wanted {
        Move::WaitForCustomer => (TicketState::WaitingCustomer, "clock"),
        Move::WaitForMaker => (TicketState::WaitingMaker, "box"),
        Move::GoOn => (TicketState::Open, "play"),
        Move::Reopen => (TicketState::Open, "refresh"),
        Move::Close => (TicketState::Closed, "check"),
        Move::Decline if withheld.is_none() => return view! { <Decline page acts /> }.into_any(),
        // Merging has a form of its own; ordered incidents are settled where their time is booked.
        Move::Accept | Move::Decline | Move::CloseUnanswered | Move::MergeAway => return ().into_any(),
    };
    if let Some(why) = withheld {
        return view! {
            <div class="act__form">
                <button class="btn btn--block" type="button" disabled>
                    <Icon name=icon small=true />
                    {move_words(wanted)}
                </button>
                <p class="note mt">{why}</p>
            </div>
        }
        .into_any();
    }
    view! {
        <ActionForm action=acts.state attr:class="act__form">
            <Number page />
            <Version page />
            <input type="hidden" name="state" value=to.as_str() />
            <button class="btn btn--block" type="submit" aria-busy=busy(acts.state)>
                <Icon name=icon small=true />
                {move_words(wanted)}
            </button>
        </ActionForm>
    }
    .into_any()
}

#[component]
fn Decline(page: RwSignal<TicketPage>, acts: Acts) -> impl IntoView {
    let error = refusal(acts.care.decline);
    view! {
        <Act title="Decline it" icon="x" open=error.get_untracked().is_some()>
            <ActionForm action=acts.care.decline attr:class="stack stack--s" attr:novalidate="">
                <Number page />
                <Version page />
                <TextArea
                    label="Why we do not take it on"
                    name="reason"
                    hint="The customer reads this in the mail that tells them."
                    error=wrong(error, "reason")
                />
                <button class="btn btn--danger" type="submit" aria-busy=busy(acts.care.decline)>
                    "Decline and tell the customer"
                </button>
            </ActionForm>
        </Act>
    }
}

/// Who has it and how it is sorted.
#[component]
pub(super) fn Sorting(page: RwSignal<TicketPage>, acts: Acts) -> impl IntoView {
    view! {
        <Assign page acts />
        <Sort page acts />
        <Tags page acts />
        <Snooze page acts />
        <Watch page acts />
    }
}

#[component]
fn Assign(page: RwSignal<TicketPage>, acts: Acts) -> impl IntoView {
    let care = staff(page, |care| (care.assignee, care.mine, care.people.clone()));
    let error = refusal(acts.care.assign);
    move || {
        let (assignee, mine, people) = care.get().unwrap_or_default();
        let mut options = vec![(String::new(), "Nobody".to_owned())];
        options.extend(people.into_iter().map(|one| (one.id.to_string(), one.name)));
        let value = assignee.map(|id| id.to_string()).unwrap_or_default();
        view! {
            {(!mine)
                .then(|| {
                    view! {
                        <ActionForm action=acts.care.assign attr:class="act__form">
                            <Number page />
                            <Version page />
                            <input type="hidden" name="to" value="me" />
                            <button class="btn btn--block" type="submit" aria-busy=busy(acts.care.assign)>
                                <Icon name="user" small=true />
                                "Take it"
                            </button>
                        </ActionForm>
                    }
                })}
            <Act title="Assign it" icon="users" open=error.get_untracked().is_some()>
                <ActionForm action=acts.care.assign attr:class="stack stack--s" attr:novalidate="">
                    <Number page />
                    <Version page />
                    <SelectField label="Who has it" name="to" options value error=wrong(error, "to") />
                    <button class="btn btn--primary" type="submit" aria-busy=busy(acts.care.assign)>
                        "Assign"
                    </button>
                </ActionForm>
            </Act>
        }
    }
}

fn options<T: Copy>(all: &[T], word: fn(T) -> &'static str, label: fn(T) -> &'static str) -> Vec<(String, String)> {
    all.iter().map(|one| (word(*one).to_owned(), label(*one).to_owned())).collect()
}

/// The kinds that may be chosen here: the ones of people, or the one that stays.
pub(super) fn kinds(kind: TicketKind) -> Vec<(String, String)> {
    let chosen: Vec<_> = TicketKind::ALL.iter().copied().filter(|other| kind.may_become(*other)).collect();
    options(&chosen, TicketKind::as_str, TicketKind::label)
}

#[component]
fn Sort(page: RwSignal<TicketPage>, acts: Acts) -> impl IntoView {
    let error = refusal(acts.care.sort);
    let subject = page.with_untracked(|page| page.subject.clone());
    let kind = page.with_untracked(|page| page.care.kind);
    let (priority, queue) =
        staff(page, |care| (care.priority, care.queue)).get_untracked().unwrap_or((Priority::Normal, Queue::Support));
    view! {
        <Act title="Sort it" icon="sliders" open=error.get_untracked().is_some()>
            <ActionForm action=acts.care.sort attr:class="stack stack--s" attr:novalidate="">
                <Number page />
                <Version page name="input[version]" />
                <TextField label="Subject" name="input[subject]" value=subject error=wrong(error, "subject") />
                <SelectField
                    label="Kind"
                    name="input[kind]"
                    options=kinds(kind)
                    value=kind.as_str()
                    error=wrong(error, "kind")
                />
                <SelectField
                    label="Priority"
                    name="input[priority]"
                    options=options(Priority::ALL, Priority::as_str, Priority::label)
                    value=priority.as_str()
                    error=wrong(error, "priority")
                />
                <SelectField
                    label="Queue"
                    name="input[queue]"
                    options=options(Queue::ALL, Queue::as_str, Queue::label)
                    value=queue.as_str()
                    error=wrong(error, "queue")
                />
                <button class="btn btn--primary" type="submit" aria-busy=busy(acts.care.sort)>
                    "Save"
                </button>
            </ActionForm>
        </Act>
    }
}

#[component]
fn Tags(page: RwSignal<TicketPage>, acts: Acts) -> impl IntoView {
    let error = refusal(acts.care.tag);
    let tags = staff(page, |care| care.tags.join(", ")).get_untracked().unwrap_or_default();
    view! {
        <Act title="Tag it" icon="bookmark" open=error.get_untracked().is_some()>
            <ActionForm action=acts.care.tag attr:class="stack stack--s" attr:novalidate="">
                <Number page />
                <Version page />
                <TextField
                    label="Tags"
                    name="tags"
                    value=tags
                    hint="Words with commas between them: fax, sip-trunk."
                    error=wrong(error, "tags")
                />
                <button class="btn btn--primary" type="submit" aria-busy=busy(acts.care.tag)>
                    "Save tags"
                </button>
            </ActionForm>
        </Act>
    }
}

#[component]
fn Snooze(page: RwSignal<TicketPage>, acts: Acts) -> impl IntoView {
    let error = refusal(acts.care.snooze);
    let care = staff(page, |care| (care.snoozed_until.is_some(), care.tomorrow.clone()));
    let open = Memo::new(move |_| page.with(|page| page.state.is_open()));
    let zone = page.with_untracked(|page| page.zone.clone());
    move || {
        let (aside, tomorrow) = care.get().unwrap_or_default();
        let back = || {
            view! {
                <ActionForm action=acts.care.snooze attr:class="act__form">
                    <Number page />
                    <Version page />
                    <input type="hidden" name="until" value="" />
                    <button class="btn btn--block" type="submit" aria-busy=busy(acts.care.snooze)>
                        <Icon name="refresh" small=true />
                        "Bring it back now"
                    </button>
                </ActionForm>
            }
        };
        if !open.get() {
            return ().into_any();
        }
        if aside {
            return back().into_any();
        }
        let hint = format!("Time in {zone}. It comes back then, or when the customer writes. No clock stops.");
        view! {
            <Act title="Put it aside" icon="clock" open=error.get_untracked().is_some()>
                <ActionForm action=acts.care.snooze attr:class="stack stack--s" attr:novalidate="">
                    <Number page />
                    <Version page />
                    <TextField
                        label="Until"
                        name="until"
                        input_type="datetime-local"
                        value=tomorrow
                        hint=hint
                        error=wrong(error, "until")
                    />
                    <button class="btn btn--primary" type="submit" aria-busy=busy(acts.care.snooze)>
                        "Put it aside"
                    </button>
                </ActionForm>
            </Act>
        }
        .into_any()
    }
}

#[component]
fn Watch(page: RwSignal<TicketPage>, acts: Acts) -> impl IntoView {
    let watching = staff(page, |care| care.watching);
    move || {
        let (to, icon, words) = match watching.get().unwrap_or_default() {
            true => ("no", "belloff", "Stop watching it"),
            false => ("yes", "bell", "Watch it"),
        };
        view! {
            <ActionForm action=acts.care.watch attr:class="act__form">
                <Number page />
                <input type="hidden" name="watching" value=to />
                <button class="btn btn--block" type="submit" aria-busy=busy(acts.care.watch)>
                    <Icon name=icon small=true />
                    {words}
                </button>
            </ActionForm>
        }
    }
}
