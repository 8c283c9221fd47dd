//! "Explain this clock": the tape and the same facts as a list, with sums that add up to the target.

use app::api::tickets::{ClockCard, ExplainLine, LineKind, PauseLine, SpanKind, Tape, TapeSpan};
use domain::{
    access::Side,
    clock::{Explanation, PauseEnded, PauseRecord, SkipReason, Skipped, Standing},
    time::{Span, Timestamp},
};

use super::{
    face::{face, used_s},
    local::{Local, exact},
};
use crate::store::clocks::StoredClock;

/// Stretches on one page. A pause of many months has two for each of its days.
const LINES_MAX: usize = 400;
/// Steps of an axis, in seconds: whole parts of a day, then days.
const STEPS_S: [i64; 15] =
    [60, 300, 900, 1_800, 3_600, 7_200, 10_800, 14_400, 21_600, 28_800, 43_200, 86_400, 172_800, 604_800, 2_592_000];
/// Distances between the labels of a tape.
const STEPS: i64 = 4;

/// Everything about a clock, as `side` may read it.
pub(super) fn card(stored: &StoredClock, local: &Local, side: Side, now: Timestamp) -> ClockCard {
    let explanation = stored.clock.explain();
    let face = face(stored, now);
    let until = closed_at(stored).unwrap_or(now);
    let lines = lines(&explanation, stored, local, now);
    let reason = match stored.clock.standing() {
        Standing::Missed { excuse: Some((_, reason)), .. } | Standing::Voided { reason, .. } => Some(reason.clone()),
        _ => None,
    };
    ClockCard {
        id: stored.id,
        cycle: stored.cycle,
        started: local.full(stored.clock.started_at()),
        due: stored.kept.used_up_at.map(|due| local.full(due)),
        target: target_words(stored),
        tape: tape(stored, &explanation, local, now),
        sum: sum(stored, until, now),
        pauses: stored
            .clock
            .pauses()
            .iter()
            .map(|pause| pause_line(pause, local, side, (closed_at(stored), now)))
            .collect(),
        reason: reason.filter(|_| side == Side::Staff),
        face,
        lines,
    }
}

/// When nothing more happens to it.
fn closed_at(stored: &StoredClock) -> Option<Timestamp> {
    stored.kept.closed_at
}

fn target_words(stored: &StoredClock) -> String {
    let length = exact(stored.terms.target_s.into());
    match stored.terms.calendar {
        Some(_) => format!("{length} of cover time"),
        None => format!("{length}, day and night"),
    }
}

/// What of the target was used until `until`, and what is left of it.
fn sum(stored: &StoredClock, until: Timestamp, now: Timestamp) -> String {
    let target_s = i64::from(stored.terms.target_s);
    let used_s = used_s(stored, until);
    let left_s = target_s - used_s;
    match (stored.clock.standing(), stored.kept.used_up_at) {
        (Standing::Voided { .. }, _) => format!("{} counted before it was taken back.", exact(used_s)),
        (Standing::Met { .. }, _) => format!("{} counted of {}.", exact(used_s), exact(target_s)),
        (_, Some(due)) if due < until => format!("All {} counted; {}.", exact(target_s), over_words(due, until, now)),
        _ => format!("{} counted and {} left make {}.", exact(used_s), exact(left_s), exact(target_s)),
    }
}

fn over_words(due: Timestamp, until: Timestamp, now: Timestamp) -> String {
    let over = exact(until.seconds_since(due));
    if until < now {
        format!("the answer came {over} after it was due")
    } else {
        format!("over by {over} of real time")
    }
}

