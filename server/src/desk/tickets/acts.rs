//! What people do on a ticket from day to day: call, pause, resume; and how every act holds its ticket.

use app::api::{
    error::ApiError,
    live::LiveChange,
    principal::Principal,
    tickets::{CallInput, PauseInput},
};
use domain::{
    access::{Permission, Scope, Side},
    clock::{ClockKind, PauseReason, Refusal, Verdict},
    id::{TicketId, UserId},
    notice::TicketNews,
    ticket::{TicketEventKind, reference},
    time::Timestamp,
};
use sea_orm::{ConnectionTrait, DatabaseTransaction};

use super::{Desk, held, input, internal, local::Local, mails, require};
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
pub(in crate::desk) struct Held<'a> {
    pub(in crate::desk) desk: &'a Desk,
    pub(in crate::desk) who: &'a Principal,
    pub(in crate::desk) tx: DatabaseTransaction,
    pub(in crate::desk) ticket: Ticket,
    pub(in crate::desk) now: Timestamp,
}

/// Whether customers see what was done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::desk) enum Seen {
    ByAll,
    ByStaff,
}

impl<'a> Held<'a> {
    pub(in crate::desk) async fn take(
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
    pub(in crate::desk) async fn add(
        &self,
        kind: TicketEventKind,
        at: Timestamp,
        detail: &str,
    ) -> Result<i64, ApiError> {
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
    pub(in crate::desk) async fn clocks(&self) -> Result<Vec<StoredClock>, ApiError> {
        clocks::of_ticket(&self.tx, Scope::Everything, self.ticket.id).await.map_err(internal)
    }

    pub(in crate::desk) async fn append(
        &self,
        clock: &StoredClock,
        at: Timestamp,
        fact: &Fact,
    ) -> Result<(), ApiError> {
        clocks::append(&self.tx, clock.id, at, self.now, fact).await.map(drop).map_err(refused)
    }

    /// Tells the customer's contacts. The number is that of the entry which it is about.
    pub(in crate::desk) async fn mail(&self, news: &TicketNews, step: i64) -> Result<(), ApiError> {
        self.mail_of(&self.ticket, news, step).await
    }

    /// The same about another ticket of the customer.
    pub(in crate::desk) async fn mail_of(&self, ticket: &Ticket, news: &TicketNews, step: i64) -> Result<(), ApiError> {
        let told = mails::Telling { ticket, by: &self.who.name, news, step, now: self.now };
        mails::contacts(&self.tx, &self.desk.mail_domain, told).await.map_err(internal)
    }

    /// Sends what is still held on this ticket: what comes now comes after it.
    pub(super) async fn send_held(&self) -> Result<(), ApiError> {
        held::send_of(&self.tx, self.ticket.id, self.now, &self.desk.mail_domain).await.map_err(internal)
    }

    /// Records the act, tells open pages, and commits.
    pub(in crate::desk) async fn finish(
        self,
        action: &str,
        detail: impl Into<String>,
        seen: Seen,
    ) -> Result<(), ApiError> {
        let subject = reference(self.ticket.number);
        let record = Act { customer: Some(self.ticket.customer), ..act(self.who, action, &subject, detail) };
        audit::write(&self.tx, new_id(self.now)?, self.now, record).await.map_err(internal)?;
        self.publish(seen).await
    }

    /// Tells open pages and commits what is no act yet.
    pub(super) async fn publish(self, seen: Seen) -> Result<(), ApiError> {
        let (number, customer) = (self.ticket.number, self.ticket.customer);
        let change = match seen {
            Seen::ByAll => LiveChange::Ticket { number, customer },
            Seen::ByStaff => LiveChange::TicketForStaff { number, customer },
        };
        events::append(&self.tx, self.now, &[(customer, change)]).await.map_err(internal)?;
        self.leave().await
    }

    /// Commits what stands by itself, and tells open pages and the mailer.
    pub(in crate::desk) async fn leave(self) -> Result<(), ApiError> {
        self.tx.commit().await.map_err(internal)?;
        self.desk.engine.published();
        self.desk.engine.wake_mailer();
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

/// A response at `at` meets what waits for one, or comes too late.
pub(super) async fn meet(
    db: &impl ConnectionTrait,
    ticket: TicketId,
    at: Timestamp,
    now: Timestamp,
) -> Result<(), AppendError> {
    for clock in clocks::of_ticket(db, Scope::Everything, ticket).await? {
        let answers = matches!(clock.clock.kind(), ClockKind::Response | ClockKind::NextReply);
        if !answers || !is_open(&clock) || at < clock.clock.started_at() {
            continue;
        }
        let fact = match clock.clock.judge(at) {
            Verdict::Met => Fact::Met,
            Verdict::Missed => Fact::Missed,
        };
        clocks::append(db, clock.id, at, now, &fact).await?;
    }
    Ok(())
}

/// How an open clock ends when nobody owes it any more: it is taken back, unless its target is missed by now. A miss stays
/// one, whatever happens to the ticket; a supervisor can excuse it.
pub(in crate::desk) fn let_go(clock: &StoredClock, by: UserId, reason: &str, now: Timestamp) -> Fact {
    match clock.clock.judge(now) {
        Verdict::Missed => Fact::Missed,
        Verdict::Met => Fact::Voided { by, reason: reason.to_owned() },
    }
}

pub(in crate::desk) fn is_open(clock: &StoredClock) -> bool {
    clock.kept.closed_at.is_none()
}

pub(super) async fn call(desk: &Desk, who: &Principal, number: i64, input: &CallInput) -> Result<(), ApiError> {
    let held = Held::take(desk, who, number, Permission::WorkTickets).await?;
    let customer = customers::find(&held.tx, who.scope(), held.ticket.customer).await.map_err(internal)?;
    let local = Local::named(&customer.ok_or(ApiError::NotFound)?.zone);
    let call = input::call(input, &local, held.ticket.opened_at, held.now)?;
    held.add(TicketEventKind::Call, call.at, &call.text).await?;
    meet(&held.tx, held.ticket.id, call.at, held.now).await.map_err(refused)?;
    let detail = format!("at {}", call.at);
    held.finish("ticket.call", detail, Seen::ByAll).await
}

pub(super) async fn pause(desk: &Desk, who: &Principal, number: i64, input: &PauseInput) -> Result<(), ApiError> {
    let held = Held::take(desk, who, number, Permission::WorkTickets).await?;
    let input::Pause { reason, evidence } = input::pause(input)?;
    held.send_held().await?;
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
    held.mail(&TicketNews::Paused { reason, evidence }, seq).await?;
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
pub(in crate::desk) fn refused(error: AppendError) -> ApiError {
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
