//! Hand-overs of rotas: who is on call now, and one mail to each person who comes on call or goes off it.

use domain::{
    access::{Scope, Side},
    calendar::Zone,
    id::{NoticeId, RotaId, UserId},
    message_id,
    notice::{Direction, HandOverFacts, MailFacts},
    rota::{HandOver, Rota},
    time::Timestamp,
};
use sea_orm::{ConnectionTrait, DbErr};

use crate::store::{
    Db, faults, hand_overs,
    outbox::{self, NewNotice},
    rotas, tickets,
    users::{self, Account},
};

/// A mail about a hand-over that is older comes too late to be of use.
const LATE_S: i64 = 3_600;

/// Queues the mails about hand-overs of the last hour that nobody was mailed about yet. Returns how many; the mailer is
/// to be woken when there are any.
///
/// To be called every minute. It reads a handful of small tables and writes only when somebody hands over. The key of
/// each mail is in the database, so restarts and other nodes make no second one.
pub async fn run_due(db: &Db, now: Timestamp, mail_domain: &str) -> Result<u64, DbErr> {
    let since = now.plus_seconds(-LATE_S);
    let mut due = Vec::new();
    for stored in rotas::list(db.read()).await? {
        let rota = match stored.rota() {
            Ok(rota) => rota,
            Err(error) => {
                // The others still hand over.
                tracing::error!(%error, rota = %stored.id, "a rota cannot be read, so its hand-overs are not mailed");
                continue;
            }
        };
        // Until just after now, so that a hand-over at this very instant is one.
        for hand_over in rota.shifts(since, now.plus_micros(1)).hand_overs {
            due.push((stored.id, rota.clone(), hand_over));
        }
    }
    if due.is_empty() {
        return Ok(0);
    }
    let mailed = hand_overs::mailed_since(db.read(), since).await?;
    let is_mailed = |rota: RotaId, hand_over: &HandOver, user: UserId| {
        mailed.contains(&(rota, hand_over.layer, hand_over.at, user))
    };
    due.retain(|(id, _, hand_over)| concerned(hand_over).any(|(user, _)| !is_mailed(*id, hand_over, user)));
    if due.is_empty() {
        return Ok(0);
    }
    let tx = db.begin().await?;
    let mut queued = 0;
    for (id, rota, hand_over) in &due {
        queued += mail(&tx, *id, rota, hand_over, now, mail_domain).await?;
    }
    tx.commit().await?;
    Ok(queued)
}

/// Who is on call at an instant by the first rota, first on call first.
#[derive(Debug, Clone)]
pub struct DutyNow {
    /// Until when the first of them is; None: without an end.
    pub until: Option<Timestamp>,
    pub names: Vec<String>,
    pub zone: Zone,
}

/// None: there is no rota, or nobody is on call by it.
pub async fn now(db: &impl ConnectionTrait, now: Timestamp) -> Result<Option<DutyNow>, DbErr> {
    let Some(stored) = rotas::list(db).await?.into_iter().next() else { return Ok(None) };
    let rota = stored.rota()?;
    let duties: Vec<_> = (0..rota.layers().len()).filter_map(|layer| rota.on_call(layer, now)).collect();
    let Some(first) = duties.first() else { return Ok(None) };
    let mut names = Vec::with_capacity(duties.len());
    for duty in &duties {
        names.extend(users::find(db, Scope::Everything, duty.person).await?.map(|account| account.name));
    }
    let until = Some(first.span.until).filter(|until| *until != Timestamp::MAX);
    Ok(Some(DutyNow { until, names, zone: rota.zone().clone() }))
}

/// Who is told, and whether they come on call.
fn concerned(hand_over: &HandOver) -> impl Iterator<Item = (UserId, bool)> {
    hand_over.to.map(|user| (user, true)).into_iter().chain(hand_over.from.map(|user| (user, false)))
}

async fn mail(
    db: &impl ConnectionTrait,
    id: RotaId,
    rota: &Rota,
    hand_over: &HandOver,
    now: Timestamp,
    mail_domain: &str,
) -> Result<u64, DbErr> {
    let faults_open = faults::open_count(db, Scope::Everything).await?;
    let tickets_open = tickets::open_count(db, Scope::Everything).await?;
    let mut notices = Vec::new();
    for (user, coming) in concerned(hand_over) {
        if !hand_overs::claim(db, id, hand_over, user, now).await? {
            continue;
        }
        let Some(account) = users::find(db, Scope::Everything, user).await? else { continue };
        if account.disabled_at.is_some() {
            continue;
        }
        let other = if coming { hand_over.from } else { hand_over.to };
        let other = match other {
            Some(other) => users::find(db, Scope::Everything, other).await?.map(|account| account.name),
            None => None,
        };
        let until = rota.on_call(hand_over.layer, hand_over.at).map(|duty| duty.span.until);
        let direction = match coming {
            true => Direction::On { until: until.filter(|until| *until != Timestamp::MAX) },
            false => Direction::Off,
        };
        let facts = HandOverFacts {
            name: account.name.clone(),
            rota: rota.name().to_owned(),
            layer: rota.layers().nth(hand_over.layer).unwrap_or_default().to_owned(),
            at: hand_over.at,
            direction,
            other,
            faults_open,
            tickets_open,
            zone: rota.zone().name().to_owned(),
        };
        notices.push(notice(&account, facts, now, mail_domain)?);
    }
    outbox::enqueue(db, notices).await
}

fn notice(account: &Account, facts: HandOverFacts, now: Timestamp, mail_domain: &str) -> Result<NewNotice, DbErr> {
    let id = NoticeId(crate::entropy::id(now).map_err(|error| DbErr::Custom(error.to_string()))?);
    Ok(NewNotice {
        id,
        fault: None,
        customer: None,
        kind: "hand_over".to_owned(),
        step: 0,
        who_side: Side::Staff,
        recipient_id: account.id.0,
        name: account.name.clone(),
        email: account.email.clone(),
        rule: format!("on the rota {}", facts.rota),
        subject: facts.subject(),
        facts: MailFacts::HandOver(facts),
        message_id: message_id::follow_up(id, mail_domain),
        in_reply_to: None,
        queued_at: now,
        withheld: account.refused_reply.clone(),
    })
}

#[cfg(test)]
mod tests;
