//! Instants for people: on the server in London's time, after hydration in the reader's own zone.
//!
//! `now` comes with the page's data, so that server and browser render the same; afterwards it ticks.

use domain::time::{Timestamp, span_words};
use leptos::prelude::*;

use super::live_feed::use_connection;

/// Under this age a length of time moves every second, above it every minute.
const SECONDS_UNDER_S: i64 = 120;
const DAY_S: i64 = 24 * 3_600;

/// The reader's present, in two speeds.
#[derive(Debug, Clone, Copy)]
struct Now {
    minute: RwSignal<Timestamp>,
    second: RwSignal<Timestamp>,
}

/// Sets the present for everything below: the `now` of the page's data. Ticks after hydration.
pub fn provide_now(now: Timestamp) {
    let clock = Now { minute: RwSignal::new(now), second: RwSignal::new(now) };
    provide_context(clock);
    #[cfg(feature = "hydrate")]
    browser::tick(clock);
}

/// The present, correct to a minute. The epoch where no page has set it.
pub fn use_now() -> Signal<Timestamp> {
    match use_context::<Now>() {
        Some(now) => now.minute.into(),
        None => Signal::stored(Timestamp::EPOCH),
    }
}

/// The present, correct to a second: for countdowns only.
pub fn use_now_to_the_second() -> Signal<Timestamp> {
    match use_context::<Now>() {
        Some(now) => now.second.into(),
        None => Signal::stored(Timestamp::EPOCH),
    }
}

/// Length of time since `at` in words; follows the clock.
pub fn use_age(at: Signal<Timestamp>) -> Signal<String> {
    let (minute, second) = (use_now(), use_now_to_the_second());
    Memo::new(move |_| {
        let age = minute.get().seconds_since(at.get());
        let age = if age < SECONDS_UNDER_S { second.get().seconds_since(at.get()) } else { age };
        span_words(age.max(1))
    })
    .into()
}

/// An instant on the calendar and the clock of one zone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Civil {
    pub year: i32,
    /// 1 to 12.
    pub month: u8,
    pub day: u8,
    /// 0 is Sunday.
    pub weekday: u8,
    pub hour: u8,
    pub minute: u8,
}

impl Civil {
    fn weekday_name(self) -> &'static str {
        const NAMES: [&str; 7] = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];
        NAMES.get(usize::from(self.weekday)).copied().unwrap_or_default()
    }

    fn month_name(self) -> &'static str {
        const NAMES: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
        NAMES.get(usize::from(self.month.saturating_sub(1))).copied().unwrap_or_default()
    }

    /// `16:31`.
    pub fn clock(self) -> String {
        format!("{:02}:{:02}", self.hour, self.minute)
    }

    /// `Thu 19 Nov 2026, 16:31`.
    pub fn full(self) -> String {
        format!("{} {} {} {}, {}", self.weekday_name(), self.day, self.month_name(), self.year, self.clock())
    }

    fn same_day(self, other: Self) -> bool {
        (self.year, self.month, self.day) == (other.year, other.month, other.day)
    }
}

/// `16:31` today, `Wed 15:10` within six days, `16 Nov` this year, `16 Nov 2025`. `age_s` may be negative.
pub fn short(at: Civil, now: Civil, age_s: i64) -> String {
    match () {
        () if at.same_day(now) => at.clock(),
        () if age_s.abs() < 6 * DAY_S => format!("{} {}", at.weekday_name(), at.clock()),
        () if at.year == now.year => format!("{} {}", at.day, at.month_name()),
        () => format!("{} {} {}", at.day, at.month_name(), at.year),
    }
}

/// The zone in which pages are rendered before the browser rewrites them.
#[cfg(not(feature = "hydrate"))]
const SERVER_ZONE: &str = "Europe/London";

/// `at` in the zone of whoever renders: London on the server, the reader's own in the browser.
#[cfg(not(feature = "hydrate"))]
pub fn civil(at: Timestamp) -> Civil {
    let at = at.as_jiff();
    // Without zone data the server still answers, in UTC.
    let zoned = at.in_tz(SERVER_ZONE).or_else(|_| at.in_tz("UTC"));
    let part = |number: i8| u8::try_from(number).unwrap_or_default();
    match zoned {
        Ok(zoned) => Civil {
            year: i32::from(zoned.year()),
            month: part(zoned.month()),
            day: part(zoned.day()),
            weekday: part(zoned.weekday().to_sunday_zero_offset()),
            hour: part(zoned.hour()),
            minute: part(zoned.minute()),
        },
        Err(_) => Civil { year: 1970, month: 1, day: 1, weekday: 4, hour: 0, minute: 0 },
    }
}

#[cfg(not(feature = "hydrate"))]
fn zone() -> String {
    SERVER_ZONE.to_owned()
}

#[cfg(feature = "hydrate")]
pub use browser::civil;
#[cfg(feature = "hydrate")]
use browser::zone;

/// Text that depends on the zone. In the browser it is left as the server wrote it until hydration is over.
fn localised(format: impl Fn() -> String + Send + Sync + 'static) -> Signal<String> {
    #[cfg(not(feature = "hydrate"))]
    {
        Signal::derive(format)
    }
    #[cfg(feature = "hydrate")]
    {
        let text = RwSignal::new(String::new());
        Effect::new(move |_| {
            let new = format();
            if text.with_untracked(|old| *old != new) {
                text.set(new);
            }
        });
        text.into()
    }
}

/// `at` in short form, for use within a sentence's own element.
pub fn use_short(at: Signal<Timestamp>) -> Signal<String> {
    let now = use_now();
    localised(move || short(civil(at.get()), civil(now.get()), now.get().seconds_since(at.get())))
}

