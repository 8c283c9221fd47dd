//! Several downtimes of one place together.

use super::Downtime;
use crate::time::{Span, Timestamp};

/// Downtimes that follow each other without a gap, looked at in one go. What comes after is found when this ends.
const CHAIN_MAX: usize = 100;

/// Planned quiet time around an instant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Quiet {
    /// When the earliest of the downtimes began that the instant lies in.
    pub since: Timestamp,
    /// The first instant outside all of them.
    pub until: Timestamp,
}

/// The quiet time that `at` lies in. Downtimes that overlap or touch are one.
pub fn quiet_at<'a>(downtimes: impl IntoIterator<Item = &'a Downtime> + Clone, at: Timestamp) -> Option<Quiet> {
    let inside = |at: Timestamp| downtimes.clone().into_iter().filter_map(move |one| one.inside(at));
    let since = inside(at).map(|span| span.from).min()?;
    let mut until = at;
    for _ in 0..CHAIN_MAX {
        match inside(until).map(|span| span.until).max() {
            Some(later) => until = later,
            None => break,
        }
    }
    Some(Quiet { since, until })
}

/// All quiet time within [from, until), in order, apart from each other.
pub fn quiet_spans<'a>(
    downtimes: impl IntoIterator<Item = &'a Downtime>,
    from: Timestamp,
    until: Timestamp,
) -> Vec<Span> {
    let mut spans: Vec<Span> = Vec::new();
    for downtime in downtimes {
        let within = downtime.spans(from).take_while(|span| span.from < until);
        spans.extend(within.map(|span| Span { from: span.from.max(from), until: span.until.min(until) }));
    }
    spans.sort_by_key(|span| span.from);
    let mut merged: Vec<Span> = Vec::new();
    for span in spans {
        match merged.last_mut().filter(|last| span.from <= last.until) {
            Some(last) => last.until = last.until.max(span.until),
            None => merged.push(span),
        }
    }
    merged
}
