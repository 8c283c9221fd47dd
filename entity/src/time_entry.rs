//! A stretch of work as it counts now; what it was before each correction is in `time_correction`.

use sea_orm::entity::prelude::*;

use crate::columns::Micros;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "time_entry")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub ticket_id: Uuid,
    pub user_id: Uuid,
    #[sea_orm(column_type = "Text")]
    pub by: String,
    pub started_at: Micros,
    pub seconds: i64,
    #[sea_orm(column_type = "Text")]
    pub what: String,
    pub stopwatch: bool,
    pub version: i64,
    pub created_at: Micros,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
