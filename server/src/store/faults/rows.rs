//! Faults with the names around them, as boards and mails need them: a fixed number of queries for any number of rows.

use std::collections::HashMap;

use app::api::faults::FaultRow;
use domain::{
    access::Side,
    cover::CoverLevel,
    id::{CustomerId, FaultId, HostId, ServiceId, SiteId},
};
use entity::{acknowledgement, customer, fault, host, service, site};
use sea_orm::{ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter};
use uuid::Uuid;

use super::acknowledgements;
use crate::store::cover::Levels;

/// A fault and the rows it hangs on.
#[derive(Debug, Clone)]
pub struct FaultWithPlace {
    pub fault: fault::Model,
    pub service: service::Model,
    pub host: host::Model,
    pub site: site::Model,
    pub customer: customer::Model,
    /// What covered the site when the fault was confirmed.
    pub cover: CoverLevel,
}

/// The staff's rows of the given faults, in the same order.
pub async fn rows(db: &impl ConnectionTrait, faults: Vec<fault::Model>) -> Result<Vec<FaultRow>, DbErr> {
    let ids: Vec<_> = faults.iter().map(|fault| fault.id).collect();
    let acks = acknowledgements(db, &ids).await?;
    let placed = with_places(db, faults).await?;
    Ok(placed.iter().map(|placed| row(placed, &acks)).collect())
}

/// A fault with its place, unless its service is gone.
pub async fn place(db: &impl ConnectionTrait, fault: fault::Model) -> Result<Option<FaultWithPlace>, DbErr> {
    with_places(db, vec![fault]).await.map(|placed| placed.into_iter().next())
}

/// The faults with their places. A fault whose service is gone is left out.
pub(super) async fn with_places(
    db: &impl ConnectionTrait,
    faults: Vec<fault::Model>,
) -> Result<Vec<FaultWithPlace>, DbErr> {
    let services = by_id(
        service::Entity::find()
            .filter(service::Column::Id.is_in(faults.iter().map(|fault| fault.service_id)))
            .all(db)
            .await?,
        |row| row.id,
    );
    let hosts = by_id(
        host::Entity::find().filter(host::Column::Id.is_in(faults.iter().map(|fault| fault.host_id))).all(db).await?,
        |row| row.id,
    );
    let sites = by_id(
        site::Entity::find().filter(site::Column::Id.is_in(hosts.values().map(|host| host.site_id))).all(db).await?,
        |row| row.id,
    );
    let customers = by_id(
        customer::Entity::find()
            .filter(customer::Column::Id.is_in(hosts.values().map(|host| host.customer_id)))
            .all(db)
            .await?,
        |row| row.id,
    );
    let ids: Vec<_> = customers.keys().map(|id| CustomerId(*id)).collect();
    let levels = Levels::of_customers(db, &ids).await?;
    let place = |fault: fault::Model| {
        let host = hosts.get(&fault.host_id)?;
        Some(FaultWithPlace {
            service: services.get(&fault.service_id)?.clone(),
            site: sites.get(&host.site_id)?.clone(),
            customer: customers.get(&host.customer_id)?.clone(),
            host: host.clone(),
            cover: levels.at_site(CustomerId(host.customer_id), SiteId(host.site_id), fault.confirmed_at.into()),
            fault,
        })
    };
    Ok(faults.into_iter().filter_map(place).collect())
}

fn by_id<T>(rows: Vec<T>, id: impl Fn(&T) -> Uuid) -> HashMap<Uuid, T> {
    rows.into_iter().map(|row| (id(&row), row)).collect()
}

pub(super) fn row(placed: &FaultWithPlace, acks: &[acknowledgement::Model]) -> FaultRow {
    let FaultWithPlace { fault, service, host, site, customer, cover } = placed;
    let ack =
        |side: Side| acks.iter().find(|ack| ack.fault_id == fault.id && ack.side.0 == side).map(super::acknowledgement);
    FaultRow {
        id: FaultId(fault.id),
        number: fault.number,
        service: ServiceId(fault.service_id),
        host: HostId(fault.host_id),
        customer_id: CustomerId(fault.customer_id),
        customer: customer.name.clone(),
        site: site.name.clone(),
        cover: *cover,
        host_name: host.name.clone(),
        system: host.system.clone(),
        service_name: service.name.clone(),
        status: fault.status.0,
        headline: fault.headline.clone(),
        detail: fault.detail.clone(),
        flapping: fault.flapping,
        started_at: fault.started_at.into(),
        confirmed_at: fault.confirmed_at.into(),
        cleared_at: fault.cleared_at.map(Into::into),
        staff_ack: ack(Side::Staff),
        customer_ack: ack(Side::Customer),
        customer_told_at: fault.customer_told_at.map(Into::into),
        quiet_until: fault.held_until.map(Into::into),
    }
}
