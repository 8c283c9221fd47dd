//! A contract as staff type it, and every mistake in it.

use jiff::{ToSpan, civil::Date};
use serde::{Deserialize, Serialize};

use super::{Access, Cat4Response, ContractKind, ContractTerms, Equipment, EquipmentClass, Listed};
use crate::{
    calendar::Zone,
    cover::CoverLevel,
    form::{date, word},
    id::SiteId,
    probe::FieldError,
    quote::included_month_end,
};

/// More ports than any customer has; a typing mistake of a few digits is refused.
const PORTS_MAX: u32 = 10_000;
/// Pieces and classes of one contract.
const COVERED_MAX: usize = 1_000;

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ContractDraft {
    pub kind: ContractKind,
    /// "none", "cats", "cat1", "cat2", "cat4" or "custom".
    pub level: String,
    pub site: Option<SiteId>,
    pub ports: u32,
    pub covered: Vec<Listed>,
    pub access: Access,
    /// IANA name.
    pub zone: String,
    pub starts_on: String,
    /// None: a year, or the included month.
    pub first_term_ends_on: Option<String>,
    /// None: it renews year by year; the included month ends by itself.
    pub ends_on: Option<String>,
    pub cat4_response: Cat4Response,
}

/// First day, last day of the first term, last day of all.
type Days = (Date, Date, Option<Date>);

impl ContractDraft {
    /// The terms, or every mistake by field: `site`, `covered[3]`, `ends_on`. `equipment` is all of the customer's.
    pub fn check(&self, equipment: &[Equipment]) -> Result<ContractTerms, Vec<FieldError>> {
        let mut wrong = Vec::new();
        let words = CoverLevel::ALL.map(CoverLevel::as_str);
        let level = word("level", &self.level, CoverLevel::parse, words, &mut wrong);
        if let Some(level) = level {
            self.check_level(level, &mut wrong);
        }
        self.check_covered(equipment, &mut wrong);
        let zone = Zone::parse(&self.zone).map_err(|error| wrong.push(FieldError::new("zone", error))).ok();
        let days = self.days(&mut wrong);
        match (level, zone, days) {
            (Some(level), Some(zone), Some((starts_on, first_term_ends_on, ends_on))) if wrong.is_empty() => {
                Ok(ContractTerms {
                    kind: self.kind,
                    level,
                    site: self.site,
                    ports: self.ports,
                    covered: self.covered.clone(),
                    access: self.access.clone(),
                    zone,
                    starts_on,
                    first_term_ends_on,
                    ends_on,
                    cat4_response: self.cat4_response,
                })
            }
            _ => Err(wrong),
        }
    }

    fn check_level(&self, level: CoverLevel, wrong: &mut Vec<FieldError>) {
        let supported = !matches!(level, CoverLevel::None | CoverLevel::CatS);
        if self.kind == ContractKind::IncludedMonth && level != CoverLevel::Cat1 {
            wrong.push(FieldError::new("level", "must be cat1: that is the level of the included month"));
        }
        if level == CoverLevel::Cat4 && self.site.is_none() {
            wrong.push(FieldError::new("site", "must be a site of the customer: Cat4 brings an engineer to it"));
        }
        let ports_min = u32::from(supported);
        if !(ports_min..=PORTS_MAX).contains(&self.ports) {
            let said = format!("must be {ports_min} to {PORTS_MAX}, not {}", self.ports);
            wrong.push(FieldError::new("ports", said));
        }
        if supported && self.covered.is_empty() {
            wrong.push(FieldError::new(
                "covered",
                "must list equipment or classes of equipment: nothing else is covered",
            ));
        }
        if supported && self.access.paths.is_empty() {
            wrong.push(FieldError::new("access.paths", "must be one of ssh, http, mitel, other at least"));
        }
    }

    fn check_covered(&self, equipment: &[Equipment], wrong: &mut Vec<FieldError>) {
        if COVERED_MAX < self.covered.len() {
            let said = format!("may have {COVERED_MAX} entries at most, not {}", self.covered.len());
            wrong.push(FieldError::new("covered", said));
        }
        for (place, listed) in self.covered.iter().enumerate().take(COVERED_MAX) {
            if let Some(said) = refused(*listed, equipment) {
                wrong.push(FieldError::new(&format!("covered[{place}]"), said));
            }
        }
    }

    fn days(&self, wrong: &mut Vec<FieldError>) -> Option<Days> {
        let starts_on = date("starts_on", &self.starts_on, wrong);
        let given = |field: &str, text: &Option<String>, wrong: &mut Vec<FieldError>| match text {
            Some(text) => date(field, text, wrong).map(Some),
            None => Some(None),
        };
        let first_term_ends_on = given("first_term_ends_on", &self.first_term_ends_on, wrong);
        let ends_on = given("ends_on", &self.ends_on, wrong);
        let (starts_on, first_term_ends_on, mut ends_on) = (starts_on?, first_term_ends_on?, ends_on?);
        let usual = match self.kind {
            ContractKind::IncludedMonth => included_month_end(starts_on),
            ContractKind::Paid => starts_on.checked_add(1.year()).and_then(Date::yesterday).ok(),
        };
        if self.kind == ContractKind::IncludedMonth {
            for (field, given) in [("first_term_ends_on", first_term_ends_on), ("ends_on", ends_on)] {
                if given.is_some() && given != usual {
                    let last_on = usual.map(|date| date.to_string()).unwrap_or_default();
                    wrong.push(FieldError::new(field, format!("must be empty or {last_on}: the month is included")));
                }
            }
            ends_on = usual;
        }
        let Some(first_term_ends_on) = first_term_ends_on.or(usual) else {
            wrong.push(FieldError::new("starts_on", "must lie before the year 9999"));
            return None;
        };
        for (field, given) in [("first_term_ends_on", Some(first_term_ends_on)), ("ends_on", ends_on)] {
            if given.is_some_and(|date| date < starts_on) {
                wrong.push(FieldError::new(field, format!("must not be before starts_on, {starts_on}")));
            }
        }
        Some((starts_on, first_term_ends_on, ends_on))
    }
}

