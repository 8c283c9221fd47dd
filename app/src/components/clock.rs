//! SLA clocks: the words of their state with a live countdown, the runway of the queue, the tape of the ticket.
//!
//! Both drawings are for eyes only: the words beside them, and the list under the tape, say the same.

mod geometry;
mod words;

use domain::time::Timestamp;
use leptos::prelude::*;

use self::{
    geometry::{Bar, NOW_X, RUNWAY_STEPS, RUNWAY_WIDTH, Rect, TAPE_WIDTH, flag, runway, tape_bars, tape_x},
    words::{Tone, tone, words},
};
use super::{
    icon::Icon,
    time::{At, use_now, use_now_to_the_second},
};
use crate::api::tickets::{ClockFace, FaceState, Tape};

pub use self::words::left_s;

/// Under this a countdown moves every second, above it every minute.
const SECONDS_UNDER_S: i64 = 120;

/// The present, in the speed that a clock needs.
fn use_face_now(face: Signal<ClockFace>) -> Signal<Timestamp> {
    let (minute, second) = (use_now(), use_now_to_the_second());
    Memo::new(move |_| {
        let now = minute.get();
        let near = face.with(|face| match &face.state {
            FaceState::Running { due_at, ahead } => {
                left_s(ahead, now) < SECONDS_UNDER_S && due_at.seconds_since(now).abs() < SECONDS_UNDER_S
            }
            _ => false,
        });
        if near { second.get() } else { now }
    })
    .into()
}

/// Icon and words: `3 h 7 min left`, `22 min over`, `Paused 5 h 8 min`, `Met in 20 min`.
#[component]
pub fn ClockWord(
    /// The clock; later states are followed.
    #[prop(into)]
    face: Signal<ClockFace>,
) -> impl IntoView {
    let now = use_face_now(face);
    let shown = Memo::new(move |_| face.with(|face| (tone(face, now.get()), words(face, now.get()))));
    let class = move || shown.with(|(tone, _)| format!("clock clock--{}", tone.class()));
    view! {
        <span class=class>
            {move || shown.with(|(tone, _)| tone.icon()).map(|name| view! { <Icon name /> })}
            <span>{move || shown.with(|(_, words)| words.clone())}</span>
        </span>
    }
}

/// What is due and when, or what a pause waits for and what remains.
#[component]
pub fn ClockSub(
    /// The clock; later states are followed.
    #[prop(into)]
    face: Signal<ClockFace>,
) -> impl IntoView {
    let now = use_now();
    move || {
        let face = face.get();
        let label = face.kind.label();
        match face.state.clone() {
            FaceState::Running { due_at, ahead } if now.get_untracked() <= due_at => {
                let working = words::is_working_time(&ahead, now.get_untracked(), due_at);
                view! { {working.then_some("Working time. ")} {label} ", " <At at=due_at /> }.into_any()
            }
            FaceState::Running { due_at, .. } => view! { {label} ", was due " <At at=due_at /> }.into_any(),
            FaceState::Paused { reason, left_s, .. } => {
                view! { {words::capital(reason.label())} ", " {words::remain(left_s)} }.into_any()
            }
            FaceState::Met { at, .. } => view! { {label} ", " <At at /> }.into_any(),
            FaceState::Missed { due_at: Some(due_at), .. } => {
                view! { {label} ", was due " <At at=due_at /> }.into_any()
            }
            FaceState::Missed { due_at: None, .. } => label.into_any(),
            FaceState::NoCover => view! { {label} ": no hours of cover ahead" }.into_any(),
            FaceState::Voided { at } => view! { {label} ", taken back " <At at /> }.into_any(),
        }
    }
}

fn rects(bars: Vec<Bar>, y: &'static str, height: &'static str) -> impl IntoView {
    bars.into_iter()
        .map(|Bar { at: Rect { x, width }, class }| {
            let (x, width) = (format!("{x:.1}"), format!("{width:.1}"));
            match class {
                "hatch" => view! { <rect fill="url(#hatch)" x=x width=width y=y height=height /> }.into_any(),
                "outline" => view! {
                    <rect
                        x=x
                        width=width
                        y=y
                        height=height
                        fill="none"
                        stroke="currentColor"
                        stroke-opacity=".45"
                    />
                }
                .into_any(),
                class => view! { <rect class=class x=x width=width y=y height=height /> }.into_any(),
            }
        })
        .collect_view()
}

