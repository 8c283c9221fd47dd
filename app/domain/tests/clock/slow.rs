//! Minute by minute, from instants to local times.

use std::sync::LazyLock;

use domain::time::{Span, Timestamp};
use jiff::civil::{Date, DateTime};

use crate::cases::{Case, PERIODS, instant};

const DAY_MIN: i64 = 1_440;
const BACK_DAYS: i64 = 12;
const AHEAD_DAYS: i64 = 26;

pub(crate) enum End {
    At(Timestamp),
    /// A pause is open, and the target was not used up before it.
    Paused,
    BeyondHorizon,
}

/// The minutes around one clock change.
struct Minutes {
    first: Timestamp,
    /// The latest local time shown so far, in minutes since 1970: a window opens when it is first reached.
    latest_until: Vec<i64>,
    /// The earliest local time still to be shown: a window closes when its end is shown for the last time, or passed over.
    earliest_from: Vec<i64>,
}

static PERIOD_MINUTES: LazyLock<Vec<Minutes>> =
    LazyLock::new(|| PERIODS.map(|(tz, change)| minutes(tz, change)).into());

fn local_minutes(local: DateTime) -> i64 {
    let days = i64::from((local.date() - Date::constant(1970, 1, 1)).get_days());
    days * DAY_MIN + i64::from(local.hour()) * 60 + i64::from(local.minute())
}

fn minutes(tz: &str, change: &str) -> Minutes {
    let zone = jiff::tz::TimeZoneDatabase::bundled().get(tz).unwrap();
    let first = instant(change).plus_seconds(-BACK_DAYS * DAY_MIN * 60);
    let local = |minute| local_minutes(zone.to_datetime(first.plus_seconds(minute * 60).as_jiff()));
    let shown: Vec<i64> = (0..(BACK_DAYS + AHEAD_DAYS) * DAY_MIN).map(local).collect();
    let mut latest_until = shown.clone();
    for place in 1..shown.len() {
        latest_until[place] = latest_until[place].max(latest_until[place - 1]);
    }
    let mut earliest_from = shown;
    for place in (1..earliest_from.len()).rev() {
        earliest_from[place - 1] = earliest_from[place - 1].min(earliest_from[place]);
    }
    Minutes { first, latest_until, earliest_from }
}

pub(crate) struct Walk<'a> {
    case: &'a Case,
    minutes: &'static Minutes,
    /// From the first day that can matter on: the day's minute 0, its opening and closing times.
    days: Vec<(i64, Vec<(i64, i64)>)>,
}

impl<'a> Walk<'a> {
    pub(crate) fn new(case: &'a Case) -> Self {
        let minutes = &PERIOD_MINUTES[case.period];
        let first =
            Date::constant(1970, 1, 1) + jiff::Span::new().days(minutes.latest_until[0].div_euclid(DAY_MIN) - 5);
        let day = |date: Date| {
            let windows = match case.overrides.get(&date) {
                Some(windows) => windows.as_slice(),
                None if case.holidays.as_ref().is_some_and(|holidays| holidays.name(date).is_some()) => &[],
                None => &case.weekly[usize::try_from(date.weekday().to_monday_zero_offset()).unwrap()],
            };
            let midnight = local_minutes(date.at(0, 0, 0, 0));
            let window = |(opens, closes): &(u16, u16)| (midnight + i64::from(*opens), midnight + i64::from(*closes));
            (midnight, windows.iter().map(window).collect())
        };
        let days = (0..BACK_DAYS + AHEAD_DAYS + 10).map(|days| day(first + jiff::Span::new().days(days))).collect();
        Self { case, minutes, days }
    }

    fn at(&self, minute: usize) -> Timestamp {
        self.minutes.first.plus_seconds(i64::try_from(minute).unwrap() * 60)
    }

    fn minute(&self, at: Timestamp) -> usize {
        usize::try_from(at.seconds_since(self.minutes.first) / 60).expect("inside the period")
    }

    /// Up to here this method can say anything.
    pub(crate) fn horizon(&self) -> Timestamp {
        self.at(self.minutes.latest_until.len() - 1)
    }

    fn is_counted(&self, minute: usize) -> bool {
        let latest = self.minutes.latest_until[minute];
        let (earliest, next) = (self.minutes.earliest_from[minute], self.minutes.earliest_from[minute + 1]);
        // Two days of window and the longest repetition.
        let today = usize::try_from((latest - self.days[0].0) / DAY_MIN).unwrap();
        let near = &self.days[today - 4..=today];
        let covered = near
            .iter()
            .flat_map(|(_, windows)| windows)
            .any(|(opens, closes)| *opens <= latest && (earliest < *closes || next <= *closes));
        let at = self.at(minute);
        covered && !self.case.pauses.iter().any(|pause| pause.from <= at && pause.until.is_none_or(|until| at < until))
    }

    pub(crate) fn used_up_at(&self) -> End {
        let mut left = self.case.count.target_s / 60;
        let mut minute = self.minute(self.case.count.start);
        while 0 < left {
            if self.minutes.latest_until.len() <= minute + 1 {
                let paused = self.case.pauses.iter().any(|pause| pause.until.is_none());
                return if paused { End::Paused } else { End::BeyondHorizon };
            }
            left -= u32::from(self.is_counted(minute));
            minute += 1;
        }
        End::At(self.at(minute))
    }

    /// Counted seconds in `span`, whatever the start.
    pub(crate) fn counted_s(&self, span: Span) -> i64 {
        let counted =
            (self.minute(span.from)..self.minute(span.until)).filter(|minute| self.is_counted(*minute)).count();
        i64::try_from(counted).unwrap() * 60
    }

    pub(crate) fn worked_s(&self, until: Timestamp) -> i64 {
        self.counted_s(Span { from: self.case.count.start, until })
    }
}
