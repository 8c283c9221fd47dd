//! One fault: its page, acknowledgement by people who are signed in and by the link of a mail.

use app::api::{
    error::ApiError,
    faults::{AckLink, FaultDesk, FaultEventRow, FaultPage, FaultRow, ToldRow},
    live::LiveChange,
    principal::Principal,
};
use async_trait::async_trait;
use domain::{
    access::{Permission, Scope, Side},
    escalation,
    fault::{
        AcknowledgeRefusal, Acknowledgement, FaultEventKind, TakeOver, acknowledged_until, may_acknowledge, reference,
    },
    id::{CustomerId, FaultId},
    notice::{NoticeKind, Who},
    observation::Status,
    text::Note,
    time::Timestamp,
};
use sea_orm::DatabaseTransaction;

use super::{
    act,
    board::blank_for_customer,
    escalation::{About, of_fault},
    internal, is_unique_violation, new_id,
};
use crate::{
    clock::Clock,
    config::Support,
    engine::Engine,
    links::AckPass,
    secrets::Signer,
    store::{
        Db,
        audit::{self, Act},
        contacts, escalations, events,
        faults::{self, By, NewEvent},
        maillog, users,
    },
};

pub struct Faults {
    pub db: Db,
    pub clock: Clock,
    pub engine: Engine,
    pub signer: Signer,
    pub support: Support,
}

/// A person who acknowledges, whichever way they came.
struct Acknowledger<'a> {
    side: Side,
    by: By,
    name: &'a str,
    /// None: until it is solved.
    until: Option<Timestamp>,
}

#[async_trait]
impl FaultDesk for Faults {
    async fn page(&self, who: &Principal, number: i64) -> Result<FaultPage, ApiError> {
        let db = self.db.read();
        let seq = events::last(db).await.map_err(internal)?;
        let fault = self.find(who, number).await?;
        let id = FaultId(fault.id);
        let place = faults::place(db, fault.clone()).await.map_err(internal)?.ok_or(ApiError::NotFound)?;
        let mut row = self.row(fault).await?;
        let side = who.side();
        let events = faults::events(db, id).await.map_err(internal)?;
        let told =
            maillog::of_fault(db, id, Some(side).filter(|side| *side == Side::Customer)).await.map_err(internal)?;
        let about = About {
            fault: id,
            host: row.host,
            customer: row.customer_id,
            status: row.status,
            started_at: row.started_at,
            confirmed_at: row.confirmed_at,
        };
        let escalation = of_fault(db, who, about).await?;
        let staff_only = |text: &str| if side == Side::Staff { text.to_owned() } else { String::new() };
        let page = FaultPage {
            now: self.clock.now(),
            seq,
            next: next_step(&row),
            events: events.into_iter().filter_map(|event| event_row(event, side)).collect(),
            told: told.into_iter().map(told_row).collect::<Result<_, _>>()?,
            escalation,
            may_acknowledge: row.is_open() && who.role.may(Permission::AcknowledgeFault),
            address: staff_only(&place.host.address),
            access_note: staff_only(&place.host.access_note),
            support_phone: self.support.phone_for(place.cover).to_owned(),
            row: {
                if side == Side::Customer {
                    blank_for_customer(&mut row);
                }
                row
            },
        };
        Ok(page)
    }

    async fn acknowledge(
        &self,
        who: &Principal,
        number: i64,
        note: Note,
        minutes: String,
        take_over: TakeOver,
    ) -> Result<FaultRow, ApiError> {
        let fault = self.find(who, number).await?;
        who.require(Permission::AcknowledgeFault)?;
        let until = acknowledged_until(&minutes, self.clock.now()).map_err(|wrong| ApiError::Invalid(vec![wrong]))?;
        let acknowledger = Acknowledger { side: who.side(), by: By::User(who.user.0), name: &who.name, until };
        let subject = reference(number);
        let record = act(who, "fault.acknowledge", &subject, note.as_str());
        let row = self.take(fault, &acknowledger, note, take_over, record).await?;
        Ok(for_side(row, who.side()))
    }

    async fn unacknowledge(&self, who: &Principal, number: i64) -> Result<FaultRow, ApiError> {
        let fault = self.find(who, number).await?;
        who.require(Permission::AcknowledgeFault)?;
        let (id, customer) = (FaultId(fault.id), CustomerId(fault.customer_id));
        let now = self.clock.now();
        let tx = self.db.begin().await.map_err(internal)?;
        if faults::end_acknowledgement(&tx, id, Some(who.side()), now).await.map_err(internal)? == 0 {
            return Err(ApiError::Conflict("Nobody on your side has acknowledged this fault.".to_owned()));
        }
        let entry = NewEvent {
            fault: id,
            at: now,
            kind: FaultEventKind::AcknowledgementEnded,
            side: Some(who.side()),
            by: Some(&who.name),
            status: None,
            detail: "",
        };
        faults::add_event(&tx, entry).await.map_err(internal)?;
        let ended = escalation::Event::AcknowledgementEnded { at: now, side: who.side() };
        escalations::append(&tx, id, &ended).await.map_err(internal)?;
        let subject = reference(number);
        audit::write(&tx, new_id(now)?, now, act(who, "fault.unacknowledge", &subject, "")).await.map_err(internal)?;
        let row = self.publish(&tx, fault, customer, now).await?;
        tx.commit().await.map_err(internal)?;
        self.engine.published();
        Ok(for_side(row, who.side()))
    }

