//! What another version of a calendar would do to clocks that run. Source: `rules` section 2: applied to open tickets
//! only after a list of every due time that would move.

use super::{
    count::{Count, Reading},
    event::{ClockEvent, LevelChange, Terms},
    fold::Clock,
    pause::Pauses,
    refusal::Refusal,
};
use crate::{
    calendar::Cover,
    id::{ClockId, UserId},
    time::Timestamp,
};

/// What a correction would do to an open clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Recount {
    Same,
    /// None: without cover nothing is due.
    Moved {
        old: Option<Timestamp>,
        new: Option<Timestamp>,
    },
    /// It has an open pause and no due instant that could move; the new terms count once the pause ends.
    Paused,
}

impl Clock {
    /// What counting by `terms` from the original start would do, exactly as the event that `by` enters at `at` would.
    pub fn recounted(&self, terms: &Terms, at: Timestamp, by: UserId) -> Result<Recount, Refusal> {
        let change = LevelChange::Correction { terms: terms.clone() };
        let after = self.accept(&ClockEvent::LevelCorrected { at, by, change })?;
        let (Some(old), Some(new)) = (self.reading(&[]), after.reading(&[])) else { return Ok(Recount::Same) };
        let due = |reading: &Reading| reading.used_up_at;
        let paused = self.pauses().iter().any(|pause| pause.end.is_none());
        Ok(match (due(&old) == due(&new), paused) {
            (false, _) => Recount::Moved { old: due(&old), new: due(&new) },
            (true, true) => Recount::Paused,
            (true, false) => Recount::Same,
        })
    }
}

/// A clock that has no verdict yet.
#[derive(Debug, Clone, Copy)]
pub struct Counting<'a> {
    pub clock: ClockId,
    pub count: &'a Count,
    pub pauses: &'a Pauses,
}

/// A due instant that would change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Moved {
    pub clock: ClockId,
    /// None: without cover nothing is due.
    pub old: Option<Timestamp>,
    pub new: Option<Timestamp>,
}

