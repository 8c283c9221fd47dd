//! A change of a service's state, soft or hard, numbered for each service.

use domain::observation::Status;
use sea_orm::entity::prelude::*;

use crate::columns::{Micros, Word};

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "transition")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub service_id: Uuid,
    #[sea_orm(primary_key, auto_increment = false)]
    pub seq: i64,
    pub host_id: Uuid,
    pub at: Micros,
    pub status: Word<Status>,
    pub hard: bool,
    #[sea_orm(column_type = "Text")]
    pub detail: String,
    pub fault_number: Option<i64>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