/// Counted and skipped stretches in order. What has happened ends at `now`, or when the clock was closed.
fn lines(explanation: &Explanation, stored: &StoredClock, local: &Local, now: Timestamp) -> Vec<ExplainLine> {
    let closed_at = closed_at(stored);
    let (end, split) = (closed_at.unwrap_or(Timestamp::MAX), closed_at.unwrap_or(now));
    let mut pieces: Vec<(Timestamp, Piece<'_>)> = Vec::new();
    for span in explanation.counted.iter().filter(|span| span.from < end) {
        let span = span.up_to(end);
        if span.from < split && split < span.until {
            pieces.push((span.from, Piece::Counted(span.up_to(split))));
            pieces.push((split, Piece::Counted(Span { from: split, ..span })));
        } else {
            pieces.push((span.from, Piece::Counted(span)));
        }
    }
    let skipped = explanation.skipped.iter().filter(|skipped| skipped.from < end);
    pieces.extend(skipped.map(|skipped| (skipped.from, Piece::Skipped(skipped, end))));
    pieces.sort_by_key(|(from, _)| *from);
    let mut micros = 0;
    let mut lines = Vec::with_capacity(pieces.len().min(LINES_MAX));
    for (from, piece) in pieces.into_iter().take(LINES_MAX) {
        lines.push(match piece {
            Piece::Counted(span) => {
                let before = micros / 1_000_000;
                micros += span.micros();
                // Whole seconds of the sum, so that the lines add up to it.
                counted_line(span, micros / 1_000_000 - before, micros / 1_000_000, from < split, local)
            }
            Piece::Skipped(skipped, end) => skipped_line(skipped, end, local),
        });
    }
    lines
}

enum Piece<'a> {
    Counted(Span),
    Skipped(&'a Skipped, Timestamp),
}

fn counted_line(span: Span, seconds: i64, total: i64, happened: bool, local: &Local) -> ExplainLine {
    let (kind, verb) = if happened { (LineKind::Counted, "Counted") } else { (LineKind::Ahead, "Will count") };
    ExplainLine {
        kind,
        when: local.period(span.from, span.until),
        words: format!("{verb} {}", exact(seconds)),
        total: exact(total),
    }
}

fn skipped_line(skipped: &Skipped, end: Timestamp, local: &Local) -> ExplainLine {
    let until = skipped.until.or((end < Timestamp::MAX).then_some(end)).map(|until| until.min(end));
    let when = match until {
        Some(until) => local.period(skipped.from, until),
        None => local.from(skipped.from),
    };
    ExplainLine { kind: LineKind::Skipped, when, words: skip_words(&skipped.reason), total: String::new() }
}

fn skip_words(reason: &SkipReason) -> String {
    match reason {
        SkipReason::Pause(Some(reason)) => format!("Did not count: paused, {}", reason.label()),
        SkipReason::Pause(None) => "Did not count: paused".to_owned(),
        SkipReason::Holiday(name) => format!("Did not count: bank holiday, {name}"),
        SkipReason::Closure(text) => format!("Did not count: we are closed, {text}"),
        reason => format!("Did not count: {reason}"),
    }
}

/// A clock that was closed in a pause leaves it without an end.
fn pause_line(
    pause: &PauseRecord,
    local: &Local,
    side: Side,
    (closed_at, now): (Option<Timestamp>, Timestamp),
) -> PauseLine {
    let reason = pause.reason.label();
    let evidence = sentence(&pause.asked_evidence);
    let Some(end) = &pause.end else {
        let lasted = exact(closed_at.unwrap_or(now).seconds_since(pause.from).max(0));
        let until = if closed_at.is_some() { "until the clock stopped" } else { "so far" };
        let words = format!("Paused {lasted} {until}: {reason}. {evidence}");
        return PauseLine { when: local.from(pause.from), words };
    };
    let by = match (end.ended, side) {
        (PauseEnded::Customer, Side::Customer) => "you",
        (PauseEnded::Customer, Side::Staff) => "the customer",
        (PauseEnded::ProbeSucceeded, _) => "our access test",
        (PauseEnded::Staff(_), Side::Customer) => "our staff",
        (PauseEnded::Staff(_), Side::Staff) => "staff",
    };
    let lasted = exact(end.at.seconds_since(pause.from));
    let words = format!("Paused {lasted}: {reason}. {evidence} Ended by {by}: {}", sentence(&end.evidence));
    PauseLine { when: local.period(pause.from, end.at), words }
}

fn sentence(text: &str) -> String {
    if text.ends_with(['.', '!', '?']) { text.to_owned() } else { format!("{text}.") }
}

fn tape(stored: &StoredClock, explanation: &Explanation, local: &Local, now: Timestamp) -> Tape {
    let closed_at = closed_at(stored);
    let start = stored.clock.started_at();
    let due_at = stored.kept.used_up_at;
    let last = [Some(start.plus_seconds(60)), due_at, Some(closed_at.unwrap_or(now))].into_iter().flatten().max();
    let last = last.unwrap_or(now);
    let fits = |step_s: &i64| last <= local.floor(start, *step_s).plus_seconds(STEPS * step_s);
    let step_s = STEPS_S.into_iter().find(fits).unwrap_or(last.seconds_since(start).max(STEPS) / (STEPS - 1));
    let from = local.floor(start, step_s);
    let tick = |step: i64| from.plus_seconds(step * step_s);
    let label = |step: i64| local.tick(tick(step), (0 < step).then(|| tick(step - 1)), step_s);
    let end = closed_at.unwrap_or(Timestamp::MAX);
    let counted = explanation.counted.iter().map(|span| (*span, SpanKind::Counted));
    let paused = explanation.skipped.iter().filter(|one| matches!(one.reason, SkipReason::Pause(_)));
    let paused = paused.map(|one| {
        let until = one.until.unwrap_or_else(|| closed_at.unwrap_or(now).max(one.from));
        (Span { from: one.from, until }, SpanKind::Paused)
    });
    let mut spans: Vec<TapeSpan> = counted
        .chain(paused)
        .map(|(span, kind)| (span.up_to(end), kind))
        .filter(|(span, _)| span.from < span.until)
        .map(|(span, kind)| TapeSpan { from: span.from, until: span.until, kind })
        .take(LINES_MAX)
        .collect();
    spans.sort_by_key(|span| span.from);
    Tape { from, until: tick(STEPS), axis: (0..=STEPS).map(label).collect(), spans, due_at, closed_at }
}
