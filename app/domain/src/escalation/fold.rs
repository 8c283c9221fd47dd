//! An escalation as a fold over what happened to its fault.

use super::{After, Counted, Delay, Due, DueKind, EscalationTerms, Event, Held, Reached, Step, Taken, Whom};
use crate::{
    access::Side,
    calendar::Cover,
    clock::{Count, Pauses},
    fault::ends_acknowledgement,
    notice::Who,
    time::Timestamp,
};

/// Where the escalation of one fault stands.
#[derive(Debug, Clone)]
pub struct Escalation {
    terms: EscalationTerms,
    opened_at: Timestamp,
    staff: Track,
    customer: Track,
    downtime_at: Option<Timestamp>,
    flapping: bool,
    ended_at: Option<Timestamp>,
    taken: Vec<Taken>,
}

/// One side's half: an acknowledgement of one never holds back the other.
#[derive(Debug, Clone)]
struct Track {
    side: Side,
    acknowledged: Option<Acknowledged>,
    /// Nothing is due before: the opening, or when an acknowledgement or downtime last ended.
    resumed_at: Timestamp,
    /// Place in the policy behind the last step taken.
    next_step: usize,
    /// The last step taken and the instant it was due at.
    last_step: Option<(After, Timestamp)>,
    reminders: u32,
    /// From when the next reminder counts; None: nobody on this side has been told by the escalation yet.
    told_at: Option<Timestamp>,
}

#[derive(Debug, Clone, Copy)]
struct Acknowledged {
    at: Timestamp,
    by: Who,
    sticky: bool,
}

impl Escalation {
    /// The escalation of a fault that opened at `at`.
    pub fn open(terms: EscalationTerms, at: Timestamp) -> Self {
        // Contacts are told of the opening itself; staff reminders follow the first page.
        let customer = Track::new(Side::Customer, at, Some(at));
        let (staff, taken) = (Track::new(Side::Staff, at, None), Vec::new());
        Self { terms, opened_at: at, staff, customer, downtime_at: None, flapping: false, ended_at: None, taken }
    }

