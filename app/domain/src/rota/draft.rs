//! A rota as an administrator types it, and every mistake in it. Rows keep this form.

use serde::{Deserialize, Serialize};

use super::{Layer, Rota, Rotation, Swap, Timed};
use crate::{
    calendar::{DAY_NAMES, Zone, minutes},
    form,
    id::UserId,
    probe::FieldError,
    text::Name,
    time::{Span, Timestamp},
};

/// First to fifth on call: a longer chain belongs into an escalation policy.
const LAYERS_MAX: usize = 5;
/// A support company's whole staff.
const PEOPLE_MAX: usize = 50;
/// Rotations, temporary schedules or swaps of one layer: years of them.
const ENTRIES_MAX: usize = 500;
/// A shift longer than a year is not a rotation.
const SHIFT_DAYS_MAX: u16 = 366;
const MINUTES_PER_DAY: u16 = 1_440;

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RotaDraft {
    pub name: String,
    /// IANA name; all times of the rota are local to it.
    pub zone: String,
    /// First on call first.
    pub layers: Vec<LayerDraft>,
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LayerDraft {
    pub name: String,
    pub rotations: Vec<RotationDraft>,
    /// They replace the rotations while they last, so each has an end.
    #[serde(default)]
    pub temporary: Vec<RotationDraft>,
    #[serde(default)]
    pub swaps: Vec<SwapDraft>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RotationDraft {
    /// In the order of their shifts.
    pub people: Vec<UserId>,
    pub shift: ShiftLength,
    /// "mon" to "sun", for shifts of weeks.
    pub weekday: Option<String>,
    /// "09:00".
    pub hand_over: String,
    /// The date of the first hand-over.
    pub starts_on: String,
    /// The date of the last hand-over, after which it is over; None: it goes on.
    pub ends_on: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ShiftLength {
    Days(u16),
    Weeks(u16),
}

/// One person takes over for a while, whoever's turn it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SwapDraft {
    /// Local, such as "2026-12-24T18:00"; in the repeated hour of autumn the first time.
    pub from: String,
    pub until: String,
    pub person: UserId,
    pub why: String,
}

impl RotaDraft {
    /// The rota, or every mistake by field: `zone`, `layers[0].rotations[1].people`, `layers[1].swaps[0].until`.
    pub fn check(&self) -> Result<Rota, Vec<FieldError>> {
        let mut wrong = Vec::new();
        let name = name("name", &self.name, &mut wrong);
        let zone = Zone::parse(&self.zone).map_err(|error| wrong.push(FieldError::new("zone", error))).ok();
        if !(1..=LAYERS_MAX).contains(&self.layers.len()) {
            let said =
                format!("must have 1 to {LAYERS_MAX} layers, not {}: nobody would be on call", self.layers.len());
            wrong.push(FieldError::new("layers", said));
        }
        // Mistakes in layers are told with a wrong zone too.
        let any_zone = zone.clone().unwrap_or_else(Zone::utc);
        let mut layers = Vec::new();
        for (place, draft) in self.layers.iter().enumerate().take(LAYERS_MAX) {
            layers.push(draft.check(&format!("layers[{place}]"), &any_zone, &mut wrong));
        }
        match zone {
            Some(zone) if wrong.is_empty() => Ok(Rota { name, zone, layers }),
            _ => Err(wrong),
        }
    }
}

impl LayerDraft {
    fn check(&self, field: &str, zone: &Zone, wrong: &mut Vec<FieldError>) -> Layer {
        let name = name(&format!("{field}.name"), &self.name, wrong);
        let list = |part: &str| format!("{field}.{part}");
        if self.rotations.is_empty() {
            wrong.push(FieldError::new(&list("rotations"), "must have a rotation: nobody would be on call"));
        }
        for (part, entries) in
            [("rotations", self.rotations.len()), ("temporary", self.temporary.len()), ("swaps", self.swaps.len())]
        {
            if ENTRIES_MAX < entries {
                let said = format!("may have {ENTRIES_MAX} entries at most, not {entries}");
                wrong.push(FieldError::new(&list(part), said));
            }
        }
        let rotation = |draft: &RotationDraft, at: &str, wrong: &mut Vec<_>| draft.check(at, zone, wrong);
        let rotations = apart(&list("rotations"), &self.rotations, rotation, wrong);
        let temporary = |draft: &RotationDraft, at: &str, wrong: &mut Vec<_>| {
            if draft.ends_on.is_none() {
                wrong.push(FieldError::new(&format!("{at}.ends_on"), "must be a date: a temporary schedule ends"));
            }
            draft.check(at, zone, wrong)
        };
        let temporary = apart(&list("temporary"), &self.temporary, temporary, wrong);
        let swap = |draft: &SwapDraft, at: &str, wrong: &mut Vec<_>| draft.check(at, zone, wrong);
        let swaps = apart(&list("swaps"), &self.swaps, swap, wrong);
        Layer { name, rotations, temporary, swaps }
    }
}

impl RotationDraft {
    fn check(&self, field: &str, zone: &Zone, wrong: &mut Vec<FieldError>) -> Option<Rotation> {
        let mistakes = wrong.len();
        let part = |part: &str| format!("{field}.{part}");
        match self.people.len() {
            1..=PEOPLE_MAX => {}
            0 => wrong.push(FieldError::new(&part("people"), "must name somebody: nobody is in this rota")),
            many => {
                wrong.push(FieldError::new(&part("people"), format!("may be {PEOPLE_MAX} at most, not {many}")));
            }
        }
        let shift_days = match self.shift {
            ShiftLength::Days(days) => days,
            ShiftLength::Weeks(weeks) => weeks.saturating_mul(7),
        };
        if !(1..=SHIFT_DAYS_MAX).contains(&shift_days) {
            wrong.push(FieldError::new(&part("shift"), format!("must be 1 to {SHIFT_DAYS_MAX} days")));
        }
        let hand_over_min = minutes(&self.hand_over).filter(|minutes| *minutes < MINUTES_PER_DAY);
        if hand_over_min.is_none() {
            let said = format!("must be a time from 00:00 to 23:59, not {:?}", self.hand_over);
            wrong.push(FieldError::new(&part("hand_over"), said));
        }
        let starts_on = form::date(&part("starts_on"), &self.starts_on, wrong);
        let ends_on = self.ends_on.as_ref().map(|text| form::date(&part("ends_on"), text, wrong));
        if let Some(starts_on) = starts_on {
            self.check_weekday(&part("weekday"), starts_on, wrong);
            if let Some(Some(ends_on)) = ends_on
                && ends_on <= starts_on
            {
                wrong.push(FieldError::new(&part("ends_on"), format!("must be after starts_on, {starts_on}")));
            }
        }
        if mistakes < wrong.len() {
            return None;
        }
        let (starts_on, hand_over_min) = (starts_on?, hand_over_min?);
        let hand_over = |date| zone.opening(date, hand_over_min).unwrap_or(Timestamp::MAX);
        let until = ends_on.flatten().map_or(Timestamp::MAX, hand_over);
        let active = Span { from: hand_over(starts_on), until };
        let (people, shift_days) = (self.people.clone(), i64::from(shift_days));
        Some(Rotation { people, shift_days, hand_over_min, starts_on, active })
    }

    /// A rotation by weeks names its day, and the first shift begins on it.
    fn check_weekday(&self, field: &str, starts_on: jiff::civil::Date, wrong: &mut Vec<FieldError>) {
        let place = usize::try_from(starts_on.weekday().to_monday_zero_offset()).unwrap_or(0);
        let begins = DAY_NAMES.get(place).copied().unwrap_or_default();
        match (self.shift, self.weekday.as_deref()) {
            (ShiftLength::Days(_), None) => {}
            (ShiftLength::Days(_), Some(_)) => wrong.push(FieldError::new(field, "must be empty for shifts of days")),
            (ShiftLength::Weeks(_), Some(day)) if day == begins => {}
            (ShiftLength::Weeks(_), Some(day)) if DAY_NAMES.contains(&day) => {
                wrong.push(FieldError::new(field, format!("must be {begins}, the day of starts_on, {starts_on}")));
            }
            (ShiftLength::Weeks(_), _) => {
                wrong.push(FieldError::new(field, format!("must be one of {}", DAY_NAMES.join(", "))));
            }
        }
    }
}

impl SwapDraft {
    fn check(&self, field: &str, zone: &Zone, wrong: &mut Vec<FieldError>) -> Option<Swap> {
        let mut instant = |part: &str, text: &str| {
            let local = form::local_time(&format!("{field}.{part}"), text, wrong)?;
            let minutes = u16::try_from(i32::from(local.hour()) * 60 + i32::from(local.minute())).ok()?;
            zone.opening(local.date(), minutes)
        };
        let (from, until) = (instant("from", &self.from), instant("until", &self.until));
        let why = name(&format!("{field}.why"), &self.why, wrong);
        let span = Span { from: from?, until: until? };
        if span.until <= span.from {
            wrong.push(FieldError::new(&format!("{field}.until"), format!("must be after from, {}", self.from)));
            return None;
        }
        Some(Swap { span, person: self.person, why })
    }
}

fn name(field: &str, text: &str, wrong: &mut Vec<FieldError>) -> String {
    match Name::parse(text) {
        Ok(name) => name.into(),
        Err(error) => {
            wrong.push(FieldError::new(field, error));
            String::new()
        }
    }
}

/// The entries of a list in order of time; those that overlap an earlier one are mistakes.
fn apart<D, T: Timed>(
    field: &str,
    drafts: &[D],
    check: impl Fn(&D, &str, &mut Vec<FieldError>) -> Option<T>,
    wrong: &mut Vec<FieldError>,
) -> Vec<T> {
    let mut good: Vec<(usize, T)> = Vec::new();
    for (place, draft) in drafts.iter().enumerate().take(ENTRIES_MAX) {
        good.extend(check(draft, &format!("{field}[{place}]"), wrong).map(|one| (place, one)));
    }
    good.sort_by_key(|(_, one)| (one.span().from, one.span().until));
    for ((before_place, before), (place, after)) in good.iter().zip(good.iter().skip(1)) {
        if after.span().from < before.span().until {
            wrong.push(FieldError::new(&format!("{field}[{place}]"), format!("overlaps {field}[{before_place}]")));
        }
    }
    good.into_iter().map(|(_, one)| one).collect()
}

#[cfg(test)]
mod tests;
