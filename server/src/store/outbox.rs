//! The outbox: notices written with their cause, claimed by the mailer, and what became of them.

use domain::{
    access::Side,
    id::{CustomerId, FaultId, NoticeId},
    notice::MailFacts,
    outbox::{Attempt, Next, NoticeState},
    time::Timestamp,
};
use entity::{columns::Word, contact, delivery_attempt, fault, notice, user};
use sea_orm::{
    ActiveValue::Set,
    ColumnTrait, Condition, ConnectionTrait, DbErr, EntityTrait, ExprTrait, PaginatorTrait, QueryFilter, QueryOrder,
    QuerySelect,
    sea_query::{Expr, OnConflict, Query},
};
use uuid::Uuid;

use super::counters::{self, Counter};

/// A notice to be queued.
#[derive(Debug, Clone)]
pub struct NewNotice {
    pub id: NoticeId,
    pub fault: Option<(FaultId, i64)>,
    pub customer: Option<CustomerId>,
    /// `opened`, `changed`, `recovered`, `abandoned`, `escalated`, `reminder`, `invitation`, `reset`, `refused`, `alarm`,
    /// `target_warning`, `target_missed`, `ticket_reply`, `ticket_paused`, `ticket_closing`, `ticket_closed`,
    /// `ticket_declined`, `ticket_message`, `ticket_received`, `announced`, `hand_over`, `term_renews`, `term_ends`,
    /// `visit_booked`, `visit_cancelled`, `courier_dispatched`, `return_opened`, `damage_found`, `loan_due`.
    pub kind: String,
    /// Tells repeats of one kind apart; with fault, kind and recipient it is unique.
    pub step: i64,
    pub who_side: Side,
    /// A contact's or an account's id.
    pub recipient_id: Uuid,
    pub name: String,
    pub email: String,
    /// Why this person is told, in words.
    pub rule: String,
    pub subject: String,
    pub facts: MailFacts,
    pub message_id: String,
    pub in_reply_to: Option<String>,
    pub queued_at: Timestamp,
    /// Why it is not sent: the address was refused before.
    pub withheld: Option<String>,
}

/// Queues notices in the transaction of their cause. One that is there already (same fault, kind, step and recipient)
/// is left alone. Returns how many are new.
pub async fn enqueue(db: &impl ConnectionTrait, notices: Vec<NewNotice>) -> Result<u64, DbErr> {
    if notices.is_empty() {
        return Ok(0);
    }
    let count = i64::try_from(notices.len()).unwrap_or(i64::MAX);
    let first = counters::take(db, Counter::Outbox, count).await?;
    let rows =
        notices.into_iter().zip(first..).map(|(new, position)| row(new, position)).collect::<Result<Vec<_>, _>>()?;
    notice::Entity::insert_many(rows)
        .on_conflict(
            OnConflict::columns([
                notice::Column::FaultId,
                notice::Column::Kind,
                notice::Column::Step,
                notice::Column::RecipientId,
            ])
            .do_nothing()
            .to_owned(),
        )
        .exec_without_returning(db)
        .await
}

fn row(new: NewNotice, position: i64) -> Result<notice::ActiveModel, DbErr> {
    let facts = serde_json::to_string(&new.facts).map_err(|error| DbErr::Json(error.to_string()))?;
    let state = if new.withheld.is_some() { NoticeState::Withheld } else { NoticeState::Queued };
    Ok(notice::ActiveModel {
        id: Set(new.id.0),
        fault_id: Set(new.fault.map(|(id, _)| id.0)),
        fault_number: Set(new.fault.map(|(_, number)| number)),
        customer_id: Set(new.customer.map(|customer| customer.0)),
        kind: Set(new.kind),
        step: Set(new.step),
        side: Set(Word(new.who_side)),
        recipient_id: Set(new.recipient_id),
        name: Set(new.name),
        email: Set(new.email),
        rule: Set(new.rule),
        subject: Set(new.subject),
        facts: Set(facts),
        message_id: Set(new.message_id),
        in_reply_to: Set(new.in_reply_to),
        state: Set(Word(state)),
        queued_at: Set(new.queued_at.into()),
        position: Set(position),
        next_attempt_at: Set(new.queued_at.into()),
        attempts: Set(0),
        sent_at: Set(None),
        reply: Set(new.withheld.unwrap_or_default()),
    })
}

/// Whether a mail of this id is in the outbox already.
pub async fn has_message(db: &impl ConnectionTrait, message_id: &str) -> Result<bool, DbErr> {
    Ok(0 < notice::Entity::find().filter(notice::Column::MessageId.eq(message_id)).count(db).await?)
}

/// To whom mail may go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Readers {
    Everybody,
    /// Customers' mail stays queued: they have no address yet that they could answer to.
    StaffOnly,
}

impl Readers {
    fn sides(self) -> Vec<&'static str> {
        match self {
            Self::Everybody => vec![Side::Staff.as_str(), Side::Customer.as_str()],
            Self::StaffOnly => vec![Side::Staff.as_str()],
        }
    }

    pub(super) fn condition(self) -> Condition {
        Condition::all().add(notice::Column::Side.is_in(self.sides()))
    }
}