/// The clocks whose due instants would be others under `cover`, in the order given.
///
/// Elapsed clocks follow no calendar and never move. A clock with an open pause is judged by when its target was used
/// up before the pause; if it was not there is no due instant that could move, and the new version counts once the
/// pause ends.
pub fn moved<'a>(clocks: impl IntoIterator<Item = Counting<'a>>, cover: &Cover) -> Vec<Moved> {
    let compare = |Counting { clock, count, pauses }: Counting<'_>| {
        let Cover::Hours(_) = count.cover else { return None };
        let changed = Count { cover: cover.clone(), ..*count };
        let (old, new) = (count.used_up_at(pauses).ok(), changed.used_up_at(pauses).ok());
        (old != new).then_some(Moved { clock, old, new })
    };
    clocks.into_iter().filter_map(compare).collect()
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;
    use uuid::Uuid;

    use super::*;
    use crate::{
        calendar::{
            CalendarDraft, OverrideDraft,
            samples::{at, cat1_draft, cover, texts},
        },
        clock::{ClockKind, Pause, PauseAsked, PauseReason},
    };

    const HOUR_S: u32 = 3_600;

    /// Cat1 with Tuesday 6 October 2026 as an announced day of the windows named.
    fn announced(windows: &str) -> CalendarDraft {
        let one = OverrideDraft { windows: texts(windows), text: "Stocktaking".to_owned(), announced_at: None };
        CalendarDraft { overrides: [(date(2026, 10, 6), one)].into(), ..cat1_draft() }
    }

    fn check(count: &Count, pauses: &[Pause], windows: &str, expected: Option<(Option<&str>, Option<&str>)>) {
        let pauses: Pauses = pauses.iter().copied().collect();
        let counting = Counting { clock: ClockId(Uuid::from_u128(7)), count, pauses: &pauses };
        let found = moved([counting], &cover(announced(windows)));
        let expected = expected.map(|(old, new)| Moved { clock: counting.clock, old: old.map(at), new: new.map(at) });
        assert_eq!(found, Vec::from_iter(expected), "{windows}");
    }

    fn count(start: &str, hours: u32) -> Count {
        Count { cover: cover(cat1_draft()), start: at(start), target_s: hours * HOUR_S }
    }

    #[test]
    fn a_closure_moves_what_would_have_been_due_across_it() {
        let monday = count("2026-10-05T14:00:00Z", 8);
        check(&monday, &[], "", Some((Some("2026-10-06T14:00:00Z"), Some("2026-10-07T14:00:00Z"))));
        check(&monday, &[], "09:00-12:00", Some((Some("2026-10-06T14:00:00Z"), Some("2026-10-07T11:00:00Z"))));
        check(&monday, &[], "09:00-17:00", None);
    }

    #[test]
    fn a_clock_that_is_due_before_the_closure_stays() {
        check(&count("2026-10-05T08:00:00Z", 8), &[], "", None);
        check(&count("2026-10-07T08:00:00Z", 8), &[], "", None);
    }

    #[test]
    fn elapsed_clocks_and_paused_ones_have_nothing_that_moves() {
        check(&Count { cover: Cover::Elapsed, ..count("2026-10-05T14:00:00Z", 24) }, &[], "", None);
        let open = Pause { from: at("2026-10-05T15:00:00Z"), until: None, reason: None };
        check(&count("2026-10-05T14:00:00Z", 8), &[open], "", None);
    }

    #[test]
    fn a_recount_is_what_the_correction_does() {
        let terms = |draft| Terms { cover: cover(draft), target_s: 8 * HOUR_S };
        let start = at("2026-10-05T14:00:00Z");
        let started = ClockEvent::Started { at: start, kind: ClockKind::Response, terms: terms(cat1_draft()) };
        let paused_at = |text| ClockEvent::Paused {
            at: at(text),
            reason: PauseReason::RemoteAccess,
            asked: PauseAsked::FailedAccessTest,
            evidence: "ssh refused".to_owned(),
        };
        let by = UserId(Uuid::from_u128(3));
        let recount = |events: &[ClockEvent], draft| {
            Clock::fold(events).unwrap().recounted(&terms(draft), at("2026-10-05T16:00:00Z"), by)
        };
        let moved = Recount::Moved { old: Some(at("2026-10-06T14:00:00Z")), new: Some(at("2026-10-07T14:00:00Z")) };
        assert_eq!(recount(std::slice::from_ref(&started), announced("")), Ok(moved));
        assert_eq!(recount(std::slice::from_ref(&started), announced("09:00-17:00")), Ok(Recount::Same));
        let paused = paused_at("2026-10-05T15:00:00Z");
        assert_eq!(recount(&[started.clone(), paused], announced("")), Ok(Recount::Paused));
        // Closed on Tuesday it was paused before it was due; with that day it is over its target before the pause.
        let closed = ClockEvent::Started { at: start, kind: ClockKind::Response, terms: terms(announced("")) };
        let over = Recount::Moved { old: None, new: Some(at("2026-10-06T14:00:00Z")) };
        assert_eq!(recount(&[closed, paused_at("2026-10-07T09:00:00Z")], cat1_draft()), Ok(over));
        let met = ClockEvent::Met { at: at("2026-10-05T15:00:00Z") };
        assert!(matches!(recount(&[started, met], announced("")), Err(Refusal::Closed { .. })));
    }

    #[test]
    fn a_due_instant_that_appears_or_goes_is_told() {
        let never = Count {
            cover: cover(CalendarDraft { tz: "UTC".to_owned(), ..CalendarDraft::default() }),
            ..count("2026-10-05T14:00:00Z", 8)
        };
        check(&never, &[], "", Some((None, Some("2026-10-07T14:00:00Z"))));
    }
}
