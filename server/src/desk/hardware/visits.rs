//! Visits: the decision that one is needed, who comes when, arrival and departure.

use app::api::{
    error::ApiError,
    hardware::{BookingInput, VisitInput},
    principal::Principal,
};
use domain::{
    access::{Permission, Scope},
    clock::{ClockKind, PauseReason, Verdict, WARNING_PERCENTS},
    hardware::{ARRIVAL_TARGET_S, Booking, Track, Visit, VisitEffect, VisitEvent},
    id::{ClockId, UserId},
    notice::{HardwareNews, InvitationFacts},
    ticket::TicketEventKind,
    time::Timestamp,
};

use super::{CHANGED, Desk, input, internal, offer, record, refused, saved, zone_of};
use crate::{
    desk::{
        dates, new_id,
        tickets::acts::{self, Held, Seen},
    },
    store::{
        calendars::TermsRef,
        clocks::{self, Fact, NewClock, StoredClock},
        hardware::{
            mails::{Cause, tell_contacts, tell_engineer},
            visits,
        },
        hosts,
        users::{self, Account},
    },
};

/// Whether we wait for remote access: without it nobody can tell whether a visit is needed.
pub(super) fn remote_access_missing(clocks: &[StoredClock]) -> bool {
    let pauses = clocks.iter().filter(|clock| acts::is_open(clock)).flat_map(|clock| clock.clock.pauses());
    pauses.into_iter().any(|pause| pause.reason == PauseReason::RemoteAccess && pause.end.is_none())
}

pub(super) async fn determine(desk: &Desk, who: &Principal, number: i64, reason: &str) -> Result<(), ApiError> {
    let held = desk.hold(who, number).await?;
    let reason = input::reason(reason)?;
    let missing = remote_access_missing(&held.clocks().await?);
    let open = visits::any_open(&held.tx, held.ticket.id).await.map_err(internal)?;
    let said = (who.name.clone(), reason.clone());
    let visit = Visit::determine(offer(&held.ticket).visit(), missing, open, said, held.now).map_err(refused)?;
    let new = NewClock {
        id: ClockId(new_id(held.now)?),
        ticket: held.ticket.id,
        kind: ClockKind::Arrival,
        // Day and night.
        terms: TermsRef { calendar: None, target_s: ARRIVAL_TARGET_S },
        started_at: held.now,
        entered_at: held.now,
        percents: &WARNING_PERCENTS,
    };
    let clock = clocks::start(&held.tx, new).await.map_err(internal)?;
    let id = new_id(held.now)?;
    let ids = (id, held.ticket.id, held.ticket.customer);
    visits::insert(&held.tx, ids, &visit, clock.id, held.now).await.map_err(internal)?;
    let words = "An on-site visit is needed. We aim to be there within 24 hours, day and night";
    record(&held, (Track::Visit, id), "determined", (TicketEventKind::Hardware, words)).await?;
    held.finish("hardware.visit.determine", reason, Seen::ByAll).await
}

/// The visit of a ticket that is not over, or the last one, so that a late press is told what happened.
async fn current(held: &Held<'_>) -> Result<visits::Row, ApiError> {
    let all = visits::of_ticket(&held.tx, Scope::Everything, held.ticket.id).await.map_err(internal)?;
    all.into_iter().next_back().ok_or_else(|| refused(domain::hardware::Refusal::NotDetermined))
}

pub(super) async fn book(desk: &Desk, who: &Principal, number: i64, input: &BookingInput) -> Result<(), ApiError> {
    let held = desk.hold(who, number).await?;
    let zone = zone_of(&held.tx, &held.ticket).await?;
    let made = input::booking(input, &zone)?;
    let engineer = engineer(&held, made.engineer).await?;
    let row = current(&held).await?;
    let booking = Booking {
        engineer: engineer.id,
        engineer_name: engineer.name.clone(),
        starts_at: made.starts_at,
        ends_at: made.ends_at,
    };
    let words = match row.value.booking {
        None => format!("{} comes on {}", engineer.name, dates::moment(&zone, made.starts_at)),
        Some(_) => format!("New time: {} comes on {}", engineer.name, dates::moment(&zone, made.starts_at)),
    };
    let event = VisitEvent::Booked { booking, taking: made.taking };
    let why = format!("{} comes instead.", engineer.name);
    advance(desk, &held, (&row, made.version), &event, (&words, &why)).await?;
    held.finish("hardware.visit.book", words, Seen::ByAll).await
}

/// One of the staff who may still sign in.
async fn engineer(held: &Held<'_>, id: UserId) -> Result<Account, ApiError> {
    let found = users::find(&held.tx, Scope::Everything, id).await.map_err(internal)?;
    let staff = found.filter(|user| user.role.is_staff() && user.disabled_at.is_none());
    staff.ok_or_else(|| ApiError::invalid("engineer", "must be one of the staff"))
}

