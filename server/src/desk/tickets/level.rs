//! A level change on an open ticket: what it would do, and doing it. Source: `rules` section 3.

use app::api::{
    error::ApiError,
    principal::Principal,
    tickets::{LEVELS, LevelInput, LevelMode, LevelPreview},
};
use domain::{
    access::{Permission, Scope},
    clock::ClockKind,
    cover::CoverLevel,
    probe::FieldError,
    ticket::{TicketEventKind, TicketState},
};
use sea_orm::ConnectionTrait;

use super::{
    Desk,
    acts::{Held, Seen, is_open, refused},
    internal,
    local::Local,
    require,
};
use crate::store::{
    calendars::TermsRef,
    clocks::{self, Fact, StoredClock},
    customers, levels,
    tickets::{self, Promise, promise},
};

struct Wanted {
    level: CoverLevel,
    mode: LevelMode,
}

fn wanted(input: &LevelInput) -> Result<Wanted, ApiError> {
    let level = CoverLevel::parse(&input.level).filter(|level| LEVELS.contains(level));
    let mode = LevelMode::parse(&input.mode);
    if let (Some(level), Some(mode)) = (level, mode) {
        return Ok(Wanted { level, mode });
    }
    let mut wrong = Vec::new();
    if level.is_none() {
        wrong.push(FieldError::new("level", "must be one of Cat1, Cat2, Cat4"));
    }
    if mode.is_none() {
        wrong.push(FieldError::new("mode", "must be one of none, exception, correction"));
    }
    Err(ApiError::Invalid(wrong))
}

async fn promise_of(db: &impl ConnectionTrait, level: CoverLevel) -> Result<(Promise, TermsRef), ApiError> {
    let found = levels::find_by_cover(db, level).await.map_err(internal)?.ok_or(ApiError::NotFound)?;
    let promise = promise(db, found.terms).await.map_err(internal)?;
    match promise.clock {
        Some(clock) => Ok((promise, clock)),
        None => Err(ApiError::Conflict(format!(
            "{} promises no response, so there is nothing to count. Void the clock instead, and say why.",
            level.label()
        ))),
    }
}

fn fact(who: &Principal, mode: LevelMode, terms: TermsRef, now: domain::time::Timestamp) -> Fact {
    let by = who.user;
    match mode {
        LevelMode::None => Fact::LevelKept { by },
        LevelMode::Exception => Fact::LevelExcepted { by, effective_at: now, terms },
        LevelMode::Correction => Fact::LevelCorrected { by, terms },
    }
}

/// The response clock that a level change is about.
fn response(clocks: Vec<StoredClock>) -> Result<StoredClock, ApiError> {
    let found = clocks.into_iter().find(|clock| is_open(clock) && clock.clock.kind() == ClockKind::Response);
    found.ok_or_else(|| {
        ApiError::Conflict("No response clock is open on this ticket: a verdict stays as it is.".to_owned())
    })
}

pub(super) async fn preview(
    desk: &Desk,
    who: &Principal,
    number: i64,
    input: &LevelInput,
) -> Result<LevelPreview, ApiError> {
    let db = desk.db.read();
    let found = tickets::find(db, who.scope(), number).await.map_err(internal)?;
    let ticket = require(found, who, Permission::WorkTickets)?;
    let Wanted { level, mode } = wanted(input)?;
    let clock = response(clocks::of_ticket(db, Scope::Everything, ticket.id).await.map_err(internal)?)?;
    let (_, terms) = promise_of(db, level).await?;
    let now = desk.clock.now();
    let after = clocks::preview(db, clock.id, now, &fact(who, mode, terms, now)).await.map_err(refused)?;
    let customer = customers::find(db, who.scope(), ticket.customer).await.map_err(internal)?;
    let local = Local::named(&customer.ok_or(ApiError::NotFound)?.zone);
    let due = |clock: &StoredClock| clock.kept.used_up_at.map(|due| local.full(due));
    Ok(LevelPreview {
        level,
        mode,
        old_due: due(&clock),
        new_due: due(&after),
        breached: after.kept.used_up_at.is_some_and(|due| due < now),
    })
}

pub(super) async fn change(desk: &Desk, who: &Principal, number: i64, input: &LevelInput) -> Result<(), ApiError> {
    let held = Held::take(desk, who, number, Permission::WorkTickets).await?;
    let Wanted { level, mode } = wanted(input)?;
    let version = input.version.parse().map_err(|_| ApiError::invalid("version", "must be a whole number"))?;
    if held.ticket.state == TicketState::Closed {
        return Err(ApiError::Conflict("This ticket is closed.".to_owned()));
    }
    let clock = response(held.clocks().await?)?;
    let (promise, terms) = promise_of(&held.tx, level).await?;
    held.append(&clock, held.now, &fact(who, mode, terms, held.now)).await?;
    let kept = match mode {
        LevelMode::None => held.ticket.terms.as_ref(),
        LevelMode::Exception | LevelMode::Correction => Some(&promise.terms),
    };
    let ticket = &held.ticket;
    let done = tickets::decide_cover(&held.tx, ticket.id, version, ticket.contract, &ticket.cover, kept).await;
    if done.map_err(internal)? == 0 {
        return Err(ApiError::Conflict(
            "Somebody else changed this ticket in the meantime. Look at it again, then decide.".to_owned(),
        ));
    }
    let detail = format!("to {}, {}", level.label(), mode.as_str());
    held.add(TicketEventKind::Level, held.now, &detail).await?;
    held.finish("ticket.level", detail, Seen::ByAll).await
}
