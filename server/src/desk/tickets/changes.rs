//! What is settled about a ticket: open or closed, excuses, clocks that should not run, faults taken on.

use app::api::{error::ApiError, principal::Principal};
use domain::{
    access::{Permission, Scope, Side},
    clock::{ClockKind, Verdict, WARNING_PERCENTS},
    contract::{CoverDecision, CoverQuestion, IncidentStanding, NotCovered, Prices},
    id::{ClockId, UserId},
    notice::TicketNews,
    ticket::{LifeRefusal, Move, TicketEventKind, TicketState},
    time::Timestamp,
};
use sea_orm::ConnectionTrait;

use super::{
    Desk,
    acts::{Held, Seen, is_open, let_go, refused},
    customer, input, internal,
};
use crate::{
    desk::{new_id, worktime},
    store::{
        calendars::TermsRef,
        clocks::{self, AppendError, Fact, NewClock, StoredClock},
        contracts::{self, StoredContract},
        equipment, faults, price_lists,
        tickets::{self, Change, Promise, promise_under},
    },
};

const CHANGED: &str = "Somebody else changed this ticket in the meantime. Look at it again, then decide.";

pub(in crate::desk) fn changed() -> ApiError {
    ApiError::Conflict(CHANGED.to_owned())
}

/// Opens, closes, or lets wait. Customers may close their own ticket, and open it again.
pub(super) async fn set_state(
    desk: &Desk,
    who: &Principal,
    number: i64,
    version: i64,
    state: TicketState,
) -> Result<(), ApiError> {
    let permission = match who.side() {
        Side::Staff => Permission::WorkTickets,
        Side::Customer => Permission::WriteToTickets,
    };
    let held = Held::take(desk, who, number, permission).await?;
    let wanted = match (state, held.ticket.state) {
        (TicketState::Asked, _) => {
            return Err(ApiError::invalid("state", "must be open, waiting_customer, waiting_maker or closed"));
        }
        (TicketState::Open, TicketState::Closed) => Move::Reopen,
        (TicketState::Open, _) => Move::GoOn,
        (TicketState::WaitingCustomer, _) => Move::WaitForCustomer,
        (TicketState::WaitingMaker, _) => Move::WaitForMaker,
        (TicketState::Closed, _) => Move::Close,
    };
    let action = format!("ticket.{}", if wanted == Move::Reopen { "reopen" } else { state.as_str() });
    held.send_held().await?;
    make(&held, version, wanted, "").await?;
    held.finish(&action, "", Seen::ByAll).await
}

/// Makes a move with everything that belongs to it: the row, the entry with `detail` or its usual words, the internal
/// clocks, the mail that it is closed. Answers the number of the entry; the ticket's version is one more.
pub(in crate::desk) async fn make(held: &Held<'_>, version: i64, wanted: Move, detail: &str) -> Result<i64, ApiError> {
    let clocks = held.clocks().await?;
    let life = tickets::life(&held.tx, &held.ticket, &clocks).await.map_err(internal)?;
    let why = |refusal: LifeRefusal| ApiError::Conflict(refusal.to_string());
    let moved = life.apply(wanted, held.who.side(), held.now).map_err(why)?;
    let done = tickets::change(&held.tx, held.ticket.id, version, &[Change::Moved(moved)]).await;
    if done.map_err(internal)? == 0 {
        return Err(changed());
    }
    let (kind, words) = entry(wanted);
    let seq = held.add(kind, held.now, if detail.is_empty() { words } else { detail }).await?;
    if !moved.state.is_open() {
        worktime::stop_all(&held.tx, &held.ticket, held.now).await?;
        let reason = match wanted {
            Move::MergeAway => format!("merged into {detail}"),
            _ => "the ticket was closed".to_owned(),
        };
        void_open(&held.tx, clocks, held.who.user, &reason, held.now).await.map_err(refused)?;
        if wanted == Move::Close {
            held.mail(&TicketNews::Closed { unanswered: false }, seq).await?;
        }
    } else if moved.new_cycle {
        customer::start_next_reply(&held.tx, held.ticket.id, held.now).await.map_err(internal)?;
    }
    Ok(seq)
}

pub(super) fn entry(wanted: Move) -> (TicketEventKind, &'static str) {
    use TicketEventKind as K;
    match wanted {
        Move::Accept => (K::Accepted, ""),
        Move::Decline => (K::Declined, ""),
        Move::WaitForCustomer => (K::Waiting, "for the customer's answer"),
        Move::WaitForMaker => (K::Waiting, "for the manufacturer"),
        Move::GoOn => (K::Waiting, "no longer"),
        Move::Close => (K::Closed, ""),
        Move::CloseUnanswered => (K::Closed, "no answer for a week"),
        Move::Reopen => (K::Reopened, ""),
        Move::MergeAway => (K::Merged, ""),
    }
}

/// The rules let a ticket close only when nothing that was promised is owed, when the customer says that it is done, or
/// when another ticket owes it no later.
pub(super) async fn void_open(
    db: &impl ConnectionTrait,
    clocks: Vec<StoredClock>,
    by: UserId,
    reason: &str,
    now: Timestamp,
) -> Result<(), AppendError> {
    for clock in clocks.into_iter().filter(is_open) {
        let fact = let_go(&clock, by, reason, now);
        clocks::append(db, clock.id, now, now, &fact).await?;
    }
    Ok(())
}

async fn start(held: &Held<'_>, kind: ClockKind, terms: TermsRef) -> Result<StoredClock, ApiError> {
    let new = NewClock {
        id: ClockId(new_id(held.now)?),
        ticket: held.ticket.id,
        kind,
        terms,
        started_at: held.now,
        entered_at: held.now,
        percents: &WARNING_PERCENTS,
    };
    clocks::start(&held.tx, new).await.map_err(internal)
}

