//! Equipment that is sent: `body` is a `Courier` in JSON.

use domain::hardware::CourierState;
use sea_orm::entity::prelude::*;

use crate::columns::{Micros, Word};

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "courier")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub ticket_id: Uuid,
    pub customer_id: Uuid,
    pub state: Word<CourierState>,
    #[sea_orm(column_type = "Text")]
    pub body: String,
    pub opened_at: Micros,
    pub closed_at: Option<Micros>,
    pub version: i64,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
