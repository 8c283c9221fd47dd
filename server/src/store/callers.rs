//! Who a telephone number belongs to: contacts, sites and customers.

use domain::{
    access::Scope,
    id::{ContactId, CustomerId, SiteId},
    phone::PhoneNumber,
};
use entity::{contact, customer, site};
use sea_orm::{
    ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter, QueryOrder, QuerySelect, QueryTrait, sea_query::Expr,
};

/// A switchboard's number may be that of a few companies, never of many.
const FOUND_MAX: u64 = 50;

/// Whose number it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Caller {
    pub customer: CustomerId,
    pub who: Whose,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Whose {
    Contact { id: ContactId, name: String },
    Site { id: SiteId, name: String },
    Customer,
}

/// Everybody with this number: contacts first, then sites, then customers.
pub async fn by_phone(db: &impl ConnectionTrait, number: &PhoneNumber) -> Result<Vec<Caller>, DbErr> {
    let phone = number.as_str();
    let contacts = contact::Entity::find()
        .filter(contact::Column::Phone.eq(phone))
        .filter(contact::Column::RemovedAt.is_null())
        .order_by_asc(contact::Column::Name)
        .limit(FOUND_MAX)
        .all(db)
        .await?;
    let sites = site::Entity::find().filter(site::Column::Phone.eq(phone)).order_by_asc(site::Column::Name);
    let sites = sites.limit(FOUND_MAX).all(db).await?;
    let customers = customer::Entity::find().filter(customer::Column::Phone.eq(phone));
    let customers = customers.order_by_asc(customer::Column::Name).limit(FOUND_MAX).all(db).await?;
    let contacts = contacts.into_iter().map(|row| Caller {
        customer: CustomerId(row.customer_id),
        who: Whose::Contact { id: ContactId(row.id), name: row.name },
    });
    let sites = sites.into_iter().map(|row| Caller {
        customer: CustomerId(row.customer_id),
        who: Whose::Site { id: SiteId(row.id), name: row.name },
    });
    let customers = customers.into_iter().map(|row| Caller { customer: CustomerId(row.id), who: Whose::Customer });
    Ok(contacts.chain(sites).chain(customers).collect())
}

/// The numbers of a customer's contacts; those without one are left out.
pub async fn of_contacts(db: &impl ConnectionTrait, scope: Scope) -> Result<Vec<(ContactId, String)>, DbErr> {
    let rows = contact::Entity::find()
        .apply_if(scope.customer(), |query, own| query.filter(contact::Column::CustomerId.eq(own.0)))
        .filter(contact::Column::Phone.ne(""))
        .all(db)
        .await?;
    Ok(rows.into_iter().map(|row| (ContactId(row.id), row.phone)).collect())
}

/// Sets or takes away a contact's number. 0: there is no such contact in the scope.
pub async fn set_contact(
    db: &impl ConnectionTrait,
    scope: Scope,
    id: ContactId,
    number: Option<&PhoneNumber>,
) -> Result<u64, DbErr> {
    let done = contact::Entity::update_many()
        .col_expr(contact::Column::Phone, Expr::value(text(number)))
        .filter(contact::Column::Id.eq(id.0))
        .filter(contact::Column::RemovedAt.is_null())
        .apply_if(scope.customer(), |query, own| query.filter(contact::Column::CustomerId.eq(own.0)));
    Ok(done.exec(db).await?.rows_affected)
}

/// The same for a site.
pub async fn set_site(
    db: &impl ConnectionTrait,
    scope: Scope,
    id: SiteId,
    number: Option<&PhoneNumber>,
) -> Result<u64, DbErr> {
    let done = site::Entity::update_many()
        .col_expr(site::Column::Phone, Expr::value(text(number)))
        .filter(site::Column::Id.eq(id.0))
        .apply_if(scope.customer(), |query, own| query.filter(site::Column::CustomerId.eq(own.0)));
    Ok(done.exec(db).await?.rows_affected)
}

/// The same for a customer's main number.
pub async fn set_customer(
    db: &impl ConnectionTrait,
    scope: Scope,
    id: CustomerId,
    number: Option<&PhoneNumber>,
) -> Result<u64, DbErr> {
    let done = customer::Entity::update_many()
        .col_expr(customer::Column::Phone, Expr::value(text(number)))
        .filter(customer::Column::Id.eq(id.0))
        .apply_if(scope.customer(), |query, own| query.filter(customer::Column::Id.eq(own.0)));
    Ok(done.exec(db).await?.rows_affected)
}

