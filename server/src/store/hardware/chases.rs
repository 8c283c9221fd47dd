//! Reminders of loans: seven days before the day they are due, on it, and seven days after it. Each once.

use domain::{
    access::Scope,
    calendar::Zone,
    hardware::{Chase, Track, chases},
    notice::HardwareNews,
    ticket::TicketEventKind,
    time::Timestamp,
};
use entity::{columns::Micros, loan, loan_chase};
use jiff::civil::Date;
use sea_orm::{
    ActiveValue::Set,
    ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter, QuerySelect,
    sea_query::{Expr, OnConflict},
};
use uuid::Uuid;

use super::{
    NewHardwareEvent, add_event, find_unit, loans,
    mails::{Cause, tell_contacts, tell_staff},
};
use crate::store::{
    Db, customers,
    tickets::{self, NewTicketEvent, Ticket},
};

/// Loans dealt with in one transaction; whatever is left is due again at the next call.
const BATCH: u64 = 20;
const BY: &str = "Faultdesk";

/// Reminds people of what is due by `now` and answers how many mails are new. One indexed look-up when nothing is: it may
/// run every minute.
pub async fn run_due(db: &Db, now: Timestamp, mail_domain: &str, return_address: &str) -> Result<u64, DbErr> {
    let due = loan::Entity::find().filter(loan::Column::ChaseAt.lte(Micros::from(now))).limit(1).one(db.read()).await?;
    if due.is_none() {
        return Ok(0);
    }
    let tx = db.begin().await?;
    let mut queued = 0;
    for row in loans::claim_chased(&tx, now, BATCH).await? {
        queued += see_to(&tx, &row, now, (mail_domain, return_address)).await?;
    }
    tx.commit().await?;
    Ok(queued)
}

async fn see_to(
    tx: &impl ConnectionTrait,
    row: &loans::Row,
    now: Timestamp,
    (mail_domain, return_address): (&str, &str),
) -> Result<u64, DbErr> {
    let ticket = tickets::find_by_id(tx, Scope::Everything, row.ticket).await?;
    let customer = customers::find(tx, Scope::Everything, row.customer).await?;
    let chased = row.value.due_on.filter(|_| row.value.state.is_chased());
    let (Some(ticket), Some(customer), Some(due_on)) = (ticket, customer, chased) else {
        // On its way back, or over: nobody is asked for it any more.
        set_next(tx, row.id, None).await?;
        return Ok(0);
    };
    let zone = zone(&customer.zone);
    let (due, later): (Vec<_>, Vec<_>) = chases(due_on, &zone).into_iter().partition(|chase| chase.at <= now);
    let mut queued = 0;
    // Where several are late at once the last one says it all.
    for (place, chase) in due.iter().enumerate() {
        let told = place + 1 == due.len();
        if mark(tx, row.id, chase, told, now).await? && told {
            queued += tell(tx, row, (&ticket, due_on, chase.days), now, (mail_domain, return_address)).await?;
        }
    }
    set_next(tx, row.id, later.iter().map(|chase| chase.at).min()).await?;
    Ok(queued)
}

fn zone(name: &str) -> Zone {
    Zone::parse(name).unwrap_or_else(|_| Zone::utc())
}

/// Writes down that a reminder was dealt with. False: it was before.
async fn mark(tx: &impl ConnectionTrait, loan: Uuid, chase: &Chase, told: bool, now: Timestamp) -> Result<bool, DbErr> {
    let row = loan_chase::ActiveModel {
        loan_id: Set(loan),
        days: Set(chase.days.into()),
        told: Set(told),
        written_at: Set(now.into()),
    };
    let added = loan_chase::Entity::insert_many([row])
        .on_conflict(OnConflict::new().do_nothing().to_owned())
        .exec_without_returning(tx)
        .await?;
    Ok(added == 1)
}

/// The customer's contacts; when it is overdue, the staff too. It stands in the ticket's timeline.
async fn tell(
    tx: &impl ConnectionTrait,
    row: &loans::Row,
    (ticket, due_on, days): (&Ticket, Date, i32),
    now: Timestamp,
    (mail_domain, return_address): (&str, &str),
) -> Result<u64, DbErr> {
    let name = find_unit(tx, row.extra).await?.map_or_else(|| "the loan unit".to_owned(), |unit| unit.name);
    let address = return_address.to_owned();
    let news = HardwareNews::LoanDue { unit: name.clone(), due_on, days, address };
    let cause = Cause { ticket, news, step: days.into(), now, mail_domain };
    let mut queued = tell_contacts(tx, &cause).await?;
    if 0 < days {
        queued += tell_staff(tx, &cause).await?;
    }
    let day = due_on.strftime("%a %-d %b");
    let detail = match 0 < days {
        true => format!("Loan unit {name} was due back on {day}; the customer was reminded"),
        false => format!("The customer was reminded that loan unit {name} is due back on {day}"),
    };
    let event = NewHardwareEvent {
        subject: row.id,
        track: Track::Loan,
        ticket: Some(ticket.id),
        at: now,
        kind: "chased",
        user: None,
        by: BY,
        detail: &detail,
    };
    add_event(tx, event).await?;
    let kind = TicketEventKind::Hardware;
    let entry =
        NewTicketEvent { ticket: ticket.id, at: now, entered_at: now, kind, user: None, by: BY, detail: &detail };
    tickets::add_event(tx, entry).await?;
    Ok(queued)
}

/// Reminders of a loan begin to count from `due_on`, in the zone of its customer; those that were sent stay sent.
pub async fn set_chase(
    db: &impl ConnectionTrait,
    loan: Uuid,
    due_on: Date,
    zone_name: &str,
    now: Timestamp,
) -> Result<(), DbErr> {
    let next = chases(due_on, &zone(zone_name)).into_iter().map(|chase| chase.at).find(|at| now < *at);
    set_next(db, loan, next).await
}

async fn set_next(db: &impl ConnectionTrait, loan: Uuid, at: Option<Timestamp>) -> Result<(), DbErr> {
    loan::Entity::update_many()
        .col_expr(loan::Column::ChaseAt, Expr::value(at.map(Timestamp::as_micros)))
        .filter(loan::Column::Id.eq(loan))
        .exec(db)
        .await
        .map(drop)
}
