//! Geometry of the latency chart. Pure: the same numbers on the server and in the browser.

use std::fmt::Write as _;

use domain::time::Timestamp;

use super::words::{milliseconds, trimmed};
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

/// A chart for tests.
#[cfg(test)]
pub(super) mod sample {
    use super::*;

    pub(crate) fn point(median_ms: u32) -> Option<ChartPoint> {
        let us = median_ms * 1_000;
        Some(ChartPoint { p05_us: us / 2, median_us: us, p95_us: us * 2 })
    }

    pub(crate) fn second(second: i64) -> Timestamp {
        Timestamp::EPOCH.plus_seconds(second)
    }

    pub(crate) fn chart(points: Vec<Option<ChartPoint>>) -> Chart {
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
}

#[cfg(test)]
mod tests {
    use super::{
        sample::{chart, point, second},
        *,
    };

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
        assert!(median_paths(&chart, axis).is_empty() && gaps(&chart.points).is_empty());
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
}
