//! A clock as a fold over its events.

use super::{
    count::{Count, CountState, Percent, Reading, Stop, Verdict, Warning},
    event::{ClockEvent, ClockKind, LevelChange, PauseAsked, PauseEnded, Terms},
    explain::Explanation,
    pause::{Pause, PauseReason, Pauses},
    refusal::{FoldError, Refusal},
    standing::{PauseEnd, PauseRecord, Standing},
};
use crate::{id::UserId, time::Timestamp};

/// A started clock.
#[derive(Debug, Clone)]
pub struct Clock {
    kind: ClockKind,
    /// The terms it started with or was corrected to.
    first: Count,
    /// One for each level change in the mode "exception". The clock is due when any of its counts is.
    exceptions: Vec<Count>,
    pauses: Vec<PauseRecord>,
    standing: Standing,
}

impl Clock {
    /// A clock from its stored events, oldest first.
    ///
    /// Verdicts are taken as they were written and not judged again. Everything else that cannot have happened is an
    /// error that names the event.
    pub fn fold<'a>(events: impl IntoIterator<Item = &'a ClockEvent>) -> Result<Self, FoldError> {
        let mut clock = None;
        for (place, event) in events.into_iter().enumerate() {
            let next = Self::follow(clock, event);
            let refused = |refusal| FoldError::Refused { number: place + 1, event: event.as_str(), refusal };
            clock = Some(next.map_err(refused)?);
        }
        clock.ok_or(FoldError::Empty)
    }

    /// This clock after a new `event`; the caller stores the event if and only if this accepts it.
    ///
    /// Refuses what `fold` refuses, and verdicts and pauses that the due instant contradicts.
    pub fn accept(&self, event: &ClockEvent) -> Result<Self, Refusal> {
        let next = Self::follow(Some(self.clone()), event)?;
        match (event, self.used_up_at()) {
            (ClockEvent::Paused { at, .. }, Ok(due)) if due < *at => Err(Refusal::PausedTooLate { at: *at, due }),
            (ClockEvent::Met { at }, Ok(due)) if due < *at => Err(Refusal::MetTooLate { at: *at, due }),
            (ClockEvent::Missed { at }, Ok(due)) if *at <= due => Err(Refusal::MissedTooEarly { at: *at, due }),
            (ClockEvent::Missed { .. }, Err(_)) => Err(Refusal::NeverDue),
            _ => Ok(next),
        }
    }

    pub fn kind(&self) -> ClockKind {
        self.kind
    }

    pub fn started_at(&self) -> Timestamp {
        self.first.start
    }

    pub fn standing(&self) -> &Standing {
        &self.standing
    }

    pub fn pauses(&self) -> &[PauseRecord] {
        &self.pauses
    }

    /// State, due instant and warnings. None when voided: nothing is due and nobody is warned.
    ///
    /// After an exception everything is the earlier of the old and the new terms, warnings too: a change for the better
    /// makes none later.
    pub fn reading(&self, percents: &[Percent]) -> Option<Reading> {
        if matches!(self.standing, Standing::Voided { .. }) {
            return None;
        }
        let pauses = self.union();
        let first = self.first.reading(&pauses, percents);
        let others = self.exceptions.iter().map(|count| count.reading(&pauses, percents));
        Some(others.fold(first, earlier))
    }

    /// Whether a fulfilling event at `at` would meet the target.
    pub fn judge(&self, at: Timestamp) -> Verdict {
        self.leading().judge(&self.union(), at)
    }

    /// When it would be due if every open pause ended at `now`. None: it is never due, or voided.
    pub fn due_if_resumed(&self, now: Timestamp) -> Option<Timestamp> {
        if matches!(self.standing, Standing::Voided { .. }) {
            return None;
        }
        let ended = |pause: &Pause| Pause { until: pause.until.or(Some(now.max(pause.from))), ..*pause };
        let pauses: Pauses = self.union().as_slice().iter().map(ended).collect();
        let counts = std::iter::once(&self.first).chain(&self.exceptions);
        counts.filter_map(|count| count.used_up_at(&pauses).ok()).min()
    }

    /// Whole seconds left at `at`, negative when overrun, by the terms that are due first.
    pub fn remaining_s(&self, at: Timestamp) -> i64 {
        self.leading().remaining_s(&self.union(), at)
    }

    /// The arithmetic behind the due instant, by the terms that are due first.
    pub fn explain(&self) -> Explanation {
        self.leading().explain(&self.union())
    }

    /// The union of this clock's pauses.
    fn union(&self) -> Pauses {
        let pause = |record: &PauseRecord| Pause {
            from: record.from,
            until: record.end.as_ref().map(|end| end.at),
            reason: Some(record.reason),
        };
        self.pauses.iter().map(pause).collect()
    }

    fn used_up_at(&self) -> Result<Timestamp, Stop> {
        self.leading().used_up_at(&self.union())
    }

    /// The count that is due first; the older of two that are due together. While a pause is open: the one that would
    /// be due first if that pause ended as soon as it began.
    fn leading(&self) -> &Count {
        let ended = |pause: &Pause| pause.until.is_some();
        let pauses: Pauses = self.union().as_slice().iter().copied().filter(ended).collect();
        let mut leading = &self.first;
        let mut first_due = leading.used_up_at(&pauses).ok();
        for count in &self.exceptions {
            let due = count.used_up_at(&pauses).ok();
            if due.is_some_and(|due| first_due.is_none_or(|first_due| due < first_due)) {
                (leading, first_due) = (count, due);
            }
        }
        leading
    }

    fn follow(clock: Option<Self>, event: &ClockEvent) -> Result<Self, Refusal> {
        let (clock, event) = match (clock, event) {
            (None, ClockEvent::Started { at, kind, terms }) => return Ok(Self::started(*at, *kind, terms)),
            (None, _) => return Err(Refusal::NotStarted),
            (Some(clock), event) => (clock, event),
        };
        match event {
            ClockEvent::Started { .. } => Err(Refusal::AlreadyStarted { started_at: clock.started_at() }),
            ClockEvent::Paused { at, reason, asked, evidence } => clock.paused(*at, *reason, *asked, evidence),
            ClockEvent::Resumed { at, reason, ended, evidence } => clock.resumed(*at, *reason, *ended, evidence),
            ClockEvent::Met { at } => clock.closed(*at, Standing::Met { at: *at }),
            ClockEvent::Missed { at } => clock.closed(*at, Standing::Missed { at: *at, excuse: None }),
            ClockEvent::Voided { at, by, reason } => {
                let reason = given(reason)?;
                clock.closed(*at, Standing::Voided { at: *at, by: *by, reason })
            }
            ClockEvent::LevelCorrected { change, .. } => clock.level_corrected(change),
            ClockEvent::Excused { by, reason, .. } => clock.excused(*by, reason),
        }
    }

    fn started(at: Timestamp, kind: ClockKind, terms: &Terms) -> Self {
        let first = count_from(at, terms);
        Self { kind, first, exceptions: Vec::new(), pauses: Vec::new(), standing: Standing::Open }
    }

    fn paused(
        mut self,
        from: Timestamp,
        reason: PauseReason,
        asked: PauseAsked,
        evidence: &str,
    ) -> Result<Self, Refusal> {
        self.still_open()?;
        self.not_before_start(from)?;
        if !self.kind.may_pause_for(reason) {
            return Err(Refusal::MayNotPause { kind: self.kind, reason });
        }
        if self.open_pause(reason).is_some() {
            return Err(Refusal::AlreadyPaused { reason });
        }
        let asked_evidence = given(evidence)?;
        self.pauses.push(PauseRecord { reason, from, asked, asked_evidence, end: None });
        Ok(self)
    }

    fn resumed(
        mut self,
        at: Timestamp,
        reason: PauseReason,
        ended: PauseEnded,
        evidence: &str,
    ) -> Result<Self, Refusal> {
        self.still_open()?;
        let evidence = given(evidence)?;
        let pause = self.open_pause(reason).ok_or(Refusal::NotPaused { reason })?;
        if at < pause.from {
            return Err(Refusal::EndsBeforeItBegan { at, paused_at: pause.from });
        }
        pause.end = Some(PauseEnd { at, ended, evidence });
        Ok(self)
    }

    fn closed(mut self, at: Timestamp, standing: Standing) -> Result<Self, Refusal> {
        self.still_open()?;
        self.not_before_start(at)?;
        self.standing = standing;
        Ok(self)
    }

    fn level_corrected(mut self, change: &LevelChange) -> Result<Self, Refusal> {
        match change {
            // Says that staff decided against a change; true of a clock with a verdict as well.
            LevelChange::None => return Ok(self),
            LevelChange::Exception { effective_at, terms } => {
                self.still_open()?;
                self.not_before_start(*effective_at)?;
                self.exceptions.push(count_from(*effective_at, terms));
            }
            LevelChange::Correction { terms } => {
                self.still_open()?;
                self.first = count_from(self.first.start, terms);
                // They compared with terms that were wrong.
                self.exceptions.clear();
            }
        }
        Ok(self)
    }

    fn excused(mut self, by: UserId, reason: &str) -> Result<Self, Refusal> {
        let reason = given(reason)?;
        match &mut self.standing {
            Standing::Missed { excuse, .. } if excuse.is_none() => *excuse = Some((by, reason)),
            standing => return Err(Refusal::NotMissed { standing: standing.clone() }),
        }
        Ok(self)
    }

    fn still_open(&self) -> Result<(), Refusal> {
        match &self.standing {
            Standing::Open => Ok(()),
            standing => Err(Refusal::Closed { standing: standing.clone() }),
        }
    }

    fn not_before_start(&self, at: Timestamp) -> Result<(), Refusal> {
        let started_at = self.started_at();
        if at < started_at { Err(Refusal::BeforeStart { at, started_at }) } else { Ok(()) }
    }

    fn open_pause(&mut self, reason: PauseReason) -> Option<&mut PauseRecord> {
        self.pauses.iter_mut().find(|pause| pause.reason == reason && pause.end.is_none())
    }
}

fn count_from(start: Timestamp, terms: &Terms) -> Count {
    Count { cover: terms.cover.clone(), start, target_s: terms.target_s }
}

/// `text`, unless it says nothing.
fn given(text: &str) -> Result<String, Refusal> {
    match text.trim() {
        "" => Err(Refusal::NoReason),
        text => Ok(text.to_owned()),
    }
}

/// Of two readings with the same pauses, the earlier of everything.
fn earlier(one: Reading, other: Reading) -> Reading {
    let min = |one: Option<Timestamp>, other: Option<Timestamp>| one.into_iter().chain(other).min();
    let state = match (one.state, other.state) {
        (CountState::NoCover, state) | (state, CountState::NoCover) => state,
        // Both are paused or neither is: they share their pauses.
        (state, _) => state,
    };
    let warning = |(one, other): (&Warning, &Warning)| Warning { percent: one.percent, at: min(one.at, other.at) };
    Reading {
        state,
        due: min(one.due, other.due),
        used_up_at: min(one.used_up_at, other.used_up_at),
        warnings: one.warnings.iter().zip(&other.warnings).map(warning).collect(),
    }
}

#[cfg(test)]
mod tests;
