//! Names of what downtimes are on, also of what was removed since.

use std::collections::HashMap;

use domain::{
    access::Scope,
    downtime::Target,
    id::{CustomerId, HostId, ServiceId, SiteId},
};
use entity::{customer, host, service, site};
use sea_orm::{ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter, QueryTrait};
use uuid::Uuid;

use super::StoredDowntime;
use crate::store::customers::Customer;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HostNames {
    /// Technical; None: it was removed, and has no page.
    pub name: Option<String>,
    pub system: String,
}

/// Names by id, within a scope.
#[derive(Debug, Default)]
pub struct Names {
    customers: HashMap<Uuid, Customer>,
    sites: HashMap<Uuid, String>,
    hosts: HashMap<Uuid, HostNames>,
    /// With their hosts.
    services: HashMap<Uuid, (String, Uuid)>,
}

impl Names {
    pub async fn load(db: &impl ConnectionTrait, scope: Scope, of: &[StoredDowntime]) -> Result<Self, DbErr> {
        let (mut sites, mut hosts, mut services) = (Vec::new(), Vec::new(), Vec::new());
        for one in of {
            match one.target {
                Target::Customer => {}
                Target::Site(id) => sites.push(id.0),
                Target::Host(id) => hosts.push(id.0),
                Target::Service(id) => services.push(id.0),
            }
        }
        let own = scope.customer().map(|own| own.0);
        let services = service::Entity::find()
            .filter(service::Column::Id.is_in(services))
            .apply_if(own, |query, own| query.filter(service::Column::CustomerId.eq(own)))
            .all(db)
            .await?;
        hosts.extend(services.iter().map(|service| service.host_id));
        let hosts = host::Entity::find()
            .filter(host::Column::Id.is_in(hosts))
            .apply_if(own, |query, own| query.filter(host::Column::CustomerId.eq(own)))
            .all(db)
            .await?;
        let sites = site::Entity::find()
            .filter(site::Column::Id.is_in(sites))
            .apply_if(own, |query, own| query.filter(site::Column::CustomerId.eq(own)))
            .all(db)
            .await?;
        let customers = customer::Entity::find()
            .filter(customer::Column::Id.is_in(of.iter().map(|one| one.customer.0)))
            .apply_if(own, |query, own| query.filter(customer::Column::Id.eq(own)))
            .all(db)
            .await?;
        let host = |row: host::Model| {
            let name = row.removed_at.is_none().then_some(row.name);
            (row.id, HostNames { name, system: row.system })
        };
        Ok(Self {
            customers: customers.into_iter().map(|row| (row.id, row.into())).collect(),
            sites: sites.into_iter().map(|row| (row.id, row.name)).collect(),
            hosts: hosts.into_iter().map(host).collect(),
            services: services.into_iter().map(|row| (row.id, (row.name, row.host_id))).collect(),
        })
    }

    pub fn customer(&self, id: CustomerId) -> Option<&Customer> {
        self.customers.get(&id.0)
    }

    pub fn site(&self, id: SiteId) -> Option<&str> {
        self.sites.get(&id.0).map(String::as_str)
    }

    pub fn host(&self, id: HostId) -> Option<&HostNames> {
        self.hosts.get(&id.0)
    }

    /// A service and its host.
    pub fn service(&self, id: ServiceId) -> Option<(&str, Option<&HostNames>)> {
        let (name, host) = self.services.get(&id.0)?;
        Some((name, self.hosts.get(host)))
    }
}
