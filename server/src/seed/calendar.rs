//! The demonstration's rota and its Christmas: two layers, a swap, a temporary schedule, announced days.

use domain::{
    calendar::OverrideDraft,
    id::{RotaId, UserId},
    level::WORKING_HOURS,
    rota::{LayerDraft, RotaDraft, RotationDraft, ShiftLength, SwapDraft},
    time::Timestamp,
};
use jiff::{ToSpan, civil::Date};
use sea_orm::DatabaseTransaction;

use super::{SeedError, fixed_id};
use crate::store::{announcements, calendars, rotas, values::Made};

const PRIYA: &str = "priya.nair@faultdesk.example";
const DAN: &str = "dan.whitcombe@faultdesk.example";
const ELLIE: &str = "ellie.marsh@faultdesk.example";
/// When customers were told of Christmas: three weeks before the seeding.
const TOLD_DAYS_AGO: i64 = 21;

fn person(email: &str) -> UserId {
    UserId(fixed_id(&format!("demo user {email}")))
}

/// The Monday of the week of `date`.
fn monday(date: Date) -> Date {
    date.checked_sub(i64::from(date.weekday().to_monday_zero_offset()).days()).unwrap_or(date)
}

fn after(date: Date, days: i64) -> Date {
    date.checked_add(days.days()).unwrap_or(date)
}

fn weekly(people: &[&str], starts_on: Date) -> RotationDraft {
    RotationDraft {
        people: people.iter().map(|email| person(email)).collect(),
        shift: ShiftLength::Weeks(1),
        weekday: Some("mon".to_owned()),
        hand_over: "09:00".to_owned(),
        starts_on: starts_on.to_string(),
        ends_on: None,
    }
}

/// Weeks from a Monday two months ago, a swap on the coming weekend but one, a daily schedule over Christmas.
fn rota(today: Date) -> RotaDraft {
    let start = after(monday(today), -56);
    let weekend = after(monday(today), 12);
    let swap = SwapDraft {
        from: format!("{weekend}T09:00"),
        until: format!("{}T09:00", after(weekend, 2)),
        person: person(DAN),
        why: "Wedding".to_owned(),
    };
    let christmas = RotationDraft {
        shift: ShiftLength::Days(1),
        weekday: None,
        ends_on: Date::new(today.year() + 1, 1, 2).ok().map(|date| date.to_string()),
        ..weekly(&[DAN, PRIYA, ELLIE], Date::new(today.year(), 12, 24).unwrap_or(today))
    };
    let first = LayerDraft {
        name: "First".to_owned(),
        rotations: vec![weekly(&[PRIYA, DAN, ELLIE], start)],
        temporary: vec![christmas],
        swaps: vec![swap],
    };
    let second = LayerDraft {
        name: "Second".to_owned(),
        rotations: vec![weekly(&[DAN, ELLIE, PRIYA], start)],
        ..LayerDraft::default()
    };
    RotaDraft { name: "Support on call".to_owned(), zone: "Europe/London".to_owned(), layers: vec![first, second] }
}

pub(super) async fn write(tx: &DatabaseTransaction, now: Timestamp) -> Result<(), SeedError> {
    let Some(version) = calendars::find(tx, WORKING_HOURS).await? else { return Ok(()) };
    let today = domain::calendar::Zone::utc().date_at(now);
    rotas::insert(tx, RotaId(fixed_id("demo rota")), &rota(today), now).await?;
    let told_at = now.plus_seconds(-TOLD_DAYS_AGO * 86_400);
    let mut draft = version.draft.clone();
    let days = [
        (24, vec![("09:00".to_owned(), "12:00".to_owned())], "Office closes at noon"),
        (29, Vec::new(), "Christmas shutdown"),
        (30, Vec::new(), "Christmas shutdown"),
        (31, Vec::new(), "Christmas shutdown"),
    ];
    for (day, windows, text) in days {
        let Ok(date) = Date::new(today.year(), 12, day) else { continue };
        draft.overrides.insert(date, OverrideDraft { windows, text: text.to_owned(), announced_at: Some(told_at) });
    }
    calendars::publish(tx, version.calendar, version.version, &draft, Made::seeded(now)).await?;
    let customers = announcements::audience(tx, &[WORKING_HOURS.to_owned()], [], now).await?.len();
    let customers = u32::try_from(customers).unwrap_or(u32::MAX);
    announcements::insert(tx, version.calendar, told_at, Some(person(ELLIE)), customers).await?;
    Ok(())
}
