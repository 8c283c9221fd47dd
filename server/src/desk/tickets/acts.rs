//! What people say and do on a ticket from day to day: reply, call, pause, resume.

use app::api::{
    error::ApiError,
    live::LiveChange,
    principal::Principal,
    tickets::{CallInput, PauseInput, ReplyInput},
};
use domain::{
    access::{Permission, Scope, Side},
    clock::{ClockKind, PauseReason, Refusal, Verdict},
    notice::TicketNews,
    ticket::{Move, TicketEventKind, TicketState, reference},
    time::Timestamp,
};
use sea_orm::DatabaseTransaction;

use super::{Desk, changes, input, internal, local::Local, mails, require};
use crate::{
    desk::{act, new_id},
    store::{
        audit::{self, Act},
        clocks::{self, AppendError, Ended, Fact, StoredClock},
        customers, events,
        tickets::{self, NewTicketEvent, Ticket},
    },
};

/// A ticket in one person's hands until the transaction ends.
pub(super) struct Held<'a> {
    pub(super) desk: &'a Desk,
    pub(super) who: &'a Principal,
    pub(super) tx: DatabaseTransaction,
    pub(super) ticket: Ticket,
    pub(super) now: Timestamp,
}

/// Whether customers see what was done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Seen {
    ByAll,
    ByStaff,
}

impl<'a> Held<'a> {
    pub(super) async fn take(
        desk: &'a Desk,
        who: &'a Principal,
        number: i64,
        permission: Permission,
    ) -> Result<Self, ApiError> {
        let now = desk.clock.now();
        let tx = desk.db.begin().await.map_err(internal)?;
        let found = tickets::lock(&tx, who.scope(), number).await.map_err(internal)?;
        let ticket = require(found, who, permission)?;
        Ok(Self { desk, who, tx, ticket, now })
    }

    /// Adds an entry to the timeline that happened at `at`.
    pub(super) async fn add(&self, kind: TicketEventKind, at: Timestamp, detail: &str) -> Result<i64, ApiError> {
        let new = NewTicketEvent {
            ticket: self.ticket.id,
            at,
            entered_at: self.now,
            kind,
            user: Some(self.who.user),
            by: &self.who.name,
            detail,
        };
        tickets::add_event(&self.tx, new).await.map_err(internal)
    }

    /// All clocks of the ticket, internal ones too.
    pub(super) async fn clocks(&self) -> Result<Vec<StoredClock>, ApiError> {
        clocks::of_ticket(&self.tx, Scope::Everything, self.ticket.id).await.map_err(internal)
    }

    pub(super) async fn append(&self, clock: &StoredClock, at: Timestamp, fact: &Fact) -> Result<(), ApiError> {
        clocks::append(&self.tx, clock.id, at, self.now, fact).await.map(drop).map_err(refused)
    }

    /// Records the act, tells open pages, and commits.
    pub(super) async fn finish(self, action: &str, detail: impl Into<String>, seen: Seen) -> Result<(), ApiError> {
        let subject = reference(self.ticket.number);
        let record = Act { customer: Some(self.ticket.customer), ..act(self.who, action, &subject, detail) };
        audit::write(&self.tx, new_id(self.now)?, self.now, record).await.map_err(internal)?;
        let (number, customer) = (self.ticket.number, self.ticket.customer);
        let change = match seen {
            Seen::ByAll => LiveChange::Ticket { number, customer },
            Seen::ByStaff => LiveChange::TicketForStaff { number, customer },
        };
        events::append(&self.tx, self.now, &[(customer, change)]).await.map_err(internal)?;
        self.tx.commit().await.map_err(internal)?;
        self.desk.engine.published();
        self.desk.engine.wake_mailer();
        Ok(())
    }

    /// A response at `at` meets what waits for one, or comes too late.
    async fn meet(&self, at: Timestamp) -> Result<(), ApiError> {
        for clock in self.clocks().await? {
            let answers = matches!(clock.clock.kind(), ClockKind::Response | ClockKind::NextReply);
            if !answers || !is_open(&clock) || at < clock.clock.started_at() {
                continue;
            }
            let fact = match clock.clock.judge(at) {
                Verdict::Met => Fact::Met,
                Verdict::Missed => Fact::Missed,
            };
            self.append(&clock, at, &fact).await?;
        }
        Ok(())
    }

    /// Ends the open pauses of `reason`, or all of them. Answers what ended.
    async fn end_pauses(
        &self,
        reason: Option<PauseReason>,
        ended: Ended,
        evidence: &str,
    ) -> Result<Vec<PauseReason>, ApiError> {
        let mut over = Vec::new();
        for clock in self.clocks().await?.into_iter().filter(is_open) {
            for pause in clock.clock.pauses().iter().filter(|pause| pause.end.is_none()) {
                if reason.is_some_and(|reason| reason != pause.reason) {
                    continue;
                }
                let fact = Fact::Resumed { reason: pause.reason, ended, evidence: evidence.to_owned() };
                self.append(&clock, self.now, &fact).await?;
                over.push(pause.reason);
            }
        }
        over.sort_unstable();
        over.dedup();
        match over.is_empty() {
            true => Err(ApiError::Conflict("Nothing is paused for this any more.".to_owned())),
            false => Ok(over),
        }
    }
}

pub(super) fn is_open(clock: &StoredClock) -> bool {
    clock.kept.closed_at.is_none()
}

