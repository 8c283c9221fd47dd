//! What a form offers to choose from.

use app::api::{
    downtimes::{DowntimeFormPage, DowntimeInput},
    error::ApiError,
    principal::Principal,
};
use domain::{
    access::{Permission, Scope},
    downtime::DowntimeKind,
    id::CustomerId,
    text::HostName,
};

use super::Desk;
use crate::{
    desk::{internal, tickets::local::Local},
    store::{
        customers::{self, Customer},
        hosts, services,
    },
};

/// A form that begins now and takes an hour, unless somebody types otherwise.
const LENGTH_S: i64 = 3_600;

impl Desk {
    pub(super) async fn load_form(
        &self,
        who: &Principal,
        host: &str,
        customer: Option<CustomerId>,
    ) -> Result<DowntimeFormPage, ApiError> {
        who.require(Permission::EditHosts)?;
        let scope = who.scope();
        match (host.trim(), customer) {
            ("", None) => self.choose(scope).await,
            ("", Some(id)) => {
                let db = self.db.read();
                let customer = customers::find(db, scope, id).await.map_err(internal)?.ok_or(ApiError::NotFound)?;
                let hosts = hosts::of_customer(db, scope, id).await.map_err(internal)?;
                let mut targets = self.around(scope, &customer).await?;
                targets.extend(hosts.into_iter().map(|host| (format!("host:{}", host.id), host.name)));
                Ok(self.page(&customer, targets))
            }
            (name, _) => {
                let db = self.db.read();
                let name = HostName::parse(name).map_err(|_| ApiError::NotFound)?;
                let host = hosts::find(db, scope, &name).await.map_err(internal)?.ok_or(ApiError::NotFound)?;
                let customer = customers::find(db, scope, host.customer).await.map_err(internal)?;
                let customer = customer.ok_or(ApiError::NotFound)?;
                let services = services::of_host(db, scope, host.id).await.map_err(internal)?;
                let mut targets = vec![(format!("host:{}", host.id), format!("{}, the whole host", host.name))];
                let service = |service: services::Service| {
                    (format!("service:{}", service.id), format!("{} on {}", service.name, host.name))
                };
                targets.extend(services.into_iter().map(service));
                targets.extend(self.around(scope, &customer).await?);
                Ok(self.page(&customer, targets))
            }
        }
    }

    async fn choose(&self, scope: Scope) -> Result<DowntimeFormPage, ApiError> {
        let all = customers::list_with_sites(self.db.read(), scope).await.map_err(internal)?;
        let choice = |one: customers::CustomerSites| (one.customer.id.to_string(), one.customer.name);
        Ok(DowntimeFormPage {
            targets: Vec::new(),
            input: DowntimeInput::default(),
            zone: String::new(),
            customer: String::new(),
            customers: all.into_iter().map(choice).collect(),
        })
    }

    /// The customer as a whole and their sites.
    async fn around(&self, scope: Scope, customer: &Customer) -> Result<Vec<(String, String)>, ApiError> {
        let all = customers::list_with_sites(self.db.read(), scope).await.map_err(internal)?;
        let sites = all.into_iter().find(|one| one.customer.id == customer.id).map(|one| one.sites).unwrap_or_default();
        let whole = (format!("customer:{}", customer.id), format!("All systems of {}", customer.name));
        let site = |(id, name)| (format!("site:{id}"), format!("Everything at {name}"));
        Ok(std::iter::once(whole).chain(sites.into_iter().map(site)).collect())
    }

    fn page(&self, customer: &Customer, targets: Vec<(String, String)>) -> DowntimeFormPage {
        let (local, now) = (Local::named(&customer.zone), self.clock.now());
        let input = DowntimeInput {
            target: targets.first().map(|(word, _)| word.clone()).unwrap_or_default(),
            kind: DowntimeKind::Fixed.as_str().to_owned(),
            from: local.field(now),
            until: local.field(now.plus_seconds(LENGTH_S)),
            minutes: "60".to_owned(),
            ..DowntimeInput::default()
        };
        let (zone, customer) = (customer.zone.clone(), customer.name.clone());
        DowntimeFormPage { targets, input, zone, customer, customers: Vec::new() }
    }
}
