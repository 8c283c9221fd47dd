//! A clock's state in words. Pure.

use domain::time::{Timestamp, span_words};

use crate::api::tickets::{ClockFace, FaceState, Stretch};

/// Due soon: under a quarter of the target or under an hour, whichever starts later.
const SOON_S: i64 = 3_600;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Tone {
    Run,
    Soon,
    Late,
    Hold,
    Met,
    None,
}

impl Tone {
    /// The end of the class names of words and bars.
    pub(super) fn class(self) -> &'static str {
        match self {
            Self::Run => "run",
            Self::Soon => "soon",
            Self::Late => "late",
            Self::Hold | Self::None => "hold",
            Self::Met => "met",
        }
    }

    pub(super) fn icon(self) -> Option<&'static str> {
        Some(match self {
            Self::Run => "play",
            Self::Soon => "clock",
            Self::Late => "late",
            Self::Hold => "pause",
            Self::Met => "check",
            Self::None => "info",
        })
    }
}

/// Counted seconds left at `now`.
pub fn left_s(ahead: &[Stretch], now: Timestamp) -> i64 {
    let micros = |one: &Stretch| one.until.micros_since(one.from.max(now)).max(0);
    ahead.iter().map(micros).sum::<i64>() / 1_000_000
}

/// Whether less counts than passes until it is due.
pub(super) fn is_working_time(ahead: &[Stretch], now: Timestamp, due_at: Timestamp) -> bool {
    left_s(ahead, now) + 1 < due_at.seconds_since(now)
}

pub(super) fn tone(face: &ClockFace, now: Timestamp) -> Tone {
    match &face.state {
        FaceState::Running { due_at, .. } if *due_at < now => Tone::Late,
        FaceState::Running { ahead, .. } if left_s(ahead, now) < (i64::from(face.target_s) / 4).min(SOON_S) => {
            Tone::Soon
        }
        FaceState::Running { .. } => Tone::Run,
        FaceState::Paused { .. } => Tone::Hold,
        FaceState::Met { .. } => Tone::Met,
        FaceState::Missed { .. } => Tone::Late,
        FaceState::NoCover | FaceState::Voided { .. } => Tone::None,
    }
}

pub(super) fn words(face: &ClockFace, now: Timestamp) -> String {
    match &face.state {
        FaceState::Running { due_at, .. } if *due_at < now => {
            format!("{} over", span_words(now.seconds_since(*due_at)))
        }
        FaceState::Running { ahead, .. } => format!("{} left", span_words(left_s(ahead, now).max(1))),
        FaceState::Paused { since, .. } => format!("Paused {}", span_words(now.seconds_since(*since).max(1))),
        FaceState::Met { took_s, .. } => match took_s {
            // Answered outside cover, or at once.
            0 => "Met".to_owned(),
            took_s => format!("Met in {}", span_words(*took_s)),
        },
        FaceState::Missed { excused: true, .. } => "Missed, excused".to_owned(),
        FaceState::Missed { due_at: Some(due_at), at, .. } if *due_at < *at => {
            format!("Missed by {}", span_words(at.seconds_since(*due_at).max(1)))
        }
        FaceState::Missed { .. } => "Missed".to_owned(),
        FaceState::NoCover => "No cover ahead".to_owned(),
        FaceState::Voided { .. } => "Taken back".to_owned(),
    }
}

/// What remains behind a pause.
pub(super) fn remain(left_s: i64) -> String {
    match left_s {
        ..=0 => "nothing remains".to_owned(),
        left_s => format!("{} remain", span_words(left_s)),
    }
}

/// The first letter as at the start of a sentence.
pub(super) fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use domain::clock::{ClockKind, PauseReason};

    use super::*;

    fn at(minutes: i64) -> Timestamp {
        Timestamp::EPOCH.plus_seconds(minutes * 60)
    }

    fn face(state: FaceState) -> ClockFace {
        ClockFace { kind: ClockKind::Response, target_s: 4 * 3_600, state }
    }

    /// Counts 20 minutes, then after a night of 10 h the rest of the hour.
    fn running() -> FaceState {
        let ahead = vec![Stretch { from: at(0), until: at(20) }, Stretch { from: at(620), until: at(690) }];
        FaceState::Running { due_at: at(690), ahead }
    }

    fn check(state: FaceState, now: i64, tone: Tone, expected: &str) {
        let face = face(state);
        assert_eq!((super::tone(&face, at(now)), words(&face, at(now)).as_str()), (tone, expected), "{now}");
    }

    #[test]
    fn a_countdown_counts_cover_time_only() {
        check(running(), 0, Tone::Run, "1 h 30 min left");
        check(running(), 20, Tone::Run, "1 h 10 min left");
        check(running(), 300, Tone::Run, "1 h 10 min left");
        check(running(), 640, Tone::Soon, "50 min left");
        check(running(), 690, Tone::Soon, "1 s left");
        check(running(), 712, Tone::Late, "22 min over");
        let FaceState::Running { due_at, ahead } = running() else { panic!() };
        assert!(is_working_time(&ahead, at(0), due_at) && !is_working_time(&ahead, at(640), due_at));
    }

    #[test]
    fn a_short_target_is_soon_only_in_its_last_quarter() {
        let state = FaceState::Running { due_at: at(50), ahead: vec![Stretch { from: at(0), until: at(50) }] };
        let short = ClockFace { target_s: 3_600, ..face(state) };
        assert_eq!((tone(&short, at(0)), tone(&short, at(36))), (Tone::Run, Tone::Soon));
    }

    #[test]
    fn what_is_over_is_said() {
        let paused = FaceState::Paused { since: at(0), reason: PauseReason::RemoteAccess, left_s: 600 };
        check(paused, 308, Tone::Hold, "Paused 5 h 8 min");
        check(FaceState::Met { at: at(20), took_s: 1_200 }, 99, Tone::Met, "Met in 20 min");
        let missed = |excused| FaceState::Missed { due_at: Some(at(0)), at: at(22), excused };
        check(missed(false), 99, Tone::Late, "Missed by 22 min");
        check(missed(true), 99, Tone::Late, "Missed, excused");
        assert_eq!((remain(0), remain(600)), ("nothing remains".to_owned(), "10 min remain".to_owned()));
        assert_eq!(capital("waiting"), "Waiting");
    }
}
