//! Mail that arrived: kept whole, with what became of it. For staff and the receiver only, so there is no scope.

use domain::{
    id::{CustomerId, IncomingId, NoticeId, TicketId},
    incoming::Outcome,
    time::Timestamp,
};
use entity::{
    columns::{Micros, Word},
    inbound_mail, ticket,
};
use sea_orm::{
    ActiveValue::Set,
    ColumnTrait, ConnectionTrait, DbErr, EntityTrait, ExprTrait, JoinType, PaginatorTrait, QueryFilter, QueryOrder,
    QuerySelect,
    sea_query::{Expr, OnConflict},
};
use uuid::Uuid;

pub mod known;

/// Mails on one page.
pub const PAGE: u64 = 100;

/// A mail to be kept. `outcome` and the rest of its fate follow with [`settle`].
#[derive(Debug, Clone)]
pub struct NewMail {
    pub id: IncomingId,
    /// Our receipt, not the mail's Date.
    pub received_at: Timestamp,
    /// `lmtp`, `smtp` or `imap`.
    pub via: &'static str,
    pub digest: String,
    pub message_id: String,
    /// The address in From, in lower case; empty when there is not exactly one.
    pub sender_key: String,
    pub sender_name: String,
    /// Whether anybody here has that address.
    pub known: bool,
    /// Empty for the null sender.
    pub envelope_from: String,
    pub subject: String,
    pub raw: Vec<u8>,
}

/// What became of a mail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fate {
    pub outcome: Outcome,
    /// Why, in words; empty when it is plain.
    pub reason: String,
    pub customer: Option<CustomerId>,
    pub ticket: Option<TicketId>,
    pub event_seq: Option<i64>,
    pub notice: Option<NoticeId>,
}

impl Fate {
    /// Lands in no ticket.
    pub fn apart(outcome: Outcome, reason: impl Into<String>) -> Self {
        Self { outcome, reason: reason.into(), customer: None, ticket: None, event_seq: None, notice: None }
    }
}

/// A mail in a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MailRow {
    pub id: IncomingId,
    pub received_at: Timestamp,
    pub sender_key: String,
    pub sender_name: String,
    pub subject: String,
    pub size: u64,
    pub copies: u64,
    pub outcome: Outcome,
    pub reason: String,
    pub ticket: Option<i64>,
}

/// A mail with everything.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredMail {
    pub row: MailRow,
    pub via: String,
    pub message_id: String,
    pub envelope_from: String,
    pub settled_at: Option<Timestamp>,
    pub settled_by: String,
    pub raw: Vec<u8>,
}

/// Keeps a mail, waiting for its fate in the same transaction. False: the same mail is there already, and is counted.
pub async fn keep(db: &impl ConnectionTrait, new: NewMail) -> Result<bool, DbErr> {
    let digest = new.digest.clone();
    let row = inbound_mail::ActiveModel {
        id: Set(new.id.0),
        received_at: Set(new.received_at.into()),
        via: Set(new.via.to_owned()),
        digest: Set(new.digest),
        copies: Set(1),
        message_id: Set(new.message_id),
        sender_key: Set(new.sender_key),
        sender_name: Set(new.sender_name),
        known: Set(new.known),
        envelope_from: Set(new.envelope_from),
        subject: Set(new.subject),
        size: Set(i64::try_from(new.raw.len()).unwrap_or(i64::MAX)),
        raw: Set(new.raw),
        outcome: Set(Word(Outcome::Quarantine)),
        reason: Set(String::new()),
        customer_id: Set(None),
        ticket_id: Set(None),
        event_seq: Set(None),
        notice_id: Set(None),
        settled_at: Set(None),
        settled_by: Set(String::new()),
    };
    // Another node that stores the same mail at the same time is waited for here.
    let added = inbound_mail::Entity::insert_many([row])
        .on_conflict(OnConflict::column(inbound_mail::Column::Digest).do_nothing().to_owned())
        .exec_without_returning(db)
        .await?;
    if added == 0 {
        inbound_mail::Entity::update_many()
            .col_expr(inbound_mail::Column::Copies, Expr::col(inbound_mail::Column::Copies).add(1))
            .filter(inbound_mail::Column::Digest.eq(digest))
            .exec(db)
            .await?;
    }
    Ok(added == 1)
}

/// Whether the same mail is kept already.
pub async fn is_kept(db: &impl ConnectionTrait, digest: &str) -> Result<bool, DbErr> {
    Ok(0 < inbound_mail::Entity::find().filter(inbound_mail::Column::Digest.eq(digest)).count(db).await?)
}

/// Writes down what became of a mail that is still `was`. 0: somebody was faster.
pub async fn settle(
    db: &impl ConnectionTrait,
    id: IncomingId,
    was: Outcome,
    fate: &Fate,
    by: Option<(&str, Timestamp)>,
) -> Result<u64, DbErr> {
    let mut query = inbound_mail::Entity::update_many()
        .col_expr(inbound_mail::Column::Outcome, Expr::value(fate.outcome.as_str()))
        .col_expr(inbound_mail::Column::Reason, Expr::value(fate.reason.as_str()))
        .col_expr(inbound_mail::Column::CustomerId, Expr::value(fate.customer.map(|id| id.0)))
        .col_expr(inbound_mail::Column::TicketId, Expr::value(fate.ticket.map(|id| id.0)))
        .col_expr(inbound_mail::Column::EventSeq, Expr::value(fate.event_seq))
        .col_expr(inbound_mail::Column::NoticeId, Expr::value(fate.notice.map(|id| id.0)));
    if let Some((name, at)) = by {
        query = query
            .col_expr(inbound_mail::Column::SettledBy, Expr::value(name))
            .col_expr(inbound_mail::Column::SettledAt, Expr::value(at.as_micros()));
    }
    let done = query
        .filter(inbound_mail::Column::Id.eq(id.0))
        .filter(inbound_mail::Column::Outcome.eq(was.as_str()))
        .exec(db)
        .await?;
    Ok(done.rows_affected)
}

