//! Geometry and words of the latency chart. Pure: the same numbers on the server and in the browser.

use std::fmt::Write as _;

use domain::time::{Timestamp, span_words};

use crate::api::hosts::{Chart, ChartPoint, ChartRange};

/// Size of the drawing in its own units; the page stretches it to its width.
pub const WIDTH: f64 = 720.0;
pub const HEIGHT: f64 = 176.0;
/// Equal steps of the vertical axis.
const STEPS: u32 = 4;
/// A limit this many times above everything measured would press the line flat: it is named, not drawn.
const LIMIT_REACH: u32 = 4;
/// The axis where there is nothing to draw.
const EMPTY_TOP_US: u32 = 1_000;
/// Rows of "Show as table": few enough to read, and to load with every page.
const TABLE_ROWS_MAX: usize = 24;
const US_PER_SECOND: i64 = 1_000_000;

/// The vertical axis, from nothing to a round number at or above everything drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Axis {
    pub top_us: u32,
    /// The limit is within the axis.
    pub limit_drawn: bool,
}

impl Axis {
    pub fn of(chart: &Chart) -> Self {
        let highest = chart.points.iter().flatten().map(|point| point.p95_us.max(point.median_us)).max().unwrap_or(0);
        let limit_us = chart.limit_ms.map(|ms| ms.saturating_mul(1_000));
        let drawn = limit_us.filter(|limit| *limit <= highest.saturating_mul(LIMIT_REACH));
        let top_us = match highest.max(drawn.unwrap_or(0)) {
            0 => EMPTY_TOP_US,
            highest => round_top(highest),
        };
        Self { top_us, limit_drawn: drawn.is_some() }
    }

    /// Where a latency lies, from the top of the drawing.
    pub fn y(self, latency_us: u32) -> f64 {
        let part = f64::from(latency_us) / f64::from(self.top_us.max(1));
        HEIGHT * (1.0 - part.clamp(0.0, 1.0))
    }

    /// Labels from the top down; the first carries the unit.
    pub fn labels(self) -> Vec<String> {
        let step_us = self.top_us / STEPS;
        let label = |index: u32| {
            let us = step_us * (STEPS - index);
            if index == 0 { milliseconds(us) } else { trimmed(f64::from(us) / 1_000.0) }
        };
        (0..=STEPS).map(label).collect()
    }

    /// Where the grid lines lie, from the top down.
    pub fn grid(self) -> Vec<f64> {
        (0..=STEPS).map(|index| HEIGHT * f64::from(index) / f64::from(STEPS)).collect()
    }
}

/// The smallest round number of four equal round steps that holds `highest_us`.
fn round_top(highest_us: u32) -> u32 {
    const MANTISSAS: [u64; 8] = [10, 15, 20, 25, 30, 40, 50, 75];
    let wanted = u64::from(highest_us.max(1));
    let mut scale = 1_u64;
    loop {
        let fits = MANTISSAS.into_iter().map(|mantissa| mantissa * scale * u64::from(STEPS)).find(|top| wanted <= *top);
        match fits {
            Some(top) => return u32::try_from(top).unwrap_or(u32::MAX),
            None => scale *= 10,
        }
    }
}

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
fn trimmed(number: f64) -> String {
    let text = format!("{number:.3}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// An x or y for an attribute: a tenth of a unit is finer than a pixel.
pub fn unit(number: f64) -> String {
    let text = format!("{number:.1}");
    text.strip_suffix(".0").map(str::to_owned).unwrap_or(text)
}

/// A stretch of the horizontal axis.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Block {
    pub x: f64,
    pub width: f64,
}

/// Neighbouring buckets with data.
struct Run<'a> {
    first: usize,
    points: Vec<&'a ChartPoint>,
}

/// The runs between the gaps: the line breaks where there is no data.
fn runs(points: &[Option<ChartPoint>]) -> Vec<Run<'_>> {
    let mut runs: Vec<Run<'_>> = Vec::new();
    let mut open = false;
    for (index, point) in points.iter().enumerate() {
        match (point, runs.last_mut()) {
            (Some(point), Some(run)) if open => run.points.push(point),
            (Some(point), _) => {
                runs.push(Run { first: index, points: vec![point] });
                open = true;
            }
            (None, _) => open = false,
        }
    }
    runs
}

/// Left edge of bucket `index` of `count`.
fn left(index: usize, count: usize) -> f64 {
    // Three hundred buckets at most: no number here is too big for a float.
    WIDTH * index as f64 / count.max(1) as f64
}

/// Middle of bucket `index` of `count`.
pub fn middle(index: usize, count: usize) -> f64 {
    left(index, count) + WIDTH / count.max(1) as f64 / 2.0
}

