//! Thirty days of a system as bars: state by height, then by colour. The words stand beside it.

use domain::availability::Totals;
use leptos::prelude::*;

const WIDTH: u32 = 3;
const STEP: u32 = 4;
const HEIGHT: u32 = 24;

/// Class and distance from the top: OK short, degraded and planned work taller, down full height, not watched hollow.
fn shape(day: &Totals) -> (&'static str, u32) {
    match () {
        () if 0 < day.down_us => ("b-crit", 0),
        () if 0 < day.degraded_us => ("b-warn", 5),
        () if 0 < day.planned_us => ("b-mnt", 5),
        () if 0 < day.up_us => ("b-ok", 9),
        () => ("b-none", 9),
    }
}

#[component]
pub(super) fn DayBars(
    /// Oldest first.
    days: Vec<Totals>,
) -> impl IntoView {
    let width = u32::try_from(days.len().max(1)).unwrap_or(1) * STEP - (STEP - WIDTH);
    let bars = days
        .iter()
        .zip(0_u32..)
        .map(|(day, index)| {
            let (class, top) = shape(day);
            view! {
                <rect
                    class=class
                    x=(index * STEP).to_string()
                    y=top.to_string()
                    width=WIDTH.to_string()
                    height=(HEIGHT - top).to_string()
                />
            }
        })
        .collect_view();
    view! {
        <svg viewBox=format!("0 0 {width} {HEIGHT}") preserveAspectRatio="none" aria-hidden="true">
            {bars}
        </svg>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_shows_the_worst_that_happened_in_it() {
        let day = Totals { up_us: 10, degraded_us: 1, down_us: 1, unwatched_us: 1, planned_us: 1 };
        assert_eq!(shape(&day).0, "b-crit");
        assert_eq!(shape(&Totals { down_us: 0, ..day }).0, "b-warn");
        assert_eq!(shape(&Totals { down_us: 0, degraded_us: 0, ..day }).0, "b-mnt");
        assert_eq!(shape(&Totals { up_us: 1, ..Totals::default() }).0, "b-ok");
        assert_eq!(shape(&Totals { unwatched_us: 1, ..Totals::default() }).0, "b-none");
    }
}
