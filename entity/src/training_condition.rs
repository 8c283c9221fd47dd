//! That a customer must attend a course on one topic, and whether it was waived.

use sea_orm::entity::prelude::*;

use crate::columns::Micros;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "training_condition")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub customer_id: Uuid,
    #[sea_orm(column_type = "Text")]
    pub topic: String,
    #[sea_orm(column_type = "Text")]
    pub reason: String,
    pub decided_at: Micros,
    #[sea_orm(column_type = "Text")]
    pub decided_by: String,
    pub waived_at: Option<Micros>,
    #[sea_orm(column_type = "Text")]
    pub waived_by: String,
    #[sea_orm(column_type = "Text")]
    pub waived_because: String,
    pub version: i64,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
