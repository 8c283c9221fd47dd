//! What may happen to a contract: other terms, an end, the inspection, and another one in its place.

use jiff::civil::Date;

use super::{Contract, ContractTerms, Inspection};
use crate::{id::UserId, probe::FieldError, time::Timestamp};

impl Contract {
    /// This contract with other terms, or what cannot change any more.
    ///
    /// A draft may become anything. Once in force its level, place and days stay: an upgrade follows it, so that the
    /// record of what was covered when is never rewritten.
    pub fn amend(&self, terms: ContractTerms) -> Result<Self, Vec<FieldError>> {
        let changed = Self { terms, ..self.clone() };
        if self.activated_at.is_none() {
            return Ok(changed);
        }
        let (old, new) = (&self.terms, &changed.terms);
        let stays = "must stay as it is while the contract is in force; an upgrade follows it without a gap";
        let same = [
            ("kind", old.kind == new.kind),
            ("level", old.level == new.level),
            ("site", old.site == new.site),
            ("zone", old.zone == new.zone),
            ("starts_on", old.starts_on == new.starts_on),
            ("first_term_ends_on", old.first_term_ends_on == new.first_term_ends_on),
            ("ends_on", old.ends_on == new.ends_on),
        ];
        let wrong: Vec<_> =
            same.into_iter().filter(|(_, same)| !same).map(|(field, _)| FieldError::new(field, stays)).collect();
        if wrong.is_empty() { Ok(changed) } else { Err(wrong) }
    }

    /// This contract with a last day, or without one again. A day that is past cannot be the last: what was covered
    /// then stays covered.
    pub fn end_on(&self, last_on: Option<Date>, today: Date) -> Result<Self, FieldError> {
        let wrong = |said: String| Err(FieldError::new("ends_on", said));
        if self.activated_at.is_none() {
            return wrong("is a term of the draft: edit it there".to_owned());
        }
        if let Some(ended_on) = self.terms.ends_on.filter(|ended_on| *ended_on < today) {
            return wrong(format!("was {ended_on}: the contract has ended, and a new one is needed"));
        }
        if let Some(last_on) = last_on {
            let first = self.terms.starts_on.max(today);
            if last_on < first {
                return wrong(format!("must not be before {first}"));
            }
        }
        let terms = ContractTerms { ends_on: last_on, ..self.terms.clone() };
        Ok(Self { terms, ..self.clone() })
    }

    /// This contract with its inspection done or waived.
    pub fn settle_inspection(&self, at: Timestamp, by: UserId, note: &str) -> Result<Self, FieldError> {
        let note = note.trim();
        if !self.inspection.is_pending() {
            return Err(FieldError::new("note", "is for a pending inspection, and there is none"));
        }
        if note.is_empty() {
            return Err(FieldError::new("note", "must say what was found, or why nothing is inspected"));
        }
        Ok(Self { inspection: Inspection::Settled { at, by, note: note.to_owned() }, ..self.clone() })
    }

    /// This contract ended on the day before another takes its place, or why it cannot be. One that ends sooner by
    /// itself stays as it is.
    pub fn give_way(&self, starts_on: Date, today: Date) -> Result<Self, FieldError> {
        let wrong = |said: String| Err(FieldError::new("starts_on", said));
        if starts_on < today {
            return wrong(format!("must be {today} or later: the contract before covers the days until then"));
        }
        let last_on = match starts_on.yesterday() {
            Ok(last_on) if self.terms.starts_on <= last_on => last_on,
            _ => return wrong(format!("must be after {}, when the contract before begins", self.terms.starts_on)),
        };
        let ends_on = self.terms.ends_on.map_or(last_on, |end| end.min(last_on));
        Ok(Self { terms: ContractTerms { ends_on: Some(ends_on), ..self.terms.clone() }, ..self.clone() })
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;
    use crate::{
        contract::samples::{active, draft, pbx},
        cover::CoverLevel,
    };

    fn running() -> Contract {
        active(&draft(CoverLevel::Cat1))
    }

    fn fields(wrong: &[FieldError]) -> Vec<&str> {
        wrong.iter().map(|error| error.field.as_str()).collect()
    }

    #[test]
    fn a_draft_may_become_anything() {
        let contract = Contract { activated_at: None, ..running() };
        let terms = draft(CoverLevel::Cat4).check(&[pbx()]).unwrap();
        assert_eq!(contract.amend(terms).unwrap().terms.level, CoverLevel::Cat4);
    }

    #[test]
    fn in_force_only_what_is_no_promise_of_the_past_changes() {
        let contract = running();
        let more_ports = ContractTerms { ports: 40, ..contract.terms.clone() };
        assert_eq!(contract.amend(more_ports).unwrap().terms.ports, 40);
        let mut other = draft(CoverLevel::Cat4);
        (other.site, other.starts_on) = (Some(crate::id::SiteId(uuid::Uuid::from_u128(8))), "2026-05-01".to_owned());
        let wrong = contract.amend(other.check(&[pbx()]).unwrap()).unwrap_err();
        assert_eq!(fields(&wrong), ["level", "site", "starts_on", "first_term_ends_on"]);
    }

    #[test]
    fn a_contract_ends_today_or_later() {
        let (contract, today) = (running(), date(2026, 6, 1));
        for (last_on, good) in [(date(2026, 5, 31), false), (today, true), (date(2026, 12, 31), true)] {
            let ended = contract.end_on(Some(last_on), today);
            assert_eq!(ended.is_ok(), good, "{last_on}");
            if let Ok(ended) = ended {
                assert_eq!(ended.terms.ends_on, Some(last_on));
                assert_eq!(ended.end_on(None, today).unwrap().terms.ends_on, None, "it renews again");
                assert!(ended.end_on(None, date(2028, 1, 1)).is_err(), "it has ended");
            }
        }
        assert!(contract.end_on(Some(date(2026, 3, 1)), date(2026, 2, 1)).is_err(), "before its first day");
        assert!(Contract { activated_at: None, ..contract }.end_on(None, today).is_err());
    }

    #[test]
    fn an_inspection_is_settled_once_and_with_words() {
        let by = UserId(uuid::Uuid::from_u128(4));
        assert!(running().settle_inspection(Timestamp::EPOCH, by, "fine").is_err());
        let pending = Contract { inspection: Inspection::Pending { because: Vec::new() }, ..running() };
        assert!(pending.settle_inspection(Timestamp::EPOCH, by, "  ").is_err());
        let settled = pending.settle_inspection(Timestamp::EPOCH, by, " Looked at, sound. ").unwrap();
        assert!(matches!(settled.inspection, Inspection::Settled { note, .. } if note == "Looked at, sound."));
    }

    #[test]
    fn one_contract_gives_way_to_the_next_without_a_gap() {
        let (contract, today) = (running(), date(2026, 6, 1));
        let ended = contract.give_way(date(2026, 7, 1), today).unwrap();
        assert_eq!(ended.terms.ends_on, Some(date(2026, 6, 30)));
        let sooner = contract.end_on(Some(date(2026, 6, 10)), today).unwrap();
        assert_eq!(sooner.give_way(date(2026, 7, 1), today).unwrap().terms.ends_on, Some(date(2026, 6, 10)));
        assert!(contract.give_way(date(2026, 5, 31), today).is_err(), "the past stays");
        assert!(contract.give_way(date(2026, 4, 1), date(2026, 3, 1)).is_err(), "it would never have begun");
    }
}
