//! Opening a ticket: examined, opened once for each form, with its mails, in one transaction.

use app::api::{error::ApiError, intake::NewTicketInput, live::LiveChange, principal::Principal};
use domain::{
    access::{Scope, Side},
    id::{ClockId, TicketId},
    notice::TicketNews,
    phone::PhoneNumber,
    ticket::{Channel, TicketEventKind, TicketState, reference},
};
use sea_orm::ConnectionTrait;

use super::{
    super::{Desk, acts, changes, internal, mails},
    expect,
    parse::{self, Draft, Known},
};
use crate::{
    desk::{act, incidents, new_id},
    store::{
        audit::{self, Act},
        cover::Promises,
        events, sent_forms,
        tickets::{self, Change, Logged, NewTicketEvent, Opening, Origin, Ticket},
    },
};

/// What would be opened.
pub(super) struct Examined {
    pub(super) known: Known,
    pub(super) draft: Draft,
    promises: Promises,
}

/// Everything that can be refused, without doing anything.
pub(super) async fn examine(
    desk: &Desk,
    db: &impl ConnectionTrait,
    who: &Principal,
    input: &NewTicketInput,
) -> Result<Examined, ApiError> {
    let now = desk.clock.now();
    let known = Known::load(db, who, input).await?;
    let known = known.ok_or_else(|| ApiError::invalid("customer", "must be one of the customers"))?;
    let people = parse::people(db, who).await?;
    let draft = parse::draft(who, &known, &people, input, now)?;
    let promises = Promises::load(db).await.map_err(internal)?;
    let standing = expect::standing(db, &promises, &known, &draft.about, draft.kind, draft.opened_at).await?;
    expect::let_in(desk, who, &standing)?;
    Ok(Examined { known, draft, promises })
}

/// Opens the ticket and answers its number. The same form again answers the same number.
pub(super) async fn open(desk: &Desk, who: &Principal, input: &NewTicketInput) -> Result<i64, ApiError> {
    let now = desk.clock.now();
    let tx = desk.db.begin().await.map_err(internal)?;
    if let Some(number) = sent_before(&tx, who, input).await? {
        return Ok(number);
    }
    let Examined { known, draft, promises } = examine(desk, &tx, who, input).await?;
    let id = TicketId(new_id(now)?);
    let raised_by = raised_by(who, &known, &draft);
    let opening = Opening {
        id,
        clock: ClockId(new_id(now)?),
        kind: draft.kind,
        customer: known.customer.id,
        site: draft.about.site,
        host: draft.about.host.as_ref().map(|host| host.id),
        subject: draft.subject.as_str(),
        text: &draft.text,
        origin: Origin {
            contact: draft.contact.as_ref().map(|contact| contact.id.0),
            phone: draft.phone.as_ref().map(PhoneNumber::shown).unwrap_or_default(),
            priority: draft.priority,
            queue: draft.queue,
            ..Origin::of(draft.channel, &raised_by)
        },
        user: (who.side() == Side::Customer || draft.channel == Channel::Staff).then_some(who.user),
        opened_at: draft.opened_at,
        now,
    };
    let logged = tickets::log_about(&tx, &promises, opening, draft.about.piece.clone()).await.map_err(internal)?;
    if let Some(key) = draft.key
        && !sent_forms::insert(&tx, key, who.user, logged.number, now).await.map_err(internal)?
    {
        // The same form was sent at the same time: its ticket stands, and this one never was.
        drop(tx);
        let other = sent_forms::ticket_of(desk.db.read(), key, who.user).await.map_err(internal)?;
        return other.ok_or_else(|| ApiError::Conflict("This form was sent already. Load it again.".to_owned()));
    }
    let ticket = tickets::find_by_id(&tx, Scope::Everything, id).await.map_err(internal)?.ok_or(ApiError::NotFound)?;
    if ticket.state == TicketState::Asked && who.side() == Side::Customer {
        incidents::ordered_by_form(&tx, who, &ticket, now).await?;
    }
    let ticket = care(&tx, who, ticket, &draft, now).await?;
    tell(desk, &tx, who, &ticket, &draft, &logged).await?;
    let subject = reference(ticket.number);
    let record = Act { customer: Some(ticket.customer), ..act(who, "ticket.open", &subject, draft.channel.words()) };
    audit::write(&tx, new_id(now)?, now, record).await.map_err(internal)?;
    let change = LiveChange::Ticket { number: ticket.number, customer: ticket.customer };
    events::append(&tx, now, &[(ticket.customer, change)]).await.map_err(internal)?;
    tx.commit().await.map_err(internal)?;
    desk.engine.published();
    desk.engine.wake_mailer();
    desk.engine.wake_supervisors();
    Ok(ticket.number)
}

