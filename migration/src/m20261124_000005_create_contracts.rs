//! What is promised and to whom: levels, calendars, bank holidays and prices in versions, rotas, escalation policies,
//! equipment, contracts.
//!
//! Versions are only ever added: tickets, clocks and escalations point at the version that they were opened under.

use sea_orm_migration::prelude::*;

use crate::columns::*;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        create_levels(manager).await?;
        create_calendars(manager).await?;
        create_prices(manager).await?;
        create_rotas(manager).await?;
        create_policies(manager).await?;
        create_contracts(manager).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop_tables(manager, &["contract_cover", "contract", "equipment"]).await?;
        drop_tables(manager, &["escalation_policy_version", "escalation_policy"]).await?;
        drop_tables(manager, &["rota_swap", "rota_person", "rota_rotation", "rota_layer", "rota"]).await?;
        drop_tables(manager, &["price_list", "bank_holiday"]).await?;
        drop_tables(manager, &["calendar_override", "calendar_version", "calendar"]).await?;
        drop_tables(manager, &["level_version", "cover_level"]).await
    }
}

async fn create_levels(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    manager
        .create_table(table("cover_level").col(text("cover")).col(number("version")).col(number("created_at")).take())
        .await?;
    // Custom levels are agreed for one contract each; of the others there is one.
    raw(manager, "CREATE UNIQUE INDEX ux_cover_level_cover ON cover_level (cover) WHERE cover <> 'custom'").await?;
    manager
        .create_table(
            keyed("level_version", &["level_id", "version"])
                .col(id("level_id"))
                .col(number("version"))
                .col(text("name"))
                .col(number_null("target_s"))
                .col(text_null("target_hours"))
                .col(text("action"))
                .col(text_null("paging"))
                .col(text("replacement"))
                .col(flag("portal_tickets"))
                .col(number("created_at"))
                .col(id_null("created_by"))
                .foreign_key(&mut owned_by("level_version", "level_id", "cover_level"))
                .foreign_key(&mut refers_to("level_version", "created_by", "users"))
                .take(),
        )
        .await
}

async fn create_calendars(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    manager
        .create_table(
            table("calendar")
                .col(text("key"))
                .col(text("name"))
                .col(number("version"))
                .col(number("created_at"))
                .take(),
        )
        .await?;
    unique(manager, "calendar", &["key"]).await?;
    manager
        .create_table(
            table("calendar_version")
                .col(id("calendar_id"))
                .col(number("version"))
                .col(text("zone"))
                .col(text("weekly"))
                .col(text_null("holidays"))
                .col(number("created_at"))
                .col(id_null("created_by"))
                .foreign_key(&mut owned_by("calendar_version", "calendar_id", "calendar"))
                .foreign_key(&mut refers_to("calendar_version", "created_by", "users"))
                .take(),
        )
        .await?;
    unique(manager, "calendar_version", &["calendar_id", "version"]).await?;
    manager
        .create_table(
            keyed("calendar_override", &["calendar_version_id", "day"])
                .col(id("calendar_version_id"))
                .col(text("day"))
                .col(text("windows"))
                .col(text("text"))
                .col(number_null("announced_at"))
                .foreign_key(&mut owned_by("calendar_override", "calendar_version_id", "calendar_version"))
                .take(),
        )
        .await?;
    manager
        .create_table(
            keyed("bank_holiday", &["day"])
                .col(text("day"))
                .col(text("name"))
                .col(number("version"))
                .col(number("created_at"))
                .col(number_null("removed_at"))
                .take(),
        )
        .await
}

/// Net prices in pence for a year of a level, its ports in the first year and later ones; and what an incident costs.
async fn create_prices(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let mut list = table("price_list");
    list.col(number("version"));
    for column in [
        "cat1_base_pence",
        "cat1_port_pence",
        "cat1_port_later_pence",
        "cat2_base_pence",
        "cat2_port_pence",
        "cat2_port_later_pence",
        "cat4_base_pence",
        "cat4_port_pence",
        "cat4_port_later_pence",
        "incident_pence",
        "vat_hundredths",
    ] {
        list.col(number(column));
    }
    list.col(number("created_at")).col(id_null("created_by")).foreign_key(&mut refers_to(
        "price_list",
        "created_by",
        "users",
    ));
    manager.create_table(list).await?;
    unique(manager, "price_list", &["version"]).await
}

