//! What another version of a calendar would do to clocks that run. Source: `rules` section 2: applied to open tickets
//! only after a list of every due time that would move.

use super::{
    count::Reading,
    event::{ClockEvent, LevelChange, Terms},
    fold::Clock,
    refusal::Refusal,
};
use crate::{id::UserId, time::Timestamp};

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
        clock::{ClockKind, PauseAsked, PauseReason},
    };

    const HOUR_S: u32 = 3_600;

    /// Cat1 with Tuesday 6 October 2026 as an announced day of the windows named.
    fn announced(windows: &str) -> CalendarDraft {
        let one = OverrideDraft { windows: texts(windows), text: "Stocktaking".to_owned(), announced_at: None };
        CalendarDraft { overrides: [(date(2026, 10, 6), one)].into(), ..cat1_draft() }
    }

    fn terms(draft: CalendarDraft, hours: u32) -> Terms {
        Terms { cover: cover(draft), target_s: hours * HOUR_S }
    }

    /// What the announced day does to a Cat1 clock of 8 hours; None: nothing.
    fn check(start: &str, windows: &str, expected: Option<(Option<&str>, Option<&str>)>) {
        let kind = ClockKind::Response;
        let started = ClockEvent::Started { at: at(start), kind, terms: terms(cat1_draft(), 8) };
        let by = UserId(Uuid::from_u128(3));
        let found = Clock::fold(&[started]).unwrap().recounted(&terms(announced(windows), 8), at(start), by);
        let moved = |(old, new): (Option<&str>, Option<&str>)| Recount::Moved { old: old.map(at), new: new.map(at) };
        assert_eq!(found, Ok(expected.map_or(Recount::Same, moved)), "{windows}");
    }

    #[test]
    fn a_closure_moves_what_would_have_been_due_across_it() {
        let monday = "2026-10-05T14:00:00Z";
        check(monday, "", Some((Some("2026-10-06T14:00:00Z"), Some("2026-10-07T14:00:00Z"))));
        check(monday, "09:00-12:00", Some((Some("2026-10-06T14:00:00Z"), Some("2026-10-07T11:00:00Z"))));
        check(monday, "09:00-17:00", None);
    }

    #[test]
    fn a_clock_that_is_due_before_the_closure_stays() {
        check("2026-10-05T08:00:00Z", "", None);
        check("2026-10-07T08:00:00Z", "", None);
    }

    #[test]
    fn a_recount_is_what_the_correction_does() {
        let terms = |draft| terms(draft, 8);
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
    fn a_due_instant_that_appears_is_told() {
        let never = terms(CalendarDraft { tz: "UTC".to_owned(), ..CalendarDraft::default() }, 8);
        let start = at("2026-10-05T14:00:00Z");
        let clock = Clock::fold(&[ClockEvent::Started { at: start, kind: ClockKind::Response, terms: never }]).unwrap();
        let found = clock.recounted(&terms(cat1_draft(), 8), start, UserId(Uuid::from_u128(3)));
        assert_eq!(found, Ok(Recount::Moved { old: None, new: Some(at("2026-10-06T14:00:00Z")) }));
    }
}
