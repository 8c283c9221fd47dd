//! The latency chart in words and numbers: its sentence, its readout and its table. Pure.

use std::fmt::Write as _;

use domain::time::{Timestamp, span_words};

use super::geometry::bucket_at;
use crate::api::hosts::{Chart, ChartPoint, ChartRange};

/// Rows of "Show as table": few enough to read, and to load with every page.
const TABLE_ROWS_MAX: usize = 24;
const US_PER_SECOND: i64 = 1_000_000;

/// `0.42 ms`, `3.1 ms`, `47 ms`: three digits that matter are enough.
pub fn milliseconds(us: u32) -> String {
    let ms = f64::from(us) / 1_000.0;
    let shown = match us {
        ..1_000 => (ms * 100.0).round() / 100.0,
        1_000..10_000 => (ms * 10.0).round() / 10.0,
        _ => ms.round(),
    };
    format!("{} ms", trimmed(shown))
}

/// A number without zeros at the end.
pub(super) fn trimmed(number: f64) -> String {
    let text = format!("{number:.3}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// The middle one of the medians: what a person would call the usual time.
fn usual_us(points: &[Option<ChartPoint>]) -> Option<u32> {
    let mut medians: Vec<u32> = points.iter().flatten().map(|point| point.median_us).collect();
    medians.sort_unstable();
    medians.get(medians.len() / 2).copied()
}

/// "usually 31 ms, 95th percentile up to 47 ms", or that there is nothing.
pub fn summary(chart: &Chart) -> String {
    let high = chart.points.iter().flatten().map(|point| point.p95_us).max();
    match (usual_us(&chart.points), high) {
        (Some(usual), Some(high)) => {
            format!("usually {}, 95th percentile up to {}", milliseconds(usual), milliseconds(high))
        }
        _ => "no response times in this period".to_owned(),
    }
}

/// What one bucket says.
pub fn reading(point: Option<ChartPoint>) -> String {
    match point {
        Some(point) => format!(
            "median {}, 5th to 95th percentile {} to {}",
            milliseconds(point.median_us),
            milliseconds(point.p05_us),
            milliseconds(point.p95_us)
        ),
        None => "no data".to_owned(),
    }
}

/// "the last 24 hours".
pub fn range_words(range: ChartRange) -> &'static str {
    match range {
        ChartRange::Hour => "the last hour",
        ChartRange::Day => "the last 24 hours",
        ChartRange::Week => "the last 7 days",
        ChartRange::Month => "the last 30 days",
    }
}

/// The chart in words, for those who do not see it: what was found, not how it is drawn.
pub fn finding(chart: &Chart, range: ChartRange) -> String {
    let Some(usual) = usual_us(&chart.points) else {
        return format!("Response time of {}: no data in {}.", chart.service_name, range_words(range));
    };
    let medians = || chart.points.iter().flatten().map(|point| point.median_us);
    let (low, high) = (medians().min().unwrap_or(usual), medians().max().unwrap_or(usual));
    let mut text =
        format!("Response time of {} over {}: usually {}", chart.service_name, range_words(range), milliseconds(usual));
    let _ = match low == high {
        true => write!(text, "."),
        false => write!(text, ", medians from {} to {}.", milliseconds(low), milliseconds(high)),
    };
    if let Some(limit_ms) = chart.limit_ms {
        let limit_us = limit_ms.saturating_mul(1_000);
        let over = medians().filter(|median| limit_us <= *median).count();
        let _ = match over {
            0 => write!(text, " The limit of {limit_ms} ms was not reached."),
            _ => write!(text, " At or over the limit of {limit_ms} ms for {}.", buckets_words(chart, over)),
        };
    }
    let empty = chart.points.iter().filter(|point| point.is_none()).count();
    if 0 < empty {
        let _ = write!(text, " No data for {}.", buckets_words(chart, empty));
    }
    if !chart.faults.is_empty() {
        let open_us: i64 = chart.faults.iter().map(|(from, until)| clipped_us(chart, *from, *until)).sum();
        let fault = if chart.faults.len() == 1 { "A fault was" } else { "Faults were" };
        let _ = write!(text, " {fault} open for {}.", span_words((open_us / US_PER_SECOND).max(1)));
    }
    text
}

fn clipped_us(chart: &Chart, from: Timestamp, until: Timestamp) -> i64 {
    until.min(chart.until).micros_since(from.max(chart.from)).max(0)
}

/// How long `buckets` of the chart are.
fn buckets_words(chart: &Chart, buckets: usize) -> String {
    let count = i64::try_from(chart.points.len().max(1)).unwrap_or(1);
    let buckets = i64::try_from(buckets).unwrap_or(0);
    span_words((chart.until.micros_since(chart.from) / count * buckets / US_PER_SECOND).max(1))
}

/// A line of "Show as table": several buckets together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TableRow {
    pub from: Timestamp,
    /// "15 to 31 ms", or "no data".
    pub medians: String,
    pub spread: String,
    /// How long there was no data.
    pub empty: String,
}

