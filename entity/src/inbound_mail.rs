//! A mail that arrived, whole, and what became of it.

use domain::incoming::Outcome;
use sea_orm::entity::prelude::*;

use crate::columns::{Micros, Word};

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "inbound_mail")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub received_at: Micros,
    #[sea_orm(column_type = "Text")]
    pub via: String,
    #[sea_orm(column_type = "Text")]
    pub digest: String,
    pub copies: i64,
    #[sea_orm(column_type = "Text")]
    pub message_id: String,
    #[sea_orm(column_type = "Text")]
    pub sender_key: String,
    #[sea_orm(column_type = "Text")]
    pub sender_name: String,
    pub known: bool,
    #[sea_orm(column_type = "Text")]
    pub envelope_from: String,
    #[sea_orm(column_type = "Text")]
    pub subject: String,
    pub size: i64,
    pub raw: Vec<u8>,
    pub outcome: Word<Outcome>,
    #[sea_orm(column_type = "Text")]
    pub reason: String,
    pub customer_id: Option<Uuid>,
    pub ticket_id: Option<Uuid>,
    pub event_seq: Option<i64>,
    pub notice_id: Option<Uuid>,
    pub settled_at: Option<Micros>,
    #[sea_orm(column_type = "Text")]
    pub settled_by: String,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
