//! Opening what a person brings: its cover decision, what is promised, its first entry and its response clock.

use domain::{
    clock::{ClockKind, WARNING_PERCENTS},
    cover::CoverLevel,
    id::{ClockId, CustomerId, EquipmentId, HostId, SiteId, TicketId, UserId},
    ticket::{Channel, TicketEventKind, TicketKind, TicketState},
    time::Timestamp,
};
use sea_orm::{ConnectionTrait, DbErr};

use super::{NewTicket, NewTicketEvent, Origin, add_event, insert};
use crate::store::{
    calendars::TermsRef,
    clocks::{self, NewClock, StoredClock},
    cover::{self, Promises, Standing},
    equipment::Piece,
};

/// What somebody brings.
#[derive(Debug, Clone)]
pub struct Opening<'a> {
    pub id: TicketId,
    /// For its response clock, if it gets one.
    pub clock: ClockId,
    /// What is asked for. On CatS everything becomes an incident to be accepted or declined.
    pub kind: TicketKind,
    pub customer: CustomerId,
    pub site: Option<SiteId>,
    /// What it is about; None: nothing in particular, or not known yet.
    pub host: Option<HostId>,
    pub subject: &'a str,
    /// Their own words, or what staff heard.
    pub text: &'a str,
    pub origin: Origin,
    /// The account of the person who wrote it.
    pub user: Option<UserId>,
    /// When it counts as logged: see `rules` section 4, "Start".
    pub opened_at: Timestamp,
    pub now: Timestamp,
}

/// What was opened.
#[derive(Debug, Clone)]
pub struct Logged {
    pub number: i64,
    pub standing: Standing,
    /// None: no response is promised.
    pub clock: Option<StoredClock>,
    /// Of the first entry.
    pub seq: i64,
}

/// Opens a ticket with everything that its contract promises.
pub async fn log(db: &impl ConnectionTrait, promises: &Promises, new: Opening<'_>) -> Result<Logged, DbErr> {
    log_about(db, promises, new, None).await
}

/// The same, about a piece of the customer's that may be no watched host.
pub async fn log_about(
    db: &impl ConnectionTrait,
    promises: &Promises,
    new: Opening<'_>,
    piece: Option<Piece>,
) -> Result<Logged, DbErr> {
    let about = Subject { kind: new.kind, customer: new.customer, site: new.site, host: new.host, piece };
    let standing = standing(db, promises, about, new.opened_at).await?;
    let is_incident = standing.level.level == CoverLevel::CatS;
    let number = insert(
        db,
        NewTicket {
            id: new.id,
            kind: if is_incident { TicketKind::Incident } else { new.kind },
            customer: new.customer,
            site: new.site,
            host: new.host,
            service: None,
            fault: None,
            contract: standing.contract.as_ref().map(|one| one.contract.id),
            equipment: standing.piece.as_ref().map(|piece| EquipmentId(piece.equipment.id.0)),
            subject: new.subject.to_owned(),
            cover: standing.decision.clone(),
            terms: Some(standing.ticket_terms(promises)),
            opened_at: new.opened_at,
            created_at: new.now,
            origin: new.origin.clone(),
            state: if is_incident { TicketState::Asked } else { TicketState::Open },
        },
    )
    .await?
    .ok_or_else(|| DbErr::Custom("a ticket without a fault was taken for one of a fault".to_owned()))?;
    let first = NewTicketEvent {
        ticket: new.id,
        at: new.opened_at,
        entered_at: new.now,
        kind: match new.origin.channel {
            Channel::Staff => TicketEventKind::Opened,
            _ => TicketEventKind::Message,
        },
        user: new.user,
        by: &new.origin.raised_by,
        detail: new.text,
    };
    let seq = add_event(db, first).await?;
    let clock = match standing.response_terms(promises)? {
        Some(terms) => Some(start_response(db, new.clock, new.id, terms, new.opened_at, new.now).await?),
        None => None,
    };
    Ok(Logged { number, standing, clock, seq })
}

/// What something is about.
#[derive(Debug, Clone)]
pub struct Subject {
    pub kind: TicketKind,
    pub customer: CustomerId,
    pub site: Option<SiteId>,
    pub host: Option<HostId>,
    pub piece: Option<Piece>,
}

/// What would cover it if it were logged at `at`.
pub async fn standing(
    db: &impl ConnectionTrait,
    promises: &Promises,
    about: Subject,
    at: Timestamp,
) -> Result<Standing, DbErr> {
    let Subject { kind, customer, site, host, piece } = about;
    match (host, piece) {
        (Some(host), _) if is_about_a_piece(kind) => cover::of_host(db, promises, host, at, at).await,
        (None, Some(piece)) if is_about_a_piece(kind) => cover::of_piece(db, promises, piece, at, at).await,
        _ => cover::in_general(db, promises, (customer, site), at).await,
    }
}

/// A question or a change is about the contract, even where it names a system.
fn is_about_a_piece(kind: TicketKind) -> bool {
    !matches!(kind, TicketKind::Question | TicketKind::Change)
}

