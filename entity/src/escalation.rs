//! The escalation of a fault: the policy and hours in force when it opened, and when something is due next.

use sea_orm::entity::prelude::*;

use crate::columns::Micros;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "escalation")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub fault_id: Uuid,
    pub customer_id: Uuid,
    pub contract_id: Option<Uuid>,
    pub policy_version_id: Uuid,
    pub cover_calendar_id: Option<Uuid>,
    #[sea_orm(column_type = "Text")]
    pub paging: String,
    pub paging_calendar_id: Option<Uuid>,
    pub opened_at: Micros,
    pub next_at: Option<Micros>,
    pub ended_at: Option<Micros>,
    pub events: i64,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
