//! What happens to tickets because time passed: those that wait for the customer say that they close, and close; those
//! that were put aside come back. Each once, whatever restarts in between: the row's version proves it.

use domain::{
    access::{Scope, Side},
    id::UserId,
    notice::TicketNews,
    ticket::{AUTO_CLOSE_WARNING_S, LifeRefusal, Move, Moved, TicketEventKind, TicketState, reference},
    time::Timestamp,
};
use sea_orm::{DatabaseTransaction, DbErr};

use super::{
    SYSTEM,
    changes::{entry, void_open},
    mails,
};
use crate::{
    desk::worktime,
    store::{
        Db,
        audit::{self, Act},
        clocks::{self, AppendError, StoredClock},
        events,
        faults::new_id,
        tickets::{self, Change, NewTicketEvent, Ticket},
    },
};
use app::api::live::LiveChange;

/// Tickets dealt with in one go; whatever is left is due again a minute later.
const BATCH: u64 = 100;
/// While something is owed it does not close; then it is looked at again, and says so again a day before.
const PUT_OFF_S: i64 = 2 * AUTO_CLOSE_WARNING_S;
/// A warning that is this late puts the closing off: the customer has its whole day.
const LATE_S: i64 = 3_600;

/// To be called every minute. Answers how many tickets changed.
pub async fn run_due(db: &Db, now: Timestamp, mail_domain: &str) -> Result<u64, DbErr> {
    let mut changed = 0;
    for ticket in tickets::close_soon(db.read(), now.plus_seconds(AUTO_CLOSE_WARNING_S), BATCH).await? {
        changed += act(db, &ticket, now, mail_domain, What::Warn).await;
    }
    for ticket in tickets::close_due(db.read(), now, BATCH).await? {
        changed += act(db, &ticket, now, mail_domain, What::Close).await;
    }
    for ticket in tickets::wake_due(db.read(), now, BATCH).await? {
        changed += act(db, &ticket, now, mail_domain, What::Wake).await;
    }
    Ok(changed)
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum What {
    Warn,
    Close,
    Wake,
}

struct Due<'a> {
    tx: &'a DatabaseTransaction,
    ticket: &'a Ticket,
    now: Timestamp,
    mail_domain: &'a str,
}

/// 1: done. 0: somebody changed the ticket meanwhile, or it could not be done. The others are dealt with all the same.
async fn act(db: &Db, seen: &Ticket, now: Timestamp, mail_domain: &str, what: What) -> u64 {
    deal_with(db, seen, now, mail_domain, what).await.unwrap_or_else(|error| {
        tracing::error!(%error, ticket.number = seen.number, ?what, "a ticket could not be moved on");
        0
    })
}

async fn deal_with(db: &Db, seen: &Ticket, now: Timestamp, mail_domain: &str, what: What) -> Result<u64, DbErr> {
    let tx = db.begin().await?;
    let ticket = tickets::lock(&tx, Scope::Everything, seen.number).await?;
    let Some(ticket) = ticket.filter(|ticket| ticket.version == seen.version) else { return Ok(0) };
    let due = Due { tx: &tx, ticket: &ticket, now, mail_domain };
    let done = match what {
        What::Warn => due.warn().await?,
        What::Close => due.close().await?,
        What::Wake => due.wake().await?,
    };
    if let Some((action, change)) = done {
        let record = Act {
            user: None,
            actor: SYSTEM,
            action,
            subject: &reference(ticket.number),
            customer: Some(ticket.customer),
            detail: String::new(),
        };
        audit::write(&tx, new_id(now)?, now, record).await?;
        events::append(&tx, now, &[(ticket.customer, change)]).await?;
    }
    tx.commit().await?;
    Ok(1)
}

