//! What people write on a ticket: replies and notes of staff, messages of customers. Nothing is sent twice, and nothing
//! that crosses with another's words is sent unseen. Files that come with them are kept in the same transaction.

use app::api::{error::ApiError, live::LiveChange, principal::Principal, tickets::ReplyInput};
use domain::{
    access::{Permission, Scope, Side},
    id::{ClockId, TicketId},
    notice::TicketNews,
    ticket::{Channel, LinkKind, ReplyState, TicketEventKind, UNDO_S, reference},
};

use super::{
    Desk,
    acts::{Held, Seen, meet, refused},
    customer, held, input,
    intake::let_in,
    internal, mails,
};
use crate::{
    desk::{act, new_id},
    store::{
        attachments::{self, NewFile, Place},
        audit::{self, Act},
        cover::Promises,
        events,
        tickets::{self, Opening, Origin, TicketEvent, Written},
    },
};

/// Words of another person that are quoted in a refusal.
const QUOTED_CHARS_MAX: usize = 300;

/// Answers the number of the ticket that it went to.
pub(super) async fn reply(desk: &Desk, who: &Principal, number: i64, input: &ReplyInput) -> Result<i64, ApiError> {
    let held = take_survivor(desk, who, number).await?;
    let reply = input::reply(input, Vec::new())?;
    write(held, reply).await
}

/// The same with the files that came with it, if any.
pub(super) async fn write(held: Held<'_>, reply: input::Reply) -> Result<i64, ApiError> {
    let number = held.ticket.number;
    match (held.who.side(), reply.note) {
        (Side::Customer, _) => return message(held, reply).await,
        (Side::Staff, true) => {
            if once(&held, &reply).await? {
                let seq = held.add(TicketEventKind::Note, held.now, &reply.text).await?;
                attach(&held, held.ticket.id, seq, false, reply.files).await?;
                held.finish("ticket.note", "", Seen::ByStaff).await?;
            }
        }
        (Side::Staff, false) if reply.files.is_empty() => hold(held, reply).await?,
        (Side::Staff, false) => send(held, reply).await?,
    }
    Ok(number)
}

/// The ticket that a number leads to, held: what was merged goes on elsewhere.
pub(super) async fn take_survivor<'a>(desk: &'a Desk, who: &'a Principal, number: i64) -> Result<Held<'a>, ApiError> {
    let db = desk.db.read();
    let found = tickets::find(db, who.scope(), number).await.map_err(internal)?.ok_or(ApiError::NotFound)?;
    let survivor = tickets::survivor(db, found).await.map_err(internal)?;
    Held::take(desk, who, survivor.number, Permission::WriteToTickets).await
}

/// Marks a form as sent. False: it was before, so nothing more is to be done.
async fn once(held: &Held<'_>, reply: &input::Reply) -> Result<bool, ApiError> {
    tickets::keep(&held.tx, &written(held, reply, ReplyState::Sent)?).await.map_err(internal)
}

fn written(held: &Held<'_>, reply: &input::Reply, state: ReplyState) -> Result<Written, ApiError> {
    Ok(Written {
        id: reply.key.map_or_else(|| new_id(held.now), Ok)?,
        ticket: held.ticket.id,
        user: held.who.user,
        by: held.who.name.clone(),
        text: reply.text.clone(),
        state,
        seen: reply.seen,
        written_at: held.now,
        sends_at: held.now.plus_seconds(UNDO_S),
    })
}

/// A reply waits a moment. One that crossed with another's words waits until its writer has read them.
async fn hold(held: Held<'_>, reply: input::Reply) -> Result<(), ApiError> {
    let crossed = match reply.anyway {
        true => Vec::new(),
        false => crossed(&held, reply.seen).await?,
    };
    if crossed.is_empty() {
        tickets::keep(&held.tx, &written(&held, &reply, ReplyState::Held)?).await.map_err(internal)?;
        return held.publish(Seen::ByStaff).await;
    }
    if tickets::keep(&held.tx, &written(&held, &reply, ReplyState::Crossed)?).await.map_err(internal)? {
        held.publish(Seen::ByStaff).await?;
        return Err(ApiError::Conflict(format!(
            "{} Your reply was not sent. Look at it again, then send it anyway.",
            crossed.join(" ")
        )));
    }
    Ok(()) // The same form was sent before.
}

/// A reply with files is not held: files are no words that a writer thinks better of, and a refusal would cost all of
/// them again. What was held before goes before it.
async fn send(held: Held<'_>, reply: input::Reply) -> Result<(), ApiError> {
    let crossed = crossed(&held, reply.seen).await?;
    if !crossed.is_empty() {
        let words = crossed.join(" ");
        return Err(ApiError::Conflict(format!(
            "{words} Nothing was sent. Choose the files again to send them anyway."
        )));
    }
    if !once(&held, &reply).await? {
        return Ok(());
    }
    held.send_held().await?;
    let seq = answer(&held, &reply.text, reply.mailed()).await?;
    attach(&held, held.ticket.id, seq, true, reply.files).await?;
    held::put_off(&held.tx, &held.ticket, held.now).await.map_err(internal)?;
    held.finish("ticket.reply", "", Seen::ByAll).await
}

/// A person's public reply that is sent at once; the mail says `mailed`. Answers the number of the entry.
pub(super) async fn answer(held: &Held<'_>, text: &str, mailed: String) -> Result<i64, ApiError> {
    let seq = held.add(TicketEventKind::Response, held.now, text).await?;
    meet(&held.tx, held.ticket.id, held.now, held.now).await.map_err(refused)?;
    held.mail(&TicketNews::Reply { text: mailed }, seq).await?;
    Ok(seq)
}

