//! Parts or shipping of a CatS incident.

use domain::incident::ExtraKind;
use sea_orm::entity::prelude::*;

use crate::columns::{Micros, Word};

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "extra_line")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub ticket_id: Uuid,
    pub at: Micros,
    pub kind: Word<ExtraKind>,
    #[sea_orm(column_type = "Text")]
    pub what: String,
    pub net_pence: i64,
    pub under_warranty: bool,
    pub user_id: Uuid,
    #[sea_orm(column_type = "Text")]
    pub by: String,
    pub withdrawn_at: Option<Micros>,
    #[sea_orm(column_type = "Text")]
    pub withdrawn_because: String,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
