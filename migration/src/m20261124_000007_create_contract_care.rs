//! Around contracts: their numbers, which one took the place of which, where we get in, and what was mailed before a
//! term ended.

use sea_orm_migration::prelude::*;

use crate::columns::*;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let numbers = ColumnDef::new(Alias::new("number")).big_integer().not_null().default(0).take();
        add_column(manager, numbers).await?;
        // No foreign key: SQLite could not take a column with one away again. Both rows go with their customer.
        add_column(manager, id_null("follows_id")).await?;
        // 0: to be looked at at once.
        add_column(manager, ColumnDef::new(Alias::new("notice_due_at")).big_integer().null().default(0).take()).await?;
        number_what_is_there(manager).await?;
        unique(manager, "contract", &["number"]).await?;
        index(manager, "contract", &["notice_due_at"]).await?;
        manager
            .create_table(
                table("access_target")
                    .col(id("contract_id"))
                    .col(text("path"))
                    .col(text("address"))
                    .col(text_null("status"))
                    .col(text("detail"))
                    .col(number_null("tested_at"))
                    .col(number("next_test_at"))
                    .col(number("created_at"))
                    .foreign_key(&mut owned_by("access_target", "contract_id", "contract"))
                    .take(),
            )
            .await?;
        unique(manager, "access_target", &["contract_id", "path", "address"]).await?;
        index(manager, "access_target", &["next_test_at"]).await?;
        manager
            .create_table(
                keyed("term_notice", &["contract_id", "year", "days"])
                    .col(id("contract_id"))
                    .col(number("year"))
                    .col(number("days"))
                    .col(text("kind"))
                    .col(number("queued_at"))
                    .foreign_key(&mut owned_by("term_notice", "contract_id", "contract"))
                    .take(),
            )
            .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop_tables(manager, &["term_notice", "access_target"]).await?;
        for name in ["ux_contract_number", "ix_contract_notice_due_at"] {
            manager.drop_index(Index::drop().name(name).table(Alias::new("contract")).to_owned()).await?;
        }
        for column in ["notice_due_at", "follows_id", "number"] {
            let table = Table::alter().table(Alias::new("contract")).drop_column(Alias::new(column)).take();
            manager.alter_table(table).await?;
        }
        raw(manager, "DELETE FROM counter WHERE name = 'contract'").await
    }
}

async fn add_column(manager: &SchemaManager<'_>, mut column: ColumnDef) -> Result<(), DbErr> {
    manager.alter_table(Table::alter().table(Alias::new("contract")).add_column(&mut column).take()).await
}

/// In the order in which they were entered, from 201 on; the counter goes on from there.
async fn number_what_is_there(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let earlier = "SELECT COUNT(*) FROM contract AS other WHERE other.id <= contract.id";
    raw(manager, &format!("UPDATE contract SET number = 200 + ({earlier})")).await?;
    let last = "SELECT 'contract', MAX(number) FROM contract HAVING 0 < COUNT(*)";
    raw(manager, &format!("INSERT INTO counter (name, value) {last}")).await
}
