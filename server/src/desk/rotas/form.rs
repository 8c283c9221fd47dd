//! The form of a rota and of a swap: from typed texts to a draft and back, mistakes, and the preview.

use app::api::{
    error::ApiError,
    rotas::{RotaForm, RotaPreview},
};
use domain::{
    id::UserId,
    probe::FieldError,
    rota::{LayerDraft, Rota, RotaDraft, RotationDraft, ShiftLength, SwapDraft},
    time::{Span, Timestamp},
};
use jiff::civil::Date;

use super::{People, words};
use crate::{
    desk::{dates, typed::Typed},
    store::rotas::StoredRota,
};

/// Layers and entries that a form may have; the draft's own limits are lower or the same.
const LAYERS_MAX: usize = 6;
const ENTRIES_MAX: usize = 60;
const PREVIEW_S: i64 = 28 * 86_400;

/// How many rotations and temporary schedules each layer shows: those there are and an empty one.
type Shown = Vec<(usize, usize)>;

/// The draft that a form means. Empty layers and entries are left out; swaps stay as they are stored.
pub(super) fn read(stored: Option<&RotaDraft>, people: &People, typed: &Typed) -> (RotaDraft, Shown) {
    let mut draft =
        RotaDraft { name: typed.text("name").to_owned(), zone: typed.text("zone").to_owned(), layers: Vec::new() };
    for number in 0..LAYERS_MAX {
        let field = format!("layers[{number}]");
        let (name, from) = (typed.text(&format!("{field}.name")), typed.text(&format!("{field}.from")));
        let rotations = entries(typed, &format!("{field}.rotations"), people);
        let temporary = entries(typed, &format!("{field}.temporary"), people);
        if typed.is_on(&format!("{field}.remove")) || (name.is_empty() && rotations.is_empty() && temporary.is_empty())
        {
            continue;
        }
        let kept = from.parse::<usize>().ok().and_then(|from| stored?.layers.get(from));
        let swaps = kept.map(|layer| layer.swaps.clone()).unwrap_or_default();
        draft.layers.push(LayerDraft { name: name.to_owned(), rotations, temporary, swaps });
    }
    let shown = draft.layers.iter().map(|layer| (layer.rotations.len() + 1, layer.temporary.len() + 1));
    let shown = shown.chain([(1, 0)]).collect();
    (draft, shown)
}

fn entries(typed: &Typed, list: &str, people: &People) -> Vec<RotationDraft> {
    (0..ENTRIES_MAX).filter_map(|place| entry(typed, &format!("{list}[{place}]"), people)).collect()
}

fn entry(typed: &Typed, field: &str, people: &People) -> Option<RotationDraft> {
    let text = |part: &str| typed.text(&format!("{field}.{part}")).to_owned();
    let named = typed.all(&format!("{field}.people")).iter();
    let people: Vec<UserId> =
        named.filter_map(|id| id.parse().ok()).filter(|id| people.names.contains_key(id)).collect();
    let starts_on = text("starts_on");
    if typed.is_on(&format!("{field}.remove")) || (people.is_empty() && starts_on.is_empty()) {
        return None;
    }
    // What is no number is no length of a shift either.
    let count = text("shift").parse().unwrap_or(0);
    let (shift, weekday) = match text("unit").as_str() {
        "days" => (ShiftLength::Days(count), None),
        // Weeks begin on the day of the first hand-over.
        _ => (ShiftLength::Weeks(count), starts_on.parse::<Date>().ok().map(weekday)),
    };
    let ends_on = Some(text("ends_on")).filter(|text| !text.is_empty());
    Some(RotationDraft { people, shift, weekday, hand_over: text("hand_over"), starts_on, ends_on })
}

fn weekday(date: Date) -> String {
    date.strftime("%a").to_string().to_lowercase()
}

/// The fields of a draft.
fn fill(draft: &RotaDraft) -> Typed {
    let mut typed = Typed::default();
    typed.set("name", [&draft.name]);
    typed.set("zone", [&draft.zone]);
    for (number, layer) in draft.layers.iter().enumerate() {
        let field = format!("layers[{number}]");
        typed.set(&format!("{field}.name"), [&layer.name]);
        typed.set(&format!("{field}.from"), [number.to_string()]);
        for (list, entries) in [("rotations", &layer.rotations), ("temporary", &layer.temporary)] {
            for (place, one) in entries.iter().enumerate() {
                let field = format!("{field}.{list}[{place}]");
                let (count, unit) = match one.shift {
                    ShiftLength::Days(days) => (days, "days"),
                    ShiftLength::Weeks(weeks) => (weeks, "weeks"),
                };
                typed.set(&format!("{field}.people"), one.people.iter().map(UserId::to_string));
                typed.set(&format!("{field}.shift"), [count.to_string()]);
                typed.set(&format!("{field}.unit"), [unit]);
                typed.set(&format!("{field}.hand_over"), [&one.hand_over]);
                typed.set(&format!("{field}.starts_on"), [&one.starts_on]);
                typed.set(&format!("{field}.ends_on"), [one.ends_on.as_deref().unwrap_or_default()]);
            }
        }
    }
    typed
}