/// Corners of one run. A single bucket is drawn as wide as it is, or it would not be seen.
fn corners(run: &Run<'_>, count: usize, y: impl Fn(&ChartPoint) -> f64) -> Vec<(f64, f64)> {
    match run.points.as_slice() {
        [only] => vec![(left(run.first, count), y(only)), (left(run.first + 1, count), y(only))],
        points => {
            let at = |(offset, point): (usize, &&ChartPoint)| (middle(run.first + offset, count), y(point));
            points.iter().enumerate().map(at).collect()
        }
    }
}

fn path(corners: impl Iterator<Item = (f64, f64)>) -> String {
    let mut path = String::new();
    for (index, (x, y)) in corners.enumerate() {
        let command = if index == 0 { 'M' } else { 'L' };
        let _ = write!(path, "{command}{} {}", unit(x), unit(y));
    }
    path
}

/// One path for each run of medians.
pub fn median_paths(chart: &Chart, axis: Axis) -> Vec<String> {
    let count = chart.points.len();
    runs(&chart.points)
        .iter()
        .map(|run| path(corners(run, count, |point| axis.y(point.median_us)).into_iter()))
        .collect()
}

/// One closed shape for each run, from the 5th to the 95th percentile.
pub fn band_paths(chart: &Chart, axis: Axis) -> Vec<String> {
    let count = chart.points.len();
    let band = |run: &Run<'_>| {
        let high = corners(run, count, |point| axis.y(point.p95_us));
        let low = corners(run, count, |point| axis.y(point.p05_us));
        format!("{}z", path(high.into_iter().chain(low.into_iter().rev())))
    };
    runs(&chart.points).iter().map(band).collect()
}

/// Stretches without data.
pub fn gaps(points: &[Option<ChartPoint>]) -> Vec<Block> {
    let count = points.len();
    let mut gaps = Vec::new();
    let mut start = None;
    for (index, point) in points.iter().enumerate() {
        match (point, start) {
            (None, None) => start = Some(index),
            (Some(_), Some(first)) => {
                gaps.push(Block { x: left(first, count), width: left(index, count) - left(first, count) });
                start = None;
            }
            _ => {}
        }
    }
    if let Some(first) = start {
        gaps.push(Block { x: left(first, count), width: WIDTH - left(first, count) });
    }
    gaps
}

/// Stretches in which a fault was open, cut to the range; none is thinner than a line.
pub fn fault_blocks(chart: &Chart) -> Vec<Block> {
    let x = |at: Timestamp| WIDTH * part(at.micros_since(chart.from), chart.until.micros_since(chart.from));
    let block = |(from, until): &(Timestamp, Timestamp)| {
        let (left, right) = (x(*from), x(*until));
        (*from < chart.until && chart.from <= *until).then(|| {
            let width = (right - left).max(1.0);
            Block { x: left.min(WIDTH - width), width }
        })
    };
    chart.faults.iter().filter_map(block).collect()
}

fn part(us: i64, whole_us: i64) -> f64 {
    // Microseconds of 30 days keep far more digits in a float than a screen has pixels.
    (us as f64 / whole_us.max(1) as f64).clamp(0.0, 1.0)
}

/// Instants for the horizontal axis: the start, equal steps, the end.
pub fn ticks(chart: &Chart, range: ChartRange) -> Vec<Timestamp> {
    let steps = match range {
        ChartRange::Hour => 4,
        ChartRange::Day | ChartRange::Month => 6,
        ChartRange::Week => 7,
    };
    let whole = chart.until.micros_since(chart.from);
    (0..=steps).map(|step| chart.from.plus_micros(whole / steps * step)).collect()
}

/// Start of bucket `index`.
pub fn bucket_at(chart: &Chart, index: usize) -> Timestamp {
    let count = i64::try_from(chart.points.len().max(1)).unwrap_or(1);
    let index = i64::try_from(index).unwrap_or(0);
    chart.from.plus_micros(chart.until.micros_since(chart.from) / count * index)
}

/// The bucket under a pointer `x` of `width` pixels from the left.
pub fn bucket_under(x: i32, width: i32, count: usize) -> Option<usize> {
    let last = count.checked_sub(1)?;
    let part = f64::from(x.clamp(0, width.max(1))) / f64::from(width.max(1));
    Some(((part * count as f64) as usize).min(last))
}

