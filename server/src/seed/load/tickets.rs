//! Open tickets for measuring the queue: every group of it has some.

use domain::{
    contract::CoverDecision,
    cover::CoverLevel,
    id::{ClockId, CustomerId, TicketId},
    ticket::{Channel, Priority, Queue, TicketEventKind, TicketKind, TicketState},
};

use super::{HOSTS_PER_CUSTOMER, LoadPlan};
use crate::{
    clock::Clock,
    seed::{SeedError, Summary, fixed_id},
    store::{
        Db, levels, seeds,
        tickets::{self, NewTicket, NewTicketEvent, Origin, Promise, promise},
    },
};

/// Tickets written in one transaction.
const PER_COMMIT: u32 = 250;
/// They were logged within so many seconds: three days, in steps of a prime number.
const WITHIN_S: u32 = 3 * 24 * 3_600;
const STEP_S: u32 = 7_919;

pub(super) async fn load(db: &Db, clock: &Clock, plan: &LoadPlan, summary: &mut Summary) -> Result<(), SeedError> {
    if plan.tickets == 0 {
        return Ok(());
    }
    seeds::plant(db, clock.now()).await?;
    let mut next = 0;
    while next < plan.tickets {
        let end = plan.tickets.min(next + PER_COMMIT);
        let tx = db.begin().await?;
        for index in next..end {
            add(&tx, clock, plan, index).await?;
            summary.tickets += 1;
        }
        tx.commit().await?;
        next = end;
    }
    Ok(())
}

async fn add(tx: &sea_orm::DatabaseTransaction, clock: &Clock, plan: &LoadPlan, index: u32) -> Result<(), SeedError> {
    const LEVELS: [CoverLevel; 3] = [CoverLevel::Cat1, CoverLevel::Cat2, CoverLevel::Cat4];
    let turn = |length: usize| usize::try_from(index).unwrap_or_default() % length;
    let now = clock.now();
    let customers = plan.hosts.div_ceil(HOSTS_PER_CUSTOMER).max(1);
    let cover = LEVELS.get(turn(LEVELS.len())).copied().unwrap_or(CoverLevel::Cat2);
    let Some(level) = levels::find_by_cover(tx, cover).await? else { return Ok(()) };
    let Promise { terms, clock: counts } = promise(tx, level.terms).await?;
    let opened_at = now.plus_seconds(-i64::from(index.wrapping_mul(STEP_S) % WITHIN_S));
    let id = TicketId(fixed_id(&format!("load ticket {index}")));
    let mut origin = Origin::of(Channel::Portal, format!("Load person {}", index % 500));
    origin.priority = Priority::ALL.get(turn(Priority::ALL.len())).copied().unwrap_or(Priority::Normal);
    origin.queue = if index.is_multiple_of(20) { Queue::Field } else { Queue::Support };
    let new = NewTicket {
        id,
        kind: TicketKind::Logged,
        customer: CustomerId(fixed_id(&format!("load customer {}", index % customers))),
        site: None,
        host: None,
        service: None,
        fault: None,
        contract: None,
        equipment: None,
        subject: format!("Load ticket {index}: extension {} has no dialling tone", 200 + index % 700),
        cover: CoverDecision::Covered,
        terms: Some(terms),
        opened_at,
        created_at: opened_at,
        origin,
        state: TicketState::Open,
    };
    tickets::insert(tx, new).await?;
    let by = format!("Load person {}", index % 500);
    let detail = format!("Since this morning. Please ring {} on 01632 {:06}.", by, index % 1_000_000);
    let entry = NewTicketEvent {
        ticket: id,
        at: opened_at,
        entered_at: opened_at,
        kind: TicketEventKind::Message,
        user: None,
        by: &by,
        detail: &detail,
    };
    tickets::add_event(tx, entry).await?;
    if let Some(counts) = counts {
        let clock = ClockId(fixed_id(&format!("load clock {index}")));
        tickets::start_response(tx, clock, id, counts, opened_at, opened_at).await?;
    }
    Ok(())
}