/// The checked rota, or every mistake; also people whom nobody can put on it any more.
pub(super) fn check(draft: &RotaDraft, people: &People, stored: Option<&RotaDraft>) -> Result<Rota, Vec<FieldError>> {
    let mut wrong = Vec::new();
    for (number, layer) in draft.layers.iter().enumerate() {
        let there = |id: &UserId| stored.is_some_and(|stored| names(stored).any(|other| other == *id));
        let usable = |id: &UserId| people.active.iter().any(|(active, _)| active == id) || there(id);
        for (list, entries) in [("rotations", &layer.rotations), ("temporary", &layer.temporary)] {
            for (place, one) in entries.iter().enumerate() {
                for id in one.people.iter().filter(|id| !usable(id)) {
                    let said = format!("{} cannot sign in any more", people.name(*id));
                    wrong.push(FieldError::new(&format!("layers[{number}].{list}[{place}].people"), said));
                }
            }
        }
    }
    match (draft.check(), wrong.is_empty()) {
        (Ok(rota), true) => Ok(rota),
        (Ok(_), false) => Err(wrong),
        (Err(errors), _) => Err(errors.into_iter().chain(wrong).collect()),
    }
}

fn names(draft: &RotaDraft) -> impl Iterator<Item = UserId> {
    let rotations = draft.layers.iter().flat_map(|layer| layer.rotations.iter().chain(&layer.temporary));
    rotations.flat_map(|one| one.people.iter().copied())
}

fn blank(now: Timestamp, people: &People) -> RotaForm {
    RotaForm {
        now,
        typed: Default::default(),
        people: people.active.clone(),
        layers: Vec::new(),
        shown: Vec::new(),
        name: String::new(),
        zone: String::new(),
        errors: Vec::new(),
        preview: None,
        form: String::new(),
    }
}

/// The form that makes a rota, or changes `stored`.
pub(super) fn edit_form(stored: Option<&StoredRota>, people: &People, typed: Typed, now: Timestamp) -> RotaForm {
    let mut form = blank(now, people);
    form.name = stored.map(|stored| stored.draft.name.clone()).unwrap_or_default();
    let stored_draft = stored.map(|stored| &stored.draft);
    let asked = typed.asked();
    let draft = match (asked, stored_draft) {
        (true, _) => read(stored_draft, people, &typed).0,
        (false, Some(draft)) => draft.clone(),
        (false, None) => {
            let first = LayerDraft { name: "First".to_owned(), ..LayerDraft::default() };
            RotaDraft { name: String::new(), zone: "Europe/London".to_owned(), layers: vec![first] }
        }
    };
    let filled = fill(&draft);
    // Layers were kept by where they are stored, not by where they stand now.
    let filled = if asked { keep_origins(filled, &typed) } else { filled };
    form.shown = draft.layers.iter().map(|layer| (layer.rotations.len() + 1, layer.temporary.len() + 1)).collect();
    form.shown.push((1, 0));
    form.layers = draft.layers.iter().map(|layer| layer.name.clone()).collect();
    form.form = filled.form();
    form.typed = filled.into_texts();
    if asked {
        match check(&draft, people, stored_draft) {
            Ok(rota) => {
                let seen = stored.map_or_else(|| "new".to_owned(), |stored| stored.version.to_string());
                form.preview = Some(preview(&rota, &draft, people, seen, now));
            }
            Err(errors) => form.errors = errors,
        }
    }
    form
}

/// The origins of the layers that are left, in their order.
fn keep_origins(mut filled: Typed, typed: &Typed) -> Typed {
    let left = (0..LAYERS_MAX)
        .map(|number| format!("layers[{number}]"))
        .filter(|field| !typed.is_on(&format!("{field}.remove")) && !typed.text(&format!("{field}.name")).is_empty());
    let origins: Vec<String> = left.map(|field| typed.text(&format!("{field}.from")).to_owned()).collect();
    for (number, origin) in origins.into_iter().enumerate() {
        filled.set(&format!("layers[{number}].from"), [origin]);
    }
    filled.set("go", ["preview"]);
    filled
}

/// Four weeks from now, or from the first hand-over.
fn preview(rota: &Rota, draft: &RotaDraft, people: &People, seen: String, now: Timestamp) -> RotaPreview {
    let starts = draft.layers.iter().flat_map(|layer| &layer.rotations).filter_map(|one| one.starts_on.parse().ok());
    let first = starts.filter_map(|date: Date| rota.zone().opening(date, 0)).min();
    let from = first.map_or(now, |first| first.max(now));
    let period = Span { from, until: from.plus_seconds(PREVIEW_S) };
    let roster = rota.shifts(period.from, period.until);
    RotaPreview {
        seen,
        shifts: words::shifts(rota, draft, &roster, people),
        gaps: words::gaps(rota, &roster, period),
        notes: words::clock_changes(rota, period),
    }
}

