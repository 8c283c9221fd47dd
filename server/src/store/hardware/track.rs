//! The rows of the four tracks. They differ in a column or two, and are read and written alike.

/// Queries of one track's table. `$extra` is what is read from columns of its own.
macro_rules! track {
    ($(#[$doc:meta])* $module:ident, $entity:ident, $value:ty, $state:ident, $extra:ty, |$row:ident| $read:expr) => {
        $(#[$doc])*
        pub mod $module {
            use domain::{
                access::Scope,
                hardware::*,
                id::*,
                time::Timestamp,
            };
            use entity::{columns::Word, $entity as table};
            use sea_orm::{
                ActiveModelTrait, ActiveValue::Set, ColumnTrait, ConnectionTrait, DbErr, EntityTrait, ExprTrait, PaginatorTrait, QueryFilter,
                QueryOrder, QuerySelect, sea_query::Expr,
            };
            use uuid::Uuid;

            use super::super::{ROWS_MAX, Stored};
            use crate::store::values::{from_json, to_json};

            pub type Row = Stored<$value, $extra>;

            fn read($row: table::Model) -> Result<Row, DbErr> {
                Ok(Stored {
                    id: $row.id,
                    ticket: TicketId($row.ticket_id),
                    customer: CustomerId($row.customer_id),
                    opened_at: $row.opened_at.into(),
                    closed_at: $row.closed_at.map(Timestamp::from),
                    version: $row.version,
                    value: from_json(concat!(stringify!($entity), ".body"), &$row.body)?,
                    extra: $read,
                })
            }

            /// All of a ticket, the oldest first.
            pub async fn of_ticket(
                db: &impl ConnectionTrait,
                scope: Scope,
                ticket: TicketId,
            ) -> Result<Vec<Row>, DbErr> {
                let mut query = table::Entity::find().filter(table::Column::TicketId.eq(ticket.0));
                if let Some(customer) = scope.customer() {
                    query = query.filter(table::Column::CustomerId.eq(customer.0));
                }
                let query = query.order_by_asc(table::Column::OpenedAt).order_by_asc(table::Column::Id);
                query.limit(ROWS_MAX).all(db).await?.into_iter().map(read).collect()
            }

            /// All that are not over, the oldest first.
            pub async fn open(db: &impl ConnectionTrait, scope: Scope) -> Result<Vec<Row>, DbErr> {
                let mut query = table::Entity::find().filter(table::Column::ClosedAt.is_null());
                if let Some(customer) = scope.customer() {
                    query = query.filter(table::Column::CustomerId.eq(customer.0));
                }
                let query = query.order_by_asc(table::Column::OpenedAt).order_by_asc(table::Column::Id);
                query.limit(ROWS_MAX).all(db).await?.into_iter().map(read).collect()
            }

            /// One of a ticket, whose row the caller holds.
            pub async fn find(db: &impl ConnectionTrait, ticket: TicketId, id: Uuid) -> Result<Option<Row>, DbErr> {
                let query = table::Entity::find_by_id(id).filter(table::Column::TicketId.eq(ticket.0));
                query.one(db).await?.map(read).transpose()
            }

            pub async fn any_open(db: &impl ConnectionTrait, ticket: TicketId) -> Result<bool, DbErr> {
                let open = table::Entity::find()
                    .filter(table::Column::TicketId.eq(ticket.0))
                    .filter(table::Column::ClosedAt.is_null());
                Ok(0 < open.count(db).await?)
            }

            /// The columns that all tracks have, of a new row.
            fn fresh(
                (id, ticket, customer): (Uuid, TicketId, CustomerId),
                value: &$value,
                at: Timestamp,
            ) -> Result<table::ActiveModel, DbErr> {
                let mut row = <table::ActiveModel as ActiveModelTrait>::default();
                row.id = Set(id);
                row.ticket_id = Set(ticket.0);
                row.customer_id = Set(customer.0);
                row.state = Set(Word(value.state));
                row.body = Set(to_json(value)?);
                row.opened_at = Set(at.into());
                row.closed_at = Set(None);
                row.version = Set(1);
                Ok(row)
            }

            /// Stores the state of a row that is still at `version`; `closed_at`: when it was over. 0: it is not.
            pub async fn save(
                db: &impl ConnectionTrait,
                id: Uuid,
                version: i64,
                value: &$value,
                closed_at: Option<Timestamp>,
            ) -> Result<u64, DbErr> {
                let done = table::Entity::update_many()
                    .col_expr(table::Column::State, Expr::value(value.state.as_str()))
                    .col_expr(table::Column::Body, Expr::value(to_json(value)?))
                    .col_expr(table::Column::ClosedAt, Expr::value(closed_at.map(Timestamp::as_micros)))
                    .col_expr(table::Column::Version, Expr::col(table::Column::Version).add(1))
                    .filter(table::Column::Id.eq(id))
                    .filter(table::Column::Version.eq(version))
                    .exec(db)
                    .await?;
                Ok(done.rows_affected)
            }

            track!(@own $module);
        }
    };
    (@own rmas) => {
        use crate::store::counters::{self, Counter};

        /// Opens a return and answers its number.
        pub async fn insert(
            db: &impl ConnectionTrait,
            ids: (Uuid, TicketId, CustomerId),
            value: &Rma,
            at: Timestamp,
        ) -> Result<i64, DbErr> {
            let number = counters::take(db, Counter::Rma, 1).await?;
            let row = table::ActiveModel { number: Set(number), ..fresh(ids, value, at)? };
            table::Entity::insert(row).exec_without_returning(db).await?;
            Ok(number)
        }
    };
    (@own loans) => {
        use entity::columns::Micros;

        pub async fn insert(
            db: &impl ConnectionTrait,
            ids: (Uuid, TicketId, CustomerId),
            value: &Loan,
            unit: LoanUnitId,
            at: Timestamp,
        ) -> Result<(), DbErr> {
            let row = table::ActiveModel { unit_id: Set(unit.0), chase_at: Set(None), ..fresh(ids, value, at)? };
            table::Entity::insert(row).exec_without_returning(db).await.map(drop)
        }

        /// Loans with a reminder that is due by `now`, held until the transaction ends.
        pub(in crate::store) async fn claim_chased(
            db: &impl ConnectionTrait,
            now: Timestamp,
            limit: u64,
        ) -> Result<Vec<Row>, DbErr> {
            let query = table::Entity::find()
                .filter(table::Column::ChaseAt.lte(Micros::from(now)))
                .order_by_asc(table::Column::ChaseAt)
                .limit(limit)
                .lock_exclusive();
            query.all(db).await?.into_iter().map(read).collect()
        }
    };
    (@own couriers) => {
        pub async fn insert(
            db: &impl ConnectionTrait,
            ids: (Uuid, TicketId, CustomerId),
            value: &Courier,
            at: Timestamp,
        ) -> Result<(), DbErr> {
            table::Entity::insert(fresh(ids, value, at)?).exec_without_returning(db).await.map(drop)
        }
    };
    (@own visits) => {
        use entity::columns::Micros;

        pub async fn insert(
            db: &impl ConnectionTrait,
            ids: (Uuid, TicketId, CustomerId),
            value: &Visit,
            clock: ClockId,
            at: Timestamp,
        ) -> Result<(), DbErr> {
            let row = table::ActiveModel {
                clock_id: Set(clock.0),
                engineer_id: Set(None),
                starts_at: Set(None),
                ..fresh(ids, value, at)?
            };
            table::Entity::insert(row).exec_without_returning(db).await.map(drop)
        }

        /// Who comes and when, beside the state; of a row that was saved in this transaction.
        pub async fn set_booking(
            db: &impl ConnectionTrait,
            id: Uuid,
            booking: Option<&Booking>,
        ) -> Result<(), DbErr> {
            table::Entity::update_many()
                .col_expr(table::Column::EngineerId, Expr::value(booking.map(|booking| booking.engineer.0)))
                .col_expr(
                    table::Column::StartsAt,
                    Expr::value(booking.map(|booking| Micros::from(booking.starts_at).0)),
                )
                .filter(table::Column::Id.eq(id))
                .exec(db)
                .await
                .map(drop)
        }
    };
}

track!(
    /// Returns to base. Beside the state: the number.
    rmas, rma, Rma, RmaState, i64, |row| row.number
);
track!(
    /// Loans. Beside the state: the unit.
    loans, loan, Loan, LoanState, LoanUnitId, |row| LoanUnitId(row.unit_id)
);
track!(
    /// Couriers.
    couriers, courier, Courier, CourierState, (), |row| ()
);
track!(
    /// Visits. Beside the state: the clock of the arrival.
    visits, visit, Visit, VisitState, ClockId, |row| ClockId(row.clock_id)
);
