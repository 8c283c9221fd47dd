//! One version of the price list: net pence, and VAT in hundredths of a per cent.

use sea_orm::entity::prelude::*;

use crate::columns::Micros;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "price_list")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub version: i64,
    pub cat1_base_pence: i64,
    pub cat1_port_pence: i64,
    pub cat1_port_later_pence: i64,
    pub cat2_base_pence: i64,
    pub cat2_port_pence: i64,
    pub cat2_port_later_pence: i64,
    pub cat4_base_pence: i64,
    pub cat4_port_pence: i64,
    pub cat4_port_later_pence: i64,
    pub incident_pence: i64,
    pub vat_hundredths: i64,
    pub created_at: Micros,
    pub created_by: Option<Uuid>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
