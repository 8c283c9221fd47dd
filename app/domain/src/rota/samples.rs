//! Rotas for tests. People are numbers.

use uuid::Uuid;

use super::{LayerDraft, RotaDraft, RotationDraft, ShiftLength, SwapDraft};
use crate::id::UserId;

pub(crate) fn person(number: u128) -> UserId {
    UserId(Uuid::from_u128(number))
}

/// Weeks from Monday 09:00.
pub(crate) fn rotation(people: &[u128], starts_on: &str, ends_on: Option<&str>) -> RotationDraft {
    RotationDraft {
        people: people.iter().copied().map(person).collect(),
        shift: ShiftLength::Weeks(1),
        weekday: Some("mon".to_owned()),
        hand_over: "09:00".to_owned(),
        starts_on: starts_on.to_owned(),
        ends_on: ends_on.map(str::to_owned),
    }
}

/// People 1 to `people` from Monday 5 October 2026 on.
pub(crate) fn weekly(people: u128) -> RotationDraft {
    rotation(&(1..=people).collect::<Vec<_>>(), "2026-10-05", None)
}

pub(crate) fn swap(number: u128, from: &str, until: &str) -> SwapDraft {
    SwapDraft { from: from.to_owned(), until: until.to_owned(), person: person(number), why: "swap".to_owned() }
}

/// A rota of one layer.
pub(crate) fn rota(zone: &str, rotation: RotationDraft) -> RotaDraft {
    let first = LayerDraft { name: "First".to_owned(), rotations: vec![rotation], ..LayerDraft::default() };
    RotaDraft { name: "Duty engineers".to_owned(), zone: zone.to_owned(), layers: vec![first] }
}
