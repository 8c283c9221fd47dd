//! Contracts: entered and kept by supervisors, read by staff, and by customers as "your cover".
//!
//! A contract in force keeps its level, place and days. Another level is an upgrade: a contract that follows it and,
//! when it is activated, ends it on the day before; what was covered then stays covered without a gap.

mod access;
mod acts;
mod cover;
mod form;
mod page;
mod save;
mod words;

#[cfg(test)]
mod tests;

use std::collections::HashMap;

use app::api::{
    contracts::{
        ContractAct, ContractDesk, ContractFormPage, ContractInput, ContractList, ContractPage, ContractRow, CoverPage,
        CustomerContracts,
    },
    error::ApiError,
    principal::Principal,
};
use domain::{
    access::Permission,
    contract::{ContractKind, number_words},
    id::{AccessTargetId, ContractId, CustomerId, LevelId, SiteId},
    time::Timestamp,
};
use sea_orm::ConnectionTrait;

pub use access::run_due as test_due_access;

pub(super) use self::words::{action as action_words, day, length, replacement as replacement_words};
use super::{act, internal, new_id};
use crate::{
    clock::Clock,
    config::Support,
    probes::Prober,
    store::{
        Db,
        audit::{self, Act},
        contracts::{self, StoredContract},
        customers::{self, CustomerSites},
        levels,
    },
};

/// Implements [`ContractDesk`].
#[derive(Clone)]
pub struct Desk {
    pub db: Db,
    pub clock: Clock,
    pub support: Support,
    /// For the test of access.
    pub prober: Prober,
}

/// Names that rows point at.
struct Names {
    levels: HashMap<LevelId, String>,
    sites: HashMap<SiteId, String>,
}

impl Names {
    async fn load(db: &impl ConnectionTrait, customers: &[CustomerSites]) -> Result<Self, ApiError> {
        let levels = levels::current(db).await.map_err(internal)?;
        Ok(Self {
            levels: levels.into_iter().map(|level| (level.id, level.terms.name)).collect(),
            sites: customers.iter().flat_map(|one| one.sites.iter().cloned()).collect(),
        })
    }

    fn row(&self, stored: &StoredContract, now: Timestamp) -> ContractRow {
        let terms = &stored.contract.terms;
        let level_name = self.levels.get(&stored.agreed.level).cloned();
        let term = terms.term_at(now).or_else(|| terms.term(1));
        ContractRow {
            id: stored.contract.id,
            number: number_words(stored.number),
            level: terms.level,
            level_name: level_name.unwrap_or_else(|| terms.level.label().to_owned()),
            state: stored.contract.state_at(now),
            site: terms.site.and_then(|site| self.sites.get(&site).cloned()).unwrap_or_default(),
            ports: terms.ports,
            begins: day(terms.starts_on),
            term_ends: day(term.map_or(terms.first_term_ends_on, |term| term.last_on)),
            ends: terms.ends_on.map(day).unwrap_or_default(),
            included_month: terms.kind == ContractKind::IncludedMonth,
            troubles: stored.contract.troubles(now).into_iter().map(domain::contract::Trouble::words).collect(),
        }
    }
}

impl Desk {
    /// A contract inside the caller's scope.
    async fn find(
        &self,
        db: &impl ConnectionTrait,
        who: &Principal,
        id: ContractId,
    ) -> Result<StoredContract, ApiError> {
        contracts::find(db, who.scope(), id).await.map_err(internal)?.ok_or(ApiError::NotFound)
    }
}

/// A customer of the caller's scope with its sites.
async fn customer_of(db: &impl ConnectionTrait, who: &Principal, id: CustomerId) -> Result<CustomerSites, ApiError> {
    let all = customers::list_with_sites(db, who.scope()).await.map_err(internal)?;
    all.into_iter().find(|one| one.customer.id == id).ok_or(ApiError::NotFound)
}

/// Writes an act on a contract into the audit log.
async fn record(
    db: &impl ConnectionTrait,
    who: &Principal,
    now: Timestamp,
    action: &str,
    (number, customer): (i64, CustomerId),
    detail: String,
) -> Result<(), ApiError> {
    let subject = number_words(number);
    let written = Act { customer: Some(customer), ..act(who, action, &subject, detail) };
    audit::write(db, new_id(now)?, now, written).await.map_err(internal)
}

fn overtaken(number: i64) -> ApiError {
    ApiError::Conflict(format!(
        "Somebody else changed {} meanwhile. Load the page again and repeat your change.",
        number_words(number)
    ))
}

#[async_trait::async_trait]
impl ContractDesk for Desk {
    async fn list(&self, who: &Principal) -> Result<ContractList, ApiError> {
        who.require(Permission::SeeEveryContract)?;
        let (db, now) = (self.db.read(), self.clock.now());
        let customers = customers::list_with_sites(db, who.scope()).await.map_err(internal)?;
        let names = Names::load(db, &customers).await?;
        let mut rows: HashMap<CustomerId, Vec<ContractRow>> = HashMap::new();
        for stored in contracts::all(db, who.scope()).await.map_err(internal)? {
            rows.entry(stored.agreed.customer).or_default().push(names.row(&stored, now));
        }
        let customers = customers.into_iter().map(|CustomerSites { customer, .. }| CustomerContracts {
            id: customer.id,
            contracts: rows.remove(&customer.id).unwrap_or_default(),
            name: customer.name,
        });
        Ok(ContractList { now, customers: customers.collect(), may_manage: who.role.may(Permission::ManageContracts) })
    }

    async fn page(&self, who: &Principal, id: ContractId) -> Result<ContractPage, ApiError> {
        self.load_page(who, id).await
    }

    async fn form(
        &self,
        who: &Principal,
        id: Option<ContractId>,
        customer: Option<CustomerId>,
        follows: Option<ContractId>,
    ) -> Result<ContractFormPage, ApiError> {
        self.load_form(who, id.or(follows), id.is_some(), customer).await
    }

    async fn save(
        &self,
        who: &Principal,
        id: Option<ContractId>,
        input: ContractInput,
    ) -> Result<ContractId, ApiError> {
        self.store(who, id, input).await
    }

    async fn act(&self, who: &Principal, id: ContractId, version: i64, act: ContractAct) -> Result<(), ApiError> {
        self.carry_out(who, id, version, act).await
    }

    async fn add_target(&self, who: &Principal, id: ContractId, path: String, address: String) -> Result<(), ApiError> {
        self.store_target(who, id, &path, &address).await
    }

    async fn remove_target(&self, who: &Principal, id: AccessTargetId) -> Result<(), ApiError> {
        self.drop_target(who, id).await
    }

    async fn test_access(&self, who: &Principal, id: AccessTargetId) -> Result<(), ApiError> {
        self.test_target(who, id).await
    }

    async fn cover(&self, who: &Principal) -> Result<CoverPage, ApiError> {
        self.load_cover(who).await
    }
}
