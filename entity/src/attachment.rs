//! A file that came with an entry of a ticket's timeline. In the database, so that every node and every backup has it.

use domain::incoming::FileKind;
use sea_orm::entity::prelude::*;

use crate::columns::{Micros, Word};

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "attachment")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    #[sea_orm(column_type = "Text")]
    pub key: String,
    pub ticket_id: Uuid,
    pub event_seq: i64,
    pub public: bool,
    pub mail_id: Option<Uuid>,
    #[sea_orm(column_type = "Text")]
    pub name: String,
    pub kind: Word<FileKind>,
    pub size: i64,
    #[sea_orm(column_type = "Text")]
    pub sha256: String,
    pub bytes: Vec<u8>,
    pub created_at: Micros,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
