//! Planned quiet time, and what is held back of faults inside it.

use sea_orm_migration::prelude::*;

use crate::columns::*;

const FAULT: &str = "fault";

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .create_table(
                table("downtime")
                    .col(id("customer_id"))
                    // One of these, or none: the whole customer.
                    .col(id_null("site_id"))
                    .col(id_null("host_id"))
                    .col(id_null("service_id"))
                    // In JSON.
                    .col(text("plan"))
                    .col(text("reason"))
                    .col(number_null("begun_at"))
                    .col(number_null("cancelled_at"))
                    .col(text("cancelled_by"))
                    // Never quiet again from then on; NULL: that cannot be foreseen.
                    .col(number_null("over_at"))
                    // When it has to be looked at next.
                    .col(number_null("next_at"))
                    // Whether it was quiet when it was last looked at.
                    .col(flag("quiet"))
                    .col(number("created_at"))
                    .col(text("created_by"))
                    .foreign_key(&mut owned_by("downtime", "customer_id", "customer"))
                    .foreign_key(&mut owned_by("downtime", "site_id", "site"))
                    .foreign_key(&mut owned_by("downtime", "host_id", "host"))
                    .foreign_key(&mut owned_by("downtime", "service_id", "service"))
                    .take(),
            )
            .await?;
        index(manager, "downtime", &["customer_id", "over_at"]).await?;
        raw(manager, "CREATE INDEX ix_downtime_next_at ON downtime (next_at) WHERE next_at IS NOT NULL").await?;
        for mut column in columns() {
            let table = Table::alter().table(Alias::new(FAULT)).add_column(&mut column).take();
            manager.alter_table(table).await?;
        }
        raw(manager, "CREATE INDEX ix_fault_held_until ON fault (held_until) WHERE held_until IS NOT NULL").await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_index(Index::drop().name("ix_fault_held_until").table(Alias::new(FAULT)).to_owned()).await?;
        for column in columns().into_iter().rev() {
            let name = Alias::new(column.get_column_name());
            manager.alter_table(Table::alter().table(Alias::new(FAULT)).drop_column(name).take()).await?;
        }
        drop_tables(manager, &["downtime"]).await
    }
}

/// Until when nothing of a fault is told, and the status that those know who were told; none: nobody was.
fn columns() -> Vec<ColumnDef> {
    vec![number_null("held_until"), text_null("held_status")]
}
