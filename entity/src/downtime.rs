//! Planned quiet time of a customer, or of a site, host or service of theirs.

use sea_orm::entity::prelude::*;

use crate::columns::Micros;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "downtime")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub customer_id: Uuid,
    pub site_id: Option<Uuid>,
    pub host_id: Option<Uuid>,
    pub service_id: Option<Uuid>,
    #[sea_orm(column_type = "Text")]
    pub plan: String,
    #[sea_orm(column_type = "Text")]
    pub reason: String,
    pub begun_at: Option<Micros>,
    pub cancelled_at: Option<Micros>,
    #[sea_orm(column_type = "Text")]
    pub cancelled_by: String,
    pub over_at: Option<Micros>,
    pub next_at: Option<Micros>,
    pub quiet: bool,
    pub created_at: Micros,
    #[sea_orm(column_type = "Text")]
    pub created_by: String,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
