//! New tickets: the form, what to expect, and opening one.
//!
//! A customer opens tickets about what is theirs; everything else answers as if it did not exist. Staff open them for
//! anybody, with the instant at which they came.

mod calls;
mod expect;
mod open;
mod parse;

use app::api::{
    error::ApiError,
    intake::{
        CallLogInput, CallPage, Expect, IntakeDesk, KnownFault, NewTicketInput, NewTicketPage, StaffChoices,
        SystemChoice,
    },
    principal::Principal,
};
use domain::{
    access::{Permission, Scope, Side},
    id::{CustomerId, HostId},
    observation::Status,
    ticket::reference,
};
use sea_orm::ConnectionTrait;

pub(super) use self::expect::let_in;
use self::parse::Known;
use super::{Desk, internal, local::Local};
use crate::{
    desk::new_id,
    store::{callers, customers, faults, tickets, users},
};

#[async_trait::async_trait]
impl IntakeDesk for Desk {
    async fn form(
        &self,
        who: &Principal,
        input: Option<NewTicketInput>,
        check: bool,
    ) -> Result<NewTicketPage, ApiError> {
        form(self, who, input, check).await
    }

    async fn expect(&self, who: &Principal, input: NewTicketInput) -> Result<Expect, ApiError> {
        require(who)?;
        let known = Known::load(self.db.read(), who, &input).await?;
        let known = known.ok_or_else(|| ApiError::invalid("customer", "must be one of the customers"))?;
        expect::expect(self, self.db.read(), who, &known, &input).await
    }

    async fn open(&self, who: &Principal, input: NewTicketInput) -> Result<i64, ApiError> {
        require(who)?;
        open::open(self, who, &input).await
    }

    async fn call_page(&self, who: &Principal, input: CallLogInput, check: bool) -> Result<CallPage, ApiError> {
        calls::page(self, who, input, check).await
    }

    async fn log_call(&self, who: &Principal, input: CallLogInput) -> Result<i64, ApiError> {
        calls::log(self, who, &input).await
    }
}

fn require(who: &Principal) -> Result<(), ApiError> {
    who.require(match who.side() {
        Side::Staff => Permission::WorkTickets,
        Side::Customer => Permission::WriteToTickets,
    })
}

async fn form(
    desk: &Desk,
    who: &Principal,
    input: Option<NewTicketInput>,
    check: bool,
) -> Result<NewTicketPage, ApiError> {
    require(who)?;
    let (db, now) = (desk.db.read(), desk.clock.now());
    let mut input = input.unwrap_or_default();
    let known = Known::load(db, who, &input).await?;
    let local = Local::named(known.as_ref().map_or(desk.support.zone.as_str(), |known| &known.customer.zone));
    let (wrong, conflict) = match check {
        true => refusals(desk, who, &input).await?,
        false => (Vec::new(), None),
    };
    fill(db, who, &mut input, known.as_ref(), &local.field(now)).await?;
    if needs_key(db, who, &input).await? {
        input.key = new_id(now)?.to_string();
    }
    let faults = match &known {
        Some(known) => open_faults(db, known.customer.id, who.side()).await?,
        None => Vec::new(),
    };
    let expect = match &known {
        Some(known) => Some(expect::expect(desk, db, who, known, &input).await?),
        None => None,
    };
    let open = match &known {
        Some(known) => expect::is_open_anywhere(desk, db, who, known).await?,
        None => who.side() == Side::Staff,
    };
    Ok(NewTicketPage {
        now,
        open,
        wrong,
        conflict,
        staff: match who.side() {
            Side::Staff => Some(choices(db, known.as_ref(), local.name).await?),
            Side::Customer => None,
        },
        systems: known.as_ref().map(|known| systems(known, &faults)).unwrap_or_default(),
        known: faults.into_iter().map(|(_, fault)| fault).collect(),
        support_phone: expect.as_ref().map_or_else(|| desk.support.phone.clone(), |expect| expect.phone.clone()),
        expect,
        input,
    })
}

/// What `open` would refuse, without doing it.
async fn refusals(
    desk: &Desk,
    who: &Principal,
    input: &NewTicketInput,
) -> Result<(Vec<domain::probe::FieldError>, Option<String>), ApiError> {
    let db = desk.db.read();
    let sent = match open::sent_before(db, who, input).await {
        Ok(Some(number)) => {
            return Ok((Vec::new(), Some(format!("It was sent before, and is {}.", reference(number)))));
        }
        Ok(None) => open::examine(desk, db, who, input).await.map(drop),
        Err(error) => Err(error),
    };
    match sent {
        Ok(()) => Ok((Vec::new(), None)),
        Err(ApiError::Invalid(wrong)) => Ok((wrong, None)),
        Err(ApiError::Conflict(words)) => Ok((Vec::new(), Some(words))),
        Err(error) => Err(error),
    }
}

