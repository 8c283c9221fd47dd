//! Mails before a contract's term ends: 90, 30 and 7 days before the last day, each once.

use domain::{
    access::{Role, Scope, Side},
    calendar::Zone,
    contract::{Contract, ContractState, Term, TermNotice, TermNoticeKind, number_words},
    cover::CoverLevel,
    id::NoticeId,
    message_id,
    notice::{MailFacts, TermFacts},
    quote::QuoteRequest,
    time::Timestamp,
};
use entity::{columns::Micros, contact, contract, term_notice, user};
use sea_orm::{
    ActiveValue::Set,
    ColumnTrait, Condition, ConnectionTrait, DbErr, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
    sea_query::{Expr, OnConflict},
};
use uuid::Uuid;

use super::{
    Db,
    contracts::{self, StoredContract},
    customers::{self, Customer},
    faults::new_id,
    levels,
    outbox::{self, NewNotice},
    price_lists,
};

/// Contracts dealt with in one transaction; whatever is left is due again at the next call.
const BATCH: u64 = 20;
/// People who can be told of one contract; more would be a mistake in the address book.
const RECIPIENTS_MAX: u64 = 200;

/// Queues what is due and answers how many mails are new. One indexed look-up when nothing is: it may run every minute.
pub async fn run_due(db: &Db, now: Timestamp, mail_domain: &str) -> Result<u64, DbErr> {
    let due = contract::Entity::find()
        .filter(contract::Column::NoticeDueAt.lte(Micros::from(now)))
        .limit(1)
        .one(db.read())
        .await?;
    if due.is_none() {
        return Ok(0);
    }
    let tx = db.begin().await?;
    let ids: Vec<Uuid> = contract::Entity::find()
        .select_only()
        .column(contract::Column::Id)
        .filter(contract::Column::NoticeDueAt.lte(Micros::from(now)))
        .order_by_asc(contract::Column::NoticeDueAt)
        .limit(BATCH)
        .lock_exclusive()
        .into_tuple()
        .all(&tx)
        .await?;
    let mut queued = 0;
    for id in ids {
        let Some(stored) = contracts::find(&tx, Scope::Everything, id.into()).await? else { continue };
        queued += see_to(&tx, &stored, now, mail_domain).await?;
    }
    tx.commit().await?;
    Ok(queued)
}

async fn see_to(
    tx: &impl ConnectionTrait,
    stored: &StoredContract,
    now: Timestamp,
    mail_domain: &str,
) -> Result<u64, DbErr> {
    let contract = &stored.contract;
    let Some(customer) = customers::find(tx, Scope::Everything, stored.agreed.customer).await? else { return Ok(0) };
    let in_force = matches!(contract.state_at(now), ContractState::Active | ContractState::PendingInspection);
    let term = contract.terms.term_at(now).filter(|_| in_force && contract.terms.level != CoverLevel::None);
    let Some(term) = term else {
        let begins_at = contract.terms.begins_at();
        let later = contract.activated_at.filter(|_| now < begins_at).map(|_| begins_at);
        set_due(tx, contract, later).await?;
        return Ok(0);
    };
    let zone = Zone::parse(&customer.zone).unwrap_or_else(|_| contract.terms.zone.clone());
    let notices = contract.notices(&term, &zone);
    let (due, later): (Vec<_>, Vec<_>) = notices.into_iter().partition(|notice| notice.at <= now);
    // Where several are late at once the last one says it all.
    let mut queued = 0;
    for (place, notice) in due.iter().enumerate() {
        let is_last = place + 1 == due.len();
        let told = is_last && !(notice.kind == TermNoticeKind::Ends && contract.is_followed());
        if mark(tx, contract, &term, notice, told, now).await? && told {
            queued += tell(tx, stored, &customer, &term, notice, now, mail_domain).await?;
        }
    }
    let next = later.iter().map(|notice| notice.at).min().or_else(|| {
        // Nothing more in this term: look again when the next one has begun.
        let following = contract.terms.term(term.year + 1)?;
        zone.opening(following.first_on, 24 * 60)
    });
    set_due(tx, contract, next).await?;
    Ok(queued)
}

async fn set_due(tx: &impl ConnectionTrait, contract: &Contract, at: Option<Timestamp>) -> Result<(), DbErr> {
    contract::Entity::update_many()
        .col_expr(contract::Column::NoticeDueAt, Expr::value(at.map(Timestamp::as_micros)))
        .filter(contract::Column::Id.eq(contract.id.0))
        .exec(tx)
        .await
        .map(drop)
}

/// Writes down that a notice was dealt with. False: it was before.
async fn mark(
    tx: &impl ConnectionTrait,
    contract: &Contract,
    term: &Term,
    notice: &TermNotice,
    told: bool,
    now: Timestamp,
) -> Result<bool, DbErr> {
    let row = term_notice::ActiveModel {
        contract_id: Set(contract.id.0),
        year: Set(term.year.into()),
        days: Set(notice.days.into()),
        kind: Set(if told { word(notice.kind) } else { "passed_over" }.to_owned()),
        queued_at: Set(now.into()),
    };
    let added = term_notice::Entity::insert_many([row])
        .on_conflict(OnConflict::new().do_nothing().to_owned())
        .exec_without_returning(tx)
        .await?;
    Ok(added == 1)
}

fn word(kind: TermNoticeKind) -> &'static str {
    match kind {
        TermNoticeKind::Renews => "renews",
        TermNoticeKind::Ends => "ends",
    }
}

