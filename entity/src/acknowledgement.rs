//! Who took a fault, for each side; at most one stands at a time.

use domain::access::Side;
use sea_orm::entity::prelude::*;

use crate::columns::{Micros, Word};

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "acknowledgement")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub fault_id: Uuid,
    pub side: Word<Side>,
    pub user_id: Option<Uuid>,
    pub contact_id: Option<Uuid>,
    #[sea_orm(column_type = "Text")]
    pub by: String,
    #[sea_orm(column_type = "Text")]
    pub note: String,
    pub at: Micros,
    pub expires_at: Option<Micros>,
    pub sticky: bool,
    pub ended_at: Option<Micros>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