/// A notice in the mailer's hands.
#[derive(Debug, Clone)]
pub struct Claimed {
    pub id: NoticeId,
    pub fault: Option<(FaultId, i64)>,
    pub customer: Option<CustomerId>,
    pub side: Side,
    pub recipient_id: Uuid,
    pub name: String,
    pub email: String,
    pub subject: String,
    pub facts: MailFacts,
    pub message_id: String,
    pub in_reply_to: Option<String>,
    pub queued_at: Timestamp,
    /// Attempts before this one.
    pub attempts: u32,
}

/// Takes up to `limit` notices that are due. Mail to one address goes out in order: a notice waits for earlier ones.
pub async fn claim(db: &impl ConnectionTrait, now: Timestamp, limit: u64, to: Readers) -> Result<Vec<Claimed>, DbErr> {
    let earlier = sea_orm::sea_query::Alias::new("earlier");
    let blocked = Query::select()
        .expr(Expr::val(1))
        .from_as(notice::Entity, earlier.clone())
        .cond_where(
            Condition::all()
                .add(
                    Expr::col((earlier.clone(), notice::Column::Email)).equals((notice::Entity, notice::Column::Email)),
                )
                .add(Expr::col((earlier.clone(), notice::Column::State)).is_in(["queued", "sending"]))
                // What is held on purpose holds up nothing else.
                .add(Expr::col((earlier.clone(), notice::Column::Side)).is_in(to.sides()))
                .add(
                    Expr::col((earlier, notice::Column::Position))
                        .lt(Expr::col((notice::Entity, notice::Column::Position))),
                ),
        )
        .to_owned();
    let rows = notice::Entity::find()
        .filter(notice::Column::State.eq(NoticeState::Queued.as_str()))
        .filter(notice::Column::NextAttemptAt.lte(now.as_micros()))
        .filter(Expr::exists(blocked).not())
        .filter(to.condition())
        .order_by_asc(notice::Column::Position)
        .limit(limit)
        .all(db)
        .await?;
    set_state(db, rows.iter().map(|row| row.id), NoticeState::Sending).await?;
    rows.into_iter().map(claimed).collect()
}

async fn set_state(
    db: &impl ConnectionTrait,
    ids: impl Iterator<Item = Uuid>,
    state: NoticeState,
) -> Result<(), DbErr> {
    let ids: Vec<_> = ids.collect();
    if ids.is_empty() {
        return Ok(());
    }
    notice::Entity::update_many()
        .col_expr(notice::Column::State, Expr::value(state.as_str()))
        .filter(notice::Column::Id.is_in(ids))
        .exec(db)
        .await
        .map(drop)
}

fn claimed(row: notice::Model) -> Result<Claimed, DbErr> {
    let facts = serde_json::from_str(&row.facts).map_err(|error| DbErr::Json(error.to_string()))?;
    Ok(Claimed {
        id: NoticeId(row.id),
        fault: row.fault_id.zip(row.fault_number).map(|(id, number)| (FaultId(id), number)),
        customer: row.customer_id.map(CustomerId),
        side: row.side.0,
        recipient_id: row.recipient_id,
        name: row.name,
        email: row.email,
        subject: row.subject,
        facts,
        message_id: row.message_id,
        in_reply_to: row.in_reply_to,
        queued_at: row.queued_at.into(),
        attempts: u32::try_from(row.attempts).unwrap_or(0),
    })
}

/// A notice that was sent, by its id.
pub async fn find_sent(db: &impl ConnectionTrait, id: NoticeId) -> Result<Option<Claimed>, DbErr> {
    notice::Entity::find_by_id(id.0).one(db).await?.map(claimed).transpose()
}

/// A mail that a server took came back: it failed after all, and its address is marked. False: that is known already.
pub async fn bounced(db: &impl ConnectionTrait, mail: &Claimed, reply: &str, now: Timestamp) -> Result<bool, DbErr> {
    let done = notice::Entity::update_many()
        .col_expr(notice::Column::State, Expr::value(NoticeState::Failed.as_str()))
        .col_expr(notice::Column::Reply, Expr::value(reply))
        .filter(notice::Column::Id.eq(mail.id.0))
        .filter(notice::Column::State.ne(NoticeState::Failed.as_str()))
        .exec(db)
        .await?;
    if done.rows_affected == 0 {
        return Ok(false);
    }
    mark_refused(db, mail, reply, now).await?;
    Ok(true)
}

/// Notices of a kind to one address since an instant.
pub async fn count_since(db: &impl ConnectionTrait, kind: &str, email: &str, since: Timestamp) -> Result<u64, DbErr> {
    notice::Entity::find()
        .filter(notice::Column::Email.eq(email))
        .filter(notice::Column::Kind.eq(kind))
        .filter(notice::Column::QueuedAt.gt(since.as_micros()))
        .count(db)
        .await
}

