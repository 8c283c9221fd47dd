//! Hardware on a ticket: the visit, couriers, loans and returns, and what staff can do about them.

mod begin;
mod track;
mod visit;

use domain::access::Side;
use leptos::prelude::*;

use self::{begin::Begin, track::TrackView, visit::VisitView};
use crate::{
    api::{
        error::ApiError,
        hardware::{
            BookVisit, DetermineVisit, LendUnit, OpenReturn, SendCourier, StepHardware, StepLine, StepState, StepVisit,
            TicketHardware, load_ticket_hardware,
        },
        live::LiveChange,
    },
    components::{
        banner::FormErrors,
        edit_form::{done, refusal, sum_of},
        live_feed::follow_live,
        page::Loaded,
    },
    pages::host::live::use_reload,
};

/// Everything that can be done in the section.
#[derive(Clone, Copy)]
struct Acts {
    determine: ServerAction<DetermineVisit>,
    book: ServerAction<BookVisit>,
    visit: ServerAction<StepVisit>,
    step: ServerAction<StepHardware>,
    open_return: ServerAction<OpenReturn>,
    lend: ServerAction<LendUnit>,
    courier: ServerAction<SendCourier>,
}

impl Acts {
    fn new() -> Self {
        Self {
            determine: ServerAction::new(),
            book: ServerAction::new(),
            visit: ServerAction::new(),
            step: ServerAction::new(),
            open_return: ServerAction::new(),
            lend: ServerAction::new(),
            courier: ServerAction::new(),
        }
    }

    /// Counts what was done.
    fn done(self) -> Signal<u32> {
        sum_of([
            done(self.determine),
            done(self.book),
            done(self.visit),
            done(self.step),
            done(self.open_return),
            done(self.lend),
            done(self.courier),
        ])
    }

    /// The last refusal of any of them.
    fn error(self) -> Signal<Option<ApiError>> {
        let all = [
            refusal(self.determine),
            refusal(self.book),
            refusal(self.visit),
            refusal(self.step),
            refusal(self.open_return),
            refusal(self.lend),
            refusal(self.courier),
        ];
        Signal::derive(move || all.iter().find_map(Signal::get))
    }
}

/// The section of a ticket's page. It loads itself, and again on news of the ticket.
#[component]
pub(super) fn Hardware(
    number: i64,
    /// Number of the last live event that the page includes.
    seq: i64,
    side: Side,
) -> impl IntoView {
    let acts = Acts::new();
    let hardware = Resource::new_blocking(move || number, load_ticket_hardware);
    view! {
        <FormErrors error=acts.error() />
        <Loaded resource=hardware view=move |hardware| view! { <Cards hardware seq acts side /> }.into_any() />
    }
    .into_any()
}

/// Each part is drawn again when it has changed, so that news of another part touch nothing half-written.
#[component]
fn Cards(hardware: TicketHardware, seq: i64, acts: Acts, side: Side) -> impl IntoView {
    let number = hardware.number;
    let hardware = RwSignal::new(hardware);
    keep_fresh(hardware, number, seq, acts);
    // Not the words of how long ago it was logged, which every minute changes.
    let visit = Memo::new(move |_| {
        hardware.with(|now| (now.visit.clone(), now.undetermined.as_ref().map(|wait| wait.refused.clone())))
    });
    let visit = move || {
        let (visit, undetermined) = visit.get();
        (visit.is_some() || undetermined.is_some())
            .then(|| view! { <VisitView hardware=hardware.get_untracked() acts side /> })
    };
    let (work, supervise) = hardware.with_untracked(|now| (now.work, now.supervise));
    let stock = Memo::new(move |_| {
        hardware.with(|now| (now.work, now.courier_refused.clone(), now.units.clone(), now.repair_covered))
    });
    let begin = move || stock.get().0.then(|| view! { <Begin hardware=hardware.get_untracked() acts /> });
    view! {
        {visit}
        <For
            each=move || hardware.with(|now| now.cards.clone())
            key=|card| (card.id.clone(), card.version, card.late)
            children=move |card| view! { <TrackView card number work supervise acts /> }
        />
        {begin}
    }
    .into_any()
}

/// Loads the section again after what was done in it, and on news of the ticket.
fn keep_fresh(hardware: RwSignal<TicketHardware>, number: i64, seq: i64, acts: Acts) {
    let reload = use_reload(move || load_ticket_hardware(number), move |fresh| drop(hardware.try_set(fresh)));
    follow_live(seq, move |event| match event.change {
        LiveChange::Ticket { number: changed, .. } | LiveChange::TicketForStaff { number: changed, .. }
            if changed == number =>
        {
            reload.run(());
        }
        LiveChange::Resync => reload.run(()),
        _ => {}
    });
    let done = acts.done();
    Effect::new(move |before: Option<u32>| {
        let now = done.get();
        if before.is_some_and(|before| before != now) {
            reload.run(());
        }
        now
    });
}

/// A list of steps: what is done, what is next, what follows.
#[component]
fn Steps(steps: Vec<StepLine>) -> impl IntoView {
    let lines = steps.into_iter().map(|step| {
        let (dot, current) = match step.state {
            StepState::Done => ("dot dot--done", None),
            StepState::Current => ("dot dot--now", Some("step")),
            StepState::Ahead => ("dot", None),
        };
        let inside = match step.state {
            StepState::Done => Some(view! { <path d="m7.3 10.2 1.9 1.9 3.5-4" /> }.into_any()),
            StepState::Current => Some(view! { <circle cx="10" cy="10" r="2" fill="currentColor" /> }.into_any()),
            StepState::Ahead => None,
        };
        let done = (step.state == StepState::Done).then(|| view! { <span class="vh">" (done)"</span> });
        view! {
            <li aria-current=current>
                <svg class=dot viewBox="0 0 20 20" aria-hidden="true">
                    <circle cx="10" cy="10" r="6" />
                    {inside}
                </svg>
                <span>
                    {step.title} {done} <span class="sub">{step.sub}</span>
                </span>
            </li>
        }
    });
    view! { <ol class="steps">{lines.collect_view()}</ol> }
}
