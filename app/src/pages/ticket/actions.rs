//! What staff can do about a ticket: log a call, pause, resume, close, change the level, settle a clock.

use domain::{access::Side, clock::PauseReason};
use leptos::prelude::*;

use super::care::{CareActs, Moves};
use crate::{
    api::{
        error::ApiError,
        tickets::{
            AgreeToTicket, ChangeTicketLevel, ClockCard, ExcuseClock, FaceState, GiveAccess, LEVELS, LevelMode,
            LevelPreview, LogCall, PauseTicket, ReplyToTicket, ResumeTicket, SetTicketState, TicketPage, VoidClock,
        },
    },
    components::{
        confirm::Confirm,
        edit_form::{busy, refusal, wrong},
        field::{SelectField, TextArea, TextField},
        icon::Icon,
    },
};

/// Everything that can be done on the page; each success loads the ticket again.
#[derive(Clone, Copy)]
pub(super) struct Acts {
    pub(super) reply: ServerAction<ReplyToTicket>,
    pub(super) give_access: ServerAction<GiveAccess>,
    call: ServerAction<LogCall>,
    pause: ServerAction<PauseTicket>,
    resume: ServerAction<ResumeTicket>,
    pub(super) state: ServerAction<SetTicketState>,
    level: ServerAction<ChangeTicketLevel>,
    excuse: ServerAction<ExcuseClock>,
    void: ServerAction<VoidClock>,
    agree: ServerAction<AgreeToTicket>,
    pub(super) care: CareActs,
}

impl Acts {
    pub(super) fn new() -> Self {
        Self {
            reply: ServerAction::new(),
            give_access: ServerAction::new(),
            call: ServerAction::new(),
            pause: ServerAction::new(),
            resume: ServerAction::new(),
            state: ServerAction::new(),
            level: ServerAction::new(),
            excuse: ServerAction::new(),
            void: ServerAction::new(),
            agree: ServerAction::new(),
            care: CareActs::new(),
        }
    }

    /// Counts everything that may have changed the ticket.
    pub(super) fn version(self) -> usize {
        self.reply.version().get()
            + self.give_access.version().get()
            + self.call.version().get()
            + self.pause.version().get()
            + self.resume.version().get()
            + self.state.version().get()
            + self.level.version().get()
            + self.excuse.version().get()
            + self.void.version().get()
            + self.agree.version().get()
            + self.care.version()
    }

    /// The last refusal of any of them.
    pub(super) fn error(self) -> Signal<Option<ApiError>> {
        let all = [
            refusal(self.reply),
            refusal(self.give_access),
            refusal(self.call),
            refusal(self.pause),
            refusal(self.resume),
            refusal(self.state),
            refusal(self.level),
            refusal(self.excuse),
            refusal(self.void),
            refusal(self.agree),
        ];
        let care = self.care.error();
        Signal::derive(move || all.iter().find_map(Signal::get).or_else(|| care.get()))
    }
}

/// The card of staff acts. Customers write, and say that access is given; both stand elsewhere.
#[component]
pub(super) fn Actions(
    page: RwSignal<TicketPage>,
    side: Side,
    acts: Acts,
    preview: Option<Result<LevelPreview, ApiError>>,
) -> impl IntoView {
    if side == Side::Customer {
        return ().into_any();
    }
    let waiting = Memo::new(move |_| page.with(|page| page.waiting.clone().map(|waiting| waiting.reason)));
    let agree = Memo::new(move |_| page.with(|page| page.may.agree));
    let counts = Memo::new(move |_| page.with(|page| page.clocks.iter().any(|card| is_open(&card.face.state))));
    let preview = StoredValue::new(preview);
    view! {
        <section class="card no-print" aria-labelledby="acts">
            <div class="card-head">
                <h2 id="acts">"What you can do"</h2>
            </div>
            <div class="acts">
                <Call page acts />
                {move || waiting.get().map(|reason| view! { <Resume page acts reason /> })}
                {move || counts.get().then(|| view! { <Pause page acts /> })}
                {move || agree.get().then(|| view! { <Agree page acts /> })}
                {move || counts.get().then(|| view! { <Level page acts preview=preview.get_value() /> })}
                <Moves page acts />
            </div>
        </section>
    }
    .into_any()
}

fn is_open(state: &FaceState) -> bool {
    matches!(state, FaceState::Running { .. } | FaceState::Paused { .. } | FaceState::NoCover)
}

