//! An SLA clock of a ticket and what its events add up to. `warnings` are pairs of per cent and instant in JSON;
//! `events` is the number of the last event.

use domain::clock::ClockKind;
use sea_orm::entity::prelude::*;

use crate::columns::{Micros, Word};

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "clock")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub ticket_id: Uuid,
    pub kind: Word<ClockKind>,
    pub cycle: i64,
    pub started_at: Micros,
    #[sea_orm(column_type = "Text")]
    pub state: String,
    pub due_at: Option<Micros>,
    pub used_up_at: Option<Micros>,
    #[sea_orm(column_type = "Text")]
    pub warnings: String,
    pub next_at: Option<Micros>,
    pub closed_at: Option<Micros>,
    pub events: i64,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
