//! What is stored beside a clock's events, how it follows from them, and the proof that it does.

use domain::{
    clock::{Clock, Percent, Reading, Standing},
    id::ClockId,
    time::Timestamp,
};
use entity::clock;
use sea_orm::{
    ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter, QueryOrder, QuerySelect, sea_query::Expr,
};

use super::load;
use crate::store::values::{from_json, to_json};

/// The threshold of a breach beside those of warnings, which are 1 to 99.
pub const BREACH: u8 = 100;

/// What a clock adds up to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kept {
    /// "running", "paused" or "no_cover" while it is open; then "met", "missed" or "voided".
    pub state: String,
    /// None while a pause is open, without cover and when voided.
    pub due_at: Option<Timestamp>,
    /// When the target is used up by what is known: the instant of the breach, also behind an open pause.
    pub used_up_at: Option<Timestamp>,
    /// Per cent of the target, and when that part is used up.
    pub warnings: Vec<(u8, Option<Timestamp>)>,
    /// The first warning or breach that nobody was told of yet; None when it is closed.
    pub next_at: Option<Timestamp>,
    pub closed_at: Option<Timestamp>,
}

impl Kept {
    /// `told` are the thresholds that people were told of.
    pub(super) fn of(clock: &Clock, percents: &[Percent], told: &[u8]) -> Self {
        let reading = clock.reading(percents);
        let (state, closed_at) = match (clock.standing(), &reading) {
            (Standing::Met { at }, _) => ("met", Some(*at)),
            (Standing::Missed { at, .. }, _) => ("missed", Some(*at)),
            (Standing::Voided { at, .. }, _) => ("voided", Some(*at)),
            (Standing::Open, Some(reading)) => (reading.state.as_str(), None),
            // Only voided clocks have no reading.
            (Standing::Open, None) => ("no_cover", None),
        };
        let (due_at, used_up_at, warnings) = match reading {
            Some(Reading { due, used_up_at, warnings, .. }) => {
                (due, used_up_at, warnings.iter().map(|warning| (warning.percent.get(), warning.at)).collect())
            }
            None => (None, None, percents.iter().map(|percent| (percent.get(), None)).collect()),
        };
        let mut kept = Self { state: state.to_owned(), due_at, used_up_at, warnings, next_at: None, closed_at };
        kept.next_at = kept.next(told);
        kept
    }

    /// The first warning or breach that is not among `told`.
    pub(super) fn next(&self, told: &[u8]) -> Option<Timestamp> {
        if self.closed_at.is_some() {
            return None;
        }
        let all = self.warnings.iter().copied().chain([(BREACH, self.used_up_at)]);
        all.filter(|(threshold, _)| !told.contains(threshold)).filter_map(|(_, at)| at).min()
    }

    /// The parts of the target at which people are warned.
    pub(super) fn percents(&self) -> Vec<Percent> {
        self.warnings.iter().filter_map(|(percent, _)| Percent::new(*percent)).collect()
    }

    pub(super) fn read(row: &clock::Model) -> Result<Self, DbErr> {
        Ok(Self {
            state: row.state.clone(),
            due_at: row.due_at.map(Timestamp::from),
            used_up_at: row.used_up_at.map(Timestamp::from),
            warnings: from_json("clock.warnings", &row.warnings)?,
            next_at: row.next_at.map(Timestamp::from),
            closed_at: row.closed_at.map(Timestamp::from),
        })
    }
}

/// Stores what a clock with `events` events adds up to.
pub(super) async fn store(db: &impl ConnectionTrait, id: ClockId, events: i64, kept: &Kept) -> Result<(), DbErr> {
    use clock::Column;
    let micros = |at: Option<Timestamp>| Expr::value(at.map(Timestamp::as_micros));
    clock::Entity::update_many()
        .col_expr(Column::State, Expr::value(kept.state.as_str()))
        .col_expr(Column::DueAt, micros(kept.due_at))
        .col_expr(Column::UsedUpAt, micros(kept.used_up_at))
        .col_expr(Column::Warnings, Expr::value(to_json(&kept.warnings)?))
        .col_expr(Column::NextAt, micros(kept.next_at))
        .col_expr(Column::ClosedAt, micros(kept.closed_at))
        .col_expr(Column::Events, Expr::value(events))
        .filter(Column::Id.eq(id.0))
        .exec(db)
        .await
        .map(drop)
}

/// A clock whose row does not say what its events add up to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    pub clock: ClockId,
    pub stored: Kept,
    /// Or why it cannot be counted.
    pub counted: Result<Kept, String>,
}

/// Counts up to `limit` clocks anew, by id from the one behind `after` on: those that differ from their rows, and the
/// last one looked at, None at the end. To be called until then; nothing is repaired, a difference is a bug.
pub async fn recompute(
    db: &impl ConnectionTrait,
    after: Option<ClockId>,
    limit: u64,
) -> Result<(Vec<Difference>, Option<ClockId>), DbErr> {
    let mut query = clock::Entity::find().order_by_asc(clock::Column::Id).limit(limit);
    if let Some(after) = after {
        query = query.filter(clock::Column::Id.gt(after.0));
    }
    let rows = query.all(db).await?;
    let last = rows.last().map(|row| ClockId(row.id));
    let ids: Vec<_> = rows.iter().map(|row| row.id).collect();
    let mut told = super::notices::told(db, &ids).await?;
    let mut differences = Vec::new();
    for (row, loaded) in rows.iter().zip(load::load_each(db, &rows).await?) {
        let (stored, told) = (Kept::read(row)?, told.remove(&row.id).unwrap_or_default());
        let counted = loaded.map(|one| Kept::of(&one.clock, &stored.percents(), &told));
        let counted = counted.map_err(|error| error.to_string());
        if counted.as_ref() != Ok(&stored) {
            differences.push(Difference { clock: ClockId(row.id), stored, counted });
        }
    }
    Ok((differences, last))
}
