//! Gapless sequences as rows: a number is taken and used in one transaction, so none is lost and none is seen twice.

use entity::counter;
use sea_orm::sea_query::OnConflict;
use sea_orm::{ActiveValue::Set, ConnectionTrait, DbErr, EntityTrait, ExprTrait, QueryFilter, sea_query::Expr};

/// The sequences there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Counter {
    /// Numbers of faults as people see them.
    Fault,
    /// Numbers of tickets as people see them.
    Ticket,
    /// Numbers of contracts as people see them.
    Contract,
    /// Numbers of returns as people see them.
    Rma,
    /// Events of the live stream.
    Event,
    /// Order of the outbox.
    Outbox,
    /// Goes up with every change of what is watched; the monitor compares it.
    Configuration,
}

impl Counter {
    fn name(self) -> &'static str {
        match self {
            Self::Fault => "fault",
            Self::Ticket => "ticket",
            Self::Contract => "contract",
            Self::Rma => "rma",
            Self::Event => "event",
            Self::Outbox => "outbox",
            Self::Configuration => "configuration",
        }
    }

    /// The number before the first.
    fn start(self) -> i64 {
        match self {
            // Four digits from the first day on: short to say, long enough to recognise.
            Self::Fault => 1_000,
            // Another thousand, so that a bare number is rarely taken for a fault's.
            Self::Ticket => 2_000,
            Self::Rma => 500,
            Self::Contract => 200,
            Self::Event | Self::Outbox | Self::Configuration => 0,
        }
    }
}

/// Takes `count` numbers and returns the first. Locks the sequence until the transaction ends.
pub async fn take(db: &impl ConnectionTrait, which: Counter, count: i64) -> Result<i64, DbErr> {
    let row = counter::ActiveModel { name: Set(which.name().to_owned()), value: Set(which.start() + count) };
    let taken = counter::Entity::insert(row)
        .on_conflict(
            OnConflict::column(counter::Column::Name)
                .value(counter::Column::Value, Expr::col((counter::Entity, counter::Column::Value)).add(count))
                .to_owned(),
        )
        .exec_with_returning(db)
        .await?;
    Ok(taken.value - count + 1)
}

/// The last number taken.
pub async fn last(db: &impl ConnectionTrait, which: Counter) -> Result<i64, DbErr> {
    use sea_orm::ColumnTrait;
    let row = counter::Entity::find().filter(counter::Column::Name.eq(which.name())).one(db).await?;
    Ok(row.map_or(which.start(), |row| row.value))
}
