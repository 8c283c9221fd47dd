//! One person takes over for a while. Times are local to the rota.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "rota_swap")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub layer_id: Uuid,
    #[sea_orm(primary_key, auto_increment = false)]
    pub place: i64,
    #[sea_orm(column_type = "Text")]
    pub from_local: String,
    #[sea_orm(column_type = "Text")]
    pub until_local: String,
    pub user_id: Uuid,
    #[sea_orm(column_type = "Text")]
    pub why: String,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
