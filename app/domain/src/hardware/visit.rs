//! Visits on site. Source: `rules` section 4, "Cat4 visit"; contract page, "24 hours on-site".

use serde::{Deserialize, Serialize};

use super::Refusal;
use crate::{id::UserId, time::Timestamp};

/// From the decision that a visit is needed to the engineer's arrival, day and night.
pub const ARRIVAL_TARGET_S: u32 = 24 * 3_600;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum VisitState {
    /// A visit is needed; nobody is booked.
    Determined,
    Booked,
    Arrived,
    Left,
    /// The decision was taken back.
    Undone,
}

impl VisitState {
    pub const ALL: &[Self] = &[Self::Determined, Self::Booked, Self::Arrived, Self::Left, Self::Undone];

    /// The stored word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Determined => "determined",
            Self::Booked => "booked",
            Self::Arrived => "arrived",
            Self::Left => "left",
            Self::Undone => "undone",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|state| state.as_str() == text)
    }

    /// What people read.
    pub fn label(self) -> &'static str {
        match self {
            Self::Determined => "Needed",
            Self::Booked => "Booked",
            Self::Arrived => "On site",
            Self::Left => "Done",
            Self::Undone => "Taken back",
        }
    }

    /// Whether something is still to happen.
    pub fn is_open(self) -> bool {
        matches!(self, Self::Determined | Self::Booked | Self::Arrived)
    }
}

/// Who comes, and when.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Booking {
    pub engineer: UserId,
    pub engineer_name: String,
    pub starts_at: Timestamp,
    pub ends_at: Timestamp,
}

/// One visit, from the decision on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Visit {
    pub state: VisitState,
    pub determined_at: Timestamp,
    /// Who decided.
    pub determined_by: String,
    pub reason: String,
    pub booking: Option<Booking>,
    /// What the engineer brings; may be empty.
    pub taking: String,
    /// Of the invitation: goes up with every change that was mailed.
    pub sequence: u32,
    pub arrived_at: Option<Timestamp>,
    /// Who checked in.
    pub arrived_by: String,
    pub left_at: Option<Timestamp>,
}

/// What happens to a visit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum VisitEvent {
    /// Booked, or booked again.
    Booked {
        booking: Booking,
        taking: String,
    },
    /// The booking falls; the visit is still needed.
    BookingCancelled,
    Arrived {
        by: String,
    },
    Left,
    /// By a supervisor, which the caller checks.
    Undone {
        reason: String,
    },
}

/// What follows from an event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum VisitEffect {
    /// Engineer and customer are invited, or told of another time.
    Invite,
    /// Those who hold an invitation are told that it no longer holds: the engineer, and the customer unless a new
    /// invitation replaces it.
    Withdraw { booking: Booking, customer_too: bool },
    /// The arrival clock is judged at this instant.
    MeetClock { at: Timestamp },
    /// The arrival clock should not have run.
    VoidClock { reason: String },
}

impl Visit {
    /// Decides that a visit is needed, at `now`, which starts the arrival clock.
    ///
    /// # Errors
    /// The cover includes none, remote access is missing, or a visit is open already.
    pub fn determine(
        offered: bool,
        remote_access_missing: bool,
        open: bool,
        (by, reason): (String, String),
        now: Timestamp,
    ) -> Result<Self, Refusal> {
        match (offered, remote_access_missing, open) {
            (false, ..) => Err(Refusal::NoVisitInCover),
            (true, true, _) => Err(Refusal::NoRemoteAccess),
            (true, false, true) => Err(Refusal::VisitOpen),
            (true, false, false) => Ok(Self {
                state: VisitState::Determined,
                determined_at: now,
                determined_by: by,
                reason,
                booking: None,
                taking: String::new(),
                sequence: 0,
                arrived_at: None,
                arrived_by: String::new(),
                left_at: None,
            }),
        }
    }

