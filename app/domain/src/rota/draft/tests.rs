use super::*;
use crate::rota::samples::{rota, rotation, swap, weekly};

/// Fields of the mistakes, in order.
fn check(edit: impl FnOnce(&mut RotaDraft), fields: &[&str]) {
    let mut draft = rota("Europe/London", weekly(3));
    edit(&mut draft);
    let wrong = draft.check().err().unwrap_or_default();
    assert_eq!(wrong.iter().map(|error| error.field.as_str()).collect::<Vec<_>>(), fields, "{wrong:?}");
}

fn edit_first(edit: impl FnOnce(&mut RotationDraft)) -> impl FnOnce(&mut RotaDraft) {
    |draft| edit(&mut draft.layers[0].rotations[0])
}

#[test]
fn a_right_rota_is_accepted() {
    check(|_| {}, &[]);
    check(edit_first(|one| (one.shift, one.weekday) = (ShiftLength::Days(2), None)), &[]);
    check(edit_first(|one| one.ends_on = Some("2026-12-07".to_owned())), &[]);
}

#[test]
fn a_rota_with_nobody_in_it_is_refused() {
    check(|draft| draft.layers.clear(), &["layers"]);
    check(|draft| draft.layers[0].rotations.clear(), &["layers[0].rotations"]);
    check(edit_first(|one| one.people.clear()), &["layers[0].rotations[0].people"]);
}

#[test]
fn every_mistake_is_named_by_its_field() {
    check(|draft| draft.zone = "Europe/Londres".to_owned(), &["zone"]);
    check(|draft| (draft.name, draft.layers[0].name) = (String::new(), String::new()), &["name", "layers[0].name"]);
    let first = "layers[0].rotations[0]";
    check(edit_first(|one| one.hand_over = "24:00".to_owned()), &[&format!("{first}.hand_over")]);
    check(edit_first(|one| one.starts_on = "2026-02-30".to_owned()), &[&format!("{first}.starts_on")]);
    check(edit_first(|one| one.ends_on = Some("2026-10-05".to_owned())), &[&format!("{first}.ends_on")]);
    check(edit_first(|one| one.weekday = None), &[&format!("{first}.weekday")]);
    check(edit_first(|one| one.weekday = Some("tue".to_owned())), &[&format!("{first}.weekday")]);
    check(edit_first(|one| one.shift = ShiftLength::Days(1)), &[&format!("{first}.weekday")]);
    check(edit_first(|one| one.shift = ShiftLength::Weeks(0)), &[&format!("{first}.shift")]);
    check(edit_first(|one| one.shift = ShiftLength::Weeks(u16::MAX)), &[&format!("{first}.shift")]);
    check(edit_first(|one| one.people = vec![one.people[0]; 51]), &[&format!("{first}.people")]);
    check(|draft| draft.layers = vec![draft.layers[0].clone(); 6], &["layers"]);
}

#[test]
fn entries_of_one_layer_may_touch_and_not_overlap() {
    let second = |starts_on: &str| {
        let later = rotation(&[7], starts_on, None);
        move |draft: &mut RotaDraft| {
            draft.layers[0].rotations[0].ends_on = Some("2026-12-07".to_owned());
            draft.layers[0].rotations.insert(0, later);
        }
    };
    check(second("2026-12-07"), &[]);
    check(second("2026-12-14"), &[]);
    check(second("2026-11-30"), &["layers[0].rotations[0]"]);
    let swaps = |from: &str| {
        let swaps = vec![swap(8, "2026-12-24T18:00", "2026-12-25T09:00"), swap(9, from, "2026-12-26T09:00")];
        move |draft: &mut RotaDraft| draft.layers[0].swaps = swaps
    };
    check(swaps("2026-12-25T09:00"), &[]);
    check(swaps("2026-12-25T08:59"), &["layers[0].swaps[1]"]);
    check(swaps("2026-12-26T09:00"), &["layers[0].swaps[1].until"]);
    check(swaps("2026-12-25 at nine"), &["layers[0].swaps[1].from"]);
}

#[test]
fn a_temporary_schedule_ends() {
    let temporary = |ends_on: Option<&str>| {
        let one = rotation(&[9], "2026-12-21", ends_on);
        move |draft: &mut RotaDraft| draft.layers[0].temporary = vec![one]
    };
    check(temporary(Some("2027-01-04")), &[]);
    check(temporary(None), &["layers[0].temporary[0].ends_on"]);
}

#[test]
fn a_draft_survives_storage() {
    let mut draft = rota("Europe/London", weekly(2));
    draft.layers[0].swaps = vec![swap(8, "2026-12-24T18:00", "2026-12-25T09:00")];
    let json = serde_json::to_string(&draft).unwrap();
    assert_eq!(serde_json::from_str::<RotaDraft>(&json).unwrap(), draft);
}
