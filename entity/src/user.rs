//! Accounts. `customer_id` is empty for staff; `password_hash` until the invitation is used.

use domain::access::Role;
use sea_orm::entity::prelude::*;

use crate::columns::{Micros, Word};

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "users")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub customer_id: Option<Uuid>,
    #[sea_orm(column_type = "Text")]
    pub email: String,
    #[sea_orm(column_type = "Text")]
    pub email_key: String,
    #[sea_orm(column_type = "Text")]
    pub name: String,
    pub role: Word<Role>,
    #[sea_orm(column_type = "Text", nullable)]
    pub password_hash: Option<String>,
    pub receives_faults: bool,
    pub refused_at: Option<Micros>,
    #[sea_orm(column_type = "Text", nullable)]
    pub refused_reply: Option<String>,
    pub created_at: Micros,
    pub disabled_at: Option<Micros>,
    pub last_seen_at: Option<Micros>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
