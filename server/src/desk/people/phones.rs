//! Telephone numbers of contacts, sites and customers: a caller is found by them.

use app::api::{
    error::ApiError,
    people::{ContactRow, PlaceRow},
    principal::Principal,
};
use domain::{
    access::{Permission, Scope},
    id::{ContactId, CustomerId, SiteId},
    phone::PhoneNumber,
};
use sea_orm::ConnectionTrait;

use super::{Desk, contact_row, internal, record};
use crate::{
    desk::act,
    store::{callers, contacts::Contact},
};

/// The contacts with their numbers.
pub(super) async fn with_contacts(
    db: &impl ConnectionTrait,
    scope: Scope,
    contacts: Vec<Contact>,
) -> Result<Vec<ContactRow>, ApiError> {
    let numbers = callers::of_contacts(db, scope).await.map_err(internal)?;
    let number = |id: ContactId| numbers.iter().find(|(its, _)| *its == id).map(|(_, number)| shown(number));
    Ok(contacts
        .into_iter()
        .map(|contact| {
            let phone = number(contact.id).unwrap_or_default();
            contact_row(contact, phone)
        })
        .collect())
}

pub(super) async fn places(db: &impl ConnectionTrait, scope: Scope) -> Result<Vec<PlaceRow>, ApiError> {
    let places = callers::places(db, scope).await.map_err(internal)?;
    let row = |place: callers::Place| {
        let (key, name) = match place.site {
            None => (format!("customer:{}", place.customer), place.customer_name),
            Some((site, name)) => (format!("site:{site}"), format!("{}, {name}", place.customer_name)),
        };
        PlaceRow { place: key, name, phone: shown(&place.phone) }
    };
    Ok(places.into_iter().map(row).collect())
}

/// A stored number as it is said.
fn shown(stored: &str) -> String {
    PhoneNumber::parse(stored).map(|number| number.shown()).unwrap_or_default()
}

/// Whose number is set.
enum Whose {
    Contact(ContactId),
    Site(SiteId),
    Customer(CustomerId),
}

impl Whose {
    fn parse(text: &str) -> Option<Self> {
        let (kind, id) = text.split_once(':')?;
        match kind {
            "contact" => id.parse().ok().map(Self::Contact),
            "site" => id.parse().ok().map(Self::Site),
            "customer" => id.parse().ok().map(Self::Customer),
            _ => None,
        }
    }
}

/// Sets a number, or takes it away. What is outside the caller's scope is not found.
pub(super) async fn set(desk: &Desk, who: &Principal, whose: &str, phone: &str) -> Result<(), ApiError> {
    who.require(Permission::ManageOwnPeople)?;
    let place = Whose::parse(whose).ok_or(ApiError::NotFound)?;
    let number = match phone.trim() {
        "" => None,
        text => Some(PhoneNumber::parse(text).map_err(|error| ApiError::invalid("phone", error))?),
    };
    let now = desk.clock.now();
    let tx = desk.db.begin().await.map_err(internal)?;
    let scope = who.scope();
    let done = match place {
        Whose::Contact(id) => callers::set_contact(&tx, scope, id, number.as_ref()).await,
        Whose::Site(id) => callers::set_site(&tx, scope, id, number.as_ref()).await,
        Whose::Customer(id) => callers::set_customer(&tx, scope, id, number.as_ref()).await,
    };
    if done.map_err(internal)? == 0 {
        return Err(ApiError::NotFound);
    }
    let detail = number.map_or_else(|| "none".to_owned(), |number| number.shown());
    record(&tx, now, act(who, "phone.set", whose, detail)).await?;
    tx.commit().await.map_err(internal)
}
