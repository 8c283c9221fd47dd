//! One month of a rota as its page shows it.

use app::api::{
    calendars::DayLine,
    error::ApiError,
    principal::Principal,
    rotas::{Bar, BarKind, LayerNow, RotaMonth, RotaPage, Week, WeekDay},
};
use domain::{
    access::Permission,
    calendar::{Calendar, DayKind, DayMark, Zone},
    level::WORKING_HOURS,
    rota::{DayDuty, Rota, RotaDraft, ShiftLength},
    time::{Span, Timestamp, span_words},
};
use jiff::{ToSpan, civil::Date};
use sea_orm::ConnectionTrait;

use super::{People, words};
use crate::{
    desk::{
        calendars::words::{Special, of_day},
        dates, internal,
    },
    store::{
        announcements, calendars,
        rotas::{self, StoredRota},
    },
};

const DAYS_OF_WEEK: u8 = 7;

/// The dates of a month's page: whole weeks.
struct Grid {
    month: Date,
    first_on: Date,
    weeks: u8,
}

impl Grid {
    fn of(month: Date) -> Self {
        let before = i64::from(month.weekday().to_monday_zero_offset());
        let first_on = month.checked_sub(before.days()).unwrap_or(month);
        let days = before + i64::from(month.days_in_month());
        Self { month, first_on, weeks: u8::try_from((days + 6) / 7).unwrap_or(6) }
    }

    fn days(&self) -> u16 {
        u16::from(self.weeks) * u16::from(DAYS_OF_WEEK)
    }

    fn last_on(&self) -> Date {
        let days = i64::from(self.days()) - 1;
        self.first_on.checked_add(days.days()).unwrap_or(self.first_on)
    }

    fn period(&self, zone: &Zone) -> Span {
        let midnight = |date: Date| zone.opening(date, 0).unwrap_or(Timestamp::MAX);
        Span { from: midnight(self.first_on), until: midnight(self.last_on().tomorrow().unwrap_or(self.last_on())) }
    }
}

/// The first of the month of "2026-12", or of today.
fn month_of(text: &str, today: Date) -> Result<Date, ApiError> {
    match text {
        "" => Ok(today.first_of_month()),
        text if text.len() == "2026-12".len() => format!("{text}-01").parse().map_err(|_| ApiError::NotFound),
        _ => Err(ApiError::NotFound),
    }
}

pub(super) async fn page(
    db: &impl ConnectionTrait,
    who: &Principal,
    rota: &str,
    month: &str,
    now: Timestamp,
) -> Result<RotaPage, ApiError> {
    let all = rotas::list(db).await.map_err(internal)?;
    let found = match rota {
        "" => all.first(),
        id => Some(all.iter().find(|one| one.id.to_string() == id).ok_or(ApiError::NotFound)?),
    };
    let calendar = calendars::find(db, WORKING_HOURS).await.map_err(internal)?;
    let calendar = match calendar {
        Some(version) => {
            let told = announcements::told(db, version.calendar).await.map_err(internal)?;
            let levels = announcements::levels_by(db, WORKING_HOURS).await.map_err(internal)?;
            version.draft.check().ok().map(|calendar| (calendar, told, levels))
        }
        None => None,
    };
    let checked = found.map(|stored| stored.rota().map_err(internal)).transpose()?;
    let zone = checked.as_ref().map(|rota| rota.zone().clone()).unwrap_or_else(Zone::utc);
    let today = zone.date_at(now);
    let grid = Grid::of(month_of(month, today)?);
    let special: Vec<DayLine> = calendar
        .as_ref()
        .map(|(calendar, told, levels)| {
            let special = Special { key: WORKING_HOURS, calendar, levels, told };
            special.lines(grid.month, grid.last_on(), who.role.may(Permission::EditCalendars))
        })
        .unwrap_or_default();
    let people = People::load(db).await?;
    let rota = found.zip(checked).map(|(stored, rota)| {
        let view = View { stored, rota: &rota, people: &people, grid: &grid, now, who };
        view.month(calendar.as_ref().map(|(calendar, _, levels)| (calendar, levels.as_slice())))
    });
    let name = |date: Date| date.strftime("%Y-%m").to_string();
    Ok(RotaPage {
        now,
        title: grid.month.strftime("%B %Y").to_string(),
        before: name(grid.month.yesterday().unwrap_or(grid.month)),
        after: name(grid.month.last_of_month().tomorrow().unwrap_or(grid.month)),
        rotas: all.iter().map(|one| (one.id, one.draft.name.clone())).collect(),
        may_swap: who.role.may(Permission::SwapShifts),
        may_edit: who.role.may(Permission::EditRotas),
        rota,
        special,
    })
}

struct View<'a> {
    stored: &'a StoredRota,
    rota: &'a Rota,
    people: &'a People,
    grid: &'a Grid,
    now: Timestamp,
    who: &'a Principal,
}

