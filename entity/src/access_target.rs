//! Where we get in under a contract, and what the last test of it saw.

use domain::{contract::AccessPath, observation::Status};
use sea_orm::entity::prelude::*;

use crate::columns::{Micros, Word};

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "access_target")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub contract_id: Uuid,
    pub path: Word<AccessPath>,
    #[sea_orm(column_type = "Text")]
    pub address: String,
    pub status: Option<Word<Status>>,
    #[sea_orm(column_type = "Text")]
    pub detail: String,
    pub tested_at: Option<Micros>,
    pub next_test_at: Micros,
    pub created_at: Micros,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
