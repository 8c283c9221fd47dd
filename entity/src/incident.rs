//! A CatS incident of a ticket, with the prices it was ordered under.

use domain::incident::IncidentState;
use sea_orm::entity::prelude::*;

use crate::columns::{Micros, Word};

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "incident")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub ticket_id: Uuid,
    pub state: Word<IncidentState>,
    pub asked_at: Micros,
    #[sea_orm(column_type = "Text")]
    pub asked_by: String,
    pub unit_pence: i64,
    pub vat_hundredths: i64,
    pub price_list_version: i64,
    pub decided_at: Option<Micros>,
    #[sea_orm(column_type = "Text")]
    pub decided_by: String,
    #[sea_orm(column_type = "Text")]
    pub reason: String,
    pub split_from: Option<Uuid>,
    pub version: i64,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
