//! What happened to a return, a unit, a loan, a courier or a visit, numbered from 1; only ever appended.

use domain::hardware::Track;
use sea_orm::entity::prelude::*;

use crate::columns::{Micros, Word};

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "hardware_event")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub subject_id: Uuid,
    #[sea_orm(primary_key, auto_increment = false)]
    pub seq: i64,
    pub track: Word<Track>,
    pub ticket_id: Option<Uuid>,
    pub at: Micros,
    #[sea_orm(column_type = "Text")]
    pub kind: String,
    pub user_id: Option<Uuid>,
    #[sea_orm(column_type = "Text")]
    pub by: String,
    #[sea_orm(column_type = "Text")]
    pub detail: String,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
