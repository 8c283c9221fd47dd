//! The response-time chart of one service: median line, band, limit, gaps and open faults; also as words and as a table.

use domain::time::{Timestamp, span_words};
use leptos::{ev, prelude::*, wasm_bindgen::JsCast, web_sys};

use super::time::At;
use crate::api::hosts::{Chart, ChartRange};

mod geometry;
mod words;

use geometry::{Axis, Block, unit};
pub use words::milliseconds;

/// A card with the chart. After hydration the pointer and the arrow keys read single values into the card's head.
#[component]
pub fn LatencyCard<H>(
    /// What to draw; later data replaces it in place.
    #[prop(into)]
    chart: Signal<Chart>,
    #[prop(into)] range: Signal<ChartRange>,
    /// Where a range leads.
    href: H,
) -> impl IntoView
where
    H: Fn(ChartRange) -> String + Copy + Send + Sync + 'static,
{
    // The bucket being read, if any.
    let reading = RwSignal::new(None::<usize>);
    let spoken = RwSignal::new(String::new());
    let count = Memo::new(move |_| chart.with(|chart| chart.points.len()));
    let title = move || format!("Response time, {}", chart.with(|chart| chart.service_name.clone()));
    view! {
        <section class="card" aria-labelledby="latency">
            <div class="card-head">
                <h2 id="latency">{title}</h2>
                <Readout chart reading/>
                <RangeLinks range href/>
            </div>
            <div class="card-body">
                <Plot chart range reading spoken count/>
                <span class="vh" aria-live="polite">
                    {move || spoken.get()}
                </span>
                <Key chart/>
                <AsTable chart/>
            </div>
        </section>
    }
    .into_any()
}

/// The value under the rule, or a summary: at a fixed place, so that nothing floats over the line.
#[component]
fn Readout(chart: Signal<Chart>, reading: RwSignal<Option<usize>>) -> impl IntoView {
    let text = move |index: Option<usize>| {
        chart.with(|chart| match index {
            None => words::summary(chart),
            Some(index) => words::reading(chart.points.get(index).copied().flatten()),
        })
    };
    let at = Memo::new(move |_| reading.get().map(|index| chart.with(|chart| geometry::bucket_at(chart, index))));
    view! {
        <span class="small ink2">
            {move || at.get().map(|at| view! { <At at/> " " })} {move || text(reading.get())}
        </span>
    }
}

/// 1 h, 24 h, 7 d, 30 d as links, so that they work before the page is alive.
#[component]
fn RangeLinks<H>(range: Signal<ChartRange>, href: H) -> impl IntoView
where
    H: Fn(ChartRange) -> String + Copy + Send + Sync + 'static,
{
    let link = move |which: ChartRange| {
        let on = move || range.get() == which;
        view! {
            <a
                class=move || if on() { "filter filter--on" } else { "filter" }
                href=move || href(which)
                aria-current=move || on().then_some("true")
                data-noscroll
            >
                {short_label(which)}
                <span class="vh">{long_label(which)}</span>
            </a>
        }
    };
    view! {
        <span class="row" role="group" aria-label="Period">
            {ChartRange::ALL.map(link).collect_view()}
        </span>
    }
}

fn short_label(range: ChartRange) -> &'static str {
    match range {
        ChartRange::Hour => "1 h",
        ChartRange::Day => "24 h",
        ChartRange::Week => "7 d",
        ChartRange::Month => "30 d",
    }
}

fn long_label(range: ChartRange) -> String {
    format!(", {}", words::range_words(range))
}

/// Drawing and axes.
#[component]
fn Plot(
    chart: Signal<Chart>,
    range: Signal<ChartRange>,
    reading: RwSignal<Option<usize>>,
    spoken: RwSignal<String>,
    count: Memo<usize>,
) -> impl IntoView {
    let alive = RwSignal::new(false);
    Effect::new(move |_| alive.set(true));
    let axis = Memo::new(move |_| chart.with(Axis::of));
    let on_key = move |event: ev::KeyboardEvent| {
        if event.key() == "Escape" {
            reading.set(None);
            return;
        }
        let Some(index) = geometry::bucket_by_key(&event.key(), reading.get_untracked(), count.get_untracked()) else {
            return;
        };
        event.prevent_default();
        reading.set(Some(index));
        spoken.set(chart.with_untracked(|chart| spoken_words(chart, index)));
    };
    let on_move = move |event: ev::PointerEvent| {
        let target = event.current_target().and_then(|target| target.dyn_into::<web_sys::Element>().ok());
        if let Some(target) = target {
            reading.set(geometry::bucket_under(event.offset_x(), target.client_width(), count.get_untracked()));
        }
    };
    view! {
        <figure
            class="chart"
            role="img"
            aria-label=move || chart.with(|chart| words::finding(chart, range.get()))
            aria-description=move || alive.get().then_some("Arrow keys read single values.")
            tabindex=move || alive.get().then_some("0")
            on:keydown=on_key
            on:blur=move |_| reading.set(None)
        >
            <div class="chart-y" aria-hidden="true">
                {move || axis.get().labels().into_iter().map(|label| view! { <span class="nowrap">{label}</span> }).collect_view()}
            </div>
            <svg
                viewBox="0 0 720 176"
                preserveAspectRatio="none"
                aria-hidden="true"
                on:pointermove=on_move
                on:pointerleave=move |_| reading.set(None)
            >
                {move || chart.with(|chart| draw(chart, axis.get()))}
                {move || reading.get().map(|index| draw_rule(geometry::middle(index, count.get())))}
            </svg>
            <TimeAxis chart range/>
        </figure>
    }
    .into_any()
}