/// Puts what a crash left in a mailer's hands back into the queue. The mail may have been sent: it goes out again under
/// the same Message-ID rather than not at all.
pub async fn requeue_claimed(db: &impl ConnectionTrait) -> Result<u64, DbErr> {
    let done = notice::Entity::update_many()
        .col_expr(notice::Column::State, Expr::value(NoticeState::Queued.as_str()))
        .filter(notice::Column::State.eq(NoticeState::Sending.as_str()))
        .exec(db)
        .await?;
    Ok(done.rows_affected)
}

/// Makes everything that waits for another try due at once: the mail server is back.
pub async fn release_waiting(db: &impl ConnectionTrait, now: Timestamp) -> Result<u64, DbErr> {
    let done = notice::Entity::update_many()
        .col_expr(notice::Column::NextAttemptAt, Expr::value(now.as_micros()))
        .filter(notice::Column::State.eq(NoticeState::Queued.as_str()))
        .filter(notice::Column::NextAttemptAt.gt(now.as_micros()))
        .exec(db)
        .await?;
    Ok(done.rows_affected)
}

/// When the next queued notice is due; `None` when nothing waits.
pub async fn next_due(db: &impl ConnectionTrait, to: Readers) -> Result<Option<Timestamp>, DbErr> {
    let row = notice::Entity::find()
        .filter(notice::Column::State.eq(NoticeState::Queued.as_str()))
        .filter(to.condition())
        .order_by_asc(notice::Column::NextAttemptAt)
        .limit(1)
        .one(db)
        .await?;
    Ok(row.map(|row| row.next_attempt_at.into()))
}

/// Notices waiting or in hand.
pub async fn depth(db: &impl ConnectionTrait) -> Result<u64, DbErr> {
    notice::Entity::find().filter(notice::Column::State.is_in(["queued", "sending"])).count(db).await
}

/// Records an attempt and its consequence for the notice, the fault and the address.
pub async fn record(
    db: &impl ConnectionTrait,
    attempt_id: Uuid,
    mail: &Claimed,
    started_at: Timestamp,
    attempt: &Attempt,
    next: Next,
    now: Timestamp,
) -> Result<(), DbErr> {
    let (outcome, reply) = words(attempt);
    let row = delivery_attempt::ActiveModel {
        id: Set(attempt_id),
        notice_id: Set(mail.id.0),
        at: Set(started_at.into()),
        finished_at: Set(now.into()),
        outcome: Set(outcome.to_owned()),
        reply: Set(reply.to_owned()),
    };
    delivery_attempt::Entity::insert(row).exec_without_returning(db).await?;
    let (state, due, sent_at) = match next {
        Next::Done => (NoticeState::Sent, now, Some(now)),
        Next::TryAgain { at } => (NoticeState::Queued, at, None),
        Next::Fail { .. } => (NoticeState::Failed, now, None),
    };
    notice::Entity::update_many()
        .col_expr(notice::Column::State, Expr::value(state.as_str()))
        .col_expr(notice::Column::Attempts, Expr::value(i64::from(mail.attempts) + 1))
        .col_expr(notice::Column::NextAttemptAt, Expr::value(due.as_micros()))
        .col_expr(notice::Column::SentAt, Expr::value(sent_at.map(Timestamp::as_micros)))
        .col_expr(notice::Column::Reply, Expr::value(reply))
        .filter(notice::Column::Id.eq(mail.id.0))
        .exec(db)
        .await?;
    if let (Next::Done, Side::Customer, Some((fault, _))) = (next, mail.side, mail.fault) {
        mark_customer_told(db, fault, now).await?;
    }
    if let Next::Fail { mark_address: true } = next {
        mark_refused(db, mail, reply, now).await?;
    }
    Ok(())
}

fn words(attempt: &Attempt) -> (&'static str, &str) {
    match attempt {
        Attempt::Accepted { reply } => ("accepted", reply),
        Attempt::Unreachable { reason } => ("unreachable", reason),
        Attempt::Deferred { reply } => ("deferred", reply),
        Attempt::Refused { reply } => ("refused", reply),
    }
}

/// The first mail to a customer that a mail server took.
async fn mark_customer_told(db: &impl ConnectionTrait, fault: FaultId, now: Timestamp) -> Result<(), DbErr> {
    fault::Entity::update_many()
        .col_expr(fault::Column::CustomerToldAt, Expr::value(now.as_micros()))
        .filter(fault::Column::Id.eq(fault.0))
        .filter(fault::Column::CustomerToldAt.is_null())
        .exec(db)
        .await
        .map(drop)
}

/// An address that a server refused for good is not tried again until a person says so.
async fn mark_refused(db: &impl ConnectionTrait, mail: &Claimed, reply: &str, now: Timestamp) -> Result<(), DbErr> {
    contact::Entity::update_many()
        .col_expr(contact::Column::RefusedAt, Expr::value(now.as_micros()))
        .col_expr(contact::Column::RefusedReply, Expr::value(reply))
        .filter(contact::Column::Id.eq(mail.recipient_id))
        .exec(db)
        .await?;
    user::Entity::update_many()
        .col_expr(user::Column::RefusedAt, Expr::value(now.as_micros()))
        .col_expr(user::Column::RefusedReply, Expr::value(reply))
        .filter(user::Column::Id.eq(mail.recipient_id))
        .exec(db)
        .await
        .map(drop)
}
