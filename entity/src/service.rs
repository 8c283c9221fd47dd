//! One thing checked on a host. `params` are probe parameters in JSON.

use domain::probe::ProbeKind;
use sea_orm::entity::prelude::*;

use crate::columns::{Micros, Word};

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "service")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub host_id: Uuid,
    pub customer_id: Uuid,
    #[sea_orm(column_type = "Text")]
    pub name: String,
    pub kind: Word<ProbeKind>,
    #[sea_orm(column_type = "Text")]
    pub target: String,
    #[sea_orm(column_type = "Text")]
    pub params: String,
    pub interval_s: i64,
    pub retry_interval_s: i64,
    pub timeout_ms: i64,
    pub attempts_max: i64,
    pub version: i64,
    pub created_at: Micros,
    pub paused_at: Option<Micros>,
    pub removed_at: Option<Micros>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