/// `at` in full with its zone, for `title`.
pub fn use_full(at: Signal<Timestamp>) -> Signal<String> {
    localised(move || format!("{}, {}", civil(at.get()).full(), zone()))
}

/// The time of day: `16:42`.
pub fn use_clock(at: Signal<Timestamp>) -> Signal<String> {
    localised(move || civil(at.get()).clock())
}

/// An instant: `16:31`, `Wed 15:10` or `16 Nov` by its age.
#[component]
pub fn At(
    /// The instant.
    #[prop(into)]
    at: Signal<Timestamp>,
) -> impl IntoView {
    let (text, title) = (use_short(at), use_full(at));
    view! {
        <time datetime=move || at.get().to_string() title=title>
            {text}
        </time>
    }
}

/// Time since an instant: `11 min`. Shows the instant itself while the connection is lost.
#[component]
pub fn Ago(
    /// The instant.
    #[prop(into)]
    at: Signal<Timestamp>,
) -> impl IntoView {
    let (age, short, title) = (use_age(at), use_short(at), use_full(at));
    let connection = use_connection();
    view! {
        <time datetime=move || at.get().to_string() title=title>
            {move || if connection.get().is_lost() { short.get() } else { age.get() }}
        </time>
    }
}

/// Time since an instant with the instant under it, as in a fault row.
#[component]
pub fn AtAgo(
    /// The instant.
    #[prop(into)]
    at: Signal<Timestamp>,
) -> impl IntoView {
    let short = use_short(at);
    let connection = use_connection();
    view! {
        <Ago at />
        {move || (!connection.get().is_lost()).then(|| view! { <span class="sub not-s">{short}</span> })}
    }
}

#[cfg(feature = "hydrate")]
mod browser {
    use std::time::Duration;

    use domain::time::Timestamp;
    use leptos::prelude::*;
    use wasm_bindgen::JsValue;

    use super::{Civil, Now};

    /// A difference between the server's clock and the browser's below this is loading time, not a wrong clock.
    const SKEW_MS_MIN: i64 = 10_000;

    fn browser_now() -> Timestamp {
        Timestamp::from_millis(whole(js_sys::Date::now()))
    }

    /// Milliseconds since 1970 fit an `f64` exactly.
    #[expect(clippy::cast_possible_truncation, reason = "the browser's milliseconds are whole and far from the limit")]
    fn whole(number: f64) -> i64 {
        number as i64
    }

    #[expect(clippy::cast_precision_loss, reason = "milliseconds since 1970 fit the 53 bits of a float")]
    fn date(at: Timestamp) -> js_sys::Date {
        js_sys::Date::new(&JsValue::from_f64(at.as_millis() as f64))
    }

    pub(super) fn tick(clock: Now) {
        Effect::new(move |_| {
            let server = clock.second.get_untracked();
            let skew_ms = server.millis_since(browser_now());
            let skew_ms = if skew_ms.abs() < SKEW_MS_MIN { 0 } else { skew_ms };
            let beat = move || {
                let now = browser_now().plus_millis(skew_ms);
                clock.second.set(now);
                if 60 <= now.seconds_since(clock.minute.get_untracked()) {
                    clock.minute.set(now);
                }
            };
            if let Ok(handle) = set_interval_with_handle(beat, Duration::from_secs(1)) {
                on_cleanup(move || handle.clear());
            }
        });
    }

    pub fn civil(at: Timestamp) -> Civil {
        let date = date(at);
        let part = |number: u32| u8::try_from(number).unwrap_or_default();
        Civil {
            year: i32::try_from(date.get_full_year()).unwrap_or_default(),
            month: part(date.get_month() + 1),
            day: part(date.get_date()),
            weekday: part(date.get_day()),
            hour: part(date.get_hours()),
            minute: part(date.get_minutes()),
        }
    }

    /// The reader's zone by its name, such as `Europe/Lisbon`.
    pub(super) fn zone() -> String {
        let format = js_sys::Intl::DateTimeFormat::new(&js_sys::Array::new(), &js_sys::Object::new());
        js_sys::Reflect::get(&format.resolved_options(), &JsValue::from_str("timeZone"))
            .ok()
            .and_then(|name| name.as_string())
            .unwrap_or_else(|| "your time".to_owned())
    }
}

#[cfg(all(test, not(feature = "hydrate")))]
mod tests {
    use super::*;

    /// Thu 19 Nov 2026, 16:42 in London.
    const NOW: i64 = 1_795_106_520;

    fn check(ago_s: i64, expected: &str) {
        let now = Timestamp::from_millis(NOW * 1_000);
        let at = now.plus_seconds(-ago_s);
        assert_eq!(short(civil(at), civil(now), ago_s), expected);
    }

    #[test]
    fn today_is_a_time_of_day() {
        check(11 * 60, "16:31");
        check(0, "16:42");
        check(16 * 3_600, "00:42");
    }

    #[test]
    fn yesterday_names_its_day_although_it_is_less_than_24_h_ago() {
        check(17 * 3_600, "Wed 23:42");
        check(DAY_S + 92 * 60, "Wed 15:10");
    }

    #[test]
    fn last_week_is_a_date_and_last_year_has_its_number() {
        check(7 * DAY_S, "12 Nov");
        check(365 * DAY_S, "19 Nov 2025");
    }

    #[test]
    fn the_future_reads_the_same_way() {
        check(-60, "16:43");
        check(-DAY_S, "Fri 16:42");
        check(-10 * DAY_S, "29 Nov");
    }

    #[test]
    fn london_has_summer_time() {
        let noon_utc_in_july = Timestamp::from_millis(1_783_080_000_000);
        assert_eq!(civil(noon_utc_in_july).full(), "Fri 3 Jul 2026, 13:00");
    }
}
