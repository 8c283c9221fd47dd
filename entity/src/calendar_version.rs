//! One version of a calendar. `weekly` is a list of windows for each weekday in JSON, Monday first; `holidays` the bank
//! holidays as they were when the version was made, in JSON, or empty when they are days like others.

use sea_orm::entity::prelude::*;

use crate::columns::Micros;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "calendar_version")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub calendar_id: Uuid,
    pub version: i64,
    #[sea_orm(column_type = "Text")]
    pub zone: String,
    #[sea_orm(column_type = "Text")]
    pub weekly: String,
    #[sea_orm(column_type = "Text", nullable)]
    pub holidays: Option<String>,
    pub created_at: Micros,
    pub created_by: Option<Uuid>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