impl View<'_> {
    fn month(&self, calendar: Option<(&Calendar, &[String])>) -> RotaMonth {
        let Self { stored, rota, grid, now, .. } = self;
        let period = grid.period(rota.zone());
        let roster = rota.shifts(period.from, period.until);
        let ahead = Span { from: period.from.max(*now), ..period };
        let shifts = words::shifts(rota, &stored.draft, &roster, self.people);
        let swaps = shifts.iter().filter(|shift| shift.kind == BarKind::Swap).count();
        RotaMonth {
            id: stored.id,
            name: stored.draft.name.clone(),
            zone: rota.zone().name().to_owned(),
            version: stored.version,
            lede: lede(&stored.draft, swaps),
            weeks: self.weeks(calendar),
            layers: (0..rota.layers().len()).map(|layer| self.layer_now(layer)).collect(),
            gaps: words::gaps(rota, &roster, ahead),
            shifts,
        }
    }

    fn weeks(&self, calendar: Option<(&Calendar, &[String])>) -> Vec<Week> {
        let (rota, grid) = (self.rota, self.grid);
        let layers: Vec<Vec<DayDuty>> =
            (0..rota.layers().len()).map(|layer| rota.days(layer, grid.first_on, grid.days())).collect();
        let today = rota.zone().date_at(self.now);
        let dates: Vec<Date> = grid.first_on.series(1.day()).take(usize::from(grid.days())).collect();
        let week = |(number, dates): (usize, &[Date])| Week {
            days: dates.iter().map(|date| week_day(*date, grid.month, today, calendar)).collect(),
            lanes: layers
                .iter()
                .map(|days| {
                    let from = number * usize::from(DAYS_OF_WEEK);
                    self.bars(days.get(from..from + usize::from(DAYS_OF_WEEK)).unwrap_or_default())
                })
                .collect(),
        };
        dates.chunks(usize::from(DAYS_OF_WEEK)).enumerate().map(week).collect()
    }

    /// Days in a row that show the same are one bar.
    fn bars(&self, days: &[DayDuty]) -> Vec<Bar> {
        let mut bars: Vec<Bar> = Vec::new();
        for duty in days {
            let (person, kind) = match duty {
                None => ("Nobody".to_owned(), BarKind::Nobody),
                Some((person, source)) => (self.people.name(*person), words::kind(source)),
            };
            match bars.last_mut() {
                Some(bar) if (&bar.person, bar.kind) == (&person, kind) => bar.days += 1,
                _ => bars.push(Bar { days: 1, person, kind }),
            }
        }
        bars
    }

    fn layer_now(&self, number: usize) -> LayerNow {
        let layer = self.rota.layers().nth(number).unwrap_or_default().to_owned();
        let Some(duty) = self.rota.on_call(number, self.now) else {
            return LayerNow { layer, person: None, until: String::new(), own: false };
        };
        let until = match duty.span.until == Timestamp::MAX {
            true => "without an end".to_owned(),
            false => {
                let left = span_words(duty.span.until.seconds_since(self.now));
                format!("until {} ({left})", dates::moment(self.rota.zone(), duty.span.until))
            }
        };
        LayerNow { layer, person: Some(self.people.name(duty.person)), until, own: duty.person == self.who.user }
    }
}

fn week_day(date: Date, month: Date, today: Date, calendar: Option<(&Calendar, &[String])>) -> WeekDay {
    let (mut look, mut tag) = (String::new(), String::new());
    if let Some((calendar, levels)) = calendar {
        look = match calendar.mark(date) {
            DayMark::Open => "",
            DayMark::Closed => "wkend",
            DayMark::BankHoliday => "hol",
            DayMark::AnnouncedClosed | DayMark::OtherHours => "red",
        }
        .to_owned();
        tag = match calendar.day(date).kind {
            DayKind::Weekly => of_day(calendar, date, levels),
            DayKind::Holiday(name) => name.to_owned(),
            DayKind::Override(one) => one.text.clone(),
        };
    }
    WeekDay { day: date.day(), in_month: date.month() == month.month(), today: date == today, look, tag }
}

/// "Hand-over is Monday 09:00. 2 swaps."
fn lede(draft: &RotaDraft, swaps: usize) -> String {
    let rotation = draft.layers.first().and_then(|layer| layer.rotations.last());
    let hand_over = rotation.map(|rotation| match (rotation.shift, rotation.starts_on.parse::<Date>()) {
        (ShiftLength::Weeks(_), Ok(date)) => format!("{} {}", date.strftime("%A"), rotation.hand_over),
        (ShiftLength::Days(1), _) => format!("every day {}", rotation.hand_over),
        (ShiftLength::Days(days), _) => format!("every {days} days {}", rotation.hand_over),
        (ShiftLength::Weeks(_), Err(_)) => rotation.hand_over.clone(),
    });
    let hand_over = hand_over.map(|words| format!("Hand-over is {words}.")).unwrap_or_default();
    match swaps {
        0 => format!("{hand_over} No swaps."),
        count => format!("{hand_over} {}.", dates::many(count, "swap")),
    }
}