/// An act's word in the audit log, and what open pages hear of it. None: nobody is told.
type Done = Option<(&'static str, LiveChange)>;

impl Due<'_> {
    fn for_staff(&self) -> LiveChange {
        LiveChange::TicketForStaff { number: self.ticket.number, customer: self.ticket.customer }
    }

    fn for_all(&self) -> LiveChange {
        LiveChange::Ticket { number: self.ticket.number, customer: self.ticket.customer }
    }

    async fn change(&self, changes: &[Change<'_>]) -> Result<(), DbErr> {
        // The row is locked and was found at this version.
        tickets::change(self.tx, self.ticket.id, self.ticket.version, changes).await.map(drop)
    }

    async fn add(&self, kind: TicketEventKind, detail: &str) -> Result<i64, DbErr> {
        let entry = NewTicketEvent {
            ticket: self.ticket.id,
            at: self.now,
            entered_at: self.now,
            kind,
            user: None,
            by: SYSTEM,
            detail,
        };
        tickets::add_event(self.tx, entry).await
    }

    async fn mail(&self, news: &TicketNews, step: i64) -> Result<(), DbErr> {
        let told = mails::Telling { ticket: self.ticket, by: SYSTEM, news, step, now: self.now };
        mails::contacts(self.tx, self.mail_domain, told).await
    }

    /// What closing by itself would make of it `at` then.
    async fn closing(&self, clocks: &[StoredClock], at: Timestamp) -> Result<Result<Moved, LifeRefusal>, DbErr> {
        let life = tickets::life(self.tx, self.ticket, clocks).await?;
        Ok(life.apply(Move::CloseUnanswered, Side::Staff, at))
    }

    async fn clocks(&self) -> Result<Vec<StoredClock>, DbErr> {
        clocks::of_ticket(self.tx, Scope::Everything, self.ticket.id).await
    }

    /// Tells the customer a day before, if it would close then.
    async fn warn(&self) -> Result<Done, DbErr> {
        let Some(due) = self.ticket.care.closes_at else { return Ok(None) };
        if self.closing(&self.clocks().await?, due.max(self.now)).await?.is_err() {
            // Something is owed; it will not close then, and says nothing.
            self.change(&[Change::PutOff(due.max(self.now).plus_seconds(PUT_OFF_S))]).await?;
            return Ok(None);
        }
        let whole_day = self.now.plus_seconds(AUTO_CLOSE_WARNING_S);
        let late = LATE_S < whole_day.seconds_since(due);
        let closes_at = if late { whole_day } else { due };
        self.change(&[Change::CloseTold(self.now), Change::PutOff(closes_at)]).await?;
        self.mail(&TicketNews::Closing { closes_at }, closes_at.as_micros()).await?;
        Ok(Some(("ticket.close-soon", self.for_all())))
    }

    async fn close(&self) -> Result<Done, DbErr> {
        let clocks = self.clocks().await?;
        let moved = match self.closing(&clocks, self.now).await? {
            Ok(moved) => moved,
            Err(_) => {
                self.change(&[Change::PutOff(self.now.plus_seconds(PUT_OFF_S))]).await?;
                return Ok(None);
            }
        };
        worktime::stop_all(self.tx, self.ticket, self.now).await.map_err(|error| DbErr::Custom(error.to_string()))?;
        self.change(&[Change::Moved(moved)]).await?;
        let (kind, words) = entry(Move::CloseUnanswered);
        let seq = self.add(kind, words).await?;
        if let Some(by) = self.who_waits().await? {
            void_open(self.tx, clocks, by, "the ticket was closed", self.now).await.map_err(|error| match error {
                AppendError::Db(error) => error,
                error => DbErr::Custom(error.to_string()),
            })?;
        }
        self.mail(&TicketNews::Closed { unanswered: true }, seq).await?;
        Ok(Some(("ticket.close-unanswered", self.for_all())))
    }

    /// Who decided to wait for the customer.
    async fn who_waits(&self) -> Result<Option<UserId>, DbErr> {
        let entries = tickets::events(self.tx, Scope::Everything, self.ticket.id).await?;
        Ok(entries.iter().rev().filter(|one| one.kind == TicketEventKind::Waiting).find_map(|one| one.user))
    }

    async fn wake(&self) -> Result<Done, DbErr> {
        self.change(&[Change::Snoozed(None)]).await?;
        if self.ticket.state == TicketState::Closed {
            return Ok(None);
        }
        self.add(TicketEventKind::Snoozed, "brought it back").await?;
        Ok(Some(("ticket.wake", self.for_staff())))
    }
}