/// Why an entry may not be listed. Source: contract page, "server hardware"; `rules` section 6.
fn refused(listed: Listed, equipment: &[Equipment]) -> Option<&'static str> {
    match listed {
        // A class would take in servers from anywhere.
        Listed::Class(EquipmentClass::Server) => {
            Some("must be single pieces: server hardware is never covered as a class")
        }
        Listed::Class(_) => None,
        Listed::Equipment(id) => match equipment.iter().find(|one| one.id == id) {
            None => Some("must be equipment of this customer"),
            Some(one) if !one.may_be_listed() => {
                Some("must be supplied by us from a recognised supplier: other server hardware is not covered")
            }
            Some(_) => None,
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::contract::{
        Supply,
        samples::{draft, pbx, piece},
    };

    fn check_with(level: CoverLevel, equipment: &[Equipment], edit: impl FnOnce(&mut ContractDraft), fields: &[&str]) {
        let mut draft = draft(level);
        edit(&mut draft);
        let wrong = draft.check(equipment).err().unwrap_or_default();
        assert_eq!(wrong.iter().map(|error| error.field.as_str()).collect::<Vec<_>>(), fields, "{wrong:?}");
    }

    /// Fields of the mistakes, in order.
    fn check(level: CoverLevel, edit: impl FnOnce(&mut ContractDraft), fields: &[&str]) {
        check_with(level, &[pbx()], edit, fields);
    }

    #[test]
    fn a_right_draft_of_every_level_is_accepted() {
        for level in CoverLevel::ALL {
            check(level, |_| {}, &[]);
        }
        check(CoverLevel::CatS, |draft| draft.covered.clear(), &[]);
        check(CoverLevel::None, |draft| (draft.ports, draft.access.paths) = (0, Vec::new()), &[]);
    }

    #[test]
    fn every_mistake_is_named_by_its_field() {
        let cat2 = CoverLevel::Cat2;
        check(cat2, |draft| draft.level = "cat3".to_owned(), &["level"]);
        check(cat2, |draft| draft.zone = "London".to_owned(), &["zone"]);
        check(cat2, |draft| draft.ports = 0, &["ports"]);
        check(cat2, |draft| draft.ports = 10_001, &["ports"]);
        check(cat2, |draft| draft.covered.clear(), &["covered"]);
        check(cat2, |draft| draft.access.paths.clear(), &["access.paths"]);
        check(cat2, |draft| draft.starts_on = "soon".to_owned(), &["starts_on"]);
        check(cat2, |draft| draft.ends_on = Some("2026-03-31".to_owned()), &["ends_on"]);
        check(cat2, |draft| draft.first_term_ends_on = Some("2026-03-31".to_owned()), &["first_term_ends_on"]);
        check(CoverLevel::Custom, |draft| draft.starts_on = "9999-06-01".to_owned(), &["starts_on"]);
    }

    #[test]
    fn cat4_needs_a_site() {
        check(CoverLevel::Cat4, |draft| draft.site = None, &["site"]);
        check(CoverLevel::Cat2, |draft| draft.site = None, &[]);
    }

    #[test]
    fn server_hardware_is_covered_only_if_it_came_from_us_and_a_recognised_supplier() {
        let listed = |id| move |draft: &mut ContractDraft| draft.covered = vec![Listed::Equipment(id)];
        for (supply, fields) in
            [(Supply::ByUsRecognised, &[][..]), (Supply::ByUs, &["covered[0]"]), (Supply::ByOthers, &["covered[0]"])]
        {
            let server = Equipment { supply, ..piece(5, EquipmentClass::Server) };
            check_with(CoverLevel::Cat1, std::slice::from_ref(&server), listed(server.id), fields);
        }
        let class = |draft: &mut ContractDraft| draft.covered.push(Listed::Class(EquipmentClass::Server));
        check(CoverLevel::Cat1, class, &["covered[1]"]);
        check(CoverLevel::Cat1, listed(piece(99, EquipmentClass::Server).id), &["covered[0]"]);
    }

    #[test]
    fn the_included_month_is_cat1_and_ends_with_its_last_day() {
        let month = |draft: &mut ContractDraft| {
            draft.kind = ContractKind::IncludedMonth;
            draft.starts_on = "2027-01-31".to_owned();
        };
        let mut included = draft(CoverLevel::Cat1);
        month(&mut included);
        let terms = included.check(&[pbx()]).unwrap();
        let last_on = jiff::civil::date(2027, 2, 28);
        assert_eq!((terms.first_term_ends_on, terms.ends_on), (last_on, Some(last_on)));
        check(CoverLevel::Cat2, month, &["level"]);
        let longer = |draft: &mut ContractDraft| {
            month(draft);
            draft.ends_on = Some("2027-03-31".to_owned());
        };
        check(CoverLevel::Cat1, longer, &["ends_on"]);
    }

    #[test]
    fn a_year_is_the_usual_term() {
        let terms = draft(CoverLevel::Cat1).check(&[pbx()]).unwrap();
        assert_eq!((terms.first_term_ends_on, terms.ends_on), (jiff::civil::date(2027, 3, 31), None));
    }

    #[test]
    fn a_draft_survives_storage() {
        let draft = draft(CoverLevel::Cat4);
        let json = serde_json::to_string(&draft).unwrap();
        assert_eq!(serde_json::from_str::<ContractDraft>(&json).unwrap(), draft);
    }
}