    /// The visit after `event`.
    ///
    /// # Errors
    /// The event does not follow on the state, or a rule forbids it.
    pub fn on(&self, event: &VisitEvent, now: Timestamp) -> Result<(Self, Vec<VisitEffect>), Refusal> {
        use VisitState as S;
        let mut next = self.clone();
        let mut effects = Vec::new();
        match (event, self.state) {
            (VisitEvent::Booked { booking, taking }, S::Determined | S::Booked) => {
                if booking.starts_at <= now {
                    return Err(Refusal::BookedInThePast);
                }
                // Whoever was to come and no longer is holds an invitation that must go.
                if let Some(old) = self.booking.as_ref().filter(|old| old.engineer != booking.engineer) {
                    effects.push(VisitEffect::Withdraw { booking: old.clone(), customer_too: false });
                }
                effects.push(VisitEffect::Invite);
                next.state = S::Booked;
                (next.booking, next.taking) = (Some(booking.clone()), taking.clone());
                next.sequence = self.sequence + 1;
            }
            (VisitEvent::BookingCancelled, S::Booked) => next.withdraw(&mut effects, S::Determined),
            (VisitEvent::Arrived { by }, S::Determined | S::Booked) => {
                (next.state, next.arrived_at, next.arrived_by) = (S::Arrived, Some(now), by.clone());
                effects.push(VisitEffect::MeetClock { at: now });
            }
            (VisitEvent::Arrived { .. }, S::Arrived | S::Left) => return Err(Refusal::ArrivedAlready),
            (VisitEvent::Arrived { .. }, S::Undone) => return Err(Refusal::NotDetermined),
            (VisitEvent::Left, S::Arrived) => (next.state, next.left_at) = (S::Left, Some(now)),
            (VisitEvent::Left, S::Left) => return Err(Refusal::LeftAlready),
            (VisitEvent::Left, S::Determined | S::Booked | S::Undone) => return Err(Refusal::NotArrived),
            (VisitEvent::Undone { reason }, S::Determined | S::Booked) => {
                next.withdraw(&mut effects, S::Undone);
                effects.push(VisitEffect::VoidClock { reason: reason.clone() });
            }
            (event, state) => return Err(Refusal::OutOfOrder { state: state.phrase(), step: event.step() }),
        }
        Ok((next, effects))
    }

    fn withdraw(&mut self, effects: &mut Vec<VisitEffect>, state: VisitState) {
        self.state = state;
        if let Some(booking) = self.booking.take() {
            self.sequence += 1;
            effects.push(VisitEffect::Withdraw { booking, customer_too: true });
        }
    }
}

impl VisitState {
    fn phrase(self) -> &'static str {
        match self {
            Self::Determined => "needed and not booked",
            Self::Booked => "booked",
            Self::Arrived => "under way",
            Self::Left => "done",
            Self::Undone => "taken back",
        }
    }
}