fn text(number: Option<&PhoneNumber>) -> &str {
    number.map_or("", PhoneNumber::as_str)
}

/// A place that can be called.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    pub customer: CustomerId,
    pub customer_name: String,
    /// None: the customer's main number.
    pub site: Option<(SiteId, String)>,
    /// In the form of E.164; empty when it is not known.
    pub phone: String,
}

/// The main number of every customer in the scope and the numbers of their sites, by name; 2,000 of each at most.
pub async fn places(db: &impl ConnectionTrait, scope: Scope) -> Result<Vec<Place>, DbErr> {
    const ROWS_MAX: u64 = 2_000;
    let customers = customer::Entity::find()
        .apply_if(scope.customer(), |query, own| query.filter(customer::Column::Id.eq(own.0)))
        .order_by_asc(customer::Column::Name)
        .limit(ROWS_MAX)
        .all(db)
        .await?;
    let sites = site::Entity::find()
        .apply_if(scope.customer(), |query, own| query.filter(site::Column::CustomerId.eq(own.0)))
        .order_by_asc(site::Column::Name)
        .limit(ROWS_MAX)
        .all(db)
        .await?;
    let mut places = Vec::new();
    for one in customers {
        let (customer, customer_name) = (CustomerId(one.id), one.name);
        places.push(Place { customer, customer_name: customer_name.clone(), site: None, phone: one.phone });
        places.extend(sites.iter().filter(|site| site.customer_id == one.id).map(|site| Place {
            customer,
            customer_name: customer_name.clone(),
            site: Some((SiteId(site.id), site.name.clone())),
            phone: site.phone.clone(),
        }));
    }
    Ok(places)
}

#[cfg(test)]
mod tests {
    use domain::observation::Status;

    use super::*;
    use crate::{
        store::hosts::fixtures::{contact, owner},
        testing::databases,
    };

    #[tokio::test]
    async fn a_number_finds_contacts_sites_and_customers_and_a_scope_sets_its_own_only() {
        for test in databases().await {
            let db = test.db.writer();
            let (bath, avon) = (owner(&test.db, "Bath").await, owner(&test.db, "Avon").await);
            let jo = contact(&test.db, bath.customer, "jo", Status::Warning).await;
            let number = PhoneNumber::parse("01632 960184").unwrap();
            let foreign = Scope::Customer(avon.customer);
            assert_eq!(set_contact(db, foreign, jo, Some(&number)).await.unwrap(), 0, "{}", test.name);
            assert_eq!(set_site(db, foreign, bath.site, Some(&number)).await.unwrap(), 0, "{}", test.name);
            assert_eq!(set_customer(db, foreign, bath.customer, Some(&number)).await.unwrap(), 0, "{}", test.name);
            assert_eq!(by_phone(db, &number).await.unwrap(), [], "{}", test.name);
            let own = Scope::Customer(bath.customer);
            assert_eq!(set_contact(db, own, jo, Some(&number)).await.unwrap(), 1);
            assert_eq!(set_site(db, own, bath.site, Some(&number)).await.unwrap(), 1);
            assert_eq!(set_customer(db, Scope::Everything, avon.customer, Some(&number)).await.unwrap(), 1);
            let found = by_phone(db, &number).await.unwrap();
            let expected = [
                Caller { customer: bath.customer, who: Whose::Contact { id: jo, name: "jo".to_owned() } },
                Caller { customer: bath.customer, who: Whose::Site { id: bath.site, name: "Head office".to_owned() } },
                Caller { customer: avon.customer, who: Whose::Customer },
            ];
            assert_eq!(found, expected, "{}", test.name);
            let places: Vec<_> = places(db, own).await.unwrap().into_iter().map(|place| place.phone).collect();
            assert_eq!(places, ["", "+441632960184"], "{}", test.name);
            assert_eq!(set_contact(db, own, jo, None).await.unwrap(), 1);
            assert_eq!(of_contacts(db, own).await.unwrap(), [], "{}", test.name);
        }
    }
}