/// The bucket a key leads to; `None` for keys that do nothing here.
pub fn bucket_by_key(key: &str, current: Option<usize>, count: usize) -> Option<usize> {
    let last = count.checked_sub(1)?;
    let step = (count / 12).max(1);
    let current = current.unwrap_or(last);
    match key {
        "ArrowLeft" | "ArrowDown" => Some(current.saturating_sub(1)),
        "ArrowRight" | "ArrowUp" => Some((current + 1).min(last)),
        "PageDown" => Some(current.saturating_sub(step)),
        "PageUp" => Some((current + step).min(last)),
        "Home" => Some(0),
        "End" => Some(last),
        _ => None,
    }
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
    use super::*;

    fn point(median_ms: u32) -> Option<ChartPoint> {
        let us = median_ms * 1_000;
        Some(ChartPoint { p05_us: us / 2, median_us: us, p95_us: us * 2 })
    }

    fn second(second: i64) -> Timestamp {
        Timestamp::EPOCH.plus_seconds(second)
    }

    fn chart(points: Vec<Option<ChartPoint>>) -> Chart {
        Chart {
            service: domain::id::ServiceId(uuid::Uuid::nil()),
            service_name: "SIP trunk".to_owned(),
            from: second(0),
            until: second(3_600),
            points,
            limit_ms: None,
            faults: Vec::new(),
            bars: Vec::new(),
            totals: domain::availability::Totals::default(),
        }
    }

    #[test]
    fn the_axis_ends_at_a_round_number_above_everything() {
        for (highest_us, top_us) in [(47_000, 60_000), (60_001, 80_000), (80_000, 80_000), (230, 300), (0, 40)] {
            assert_eq!(round_top(highest_us), top_us, "{highest_us}");
        }
        assert_eq!(round_top(u32::MAX), u32::MAX);
    }

    #[test]
    fn the_axis_has_five_labels_and_one_unit() {
        let axis = |top_us| Axis { top_us, limit_drawn: false };
        assert_eq!(axis(80_000).labels(), ["80 ms", "60", "40", "20", "0"]);
        assert_eq!(axis(300).labels(), ["0.3 ms", "0.225", "0.15", "0.075", "0"]);
        assert_eq!(axis(80_000).grid(), [0.0, 44.0, 88.0, 132.0, 176.0]);
    }

    #[test]
    fn a_far_limit_does_not_press_the_line_flat() {
        let mut near = chart(vec![point(10)]);
        near.limit_ms = Some(60);
        assert!(Axis::of(&near).limit_drawn);
        assert_eq!(Axis::of(&near).top_us, 60_000);
        near.limit_ms = Some(500);
        assert!(!Axis::of(&near).limit_drawn);
        assert_eq!(Axis::of(&near).top_us, 20_000);
    }

    #[test]
    fn the_line_breaks_where_there_is_no_data() {
        let chart = chart(vec![point(10), point(20), None, point(10), None, None]);
        let axis = Axis { top_us: 40_000, limit_drawn: false };
        assert_eq!(median_paths(&chart, axis), ["M60 132L180 88", "M360 132L480 132"]);
        assert_eq!(band_paths(&chart, axis).first().unwrap(), "M60 88L180 0L180 132L60 154z");
        assert_eq!(gaps(&chart.points), [Block { x: 240.0, width: 120.0 }, Block { x: 480.0, width: 240.0 }]);
    }

    #[test]
    fn no_points_draw_nothing() {
        let chart = chart(Vec::new());
        let axis = Axis::of(&chart);
        assert_eq!(axis.labels(), ["1 ms", "0.75", "0.5", "0.25", "0"]);
        assert!(median_paths(&chart, axis).is_empty() && gaps(&chart.points).is_empty() && table(&chart).is_empty());
        assert_eq!(bucket_under(3, 10, 0), None);
        assert_eq!(bucket_by_key("Home", None, 0), None);
    }

    #[test]
    fn a_fault_is_cut_to_the_range_and_never_too_thin_to_see() {
        let mut chart = chart(vec![point(1)]);
        chart.faults = vec![(second(-60), second(360)), (second(1_800), second(1_800)), (second(7_000), second(8_000))];
        assert_eq!(fault_blocks(&chart), [Block { x: 0.0, width: 72.0 }, Block { x: 360.0, width: 1.0 }]);
        chart.faults = vec![(second(3_599), second(3_600))];
        assert_eq!(fault_blocks(&chart), [Block { x: 719.0, width: 1.0 }]);
    }

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
    fn keys_and_pointer_find_a_bucket() {
        assert_eq!(bucket_by_key("ArrowLeft", None, 288), Some(286));
        assert_eq!(bucket_by_key("ArrowRight", Some(287), 288), Some(287));
        assert_eq!(bucket_by_key("PageDown", Some(30), 288), Some(6));
        assert_eq!(bucket_by_key("a", Some(30), 288), None);
        assert_eq!(bucket_under(0, 720, 288), Some(0));
        assert_eq!(bucket_under(720, 720, 288), Some(287));
        assert_eq!(bucket_under(360, 720, 288), Some(144));
        assert_eq!(bucket_under(5, 0, 288), Some(287));
    }

    #[test]
    fn ticks_run_from_start_to_end() {
        let ticks = ticks(&chart(Vec::new()), ChartRange::Hour);
        assert_eq!(ticks, [second(0), second(900), second(1_800), second(2_700), second(3_600)]);
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
