//! Who is told of a fault: notices written in the transaction of the change.

use std::collections::HashSet;

use domain::{
    access::Side,
    id::{ContactId, CustomerId, FaultId, NoticeId, UserId},
    message_id,
    notice::{Candidate, MailFacts, NoticeFacts, NoticeKind, Recipient, Who, audience, kind_for},
    observation::Status,
    text::EmailAddress,
    time::Timestamp,
};
use entity::{contact, fault, notice, user};
use sea_orm::{
    ColumnTrait, ConnectionTrait, DatabaseTransaction, DbErr, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
};
use uuid::Uuid;

use super::{Context, FaultWithPlace, acknowledgements, new_id, rows::with_places};
use crate::store::outbox::{self, NewNotice};

/// Contacts and staff who can be told of one fault; more would be a mistake in the address book.
const RECIPIENTS_MAX: u64 = 200;

struct Person {
    candidate: Candidate,
    /// Why the address cannot be used, if a server refused it.
    refused: Option<String>,
}

/// Queues the notices of `kind` for everybody who is to be told of `fault` as it stands.
pub(super) async fn everyone(
    tx: &DatabaseTransaction,
    context: &Context,
    fault: &fault::Model,
    kind: NoticeKind,
) -> Result<(), DbErr> {
    let Some(placed) = with_places(tx, vec![fault.clone()]).await?.into_iter().next() else { return Ok(()) };
    let acks = acknowledgements(tx, &[fault.id]).await?;
    let customer_acknowledged = acks.iter().any(|ack| ack.side.0 == Side::Customer);
    let acknowledged_by = acks.iter().find(|ack| ack.side.0 == Side::Staff).map(|ack| ack.by.clone());
    let people = people(tx, fault).await?;
    let candidates: Vec<_> = people.iter().map(|person| person.candidate.clone()).collect();
    let chosen = audience(kind, fault.status.0, customer_acknowledged, &candidates);
    let mut notices = Vec::with_capacity(chosen.len());
    for candidate in &chosen {
        let refused = people
            .iter()
            .find(|person| person.candidate.recipient.who == candidate.recipient.who)
            .and_then(|person| person.refused.clone());
        let told = names(&chosen, candidate.recipient.who.side());
        let new = compose(context, &placed, candidate, kind, told, acknowledged_by.clone(), refused)?;
        notices.push(new);
    }
    outbox::enqueue(tx, notices).await.map(drop)
}

/// Who else is told: customers see their own people by name, and us as a team.
fn names(chosen: &[&Candidate], side: Side) -> Vec<String> {
    let of_side = |wanted: Side| chosen.iter().filter(move |one| one.recipient.who.side() == wanted);
    let mut names: Vec<_> = match side {
        Side::Staff => of_side(Side::Staff).map(|one| one.recipient.name.clone()).collect(),
        Side::Customer => Vec::new(),
    };
    names.extend(of_side(Side::Customer).map(|one| one.recipient.name.clone()));
    if side == Side::Customer && of_side(Side::Staff).next().is_some() {
        names.push("our support staff".to_owned());
    }
    names
}

async fn people(tx: &impl ConnectionTrait, fault: &fault::Model) -> Result<Vec<Person>, DbErr> {
    let told = told(tx, FaultId(fault.id)).await?;
    let contacts = contact::Entity::find()
        .filter(contact::Column::CustomerId.eq(fault.customer_id))
        .filter(contact::Column::RemovedAt.is_null())
        .order_by_asc(contact::Column::CreatedAt)
        .limit(RECIPIENTS_MAX)
        .all(tx)
        .await?;
    let staff = user::Entity::find()
        .filter(user::Column::CustomerId.is_null())
        .filter(user::Column::ReceivesFaults.eq(true))
        .filter(user::Column::DisabledAt.is_null())
        .order_by_asc(user::Column::CreatedAt)
        .limit(RECIPIENTS_MAX)
        .all(tx)
        .await?;
    let contacts = contacts.into_iter().filter_map(|row| {
        let who = Who::Contact(ContactId(row.id));
        person(who, row.name, &row.email, row.severity_min.0, &told, row.refused_reply)
    });
    let staff = staff.into_iter().filter_map(|row| {
        let who = Who::User(UserId(row.id));
        person(who, row.name, &row.email, Status::Warning, &told, row.refused_reply)
    });
    Ok(contacts.chain(staff).collect())
}

