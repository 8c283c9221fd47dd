//! What replaces the windows of one date in one version of a calendar; `windows` is a list in JSON, empty when closed.

use sea_orm::entity::prelude::*;

use crate::columns::Micros;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "calendar_override")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub calendar_version_id: Uuid,
    #[sea_orm(primary_key, auto_increment = false)]
    pub day: String,
    #[sea_orm(column_type = "Text")]
    pub windows: String,
    #[sea_orm(column_type = "Text")]
    pub text: String,
    pub announced_at: Option<Micros>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
