//! What people type about hardware, as things that can be done. Everything wrong is named together.

use app::api::{
    error::ApiError,
    hardware::{BookingInput, CourierInput, StepInput, UnitInput},
};
use domain::{
    calendar::Zone,
    hardware::{DamageKind, Finding, UnitState},
    id::UserId,
    probe::FieldError,
    text::{Name, Note},
    time::Timestamp,
};
use jiff::civil::DateTime;
use uuid::Uuid;

use crate::store::hardware::NewUnit;

/// The longest visit that is booked at once: a day.
const VISIT_MINUTES_MAX: i64 = 24 * 60;
/// The shortest: less is no visit.
const VISIT_MINUTES_MIN: i64 = 15;
/// £1,000,000: beyond it somebody slipped.
const PRICE_PENCE_MAX: u64 = 100_000_000;

/// Collects what is wrong with a form, so that a person reads all of it at once.
#[derive(Default)]
pub(super) struct Wrong(Vec<FieldError>);

impl Wrong {
    pub(super) fn add(&mut self, field: &str, message: impl ToString) {
        self.0.push(FieldError::new(field, message));
    }

    /// A text of one line that must say something.
    pub(super) fn name(&mut self, field: &str, text: &str) -> String {
        match Name::parse(text) {
            Ok(name) => return name.into(),
            Err(error) => self.add(field, error),
        }
        String::new()
    }

    /// A text of one line that may be empty.
    fn optional(&mut self, field: &str, text: &str) -> String {
        if text.trim().is_empty() { String::new() } else { self.name(field, text) }
    }

    /// A text of several lines that must say something.
    pub(super) fn text(&mut self, field: &str, text: &str) -> String {
        match Note::parse(text) {
            Ok(note) if note.is_empty() => self.add(field, "must not be empty"),
            Ok(note) => return note.into(),
            Err(error) => self.add(field, error),
        }
        String::new()
    }

    /// Pounds such as "45" or "45.00", as pence.
    pub(super) fn price(&mut self, field: &str, text: &str) -> u64 {
        match pence(text) {
            Some(pence) if 0 < pence => pence,
            _ => {
                self.add(field, "must be a price in pounds above nothing, such as 45.00");
                0
            }
        }
    }

    pub(super) fn done<T>(self, value: Option<T>) -> Result<T, ApiError> {
        match value {
            Some(value) if self.0.is_empty() => Ok(value),
            _ => Err(ApiError::Invalid(self.0)),
        }
    }
}

fn pence(text: &str) -> Option<u64> {
    let text = text.trim().trim_start_matches('£');
    let (pounds, rest) = text.split_once('.').unwrap_or((text, "00"));
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if pounds.is_empty() || !digits(pounds) || !digits(rest) || rest.len() != 2 {
        return None;
    }
    let pence = pounds.parse::<u64>().ok()?.checked_mul(100)?.checked_add(rest.parse().ok()?)?;
    (pence <= PRICE_PENCE_MAX).then_some(pence)
}

/// A text that must be given.
pub(super) fn reason(text: &str) -> Result<String, ApiError> {
    let mut wrong = Wrong::default();
    let text = wrong.text("reason", text);
    wrong.done(Some(text))
}

pub(super) fn item(text: &str) -> Result<String, ApiError> {
    let mut wrong = Wrong::default();
    let item = wrong.name("item", text);
    wrong.done(Some(item))
}

/// What a courier is to bring. The rules judge the texts of a same-day delivery.
pub(super) struct Parcel {
    pub(super) goods: String,
    /// Which courier confirmed, who approved the fee, and how much it is.
    pub(super) same_day: Option<(String, String, u64)>,
}

pub(super) fn courier(input: &CourierInput) -> Result<Parcel, ApiError> {
    let mut wrong = Wrong::default();
    let goods = wrong.name("goods", &input.goods);
    let same_day = (input.same_day == "yes").then(|| {
        let courier = wrong.optional("courier", &input.courier);
        let approved_by = wrong.optional("approved_by", &input.approved_by);
        (courier, approved_by, wrong.price("fee", &input.fee))
    });
    wrong.done(Some(Parcel { goods, same_day }))
}