/// Which mails of a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Show {
    /// Those that wait for staff.
    Waiting,
    All,
    Of(Outcome),
}

impl Show {
    fn words(self) -> Vec<&'static str> {
        let all = Outcome::ALL.into_iter();
        match self {
            Self::Waiting => all.filter(|outcome| outcome.waits()).map(Outcome::as_str).collect(),
            Self::All => all.map(Outcome::as_str).collect(),
            Self::Of(outcome) => vec![outcome.as_str()],
        }
    }
}

fn its_ticket() -> sea_orm::RelationDef {
    inbound_mail::Entity::belongs_to(ticket::Entity).from(inbound_mail::Column::TicketId).to(ticket::Column::Id).into()
}

/// The latest mails, received before `before`; without their bytes. 100 at most.
pub async fn list(db: &impl ConnectionTrait, show: Show, before: Option<Timestamp>) -> Result<Vec<MailRow>, DbErr> {
    type Row = (Uuid, i64, String, String, String, i64, i64, Word<Outcome>, String, Option<i64>);
    let mut query = inbound_mail::Entity::find()
        .join(JoinType::LeftJoin, its_ticket())
        .filter(inbound_mail::Column::Outcome.is_in(show.words()));
    if let Some(before) = before {
        query = query.filter(inbound_mail::Column::ReceivedAt.lt(Micros::from(before)));
    }
    let rows: Vec<Row> = query
        .select_only()
        .column(inbound_mail::Column::Id)
        .column(inbound_mail::Column::ReceivedAt)
        .column(inbound_mail::Column::SenderKey)
        .column(inbound_mail::Column::SenderName)
        .column(inbound_mail::Column::Subject)
        .column(inbound_mail::Column::Size)
        .column(inbound_mail::Column::Copies)
        .column(inbound_mail::Column::Outcome)
        .column(inbound_mail::Column::Reason)
        .column(ticket::Column::Number)
        .order_by_desc(inbound_mail::Column::ReceivedAt)
        .order_by_desc(inbound_mail::Column::Id)
        .limit(PAGE)
        .into_tuple()
        .all(db)
        .await?;
    let row = |(id, at, sender_key, sender_name, subject, size, copies, Word(outcome), reason, ticket): Row| MailRow {
        id: IncomingId(id),
        received_at: Timestamp::from_micros(at),
        sender_key,
        sender_name,
        subject,
        size: u64::try_from(size).unwrap_or(0),
        copies: u64::try_from(copies).unwrap_or(0),
        outcome,
        reason,
        ticket,
    };
    Ok(rows.into_iter().map(row).collect())
}

/// How many mails a list has in all.
pub async fn count(db: &impl ConnectionTrait, show: Show) -> Result<u64, DbErr> {
    inbound_mail::Entity::find().filter(inbound_mail::Column::Outcome.is_in(show.words())).count(db).await
}

pub async fn find(db: &impl ConnectionTrait, id: IncomingId) -> Result<Option<StoredMail>, DbErr> {
    let row = inbound_mail::Entity::find_by_id(id.0)
        .join(JoinType::LeftJoin, its_ticket())
        .select_also(ticket::Entity)
        .one(db)
        .await?;
    Ok(row.map(|(row, ticket)| StoredMail {
        row: MailRow {
            id: IncomingId(row.id),
            received_at: row.received_at.into(),
            sender_key: row.sender_key,
            sender_name: row.sender_name,
            subject: row.subject,
            size: u64::try_from(row.size).unwrap_or(0),
            copies: u64::try_from(row.copies).unwrap_or(0),
            outcome: row.outcome.0,
            reason: row.reason,
            ticket: ticket.map(|ticket| ticket.number),
        },
        via: row.via,
        message_id: row.message_id,
        envelope_from: row.envelope_from,
        settled_at: row.settled_at.map(Timestamp::from),
        settled_by: row.settled_by,
        raw: row.raw,
    }))
}

/// How many mails of one address, and of all strangers together, arrived after `since`. Those that nobody would have
/// answered do not count, nor those that were held back for being too many.
pub async fn rates(db: &impl ConnectionTrait, sender_key: &str, since: Timestamp) -> Result<(u64, u64), DbErr> {
    let idle = [Outcome::Ignored, Outcome::Bounce, Outcome::Storm].map(Outcome::as_str);
    let recent = || {
        inbound_mail::Entity::find()
            .filter(inbound_mail::Column::ReceivedAt.gt(Micros::from(since)))
            .filter(inbound_mail::Column::Outcome.is_not_in(idle))
    };
    let of_sender = recent().filter(inbound_mail::Column::SenderKey.eq(sender_key)).count(db).await?;
    let of_strangers = recent().filter(inbound_mail::Column::Known.eq(false)).count(db).await?;
    Ok((of_sender, of_strangers))
}
