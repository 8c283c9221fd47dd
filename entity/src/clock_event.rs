//! What happened to a clock, numbered from 1; only ever appended. `fact` is JSON; the calendar that it counts by has a
//! column so that it cannot go.

use sea_orm::entity::prelude::*;

use crate::columns::Micros;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "clock_event")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub clock_id: Uuid,
    #[sea_orm(primary_key, auto_increment = false)]
    pub seq: i64,
    pub at: Micros,
    pub entered_at: Micros,
    #[sea_orm(column_type = "Text")]
    pub kind: String,
    pub calendar_version_id: Option<Uuid>,
    #[sea_orm(column_type = "Text")]
    pub fact: String,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