/// The ticket that this very form opened. One that was filled in anew since is refused: its words would be lost.
pub(super) async fn sent_before(
    db: &impl ConnectionTrait,
    who: &Principal,
    input: &NewTicketInput,
) -> Result<Option<i64>, ApiError> {
    let Ok(key) = input.key.trim().parse() else { return Ok(None) };
    let Some(number) = sent_forms::ticket_of(db, key, who.user).await.map_err(internal)? else { return Ok(None) };
    let Some(ticket) = tickets::find(db, who.scope(), number).await.map_err(internal)? else { return Ok(None) };
    let first = tickets::events(db, Scope::Everything, ticket.id).await.map_err(internal)?.into_iter().next();
    let text = input.text.trim().replace("\r\n", "\n");
    match ticket.subject == input.subject.trim() && first.is_some_and(|first| first.detail.starts_with(&text)) {
        true => Ok(Some(number)),
        false => Err(ApiError::Conflict(format!(
            "This form was sent before and opened {}. What stands in it now was not sent: send it again to open another \
             ticket.",
            reference(number)
        ))),
    }
}

fn raised_by(who: &Principal, known: &Known, draft: &Draft) -> String {
    match (&draft.contact, who.side(), draft.channel) {
        (_, Side::Customer, _) | (None, _, Channel::Staff) => who.name.clone(),
        (Some(contact), ..) => contact.name.clone(),
        (None, ..) => format!("Somebody at {}", known.customer.name),
    }
}

/// What staff settle at once: that they spoke, and who has it.
async fn care(
    tx: &impl ConnectionTrait,
    who: &Principal,
    ticket: Ticket,
    draft: &Draft,
    now: domain::time::Timestamp,
) -> Result<Ticket, ApiError> {
    let entry = |kind, at, detail| NewTicketEvent {
        ticket: ticket.id,
        at,
        entered_at: now,
        kind,
        user: Some(who.user),
        by: &who.name,
        detail,
    };
    if let Some(call) = draft.call.filter(|call| call.is_response()) {
        let spoke = entry(TicketEventKind::Call, draft.opened_at, call.label());
        tickets::add_event(tx, spoke).await.map_err(internal)?;
        // Answered in person when it came: nobody waits for us.
        acts::meet(tx, ticket.id, draft.opened_at, now).await.map_err(acts::refused)?;
    }
    let Some((user, name)) = &draft.assignee else { return Ok(ticket) };
    let done = tickets::change(tx, ticket.id, ticket.version, &[Change::Assignee(Some(*user))]).await;
    if done.map_err(internal)? == 0 {
        return Err(changes::changed());
    }
    let words = if *user == who.user { String::new() } else { format!("to {name}") };
    tickets::add_event(tx, entry(TicketEventKind::Assigned, now, &words)).await.map_err(internal)?;
    let found = tickets::find_by_id(tx, Scope::Everything, ticket.id).await.map_err(internal)?;
    found.ok_or(ApiError::NotFound)
}

/// A receipt for every contact, and the words for those of our staff whom they concern.
async fn tell(
    desk: &Desk,
    tx: &impl ConnectionTrait,
    who: &Principal,
    ticket: &Ticket,
    draft: &Draft,
    logged: &Logged,
) -> Result<(), ApiError> {
    let now = desk.clock.now();
    let spoke = draft.call.is_some_and(|call| call.is_response());
    let respond_by = logged.clock.as_ref().filter(|_| !spoke).and_then(|clock| clock.kept.due_at);
    let (news, by) = (TicketNews::Received { respond_by }, ticket.origin.raised_by.as_str());
    let told = mails::Telling { ticket, by, news: &news, step: logged.seq, now };
    mails::contacts(tx, &desk.mail_domain, told).await.map_err(internal)?;
    if who.side() == Side::Staff && ticket.care.assignee == Some(who.user) {
        return Ok(()); // Whoever entered it has it, and knows.
    }
    let wrote = mails::Wrote { ticket, by, text: &draft.text, seq: logged.seq, now };
    mails::staff(tx, &desk.mail_domain, wrote).await.map_err(internal)
}
