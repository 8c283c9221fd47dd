//! Random calendars, starts, targets and pauses around clock changes of unlike kinds.

use std::{collections::BTreeMap, sync::Arc};

use domain::{
    calendar::{Calendar, CalendarDraft, Cover, DAY_NAMES, Holidays, OverrideDraft, WindowText},
    clock::{Count, Pause},
    time::Timestamp,
};
use jiff::civil::Date;
use proptest::prelude::*;

/// Zones and instants near which their clocks change; the last two never do.
pub(crate) const PERIODS: [(&str, &str); 18] = [
    ("Europe/London", "2026-03-29T01:00:00Z"),
    ("Europe/London", "2026-10-25T01:00:00Z"),
    // Easter and the clock change on one weekend.
    ("Europe/London", "2027-03-28T01:00:00Z"),
    ("America/New_York", "2026-03-08T07:00:00Z"),
    ("America/New_York", "2026-11-01T06:00:00Z"),
    // Half an hour.
    ("Australia/Lord_Howe", "2026-04-04T15:00:00Z"),
    ("Australia/Lord_Howe", "2026-10-03T15:30:00Z"),
    // A day left out.
    ("Pacific/Apia", "2011-12-30T10:00:00Z"),
    // A day repeated.
    ("Pacific/Kwajalein", "1969-09-30T13:00:00Z"),
    // At midnight, from and to the day before.
    ("America/Havana", "2027-03-14T05:00:00Z"),
    ("America/Havana", "2027-11-07T05:00:00Z"),
    ("America/Sao_Paulo", "2018-11-04T03:00:00Z"),
    ("America/Sao_Paulo", "2018-02-18T02:00:00Z"),
    // Beyond the transitions that zone files list.
    ("Europe/London", "2061-03-27T01:00:00Z"),
    ("Europe/London", "2061-10-30T01:00:00Z"),
    ("Asia/Gaza", "2026-10-24T00:00:00Z"),
    ("Asia/Kathmandu", "2026-10-25T01:00:00Z"),
    ("UTC", "2026-10-25T01:00:00Z"),
];

/// Minutes after midnight of the opening day.
pub(crate) type Windows = Vec<(u16, u16)>;

/// One clock, and its calendar once more in plain numbers for the slow method.
#[derive(Debug, Clone)]
pub(crate) struct Case {
    pub(crate) period: usize,
    pub(crate) weekly: [Windows; 7],
    pub(crate) holidays: Option<Arc<Holidays>>,
    pub(crate) overrides: BTreeMap<Date, Windows>,
    pub(crate) count: Count,
    pub(crate) pauses: Vec<Pause>,
    /// A further one, closed.
    pub(crate) extra: Pause,
}

pub(crate) fn instant(text: &str) -> Timestamp {
    text.parse::<jiff::Timestamp>().unwrap().into()
}

/// 09:00 to 17:00 in London, Monday to Friday, not on bank holidays.
pub(crate) fn office() -> Arc<Calendar> {
    let day = vec![("09:00".to_owned(), "17:00".to_owned())];
    let mut draft = CalendarDraft { tz: "Europe/London".to_owned(), ..CalendarDraft::default() };
    draft.weekly[..5].fill(day);
    draft.holidays = Some(Arc::new(Holidays::england_and_wales()));
    Arc::new(draft.check().unwrap())
}

fn windows() -> impl Strategy<Value = Windows> {
    let shape = |windows: &[(u16, u16)]| Just(windows.to_vec());
    prop_oneof![
        3 => shape(&[]),
        3 => shape(&[(540, 1_020)]),
        2 => shape(&[(420, 1_380)]),
        2 => shape(&[(540, 720), (780, 1_020)]),
        2 => shape(&[(1_320, 1_800)]),
        1 => shape(&[(0, 1_440)]),
        // Edges where clocks change.
        2 => shape(&[(30, 90), (90, 150)]),
        2 => shape(&[(0, 75), (105, 135), (1_410, 1_440)]),
        2 => shape(&[(75, 105), (1_425, 1_530)]),
        1 => shape(&[(1_200, 2_880)]),
        3 => prop::collection::btree_set(0_u16..1_500, 2..7).prop_map(|edges| {
            let edges: Vec<u16> = edges.into_iter().collect();
            edges.chunks_exact(2).filter(|edge| edge[0] < 1_440).map(|edge| (edge[0], edge[1])).collect()
        }),
    ]
}

fn text(minutes: u16) -> String {
    format!("{:02}:{:02}", minutes / 60, minutes % 60)
}

fn texts(windows: &Windows) -> Vec<WindowText> {
    windows.iter().map(|(opens, closes)| (text(*opens), text(*closes))).collect()
}

/// The calendar; a day whose windows overlap the day after is emptied until none does.
fn calendar(case: &mut Case) -> Arc<Calendar> {
    loop {
        let over =
            |windows| OverrideDraft { windows: texts(windows), text: "Announced".to_owned(), announced_at: None };
        let draft = CalendarDraft {
            tz: PERIODS[case.period].0.to_owned(),
            weekly: case.weekly.each_ref().map(texts),
            holidays: case.holidays.clone(),
            overrides: case.overrides.iter().map(|(date, windows)| (*date, over(windows))).collect(),
        };
        match draft.check() {
            Ok(calendar) => return Arc::new(calendar),
            Err(wrong) => {
                let (list, day) = wrong[0].field.split_once('.').unwrap();
                match list {
                    "weekly" => case.weekly[DAY_NAMES.iter().position(|name| *name == day).unwrap()].clear(),
                    _ => case.overrides.get_mut(&day.parse::<Date>().unwrap()).unwrap().clear(),
                }
            }
        }
    }
}

pub(crate) fn case() -> impl Strategy<Value = Case> {
    // Half of all starts and pauses lie within two days of the clock change.
    let minute = || prop_oneof![-2_880_i64..2_880, -12_000_i64..12_000];
    let pause = || (minute(), prop::option::weighted(0.9, prop_oneof![0_i64..300, 0_i64..5_000]));
    (
        0..PERIODS.len(),
        prop::array::uniform7(windows()),
        any::<bool>(),
        prop::collection::vec((-9_i32..10, windows()), 0..4),
        minute(),
        prop_oneof![0_u32..600, 0_u32..4_000],
        prop::collection::vec(pause(), 0..4),
        (minute(), 0_i64..3_000),
    )
        .prop_map(|(period, weekly, observes, overrides, start, target_min, pauses, extra)| {
            let change = instant(PERIODS[period].1);
            let at = |minutes: i64| change.plus_seconds(minutes * 60);
            let closed =
                |from: i64, length: i64| Pause { from: at(from), until: Some(at(from + length)), reason: None };
            let date = |days: i32| {
                let utc = change.as_jiff().to_zoned(jiff::tz::TimeZone::UTC).date();
                utc.checked_add(jiff::Span::new().days(days)).unwrap()
            };
            let mut case = Case {
                period,
                weekly,
                holidays: observes.then(|| Arc::new(Holidays::england_and_wales())),
                overrides: overrides.into_iter().map(|(days, windows)| (date(days), windows)).collect(),
                count: Count { cover: Cover::Elapsed, start: at(start), target_s: target_min * 60 },
                pauses: Vec::new(),
                extra: closed(extra.0, extra.1),
            };
            let pause = |(from, length): (i64, Option<i64>)| match length {
                Some(length) => closed(from, length),
                None => Pause { from: at(from), until: None, reason: None },
            };
            case.pauses = pauses.into_iter().map(pause).collect();
            case.count.cover = Cover::Hours(calendar(&mut case));
            case
        })
}
