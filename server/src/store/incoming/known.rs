//! What we know about what a mail names: addresses, our own mails, tickets.

use domain::{
    access::{Permission, Scope, Side},
    id::{ContactId, CustomerId, FaultId, NoticeId, UserId},
    incoming::{Noticed, Party, ThreadTicket},
    message_id::Origin,
    notice::MailFacts,
    ticket::{Outcome, TicketState},
};
use entity::{contact, notice, user};
use sea_orm::{
    ColumnTrait, ConnectionTrait, DbErr, EntityTrait, ExprTrait, QueryFilter, QueryOrder, QuerySelect,
    sea_query::{Expr, Func},
};
use uuid::Uuid;

use crate::store::{
    tickets::{self, Ticket},
    values::from_json,
};

/// Parties of one address that are looked at; more is no address of a person.
const PARTIES_MAX: u64 = 20;

/// Everybody who has an address, `key` in lower case: contacts who were not removed, accounts that are not disabled.
pub async fn parties(db: &impl ConnectionTrait, key: &str) -> Result<Vec<Party>, DbErr> {
    let contacts = contact::Entity::find()
        .filter(Expr::expr(Func::lower(Expr::col(contact::Column::Email))).eq(key))
        .filter(contact::Column::RemovedAt.is_null())
        .order_by_asc(contact::Column::Id)
        .limit(PARTIES_MAX)
        .all(db)
        .await?;
    let mut found: Vec<Party> = contacts
        .into_iter()
        .map(|row| Party::Contact { customer: CustomerId(row.customer_id), contact: ContactId(row.id) })
        .collect();
    let users = user::Entity::find()
        .filter(user::Column::EmailKey.eq(key))
        .filter(user::Column::DisabledAt.is_null())
        .limit(PARTIES_MAX)
        .all(db)
        .await?;
    found.extend(users.into_iter().filter_map(|row| {
        let (user, role) = (UserId(row.id), row.role.0);
        match (role.is_staff(), row.customer_id) {
            (true, _) => Some(Party::Staff { user }),
            (false, Some(customer)) => Some(Party::User {
                customer: CustomerId(customer),
                user,
                may_write: role.may(Permission::WriteToTickets),
            }),
            (false, None) => None,
        }
    }));
    Ok(found)
}

/// The name and address of a party as we have them, never as a mail says them.
pub async fn name(db: &impl ConnectionTrait, party: Party) -> Result<Option<(String, String)>, DbErr> {
    Ok(match party {
        Party::Contact { contact, .. } => {
            contact::Entity::find_by_id(contact.0).one(db).await?.map(|row| (row.name, row.email))
        }
        Party::User { user, .. } | Party::Staff { user } => {
            user::Entity::find_by_id(user.0).one(db).await?.map(|row| (row.name, row.email))
        }
    })
}

/// The mail of ours that has `id` (as it is kept, without its signature), with whose matter it was. None: there was no
/// such mail, so whatever is signed was made for something that is gone.
pub async fn noticed(db: &impl ConnectionTrait, id: &str, origin: Origin) -> Result<Option<Noticed>, DbErr> {
    let row = match origin {
        Origin::Notice(notice) => notice::Entity::find_by_id(notice.0).one(db).await?,
        _ => notice::Entity::find().filter(notice::Column::MessageId.eq(id)).limit(1).one(db).await?,
    };
    let Some(row) = row else { return Ok(None) };
    let ticket = match origin {
        Origin::Ticket { ticket, .. } => tickets::find_by_id(db, Scope::Everything, ticket).await?,
        Origin::Fault { fault, .. } => tickets::of_fault(db, Scope::Everything, fault).await?,
        Origin::Notice(_) => ticket_of(db, &row).await?,
    };
    let side = row.side.0;
    let customer = match side {
        // Whose contact or user got it; the row's own customer is the same unless somebody moved.
        Side::Customer => whose(db, row.recipient_id).await?.or(row.customer_id.map(CustomerId)),
        Side::Staff => ticket.as_ref().map(|ticket| ticket.customer).or(row.customer_id.map(CustomerId)),
    };
    // A mail about one customer's ticket never went to another's people; if it looks so, it proves nothing.
    let ticket = match ticket.filter(|ticket| customer == Some(ticket.customer)) {
        Some(ticket) => Some(thread_ticket(db, ticket).await?),
        None => None,
    };
    Ok(Some(Noticed { notice: Some(NoticeId(row.id)), side, customer, ticket }))
}

async fn whose(db: &impl ConnectionTrait, recipient: Uuid) -> Result<Option<CustomerId>, DbErr> {
    if let Some(row) = contact::Entity::find_by_id(recipient).one(db).await? {
        return Ok(Some(CustomerId(row.customer_id)));
    }
    Ok(user::Entity::find_by_id(recipient).one(db).await?.and_then(|row| row.customer_id).map(CustomerId))
}

async fn ticket_of(db: &impl ConnectionTrait, row: &notice::Model) -> Result<Option<Ticket>, DbErr> {
    if let Some(fault) = row.fault_id {
        return tickets::of_fault(db, Scope::Everything, FaultId(fault)).await;
    }
    let number = match from_json::<MailFacts>("notice.facts", &row.facts)? {
        MailFacts::Ticket(facts) => Some(facts.number),
        MailFacts::Clock(facts) => Some(facts.ticket),
        MailFacts::Hardware(facts) => Some(facts.ticket),
        _ => None,
    };
    match number {
        Some(number) => tickets::find(db, Scope::Everything, number).await,
        None => Ok(None),
    }
}

/// The tickets with these numbers.
pub async fn numbered(db: &impl ConnectionTrait, numbers: &[i64]) -> Result<Vec<ThreadTicket>, DbErr> {
    let mut found = Vec::new();
    for number in numbers {
        if let Some(ticket) = tickets::find(db, Scope::Everything, *number).await? {
            found.push(thread_ticket(db, ticket).await?);
        }
    }
    Ok(found)
}

/// What the rules need to know of a ticket: of the one that goes on with it, when it was merged.
pub async fn thread_ticket(db: &impl ConnectionTrait, ticket: Ticket) -> Result<ThreadTicket, DbErr> {
    let Ticket { id, number, customer, closed_at, state, care, .. } = tickets::survivor(db, ticket).await?;
    let closed_at = closed_at.filter(|_| state == TicketState::Closed);
    let declined = care.outcome == Some(Outcome::Declined);
    Ok(ThreadTicket { id, number, customer, closed_at, declined })
}
