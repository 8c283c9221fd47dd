//! What a customer bought. `level_version` and the price list are those it was agreed under; `begins_at` and `ends_at`
//! follow from its days and zone; `access_paths`, `location` and `inspection` are domain values in JSON.

use domain::contract::{AccessMode, Cat4Response, ContractKind};
use sea_orm::entity::prelude::*;

use crate::columns::{Micros, Word};

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "contract")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub customer_id: Uuid,
    pub site_id: Option<Uuid>,
    pub level_id: Uuid,
    pub level_version: i64,
    pub price_list_id: Option<Uuid>,
    pub policy_id: Option<Uuid>,
    pub kind: Word<ContractKind>,
    pub ports: i64,
    pub access_mode: Word<AccessMode>,
    #[sea_orm(column_type = "Text")]
    pub access_paths: String,
    #[sea_orm(column_type = "Text")]
    pub zone: String,
    #[sea_orm(column_type = "Text")]
    pub starts_on: String,
    #[sea_orm(column_type = "Text")]
    pub first_term_ends_on: String,
    #[sea_orm(column_type = "Text", nullable)]
    pub ends_on: Option<String>,
    pub begins_at: Micros,
    pub ends_at: Option<Micros>,
    pub cat4_response: Word<Cat4Response>,
    #[sea_orm(column_type = "Text", nullable)]
    pub location: Option<String>,
    pub activated_at: Option<Micros>,
    #[sea_orm(column_type = "Text")]
    pub inspection: String,
    pub version: i64,
    pub created_at: Micros,
    pub number: i64,
    /// The contract that this one takes the place of when it is activated.
    pub follows_id: Option<Uuid>,
    /// When a notice before the end of its term may be due; 0: to be looked at at once.
    pub notice_due_at: Option<Micros>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