/// What a screen reader says of one bucket. Its age needs no time zone.
fn spoken_words(chart: &Chart, index: usize) -> String {
    let age = chart.until.seconds_since(geometry::bucket_at(chart, index));
    format!("{} ago: {}", span_words(age), words::reading(chart.points.get(index).copied().flatten()))
}

fn draw(chart: &Chart, axis: Axis) -> impl IntoView + use<> {
    let block = |class: &'static str| {
        move |block: Block| {
            view! { <rect class=class x=unit(block.x) width=unit(block.width) y="0" height="176"></rect> }
        }
    };
    let grid = |y: f64| view! { <line class="g-grid" x1="0" x2="720" y1=unit(y) y2=unit(y)></line> };
    let path = |class: &'static str| move |d: String| view! { <path class=class d=d></path> };
    let limit = chart.limit_ms.filter(|_| axis.limit_drawn).map(|ms| axis.y(ms.saturating_mul(1_000)));
    let gaps: Vec<_> = geometry::gaps(&chart.points).into_iter().map(block("g-gap")).collect();
    let faults: Vec<_> = geometry::fault_blocks(chart).into_iter().map(block("g-fault")).collect();
    let bands: Vec<_> = geometry::band_paths(chart, axis).into_iter().map(path("g-band")).collect();
    let medians: Vec<_> = geometry::median_paths(chart, axis).into_iter().map(path("g-line")).collect();
    let limit = limit.map(|y| view! { <line class="g-limit" x1="0" x2="720" y1=unit(y) y2=unit(y)></line> });
    (axis.grid().into_iter().map(grid).collect::<Vec<_>>(), gaps, faults, bands, medians, limit)
}

fn draw_rule(x: f64) -> impl IntoView {
    view! { <line class="g-rule" x1=unit(x) x2=unit(x) y1="0" y2="176"></line> }
}

/// Instants under the drawing, the last one "now". Every other one stays away from a phone.
#[component]
fn TimeAxis(chart: Signal<Chart>, range: Signal<ChartRange>) -> impl IntoView {
    let ticks = move || {
        let mut ticks = chart.with(|chart| geometry::ticks(chart, range.get()));
        ticks.pop();
        ticks
    };
    let tick = |(index, at): (usize, Timestamp)| {
        let class = (index % 2 == 1).then_some("not-s");
        view! {
            <span class=class>
                <At at/>
            </span>
        }
    };
    view! {
        <div class="chart-x" aria-hidden="true">
            {move || ticks().into_iter().enumerate().map(tick).collect_view()} <span>"now"</span>
        </div>
    }
}

/// What line and grounds mean.
#[component]
fn Key(chart: Signal<Chart>) -> impl IntoView {
    let swatch = |class: &'static str, words: &'static str| {
        view! {
            <span>
                <svg viewBox="0 0 20 10" aria-hidden="true">
                    <rect class=class width="20" height="10"></rect>
                </svg>
                {words}
            </span>
        }
    };
    let limit = move || {
        chart.with(|chart| {
            let drawn = Axis::of(chart).limit_drawn;
            chart.limit_ms.map(|ms| match drawn {
                true => format!("Limit {ms} ms"),
                false => format!("Limit {ms} ms, far above"),
            })
        })
    };
    view! {
        <p class="tape-key mt">
            <span>
                <svg viewBox="0 0 20 10" aria-hidden="true">
                    <path class="g-line" d="M0 5h20"></path>
                </svg>
                "Median"
            </span>
            {swatch("g-band", "5th to 95th percentile")}
            {move || {
                limit()
                    .map(|words| {
                        view! {
                            <span>
                                <svg viewBox="0 0 20 10" aria-hidden="true">
                                    <path class="g-limit" d="M0 5h20"></path>
                                </svg>
                                {words}
                            </span>
                        }
                    })
            }}
            {swatch("g-gap", "No data")}
            {swatch("g-fault", "Fault open")}
        </p>
    }
    .into_any()
}

/// The numbers for those who read rather than look.
#[component]
fn AsTable(chart: Signal<Chart>) -> impl IntoView {
    let row = |row: words::TableRow| {
        view! {
            <tr>
                <th scope="row">
                    <At at=row.from/>
                </th>
                <td class="num">{row.medians}</td>
                <td class="num">{row.spread}</td>
                <td class="num">{row.empty}</td>
            </tr>
        }
    };
    view! {
        <details class="small mt">
            <summary>"Show as table"</summary>
            <table class="table">
                <thead>
                    <tr>
                        <th scope="col">"From"</th>
                        <th scope="col" class="num">
                            "Medians"
                        </th>
                        <th scope="col" class="num">
                            "5th to 95th percentile"
                        </th>
                        <th scope="col" class="num">
                            "Without data"
                        </th>
                    </tr>
                </thead>
                <tbody>{move || chart.with(words::table).into_iter().map(row).collect_view()}</tbody>
            </table>
        </details>
    }
    .into_any()
}