pub(super) async fn reply(desk: &Desk, who: &Principal, number: i64, input: &ReplyInput) -> Result<(), ApiError> {
    let held = Held::take(desk, who, number, Permission::WriteToTickets).await?;
    let reply = input::reply(input)?;
    match (who.side(), reply.note) {
        (Side::Customer, _) => message(held, &reply.text).await,
        (Side::Staff, true) => {
            held.add(TicketEventKind::Note, held.now, &reply.text).await?;
            held.finish("ticket.note", "", Seen::ByStaff).await
        }
        (Side::Staff, false) => {
            let seq = held.add(TicketEventKind::Response, held.now, &reply.text).await?;
            held.meet(held.now).await?;
            let news = TicketNews::Reply { text: reply.text };
            mails::tell(desk, &held.tx, who, &held.ticket, (news, seq), held.now).await?;
            held.finish("ticket.reply", "", Seen::ByAll).await
        }
    }
}

/// The customer's own words: no response, and no pause ends by them alone. They end our waiting for an answer.
async fn message(held: Held<'_>, text: &str) -> Result<(), ApiError> {
    match held.ticket.state {
        TicketState::Closed => changes::make(&held, held.ticket.version, Move::Reopen).await.map(drop)?,
        TicketState::WaitingCustomer => changes::make(&held, held.ticket.version, Move::GoOn).await.map(drop)?,
        TicketState::Asked | TicketState::Open | TicketState::WaitingMaker => {}
    }
    held.add(TicketEventKind::Message, held.now, text).await?;
    held.finish("ticket.message", "", Seen::ByAll).await
}

pub(super) async fn call(desk: &Desk, who: &Principal, number: i64, input: &CallInput) -> Result<(), ApiError> {
    let held = Held::take(desk, who, number, Permission::WorkTickets).await?;
    let customer = customers::find(&held.tx, who.scope(), held.ticket.customer).await.map_err(internal)?;
    let local = Local::named(&customer.ok_or(ApiError::NotFound)?.zone);
    let call = input::call(input, &local, held.ticket.opened_at, held.now)?;
    held.add(TicketEventKind::Call, call.at, &call.text).await?;
    held.meet(call.at).await?;
    let detail = format!("at {}", call.at);
    held.finish("ticket.call", detail, Seen::ByAll).await
}

pub(super) async fn pause(desk: &Desk, who: &Principal, number: i64, input: &PauseInput) -> Result<(), ApiError> {
    let held = Held::take(desk, who, number, Permission::WorkTickets).await?;
    let input::Pause { reason, evidence } = input::pause(input)?;
    let fact = Fact::Paused { reason, asked: Some(who.user), evidence: evidence.clone() };
    let (mut paused, mut refusal) = (false, None);
    for clock in held.clocks().await?.into_iter().filter(is_open) {
        match clocks::append(&held.tx, clock.id, held.now, held.now, &fact).await {
            Ok(_) => paused = true,
            Err(AppendError::Refused(why)) => refusal = Some(why),
            Err(error) => return Err(refused(error)),
        }
    }
    if !paused {
        let none = || ApiError::Conflict("No clock of this ticket is running, so none can be paused.".to_owned());
        return Err(refusal.map_or_else(none, |why| refused(AppendError::Refused(why))));
    }
    let detail = format!("{}: {evidence}", reason.label());
    let seq = held.add(TicketEventKind::Paused, held.now, &detail).await?;
    let news = TicketNews::Paused { reason, evidence };
    mails::tell(desk, &held.tx, who, &held.ticket, (news, seq), held.now).await?;
    held.finish("ticket.pause", detail, Seen::ByAll).await
}

pub(super) async fn resume(desk: &Desk, who: &Principal, number: i64, input: &PauseInput) -> Result<(), ApiError> {
    let held = Held::take(desk, who, number, Permission::WorkTickets).await?;
    let input::Pause { reason, evidence } = input::pause(input)?;
    held.end_pauses(Some(reason), Ended::Staff(who.user), &evidence).await?;
    let detail = format!("no longer {}: {evidence}", reason.label());
    held.add(TicketEventKind::Resumed, held.now, &detail).await?;
    held.finish("ticket.resume", detail, Seen::ByAll).await
}

pub(super) async fn give_access(desk: &Desk, who: &Principal, number: i64) -> Result<(), ApiError> {
    let held = Held::take(desk, who, number, Permission::WriteToTickets).await?;
    if who.side() == Side::Staff {
        return Err(ApiError::Conflict("Only the customer can say this. Use Resume, and say how you know.".to_owned()));
    }
    let evidence = format!("{} said so on the ticket's page", who.name);
    let over = held.end_pauses(None, Ended::Customer, &evidence).await?;
    let reasons: Vec<_> = over.into_iter().map(PauseReason::label).collect();
    let detail = format!("no longer {}: {evidence}", reasons.join(", "));
    held.add(TicketEventKind::Resumed, held.now, &detail).await?;
    held.finish("ticket.give-access", detail, Seen::ByAll).await
}

/// What the rules refuse is told in words; everything else is our own failure.
pub(super) fn refused(error: AppendError) -> ApiError {
    let refusal = match error {
        AppendError::NotFound => return ApiError::NotFound,
        AppendError::Db(error) => return internal(error),
        AppendError::Refused(refusal) => refusal,
    };
    ApiError::Conflict(match &refusal {
        Refusal::PausedTooLate { .. } => {
            "The clock is over its target already, and no pause takes that back.".to_owned()
        }
        Refusal::AlreadyPaused { reason } => format!("The clock is paused already: {}.", reason.label()),
        Refusal::MayNotPause { .. } => {
            "Once a visit is decided only waiting for access to the site pauses its clock.".to_owned()
        }
        Refusal::Closed { standing } => format!("This clock is {standing} already; a verdict stays as it is."),
        Refusal::NotMissed { .. } => "Only a missed clock can be excused, and only once.".to_owned(),
        refusal => format!("This cannot be: {refusal}."),
    })
}
