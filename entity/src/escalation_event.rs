//! What happened to an escalation, numbered from 1; only ever appended. `event` is an `Event` in JSON; steps and
//! reminders taken have side, step and repeat, which are unique.

use domain::access::Side;
use sea_orm::entity::prelude::*;

use crate::columns::{Micros, Word};

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "escalation_event")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub fault_id: Uuid,
    #[sea_orm(primary_key, auto_increment = false)]
    pub seq: i64,
    pub at: Micros,
    #[sea_orm(column_type = "Text")]
    pub kind: String,
    pub side: Option<Word<Side>>,
    pub step: Option<i64>,
    pub repeat: Option<i64>,
    #[sea_orm(column_type = "Text")]
    pub event: String,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
