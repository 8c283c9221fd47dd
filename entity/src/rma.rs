//! Equipment that comes back to be repaired: `body` is an `Rma` in JSON.

use domain::hardware::RmaState;
use sea_orm::entity::prelude::*;

use crate::columns::{Micros, Word};

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "rma")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub ticket_id: Uuid,
    pub customer_id: Uuid,
    pub state: Word<RmaState>,
    #[sea_orm(column_type = "Text")]
    pub body: String,
    pub opened_at: Micros,
    pub closed_at: Option<Micros>,
    pub version: i64,
    pub number: i64,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
