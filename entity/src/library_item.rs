//! A saved reply, a macro or a knowledge note, as its latest version has it.

use domain::library::LibraryKind;
use sea_orm::entity::prelude::*;

use crate::columns::{Micros, Word};

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "library_item")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub kind: Word<LibraryKind>,
    #[sea_orm(column_type = "Text")]
    pub name: String,
    /// A [`domain::library::Body`] as JSON.
    #[sea_orm(column_type = "Text")]
    pub body: String,
    pub version: i64,
    pub changed_at: Micros,
    #[sea_orm(column_type = "Text")]
    pub changed_by: String,
    pub disabled_at: Option<Micros>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
