//! On-site work: `body` is a `Visit` in JSON. The clock is that of the arrival.

use domain::hardware::VisitState;
use sea_orm::entity::prelude::*;

use crate::columns::{Micros, Word};

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "visit")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub ticket_id: Uuid,
    pub customer_id: Uuid,
    pub state: Word<VisitState>,
    #[sea_orm(column_type = "Text")]
    pub body: String,
    pub opened_at: Micros,
    pub closed_at: Option<Micros>,
    pub version: i64,
    pub clock_id: Uuid,
    pub engineer_id: Option<Uuid>,
    pub starts_at: Option<Micros>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
