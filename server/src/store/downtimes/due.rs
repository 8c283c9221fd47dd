//! What is due when a downtime begins, ends or is cancelled. Instants are stored; what is due is claimed and carried out
//! in one transaction, so that it happens once.

use app::api::live::LiveChange;
use domain::time::Timestamp;
use entity::{columns::Micros, downtime, fault};
use sea_orm::{
    ColumnTrait, ConnectionTrait, DatabaseTransaction, DbErr, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder,
    QuerySelect,
    sea_query::{Expr, LockBehavior, LockType},
};

use super::{StoredDowntime, stored};
use crate::store::{
    Db, alarms, events,
    faults::{self, Context},
};

/// Downtimes looked at in one transaction; the rest follow in the next.
const LOOKS_MAX: u64 = 100;
/// A running or cancelled downtime is looked at again after so long. What was decided before it began or was cancelled is
/// stored by then: the ledger gives up a transaction after 30 s.
const AGAIN_S: i64 = 60;

/// Holds what is inside downtimes that have begun, and tells what outlived those that have ended. Returns how many
/// downtimes and faults that were. Looks without the write lock first.
pub async fn run_due(db: &Db, now: Timestamp, mail_domain: &str) -> Result<u64, DbErr> {
    if !is_anything_due(db.read(), now).await? {
        return Ok(0);
    }
    let context = Context::new(now, mail_domain.to_owned());
    let tx = db.begin().await?;
    let looked = look_at_due(&tx, &context).await?;
    let lifted = faults::lift_due(&tx, &context).await?;
    tx.commit().await?;
    Ok(looked + lifted)
}

async fn is_anything_due(db: &impl ConnectionTrait, now: Timestamp) -> Result<bool, DbErr> {
    let now = Micros::from(now);
    let looks = downtime::Entity::find().filter(downtime::Column::NextAt.lte(now)).count(db).await?;
    Ok(0 < looks || 0 < fault::Entity::find().filter(fault::Column::HeldUntil.lte(now)).count(db).await?)
}

async fn look_at_due(tx: &DatabaseTransaction, context: &Context) -> Result<u64, DbErr> {
    let rows = downtime::Entity::find()
        .filter(downtime::Column::NextAt.lte(Micros::from(context.now)))
        .order_by_asc(downtime::Column::NextAt)
        .order_by_asc(downtime::Column::Id)
        .limit(LOOKS_MAX)
        .lock_with_behavior(LockType::Update, LockBehavior::SkipLocked)
        .all(tx)
        .await?;
    let count = rows.len() as u64;
    for row in rows {
        let (id, was_quiet) = (row.id, row.quiet);
        let next = match stored(row) {
            Ok(downtime) => look(tx, context, &downtime, was_quiet).await?,
            Err(error) => {
                let text = format!("The downtime {id} cannot be read, so faults in it are told: {error}");
                tracing::error!("{text}");
                alarms::raise(tx, &context.mail_domain, "A downtime has stopped", &text, context.now).await?;
                Next { quiet: false, at: None }
            }
        };
        downtime::Entity::update_many()
            .col_expr(downtime::Column::Quiet, Expr::value(next.quiet))
            .col_expr(downtime::Column::NextAt, Expr::value(next.at.map(Timestamp::as_micros)))
            .filter(downtime::Column::Id.eq(id))
            .exec(tx)
            .await?;
    }
    Ok(count)
}

struct Next {
    quiet: bool,
    at: Option<Timestamp>,
}

async fn look(
    tx: &DatabaseTransaction,
    context: &Context,
    one: &StoredDowntime,
    was_quiet: bool,
) -> Result<Next, DbErr> {
    let now = context.now;
    let quiet = one.downtime.inside(now).is_some();
    if quiet {
        faults::hold_open(tx, context, one.customer).await?;
    }
    if let Some(at) = one.downtime.cancelled_at {
        faults::look_again(tx, one.customer, at).await?;
    }
    if quiet != was_quiet {
        events::append(tx, now, &[(one.customer, LiveChange::Estate { customer: one.customer })]).await?;
    }
    let again = match one.downtime.cancelled_at {
        None => quiet.then(|| now.plus_seconds(AGAIN_S)),
        Some(at) => Some(at.plus_seconds(AGAIN_S)).filter(|again| now < *again),
    };
    Ok(Next { quiet, at: again.into_iter().chain(one.downtime.next_change(now)).min() })
}
