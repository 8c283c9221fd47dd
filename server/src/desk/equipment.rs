//! Equipment of customers. Anything may be entered; what a contract may list is another question.

#[cfg(test)]
mod tests;

use app::api::{
    equipment::{EquipmentDesk, EquipmentPage, PieceInput, PieceRow},
    error::ApiError,
    principal::Principal,
};
use domain::{
    access::{Permission, Scope},
    contract::{EquipmentClass, Supply},
    id::{CustomerId, EquipmentId, HostId, SiteId},
    probe::FieldError,
    text::Name,
};
use jiff::civil::Date;
use sea_orm::ConnectionTrait;

use super::{act, contracts::day, internal, new_id};
use crate::{
    clock::Clock,
    store::{
        Db,
        audit::{self, Act},
        customers::{self, CustomerSites},
        equipment::{self, Piece, PieceFields},
        hosts::{self, Host},
    },
};

/// Implements [`EquipmentDesk`].
#[derive(Clone)]
pub struct Desk {
    pub db: Db,
    pub clock: Clock,
}

/// Places and machines of one customer.
struct Known {
    customer: CustomerSites,
    hosts: Vec<Host>,
}

async fn known(db: &impl ConnectionTrait, who: &Principal, customer: CustomerId) -> Result<Known, ApiError> {
    let all = customers::list_with_sites(db, who.scope()).await.map_err(internal)?;
    let found = all.into_iter().find(|one| one.customer.id == customer).ok_or(ApiError::NotFound)?;
    Ok(Known { customer: found, hosts: hosts::of_customer(db, who.scope(), customer).await.map_err(internal)? })
}

impl Known {
    fn row(&self, piece: Piece) -> PieceRow {
        let site = |id: SiteId| self.customer.sites.iter().find(|(its, _)| *its == id).map(|(_, name)| name.clone());
        let host = |id: HostId| self.hosts.iter().find(|host| host.id == id).map(|host| host.name.clone());
        PieceRow {
            id: piece.equipment.id,
            class: piece.equipment.class,
            supply: piece.equipment.supply,
            warranty_ends: piece.equipment.warranty_ends_on.map(day).unwrap_or_default(),
            site: piece.site.and_then(site).unwrap_or_default(),
            host: piece.host.and_then(host).unwrap_or_default(),
            may_be_listed: piece.equipment.may_be_listed(),
            version: piece.version,
            name: piece.name,
        }
    }
}

fn filled(piece: &Piece) -> PieceInput {
    PieceInput {
        customer: piece.customer.to_string(),
        name: piece.name.clone(),
        class: piece.equipment.class.as_str().to_owned(),
        supply: piece.equipment.supply.as_str().to_owned(),
        warranty_ends_on: piece.equipment.warranty_ends_on.map(|date| date.to_string()).unwrap_or_default(),
        site: piece.site.map(|site| site.to_string()).unwrap_or_default(),
        host: piece.host.map(|host| host.to_string()).unwrap_or_default(),
        version: piece.version.to_string(),
    }
}

/// The fields of a form, or every mistake in it.
fn parse(input: &PieceInput, known: &Known) -> Result<PieceFields, ApiError> {
    let mut wrong = Vec::new();
    let mut add = |field: &str, said: String| wrong.push(FieldError::new(field, said));
    let name = Name::parse(&input.name).map_err(|error| add("name", error.to_string())).ok();
    let class = EquipmentClass::parse(&input.class);
    if class.is_none() {
        let words = EquipmentClass::ALL.map(EquipmentClass::as_str).join(", ");
        add("class", format!("must be one of {words}, not {:?}", input.class));
    }
    let supply = Supply::parse(&input.supply);
    if supply.is_none() {
        let words = Supply::ALL.map(Supply::as_str).join(", ");
        add("supply", format!("must be one of {words}, not {:?}", input.supply));
    }
    let warranty_ends_on = match input.warranty_ends_on.trim() {
        "" => None,
        text => text
            .parse::<Date>()
            .map_err(|_| add("warranty_ends_on", format!("must be a date such as 2030-12-31 or empty, not {text:?}")))
            .ok(),
    };
    let whose = &known.customer.customer.name;
    let site = match input.site.trim() {
        "" => None,
        text => {
            let found = known.customer.sites.iter().find(|(id, _)| id.to_string() == text).map(|(id, _)| *id);
            if found.is_none() {
                add("site", format!("must be a site of {whose}"));
            }
            found
        }
    };
    let host = match input.host.trim() {
        "" => None,
        text => {
            let found = known.hosts.iter().find(|host| host.id.to_string() == text);
            if found.is_none() {
                add("host", format!("must be a host of {whose}"));
            }
            found
        }
    };
    if let (Some(site), Some(host)) = (site, host)
        && host.site != site
    {
        add("site", format!("must be where the host stands, {}", host.site_name));
    }
    // A host says where it stands.
    let site = site.or(host.map(|host| host.site));
    match (name, class, supply) {
        (Some(name), Some(class), Some(supply)) if wrong.is_empty() => {
            Ok(PieceFields { site, host: host.map(|host| host.id), name, class, supply, warranty_ends_on })
        }
        _ => Err(ApiError::Invalid(wrong)),
    }
}

