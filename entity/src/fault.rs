//! One hard problem of one service.

use domain::observation::Status;
use sea_orm::entity::prelude::*;

use crate::columns::{Micros, Word};

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "fault")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub number: i64,
    pub service_id: Uuid,
    pub host_id: Uuid,
    pub customer_id: Uuid,
    pub status: Word<Status>,
    #[sea_orm(column_type = "Text")]
    pub headline: String,
    #[sea_orm(column_type = "Text")]
    pub detail: String,
    pub changes: i64,
    /// It keeps coming and going, and is told of again when it has settled.
    pub flapping: bool,
    pub started_at: Micros,
    pub confirmed_at: Micros,
    pub cleared_at: Option<Micros>,
    pub customer_told_at: Option<Micros>,
    pub held_until: Option<Micros>,
    pub held_status: Option<Word<Status>>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