/// Damage through misuse or neglect, found by `by` at `at`.
pub(super) fn finding(input: &StepInput, by: &str, at: Timestamp) -> Result<Finding, ApiError> {
    let mut wrong = Wrong::default();
    let kind = DamageKind::parse(&input.kind);
    if kind.is_none() {
        wrong.add("kind", "must be misuse or neglect");
    }
    let text = wrong.text("text", &input.text);
    let photo = wrong.optional("photo", &input.photo);
    wrong.done(kind.map(|kind| Finding { kind, text, photo, by: by.to_owned(), at, told_at: None }))
}

pub(super) fn price(input: &StepInput) -> Result<u64, ApiError> {
    let mut wrong = Wrong::default();
    let pence = wrong.price("price", &input.price);
    wrong.done(Some(pence))
}

pub(super) fn tracking(input: &StepInput) -> Result<String, ApiError> {
    let mut wrong = Wrong::default();
    let text = wrong.optional("text", &input.text);
    wrong.done(Some(text))
}

/// A time and a person for a visit.
pub(super) struct Appointment {
    pub(super) engineer: UserId,
    pub(super) starts_at: Timestamp,
    pub(super) ends_at: Timestamp,
    pub(super) taking: String,
    pub(super) version: i64,
}

pub(super) fn booking(input: &BookingInput, zone: &Zone) -> Result<Appointment, ApiError> {
    const SHAPE: &str = "2026-11-24T09:30";
    let mut wrong = Wrong::default();
    let engineer = input.engineer.parse::<UserId>().ok();
    if engineer.is_none() {
        wrong.add("engineer", "must be one of the staff");
    }
    let typed = input.starts.trim();
    let starts = typed.parse::<DateTime>().ok().filter(|_| typed.len() == SHAPE.len());
    let starts_at = starts.and_then(|starts| {
        let minute = u16::try_from(i32::from(starts.hour()) * 60 + i32::from(starts.minute())).ok()?;
        zone.opening(starts.date(), minute)
    });
    if starts_at.is_none() {
        wrong.add("starts", format!("must be a date and time such as {SHAPE}"));
    }
    let minutes = input.minutes.trim().parse::<i64>().ok();
    let minutes = minutes.filter(|minutes| (VISIT_MINUTES_MIN..=VISIT_MINUTES_MAX).contains(minutes));
    if minutes.is_none() {
        wrong.add("minutes", format!("must be {VISIT_MINUTES_MIN} to {VISIT_MINUTES_MAX} minutes"));
    }
    let taking = wrong.optional("taking", &input.taking);
    let made = engineer.zip(starts_at).zip(minutes).map(|((engineer, starts_at), minutes)| Appointment {
        engineer,
        starts_at,
        ends_at: starts_at.plus_seconds(minutes * 60),
        taking,
        version: version(&input.version),
    });
    wrong.done(made)
}

/// The version that a form was made from; one that is no number fits no row.
pub(super) fn version(text: &str) -> i64 {
    text.trim().parse().unwrap_or(0)
}

/// An id in a form; what is none is not found.
pub(super) fn id(text: &str) -> Result<Uuid, ApiError> {
    Uuid::parse_str(text.trim()).map_err(|_| ApiError::NotFound)
}

pub(super) fn unit(input: &UnitInput, now: UnitState) -> Result<NewUnit, ApiError> {
    let mut wrong = Wrong::default();
    let name = wrong.name("name", &input.name);
    let model = wrong.name("model", &input.model);
    let serial = wrong.optional("serial", &input.serial);
    let facilities = wrong.text("facilities", &input.facilities);
    let state = UnitState::parse(&input.state).filter(|state| state.is_set_by_hand() || *state == now);
    if state.is_none() {
        wrong.add("state", "must be in_stock, repair or retired; the other states follow from loans");
    }
    wrong.done(state.map(|state| NewUnit { name, model, serial, facilities, state }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prices_are_pounds_with_or_without_pence() {
        for (text, expected) in [
            ("45", Some(4_500)),
            ("45.50", Some(4_550)),
            (" £0.01 ", Some(1)),
            ("45.5", None),
            ("-1.00", None),
            ("1e3", None),
            ("", None),
            (".50", None),
            ("99999999999", None),
        ] {
            assert_eq!(pence(text), expected, "{text:?}");
        }
    }
}
