//! A loan unit on a ticket: `body` is a `Loan` in JSON. `chase_at`: when somebody is reminded next.

use domain::hardware::LoanState;
use sea_orm::entity::prelude::*;

use crate::columns::{Micros, Word};

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "loan")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub ticket_id: Uuid,
    pub customer_id: Uuid,
    pub state: Word<LoanState>,
    #[sea_orm(column_type = "Text")]
    pub body: String,
    pub opened_at: Micros,
    pub closed_at: Option<Micros>,
    pub version: i64,
    pub unit_id: Uuid,
    pub chase_at: Option<Micros>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