/// A control that opens a form.
#[component]
pub(super) fn Act(
    title: &'static str,
    icon: &'static str,
    /// Open from the start: something was asked or refused.
    #[prop(optional)]
    open: bool,
    children: Children,
) -> impl IntoView {
    view! {
        <details class="act" open=open>
            <summary>
                <Icon name=icon small=true />
                {title}
            </summary>
            <div class="act__form">{children()}</div>
        </details>
    }
}

#[component]
pub(super) fn Number(page: RwSignal<TicketPage>) -> impl IntoView {
    let number = page.with_untracked(|page| page.number);
    view! { <input type="hidden" name="number" value=number.to_string() /> }
}

#[component]
pub(super) fn Version(page: RwSignal<TicketPage>, #[prop(default = "version")] name: &'static str) -> impl IntoView {
    view! { <input type="hidden" name=name value=move || page.with(|page| page.version.to_string()) /> }
}

#[component]
fn Call(page: RwSignal<TicketPage>, acts: Acts) -> impl IntoView {
    let error = refusal(acts.call);
    let now = page.with_untracked(|page| page.now_local.clone());
    let zone = page.with_untracked(|page| page.zone.clone());
    view! {
        <Act title="Log a call" icon="phone" open=error.get_untracked().is_some()>
            <ActionForm action=acts.call attr:class="stack stack--s" attr:novalidate="">
                <Number page />
                <TextField
                    label="When"
                    name="input[at]"
                    input_type="datetime-local"
                    value=now
                    hint=format!("Time of the call in {zone}. It meets the response target then.")
                    error=wrong(error, "at")
                />
                <TextArea label="What was said" name="input[text]" error=wrong(error, "text") />
                <button class="btn btn--primary" type="submit" aria-busy=busy(acts.call)>
                    "Log call"
                </button>
            </ActionForm>
        </Act>
    }
}

fn reasons() -> Vec<(String, String)> {
    PauseReason::ALL
        .iter()
        .map(|reason| {
            let label = reason.label();
            let capital = label.replacen('w', "W", 1);
            (reason.as_str().to_owned(), capital)
        })
        .collect()
}

#[component]
fn Pause(page: RwSignal<TicketPage>, acts: Acts) -> impl IntoView {
    let error = refusal(acts.pause);
    view! {
        <Act title="Pause the clock" icon="pause" open=error.get_untracked().is_some()>
            <ActionForm action=acts.pause attr:class="stack stack--s" attr:novalidate="">
                <Number page />
                <SelectField
                    label="Reason"
                    name="input[reason]"
                    options=reasons()
                    hint="Nothing else pauses a clock. The customer is told by email at once."
                    error=wrong(error, "reason")
                />
                <TextArea
                    label="How you know"
                    name="input[evidence]"
                    hint="The customer reads this: “SSH refused at 11:28”."
                    error=wrong(error, "evidence")
                />
                <button class="btn btn--primary" type="submit" aria-busy=busy(acts.pause)>
                    "Pause and tell the customer"
                </button>
            </ActionForm>
        </Act>
    }
}

#[component]
fn Resume(page: RwSignal<TicketPage>, acts: Acts, reason: PauseReason) -> impl IntoView {
    let error = refusal(acts.resume);
    view! {
        <Act title="End the pause" icon="play" open=true>
            <ActionForm action=acts.resume attr:class="stack stack--s" attr:novalidate="">
                <Number page />
                <input type="hidden" name="input[reason]" value=reason.as_str() />
                <TextArea
                    label="What changed"
                    name="input[evidence]"
                    hint=format!("The clock is {}. The customer reads this.", reason.label())
                    error=wrong(error, "evidence")
                />
                <button class="btn btn--primary" type="submit" aria-busy=busy(acts.resume)>
                    "Let the clock run"
                </button>
            </ActionForm>
        </Act>
    }
}

#[component]
fn Agree(page: RwSignal<TicketPage>, acts: Acts) -> impl IntoView {
    let error = refusal(acts.agree);
    view! {
        <Act title="Take this fault on" icon="shield" open=error.get_untracked().is_some()>
            <ActionForm action=acts.agree attr:class="stack stack--s" attr:novalidate="">
                <Number page />
                <Version page />
                <TextArea
                    label="What was agreed"
                    name="reason"
                    hint="The customer reads this. The cover is decided again, and the response clock starts now."
                    error=wrong(error, "reason")
                />
                <button class="btn btn--primary" type="submit" aria-busy=busy(acts.agree)>
                    "Agree and start the clock"
                </button>
            </ActionForm>
        </Act>
    }
}

