//! Customers, their contacts and sites, accounts, sessions, one-time links, audit, counters.

use sea_orm_migration::prelude::*;

use crate::columns::*;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .create_table(
                table("customer")
                    .col(text("name"))
                    .col(text("cover"))
                    .col(text("zone"))
                    .col(number("created_at"))
                    .take(),
            )
            .await?;
        unique(manager, "customer", &["name"]).await?;
        manager
            .create_table(
                table("site")
                    .col(id("customer_id"))
                    .col(text("name"))
                    .col(number("created_at"))
                    .foreign_key(&mut owned_by("site", "customer_id", "customer"))
                    .take(),
            )
            .await?;
        unique(manager, "site", &["customer_id", "name"]).await?;
        manager
            .create_table(
                table("contact")
                    .col(id("customer_id"))
                    .col(text("name"))
                    .col(text("email"))
                    .col(text("severity_min"))
                    .col(number_null("refused_at"))
                    .col(text_null("refused_reply"))
                    .col(number("created_at"))
                    .col(number_null("removed_at"))
                    .foreign_key(&mut owned_by("contact", "customer_id", "customer"))
                    .take(),
            )
            .await?;
        index(manager, "contact", &["customer_id"]).await?;
        create_accounts(manager).await?;
        manager
            .create_table(
                table("audit")
                    .col(number("at"))
                    .col(id_null("user_id"))
                    .col(id_null("customer_id"))
                    .col(text("actor"))
                    .col(text("action"))
                    .col(text("subject"))
                    .col(text("detail"))
                    .take(),
            )
            .await?;
        index(manager, "audit", &["at"]).await?;
        manager
            .create_table(
                Table::create()
                    .table(Alias::new("counter"))
                    .col(ColumnDef::new(Alias::new("name")).text().not_null().primary_key())
                    .col(number("value"))
                    .take(),
            )
            .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let tables =
            ["counter", "audit", "api_token", "account_link", "session", "users", "contact", "site", "customer"];
        drop_tables(manager, &tables).await
    }
}

async fn create_accounts(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    manager
        .create_table(
            table("users")
                .col(id_null("customer_id"))
                .col(text("email"))
                .col(text("email_key"))
                .col(text("name"))
                .col(text("role"))
                .col(text_null("password_hash"))
                .col(flag("receives_faults"))
                .col(number_null("refused_at"))
                .col(text_null("refused_reply"))
                .col(number("created_at"))
                .col(number_null("disabled_at"))
                .col(number_null("last_seen_at"))
                .foreign_key(&mut owned_by("users", "customer_id", "customer"))
                .take(),
        )
        .await?;
    unique(manager, "users", &["email_key"]).await?;
    manager
        .create_table(
            table("session")
                .col(id("user_id"))
                .col(blob("token_hash"))
                .col(number("created_at"))
                .col(number("last_seen_at"))
                .col(number("expires_at"))
                .foreign_key(&mut owned_by("session", "user_id", "users"))
                .take(),
        )
        .await?;
    unique(manager, "session", &["token_hash"]).await?;
    index(manager, "session", &["user_id"]).await?;
    manager
        .create_table(
            table("account_link")
                .col(id("user_id"))
                .col(text("purpose"))
                .col(number("created_at"))
                .col(number("expires_at"))
                .col(number_null("used_at"))
                .foreign_key(&mut owned_by("account_link", "user_id", "users"))
                .take(),
        )
        .await?;
    index(manager, "account_link", &["user_id"]).await?;
    manager
        .create_table(
            table("api_token")
                .col(id("user_id"))
                .col(text("name"))
                .col(blob("token_hash"))
                .col(number("created_at"))
                .col(number_null("last_used_at"))
                .col(number_null("revoked_at"))
                .foreign_key(&mut owned_by("api_token", "user_id", "users"))
                .take(),
        )
        .await?;
    unique(manager, "api_token", &["token_hash"]).await
}
