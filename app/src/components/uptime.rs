//! Uptime bars: state by height and colour, the percentage rounded down, the minutes beside it.

use domain::{
    availability::{Totals, percent},
    time::span_words,
};
use leptos::prelude::*;

use crate::api::hosts::ChartRange;

/// Height of the drawing in its own units; a bar is 3 wide and stands 4 from its neighbour.
const HEIGHT: u32 = 24;
const BAR_WIDTH: u32 = 3;
const BAR_STEP: u32 = 4;
const US_PER_SECOND: i64 = 1_000_000;
const COMPLETE: u32 = 10_000;

/// Bars of one range with percentage and down time.
#[component]
pub fn UptimeBars(
    /// Equal parts of the range, oldest first.
    #[prop(into)]
    bars: Signal<Vec<Totals>>,
    /// The whole range.
    #[prop(into)]
    totals: Signal<Totals>,
    #[prop(into)] range: Signal<ChartRange>,
) -> impl IntoView {
    let view_box = move || format!("0 0 {} {HEIGHT}", bars.with(|bars| drawing_width(bars.len())));
    view! {
        <div class="up">
            <span>{move || range_label(range.get())}</span>
            <svg
                viewBox=view_box
                preserveAspectRatio="none"
                role="img"
                aria-label=move || bars.with(|bars| finding(bars))
            >
                {move || bars.with(|bars| draw(bars))}
            </svg>
            <span class="pc">{move || percent_words(&totals.get())}</span>
            <span class="dn">{move || down_words(&totals.get())}</span>
        </div>
        <p class="note">{move || coverage_words(&totals.get())}</p>
        <UptimeKey/>
    }
    .into_any()
}

/// What heights and colours mean.
#[component]
fn UptimeKey() -> impl IntoView {
    let entry = |shape: Shape, words: &'static str| {
        let (class, y) = match shape {
            Shape::Ok => ("b-ok", "4"),
            Shape::Degraded => ("b-warn", "2"),
            Shape::Down => ("b-crit", "0"),
            Shape::Planned => ("b-mnt", "2"),
            Shape::Empty => ("b-none", "4"),
        };
        let height = if y == "0" {
            "10"
        } else if y == "2" {
            "8"
        } else {
            "6"
        };
        view! {
            <span>
                <svg viewBox="0 0 20 10" aria-hidden="true">
                    <rect class=class x="8" y=y width="4" height=height></rect>
                </svg>
                {words}
            </span>
        }
    };
    view! {
        <p class="tape-key">
            {entry(Shape::Ok, "OK (short)")} {entry(Shape::Degraded, "Degraded (taller)")}
            {entry(Shape::Down, "Down (full height)")} {entry(Shape::Planned, "Planned work (taller)")}
            {entry(Shape::Empty, "Not watched")}
        </p>
    }
}

/// What one bar shows: the worst that happened in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Shape {
    Ok,
    Degraded,
    Down,
    Planned,
    Empty,
}

impl Shape {
    fn of(part: &Totals) -> Self {
        match () {
            () if 0 < part.down_us => Self::Down,
            () if 0 < part.degraded_us => Self::Degraded,
            () if 0 < part.planned_us => Self::Planned,
            () if 0 < part.up_us => Self::Ok,
            () => Self::Empty,
        }
    }

    fn class(self) -> &'static str {
        match self {
            Self::Ok => "b-ok",
            Self::Degraded => "b-warn",
            Self::Down => "b-crit",
            Self::Planned => "b-mnt",
            Self::Empty => "b-none",
        }
    }

    /// Distance from the top: state is told by height before colour.
    fn top(self) -> u32 {
        match self {
            Self::Ok | Self::Empty => 9,
            Self::Degraded | Self::Planned => 5,
            Self::Down => 0,
        }
    }
}

fn drawing_width(count: usize) -> u32 {
    u32::try_from(count.max(1)).unwrap_or(1) * BAR_STEP - (BAR_STEP - BAR_WIDTH)
}

fn draw(bars: &[Totals]) -> Vec<AnyView> {
    let bar = |(part, index): (&Totals, u32)| {
        let shape = Shape::of(part);
        let (x, y, height) = (index * BAR_STEP, shape.top(), HEIGHT - shape.top());
        view! {
            <rect
                class=shape.class()
                x=x.to_string()
                y=y.to_string()
                width=BAR_WIDTH.to_string()
                height=height.to_string()
            ></rect>
        }
        .into_any()
    };
    bars.iter().zip(0_u32..).map(bar).collect()
}

fn range_label(range: ChartRange) -> &'static str {
    match range {
        ChartRange::Hour => "1 hour",
        ChartRange::Day => "24 hours",
        ChartRange::Week => "7 days",
        ChartRange::Month => "30 days",
    }
}

/// The percentage in which the service worked, or that nobody looked.
pub fn percent_words(totals: &Totals) -> String {
    let none = if 0 < totals.planned_us { "Planned work" } else { "Not watched" };
    totals.available_hundredths().map_or_else(|| none.to_owned(), percent)
}

