//! Who is told of a fault: notices written in the transaction of the change, or of the step that is due.

use std::collections::HashSet;

use domain::{
    access::{Scope, Side},
    clock::ClockKind,
    contract::CoverDecision,
    escalation::{Due, DueKind, Reached},
    id::{ContactId, CustomerId, FaultId, NoticeId, UserId},
    message_id,
    notice::{Candidate, MailFacts, NoticeFacts, NoticeKind, PromiseFacts, Recipient, Who, audience, kind_for},
    observation::Status,
    text::EmailAddress,
    time::Timestamp,
};
use entity::{columns::Micros, contact, fault, notice, user};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, DatabaseTransaction, DbErr, EntityTrait, QueryFilter, QueryOrder,
    QuerySelect,
};
use uuid::Uuid;

use super::{Context, FaultWithPlace, acknowledgements, find_by_id, new_id, rows::with_places};
use crate::store::{
    clocks,
    directory::People,
    outbox::{self, NewNotice},
    tickets,
};

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
    let ticket = ticket(tx, FaultId(fault.id)).await?;
    let people = people(tx, fault).await?;
    let candidates: Vec<_> = people.iter().map(|person| person.candidate.clone()).collect();
    let chosen = audience(kind, fault.status.0, customer_acknowledged, &candidates);
    let mut notices = Vec::with_capacity(chosen.len());
    for candidate in &chosen {
        let refused = people
            .iter()
            .find(|person| person.candidate.recipient.who == candidate.recipient.who)
            .and_then(|person| person.refused.clone());
        let side = candidate.recipient.who.side();
        let mail = FaultMail {
            kind: kind_for(kind, candidate.told),
            step: fault.changes,
            told: names(&chosen, side),
            acknowledged_by: acknowledged_by.clone(),
            ticket: ticket.clone(),
            because: String::new(),
            rule: match side {
                Side::Customer => format!("contact of {}", placed.customer.name),
                Side::Staff => "staff who receive faults".to_owned(),
            },
            refused,
        };
        notices.push(compose(context, &placed, &candidate.recipient, candidate.told, mail)?);
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
        // Who was called about it by the policy hears how it goes on.
        .filter(
            Condition::any()
                .add(user::Column::ReceivesFaults.eq(true))
                .add(user::Column::Id.is_in(told.iter().copied())),
        )
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

/// Recipients whose mail about the opening was queued at `at` or later.
async fn told_of_opening(tx: &impl ConnectionTrait, fault: FaultId, at: Timestamp) -> Result<HashSet<Uuid>, DbErr> {
    let ids: Vec<Uuid> = notice::Entity::find()
        .select_only()
        .column(notice::Column::RecipientId)
        .filter(notice::Column::FaultId.eq(fault.0))
        .filter(notice::Column::Kind.is_in([NoticeKind::Opened, NoticeKind::Flapping].map(NoticeKind::as_str)))
        .filter(notice::Column::QueuedAt.gte(Micros::from(at)))
        .into_tuple()
        .all(tx)
        .await?;
    Ok(ids.into_iter().collect())
}

/// What one mail about a fault says beside the fault.
struct FaultMail {
    kind: NoticeKind,
    /// Tells repeats of one kind apart.
    step: i64,
    told: Vec<String>,
    acknowledged_by: Option<String>,
    ticket: Option<PromiseFacts>,
    because: String,
    rule: String,
    /// Why the address cannot be used.
    refused: Option<String>,
}

/// The ticket of a fault as its mails name it.
async fn ticket(tx: &impl ConnectionTrait, fault: FaultId) -> Result<Option<PromiseFacts>, DbErr> {
    let Some(ticket) = tickets::of_fault(tx, Scope::Everything, fault).await? else { return Ok(None) };
    let clocks = clocks::of_ticket(tx, Scope::Everything, ticket.id).await?;
    let response = clocks.iter().find(|one| one.clock.kind() == ClockKind::Response && one.kept.closed_at.is_none());
    let not_covered = match &ticket.cover {
        CoverDecision::Covered => String::new(),
        decision => decision.for_customer(),
    };
    let respond_by = response.and_then(|one| one.kept.due_at);
    Ok(Some(PromiseFacts { number: ticket.number, respond_by, not_covered }))
}

/// Queues the mails of a step or reminder. Returns how many are new.
///
/// Who is mailed of the opening when a step is due is called by that mail.
pub(in crate::store) async fn by_policy(
    tx: &impl ConnectionTrait,
    context: &Context,
    fault: FaultId,
    due: &Due,
    reached: &Reached,
    people: &People,
) -> Result<u64, DbErr> {
    let Some(fault) = find_by_id(tx, fault).await? else { return Ok(0) };
    let Some(placed) = with_places(tx, vec![fault]).await?.into_iter().next() else { return Ok(0) };
    let id = FaultId(placed.fault.id);
    let (ticket, told_before) = (ticket(tx, id).await?, told(tx, id).await?);
    let just_told = told_of_opening(tx, id, due.at).await?;
    let (kind, step, when) = match due.kind {
        DueKind::Step(place) => (NoticeKind::Escalated, place as i64, format!("step {}", place + 1)),
        DueKind::Reminder(number) => (NoticeKind::Reminder, i64::from(number), format!("reminder {number}")),
    };
    let names: Vec<String> = reached.told.iter().map(|one| one.name.clone()).collect();
    let mut notices = Vec::with_capacity(reached.told.len());
    for one in &reached.told {
        let Some(recipient) = people.recipient(one.who).filter(|_| !just_told.contains(&one.who.id())) else {
            continue;
        };
        let mail = FaultMail {
            kind,
            step,
            told: names.clone(),
            acknowledged_by: None,
            ticket: ticket.clone(),
            because: one.because.to_string(),
            rule: format!("{}, {when}", one.because),
            refused: None,
        };
        notices.push(compose(context, &placed, recipient, told_before.contains(&one.who.id()), mail)?);
    }
    outbox::enqueue(tx, notices).await
}

/// `heard`: the recipient has a mail about this fault, whose thread goes on.
fn compose(
    context: &Context,
    placed: &FaultWithPlace,
    recipient: &Recipient,
    heard: bool,
    mail: FaultMail,
) -> Result<NewNotice, DbErr> {
    let FaultWithPlace { fault, service, host, site, customer, cover } = placed;
    let side = recipient.who.side();
    let fault_id = FaultId(fault.id);
    let staff_only = |text: &str| if side == Side::Staff { text.to_owned() } else { String::new() };
    let facts = NoticeFacts {
        kind: mail.kind,
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
        cover: *cover,
        zone: customer.zone.clone(),
        recipient_name: recipient.name.clone(),
        told: mail.told,
        acknowledged_by: mail.acknowledged_by,
        ticket: mail.ticket,
        because: mail.because,
    };
    let id = NoticeId(new_id(context.now)?);
    let root = message_id::thread_root(fault_id, recipient.who.id(), &context.mail_domain);
    let (message_id, in_reply_to) = match heard {
        false => (root, None),
        true => (message_id::follow_up(id, &context.mail_domain), Some(root)),
    };
    Ok(NewNotice {
        id,
        fault: Some((fault_id, fault.number)),
        customer: Some(CustomerId(fault.customer_id)),
        kind: mail.kind.as_str().to_owned(),
        step: mail.step,
        who_side: side,
        recipient_id: recipient.who.id(),
        name: recipient.name.clone(),
        email: recipient.email.as_str().to_owned(),
        rule: mail.rule,
        subject: facts.subject(),
        facts: MailFacts::Fault(Box::new(facts)),
        message_id,
        in_reply_to,
        queued_at: context.now,
        withheld: mail.refused.map(|reply| format!("The mail server refused this address before: {reply}")),
    })
}
