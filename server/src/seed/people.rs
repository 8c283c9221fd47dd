//! The demonstration's people: one of each kind who signs in, and one contact for each customer who only gets mail.

use domain::{
    access::Role,
    id::{ContactId, UserId},
    observation::Status,
    text::{EmailAddress, Name, NewPassword},
    time::Timestamp,
};
use sea_orm::DatabaseTransaction;

use super::{
    SeedError,
    estate::{customer_id, customer_names},
    fixed_id,
};
use crate::{
    passwords::Passwords,
    store::{
        contacts::{self, NewContact},
        users::{self, NewUser},
    },
};

/// Everybody's password in the demonstration. It is printed, so it protects nothing.
const PASSWORD: &str = "demonstration";

/// Name, mail address, role, customer, whether faults are mailed to them.
const PEOPLE: &[(&str, &str, Role, Option<&str>, bool)] = &[
    ("Ellie Marsh", "ellie.marsh@faultdesk.example", Role::Administrator, None, false),
    ("Helen Osei", "helen.osei@faultdesk.example", Role::Supervisor, None, false),
    ("Priya Nair", "priya.nair@faultdesk.example", Role::Engineer, None, true),
    ("Dan Whitcombe", "dan.whitcombe@faultdesk.example", Role::Agent, None, false),
    ("Jo Bell", "jo.bell@kelston.example", Role::Manager, Some("Kelston Care Homes"), false),
    ("Ruth Adeyemi", "ruth.adeyemi@harbour.example", Role::Contact, Some("Harbour Dental Group"), false),
    ("Colin Frost", "colin.frost@meridian.example", Role::Viewer, Some("Meridian Print"), false),
];

/// Name and mail address of each customer's contact.
const CONTACTS: &[(&str, &str, &str)] = &[
    ("Kelston Care Homes", "Jo Bell", "jo.bell@kelston.example"),
    ("Bramley & Stone", "Hugh Bramley", "hugh@bramley.example"),
    ("Harbour Dental Group", "Ruth Adeyemi", "ruth.adeyemi@harbour.example"),
    ("Saltford Motors", "Neil Prowse", "neil@saltford.example"),
    ("Tamar Outdoor", "Morwenna Trelawny", "morwenna@tamar.example"),
    ("Wells Housing Trust", "Asha Patel", "asha.patel@wells.example"),
    ("Copperfield Primary", "School office", "office@copperfield.example"),
    ("Meridian Print", "Colin Frost", "colin.frost@meridian.example"),
    ("Avon Freight", "Depot desk", "depot@avon.example"),
];

/// Where invented customers write to.
pub fn support_address() -> Result<EmailAddress, SeedError> {
    Ok(EmailAddress::parse("support@faultdesk.example")?)
}

/// Who (name, role, customer), mail address and password of each account.
pub fn demo_accounts() -> Vec<(String, String, String)> {
    let account = |(name, email, role, customer, _): &(&str, &str, Role, Option<&str>, bool)| {
        let place = customer.map_or_else(|| "staff".to_owned(), str::to_owned);
        let who = format!("{name}, {} ({place})", role.label().to_lowercase());
        (who, (*email).to_owned(), PASSWORD.to_owned())
    };
    PEOPLE.iter().map(account).collect()
}

pub(super) async fn password_hash() -> Result<String, SeedError> {
    Ok(Passwords::new().hash(&NewPassword::parse(PASSWORD)?).await?)
}

pub(super) async fn write(tx: &DatabaseTransaction, now: Timestamp, hash: &str) -> Result<(), SeedError> {
    for (name, email, role, customer, receives_faults) in PEOPLE {
        let new = NewUser {
            id: UserId(fixed_id(&format!("demo user {email}"))),
            customer: customer.map(customer_id),
            name: Name::parse(name)?,
            email: EmailAddress::parse(email)?,
            role: *role,
            password_hash: Some(hash.to_owned()),
            receives_faults: *receives_faults,
            at: now,
        };
        users::create(tx, new).await?;
    }
    debug_assert_eq!(CONTACTS.len(), customer_names().count(), "every customer has a contact");
    for (customer, name, email) in CONTACTS {
        let new = NewContact {
            id: ContactId(fixed_id(&format!("demo contact {email}"))),
            customer: customer_id(customer),
            name: Name::parse(name)?,
            email: EmailAddress::parse(email)?,
            severity_min: Status::Warning,
            at: now,
        };
        contacts::create(tx, new).await?;
    }
    Ok(())
}
