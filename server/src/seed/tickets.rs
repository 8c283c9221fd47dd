//! The demonstration's tickets: one of each way a clock can stand, made as people would have made them.

use domain::{
    access::Scope,
    clock::{Count, PauseReason, Pauses},
    contract::{CoverDecision, Prices},
    cover::CoverLevel,
    id::{ClockId, CustomerId, TicketId, UserId},
    incident::{ConsentHow, IncidentState},
    ticket::{Channel, Moved, Outcome, TicketEventKind, TicketKind, TicketState},
    time::Timestamp,
};
use sea_orm::{DatabaseTransaction, DbErr};

use super::{SeedError, estate::customer_id, fixed_id};
use crate::store::{
    calendars::{self, TermsRef},
    clocks::{self, AppendError, Fact},
    contracts,
    cover::Promises,
    incidents::{self, Consent, StoredIncident},
    levels, price_lists,
    tickets::{self, Change, NewTicket, NewTicketEvent, Opening, Origin, Promise, promise},
};

const MINUTE_S: i64 = 60;
const HOUR_S: i64 = 60 * MINUTE_S;
/// Looked for so far back: longer than the longest target with a week of holidays.
const SEARCH_S: i64 = 21 * 24 * HOUR_S;

const PRIYA: (&str, &str) = ("Priya Nair", "priya.nair@faultdesk.example");
const DAN: (&str, &str) = ("Dan Whitcombe", "dan.whitcombe@faultdesk.example");

/// What has happened since it was logged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Story {
    /// Logged an hour ago; on Cat1 the rest of the target is tomorrow.
    Running,
    /// Over its target by more than this many seconds.
    Over(i64),
    /// Waiting for remote access since two hours ago.
    Paused,
    /// Answered after 46 minutes, and open.
    Answered,
    /// The same, and closed.
    Closed,
}

/// Customer, who wrote, subject, what they wrote, story.
const TICKETS: &[(&str, &str, &str, &str, Story)] = &[
    (
        "Harbour Dental Group",
        "Ruth Adeyemi",
        "Voicemail to email stopped on the reception line",
        "Since this morning no voicemail reaches our mailbox. Calls are fine.",
        Story::Over(22 * MINUTE_S),
    ),
    (
        "Tamar Outdoor",
        "Morwenna Trelawny",
        "Certificate will not renew on the shop",
        "The shop warns us that its certificate ends in three weeks.",
        Story::Running,
    ),
    (
        "Saltford Motors",
        "Neil Prowse",
        "Showroom phones ring twice, then stop",
        "All four showroom phones. The workshop is fine.",
        Story::Paused,
    ),
    (
        "Bramley & Stone",
        "Hugh Bramley",
        "Two handsets crackle on outside calls",
        "Extensions 221 and 226 crackle since Tuesday. Calls between extensions are fine.",
        Story::Answered,
    ),
    (
        "Kelston Care Homes",
        "Jo Bell",
        "Night bell does not ring at the annexe",
        "The night bell has not rung at the annexe for two evenings.",
        Story::Closed,
    ),
];

/// Writes them all. Levels and calendars must be there.
pub(super) async fn write(tx: &DatabaseTransaction, now: Timestamp) -> Result<(), SeedError> {
    for (customer, by, subject, text, story) in TICKETS {
        let writing = Writing { tx, customer: customer_id(customer), subject, by, now };
        writing.write(text, *story).await?;
    }
    asked(tx, now).await
}

