//! What staff do to a contract that is there: activate, approve its location, settle its inspection, end it.

use app::api::{contracts::ContractAct, error::ApiError, principal::Principal};
use domain::{
    access::Permission,
    contract::{Contract, Equipment, LocationApproval, number_words},
    id::ContractId,
    probe::FieldError,
    time::Timestamp,
};
use jiff::civil::Date;
use sea_orm::DatabaseTransaction;

use super::{Desk, overtaken, record, words::day};
use crate::{
    desk::internal,
    store::{
        contracts::{self, StoredContract},
        customers, equipment,
    },
};

impl Desk {
    pub(super) async fn carry_out(
        &self,
        who: &Principal,
        id: ContractId,
        version: i64,
        act: ContractAct,
    ) -> Result<(), ApiError> {
        let owner = self.find(self.db.read(), who, id).await?.agreed.customer;
        who.require(Permission::ManageContracts)?;
        let now = self.clock.now();
        let tx = self.db.begin().await.map_err(internal)?;
        // One at a time for each customer: an upgrade changes two contracts.
        customers::lock(&tx, who.scope(), owner).await.map_err(internal)?.ok_or(ApiError::NotFound)?;
        let stored = self.find(&tx, who, id).await?;
        if stored.version != version {
            return Err(overtaken(stored.number));
        }
        let (changed, action, detail) = match act {
            ContractAct::Activate => {
                give_way(&tx, who, &stored, now).await?;
                let all = equipment::of_customer(&tx, who.scope(), owner).await.map_err(internal)?;
                let all: Vec<Equipment> = all.into_iter().map(|piece| piece.equipment).collect();
                let active = stored.contract.activate(&all, now).map_err(ApiError::Invalid)?;
                let detail = if active.inspection.is_pending() { "pending inspection" } else { "" };
                (active, "contract.activate", detail.to_owned())
            }
            ContractAct::ApproveLocation => (approved(&stored, who, now)?, "contract.approve_location", String::new()),
            ContractAct::SettleInspection { note } => {
                let settled = stored.contract.settle_inspection(now, who.user, &note).map_err(one)?;
                (settled, "contract.settle_inspection", note.trim().to_owned())
            }
            ContractAct::EndOn { last_on } => {
                let last_on = last_day(&last_on)?;
                let today = stored.contract.terms.zone.date_at(now);
                let ended = stored.contract.end_on(last_on, today).map_err(one)?;
                (ended, "contract.end", last_on.map_or_else(|| "renews".to_owned(), day))
            }
        };
        let saved = contracts::update(&tx, &changed, &stored.agreed, version).await.map_err(internal)?;
        if saved == 0 {
            return Err(overtaken(stored.number));
        }
        record(&tx, who, now, action, (stored.number, owner), detail).await?;
        tx.commit().await.map_err(internal)
    }
}

fn one(error: FieldError) -> ApiError {
    ApiError::Invalid(vec![error])
}

fn approved(stored: &StoredContract, who: &Principal, now: Timestamp) -> Result<Contract, ApiError> {
    let site =
        stored.contract.terms.site.ok_or_else(|| ApiError::invalid("site", "must be set before it is approved"))?;
    let approval = LocationApproval::give(site, who.user, who.role, now).map_err(one)?;
    Ok(Contract { location: Some(approval), ..stored.contract.clone() })
}

fn last_day(typed: &str) -> Result<Option<Date>, ApiError> {
    match typed.trim() {
        "" => Ok(None),
        text => text
            .parse()
            .map(Some)
            .map_err(|_| ApiError::invalid("ends_on", format!("must be a date such as 2026-12-24, not {text:?}"))),
    }
}

/// Ends the contract that this one takes the place of, the day before.
async fn give_way(
    tx: &DatabaseTransaction,
    who: &Principal,
    stored: &StoredContract,
    now: Timestamp,
) -> Result<(), ApiError> {
    let Some(before) = stored.agreed.follows.filter(|_| stored.contract.activated_at.is_none()) else { return Ok(()) };
    let Some(before) = contracts::find(tx, who.scope(), before).await.map_err(internal)? else { return Ok(()) };
    let today = stored.contract.terms.zone.date_at(now);
    let ended = before.contract.give_way(stored.contract.terms.starts_on, today).map_err(one)?;
    if ended.terms.ends_on == before.contract.terms.ends_on {
        return Ok(());
    }
    if contracts::update(tx, &ended, &before.agreed, before.version).await.map_err(internal)? == 0 {
        return Err(overtaken(before.number));
    }
    let detail = format!("{} follows", number_words(stored.number));
    record(tx, who, now, "contract.give_way", (before.number, before.agreed.customer), detail).await
}
