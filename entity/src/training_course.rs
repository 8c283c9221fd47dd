//! A training course on one topic.

use domain::training::CourseState;
use sea_orm::entity::prelude::*;

use crate::columns::{Micros, Word};

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "training_course")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    #[sea_orm(column_type = "Text")]
    pub topic: String,
    pub starts_at: Micros,
    #[sea_orm(column_type = "Text")]
    pub place: String,
    pub state: Word<CourseState>,
    pub ran_at: Option<Micros>,
    pub version: i64,
    pub created_at: Micros,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