pub(super) async fn step(desk: &Desk, who: &Principal, number: i64, input: &VisitInput) -> Result<(), ApiError> {
    let held = desk.hold(who, number).await?;
    let version = input::version(&input.version);
    let name = who.name.clone();
    let (event, words, why) = match input.step.as_str() {
        "arrived" => (VisitEvent::Arrived { by: name.clone() }, format!("{name} has arrived on site"), String::new()),
        "left" => (VisitEvent::Left, format!("{name} has left the site"), String::new()),
        "cancelled" => {
            let why = input::reason(&input.reason)?;
            (VisitEvent::BookingCancelled, format!("The time of the visit was cancelled: {why}"), why)
        }
        "undone" => {
            who.require(Permission::SettleHardware)?;
            let why = input::reason(&input.reason)?;
            (VisitEvent::Undone { reason: why.clone() }, format!("No visit is needed after all: {why}"), why)
        }
        _ => return Err(ApiError::invalid("step", "must be arrived, left, cancelled or undone")),
    };
    let row = current(&held).await?;
    advance(desk, &held, (&row, version), &event, (&words, &why)).await?;
    held.finish(&format!("hardware.visit.{}", event.as_str()), words, Seen::ByAll).await
}

/// Lets the machine decide, saves what it answers and carries out its effects.
async fn advance(
    desk: &Desk,
    held: &Held<'_>,
    (row, version): (&visits::Row, i64),
    event: &VisitEvent,
    (words, why): (&str, &str),
) -> Result<(), ApiError> {
    let (next, effects) = row.value.on(event, held.now).map_err(refused)?;
    if version != row.version {
        return Err(ApiError::Conflict(CHANGED.to_owned()));
    }
    let ended = (!next.state.is_open()).then_some(held.now);
    saved(visits::save(&held.tx, row.id, version, &next, ended).await.map_err(internal)?)?;
    visits::set_booking(&held.tx, row.id, next.booking.as_ref()).await.map_err(internal)?;
    let seq = record(held, (Track::Visit, row.id), event.as_str(), (TicketEventKind::Hardware, words)).await?;
    for effect in effects {
        match effect {
            VisitEffect::Invite => invite(desk, held, (row, &next), seq).await?,
            VisitEffect::Withdraw { booking, customer_too } => {
                withdraw(desk, held, (row, &next), (&booking, why, customer_too), seq).await?;
            }
            VisitEffect::MeetClock { at } => meet(held, row.extra, at).await?,
            VisitEffect::VoidClock { reason } => void(held, row.extra, reason).await?,
        }
    }
    Ok(())
}

/// A clock that is over keeps its verdict.
async fn open_clock(held: &Held<'_>, id: ClockId) -> Result<Option<StoredClock>, ApiError> {
    Ok(held.clocks().await?.into_iter().find(|clock| clock.id == id).filter(acts::is_open))
}

async fn meet(held: &Held<'_>, id: ClockId, at: Timestamp) -> Result<(), ApiError> {
    let Some(clock) = open_clock(held, id).await? else { return Ok(()) };
    let fact = match clock.clock.judge(at) {
        Verdict::Met => Fact::Met,
        Verdict::Missed => Fact::Missed,
    };
    held.append(&clock, at, &fact).await
}

async fn void(held: &Held<'_>, id: ClockId, reason: String) -> Result<(), ApiError> {
    let Some(clock) = open_clock(held, id).await? else { return Ok(()) };
    held.append(&clock, held.now, &acts::let_go(&clock, held.who.user, &reason, held.now)).await
}

async fn appointment(
    desk: &Desk,
    held: &Held<'_>,
    (row, sequence): (&visits::Row, u32),
    booking: &Booking,
) -> Result<InvitationFacts, ApiError> {
    let site = match held.ticket.site {
        Some(site) => hosts::find_site(&held.tx, site).await.map_err(internal)?,
        None => None,
    };
    Ok(InvitationFacts {
        uid: format!("visit-{}@{}", row.id.simple(), desk.tickets.mail_domain),
        sequence,
        starts_at: booking.starts_at,
        ends_at: booking.ends_at,
        place: site.map(|site| format!("{}, {}", site.site_name, site.customer_name)).unwrap_or_default(),
    })
}

async fn invite(desk: &Desk, held: &Held<'_>, (row, next): (&visits::Row, &Visit), step: i64) -> Result<(), ApiError> {
    let Some(booking) = &next.booking else { return Ok(()) };
    let invitation = appointment(desk, held, (row, next.sequence), booking).await?;
    let engineer = booking.engineer_name.clone();
    let news = HardwareNews::VisitBooked { engineer, invitation, taking: next.taking.clone() };
    tell(desk, held, news, (booking, true), step).await
}

async fn withdraw(
    desk: &Desk,
    held: &Held<'_>,
    (row, next): (&visits::Row, &Visit),
    (booking, why, customer_too): (&Booking, &str, bool),
    step: i64,
) -> Result<(), ApiError> {
    let invitation = appointment(desk, held, (row, next.sequence), booking).await?;
    let engineer = booking.engineer_name.clone();
    let news = HardwareNews::VisitCancelled { engineer, invitation, reason: why.to_owned() };
    tell(desk, held, news, (booking, customer_too), step).await
}

/// The engineer, and the customer's contacts.
async fn tell(
    desk: &Desk,
    held: &Held<'_>,
    news: HardwareNews,
    (booking, customer_too): (&Booking, bool),
    step: i64,
) -> Result<(), ApiError> {
    let cause = Cause { ticket: &held.ticket, news, step, now: held.now, mail_domain: &desk.tickets.mail_domain };
    if customer_too {
        tell_contacts(&held.tx, &cause).await.map_err(internal)?;
    }
    // Whoever left the company in the meantime has no calendar of ours.
    if let Some(engineer) = users::find(&held.tx, Scope::Everything, booking.engineer).await.map_err(internal)? {
        tell_engineer(&held.tx, &cause, &engineer).await.map_err(internal)?;
    }
    Ok(())
}