/// The draft with one more swap, and that swap.
pub(super) fn with_swap(
    draft: &RotaDraft,
    people: &People,
    typed: &Typed,
) -> Result<(RotaDraft, SwapDraft), Vec<FieldError>> {
    let mut draft = draft.clone();
    let mut wrong = Vec::new();
    let named = typed.text("person").parse::<UserId>().ok();
    let person = named.filter(|id| people.active.iter().any(|(active, _)| active == id));
    if person.is_none() {
        wrong.push(FieldError::new("person", "must be one of the staff"));
    }
    let number = typed.text("layer").parse::<usize>().unwrap_or(usize::MAX);
    let Some(layer) = draft.layers.get_mut(number) else {
        wrong.push(FieldError::new("layer", "must be one of the layers"));
        return Err(wrong);
    };
    let why = Some(typed.text("why")).filter(|why| !why.is_empty()).unwrap_or("Swap").to_owned();
    let swap = SwapDraft {
        from: typed.text("from").to_owned(),
        until: typed.text("until").to_owned(),
        // A person who is not there was told of above.
        person: person.unwrap_or(UserId(uuid::Uuid::nil())),
        why,
    };
    let place = layer.swaps.len();
    layer.swaps.push(swap.clone());
    let own = format!("layers[{number}].swaps[{place}]");
    if let Err(errors) = draft.check() {
        wrong.extend(errors.into_iter().map(|error| swap_field(&own, error)));
    }
    if wrong.is_empty() { Ok((draft, swap)) } else { Err(wrong) }
}

/// `layers[0].swaps[2].until` is the field `until`; a swap that overlaps another one is a matter of its beginning.
fn swap_field(own: &str, error: FieldError) -> FieldError {
    match error.field.strip_prefix(own) {
        Some("") => FieldError::new("from", "overlaps another swap of this layer: take that one back first"),
        Some(part) => FieldError::new(part.trim_start_matches('.'), error.message),
        None if error.field.contains(".swaps[") => {
            FieldError::new("until", "overlaps another swap of this layer: take that one back first")
        }
        None => error,
    }
}

/// The form of a swap, with who would be replaced.
pub(super) fn swap_form(
    stored: &StoredRota,
    people: &People,
    typed: Typed,
    now: Timestamp,
) -> Result<RotaForm, ApiError> {
    let mut form = blank(now, people);
    form.name = stored.draft.name.clone();
    form.zone = stored.draft.zone.clone();
    form.layers = stored.draft.layers.iter().map(|layer| layer.name.clone()).collect();
    form.form = typed.form();
    if typed.asked() {
        match with_swap(&stored.draft, people, &typed) {
            Ok((draft, swap)) => form.preview = swap_preview(stored, people, &draft, &swap, &typed),
            Err(errors) => form.errors = errors,
        }
    }
    form.typed = typed.into_texts();
    Ok(form)
}

fn swap_preview(
    stored: &StoredRota,
    people: &People,
    draft: &RotaDraft,
    swap: &SwapDraft,
    typed: &Typed,
) -> Option<RotaPreview> {
    let (before, after) = (stored.draft.check().ok()?, draft.check().ok()?);
    let layer = typed.text("layer").parse::<usize>().ok()?;
    let instant = |text: &str| {
        let local = text.replace(' ', "T").parse::<jiff::civil::DateTime>().ok()?;
        let minutes = u16::try_from(i32::from(local.hour()) * 60 + i32::from(local.minute())).ok()?;
        after.zone().opening(local.date(), minutes)
    };
    let period = Span { from: instant(&swap.from)?, until: instant(&swap.until)? };
    let mut notes: Vec<String> = Vec::new();
    for shift in before.shifts(period.from, period.until).shifts.iter().filter(|shift| shift.layer == layer) {
        let (from, until) = (shift.span.from.max(period.from), shift.span.until.min(period.until));
        let (person, other) = (people.name(swap.person), people.name(shift.person));
        let at = |at| dates::moment(after.zone(), at);
        notes.push(match shift.person == swap.person {
            true => format!("{person} is on call from {} to {} already.", at(from), at(until)),
            false => format!("{person} takes over from {other}: {} to {}.", at(from), at(until)),
        });
    }
    for (other, name) in after.layers().enumerate().filter(|(other, _)| *other != layer) {
        let shifts = after.shifts(period.from, period.until).shifts;
        if shifts.iter().any(|shift| shift.layer == other && shift.person == swap.person) {
            notes.push(format!("{} is also on call as {name} in this time.", people.name(swap.person)));
        }
    }
    notes.extend(words::clock_changes(&after, period));
    let mut roster = after.shifts(period.from.plus_seconds(-1), period.until.plus_seconds(1));
    roster.shifts.retain(|shift| shift.layer == layer);
    Some(RotaPreview {
        seen: stored.version.to_string(),
        shifts: words::shifts(&after, draft, &roster, people),
        gaps: Vec::new(),
        notes,
    })
}