/// Time to breach on an axis that all rows share: -1 h, now, 1 h, 4 h, 1 d, 3 d.
#[component]
pub fn Runway(
    /// The clock; later states are followed.
    #[prop(into)]
    face: Signal<ClockFace>,
) -> impl IntoView {
    let now = use_now();
    let grid = (0..=RUNWAY_STEPS)
        .map(|step| {
            let x = (step * (RUNWAY_WIDTH / RUNWAY_STEPS)).to_string();
            view! { <line class="x-grid" x1=x.clone() x2=x y1="-4" y2="20" /> }
        })
        .collect_view();
    let drawn = move || {
        let (bars, due) = face.with(|face| runway(face, now.get()));
        let flag = due.map(|x| view! { <path class="x-flag" d=format!("M{:.1} 1h2v14h-2z", x - 1.0) /> });
        view! {
            {rects(bars, "4", "8")}
            <rect class="x-now" x=format!("{:.0}", NOW_X - 1.0) width="2" y="-4" height="24" />
            {flag}
        }
    };
    view! {
        <svg
            class="runway"
            viewBox=format!("0 0 {RUNWAY_WIDTH} 16")
            preserveAspectRatio="none"
            aria-hidden="true"
        >
            {grid}
            {drawn}
        </svg>
    }
}

/// Real time, linear: filled counted, outlined left, hatched paused, thin outside cover, flag due, tall line now.
#[component]
pub fn TapeBand(
    /// What happened and will.
    tape: Tape,
    /// How the clock stands, for its colour.
    face: ClockFace,
) -> impl IntoView {
    let now = use_now();
    let axis = tape.axis.clone().into_iter().map(|label| view! { <span>{label}</span> }).collect_view();
    let drawn = move || {
        let now = now.get();
        let counted = match tone(&face, now) {
            Tone::Met => "x-met",
            _ => "x-run",
        };
        let bars = tape_bars(&tape, counted, now);
        let over = bars.over.map(|Rect { x, width }| {
            view! { <rect class="x-late" x=format!("{x:.1}") width=format!("{width:.1}") y="10" height="8" /> }
        });
        let due = tape.due_at.map(|due| tape_x(&tape, due)).map(|x| {
            let (pole, cloth) = flag(x);
            view! {
                <path class="x-flag" d=pole />
                <path class="x-flag" d=cloth />
            }
        });
        let closed = tape.closed_at.map(|at| tape_x(&tape, at)).map(|x| {
            view! { <rect class=counted x=format!("{:.1}", x - 2.0) y="2" width="4" height="24" /> }
        });
        let line = (tape.from <= now && now <= tape.until).then(|| {
            let x = tape_x(&tape, now) - 1.25;
            view! { <rect class="x-now" x=format!("{x:.1}") y="-3" width="2.5" height="34" /> }
        });
        view! {
            {rects(bars.spans, "6", "16")}
            {over}
            {closed}
            {due}
            {line}
        }
    };
    view! {
        <svg class="band" viewBox=format!("0 0 {TAPE_WIDTH:.0} 28") preserveAspectRatio="none" aria-hidden="true">
            <rect class="x-base" x="0" y="12" width=format!("{TAPE_WIDTH:.0}") height="4" />
            {drawn}
        </svg>
        <div class="tape-axis tape-axis--5" aria-hidden="true">
            {axis}
        </div>
    }
}

/// What the parts of a tape mean.
#[component]
pub fn TapeKey(
    /// In which its times are written.
    #[prop(into)]
    zone: String,
) -> impl IntoView {
    view! {
        <div class="tape-key">
            <span>
                <svg viewBox="0 0 20 10" aria-hidden="true">
                    <rect class="x-run" y="2" width="20" height="6" />
                </svg>
                "Counted"
            </span>
            <span>
                <svg viewBox="0 0 20 10" aria-hidden="true">
                    <rect class="x-ahead" y="2" width="20" height="6" />
                </svg>
                "Left"
            </span>
            <span>
                <svg viewBox="0 0 20 10" aria-hidden="true">
                    <rect width="20" height="10" fill="url(#hatch)" />
                </svg>
                "Paused"
            </span>
            <span>
                <svg viewBox="0 0 20 10" aria-hidden="true">
                    <rect class="x-base" y="4" width="20" height="2" />
                </svg>
                "Outside cover"
            </span>
            <span>
                <svg viewBox="0 0 20 10" aria-hidden="true">
                    <path class="x-flag" d="M10 0h2v10h-2zM12 0h-7v4h7z" />
                </svg>
                "Due"
            </span>
            <span class="push">"All times " {zone}</span>
        </div>
    }
}