    async fn link(&self, token: &str) -> Result<AckLink, ApiError> {
        let pass = self.open(token)?;
        self.link_page(pass).await
    }

    async fn acknowledge_by_link(&self, token: &str) -> Result<AckLink, ApiError> {
        let pass = self.open(token)?;
        let (name, by) = self.recipient(pass).await?;
        let fault =
            faults::find_by_id(self.db.read(), pass.fault).await.map_err(internal)?.ok_or(ApiError::NotFound)?;
        let acknowledger = Acknowledger { side: pass.who.side(), by, name: &name, until: None };
        let subject = reference(fault.number);
        let record = Act {
            user: match pass.who {
                Who::User(user) => Some(user.0),
                Who::Contact(_) => None,
            },
            actor: &name,
            action: "fault.acknowledge-by-link",
            subject: &subject,
            customer: Some(CustomerId(fault.customer_id)),
            detail: String::new(),
        };
        let note = Note::parse("").map_err(internal)?;
        match self.take(fault, &acknowledger, note, TakeOver::No, record).await {
            // The page says who did, or that it recovered.
            Ok(_) | Err(ApiError::Conflict(_)) => self.link_page(pass).await,
            Err(error) => Err(error),
        }
    }
}

/// The row as a side may see it.
fn for_side(mut row: FaultRow, side: Side) -> FaultRow {
    if side == Side::Customer {
        blank_for_customer(&mut row);
    }
    row
}

/// What happens next, by the contract, in a sentence.
fn next_step(row: &FaultRow) -> String {
    match (&row.staff_ack, row.is_open()) {
        (_, true) if row.quiet_until.is_some() => "Work is planned, and nobody is told before it ends.".to_owned(),
        (_, false) => "Nothing more is due.".to_owned(),
        (Some(ack), true) => format!("{} of our staff has it in hand.", ack.by),
        (None, true) => row.cover.next_step().to_owned(),
    }
}

fn event_row(event: faults::FaultEvent, reader: Side) -> Option<FaultEventRow> {
    let side = event.side.map(|side| side.0);
    let detail = match (reader, event.kind.0, side) {
        (Side::Staff, _, _) => event.detail,
        // Customers read their own notes; what the probe saw and what staff write to each other is not for them.
        (Side::Customer, FaultEventKind::Acknowledged, Some(Side::Customer)) => event.detail,
        (Side::Customer, _, _) => String::new(),
    };
    let status = event.status.map(|status| status.0);
    (reader == Side::Staff || status != Some(Status::Unknown)).then(|| FaultEventRow {
        at: event.at.into(),
        kind: event.kind.0,
        side,
        by: event.by,
        status,
        text: detail,
    })
}

fn told_row(row: maillog::Notice) -> Result<ToldRow, ApiError> {
    Ok(ToldRow {
        kind: NoticeKind::parse(&row.kind).ok_or_else(|| internal(format!("{} is no notice kind", row.kind)))?,
        side: row.side.0,
        name: row.name,
        email: row.email,
        rule: row.rule,
        state: row.state.0,
        queued_at: row.queued_at.into(),
        sent_at: row.sent_at.map(Timestamp::from),
        reply: row.reply,
        attempts: u32::try_from(row.attempts).unwrap_or(0),
        next_attempt_at: (row.state.0 == domain::outbox::NoticeState::Queued)
            .then(|| Timestamp::from(row.next_attempt_at)),
    })
}

impl Faults {
    /// The fault, if the person may see it. Customers do not see faults of our own.
    async fn find(&self, who: &Principal, number: i64) -> Result<faults::Fault, ApiError> {
        let fault = faults::find(self.db.read(), who.scope(), number).await.map_err(internal)?;
        fault.filter(|fault| who.side() == Side::Staff || fault.status.0 != Status::Unknown).ok_or(ApiError::NotFound)
    }

    async fn row(&self, fault: faults::Fault) -> Result<FaultRow, ApiError> {
        let rows = faults::rows(self.db.read(), vec![fault]).await.map_err(internal)?;
        rows.into_iter().next().ok_or(ApiError::NotFound)
    }

