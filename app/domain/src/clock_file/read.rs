//! From JSON to cases, with every mistake by its place.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use jiff::civil::Date;

use super::{Case, Json, fields::Reader};
use crate::{
    calendar::{Calendar, CalendarDraft, Cover, DAY_NAMES, Holidays, OverrideDraft, WindowText},
    clock::{Count, Pause, PauseReason, Pauses},
    probe::FieldError,
    time::Timestamp,
};

/// A file's overrides have no text of their own.
const CLOSED_TEXT: &str = "announced closure";
const OTHER_HOURS_TEXT: &str = "announced other hours";

const SECONDS_PER_MINUTE: f64 = 60.0;

/// Calendars by name; None where one has mistakes, which are told of once and not again by each case that uses it.
type Calendars<'a> = BTreeMap<&'a str, Option<Arc<Calendar>>>;

pub(super) fn file(json: &Json) -> Result<Vec<Case>, Vec<FieldError>> {
    let mut reader = Reader::default();
    let cases = reader.file(json);
    match cases {
        Some(cases) if reader.wrong.is_empty() => Ok(cases),
        _ => Err(reader.wrong),
    }
}

impl Reader {
    fn file(&mut self, json: &Json) -> Option<Vec<Case>> {
        let fields = self.object(json, "file", &["calendars", "cases"])?;
        let calendars = self.required(&fields, "file", "calendars").and_then(|json| self.calendars(json));
        let cases = self.required(&fields, "file", "cases").and_then(|json| self.list(json, "cases"))?;
        let calendars = calendars?;
        let mut ids = BTreeSet::new();
        let cases: Vec<_> =
            cases.iter().enumerate().map(|(n, json)| self.case(json, n, &calendars, &mut ids)).collect();
        cases.into_iter().collect()
    }