    /// The escalation after everything that is stored of its fault, oldest first.
    pub fn fold<'a>(terms: EscalationTerms, at: Timestamp, events: impl IntoIterator<Item = &'a Event>) -> Self {
        events.into_iter().fold(Self::open(terms, at), Self::follow)
    }

    /// This escalation after one more event. What comes after the end, and what was told before, changes nothing.
    #[must_use]
    pub fn follow(mut self, event: &Event) -> Self {
        if self.ended_at.is_some() {
            return self;
        }
        match event {
            Event::Changed { at, from, to } => {
                for track in [&mut self.staff, &mut self.customer] {
                    if track.acknowledged.is_some_and(|ack| ends_acknowledgement(*from, *to, ack.sticky)) {
                        track.resume(*at);
                    }
                }
            }
            Event::Acknowledged { at, side, by, sticky } => {
                self.track(*side).acknowledged = Some(Acknowledged { at: *at, by: *by, sticky: *sticky });
            }
            Event::AcknowledgementEnded { at, side } => {
                let track = self.track(*side);
                if track.acknowledged.is_some() {
                    track.resume(*at);
                }
            }
            Event::DowntimeStarted { at } => self.downtime_at = Some(self.downtime_at.unwrap_or(*at)),
            Event::DowntimeEnded { at } => {
                if self.downtime_at.take().is_some() {
                    for track in [&mut self.staff, &mut self.customer] {
                        track.resumed_at = track.resumed_at.max(*at);
                    }
                }
            }
            Event::FlappingStarted { .. } => self.flapping = true,
            Event::FlappingEnded { at } => {
                self.flapping = false;
                // What it came to is told then, which is as good as a reminder.
                for track in [&mut self.staff, &mut self.customer] {
                    track.told_at = track.told_at.map(|told| told.max(*at));
                }
            }
            Event::Ended { at } => self.ended_at = Some(*at),
            Event::Told(taken) => self.told(taken),
        }
        self
    }

    /// What is due next on either side, and when; None: nothing unless something happens.
    pub fn next_due(&self) -> Option<Due> {
        let sides = [&self.staff, &self.customer];
        sides.into_iter().filter_map(|track| self.next_of(track)).min_by_key(|due| due.at)
    }

    /// Every step still to come if nobody acts, without reminders.
    pub fn plan(&self) -> Vec<Due> {
        let mut rest = self.clone();
        rest.terms.policy.reminder_s = None;
        let mut plan = Vec::new();
        while let Some(due) = rest.next_due() {
            rest.told(&due.carried_out(&Reached::default()));
            plan.push(due);
        }
        plan
    }

    /// Why nothing is due on `side`; None: it runs.
    pub fn held(&self, side: Side) -> Option<Held> {
        let track = match side {
            Side::Staff => &self.staff,
            Side::Customer => &self.customer,
        };
        let acknowledged = track.acknowledged.map(|ack| Held::Acknowledged { at: ack.at, by: ack.by });
        let ended = self.ended_at.map(|at| Held::Ended { at });
        ended.or(acknowledged).or(self.downtime_at.map(|at| Held::Downtime { at }))
    }

    pub fn terms(&self) -> &EscalationTerms {
        &self.terms
    }

    /// Everything told so far, in order.
    pub fn taken(&self) -> &[Taken] {
        &self.taken
    }

    fn track(&mut self, side: Side) -> &mut Track {
        match side {
            Side::Staff => &mut self.staff,
            Side::Customer => &mut self.customer,
        }
    }

    fn told(&mut self, taken: &Taken) {
        let step = |place: usize| self.terms.policy.steps.get(place).map(|step| step.after);
        let (after, track) = match (taken.kind, taken.side) {
            (DueKind::Step(place), Side::Staff) => (step(place), &mut self.staff),
            (DueKind::Step(place), Side::Customer) => (step(place), &mut self.customer),
            (DueKind::Reminder(_), side) => (None, self.track(side)),
        };
        if track.take(taken, after) {
            self.taken.push(taken.clone());
        }
    }

    fn next_of(&self, track: &Track) -> Option<Due> {
        if self.held(track.side).is_some() {
            return None;
        }
        let (step, reminder) = (self.next_step(track), self.next_reminder(track));
        // At the same instant the step comes first.
        step.into_iter().chain(reminder).min_by_key(|due| due.at)
    }

    fn next_step(&self, track: &Track) -> Option<Due> {
        let mut rest = self.terms.policy.steps.iter().enumerate().skip(track.next_step);
        let (place, Step { after, whom }) = rest.find(|(_, step)| step.side() == track.side)?;
        let by_policy = self.later(self.opened_at, *after)?;
        let by_step_before = match track.last_step {
            None => by_policy,
            Some((before, at)) => self.later(at, after.behind(before))?,
        };
        let wanted_at = by_policy.max(by_step_before).max(track.resumed_at);
        let at = self.allowed(track.side, wanted_at)?;
        let delay = match () {
            () if wanted_at < at => Some(Delay::PagingHours { wanted_at }),
            () if by_policy.max(by_step_before) < wanted_at => Some(Delay::Resumed),
            () if by_policy < wanted_at => Some(Delay::StepBefore),
            () => None,
        };
        Some(Due { side: track.side, kind: DueKind::Step(place), at, whom: whom.clone(), delay })
    }

    /// Goes to those who have been told: the people of all steps taken, or the contacts.
    fn next_reminder(&self, track: &Track) -> Option<Due> {
        if self.flapping {
            return None;
        }
        let by_policy = track.told_at?.plus_seconds(i64::from(self.terms.policy.reminder_s?));
        let wanted_at = by_policy.max(track.resumed_at);
        let at = self.allowed(track.side, wanted_at)?;
        let delay = match () {
            () if wanted_at < at => Some(Delay::PagingHours { wanted_at }),
            () if by_policy < wanted_at => Some(Delay::Resumed),
            () => None,
        };
        let steps = self.terms.policy.steps.iter().take(track.next_step).filter(|step| step.side() == track.side);
        let mut whom: Vec<Whom> = if track.side == Side::Customer { vec![Whom::CustomerContacts] } else { Vec::new() };
        for one in steps.flat_map(|step| &step.whom) {
            if !whom.contains(one) {
                whom.push(*one);
            }
        }
        Some(Due { side: track.side, kind: DueKind::Reminder(track.reminders + 1), at, whom, delay })
    }

    /// The instant `after` behind `from`; None: out of reach for want of cover.
    fn later(&self, from: Timestamp, after: After) -> Option<Timestamp> {
        let cover = match after.counted {
            Counted::Elapsed => Cover::Elapsed,
            Counted::Cover => self.terms.cover.clone(),
        };
        Count { cover, start: from, target_s: after.seconds }.used_up_at(&Pauses::default()).ok()
    }

    /// The first instant from `from` on at which `side` may be told. Contacts are told at any hour; their own hours are
    /// theirs to set.
    fn allowed(&self, side: Side, from: Timestamp) -> Option<Timestamp> {
        match side {
            Side::Customer => Some(from),
            Side::Staff => self.terms.paging.as_ref()?.spans(from).next().map(|span| span.from),
        }
    }
}

impl Track {
    fn new(side: Side, opened_at: Timestamp, told_at: Option<Timestamp>) -> Self {
        let (acknowledged, last_step) = (None, None);
        Self { side, acknowledged, resumed_at: opened_at, next_step: 0, last_step, reminders: 0, told_at }
    }

    fn resume(&mut self, at: Timestamp) {
        self.acknowledged = None;
        self.resumed_at = self.resumed_at.max(at);
    }

    /// Whether this was news.
    fn take(&mut self, taken: &Taken, after: Option<After>) -> bool {
        match (taken.kind, after) {
            (DueKind::Step(place), Some(after)) if self.next_step <= place => {
                self.next_step = place + 1;
                self.last_step = Some((after, taken.due_at));
            }
            (DueKind::Reminder(number), _) if self.reminders < number => self.reminders = number,
            _ => return false,
        }
        self.told_at = Some(taken.due_at);
        true
    }
}

impl After {
    /// How far this lies behind an earlier step; nothing when the two are counted differently.
    fn behind(self, before: Self) -> Self {
        let seconds = if before.counted == self.counted { self.seconds.saturating_sub(before.seconds) } else { 0 };
        Self { seconds, ..self }
    }
}

#[cfg(test)]
mod tests;
