//! Guide prices. An edit makes the next version; open tickets keep theirs.

#[cfg(test)]
mod tests;

use app::api::{
    error::ApiError,
    prices::{GuidePrices, PriceDesk, PriceFormPage, PriceInput, PriceVersionRow},
    principal::Principal,
};
use domain::{access::Permission, id::PriceListId, quote::PriceDraft};
use sea_orm::ConnectionTrait;

use super::{act, internal, makers, new_id};
use crate::{
    clock::Clock,
    store::{
        Db, audit,
        price_lists::{self, PriceListVersion},
        values::Made,
    },
};

/// Implements [`PriceDesk`].
#[derive(Clone)]
pub struct Desk {
    pub db: Db,
    pub clock: Clock,
}

fn shown(version: &PriceListVersion) -> GuidePrices {
    GuidePrices { version: version.version, list: version.list, prices: version.prices }
}

/// The prices of today. There are some from the first start on.
pub(super) async fn guide(db: &impl ConnectionTrait) -> Result<GuidePrices, ApiError> {
    let latest = price_lists::latest(db).await.map_err(internal)?;
    latest.as_ref().map(shown).ok_or_else(|| internal("there is no price list"))
}

fn draft(input: &PriceInput) -> PriceDraft<'_> {
    PriceDraft {
        cat1: [&input.cat1_base, &input.cat1_port, &input.cat1_port_later],
        cat2: [&input.cat2_base, &input.cat2_port, &input.cat2_port_later],
        cat4: [&input.cat4_base, &input.cat4_port, &input.cat4_port_later],
        incident: &input.incident,
        vat: &input.vat,
    }
}

#[async_trait::async_trait]
impl PriceDesk for Desk {
    async fn guide(&self) -> Result<GuidePrices, ApiError> {
        guide(self.db.read()).await
    }

    async fn form(&self, who: &Principal) -> Result<PriceFormPage, ApiError> {
        who.require(Permission::EditLevels)?;
        let db = self.db.read();
        let versions = price_lists::all_versions(db).await.map_err(internal)?;
        let names = makers(db, versions.iter().map(|(_, made)| *made)).await?;
        let row = |(version, made): &(PriceListVersion, Made)| PriceVersionRow {
            prices: shown(version),
            at: made.at,
            by: made.by.and_then(|by| names.get(&by).cloned()).unwrap_or_default(),
        };
        Ok(PriceFormPage {
            now: self.clock.now(),
            input: PriceInput::from(&guide(db).await?),
            versions: versions.iter().map(row).collect(),
        })
    }

    async fn save(&self, who: &Principal, input: PriceInput) -> Result<(), ApiError> {
        who.require(Permission::EditLevels)?;
        let seen = input.version.trim().parse::<u32>();
        let seen =
            seen.map_err(|_| ApiError::invalid("version", "must be the number that the form was loaded with"))?;
        let (list, prices) = draft(&input).check().map_err(ApiError::Invalid)?;
        let now = self.clock.now();
        let new = PriceListVersion { id: PriceListId(new_id(now)?), version: seen.saturating_add(1), list, prices };
        let tx = self.db.begin().await.map_err(internal)?;
        if !price_lists::insert(&tx, &new, Made { at: now, by: Some(who.user) }).await.map_err(internal)? {
            return Err(ApiError::Conflict(
                "Somebody else changed the guide prices meanwhile. Load the page again and repeat your change."
                    .to_owned(),
            ));
        }
        let detail = format!("version {}", new.version);
        audit::write(&tx, new_id(now)?, now, act(who, "prices.edit", "guide prices", detail))
            .await
            .map_err(internal)?;
        tx.commit().await.map_err(internal)
    }
}
