//! Shifts and gaps in words.

use app::api::rotas::{BarKind, GapLine, ShiftLine};
use domain::{
    rota::{Gap, Roster, Rota, RotaDraft, Shift, Source},
    time::{Span, Timestamp, span_words},
};

use super::People;
use crate::desk::dates;

pub(super) fn kind(source: &Source) -> BarKind {
    match source {
        Source::Rotation => BarKind::Rotation,
        Source::Temporary => BarKind::Temporary,
        Source::Swap { .. } => BarKind::Swap,
    }
}

/// "Mon 30 Nov, 09:00 to Mon 7 Dec, 09:00 (7 d)"; a shift without an end has none.
fn when(rota: &Rota, span: Span) -> String {
    let from = dates::moment(rota.zone(), span.from);
    match span.until == Timestamp::MAX {
        true => format!("from {from} on"),
        false => {
            let length = span_words(span.until.seconds_since(span.from));
            format!("{from} to {} ({length})", dates::moment(rota.zone(), span.until))
        }
    }
}

/// The shifts of a roster in order of time, with the swaps that can be taken back.
pub(super) fn shifts(rota: &Rota, draft: &RotaDraft, roster: &Roster, people: &People) -> Vec<ShiftLine> {
    let mut ordered: Vec<&Shift> = roster.shifts.iter().collect();
    ordered.sort_by_key(|shift| (shift.span.from, shift.layer));
    let line = |shift: &Shift| ShiftLine {
        layer: rota.layers().nth(shift.layer).unwrap_or_default().to_owned(),
        when: when(rota, shift.span),
        person: people.name(shift.person),
        kind: kind(&shift.source),
        why: match &shift.source {
            Source::Swap { why } => why.clone(),
            Source::Rotation | Source::Temporary => String::new(),
        },
        swap: place_of_swap(rota, draft, shift),
    };
    ordered.into_iter().map(line).collect()
}

/// A swap is one stretch, so its beginning on the wall clock finds its row.
fn place_of_swap(rota: &Rota, draft: &RotaDraft, shift: &Shift) -> Option<(usize, usize)> {
    let Source::Swap { why } = &shift.source else { return None };
    let local = rota.zone().local(shift.span.from).strftime("%Y-%m-%dT%H:%M").to_string();
    let swaps = &draft.layers.get(shift.layer)?.swaps;
    let place = swaps.iter().position(|swap| swap.from.replace(' ', "T") == local && swap.why == *why)?;
    Some((shift.layer, place))
}

/// Hours of `period` in which nobody has a layer. Critical where nobody has any.
pub(super) fn gaps(rota: &Rota, roster: &Roster, period: Span) -> Vec<GapLine> {
    let layers = rota.layers().len();
    let of = |layer: usize| -> Vec<Span> {
        let own = roster.gaps.iter().filter(|gap| gap.layer == layer);
        own.map(|Gap { span, .. }| Span { from: span.from.max(period.from), until: span.until.min(period.until) })
            .filter(|span| span.from < span.until)
            .collect()
    };
    let nobody = (1..layers).fold(of(0), |all, layer| meet(&all, &of(layer)));
    let words = |span: &Span| format!("from {}", when(rota, *span).trim_start_matches("from "));
    let mut lines: Vec<GapLine> = nobody
        .iter()
        .map(|span| GapLine { words: format!("Nobody is on call {}.", words(span)), critical: true })
        .collect();
    for (layer, name) in rota.layers().enumerate() {
        for span in of(layer).iter().filter(|span| !nobody.contains(span)) {
            lines.push(GapLine { words: format!("{name}: nobody {}.", words(span)), critical: false });
        }
    }
    lines
}

/// What two lists of spans have in common.
fn meet(one: &[Span], other: &[Span]) -> Vec<Span> {
    let both = |a: &Span, b: &Span| Span { from: a.from.max(b.from), until: a.until.min(b.until) };
    let pairs = one.iter().flat_map(|a| other.iter().map(move |b| both(a, b)));
    pairs.filter(|span| span.from < span.until).collect()
}

/// Clock changes within a period.
pub(super) fn clock_changes(rota: &Rota, period: Span) -> Vec<String> {
    let zone = rota.zone();
    let last = zone.date_at(period.until);
    let days = zone.date_at(period.from).series(jiff::ToSpan::day(1)).take_while(|date| *date <= last);
    days.filter_map(|date| {
        let change = dates::clock_change(zone.clock_change_min(date)?);
        Some(format!("{}: {change}. Hand-overs keep their time on the wall clock.", dates::day(date)))
    })
    .collect()
}