/// On CatS: asked for this morning, ordered with the first unit, and not decided yet.
async fn asked(tx: &DatabaseTransaction, now: Timestamp) -> Result<(), SeedError> {
    let (subject, by) = ("Two extensions cannot be reached from outside", "Alan Pask");
    let opened_at = now.plus_seconds(-3 * HOUR_S);
    let id = TicketId(fixed_id(&format!("demo ticket {subject}")));
    let opening = Opening {
        id,
        clock: ClockId(fixed_id(&format!("demo clock {subject}"))),
        kind: TicketKind::Logged,
        customer: customer_id("Copperfield Primary"),
        site: None,
        host: None,
        subject,
        text: "Callers to 214 and 215 hear the engaged tone. Inside the school both ring.",
        origin: Origin::of(Channel::Portal, by),
        user: None,
        opened_at,
        now: opened_at,
    };
    tickets::log(tx, &Promises::load(tx).await?, opening).await?;
    let list = price_lists::latest(tx).await?;
    let order = StoredIncident {
        ticket: id,
        state: IncidentState::Asked,
        asked_at: opened_at,
        asked_by: by.to_owned(),
        prices: list.as_ref().map_or(Prices::STANDARD, |list| list.prices),
        price_list_version: list.map_or(1, |list| list.version),
        decided: None,
        split_from: None,
        version: 1,
    };
    incidents::insert(tx, &order).await?;
    let consent = Consent {
        unit: 1,
        at: opened_at,
        entered_at: opened_at,
        how: ConsentHow::Phone,
        given_by: by.to_owned(),
        user: account(DAN),
        by: DAN.0.to_owned(),
    };
    Ok(incidents::consent(tx, id, &consent).await?)
}

struct Writing<'a> {
    tx: &'a DatabaseTransaction,
    customer: CustomerId,
    subject: &'a str,
    by: &'a str,
    now: Timestamp,
}

impl Writing<'_> {
    async fn write(&self, text: &str, story: Story) -> Result<(), SeedError> {
        let contract =
            contracts::in_force(self.tx, Scope::Everything, self.customer, self.now).await?.into_iter().next();
        let cover = match &contract {
            Some(contract) => contract.contract.response_level(),
            None => CoverLevel::None,
        };
        let Some(level) = levels::find_by_cover(self.tx, cover).await? else { return Ok(()) };
        let Promise { terms, clock: Some(counts) } = promise(self.tx, level.terms).await? else { return Ok(()) };
        let opened_at = self.opened_at(story, counts).await?;
        let id = TicketId(fixed_id(&format!("demo ticket {}", self.subject)));
        let new = NewTicket {
            id,
            kind: TicketKind::Logged,
            customer: self.customer,
            site: None,
            host: None,
            service: None,
            fault: None,
            contract: contract.map(|contract| contract.contract.id),
            equipment: None,
            subject: self.subject.to_owned(),
            cover: CoverDecision::Covered,
            terms: Some(terms),
            opened_at,
            created_at: opened_at,
            origin: Origin::of(Channel::Portal, self.by),
            state: TicketState::Open,
        };
        tickets::insert(self.tx, new).await?;
        self.entry(id, opened_at, TicketEventKind::Message, None, text).await?;
        let clock = ClockId(fixed_id(&format!("demo clock {}", self.subject)));
        tickets::start_response(self.tx, clock, id, counts, opened_at, opened_at).await?;
        self.tell(id, clock, opened_at, story).await
    }

    /// What people did since.
    async fn tell(&self, id: TicketId, clock: ClockId, opened_at: Timestamp, story: Story) -> Result<(), SeedError> {
        match story {
            Story::Running | Story::Over(_) => Ok(()),
            Story::Paused => {
                let at = self.now.plus_seconds(-2 * HOUR_S);
                let evidence = "SSH to the phone system is refused from our addresses";
                let (reason, asked) = (PauseReason::RemoteAccess, Some(account(PRIYA)));
                self.fact(clock, at, &Fact::Paused { reason, asked, evidence: evidence.to_owned() }).await?;
                let detail = format!("{}: {evidence}", reason.label());
                self.entry(id, at, TicketEventKind::Paused, Some(PRIYA), &detail).await
            }
            Story::Answered | Story::Closed => {
                let at = opened_at.plus_seconds(46 * MINUTE_S);
                let text = "Thank you. We have moved both to a spare port. Please try a few calls and tell us.";
                let text = if story == Story::Answered { text } else { "Found it: the bell has a new cable now." };
                self.entry(id, at, TicketEventKind::Response, Some(DAN), text).await?;
                self.fact(clock, at, &Fact::Met).await?;
                if story == Story::Closed {
                    let at = opened_at.plus_seconds(20 * HOUR_S);
                    self.entry(id, at, TicketEventKind::Closed, Some(DAN), "").await?;
                    let closed = Moved {
                        state: TicketState::Closed,
                        outcome: Some(Outcome::Done),
                        closed_at: Some(at),
                        closes_at: None,
                        new_cycle: false,
                    };
                    tickets::change(self.tx, id, 1, &[Change::Moved(closed)]).await?;
                }
                Ok(())
            }
        }
    }

    async fn opened_at(&self, story: Story, counts: TermsRef) -> Result<Timestamp, SeedError> {
        Ok(match story {
            Story::Running => self.now.plus_seconds(-HOUR_S),
            Story::Paused => self.now.plus_seconds(-2 * HOUR_S - 20 * MINUTE_S),
            Story::Answered => self.now.plus_seconds(-26 * HOUR_S),
            Story::Closed => self.now.plus_seconds(-72 * HOUR_S),
            Story::Over(seconds) => {
                let checked = calendars::by_ids(self.tx, counts.calendar).await?;
                let cover = checked.cover(counts.calendar)?;
                let over = |start: Timestamp| {
                    let count = Count { cover: cover.clone(), start, target_s: counts.target_s };
                    let due = count.used_up_at(&Pauses::default());
                    due.is_ok_and(|due| due <= self.now.plus_seconds(-seconds))
                };
                let starts = (1..SEARCH_S / (5 * MINUTE_S)).map(|step| self.now.plus_seconds(-step * 5 * MINUTE_S));
                starts.into_iter().find(|start| over(*start)).unwrap_or(self.now)
            }
        })
    }

    async fn entry(
        &self,
        ticket: TicketId,
        at: Timestamp,
        kind: TicketEventKind,
        staff: Option<(&str, &str)>,
        detail: &str,
    ) -> Result<(), SeedError> {
        let by = staff.map_or(self.by, |(name, _)| name);
        let new = NewTicketEvent { ticket, at, entered_at: at, kind, user: staff.map(account), by, detail };
        Ok(tickets::add_event(self.tx, new).await.map(drop)?)
    }

    async fn fact(&self, clock: ClockId, at: Timestamp, fact: &Fact) -> Result<(), SeedError> {
        let refused = |error: AppendError| match error {
            AppendError::Db(error) => error,
            other => DbErr::Custom(other.to_string()),
        };
        Ok(clocks::append(self.tx, clock, at, at, fact).await.map(drop).map_err(refused)?)
    }
}

