//! A hand-over that somebody was mailed about. Layers are counted from 0.

use sea_orm::entity::prelude::*;

use crate::columns::Micros;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "hand_over")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub rota_id: Uuid,
    #[sea_orm(primary_key, auto_increment = false)]
    pub layer: i64,
    #[sea_orm(primary_key, auto_increment = false)]
    pub at: Micros,
    #[sea_orm(primary_key, auto_increment = false)]
    pub user_id: Uuid,
    pub mailed_at: Micros,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