async fn create_rotas(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    manager
        .create_table(
            table("rota")
                .col(text("name"))
                .col(text("zone"))
                .col(number("version"))
                .col(number("created_at"))
                .col(number_null("removed_at"))
                .take(),
        )
        .await?;
    raw(manager, "CREATE UNIQUE INDEX ux_rota_name ON rota (name) WHERE removed_at IS NULL").await?;
    manager
        .create_table(
            table("rota_layer")
                .col(id("rota_id"))
                .col(number("place"))
                .col(text("name"))
                .foreign_key(&mut owned_by("rota_layer", "rota_id", "rota"))
                .take(),
        )
        .await?;
    unique(manager, "rota_layer", &["rota_id", "place"]).await?;
    manager
        .create_table(
            table("rota_rotation")
                .col(id("layer_id"))
                .col(flag("temporary"))
                .col(number("place"))
                .col(text("shift_unit"))
                .col(number("shift_count"))
                .col(text_null("weekday"))
                .col(text("hand_over"))
                .col(text("starts_on"))
                .col(text_null("ends_on"))
                .foreign_key(&mut owned_by("rota_rotation", "layer_id", "rota_layer"))
                .take(),
        )
        .await?;
    unique(manager, "rota_rotation", &["layer_id", "temporary", "place"]).await?;
    manager
        .create_table(
            keyed("rota_person", &["rotation_id", "place"])
                .col(id("rotation_id"))
                .col(number("place"))
                .col(id("user_id"))
                .foreign_key(&mut owned_by("rota_person", "rotation_id", "rota_rotation"))
                .foreign_key(&mut refers_to("rota_person", "user_id", "users"))
                .take(),
        )
        .await?;
    manager
        .create_table(
            keyed("rota_swap", &["layer_id", "place"])
                .col(id("layer_id"))
                .col(number("place"))
                .col(text("from_local"))
                .col(text("until_local"))
                .col(id("user_id"))
                .col(text("why"))
                .foreign_key(&mut owned_by("rota_swap", "layer_id", "rota_layer"))
                .foreign_key(&mut refers_to("rota_swap", "user_id", "users"))
                .take(),
        )
        .await
}

async fn create_policies(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    manager
        .create_table(
            table("escalation_policy").col(text("name")).col(number("version")).col(number("created_at")).take(),
        )
        .await?;
    unique(manager, "escalation_policy", &["name"]).await?;
    manager
        .create_table(
            table("escalation_policy_version")
                .col(id("policy_id"))
                .col(number("version"))
                .col(text("policy"))
                .col(number("created_at"))
                .col(id_null("created_by"))
                .foreign_key(&mut owned_by("escalation_policy_version", "policy_id", "escalation_policy"))
                .foreign_key(&mut refers_to("escalation_policy_version", "created_by", "users"))
                .take(),
        )
        .await?;
    unique(manager, "escalation_policy_version", &["policy_id", "version"]).await
}

async fn create_contracts(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    manager
        .create_table(
            table("equipment")
                .col(id("customer_id"))
                .col(id_null("site_id"))
                .col(id_null("host_id"))
                .col(text("name"))
                .col(text("class"))
                .col(text("supply"))
                .col(text_null("warranty_ends_on"))
                .col(number("version"))
                .col(number("created_at"))
                .col(number_null("removed_at"))
                .foreign_key(&mut owned_by("equipment", "customer_id", "customer"))
                .foreign_key(&mut refers_to("equipment", "site_id", "site"))
                .foreign_key(&mut refers_to("equipment", "host_id", "host"))
                .take(),
        )
        .await?;
    index(manager, "equipment", &["customer_id"]).await?;
    let agreed_level = ForeignKey::create()
        .name("fk_contract_level_version")
        .from(Alias::new("contract"), (Alias::new("level_id"), Alias::new("level_version")))
        .to(Alias::new("level_version"), (Alias::new("level_id"), Alias::new("version")))
        .on_delete(ForeignKeyAction::NoAction)
        .take();
    manager
        .create_table(
            table("contract")
                .col(id("customer_id"))
                .col(id_null("site_id"))
                .col(id("level_id"))
                .col(number("level_version"))
                .col(id_null("price_list_id"))
                .col(id_null("policy_id"))
                .col(text("kind"))
                .col(number("ports"))
                .col(text("access_mode"))
                .col(text("access_paths"))
                .col(text("zone"))
                .col(text("starts_on"))
                .col(text("first_term_ends_on"))
                .col(text_null("ends_on"))
                .col(number("begins_at"))
                .col(number_null("ends_at"))
                .col(text("cat4_response"))
                .col(text_null("location"))
                .col(number_null("activated_at"))
                .col(text("inspection"))
                .col(number("version"))
                .col(number("created_at"))
                .foreign_key(&mut owned_by("contract", "customer_id", "customer"))
                .foreign_key(&mut refers_to("contract", "site_id", "site"))
                .foreign_key(&mut agreed_level.clone())
                .foreign_key(&mut refers_to("contract", "price_list_id", "price_list"))
                .foreign_key(&mut refers_to("contract", "policy_id", "escalation_policy"))
                .take(),
        )
        .await?;
    index(manager, "contract", &["customer_id", "begins_at"]).await?;
    manager
        .create_table(
            keyed("contract_cover", &["contract_id", "place"])
                .col(id("contract_id"))
                .col(number("place"))
                .col(id_null("equipment_id"))
                .col(text_null("class"))
                .foreign_key(&mut owned_by("contract_cover", "contract_id", "contract"))
                .foreign_key(&mut refers_to("contract_cover", "equipment_id", "equipment"))
                .take(),
        )
        .await?;
    // Listed twice is listed once.
    unique(manager, "contract_cover", &["contract_id", "equipment_id"]).await?;
    unique(manager, "contract_cover", &["contract_id", "class"]).await
}
