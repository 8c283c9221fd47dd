//! What is quiet at an instant.

use domain::{
    access::Scope,
    downtime::{Downtime, Effect, Event, Place, quiet_at, quiet_spans},
    id::CustomerId,
    time::{Span, Timestamp},
};
use entity::downtime;
use sea_orm::{
    ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter, QueryOrder, QuerySelect, sea_query::Expr,
};

use super::{CURRENT_MAX, StoredDowntime, not_over, readable, scoped};

/// The downtimes that may be quiet after an instant.
#[derive(Debug, Clone, Default)]
pub struct Downtimes(Vec<StoredDowntime>);

/// Planned quiet time that something lies in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QuietTime {
    pub since: Timestamp,
    pub until: Timestamp,
    /// Why it is quiet: of the downtime that ends last, where several overlap.
    pub reason: String,
}

impl Downtimes {
    pub async fn load(db: &impl ConnectionTrait, scope: Scope, after: Timestamp) -> Result<Self, DbErr> {
        let query = scoped(scope).filter(not_over(after)).order_by_asc(downtime::Column::CreatedAt).limit(CURRENT_MAX);
        query.all(db).await.map(readable).map(Self)
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub fn iter(&self) -> impl Iterator<Item = &StoredDowntime> {
        self.0.iter()
    }

    /// Those that cover `place` of a customer.
    pub fn of(&self, customer: CustomerId, place: Place) -> impl Iterator<Item = &StoredDowntime> + Clone {
        self.0.iter().filter(move |one| one.customer == customer && one.target.covers(place))
    }

    pub fn quiet(&self, customer: CustomerId, place: Place, at: Timestamp) -> Option<QuietTime> {
        let quiet = quiet_at(self.plans(customer, place), at)?;
        let until = |one: &StoredDowntime| one.downtime.inside(at).map(|span| span.until);
        let last = self.of(customer, place).filter(|one| until(one).is_some()).max_by_key(|one| until(one))?;
        Some(QuietTime { since: quiet.since, until: quiet.until, reason: last.reason.clone() })
    }

    /// Quiet time within [from, until), in order, apart from each other.
    pub fn spans(&self, customer: CustomerId, place: Place, from: Timestamp, until: Timestamp) -> Vec<Span> {
        quiet_spans(self.plans(customer, place), from, until)
    }

    fn plans(&self, customer: CustomerId, place: Place) -> Vec<&Downtime> {
        self.of(customer, place).map(|one| &one.downtime).collect()
    }

    /// A problem that began at `started_at` is confirmed at `now`: flexible downtimes that wait for one begin.
    pub(in crate::store) async fn problem(
        &mut self,
        db: &impl ConnectionTrait,
        customer: CustomerId,
        place: Place,
        started_at: Timestamp,
        now: Timestamp,
    ) -> Result<(), DbErr> {
        for one in self.0.iter_mut().filter(|one| one.customer == customer && one.target.covers(place)) {
            let (after, effects) = one.downtime.clone().follow(Event::Problem { started_at }, now);
            if effects.iter().any(|effect| matches!(effect, Effect::Began(_))) && begin(db, one, &after, now).await? {
                one.downtime = after;
            }
        }
        Ok(())
    }
}

/// False: another problem began it meanwhile, or it was cancelled.
async fn begin(
    db: &impl ConnectionTrait,
    one: &StoredDowntime,
    begun: &Downtime,
    now: Timestamp,
) -> Result<bool, DbErr> {
    let done = downtime::Entity::update_many()
        .col_expr(downtime::Column::BegunAt, Expr::value(begun.begun_at.map(Timestamp::as_micros)))
        .col_expr(downtime::Column::OverAt, Expr::value(begun.over_at().map(Timestamp::as_micros)))
        .col_expr(downtime::Column::NextAt, Expr::value(now.as_micros()))
        .filter(downtime::Column::Id.eq(one.id.0))
        .filter(downtime::Column::BegunAt.is_null())
        .filter(downtime::Column::CancelledAt.is_null())
        .exec(db)
        .await?;
    Ok(done.rows_affected == 1)
}
