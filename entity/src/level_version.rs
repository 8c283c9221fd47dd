//! One version of what a level promises. `target_hours` and `paging` are "always" or the key of a calendar.

use domain::level::{Action, Replacement};
use sea_orm::entity::prelude::*;

use crate::columns::{Micros, Word};

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "level_version")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub level_id: Uuid,
    #[sea_orm(primary_key, auto_increment = false)]
    pub version: i64,
    #[sea_orm(column_type = "Text")]
    pub name: String,
    pub target_s: Option<i64>,
    #[sea_orm(column_type = "Text", nullable)]
    pub target_hours: Option<String>,
    pub action: Word<Action>,
    #[sea_orm(column_type = "Text", nullable)]
    pub paging: Option<String>,
    pub replacement: Word<Replacement>,
    pub portal_tickets: bool,
    pub created_at: Micros,
    pub created_by: Option<Uuid>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