struct Person {
    side: Side,
    id: Uuid,
    name: String,
    email: String,
    rule: String,
    refused: Option<String>,
}

async fn tell(
    tx: &impl ConnectionTrait,
    stored: &StoredContract,
    customer: &Customer,
    term: &Term,
    notice: &TermNotice,
    now: Timestamp,
    mail_domain: &str,
) -> Result<u64, DbErr> {
    let facts = facts(tx, stored, customer, term, notice, now).await?;
    let mut notices = Vec::new();
    for person in people(tx, customer).await? {
        let id = NoticeId(new_id(now)?);
        let facts = TermFacts { side: person.side, recipient_name: person.name.clone(), ..facts.clone() };
        notices.push(NewNotice {
            id,
            fault: None,
            customer: Some(customer.id),
            kind: format!("term_{}", word(notice.kind)),
            step: notice.days.into(),
            who_side: person.side,
            recipient_id: person.id,
            name: person.name,
            email: person.email,
            rule: format!("{}, {}", person.rule, number_words(stored.number)),
            subject: facts.subject(),
            facts: MailFacts::Term(Box::new(facts)),
            message_id: message_id::follow_up(id, mail_domain),
            in_reply_to: None,
            queued_at: now,
            withheld: person.refused.map(|reply| format!("The mail server refused this address before: {reply}")),
        });
    }
    outbox::enqueue(tx, notices).await
}

async fn facts(
    tx: &impl ConnectionTrait,
    stored: &StoredContract,
    customer: &Customer,
    term: &Term,
    notice: &TermNotice,
    now: Timestamp,
) -> Result<TermFacts, DbErr> {
    let terms = &stored.contract.terms;
    let level = levels::find(tx, stored.agreed.level).await?;
    let prices = price_lists::latest(tx).await?.filter(|_| notice.kind == TermNoticeKind::Renews);
    let request = QuoteRequest { level: terms.level, ports: terms.ports, year: term.year + 1 };
    let quote = prices.and_then(|prices| request.quote(&prices.list, prices.prices.vat).ok());
    Ok(TermFacts {
        kind: notice.kind,
        side: Side::Staff,
        contract: stored.contract.id,
        number: stored.number,
        days: notice.days,
        year: term.year,
        last_on: term.last_on,
        level: terms.level,
        level_name: level.map_or_else(|| terms.level.label().to_owned(), |level| level.terms.name),
        customer: customer.name.clone(),
        ports: terms.ports,
        next_net_pence: quote.map(|quote| quote.total.net_pence),
        at: now,
        zone: customer.zone.clone(),
        recipient_name: String::new(),
    })
}

/// The customer's contacts and managers, and the staff who receive faults. Nobody twice for one address.
async fn people(tx: &impl ConnectionTrait, customer: &Customer) -> Result<Vec<Person>, DbErr> {
    let contacts = contact::Entity::find()
        .filter(contact::Column::CustomerId.eq(customer.id.0))
        .filter(contact::Column::RemovedAt.is_null())
        .order_by_asc(contact::Column::CreatedAt)
        .limit(RECIPIENTS_MAX)
        .all(tx)
        .await?;
    let managers = Condition::all()
        .add(user::Column::CustomerId.eq(customer.id.0))
        .add(user::Column::Role.eq(Role::Manager.as_str()));
    let staff = Condition::all().add(user::Column::CustomerId.is_null()).add(user::Column::ReceivesFaults.eq(true));
    let users = user::Entity::find()
        .filter(user::Column::DisabledAt.is_null())
        .filter(Condition::any().add(managers).add(staff))
        .order_by_asc(user::Column::CreatedAt)
        .limit(RECIPIENTS_MAX)
        .all(tx)
        .await?;
    let contacts = contacts.into_iter().map(|row| Person {
        side: Side::Customer,
        id: row.id,
        name: row.name,
        email: row.email,
        rule: format!("contact of {}", customer.name),
        refused: row.refused_reply,
    });
    let users = users.into_iter().map(|row| match row.customer_id {
        Some(_) => (Side::Customer, format!("manager of {}", customer.name), row),
        None => (Side::Staff, "staff who receive faults".to_owned(), row),
    });
    let users = users.map(|(side, rule, row)| Person {
        side,
        id: row.id,
        name: row.name,
        email: row.email,
        rule,
        refused: row.refused_reply,
    });
    let mut seen = std::collections::HashSet::new();
    Ok(contacts.chain(users).filter(|person| seen.insert(person.email.to_lowercase())).collect())
}

/// Year and days of the notices of a contract that were dealt with, with what was done and when.
pub async fn of_contract(
    db: &impl ConnectionTrait,
    contract: &Contract,
) -> Result<Vec<(u32, i32, String, Timestamp)>, DbErr> {
    let rows = term_notice::Entity::find()
        .filter(term_notice::Column::ContractId.eq(contract.id.0))
        .order_by_desc(term_notice::Column::QueuedAt)
        .limit(RECIPIENTS_MAX)
        .all(db)
        .await?;
    let number = super::values::number::<u32>;
    rows.into_iter()
        .map(|row| {
            let days = super::values::number::<i32>("term_notice.days", row.days)?;
            Ok((number("term_notice.year", row.year)?, days, row.kind, row.queued_at.into()))
        })
        .collect()
}

#[cfg(test)]
mod tests;
