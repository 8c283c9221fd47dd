//! People who take turns, for good or as a temporary schedule. Times and dates are local to the rota.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "rota_rotation")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub layer_id: Uuid,
    pub temporary: bool,
    pub place: i64,
    #[sea_orm(column_type = "Text")]
    pub shift_unit: String,
    pub shift_count: i64,
    #[sea_orm(column_type = "Text", nullable)]
    pub weekday: Option<String>,
    #[sea_orm(column_type = "Text")]
    pub hand_over: String,
    #[sea_orm(column_type = "Text")]
    pub starts_on: String,
    #[sea_orm(column_type = "Text", nullable)]
    pub ends_on: Option<String>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