    /// Adds an acknowledgement, its event, its audit row and the news of it in one transaction.
    async fn take(
        &self,
        fault: faults::Fault,
        acknowledger: &Acknowledger<'_>,
        note: Note,
        take_over: TakeOver,
        record: Act<'_>,
    ) -> Result<FaultRow, ApiError> {
        let (id, customer) = (FaultId(fault.id), CustomerId(fault.customer_id));
        let now = self.clock.now();
        let tx = self.db.begin().await.map_err(internal)?;
        // Read again under the lock: it may have recovered or been taken since.
        let fault = faults::find_by_id(&tx, id).await.map_err(internal)?.ok_or(ApiError::NotFound)?;
        let standing = faults::acknowledgements(&tx, &[fault.id]).await.map_err(internal)?;
        let standing = standing.iter().find(|ack| ack.side.0 == acknowledger.side).map(faults::acknowledgement);
        may_acknowledge(fault.cleared_at.map(Timestamp::from), standing.as_ref(), take_over, now).map_err(refusal)?;
        if standing.is_some() {
            faults::end_acknowledgement(&tx, id, Some(acknowledger.side), now).await.map_err(internal)?;
        }
        let ack = Acknowledgement {
            side: acknowledger.side,
            by: acknowledger.name.to_owned(),
            at: now,
            note: note.as_str().to_owned(),
            expires_at: acknowledger.until,
            sticky: false,
        };
        faults::acknowledge(&tx, id, acknowledger.by, &ack).await.map_err(|error| {
            match is_unique_violation(&error) {
                true => ApiError::Conflict("Somebody else has just acknowledged this fault.".to_owned()),
                false => internal(error),
            }
        })?;
        let entry = NewEvent {
            fault: id,
            at: now,
            kind: FaultEventKind::Acknowledged,
            side: Some(acknowledger.side),
            by: Some(acknowledger.name),
            status: None,
            detail: note.as_str(),
        };
        faults::add_event(&tx, entry).await.map_err(internal)?;
        let taken = escalation::Event::Acknowledged {
            at: now,
            side: acknowledger.side,
            by: acknowledger.by.who(),
            sticky: ack.sticky,
        };
        escalations::append(&tx, id, &taken).await.map_err(internal)?;
        audit::write(&tx, new_id(now)?, now, record).await.map_err(internal)?;
        let row = self.publish(&tx, fault, customer, now).await?;
        tx.commit().await.map_err(internal)?;
        self.engine.published();
        Ok(row)
    }

    /// Numbers the fault's new row, and its host's mark, for the live boards.
    async fn publish(
        &self,
        tx: &DatabaseTransaction,
        fault: faults::Fault,
        customer: CustomerId,
        now: Timestamp,
    ) -> Result<FaultRow, ApiError> {
        let host = domain::id::HostId(fault.host_id);
        let rows = faults::rows(tx, vec![fault]).await.map_err(internal)?;
        let row = rows.into_iter().next().ok_or(ApiError::NotFound)?;
        let tile = faults::host_tile(tx, host, now).await.map_err(internal)?;
        let changes = [
            (customer, LiveChange::Fault { row: Box::new(row.clone()) }),
            (customer, LiveChange::Host { host, customer, tile, service: None }),
        ];
        events::append(tx, now, &changes).await.map_err(internal)?;
        Ok(row)
    }

    fn open(&self, token: &str) -> Result<AckPass, ApiError> {
        let wrong = || ApiError::invalid("token", "this link has expired or was altered; please sign in instead");
        let pass = AckPass::open(&self.signer, token).ok_or_else(wrong)?;
        if pass.expires_at <= self.clock.now() { Err(wrong()) } else { Ok(pass) }
    }

    /// Name of a link's recipient, who must still be one of ours.
    async fn recipient(&self, pass: AckPass) -> Result<(String, By), ApiError> {
        let gone = || ApiError::invalid("token", "this link is no longer good; please sign in instead");
        match pass.who {
            Who::Contact(id) => {
                // The signed link is the proof: it names its customer by naming the contact.
                let contact = contacts::find(self.db.read(), Scope::Everything, id).await.map_err(internal)?;
                let contact = contact.ok_or_else(gone)?;
                Ok((contact.name, By::Contact(id.0)))
            }
            Who::User(id) => {
                let user = users::find(self.db.read(), Scope::Everything, id).await.map_err(internal)?;
                let user = user.filter(|row| row.disabled_at.is_none()).ok_or_else(gone)?;
                Ok((user.name, By::User(id.0)))
            }
        }
    }

    async fn link_page(&self, pass: AckPass) -> Result<AckLink, ApiError> {
        let (recipient, _) = self.recipient(pass).await?;
        let fault =
            faults::find_by_id(self.db.read(), pass.fault).await.map_err(internal)?.ok_or(ApiError::NotFound)?;
        let row = self.row(fault).await?;
        let side = pass.who.side();
        Ok(AckLink {
            now: self.clock.now(),
            number: row.number,
            ack: row.ack(side).cloned(),
            headline: row.headline,
            system: row.system,
            customer: row.customer,
            status: row.status,
            started_at: row.started_at,
            cleared_at: row.cleared_at,
            recipient,
            side,
        })
    }
}

fn refusal(refusal: AcknowledgeRefusal) -> ApiError {
    let mut text = refusal.to_string();
    if let Some(first) = text.get(..1).map(str::to_uppercase) {
        text.replace_range(..1, &first);
    }
    ApiError::Conflict(format!("{text}."))
}