pub(super) async fn excuse(
    desk: &Desk,
    who: &Principal,
    number: i64,
    clock: ClockId,
    reason: &str,
) -> Result<(), ApiError> {
    settle(desk, who, number, clock, reason, Settled::Excused).await
}

pub(super) async fn void(
    desk: &Desk,
    who: &Principal,
    number: i64,
    clock: ClockId,
    reason: &str,
) -> Result<(), ApiError> {
    settle(desk, who, number, clock, reason, Settled::Voided).await
}

/// What a supervisor says of a clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Settled {
    Excused,
    Voided,
}

async fn settle(
    desk: &Desk,
    who: &Principal,
    number: i64,
    clock: ClockId,
    reason: &str,
    settled: Settled,
) -> Result<(), ApiError> {
    let held = Held::take(desk, who, number, Permission::ExcuseClocks).await?;
    let reason = input::reason(reason)?;
    // A clock of another ticket is not found.
    let clock = held.clocks().await?.into_iter().find(|one| one.id == clock).ok_or(ApiError::NotFound)?;
    let (by, words) = (who.user, reason.clone());
    let missed = is_open(&clock) && clock.clock.judge(held.now) == Verdict::Missed;
    let (facts, kind, action) = match (settled, missed) {
        (Settled::Voided, false) => (vec![Fact::Voided { by, reason: words }], TicketEventKind::Voided, "ticket.void"),
        (Settled::Excused, false) => {
            (vec![Fact::Excused { by, reason: words }], TicketEventKind::Excused, "ticket.excuse")
        }
        // What is missed is not unmade: it gets the reason as its excuse.
        (_, true) => {
            let facts = vec![Fact::Missed, Fact::Excused { by, reason: words }];
            (facts, TicketEventKind::Excused, "ticket.excuse")
        }
    };
    for fact in &facts {
        held.append(&clock, held.now, fact).await?;
    }
    let detail = format!("{}: {reason}", clock.clock.kind().label());
    held.add(kind, held.now, &detail).await?;
    // What customers see of it is the clock itself.
    let seen = if clock.clock.kind().is_internal() { Seen::ByStaff } else { Seen::ByAll };
    held.finish(action, detail, seen).await
}

pub(super) async fn agree(
    desk: &Desk,
    who: &Principal,
    number: i64,
    version: i64,
    reason: &str,
) -> Result<(), ApiError> {
    let held = Held::take(desk, who, number, Permission::WorkTickets).await?;
    let reason = input::reason(reason)?;
    if !is_pre_existing(&held.ticket.cover) || held.ticket.state == TicketState::Closed {
        return Err(ApiError::Conflict("Only an open ticket about a pre-existing fault can be taken on.".to_owned()));
    }
    let (contract, cover) = decide_again(&held).await?;
    if let CoverDecision::NotCovered { .. } = cover {
        let why = cover.for_staff();
        return Err(ApiError::Conflict(format!("It would not be covered even so: {why}")));
    }
    let contract = contract.ok_or_else(|| ApiError::Conflict("The customer has no contract.".to_owned()))?;
    let promise = promise_under(&held.tx, &contract).await.map_err(internal)?;
    let Promise { terms, clock } = promise.ok_or(ApiError::NotFound)?;
    let id = Some(contract.contract.id);
    let done = tickets::decide_cover(&held.tx, held.ticket.id, version, id, &cover, Some(&terms)).await;
    if done.map_err(internal)? == 0 {
        return Err(changed());
    }
    let started = held.clocks().await?.iter().any(|clock| clock.clock.kind() == ClockKind::Response);
    if let (Some(clock), false) = (clock, started) {
        start(&held, ClockKind::Response, clock).await?;
    }
    held.add(TicketEventKind::Agreed, held.now, &reason).await?;
    held.finish("ticket.agree", reason, Seen::ByAll).await
}

pub(super) fn is_pre_existing(cover: &CoverDecision) -> bool {
    matches!(cover, CoverDecision::NotCovered { reason: NotCovered::PreExisting, .. })
}

/// The cover decision as of when the ticket was logged, with the agreement.
async fn decide_again(held: &Held<'_>) -> Result<(Option<StoredContract>, CoverDecision), ApiError> {
    let (tx, ticket) = (&held.tx, &held.ticket);
    let contract = match (ticket.contract, ticket.host) {
        (Some(id), _) => contracts::find(tx, Scope::Everything, id).await.map_err(internal)?,
        (None, Some(host)) => {
            let all = contracts::of_host(tx, Scope::Everything, host, ticket.opened_at).await.map_err(internal)?;
            all.into_iter().next()
        }
        (None, None) => None,
    };
    let piece = match (ticket.equipment, ticket.host) {
        (Some(id), _) => equipment::find(tx, Scope::Everything, id).await.map_err(internal)?,
        (None, Some(host)) => equipment::of_host(tx, Scope::Everything, host).await.map_err(internal)?,
        (None, None) => None,
    };
    let fault = match ticket.fault {
        Some(id) => faults::find_by_id(tx, id).await.map_err(internal)?,
        None => None,
    };
    let prices = price_lists::latest(tx).await.map_err(internal)?.map_or(Prices::STANDARD, |list| list.prices);
    let question = CoverQuestion {
        contract: contract.as_ref().map(|one| &one.contract),
        equipment: piece.as_ref().map(|piece| &piece.equipment),
        first_seen_at: fault.map_or(ticket.opened_at, |fault| fault.started_at.into()),
        agreed: true,
        incident: IncidentStanding::NotAccepted,
        training_unmet: None,
        at: ticket.opened_at,
    };
    let cover = question.decide(prices);
    Ok((contract, cover))
}
