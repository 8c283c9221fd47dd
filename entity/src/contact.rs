//! People at a customer who are told of faults by mail.

use domain::observation::Status;
use sea_orm::entity::prelude::*;

use crate::columns::{Micros, Word};

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "contact")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub customer_id: Uuid,
    #[sea_orm(column_type = "Text")]
    pub name: String,
    #[sea_orm(column_type = "Text")]
    pub email: String,
    pub severity_min: Word<Status>,
    pub refused_at: Option<Micros>,
    #[sea_orm(column_type = "Text", nullable)]
    pub refused_reply: Option<String>,
    pub created_at: Micros,
    pub removed_at: Option<Micros>,
    /// In the form of E.164, as [`domain::phone::PhoneNumber`] has it; empty when it is not known.
    #[sea_orm(column_type = "Text")]
    pub phone: String,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
