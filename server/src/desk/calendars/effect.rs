//! What saving an order would do to open clocks, and doing it.

use std::{collections::BTreeMap, fmt::Write as _};

use app::api::{
    calendars::{DayLine, MovedRow, PausedRow, Preview, What},
    error::ApiError,
    principal::Principal,
};
use domain::{
    calendar::{Cover, Zone},
    clock::{ClockKind, Recount},
    id::CalendarId,
    notice::{MovedTarget, days_words},
    time::Timestamp,
};
use sea_orm::ConnectionTrait;
use sha2::{Digest, Sha256};

use super::{
    order::{Change, Order},
    stale, words,
};
use crate::{
    desk::{dates, internal, new_id},
    store::{
        announcements,
        calendars::{self, NewCalendar, TermsRef},
        clocks::{self, AppendError, Fact},
        contacts::Contact,
        due_times::{self, OpenClock},
        values::Made,
    },
};

/// Days of an edit that a preview shows.
const EDIT_DAYS: usize = 14;
/// Open clocks that a preview lists; the rest of the digest still proves all.
const MOVED_MAX: usize = due_times::CLOCKS_MAX;

/// A clock that an order concerns.
pub(super) struct Listed {
    pub(super) clock: OpenClock,
    /// None: it has an open pause and no due time.
    pub(super) moved: Option<(Option<Timestamp>, Option<Timestamp>)>,
}

pub(super) struct Effect {
    /// Proves all of this.
    pub(super) seen: String,
    /// For each change of the order.
    listed: Vec<Vec<Listed>>,
    levels: Vec<Vec<String>>,
    pub(super) audience: Vec<Contact>,
}

/// What `order` would do at this moment.
pub(super) async fn of(
    db: &impl ConnectionTrait,
    who: &Principal,
    order: &Order,
    form: &str,
    now: Timestamp,
) -> Result<Effect, ApiError> {
    let (mut listed, mut levels) = (Vec::new(), Vec::new());
    let mut proof = form.to_owned();
    for change in &order.changes {
        let clocks = concerned(db, who, change, now).await?;
        // Announcing stamps the days with the present, which proves nothing.
        let version = change.before.as_ref().map(|before| (before.id, before.version));
        let _ = write!(proof, "|{}{version:?}{:?}", change.key, change.draft.holidays);
        for Listed { clock, moved } in &clocks {
            let _ = write!(proof, "|{}:{}:{moved:?}", clock.clock.id, clock.clock.events);
        }
        levels.push(announcements::levels_by(db, &change.key).await.map_err(internal)?);
        listed.push(clocks);
    }
    let keys: Vec<String> = order.changes.iter().map(|change| change.key.clone()).collect();
    let mut effect = Effect { seen: String::new(), listed, levels, audience: Vec::new() };
    if order.about.is_some() {
        // Whoever has an open target that may move hears of it, also where the contract counts by other hours by now.
        let also: Vec<_> = effect.moved_by_customer().into_keys().collect();
        effect.audience = announcements::audience(db, &keys, also, now).await.map_err(internal)?;
    }
    effect.seen = Sha256::digest(proof.as_bytes()).iter().take(16).fold(String::new(), |mut hex, byte| {
        let _ = write!(hex, "{byte:02x}");
        hex
    });
    Ok(effect)
}

async fn concerned(
    db: &impl ConnectionTrait,
    who: &Principal,
    change: &Change,
    now: Timestamp,
) -> Result<Vec<Listed>, ApiError> {
    let Some(before) = &change.before else { return Ok(Vec::new()) };
    let open = due_times::open_clocks(db, before.calendar).await.map_err(internal)?;
    let open = open.map_err(|count| {
        ApiError::Conflict(format!("{count} open clocks count by this calendar; a preview lists {MOVED_MAX} at most."))
    })?;
    let cover = Cover::Hours(change.calendar.clone());
    let mut listed = Vec::new();
    for clock in open {
        let terms = clock.terms_under(cover.clone());
        let moved = match clock.clock.clock.recounted(&terms, now, who.user).map_err(internal)? {
            Recount::Same => continue,
            Recount::Moved { old, new } => Some((old, new)),
            Recount::Paused => None,
        };
        listed.push(Listed { clock, moved });
    }
    Ok(listed)
}

impl Effect {
    /// How many clocks applying would correct.
    pub(super) fn listed(&self) -> usize {
        self.listed.iter().map(Vec::len).sum()
    }

    /// Targets of customers' tickets that move, by customer; internal clocks are ours alone.
    pub(super) fn moved_by_customer(&self) -> BTreeMap<domain::id::CustomerId, Vec<MovedTarget>> {
        let mut moved: BTreeMap<_, Vec<_>> = BTreeMap::new();
        for Listed { clock, moved: by } in self.listed.iter().flatten() {
            if let (Some((old, new)), true) = (by, clock.clock.clock.kind() != ClockKind::NextReply) {
                let target = MovedTarget { ticket: clock.ticket, old: *old, new: *new };
                moved.entry(clock.customer).or_default().push(target);
            }
        }
        moved
    }

