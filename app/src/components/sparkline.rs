//! The sparkline in a table row: 48 points without an axis, hidden from assistive technology.

use std::fmt::Write as _;

use leptos::prelude::*;

/// Size of the drawing in its own units.
const WIDTH: f64 = 94.0;
const HEIGHT: f64 = 20.0;
/// Room above and below, so that the stroke is not cut.
const MARGIN: f64 = 2.0;

/// The last latencies of one service as a line.
#[component]
pub fn Sparkline(
    /// Latencies in microseconds, oldest first; `None` breaks the line.
    #[prop(into)]
    values: Signal<Vec<Option<u32>>>,
) -> impl IntoView {
    view! {
        <svg class="spark" viewBox="0 0 94 20" preserveAspectRatio="none" aria-hidden="true">
            <path class="g-line" d=move || values.with(|values| spark_path(values))></path>
        </svg>
    }
}

/// The line, between the lowest and the highest value; broken where nothing answered.
pub fn spark_path(values: &[Option<u32>]) -> String {
    let known = || values.iter().flatten().copied();
    let (Some(low), Some(high)) = (known().min(), known().max()) else {
        return String::new();
    };
    let step = WIDTH / values.len().saturating_sub(1).max(1) as f64;
    let y = |value: u32| match high - low {
        0 => HEIGHT / 2.0,
        span => HEIGHT - MARGIN - (HEIGHT - 2.0 * MARGIN) * f64::from(value - low) / f64::from(span),
    };
    let mut path = String::new();
    let mut open = false;
    for (index, value) in values.iter().enumerate() {
        let Some(value) = *value else {
            open = false;
            continue;
        };
        let x = step * index as f64;
        let alone = !open && values.get(index + 1).copied().flatten().is_none();
        let _ = match (open, alone) {
            (true, _) => write!(path, "L{x:.1} {:.1}", y(value)),
            (false, false) => write!(path, "M{x:.1} {:.1}", y(value)),
            // A lone point would not be seen without a stub.
            (false, true) => write!(path, "M{:.1} {:.1}h{step:.1}", (x - step / 2.0).max(0.0), y(value)),
        };
        open = true;
    }
    path
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_line_spans_the_height_and_breaks_at_a_gap() {
        let path = spark_path(&[Some(10), Some(20), None, Some(10), Some(10)]);
        assert_eq!(path, "M0.0 18.0L23.5 2.0M70.5 18.0L94.0 18.0");
    }

    #[test]
    fn equal_values_run_through_the_middle() {
        assert_eq!(spark_path(&[Some(7), Some(7)]), "M0.0 10.0L94.0 10.0");
    }

    #[test]
    fn a_lone_value_is_seen_and_nothing_is_drawn_for_none() {
        assert_eq!(spark_path(&[None, Some(7), None]), "M23.5 10.0h47.0");
        assert_eq!(spark_path(&[None, None]), "");
        assert_eq!(spark_path(&[]), "");
    }
}
