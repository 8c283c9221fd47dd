//! What calendars and rotas are used for: announcements, imports of bank holidays, hand-over mails, feeds.

use sea_orm_migration::prelude::*;

use crate::columns::*;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .create_table(
                keyed("announcement", &["calendar_id", "announced_at"])
                    .col(id("calendar_id"))
                    .col(number("announced_at"))
                    .col(id_null("announced_by"))
                    .col(number("customers"))
                    .foreign_key(&mut owned_by("announcement", "calendar_id", "calendar"))
                    .foreign_key(&mut refers_to("announcement", "announced_by", "users"))
                    .take(),
            )
            .await?;
        manager
            .create_table(
                table("holiday_import")
                    .col(text("days"))
                    .col(number("created_at"))
                    .col(id("created_by"))
                    .col(number_null("saved_at"))
                    .foreign_key(&mut refers_to("holiday_import", "created_by", "users"))
                    .take(),
            )
            .await?;
        manager
            .create_table(
                // One mail to each person for each hand-over, also after a restart.
                keyed("hand_over", &["rota_id", "layer", "at", "user_id"])
                    .col(id("rota_id"))
                    .col(number("layer"))
                    .col(number("at"))
                    .col(id("user_id"))
                    .col(number("mailed_at"))
                    .foreign_key(&mut owned_by("hand_over", "rota_id", "rota"))
                    .foreign_key(&mut owned_by("hand_over", "user_id", "users"))
                    .take(),
            )
            .await?;
        manager
            .create_table(
                table("calendar_feed")
                    .col(id("user_id"))
                    .col(flag("everyone"))
                    .col(number("created_at"))
                    .col(number_null("revoked_at"))
                    .foreign_key(&mut owned_by("calendar_feed", "user_id", "users"))
                    .take(),
            )
            .await?;
        // One address for each person.
        raw(manager, "CREATE UNIQUE INDEX ux_calendar_feed_user ON calendar_feed (user_id) WHERE revoked_at IS NULL")
            .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop_tables(manager, &["calendar_feed", "hand_over", "holiday_import", "announcement"]).await
    }
}