fn person(
    who: Who,
    name: String,
    email: &str,
    severity_min: Status,
    told: &HashSet<Uuid>,
    refused: Option<String>,
) -> Option<Person> {
    let email = EmailAddress::parse(email)
        .inspect_err(
            |error| tracing::error!(recipient = %who.id(), %error, "an address in the database is no mail address"),
        )
        .ok()?;
    let told = told.contains(&who.id());
    let candidate = Candidate { recipient: Recipient { who, name, email }, severity_min, told };
    Some(Person { candidate, refused })
}

/// Recipients who have a notice of this fault already.
async fn told(tx: &impl ConnectionTrait, fault: FaultId) -> Result<HashSet<Uuid>, DbErr> {
    let ids: Vec<Uuid> = notice::Entity::find()
        .select_only()
        .column(notice::Column::RecipientId)
        .filter(notice::Column::FaultId.eq(fault.0))
        .into_tuple()
        .all(tx)
        .await?;
    Ok(ids.into_iter().collect())
}

fn compose(
    context: &Context,
    placed: &FaultWithPlace,
    candidate: &Candidate,
    kind: NoticeKind,
    told: Vec<String>,
    acknowledged_by: Option<String>,
    refused: Option<String>,
) -> Result<NewNotice, DbErr> {
    let FaultWithPlace { fault, service, host, site, customer } = placed;
    let kind = kind_for(kind, candidate.told);
    let side = candidate.recipient.who.side();
    let fault_id = FaultId(fault.id);
    let staff_only = |text: &str| if side == Side::Staff { text.to_owned() } else { String::new() };
    let facts = NoticeFacts {
        kind,
        side,
        fault: fault_id,
        number: fault.number,
        status: fault.status.0,
        headline: fault.headline.clone(),
        customer: customer.name.clone(),
        site: site.name.clone(),
        host: host.name.clone(),
        system: host.system.clone(),
        service: service.name.clone(),
        detail: fault.detail.clone(),
        address: staff_only(&host.address),
        access_note: staff_only(&host.access_note),
        started_at: fault.started_at.into(),
        at: context.now,
        cleared_at: fault.cleared_at.map(Timestamp::from),
        cover: customer.cover.0,
        zone: customer.zone.clone(),
        recipient_name: candidate.recipient.name.clone(),
        told,
        acknowledged_by,
    };
    let id = NoticeId(new_id(context.now)?);
    let root = message_id::thread_root(fault_id, candidate.recipient.who.id(), &context.mail_domain);
    let (message_id, in_reply_to) = match candidate.told {
        false => (root, None),
        true => (message_id::follow_up(id, &context.mail_domain), Some(root)),
    };
    let rule = match side {
        Side::Customer => format!("contact of {}", customer.name),
        Side::Staff => "staff who receive faults".to_owned(),
    };
    Ok(NewNotice {
        id,
        fault: Some((fault_id, fault.number)),
        customer: Some(CustomerId(fault.customer_id)),
        kind: kind.as_str().to_owned(),
        step: fault.changes,
        who_side: side,
        recipient_id: candidate.recipient.who.id(),
        name: candidate.recipient.name.clone(),
        email: candidate.recipient.email.as_str().to_owned(),
        rule,
        subject: facts.subject(),
        facts: MailFacts::Fault(Box::new(facts)),
        message_id,
        in_reply_to,
        queued_at: context.now,
        withheld: refused.map(|reply| format!("The mail server refused this address before: {reply}")),
    })
}
