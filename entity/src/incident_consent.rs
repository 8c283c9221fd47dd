//! The customer's consent to one unit; only ever appended.

use domain::incident::ConsentHow;
use sea_orm::entity::prelude::*;

use crate::columns::{Micros, Word};

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "incident_consent")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub ticket_id: Uuid,
    #[sea_orm(primary_key, auto_increment = false)]
    pub unit: i64,
    pub at: Micros,
    pub entered_at: Micros,
    pub how: Word<ConsentHow>,
    #[sea_orm(column_type = "Text")]
    pub given_by: String,
    pub user_id: Uuid,
    #[sea_orm(column_type = "Text")]
    pub by: String,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
