//! Numbered changes for live boards, without gaps. `change` is a `LiveChange` as staff see it, in JSON.

use sea_orm::entity::prelude::*;

use crate::columns::Micros;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "event_log")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub seq: i64,
    pub at: Micros,
    pub customer_id: Uuid,
    #[sea_orm(column_type = "Text")]
    pub change: String,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