/// Whether the key of a form was used for other words: it then needs another one. The same words lead to the ticket that
/// they opened, whoever goes back and sends them again.
async fn needs_key(db: &impl ConnectionTrait, who: &Principal, input: &NewTicketInput) -> Result<bool, ApiError> {
    if input.key.parse::<uuid::Uuid>().is_err() {
        return Ok(true);
    }
    match open::sent_before(db, who, input).await {
        Ok(_) => Ok(false),
        Err(ApiError::Conflict(_)) => Ok(true),
        Err(error) => Err(error),
    }
}

/// The usual choices of a form in which nothing was chosen yet.
async fn fill(
    db: &impl ConnectionTrait,
    who: &Principal,
    input: &mut NewTicketInput,
    known: Option<&Known>,
    now_local: &str,
) -> Result<(), ApiError> {
    let fresh = input.key.is_empty();
    let usual = |field: &mut String, text: &str| {
        if field.is_empty() {
            text.clone_into(field);
        }
    };
    usual(&mut input.impact, "some_affected");
    if who.side() == Side::Staff {
        for (field, text) in [
            (&mut input.channel, "phone"),
            (&mut input.call, "they_called"),
            (&mut input.kind, "logged"),
            (&mut input.priority, "normal"),
            (&mut input.queue, "support"),
            (&mut input.at, now_local),
        ] {
            usual(field, text);
        }
        return Ok(());
    }
    if !fresh {
        return Ok(());
    }
    usual(&mut input.access, "yes");
    if let (Some(known), Some(account)) = (known, users::find(db, who.scope(), who.user).await.map_err(internal)?) {
        let numbers = callers::of_contacts(db, who.scope()).await.map_err(internal)?;
        let own = known.contacts.iter().find(|contact| contact.email.eq_ignore_ascii_case(&account.email));
        let number = own.and_then(|own| numbers.iter().find(|(id, _)| *id == own.id)).map(|(_, number)| number);
        let shown = number.and_then(|number| domain::phone::PhoneNumber::parse(number).ok());
        usual(&mut input.phone, &shown.map(|number| number.shown()).unwrap_or_default());
    }
    Ok(())
}

async fn choices(db: &impl ConnectionTrait, known: Option<&Known>, zone: String) -> Result<StaffChoices, ApiError> {
    let people = users::list(db, Scope::Everything).await.map_err(internal)?.into_iter();
    let people = people.filter(|person| person.customer.is_none() && person.disabled_at.is_none());
    let contacts = known.map(|known| known.contacts.as_slice()).unwrap_or_default().iter();
    Ok(StaffChoices {
        customers: customers::names(db, Scope::Everything).await.map_err(internal)?,
        contacts: contacts.map(|contact| (contact.id, contact.name.clone())).collect(),
        people: people.map(|person| (person.id.to_string(), person.name)).collect(),
        zone,
    })
}

/// Open faults of a customer with their hosts. Faults of our own are not shown to customers.
pub(super) async fn open_faults(
    db: &impl ConnectionTrait,
    customer: CustomerId,
    side: Side,
) -> Result<Vec<(HostId, KnownFault)>, ApiError> {
    let found = faults::open(db, Scope::Customer(customer)).await.map_err(internal)?;
    let mut known = Vec::new();
    for row in faults::rows(db, found).await.map_err(internal)? {
        if side == Side::Customer && row.status == Status::Unknown {
            continue;
        }
        let ticket = tickets::of_fault(db, Scope::Customer(customer), row.id).await.map_err(internal)?;
        let fault = KnownFault {
            number: row.number,
            system: row.system,
            headline: row.headline,
            status: row.status,
            started_at: row.started_at,
            ticket: ticket.filter(|ticket| ticket.state.is_open()).map(|ticket| ticket.number),
        };
        known.push((row.host, fault));
    }
    Ok(known)
}

fn systems(known: &Known, faults: &[(HostId, KnownFault)]) -> Vec<SystemChoice> {
    let hosts = known.hosts.iter().map(|host| SystemChoice {
        value: format!("host:{}", host.id),
        name: host.system.clone(),
        hint: match faults.iter().find(|(id, _)| *id == host.id) {
            Some((_, fault)) => format!("Already known: {}", fault.headline),
            None => format!("{}, no fault known", host.site_name),
        },
    });
    // What is watched stands there as a host.
    let pieces = known.pieces.iter().filter(|piece| piece.host.is_none()).map(|piece| SystemChoice {
        value: format!("piece:{}", piece.equipment.id),
        name: piece.name.clone(),
        hint: piece.equipment.class.label().to_owned(),
    });
    let other = SystemChoice {
        value: String::new(),
        name: "Something else".to_owned(),
        hint: "Email, a website, or nothing in particular".to_owned(),
    };
    hosts.chain(pieces).chain([other]).collect()
}