impl VisitEvent {
    /// The stored word.
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::Booked { .. } => "booked",
            Self::BookingCancelled => "cancelled",
            Self::Arrived { .. } => "arrived",
            Self::Left => "left",
            Self::Undone { .. } => "undone",
        }
    }

    fn step(&self) -> &'static str {
        match self {
            Self::Booked { .. } => "booked",
            Self::BookingCancelled => "cancelled",
            Self::Arrived { .. } => "reached",
            Self::Left => "left",
            Self::Undone { .. } => "taken back",
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use uuid::Uuid;

    use super::*;

    const NOW: Timestamp = Timestamp::EPOCH;

    fn determined() -> Visit {
        let by = ("Ellie Marsh".to_owned(), "Card fails its self test".to_owned());
        Visit::determine(true, false, false, by, NOW).unwrap()
    }

    fn booked(engineer: u128, in_s: i64) -> VisitEvent {
        let booking = Booking {
            engineer: UserId(Uuid::from_u128(engineer)),
            engineer_name: "Tom Okafor".to_owned(),
            starts_at: NOW.plus_seconds(in_s),
            ends_at: NOW.plus_seconds(in_s + 7_200),
        };
        VisitEvent::Booked { booking, taking: String::new() }
    }

    fn event(word: &str) -> VisitEvent {
        match word {
            "booked" => booked(1, 3_600),
            "other" => booked(2, 3_600),
            "cancelled" => VisitEvent::BookingCancelled,
            "arrived" => VisitEvent::Arrived { by: "Tom Okafor".to_owned() },
            "left" => VisitEvent::Left,
            _ => VisitEvent::Undone { reason: "It restarted".to_owned() },
        }
    }

    fn run(words: &str) -> Result<(Visit, Vec<VisitEffect>), Refusal> {
        words.split(' ').try_fold((determined(), Vec::new()), |(visit, _), word| visit.on(&event(word), NOW))
    }

    #[test]
    fn a_visit_is_determined_only_with_cover_and_remote_access() {
        let by = || ("Ellie".to_owned(), "why".to_owned());
        let determine = |offered, missing, open| Visit::determine(offered, missing, open, by(), NOW).unwrap_err();
        assert_eq!(determine(false, false, false), Refusal::NoVisitInCover);
        assert_eq!(determine(true, true, false), Refusal::NoRemoteAccess);
        assert_eq!(determine(true, false, true), Refusal::VisitOpen);
    }

    #[test]
    fn arriving_meets_the_clock_once() {
        let (visit, effects) = run("booked arrived").unwrap();
        assert_eq!(effects, [VisitEffect::MeetClock { at: NOW }]);
        assert_eq!(visit.on(&event("arrived"), NOW), Err(Refusal::ArrivedAlready));
        assert_eq!(run("left"), Err(Refusal::NotArrived));
        assert_eq!(run("booked arrived left left"), Err(Refusal::LeftAlready));
        assert_eq!(run("undone arrived"), Err(Refusal::NotDetermined));
        assert!(run("arrived").is_ok(), "somebody drove at once");
    }

    #[test]
    fn each_booking_has_the_next_number_and_the_old_engineer_hears_of_it() {
        assert_eq!(run("booked").unwrap().0.sequence, 1);
        let (visit, effects) = run("booked other").unwrap();
        assert_eq!(visit.sequence, 2);
        assert!(matches!(&effects[..], [VisitEffect::Withdraw { customer_too: false, .. }, VisitEffect::Invite]));
        assert_eq!(run("booked booked").unwrap().1, [VisitEffect::Invite]);
        assert_eq!(determined().on(&booked(1, 0), NOW), Err(Refusal::BookedInThePast));
    }

    #[test]
    fn taking_the_decision_back_voids_the_clock_and_the_invitation() {
        let (visit, effects) = run("booked undone").unwrap();
        assert_eq!((visit.state, visit.sequence), (VisitState::Undone, 2));
        assert!(matches!(
            &effects[..],
            [VisitEffect::Withdraw { customer_too: true, .. }, VisitEffect::VoidClock { .. }]
        ));
        assert!(matches!(&run("undone").unwrap().1[..], [VisitEffect::VoidClock { .. }]));
        assert!(run("booked arrived undone").is_err(), "an arrival stays");
        assert!(run("booked cancelled booked").is_ok());
    }

    proptest! {
        #[test]
        fn the_clock_is_settled_once_and_numbers_only_go_up(
            words in prop::collection::vec(
                prop::sample::select(vec!["booked", "other", "cancelled", "arrived", "left", "undone"]), 0..30)
        ) {
            let (mut visit, mut settled) = (determined(), 0);
            for word in words {
                let Ok((next, effects)) = visit.on(&event(word), NOW) else { continue };
                let told = effects.iter().any(|one| matches!(one, VisitEffect::Invite | VisitEffect::Withdraw { .. }));
                prop_assert_eq!(next.sequence, visit.sequence + u32::from(told));
                settled += effects
                    .iter()
                    .filter(|one| matches!(one, VisitEffect::MeetClock { .. } | VisitEffect::VoidClock { .. }))
                    .count();
                visit = next;
            }
            prop_assert!(settled <= 1);
            prop_assert_eq!(settled == 1, !matches!(visit.state, VisitState::Determined | VisitState::Booked));
        }
    }
}