fn account((_, email): (&str, &str)) -> UserId {
    UserId(fixed_id(&format!("demo user {email}")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{clock::Clock, seed, testing::databases};

    /// A night, a morning, an afternoon and a weekend.
    const PRESENTS: [&str; 4] =
        ["2026-11-24T02:10:00Z", "2026-11-24T08:05:00Z", "2026-11-24T16:41:44Z", "2026-11-29T12:00:00Z"];

    #[tokio::test]
    async fn every_way_a_clock_can_stand_is_there_at_any_hour() {
        for present in PRESENTS {
            let now: Timestamp = present.parse::<jiff::Timestamp>().unwrap().into();
            for test in databases().await {
                seed::demo(&test.db, &Clock::from(now)).await.unwrap();
                let db = test.db.read();
                let mut states = Vec::new();
                let open = tickets::open(db, Scope::Everything).await.unwrap();
                let closed = tickets::closed(db, Scope::Everything, 10).await.unwrap();
                for ticket in open.into_iter().chain(closed) {
                    let mut all = clocks::of_ticket(db, Scope::Everything, ticket.id).await.unwrap();
                    let Some(clock) = all.pop() else {
                        states.push((ticket.state, "no clock".to_owned()));
                        continue;
                    };
                    let over = clock.kept.closed_at.is_none() && clock.kept.used_up_at.is_some_and(|due| due < now);
                    states.push((ticket.state, if over { "over".to_owned() } else { clock.kept.state }));
                }
                states.sort_by_key(|(state, word)| (state.as_str(), word.clone()));
                let open = |word: &str| (TicketState::Open, word.to_owned());
                let expected = [
                    (TicketState::Asked, "no clock".to_owned()),
                    (TicketState::Closed, "met".to_owned()),
                    open("met"),
                    open("over"),
                    open("paused"),
                    open("running"),
                ];
                assert_eq!(states, expected, "{present} {}", test.name);
            }
        }
    }
}
