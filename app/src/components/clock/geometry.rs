//! Where the bars of runway and tape are. Pure; all of it goes into attributes.

use domain::time::Timestamp;

use super::words::{Tone, tone};
use crate::api::tickets::{ClockFace, FaceState, SpanKind, Stretch, Tape};

pub(super) const RUNWAY_WIDTH: u32 = 240;
pub(super) const RUNWAY_STEPS: u32 = 5;
const STEP_X: f64 = 48.0;
/// One step from the left.
pub(super) const NOW_X: f64 = STEP_X;
pub(super) const TAPE_WIDTH: f64 = 960.0;
/// Seconds from now at each step: -1 h, now, 1 h, 4 h, 1 d, 3 d.
const MARKS_S: [i64; 6] = [-3_600, 0, 3_600, 4 * 3_600, 86_400, 3 * 86_400];

#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Rect {
    pub(super) x: f64,
    pub(super) width: f64,
}

impl Rect {
    fn between(from: f64, until: f64) -> Option<Self> {
        (from < until).then_some(Self { x: from, width: until - from })
    }
}

/// A bar and its class; `hatch` and `outline` are no classes but kinds of filling.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Bar {
    pub(super) at: Rect,
    pub(super) class: &'static str,
}

/// Seconds as a length. No drawing is longer than a float can tell apart.
#[expect(clippy::cast_precision_loss, reason = "seconds of a clock fit the 53 bits of a float")]
fn real(seconds: i64) -> f64 {
    seconds as f64
}

/// Equal distances between the marks, linear inside each; beyond the last mark the edge.
fn runway_x(seconds: i64) -> f64 {
    let mut x = 0.0;
    for pair in MARKS_S.windows(2) {
        if let [from, until] = pair {
            if seconds <= *until {
                let part = real((seconds - from).max(0)) / real(until - from);
                return x + part * STEP_X;
            }
            x += STEP_X;
        }
    }
    x
}

/// The bars of a runway, and where its flag stands.
pub(super) fn runway(face: &ClockFace, now: Timestamp) -> (Vec<Bar>, Option<f64>) {
    let class = match tone(face, now) {
        Tone::Late => "x-late",
        Tone::Soon => "x-soon",
        _ => "x-run",
    };
    match &face.state {
        FaceState::Running { due_at, .. } if *due_at < now => {
            let x = runway_x(due_at.seconds_since(now));
            (Rect::between(x, NOW_X).map(|at| Bar { at, class }).into_iter().collect(), Some(x))
        }
        FaceState::Running { due_at, ahead } => {
            let end = runway_x(due_at.seconds_since(now));
            let mut bars: Vec<_> = Rect::between(NOW_X, end).map(|at| Bar { at, class }).into_iter().collect();
            for gap in gaps(ahead, now, *due_at) {
                let from = runway_x(gap.from.seconds_since(now));
                if let Some(at) = Rect::between(from, runway_x(gap.until.seconds_since(now))) {
                    bars.extend([Bar { at, class: "x-base" }, Bar { at, class: "hatch" }]);
                }
            }
            (bars, Some(end))
        }
        FaceState::Paused { left_s, .. } => {
            let at = Rect::between(NOW_X, runway_x((*left_s).max(60)));
            let bars = |at| [Bar { at, class: "hatch" }, Bar { at, class: "outline" }];
            (at.map(bars).into_iter().flatten().collect(), None)
        }
        _ => (Vec::new(), None),
    }
}

/// What lies between the stretches that count, from `now` until `due_at`.
fn gaps(ahead: &[Stretch], now: Timestamp, due_at: Timestamp) -> Vec<Stretch> {
    let mut from = now;
    let mut gaps = Vec::new();
    for one in ahead.iter().filter(|one| now < one.until) {
        if from < one.from {
            gaps.push(Stretch { from, until: one.from });
        }
        from = from.max(one.until);
    }
    if from < due_at && !ahead.is_empty() {
        gaps.push(Stretch { from, until: due_at });
    }
    gaps
}

/// Where an instant is on a tape; its edges for what lies beyond.
pub(super) fn tape_x(tape: &Tape, at: Timestamp) -> f64 {
    let whole = real(tape.until.seconds_since(tape.from).max(1));
    let part = real(at.seconds_since(tape.from)) / whole;
    part.clamp(0.0, 1.0) * TAPE_WIDTH
}

#[derive(Debug, Clone, PartialEq)]
pub(super) struct TapeBars {
    pub(super) spans: Vec<Bar>,
    /// From due until now, or until it was closed.
    pub(super) over: Option<Rect>,
}

