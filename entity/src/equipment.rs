//! One piece at a customer that a contract may cover.

use domain::contract::{EquipmentClass, Supply};
use sea_orm::entity::prelude::*;

use crate::columns::{Micros, Word};

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "equipment")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub customer_id: Uuid,
    pub site_id: Option<Uuid>,
    pub host_id: Option<Uuid>,
    #[sea_orm(column_type = "Text")]
    pub name: String,
    pub class: Word<EquipmentClass>,
    pub supply: Word<Supply>,
    #[sea_orm(column_type = "Text", nullable)]
    pub warranty_ends_on: Option<String>,
    pub version: i64,
    pub created_at: Micros,
    pub removed_at: Option<Micros>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