/// Starts the clock of the first response at `started_at`.
pub async fn start_response(
    db: &impl ConnectionTrait,
    id: ClockId,
    ticket: TicketId,
    terms: TermsRef,
    started_at: Timestamp,
    entered_at: Timestamp,
) -> Result<StoredClock, DbErr> {
    let percents = &WARNING_PERCENTS;
    let new = NewClock { id, ticket, kind: ClockKind::Response, terms, started_at, entered_at, percents };
    clocks::start(db, new).await
}

#[cfg(test)]
mod tests {
    use domain::{
        access::Scope,
        contract::{CoverDecision, NotCovered},
        ticket::Channel,
    };

    use super::*;
    use crate::{
        store::{
            contracts::tests::{contract, store},
            faults::new_id,
            hosts::fixtures::{Owner, host, now, owner},
            seeds,
            tickets::{Ticket, find},
        },
        testing::{TestDb, databases},
    };

    /// What a contact brings, about `host` or nothing in particular.
    async fn brought(test: &TestDb, owner: Owner, kind: TicketKind, host: Option<HostId>) -> (Ticket, Logged) {
        let db = test.db.writer();
        let promises = Promises::load(db).await.unwrap();
        let opening = Opening {
            id: TicketId(new_id(now()).unwrap()),
            clock: ClockId(new_id(now()).unwrap()),
            kind,
            customer: owner.customer,
            site: Some(owner.site),
            host,
            subject: "No dialling tone",
            text: "Since nine.",
            origin: Origin::of(Channel::Portal, "Jo Bell"),
            user: None,
            opened_at: now().plus_seconds(-60),
            now: now(),
        };
        let logged = log(db, &promises, opening).await.unwrap();
        (find(db, Scope::Everything, logged.number).await.unwrap().unwrap(), logged)
    }

    async fn with_contract(test: &TestDb, name: &str, level: CoverLevel) -> Owner {
        let owner = owner(&test.db, name).await;
        let site = (level == CoverLevel::Cat4).then_some(owner.site);
        store(test.db.writer(), owner, &contract(level, site, "2026-04-01")).await;
        owner
    }

    fn reason(ticket: &Ticket) -> Option<NotCovered> {
        match ticket.cover.clone() {
            CoverDecision::Covered => None,
            CoverDecision::NotCovered { reason, .. } => Some(reason),
        }
    }

    #[tokio::test]
    async fn what_the_contract_promises_begins_when_it_was_logged() {
        for test in databases().await {
            seeds::plant(&test.db, now()).await.unwrap();
            let bath = with_contract(&test, "Bath", CoverLevel::Cat1).await;
            let (ticket, logged) = brought(&test, bath, TicketKind::Logged, None).await;
            assert_eq!((reason(&ticket), ticket.state), (None, TicketState::Open), "{}", test.name);
            let clock = logged.clock.unwrap();
            assert_eq!((clock.clock.started_at(), clock.clock.kind()), (ticket.opened_at, ClockKind::Response));
            let entries = crate::store::tickets::events(test.db.read(), Scope::Customer(bath.customer), ticket.id);
            let entries = entries.await.unwrap();
            assert_eq!(entries.len(), 1, "{}", test.name);
            assert_eq!((entries[0].seq, entries[0].kind), (logged.seq, TicketEventKind::Message), "{}", test.name);
            assert_eq!((entries[0].by.as_str(), entries[0].detail.as_str()), ("Jo Bell", "Since nine."));
        }
    }

    #[tokio::test]
    async fn on_cats_everything_is_an_incident_to_decide_and_without_cover_nothing_runs() {
        for test in databases().await {
            seeds::plant(&test.db, now()).await.unwrap();
            let cats = with_contract(&test, "Avon", CoverLevel::CatS).await;
            let (ticket, logged) = brought(&test, cats, TicketKind::Question, None).await;
            assert_eq!((ticket.kind, ticket.state), (TicketKind::Incident, TicketState::Asked), "{}", test.name);
            assert_eq!(reason(&ticket), Some(NotCovered::IncidentNotAccepted), "{}", test.name);
            assert!(logged.clock.is_none(), "{}", test.name);
            let none = owner(&test.db, "Corsham").await;
            let (ticket, logged) = brought(&test, none, TicketKind::Logged, None).await;
            assert_eq!((ticket.kind, ticket.state), (TicketKind::Logged, TicketState::Open), "{}", test.name);
            assert_eq!(reason(&ticket), Some(NotCovered::NoContract), "{}", test.name);
            assert!(logged.clock.is_none(), "{}", test.name);
        }
    }

    #[tokio::test]
    async fn a_fault_of_a_piece_needs_it_listed_and_a_change_does_not() {
        for test in databases().await {
            seeds::plant(&test.db, now()).await.unwrap();
            let bath = with_contract(&test, "Bath", CoverLevel::Cat2).await;
            let pbx = Some(host(&test.db, bath, "pbx-1").await);
            let (fault, logged) = brought(&test, bath, TicketKind::Logged, pbx).await;
            assert_eq!(reason(&fault), Some(NotCovered::EquipmentNotListed), "{}", test.name);
            assert!(logged.clock.is_none(), "{}", test.name);
            let (change, logged) = brought(&test, bath, TicketKind::Change, pbx).await;
            assert_eq!((reason(&change), change.host), (None, pbx), "{}", test.name);
            assert!(logged.clock.is_some(), "{}", test.name);
        }
    }
}
