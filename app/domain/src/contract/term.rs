//! The years of a contract, and the notices before each ends.

use jiff::{ToSpan, civil::Date};
use serde::{Deserialize, Serialize};

use super::{Contract, ContractTerms};
use crate::{calendar::Zone, time::Timestamp};

/// Days before the last day of a term. Shorter terms have the later ones only.
pub const NOTICE_DAYS: [i32; 3] = [90, 30, 7];
/// Notices go out at 09:00 of the customer.
pub const NOTICE_MIN: u16 = 9 * 60;
/// Longer than any contract lasts: an end to every search.
const YEARS_MAX: u32 = 200;

/// One year of a contract, or what was agreed instead.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Term {
    /// Counted from 1; the price list has its own prices from year 2 on.
    pub year: u32,
    pub first_on: Date,
    pub last_on: Date,
}

/// A mail about the coming end of a term. (contract, year, days) is its key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TermNotice {
    pub kind: TermNoticeKind,
    /// Before the last day.
    pub days: i32,
    pub at: Timestamp,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TermNoticeKind {
    /// Another year follows.
    Renews,
    /// Cover ends.
    Ends,
}

impl ContractTerms {
    pub fn begins_at(&self) -> Timestamp {
        midnight(&self.zone, self.starts_on)
    }

    /// The midnight after the last day; None: it renews year by year.
    pub fn ends_at(&self) -> Option<Timestamp> {
        self.ends_on.map(|last_on| midnight_after(&self.zone, last_on))
    }

    /// The term that `at` lies in; None before the first and after the last.
    pub fn term_at(&self, at: Timestamp) -> Option<Term> {
        if at < self.begins_at() {
            return None;
        }
        let holds = |term: &Term| at < midnight_after(&self.zone, term.last_on);
        (1..=YEARS_MAX).map_while(|year| self.term(year)).find(holds)
    }

    /// The term of `year`, counted from 1; None when the contract has ended by then.
    pub fn term(&self, year: u32) -> Option<Term> {
        // Counted from one day each time, so that 29 February comes back in leap years.
        let second_on = self.first_term_ends_on.tomorrow().ok()?;
        let years = |more: u32| second_on.checked_add(i32::try_from(more).ok()?.years()).ok();
        let (first_on, last_on) = match year {
            0 => return None,
            1 => (self.starts_on, self.first_term_ends_on),
            _ if YEARS_MAX < year => return None,
            _ => (years(year - 2)?, years(year - 1)?.yesterday().ok()?),
        };
        let last_on = self.ends_on.map_or(last_on, |end| end.min(last_on));
        (first_on <= last_on).then_some(Term { year, first_on, last_on })
    }
}

impl Contract {
    /// The notices before the end of `term`, in order, at 09:00 in the customer's zone.
    ///
    /// None that would be past when the term begins or the contract is activated: nobody hears on the first day that a
    /// month "ends in 90 days".
    pub fn notices(&self, term: &Term, customer_zone: &Zone) -> Vec<TermNotice> {
        let Some(activated_at) = self.activated_at else { return Vec::new() };
        let first_at = activated_at.max(midnight(&self.terms.zone, term.first_on));
        let kind = if self.terms.ends_on == Some(term.last_on) { TermNoticeKind::Ends } else { TermNoticeKind::Renews };
        let notice = |days: i32| {
            let date = term.last_on.checked_sub(days.days()).ok()?;
            let at = customer_zone.opening(date, NOTICE_MIN).filter(|at| first_at <= *at)?;
            Some(TermNotice { kind, days, at })
        };
        NOTICE_DAYS.into_iter().filter_map(notice).collect()
    }
}

fn midnight(zone: &Zone, date: Date) -> Timestamp {
    zone.opening(date, 0).unwrap_or(Timestamp::MAX)
}

