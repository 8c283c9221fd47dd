//! The outbox: one message to one recipient. `facts` is a `MailFacts` in JSON; `position` orders a recipient's mail.

use domain::{access::Side, outbox::NoticeState};
use sea_orm::entity::prelude::*;

use crate::columns::{Micros, Word};

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "notice")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub fault_id: Option<Uuid>,
    pub fault_number: Option<i64>,
    pub customer_id: Option<Uuid>,
    #[sea_orm(column_type = "Text")]
    pub kind: String,
    pub step: i64,
    pub side: Word<Side>,
    pub recipient_id: Uuid,
    #[sea_orm(column_type = "Text")]
    pub name: String,
    #[sea_orm(column_type = "Text")]
    pub email: String,
    #[sea_orm(column_type = "Text")]
    pub rule: String,
    #[sea_orm(column_type = "Text")]
    pub subject: String,
    #[sea_orm(column_type = "Text")]
    pub facts: String,
    #[sea_orm(column_type = "Text")]
    pub message_id: String,
    #[sea_orm(column_type = "Text", nullable)]
    pub in_reply_to: Option<String>,
    pub state: Word<NoticeState>,
    pub queued_at: Micros,
    pub position: i64,
    pub next_attempt_at: Micros,
    pub attempts: i64,
    pub sent_at: Option<Micros>,
    #[sea_orm(column_type = "Text")]
    pub reply: String,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
