//! What happened to a fault, in order.

use domain::{access::Side, fault::FaultEventKind, observation::Status};
use sea_orm::entity::prelude::*;

use crate::columns::{Micros, Word};

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "fault_event")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub fault_id: Uuid,
    pub at: Micros,
    pub kind: Word<FaultEventKind>,
    pub side: Option<Word<Side>>,
    #[sea_orm(column_type = "Text", nullable)]
    pub by: Option<String>,
    pub status: Option<Word<Status>>,
    #[sea_orm(column_type = "Text")]
    pub detail: String,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