fn midnight_after(zone: &Zone, date: Date) -> Timestamp {
    date.tomorrow().map_or(Timestamp::MAX, |next| midnight(zone, next))
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;
    use proptest::prelude::*;

    use super::*;
    use crate::{
        calendar::samples::at,
        contract::samples::{active, draft},
        cover::CoverLevel,
    };

    /// A contract from `starts_on` that renews or ends.
    fn contract(starts_on: &str, ends_on: Option<&str>) -> Contract {
        let mut draft = draft(CoverLevel::Cat1);
        draft.starts_on = starts_on.to_owned();
        draft.ends_on = ends_on.map(str::to_owned);
        Contract { activated_at: Some(at("2026-01-01T00:00:00Z")), ..active(&draft) }
    }

    fn check(contract: &Contract, instant: &str, term: Option<(u32, Date, Date)>) {
        let term = term.map(|(year, first_on, last_on)| Term { year, first_on, last_on });
        assert_eq!(contract.terms.term_at(at(instant)), term, "{instant}");
    }

    #[test]
    fn a_year_follows_a_year() {
        let contract = contract("2026-04-01", None);
        check(&contract, "2026-03-31T22:00:00Z", None);
        check(&contract, "2026-04-01T00:00:00Z", Some((1, date(2026, 4, 1), date(2027, 3, 31))));
        check(&contract, "2027-03-31T22:59:59Z", Some((1, date(2026, 4, 1), date(2027, 3, 31))));
        check(&contract, "2027-03-31T23:00:00Z", Some((2, date(2027, 4, 1), date(2028, 3, 31))));
        check(&contract, "2031-01-01T00:00:00Z", Some((5, date(2030, 4, 1), date(2031, 3, 31))));
    }

    #[test]
    fn a_leap_day_comes_back() {
        let contract = contract("2028-02-29", None);
        check(&contract, "2028-06-01T00:00:00Z", Some((1, date(2028, 2, 29), date(2029, 2, 27))));
        check(&contract, "2032-06-01T00:00:00Z", Some((5, date(2032, 2, 28), date(2033, 2, 27))));
    }

    #[test]
    fn the_last_term_is_cut_and_nothing_follows() {
        let contract = contract("2026-04-01", Some("2027-09-30"));
        check(&contract, "2027-05-01T00:00:00Z", Some((2, date(2027, 4, 1), date(2027, 9, 30))));
        check(&contract, "2027-09-30T23:00:00Z", None);
        assert_eq!(contract.terms.term(3), None);
    }

    fn notices(contract: &Contract, year: u32, zone: &str) -> Vec<(TermNoticeKind, i32, String)> {
        let term = contract.terms.term(year).unwrap();
        let found = contract.notices(&term, &Zone::parse(zone).unwrap());
        found.into_iter().map(|one| (one.kind, one.days, one.at.to_string())).collect()
    }

    #[test]
    fn notices_come_at_nine_of_the_customer_before_the_last_day() {
        use TermNoticeKind::{Ends, Renews};
        let renewing = contract("2026-04-01", None);
        let expected = [
            (Renews, 90, "2026-12-31T09:00:00Z".to_owned()),
            (Renews, 30, "2027-03-01T09:00:00Z".to_owned()),
            (Renews, 7, "2027-03-24T09:00:00Z".to_owned()),
        ];
        assert_eq!(notices(&renewing, 1, "Europe/London"), expected);
        assert_eq!(notices(&renewing, 1, "Europe/Amsterdam")[2].2, "2027-03-24T08:00:00Z");
        let ending = contract("2026-04-01", Some("2027-04-30"));
        let expected = [(Ends, 7, "2027-04-23T08:00:00Z".to_owned())];
        assert_eq!(notices(&ending, 2, "Europe/London"), expected, "a term of a month");
        assert_eq!(notices(&ending, 1, "Europe/London")[0].0, Renews);
    }

    #[test]
    fn notices_that_were_past_at_the_start_are_not_sent() {
        let mut late = contract("2026-04-01", None);
        late.activated_at = Some(at("2027-02-01T00:00:00Z"));
        let days: Vec<_> = notices(&late, 1, "Europe/London").into_iter().map(|one| one.1).collect();
        assert_eq!(days, [30, 7]);
        late.activated_at = None;
        assert_eq!(notices(&late, 1, "Europe/London"), []);
    }

    proptest! {
        #[test]
        fn terms_tile_the_life_of_a_contract(
            starts in 0_i32..2_000, first_days in 0_i32..800, life_days in prop::option::of(0_i32..4_000), hours in 0_i64..60_000
        ) {
            let starts_on = date(2026, 1, 1) + starts.days();
            let mut contract = active(&draft(CoverLevel::Cat1)).terms;
            contract.starts_on = starts_on;
            contract.first_term_ends_on = starts_on + first_days.days();
            contract.ends_on = life_days.map(|days| starts_on + days.days());
            for year in 1..8 {
                if let (Some(one), Some(next)) = (contract.term(year), contract.term(year + 1)) {
                    prop_assert_eq!(one.last_on.tomorrow().unwrap(), next.first_on);
                }
            }
            let at = contract.begins_at().plus_seconds(hours * 3_600);
            let over = contract.ends_at().is_some_and(|end| end <= at);
            let term = contract.term_at(at);
            prop_assert_eq!(term.is_none(), over);
            let local = contract.zone.date_at(at);
            prop_assert!(term.is_none_or(|term| term.first_on <= local && local <= term.last_on));
        }
    }
}
