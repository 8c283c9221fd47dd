//! A request and what was decided when it was logged: `cover` is a `CoverDecision`, `terms` a `TicketTerms` in JSON.
//! `place` and what begins with it say where it stands in the queue; its clocks are the truth.

use domain::{
    cover::CoverLevel,
    ticket::{Channel, Outcome, PlaceKind, Priority, Queue, TicketKind, TicketState},
};
use sea_orm::entity::prelude::*;

use crate::columns::{Micros, Word};

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "ticket")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub number: i64,
    pub kind: Word<TicketKind>,
    pub customer_id: Uuid,
    pub site_id: Option<Uuid>,
    pub host_id: Option<Uuid>,
    pub service_id: Option<Uuid>,
    pub fault_id: Option<Uuid>,
    pub contract_id: Option<Uuid>,
    pub equipment_id: Option<Uuid>,
    #[sea_orm(column_type = "Text")]
    pub subject: String,
    #[sea_orm(column_type = "Text")]
    pub cover: String,
    #[sea_orm(column_type = "Text", nullable)]
    pub terms: Option<String>,
    pub state: Word<TicketState>,
    pub opened_at: Micros,
    pub closed_at: Option<Micros>,
    pub version: i64,
    pub created_at: Micros,
    pub priority: Word<Priority>,
    pub queue: Word<Queue>,
    pub channel: Word<Channel>,
    #[sea_orm(column_type = "Text")]
    pub raised_by: String,
    pub raised_contact_id: Option<Uuid>,
    #[sea_orm(column_type = "Text")]
    pub phone: String,
    pub assignee_id: Option<Uuid>,
    pub outcome: Option<Word<Outcome>>,
    pub closes_at: Option<Micros>,
    pub snoozed_until: Option<Micros>,
    pub merged_into_id: Option<Uuid>,
    pub close_told_at: Option<Micros>,
    /// None: not worked out yet.
    pub place: Option<Word<PlaceKind>>,
    pub place_at: Option<Micros>,
    pub place_soon_at: Option<Micros>,
    /// Of its terms.
    pub cover_level: Option<Word<CoverLevel>>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