/// The bars of a tape; `counted` is the class of what has been counted.
pub(super) fn tape_bars(tape: &Tape, counted: &'static str, now: Timestamp) -> TapeBars {
    let mut spans = Vec::new();
    let mut add = |from, until, classes: &[&'static str]| {
        if let Some(at) = Rect::between(tape_x(tape, from), tape_x(tape, until)) {
            spans.extend(classes.iter().map(|class| Bar { at, class }));
        }
    };
    for span in &tape.spans {
        match span.kind {
            SpanKind::Paused => add(span.from, span.until, &["x-base", "hatch"]),
            SpanKind::Counted => {
                add(span.from, span.until.min(now), &[counted]);
                add(span.from.max(now), span.until, &["x-ahead"]);
            }
        }
    }
    let end = tape.closed_at.unwrap_or(now);
    let over = tape.due_at.and_then(|due| Rect::between(tape_x(tape, due), tape_x(tape, end)));
    TapeBars { spans, over }
}

/// Pole and cloth of the flag at `x`; the cloth flies to the left where it would leave the drawing.
pub(super) fn flag(x: f64) -> (String, String) {
    let x = x.clamp(1.5, TAPE_WIDTH - 1.5);
    let cloth = if x < 20.0 { "h14v8h-14z" } else { "h-14v8h14z" };
    (format!("M{:.1} 0h3v28h-3z", x - 1.5), format!("M{x:.1} 0{cloth}"))
}

#[cfg(test)]
mod tests {
    use domain::clock::{ClockKind, PauseReason};

    use super::*;
    use crate::api::tickets::TapeSpan;

    fn at(minutes: i64) -> Timestamp {
        Timestamp::EPOCH.plus_seconds(minutes * 60)
    }

    fn face(state: FaceState) -> ClockFace {
        ClockFace { kind: ClockKind::Response, target_s: 8 * 3_600, state }
    }

    /// Class, left edge and right edge of each bar, in tenths.
    fn edges(bars: &[Bar]) -> Vec<(&'static str, String)> {
        bars.iter().map(|bar| (bar.class, format!("{:.1} {:.1}", bar.at.x, bar.at.x + bar.at.width))).collect()
    }

    #[test]
    fn the_axis_is_linear_inside_each_step() {
        let xs: Vec<_> = [-7_200, -3_600, -1_320, 0, 780, 3_600, 14_400, 86_400, 400_000]
            .map(runway_x)
            .map(|x| format!("{x:.1}"))
            .to_vec();
        assert_eq!(xs, ["0.0", "0.0", "30.4", "48.0", "58.4", "96.0", "144.0", "192.0", "240.0"]);
    }

    #[test]
    fn hours_outside_cover_are_hatched() {
        let ahead = vec![Stretch { from: at(0), until: at(18) }, Stretch { from: at(978), until: at(1_318) }];
        let (bars, due) = runway(&face(FaceState::Running { due_at: at(1_318), ahead }), at(0));
        let shown = edges(&bars);
        assert_eq!(shown[0], ("x-run", "48.0 187.1".to_owned()));
        assert_eq!(shown[1..], [("x-base", "62.4 173.5".to_owned()), ("hatch", "62.4 173.5".to_owned())]);
        assert_eq!(format!("{:.1}", due.unwrap()), "187.1");
    }

    #[test]
    fn a_breach_runs_left_of_now_and_a_pause_is_all_hatch() {
        let (bars, due) = runway(&face(FaceState::Running { due_at: at(-22), ahead: Vec::new() }), at(0));
        assert_eq!((edges(&bars), due.is_some()), (vec![("x-late", "30.4 48.0".to_owned())], true));
        let paused = FaceState::Paused { since: at(-60), reason: PauseReason::SiteAccess, left_s: 3_600 };
        let (bars, due) = runway(&face(paused), at(0));
        assert_eq!(edges(&bars), [("hatch", "48.0 96.0".to_owned()), ("outline", "48.0 96.0".to_owned())]);
        assert_eq!(due, None);
    }

    #[test]
    fn a_tape_splits_what_counts_at_the_present() {
        let span = |from, until, kind| TapeSpan { from: at(from), until: at(until), kind };
        let tape = Tape {
            from: at(0),
            until: at(960),
            axis: Vec::new(),
            spans: vec![
                span(0, 100, SpanKind::Counted),
                span(100, 150, SpanKind::Paused),
                span(150, 400, SpanKind::Counted),
            ],
            due_at: Some(at(400)),
            closed_at: None,
        };
        let bars = tape_bars(&tape, "x-run", at(200));
        let bar = |class, edges: &str| (class, edges.to_owned());
        let expected = [
            bar("x-run", "0.0 100.0"),
            bar("x-base", "100.0 150.0"),
            bar("hatch", "100.0 150.0"),
            bar("x-run", "150.0 200.0"),
            bar("x-ahead", "200.0 400.0"),
        ];
        assert_eq!((edges(&bars.spans), bars.over), (expected.to_vec(), None));
        let over = tape_bars(&tape, "x-run", at(500)).over.unwrap();
        assert_eq!(format!("{:.1} {:.1}", over.x, over.width), "400.0 100.0");
    }

    #[test]
    fn a_flag_stays_inside() {
        assert_eq!(flag(0.0).1, "M1.5 0h14v8h-14z");
        assert_eq!(flag(TAPE_WIDTH).0, "M957.0 0h3v28h-3z");
    }
}
