//! The demonstration's saved replies, macros and notes, and the numbers by which callers are found.

use domain::{
    access::Scope,
    id::{ContactId, LibraryId},
    library::{Body, MacroDraft, NoteDraft, Reply},
    phone::PhoneNumber,
    time::Timestamp,
};
use sea_orm::{DatabaseTransaction, DbErr};

use super::{SeedError, estate::customer_id, fixed_id};
use crate::store::{
    callers,
    library::{self, Author},
};

const AUTHOR: &str = "Ellie Marsh";

/// Name and text.
const REPLIES: &[(&str, &str)] = &[
    (
        "We are looking at it",
        "Dear {contact},\n\nthank you for telling us. We are looking at {system} now and will write again by {due}. If \
         anything changes, answer here ({ticket}) or call {support_phone}.\n\n{me}",
    ),
    (
        "Please try again",
        "Dear {contact},\n\nwe believe that this is solved. Please try a few calls and tell us whether all is well \
         now.\n\n{me}",
    ),
];

/// Name, reply by its name, tags, what follows.
const MACROS: &[(&str, &str, &str, &str)] =
    &[("Ask to try again", "Please try again", "", "customer"), ("Take it on", "We are looking at it", "", "")];

/// Name, readers, tags, text.
const NOTES: &[(&str, &str, &str, &str)] = &[
    (
        "Handsets that crackle",
        "everybody",
        "handset, noise",
        "Crackling on one handset is nearly always its cord.\n\n1. Unplug the coiled cord at both ends and plug it in \
         again.\n2. Swap the cord with that of a handset that is well.\n3. If the noise moves with the cord, the cord is \
         worn.\n\nIf it crackles with every cord, **tell us** and say which extensions.",
    ),
    (
        "Voicemail to email",
        "everybody",
        "voicemail, email",
        "Messages are sent to the address in your voicemail settings. Look in the junk folder first; then dial `*97`, \
         option 0, and listen to the address that is set.",
    ),
    (
        "SIP trunk refuses registration",
        "staff",
        "sip, trunk",
        "# Before you call the carrier\n\n- Look whether the address of the site changed.\n- Compare the realm with the \
         order.\n- Ask the carrier for a trace, not for a restart.",
    ),
];

/// Contact's mail address, customer, number.
const NUMBERS: &[(&str, &str, &str)] = &[
    ("jo.bell@kelston.example", "Kelston Care Homes", "01632 960184"),
    ("ruth.adeyemi@harbour.example", "Harbour Dental Group", "01632 960210"),
];

pub(super) async fn write(tx: &DatabaseTransaction, now: Timestamp) -> Result<(), SeedError> {
    let by = Author { name: AUTHOR, at: now };
    for (name, text) in REPLIES {
        let reply = Reply::parse(text).map_err(wrong)?;
        library::insert(tx, id("reply", name), name, &Body::Reply(reply), by).await?;
    }
    for (name, reply, tags, then) in MACROS {
        let reply = id("reply", reply).to_string();
        let draft = MacroDraft { assign_me: "yes", tags, reply: &reply, then, ..MacroDraft::default() };
        let made = draft.check().map_err(|errors| wrong(format!("{errors:?}")))?;
        library::insert(tx, id("macro", name), name, &Body::Macro(made), by).await?;
    }
    for (name, visibility, tags, text) in NOTES {
        let note = NoteDraft { visibility, tags, text }.check().map_err(|errors| wrong(format!("{errors:?}")))?;
        library::insert(tx, id("note", name), name, &Body::Note(note), by).await?;
    }
    for (email, customer, number) in NUMBERS {
        let number = PhoneNumber::parse(number).map_err(wrong)?;
        let contact = ContactId(fixed_id(&format!("demo contact {email}")));
        callers::set_contact(tx, Scope::Customer(customer_id(customer)), contact, Some(&number)).await?;
    }
    Ok(())
}

fn id(kind: &str, name: &str) -> LibraryId {
    LibraryId(fixed_id(&format!("demo {kind} {name}")))
}

/// A mistake in the texts above.
fn wrong(error: impl std::fmt::Display) -> SeedError {
    SeedError::Db(DbErr::Custom(format!("the invented library: {error}")))
}