    fn calendars<'a>(&mut self, json: &'a Json) -> Option<Calendars<'a>> {
        let entries = self.entries(json, "calendars")?;
        Some(entries.into_iter().map(|(name, json)| (name, self.calendar(name, json).map(Arc::new))).collect())
    }

    fn calendar(&mut self, name: &str, json: &Json) -> Option<Calendar> {
        let place = format!("calendar {name:?}");
        let fields = self.object(json, &place, &["tz", "weekly", "holidays", "overrides"])?;
        let tz = self.required(&fields, &place, "tz").and_then(|json| self.text(json, &format!("{place} tz")));
        let weekly = self.required(&fields, &place, "weekly").and_then(|json| self.weekly(json, &place));
        let holidays = self.holidays(fields.get("holidays").copied(), &format!("{place} holidays"));
        let overrides = match fields.get("overrides") {
            None => Some(BTreeMap::new()),
            Some(json) => self.overrides(json, &place),
        };
        let draft = CalendarDraft { tz: tz?.to_owned(), weekly: weekly?, holidays: holidays?, overrides: overrides? };
        let placed = |error: FieldError| FieldError { field: format!("{place} {}", error.field), ..error };
        draft.check().map_err(|wrong| self.wrong.extend(wrong.into_iter().map(placed))).ok()
    }

    fn weekly(&mut self, json: &Json, place: &str) -> Option<[Vec<WindowText>; 7]> {
        let place = format!("{place} weekly");
        let fields = self.object(json, &place, &DAY_NAMES)?;
        let mut weekly: [Vec<WindowText>; 7] = Default::default();
        let mut complete = true;
        for (day, name) in weekly.iter_mut().zip(DAY_NAMES) {
            let Some(json) = fields.get(name) else { continue };
            match self.windows(json, &format!("{place}.{name}")) {
                Some(windows) => *day = windows,
                None => complete = false,
            }
        }
        complete.then_some(weekly)
    }

    fn windows(&mut self, json: &Json, place: &str) -> Option<Vec<WindowText>> {
        let items = self.list(json, place)?;
        let windows: Vec<_> =
            items.iter().enumerate().map(|(n, json)| self.window(json, &format!("{place}[{n}]"))).collect();
        windows.into_iter().collect()
    }

    fn window(&mut self, json: &Json, place: &str) -> Option<WindowText> {
        match json {
            Json::List(pair) => match pair.as_slice() {
                [Json::Text(opens), Json::Text(closes)] => Some((opens.clone(), closes.clone())),
                _ => self.mistake(place, "must be an opening and a closing time, as in [\"09:00\", \"17:00\"]"),
            },
            other => self.mistake(place, format!("must be a list of two times, not {}", other.kind())),
        }
    }

    fn holidays(&mut self, json: Option<&Json>, place: &str) -> Option<Option<Arc<Holidays>>> {
        match json {
            None | Some(Json::Null) => Some(None),
            Some(Json::Text(name)) if name == "england" => Some(Some(Arc::new(Holidays::england_and_wales()))),
            Some(Json::Text(name)) => self.mistake(place, format!("must be \"england\" or null, not {name:?}")),
            Some(other) => self.mistake(place, format!("must be \"england\" or null, not {}", other.kind())),
        }
    }

    fn overrides(&mut self, json: &Json, place: &str) -> Option<BTreeMap<Date, OverrideDraft>> {
        let entries = self.entries(json, &format!("{place} overrides"))?;
        let dated: Vec<_> = entries
            .into_iter()
            .map(|(day, json)| {
                let place = format!("{place} overrides.{day}");
                let date = self.date(day, &place);
                let windows = self.windows(json, &place)?;
                let text = if windows.is_empty() { CLOSED_TEXT } else { OTHER_HOURS_TEXT };
                Some((date?, OverrideDraft { windows, text: text.to_owned(), announced_at: None }))
            })
            .collect();
        dated.into_iter().collect()
    }

    fn case<'a>(
        &mut self,
        json: &'a Json,
        number: usize,
        calendars: &Calendars<'_>,
        ids: &mut BTreeSet<&'a str>,
    ) -> Option<Case> {
        let place = format!("cases[{number}]");
        let id = self.entries(json, &place)?.get("id").copied();
        let Some(Json::Text(id)) = id else {
            return self.mistake(&format!("{place} id"), "must be a text that tells this case from the others");
        };
        let place = format!("case {id:?}");
        if !ids.insert(id) {
            return self.mistake(&place, "is there twice");
        }
        let fields = self.object(json, &place, &["id", "input", "responses", "at"])?;
        let input = self.required(&fields, &place, "input").and_then(|json| self.input(json, &place, calendars));
        let responses = self.instants(fields.get("responses").copied(), &format!("{place} responses"));
        let at = self.instants(fields.get("at").copied(), &format!("{place} at"));
        let (count, pauses) = input?;
        Some(Case { id: id.clone(), count, pauses, responses: responses?, at: at? })
    }

    fn input(&mut self, json: &Json, place: &str, calendars: &Calendars<'_>) -> Option<(Count, Pauses)> {
        let place = format!("{place} input");
        let fields = self.object(json, &place, &["calendar", "start", "target_minutes", "pauses"])?;
        let cover = self.required(&fields, &place, "calendar");
        let cover = cover.and_then(|json| self.cover(json, &format!("{place}.calendar"), calendars));
        let start = self.required(&fields, &place, "start");
        let start = start.and_then(|json| self.instant(json, &format!("{place}.start")));
        let target_s = self.required(&fields, &place, "target_minutes");
        let target_s = target_s.and_then(|json| self.target_s(json, &format!("{place}.target_minutes")));
        let pauses = match fields.get("pauses") {
            None => Some(Pauses::default()),
            Some(json) => self.pauses(json, &format!("{place}.pauses")),
        };
        Some((Count { cover: cover?, start: start?, target_s: target_s? }, pauses?))
    }

    fn cover(&mut self, json: &Json, place: &str, calendars: &Calendars<'_>) -> Option<Cover> {
        match json {
            Json::Null => Some(Cover::Elapsed),
            Json::Text(name) => match calendars.get(name.as_str()) {
                Some(calendar) => calendar.clone().map(Cover::Hours),
                None => self.mistake(place, format!("there is no calendar {name:?} in this file")),
            },
            other => self.mistake(place, format!("must be the name of a calendar, not {}", other.kind())),
        }
    }

    fn target_s(&mut self, json: &Json, place: &str) -> Option<u32> {
        let Json::Number(minutes) = json else {
            return self.mistake(place, format!("must be a number of minutes, not {}", json.kind()));
        };
        let seconds = minutes * SECONDS_PER_MINUTE;
        if seconds < 0.0 || f64::from(u32::MAX) < seconds {
            return self.mistake(place, format!("must be 0 to {} minutes, not {minutes}", u32::MAX / 60));
        }
        // A fraction such as 0.1 min has no exact float; a tenth of a microsecond is forgiven.
        if 1e-7 < (seconds - seconds.round()).abs() {
            return self.mistake(place, format!("must be a whole number of seconds, not {seconds}"));
        }
        Some(seconds.round() as u32)
    }

    fn pauses(&mut self, json: &Json, place: &str) -> Option<Pauses> {
        let items = self.list(json, place)?;
        let pauses: Vec<_> =
            items.iter().enumerate().map(|(n, json)| self.pause(json, &format!("{place}[{n}]"))).collect();
        pauses.into_iter().collect()
    }

    fn pause(&mut self, json: &Json, place: &str) -> Option<Pause> {
        let fields = self.object(json, place, &["from", "to", "reason"])?;
        let from = self.required(&fields, place, "from");
        let from = from.and_then(|json| self.instant(json, &format!("{place}.from")));
        let until = match self.required(&fields, place, "to") {
            None => None,
            Some(Json::Null) => Some(None),
            Some(json) => self.instant(json, &format!("{place}.to")).map(Some),
        };
        let reason = match fields.get("reason") {
            None => Some(None),
            Some(json) => self.reason(json, &format!("{place}.reason")).map(Some),
        };
        let (from, until, reason) = (from?, until?, reason?);
        if until.is_some_and(|until| until < from) {
            return self.mistake(&format!("{place}.to"), "is before the pause begins");
        }
        Some(Pause { from, until, reason })
    }

    fn reason(&mut self, json: &Json, place: &str) -> Option<PauseReason> {
        match PauseReason::parse(self.text(json, place)?) {
            Some(reason) => Some(reason),
            None => {
                self.mistake(place, format!("must be one of {}", PauseReason::ALL.map(PauseReason::as_str).join(", ")))
            }
        }
    }

    fn instants(&mut self, json: Option<&Json>, place: &str) -> Option<Vec<Timestamp>> {
        let Some(json) = json else { return Some(Vec::new()) };
        let items = self.list(json, place)?;
        let instants: Vec<_> =
            items.iter().enumerate().map(|(n, json)| self.instant(json, &format!("{place}[{n}]"))).collect();
        instants.into_iter().collect()
    }
}