/// Keeps files with an entry; `public`: it is for customers too.
async fn attach(
    held: &Held<'_>,
    ticket: TicketId,
    event_seq: i64,
    public: bool,
    files: Vec<NewFile>,
) -> Result<(), ApiError> {
    let place = Place { ticket, event_seq, public, mail: None, at: held.now };
    attachments::insert(&held.tx, place, files).await.map_err(internal)
}

/// What others wrote since, or are about to send, in words.
async fn crossed(held: &Held<'_>, seen: i64) -> Result<Vec<String>, ApiError> {
    let entries = tickets::events(&held.tx, Scope::Everything, held.ticket.id).await.map_err(internal)?;
    let since = spoken_since(&entries, seen, held.who).map(|entry| (&entry.by, &entry.detail));
    let waiting = tickets::held_by_ticket(&held.tx, held.ticket.id).await.map_err(internal)?;
    let waiting = waiting.iter().filter(|other| other.user != held.who.user).map(|other| (&other.by, &other.text));
    let quoted = |(by, text): (&String, &String)| {
        let short: String = text.chars().take(QUOTED_CHARS_MAX).collect();
        format!("{by} wrote while you were typing: “{short}”.")
    };
    Ok(since.chain(waiting).map(quoted).collect())
}

/// What others said in public after entry `seen`.
pub(super) fn spoken_since<'a>(
    entries: &'a [TicketEvent],
    seen: i64,
    who: &'a Principal,
) -> impl Iterator<Item = &'a TicketEvent> {
    use TicketEventKind as K;
    let spoken = |kind| matches!(kind, K::Response | K::Call | K::Message);
    entries.iter().filter(move |one| seen < one.seq && spoken(one.kind) && one.user != Some(who.user))
}

/// The customer's own words. What cannot be opened any more goes on in a new ticket.
async fn message(held: Held<'_>, reply: input::Reply) -> Result<i64, ApiError> {
    let number = held.ticket.number;
    if !once(&held, &reply).await? {
        return Ok(number);
    }
    if !customer::takes_words(&held.ticket, held.now) {
        return follow(held, reply).await;
    }
    let words = customer::Words {
        ticket: &held.ticket,
        by: &held.who.name,
        user: Some(held.who.user),
        text: &reply.text,
        mailed: &reply.mailed(),
        at: held.now,
        now: held.now,
    };
    let seq = customer::say(&held.tx, &held.desk.mail_domain, words).await.map_err(internal)?;
    attach(&held, held.ticket.id, seq, true, reply.files).await?;
    held.finish("ticket.message", "", Seen::ByAll).await?;
    Ok(number)
}

/// Opens a new ticket about what was closed. Answers its number.
async fn follow(held: Held<'_>, reply: input::Reply) -> Result<i64, ApiError> {
    let (old, now, tx) = (&held.ticket, held.now, &held.tx);
    let id = TicketId(new_id(now)?);
    let promises = Promises::load(tx).await.map_err(internal)?;
    let opening = Opening {
        id,
        clock: ClockId(new_id(now)?),
        kind: old.kind.of_follower(),
        customer: old.customer,
        site: old.site,
        host: old.host,
        subject: &old.subject,
        text: &reply.text,
        origin: Origin { queue: old.origin.queue, ..Origin::of(Channel::Portal, &held.who.name) },
        user: Some(held.who.user),
        opened_at: now,
        now,
    };
    let logged = tickets::log(tx, &promises, opening).await.map_err(internal)?;
    // What is refused here was not written: the transaction ends with it.
    let_in(held.desk, held.who, &logged.standing)?;
    tickets::link(tx, id, old.id, LinkKind::Follows, now).await.map_err(internal)?;
    let new = tickets::find_by_id(tx, Scope::Everything, id).await.map_err(internal)?.ok_or(ApiError::NotFound)?;
    let wrote = mails::Wrote { ticket: &new, by: &held.who.name, text: &reply.mailed(), seq: logged.seq, now };
    mails::staff(tx, &held.desk.mail_domain, wrote).await.map_err(internal)?;
    attach(&held, id, logged.seq, true, reply.files).await?;
    let subject = reference(new.number);
    let record = Act { customer: Some(new.customer), ..act(held.who, "ticket.open", &subject, "") };
    audit::write(tx, new_id(now)?, now, record).await.map_err(internal)?;
    let opened = LiveChange::Ticket { number: new.number, customer: new.customer };
    events::append(tx, now, &[(new.customer, opened)]).await.map_err(internal)?;
    let detail = format!("{subject} takes it up again");
    held.add(TicketEventKind::Linked, now, &detail).await?;
    let engine = held.desk.engine.clone();
    held.finish("ticket.follow", detail, Seen::ByStaff).await?;
    engine.wake_supervisors();
    Ok(new.number)
}

/// Takes back a reply that is still held; its writer finds it in the composer.
pub(super) async fn take_back(desk: &Desk, who: &Principal, number: i64, key: &str) -> Result<(), ApiError> {
    let held = Held::take(desk, who, number, Permission::WorkTickets).await?;
    let waiting = tickets::held_by_ticket(&held.tx, held.ticket.id).await.map_err(internal)?;
    let own = waiting.iter().find(|one| one.user == who.user && one.id.to_string() == key);
    let gone = || ApiError::Conflict("It was sent already, and cannot be taken back any more.".to_owned());
    let id = own.filter(|one| held.now < one.sends_at).ok_or_else(gone)?.id;
    tickets::set_reply_state(&held.tx, held.ticket.id, id, ReplyState::Held, ReplyState::TakenBack)
        .await
        .map_err(internal)?;
    held.finish("ticket.take-back", "", Seen::ByStaff).await
}