    pub(super) fn preview(&self, order: &Order) -> Preview {
        let mut preview = Preview {
            seen: self.seen.clone(),
            days: Vec::new(),
            moved: Vec::new(),
            paused: Vec::new(),
            customers: customers(&self.audience),
            mails: self.audience.len(),
        };
        for ((change, levels), listed) in order.changes.iter().zip(&self.levels).zip(&self.listed) {
            preview.days.extend(day_lines(order, change, levels));
            for Listed { clock, moved } in listed {
                let (ticket, customer) = (clock.ticket, clock.customer_name.clone());
                let kind = clock_words(clock.clock.clock.kind()).to_owned();
                match moved {
                    None => preview.paused.push(PausedRow { ticket, customer, clock: kind }),
                    Some((old, new)) => {
                        let (old, new) = (due(change.calendar.zone(), *old), due(change.calendar.zone(), *new));
                        preview.moved.push(MovedRow { ticket, customer, clock: kind, old, new });
                    }
                }
            }
        }
        preview
    }
}

pub(super) fn customers(audience: &[Contact]) -> usize {
    audience.iter().map(|contact| contact.customer).collect::<std::collections::BTreeSet<_>>().len()
}

fn due(zone: &Zone, at: Option<Timestamp>) -> String {
    at.map_or_else(|| "no due time: no cover".to_owned(), |at| dates::moment_and_year(zone, at))
}

fn clock_words(kind: ClockKind) -> &'static str {
    match kind {
        ClockKind::Response => "First response",
        ClockKind::NextReply => "Next reply",
        ClockKind::Arrival => "Arrival on site",
    }
}

/// The days of an order in words: those announced or taken back, or the coming two weeks of an edit.
fn day_lines(order: &Order, change: &Change, levels: &[String]) -> Vec<DayLine> {
    let line = |when: String, what: String, sub: String, mark| DayLine { when, what, sub, mark, withdraw: None };
    let calendar = &change.calendar;
    match (&order.about, order.what) {
        (Some(about), What::Withdraw) => {
            let when = days_words(about.first_on, about.last_on);
            let what = format!("{}: {} is taken back", change.name, about.text);
            vec![line(when, what, words::clocks(levels, calendar.day(about.first_on).windows), None)]
        }
        (Some(about), _) => {
            let run = |run: &domain::calendar::Announced<'_>| {
                let what = format!("{}: {}, {}", change.name, run.day.text, dates::hours(&run.day.windows));
                let sub = words::clocks(levels, &run.day.windows);
                line(days_words(run.first_on, run.last_on), what, sub, Some(calendar.mark(run.first_on)))
            };
            calendar.announced(about.first_on, about.last_on).iter().map(run).collect()
        }
        (None, What::Renew) => {
            let sub = words::clocks(levels, &[]);
            let days = change.draft.holidays.iter().flat_map(|holidays| holidays.iter()).count();
            vec![line(change.name.clone(), format!("takes over the list of {days} bank holidays"), sub, None)]
        }
        (None, _) => {
            let first = calendar.zone().date_at(order.at);
            let day = |date| {
                let windows = calendar.day(date).windows;
                let sub = words::of_day(calendar, date, levels);
                line(dates::day(date), dates::hours(windows), sub, Some(calendar.mark(date)))
            };
            first.series(jiff::ToSpan::day(1)).take(EDIT_DAYS).map(day).collect()
        }
    }
}

/// Makes the new versions and, when asked, counts the listed clocks by them. The caller has proved the effect.
pub(super) async fn save(
    db: &impl ConnectionTrait,
    who: &Principal,
    order: &Order,
    effect: &Effect,
    apply: bool,
    now: Timestamp,
) -> Result<(), ApiError> {
    let made = Made { at: now, by: Some(who.user) };
    for (change, listed) in order.changes.iter().zip(&effect.listed) {
        let version = match &change.before {
            None => {
                let new = NewCalendar { id: CalendarId(new_id(now)?), key: &change.key, name: &change.name };
                let added = calendars::insert(db, new, &change.draft, made).await.map_err(internal)?;
                added.ok_or_else(|| ApiError::invalid("key", format!("{} is there already", change.key)))?
            }
            Some(before) => {
                if before.name != change.name {
                    calendars::rename(db, before.calendar, &change.name).await.map_err(internal)?;
                }
                let published = calendars::publish(db, before.calendar, before.version, &change.draft, made).await;
                published.map_err(internal)?.ok_or_else(stale)?
            }
        };
        for Listed { clock, .. } in listed.iter().filter(|_| apply) {
            let terms = TermsRef { calendar: Some(version), target_s: clock.clock.terms.target_s };
            let fact = Fact::LevelCorrected { by: who.user, terms };
            let done = clocks::append(db, clock.clock.id, now, now, &fact).await.map_err(|error| match error {
                AppendError::Db(error) => internal(error),
                // It was open when it was listed, so somebody was faster.
                AppendError::NotFound | AppendError::Refused(_) => stale(),
            })?;
            if done.events != clock.clock.events + 1 {
                return Err(stale());
            }
        }
    }
    Ok(())
}
