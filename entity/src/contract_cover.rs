//! One entry of what a contract covers: a piece or a class.

use domain::contract::EquipmentClass;
use sea_orm::entity::prelude::*;

use crate::columns::Word;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "contract_cover")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub contract_id: Uuid,
    #[sea_orm(primary_key, auto_increment = false)]
    pub place: i64,
    pub equipment_id: Option<Uuid>,
    pub class: Option<Word<EquipmentClass>>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