/// The time it was down: a moment is never rounded away.
pub fn down_words(totals: &Totals) -> String {
    match (totals.down_us, totals.watched_us()) {
        (_, 0) => String::new(),
        (0, _) => "no down time".to_owned(),
        (down_us, _) => format!("{} down", span_words((down_us / US_PER_SECOND).max(1))),
    }
}

/// How much of the range was watched, and how much of it was slow or limited, or planned work.
pub fn coverage_words(totals: &Totals) -> String {
    let also = |us: i64, before: &str, after: &str| match us {
        0 => String::new(),
        us => format!(" {before} {}, which {after}.", span_words((us / US_PER_SECOND).max(1))),
    };
    let degraded = also(totals.degraded_us, "Degraded for", "counts as working");
    let planned = also(totals.planned_us, "Planned work for", "is not counted");
    match totals.coverage_hundredths() {
        COMPLETE => format!("Watched the whole time.{degraded}{planned}"),
        hundredths => format!(
            "Watched {} of the time; {} were not watched and are not counted.{degraded}{planned}",
            percent(hundredths),
            span_words((totals.unwatched_us / US_PER_SECOND).max(1))
        ),
    }
}

/// The bars in words.
fn finding(bars: &[Totals]) -> String {
    let count = |shape: Shape| bars.iter().filter(|part| Shape::of(part) == shape).count();
    let mut parts = vec![format!("{} OK", count(Shape::Ok))];
    for (shape, word) in [
        (Shape::Degraded, "degraded"),
        (Shape::Down, "down"),
        (Shape::Planned, "planned work"),
        (Shape::Empty, "not watched"),
    ] {
        match count(shape) {
            0 => {}
            number => parts.push(format!("{number} {word}")),
        }
    }
    format!("Of {} equal parts: {}.", bars.len(), parts.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn totals(up_s: i64, degraded_s: i64, down_s: i64, unwatched_s: i64) -> Totals {
        Totals {
            up_us: up_s * US_PER_SECOND,
            degraded_us: degraded_s * US_PER_SECOND,
            down_us: down_s * US_PER_SECOND,
            unwatched_us: unwatched_s * US_PER_SECOND,
            planned_us: 0,
        }
    }

    #[test]
    fn a_hundred_percent_means_no_down_time_at_all() {
        assert_eq!(percent_words(&totals(86_400, 0, 0, 0)), "100.00 %");
        assert_eq!(percent_words(&totals(30 * 86_400, 0, 1, 0)), "99.99 %");
        assert_eq!(percent_words(&totals(0, 0, 0, 60)), "Not watched");
    }

    #[test]
    fn a_moment_of_down_time_is_said() {
        let moment = Totals { down_us: 1, up_us: 60 * US_PER_SECOND, ..Totals::default() };
        assert_eq!(down_words(&moment), "1 s down");
        assert_eq!(down_words(&totals(100, 0, 9_300, 0)), "2 h 35 min down");
        assert_eq!(down_words(&totals(100, 0, 0, 0)), "no down time");
        assert_eq!(down_words(&totals(0, 0, 0, 100)), "");
    }

    #[test]
    fn time_without_watch_and_degraded_time_are_stated() {
        assert_eq!(coverage_words(&totals(100, 0, 0, 0)), "Watched the whole time.");
        assert_eq!(
            coverage_words(&totals(75, 0, 0, 25)),
            "Watched 75.00 % of the time; 25 s were not watched and are not counted."
        );
        assert_eq!(
            coverage_words(&totals(60, 120, 0, 0)),
            "Watched the whole time. Degraded for 2 min, which counts as working."
        );
    }

    #[test]
    fn planned_work_is_stated_and_not_counted() {
        let planned = |us| Totals { planned_us: us, ..totals(100, 0, 0, 0) };
        let words = "Watched the whole time. Planned work for 2 h, which is not counted.";
        assert_eq!(coverage_words(&planned(7_200 * US_PER_SECOND)), words);
        let only = Totals { planned_us: 1, ..Totals::default() };
        assert_eq!((percent_words(&only), Shape::of(&only)), ("Planned work".to_owned(), Shape::Planned));
    }

    #[test]
    fn a_bar_shows_the_worst_of_its_part() {
        assert_eq!(Shape::of(&totals(9, 1, 1, 1)), Shape::Down);
        assert_eq!(Shape::of(&totals(9, 1, 0, 1)), Shape::Degraded);
        assert_eq!(Shape::of(&totals(9, 0, 0, 1)), Shape::Ok);
        assert_eq!(Shape::of(&totals(0, 0, 0, 1)), Shape::Empty);
    }

    #[test]
    fn the_bars_are_told_in_words() {
        let bars = [totals(1, 0, 0, 0), totals(1, 0, 1, 0), totals(0, 0, 0, 1)];
        assert_eq!(finding(&bars), "Of 3 equal parts: 1 OK, 1 down, 1 not watched.");
        assert_eq!((drawing_width(48), drawing_width(0)), (191, 3));
    }
}
