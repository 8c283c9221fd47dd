//! Time and money of a ticket: the stopwatch and the entries for staff, the CatS incident for both sides, and the training
//! that a clock waits for.

mod entries;
mod incident;
mod time;
mod training;

use domain::access::Side;
use leptos::prelude::*;

use self::{
    incident::{Incident, Order},
    time::Time,
    training::Conditional,
};
use super::super::host::live::use_reload;
use crate::{
    api::{
        error::ApiError,
        incidents::{
            AcceptIncident, AddExtra, ApproveUnit, AskApproval, DeclineIncident, OrderIncident, SplitIncident,
            WithdrawExtra,
        },
        tickets::TicketPage,
        training::{HoldTicket, TicketTraining, load_ticket_training},
        worktime::{AddWork, CorrectWork, StartStopwatch, StopStopwatch, TellOutsideCover, WorkCard, load_work},
    },
    components::{banner::FormErrors, edit_form::refusal, page::Loaded},
};

/// Everything that can be done about a ticket's work; each success loads it again.
#[derive(Clone, Copy)]
struct WorkActs {
    start: ServerAction<StartStopwatch>,
    stop: ServerAction<StopStopwatch>,
    add: ServerAction<AddWork>,
    correct: ServerAction<CorrectWork>,
    tell: ServerAction<TellOutsideCover>,
    order: ServerAction<OrderIncident>,
    accept: ServerAction<AcceptIncident>,
    decline: ServerAction<DeclineIncident>,
    approve: ServerAction<ApproveUnit>,
    ask: ServerAction<AskApproval>,
    extra: ServerAction<AddExtra>,
    withdraw: ServerAction<WithdrawExtra>,
    split: ServerAction<SplitIncident>,
    hold: ServerAction<HoldTicket>,
}

impl WorkActs {
    fn new() -> Self {
        Self {
            start: ServerAction::new(),
            stop: ServerAction::new(),
            add: ServerAction::new(),
            correct: ServerAction::new(),
            tell: ServerAction::new(),
            order: ServerAction::new(),
            accept: ServerAction::new(),
            decline: ServerAction::new(),
            approve: ServerAction::new(),
            ask: ServerAction::new(),
            extra: ServerAction::new(),
            withdraw: ServerAction::new(),
            split: ServerAction::new(),
            hold: ServerAction::new(),
        }
    }

    /// Counts everything that may have changed the ticket's work.
    fn version(self) -> usize {
        self.start.version().get()
            + self.stop.version().get()
            + self.add.version().get()
            + self.correct.version().get()
            + self.tell.version().get()
            + self.order.version().get()
            + self.accept.version().get()
            + self.decline.version().get()
            + self.approve.version().get()
            + self.ask.version().get()
            + self.extra.version().get()
            + self.withdraw.version().get()
            + self.hold.version().get()
    }

    /// The last refusal of any of them.
    fn error(self) -> Signal<Option<ApiError>> {
        let all = [
            refusal(self.start),
            refusal(self.stop),
            refusal(self.add),
            refusal(self.correct),
            refusal(self.tell),
            refusal(self.order),
            refusal(self.accept),
            refusal(self.decline),
            refusal(self.approve),
            refusal(self.ask),
            refusal(self.extra),
            refusal(self.withdraw),
            refusal(self.split),
            refusal(self.hold),
        ];
        Signal::derive(move || all.iter().find_map(Signal::get))
    }
}

/// The cards of a ticket's work. Loads them by itself, and again whenever the page did.
#[component]
pub(super) fn Work(page: RwSignal<TicketPage>, side: Side) -> impl IntoView {
    let number = page.with_untracked(|page| page.number);
    let acts = WorkActs::new();
    let loaded = Resource::new_blocking(move || number, both);
    view! {
        <Loaded
            resource=loaded
            view=move |(card, training): (WorkCard, TicketTraining)| {
                view! { <Cards page card training acts side /> }.into_any()
            }
        />
    }
}

async fn both(number: i64) -> Result<(WorkCard, TicketTraining), ApiError> {
    Ok((load_work(number).await?, load_ticket_training(number).await?))
}

#[component]
fn Cards(
    page: RwSignal<TicketPage>,
    card: WorkCard,
    training: TicketTraining,
    acts: WorkActs,
    side: Side,
) -> impl IntoView {
    let number = card.number;
    let (card, training) = (RwSignal::new(card), RwSignal::new(training));
    let reload = use_reload(
        move || both(number),
        move |(fresh, waits)| {
            card.try_set(fresh);
            training.try_set(waits);
        },
    );
    Effect::new(move |ran_before: Option<()>| {
        acts.version();
        page.with(|page| page.now);
        if ran_before.is_some() {
            reload.run(());
        }
    });
    let has_incident = Memo::new(move |_| card.with(|card| card.incident.is_some()));
    let orders = Memo::new(move |_| card.with(|card| card.order.clone()));
    let has_time = card.with_untracked(|card| card.time.is_some());
    view! {
        <FormErrors error=acts.error() />
        {move || has_incident.get().then(|| view! { <Incident card acts side /> })}
        {move || orders.get().map(|price| view! { <Order card acts side price /> })}
        {has_time.then(|| view! { <Time card acts /> })}
        <Conditional training acts side />
    }
    .into_any()
}

/// The field by which every form says which ticket it is about.
#[component]
fn Number(card: RwSignal<WorkCard>) -> impl IntoView {
    let number = card.with_untracked(|card| card.number);
    view! { <input type="hidden" name="number" value=number.to_string() /> }
}