/// First a question to the address, which shows what would change; then the form that saves it.
#[component]
fn Level(page: RwSignal<TicketPage>, acts: Acts, preview: Option<Result<LevelPreview, ApiError>>) -> impl IntoView {
    let number = page.with_untracked(|page| page.number);
    let (level, mode) = match &preview {
        Some(Ok(preview)) => (preview.level, preview.mode),
        _ => (page.with_untracked(|page| page.level), LevelMode::None),
    };
    let levels = LEVELS.iter().map(|level| (level.as_str().to_owned(), level.label().to_owned())).collect();
    let modes = LevelMode::ALL.iter().map(|mode| (mode.as_str().to_owned(), mode.label().to_owned())).collect();
    let asked = preview.is_some();
    let answer = preview.map(|preview| view! { <Preview page acts preview /> });
    view! {
        <Act title="Change the level" icon="sliders" open=asked>
            <form class="stack stack--s" method="get" action=format!("/t/{number}") aria-label="Level change">
                <SelectField label="Level" name="level" options=levels value=level.as_str() />
                <SelectField label="For this ticket" name="mode" options=modes value=mode.as_str() />
                <button class="btn" type="submit">
                    "Show what would change"
                </button>
            </form>
            {answer}
        </Act>
    }
}

#[component]
fn Preview(page: RwSignal<TicketPage>, acts: Acts, preview: Result<LevelPreview, ApiError>) -> impl IntoView {
    let preview = match preview {
        Ok(preview) => preview,
        Err(error) => return view! { <p class="note mt" role="alert">{error.to_string()}</p> }.into_any(),
    };
    let LevelPreview { level, mode, old_due, new_due, breached } = preview;
    let due = |due: Option<String>| due.unwrap_or_else(|| "at no time, as it stands".to_owned());
    let same = old_due == new_due;
    view! {
        <ActionForm action=acts.level attr:class="stack stack--s mt" attr:aria-label="Save the level change">
            <Number page />
            <Version page name="input[version]" />
            <input type="hidden" name="input[level]" value=level.as_str() />
            <input type="hidden" name="input[mode]" value=mode.as_str() />
            <dl class="kv kv--s">
                <dt>"Due now"</dt>
                <dd>{due(old_due)}</dd>
                <dt>"Due then"</dt>
                <dd>
                    <strong>{due(new_due)}</strong>
                    {same.then_some(", as before")}
                </dd>
            </dl>
            {breached.then(|| view! { <p class="note">"That is over already: the clock would be over its target at once."</p> })}
            <button class="btn btn--primary" type="submit" aria-busy=busy(acts.level)>
                {format!("Save: {}, {}", level.label(), mode.as_str())}
            </button>
        </ActionForm>
    }
    .into_any()
}

/// What a supervisor settles about a clock: an excuse for a miss, or that it should not run.
#[component]
pub(super) fn Settle(page: RwSignal<TicketPage>, card: ClockCard, side: Side, acts: Acts) -> impl IntoView {
    let may = side == Side::Staff && page.with_untracked(|page| page.may.excuse);
    let number = page.with_untracked(|page| page.number).to_string();
    let (id, name) = (card.id.to_string(), card.face.kind.label().to_lowercase());
    match &card.face.state {
        FaceState::Missed { excused: false, .. } if may => view! {
            <Confirm
                label=format!("Excuse the {name}")
                question="It stays missed; the excuse stands beside it with your name."
            >
                <ActionForm action=acts.excuse attr:class="stack stack--s">
                    <SettleReason number id what="Why it is excused" />
                    <button class="btn btn--primary" type="submit">
                        "Excuse it"
                    </button>
                </ActionForm>
            </Confirm>
        }
        .into_any(),
        state if may && is_open(state) => view! {
            <Confirm
                label=format!("Take back the {name} clock")
                question="It ends without a verdict, and nothing is due by it any more."
            >
                <ActionForm action=acts.void attr:class="stack stack--s">
                    <SettleReason number id what="Why it should not have run" />
                    <button class="btn btn--danger" type="submit">
                        "Take it back"
                    </button>
                </ActionForm>
            </Confirm>
        }
        .into_any(),
        _ => ().into_any(),
    }
}

#[component]
fn SettleReason(number: String, id: String, what: &'static str) -> impl IntoView {
    view! {
        <input type="hidden" name="number" value=number />
        <input type="hidden" name="clock" value=id />
        <label>
            {what}
            <input class="input" name="reason" maxlength="2000" autocomplete="off" required />
        </label>
    }
}