fn overtaken() -> ApiError {
    ApiError::Conflict(
        "Somebody else changed or removed this piece meanwhile. Load the page again and repeat your change.".to_owned(),
    )
}

impl Desk {
    async fn find(&self, db: &impl ConnectionTrait, scope: Scope, id: EquipmentId) -> Result<Piece, ApiError> {
        equipment::find(db, scope, id).await.map_err(internal)?.ok_or(ApiError::NotFound)
    }

    async fn record(
        &self,
        db: &impl ConnectionTrait,
        who: &Principal,
        action: &str,
        customer: CustomerId,
        name: &str,
    ) -> Result<(), ApiError> {
        let now = self.clock.now();
        let written = Act { customer: Some(customer), ..act(who, action, name, "") };
        audit::write(db, new_id(now)?, now, written).await.map_err(internal)
    }
}

#[async_trait::async_trait]
impl EquipmentDesk for Desk {
    async fn page(
        &self,
        who: &Principal,
        customer: CustomerId,
        edit: Option<EquipmentId>,
    ) -> Result<EquipmentPage, ApiError> {
        let db = self.db.read();
        let known = known(db, who, customer).await?;
        who.require(Permission::SeeEveryContract)?;
        let pieces = equipment::of_customer(db, who.scope(), customer).await.map_err(internal)?;
        let may_edit = who.role.may(Permission::EditHosts);
        let edited = pieces.iter().find(|piece| Some(piece.equipment.id) == edit && may_edit);
        let input =
            edited.map_or_else(|| PieceInput { customer: customer.to_string(), ..PieceInput::default() }, filled);
        Ok(EquipmentPage {
            customer,
            editing: edited.map(|piece| piece.equipment.id),
            input,
            may_edit,
            customer_name: known.customer.customer.name.clone(),
            sites: known.customer.sites.iter().map(|(id, name)| (id.to_string(), name.clone())).collect(),
            hosts: known.hosts.iter().map(|host| (host.id.to_string(), host.name.clone())).collect(),
            pieces: pieces.into_iter().map(|piece| known.row(piece)).collect(),
        })
    }

    async fn save(&self, who: &Principal, id: Option<EquipmentId>, input: PieceInput) -> Result<CustomerId, ApiError> {
        let old = match id {
            Some(id) => Some(self.find(self.db.read(), who.scope(), id).await?),
            None => None,
        };
        who.require(Permission::EditHosts)?;
        let owner = old.as_ref().map(|old| old.customer).or_else(|| input.customer.trim().parse().ok());
        let unknown = || ApiError::invalid("customer", "must be one of the customers");
        let owner = owner.ok_or_else(unknown)?;
        let now = self.clock.now();
        let tx = self.db.begin().await.map_err(internal)?;
        let known = match known(&tx, who, owner).await {
            Err(ApiError::NotFound) => return Err(unknown()),
            other => other?,
        };
        let fields = parse(&input, &known)?;
        let action = match &old {
            Some(old) => {
                let version =
                    input.version.trim().parse::<i64>().map_err(|_| {
                        ApiError::invalid("version", "must be the number that the form was loaded with")
                    })?;
                if equipment::update(&tx, old.equipment.id, version, &fields).await.map_err(internal)? == 0 {
                    return Err(overtaken());
                }
                "equipment.edit"
            }
            None => {
                let id = EquipmentId(new_id(now)?);
                equipment::insert(&tx, id, owner, &fields, now).await.map_err(internal)?;
                "equipment.create"
            }
        };
        self.record(&tx, who, action, owner, fields.name.as_str()).await?;
        tx.commit().await.map_err(internal)?;
        Ok(owner)
    }

    async fn remove(&self, who: &Principal, id: EquipmentId, version: i64) -> Result<(), ApiError> {
        let old = self.find(self.db.read(), who.scope(), id).await?;
        who.require(Permission::EditHosts)?;
        let tx = self.db.begin().await.map_err(internal)?;
        if equipment::remove(&tx, id, version, self.clock.now()).await.map_err(internal)? == 0 {
            return Err(overtaken());
        }
        self.record(&tx, who, "equipment.remove", old.customer, &old.name).await?;
        tx.commit().await.map_err(internal)
    }
}