pub fn table(chart: &Chart) -> Vec<TableRow> {
    let size = chart.points.len().div_ceil(TABLE_ROWS_MAX).max(1);
    let row = |(index, points): (usize, &[Option<ChartPoint>])| {
        let low = |pick: fn(&ChartPoint) -> u32| points.iter().flatten().map(pick).min();
        let high = |pick: fn(&ChartPoint) -> u32| points.iter().flatten().map(pick).max();
        let empty = points.iter().filter(|point| point.is_none()).count();
        TableRow {
            from: bucket_at(chart, index * size),
            medians: between(low(|point| point.median_us), high(|point| point.median_us)),
            spread: between(low(|point| point.p05_us), high(|point| point.p95_us)),
            empty: if empty == 0 { "none".to_owned() } else { buckets_words(chart, empty) },
        }
    };
    chart.points.chunks(size).enumerate().map(row).collect()
}

fn between(low: Option<u32>, high: Option<u32>) -> String {
    match (low.map(milliseconds), high.map(milliseconds)) {
        (Some(low), Some(high)) if low == high => high,
        (Some(low), Some(high)) => format!("{low} to {high}"),
        _ => "no data".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::{
        super::geometry::sample::{chart, point, second},
        *,
    };

    #[test]
    fn the_sentence_says_what_was_found() {
        let mut chart = chart(vec![point(15), point(15), point(31), None]);
        assert_eq!(
            finding(&chart, ChartRange::Hour),
            "Response time of SIP trunk over the last hour: usually 15 ms, medians from 15 ms to 31 ms. No data for 15 min."
        );
        chart.limit_ms = Some(30);
        chart.faults = vec![(second(1_800), second(9_000))];
        let text = finding(&chart, ChartRange::Hour);
        assert!(text.contains("At or over the limit of 30 ms for 15 min."), "{text}");
        assert!(text.ends_with("A fault was open for 30 min."), "{text}");
        chart.points = vec![None];
        assert_eq!(finding(&chart, ChartRange::Day), "Response time of SIP trunk: no data in the last 24 hours.");
        assert_eq!(summary(&chart), "no response times in this period");
    }

    #[test]
    fn times_keep_the_digits_that_matter() {
        for (us, words) in [(420, "0.42 ms"), (3_149, "3.1 ms"), (9_000, "9 ms"), (46_700, "47 ms"), (0, "0 ms")] {
            assert_eq!(milliseconds(us), words);
        }
    }

    #[test]
    fn no_points_make_no_table() {
        assert!(table(&chart(Vec::new())).is_empty());
    }

    #[test]
    fn the_table_gathers_buckets() {
        let mut points = vec![point(10); 47];
        points.push(None);
        let rows = table(&chart(points));
        assert_eq!(rows.len(), 24);
        assert_eq!(rows.first().unwrap().spread, "5 ms to 20 ms");
        assert_eq!(rows.last().unwrap().empty, "1 min");
        assert_eq!(rows.last().unwrap().from, second(3_450));
    }
}
