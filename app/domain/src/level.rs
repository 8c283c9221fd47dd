//! What each cover level promises, as data that an administrator edits in versions. Source: `rules` section 1.
//!
//! A ticket keeps the terms under which it was logged: a later version touches new tickets only.

mod draft;
#[cfg(not(target_arch = "wasm32"))]
mod seed;

use std::{collections::BTreeMap, sync::Arc};

use serde::{Deserialize, Serialize};

pub use draft::LevelDraft;
#[cfg(not(target_arch = "wasm32"))]
pub use seed::calendar_drafts;

use crate::{
    calendar::{Calendar, Cover},
    clock::Terms,
    cover::CoverLevel,
};

/// The seeded calendar of Cat1: Monday to Friday 09:00 to 17:00, not on bank holidays.
pub const WORKING_HOURS: &str = "working-hours";
/// The seeded calendar of Cat2: 07:00 to 23:00 every day.
pub const EXTENDED_HOURS: &str = "extended-hours";

/// Calendars in the version wanted, by key.
pub type Calendars = BTreeMap<String, Arc<Calendar>>;

/// One version of what a level promises.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LevelTerms {
    pub level: CoverLevel,
    /// What people read; a custom level is named for its contract.
    pub name: String,
    /// Counted from 1; every edit makes the next one.
    pub version: u32,
    /// None: no response is promised.
    pub response: Option<Target>,
    pub action: Action,
    /// When staff are paged about a fault. None: nobody ever is.
    pub paging: Option<Hours>,
    pub replacement: Replacement,
    /// Whether the customer may log tickets in the portal.
    pub portal_tickets: bool,
}

/// A length of counted time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Target {
    /// Whole seconds.
    pub target_s: u32,
    pub hours: Hours,
}

/// When something counts or may happen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Hours {
    /// Day and night.
    Always,
    /// Inside the calendar of this key.
    Inside(String),
}

/// Who acts on a monitored fault. Everybody on the list of contacts is *told* of it on every level.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Action {
    Nobody,
    /// Nobody until staff have accepted an incident.
    AcceptedIncident,
    /// A ticket waits in the queue.
    Queue,
    /// A ticket waits in the queue and the duty engineer is paged.
    DutyEngineer,
}

impl Action {
    pub const ALL: [Self; 4] = [Self::Nobody, Self::AcceptedIncident, Self::Queue, Self::DutyEngineer];

    /// The stored and scripted word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Nobody => "nobody",
            Self::AcceptedIncident => "accepted_incident",
            Self::Queue => "queue",
            Self::DutyEngineer => "duty_engineer",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|action| action.as_str() == text)
    }

    /// Whether a confirmed fault opens a ticket by itself and starts its response clock. Source: `rules` section 5.
    pub fn opens_ticket(self) -> bool {
        matches!(self, Self::Queue | Self::DutyEngineer)
    }
}

/// What happens when equipment is believed faulty.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Replacement {
    ReturnToBase,
    NextWorkingDayCourier,
    /// An engineer brings it, within 24 elapsed hours of the decision that a visit is needed.
    OnSite,
}

impl Replacement {
    pub const ALL: [Self; 3] = [Self::ReturnToBase, Self::NextWorkingDayCourier, Self::OnSite];

    /// The stored and scripted word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::ReturnToBase => "return_to_base",
            Self::NextWorkingDayCourier => "next_working_day_courier",
            Self::OnSite => "on_site",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|replacement| replacement.as_str() == text)
    }
}

/// What a ticket keeps of the day it was logged.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TicketTerms {
    pub level: LevelTerms,
    /// Of the response target's calendar; None when there is no target or it counts day and night.
    pub calendar_version: Option<u32>,
    pub price_list_version: u32,
}

/// Terms name a calendar that is not there.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("there is no calendar {0:?}")]
pub struct NoSuchCalendar(pub String);

impl Hours {
    pub fn cover(&self, calendars: &Calendars) -> Result<Cover, NoSuchCalendar> {
        match self {
            Self::Always => Ok(Cover::Elapsed),
            Self::Inside(key) => {
                calendars.get(key).cloned().map(Cover::Hours).ok_or_else(|| NoSuchCalendar(key.clone()))
            }
        }
    }
}

impl LevelTerms {
    /// What a response clock is started with; None when no response is promised, so that no clock runs.
    pub fn response_terms(&self, calendars: &Calendars) -> Result<Option<Terms>, NoSuchCalendar> {
        let terms = |target: &Target| Ok(Terms { cover: target.hours.cover(calendars)?, target_s: target.target_s });
        self.response.as_ref().map(terms).transpose()
    }

    /// When staff may be paged; None: never.
    pub fn paging_cover(&self, calendars: &Calendars) -> Result<Option<Cover>, NoSuchCalendar> {
        self.paging.as_ref().map(|hours| hours.cover(calendars)).transpose()
    }

    /// Version 1 of a seeded level; None for custom levels, which are agreed for one contract.
    pub fn seeded(level: CoverLevel) -> Option<Self> {
        const MINUTES_8_H: u32 = 8 * 60;
        const MINUTES_4_H: u32 = 4 * 60;
        let inside = |key: &str| Hours::Inside(key.to_owned());
        let target = |minutes: u32, key: &str| Some(Target { target_s: minutes * 60, hours: inside(key) });
        let (response, action, paging, replacement) = match level {
            CoverLevel::None => (None, Action::Nobody, None, Replacement::ReturnToBase),
            CoverLevel::CatS => (None, Action::AcceptedIncident, None, Replacement::ReturnToBase),
            CoverLevel::Cat1 => (
                target(MINUTES_8_H, WORKING_HOURS),
                Action::Queue,
                Some(inside(WORKING_HOURS)),
                Replacement::ReturnToBase,
            ),
            CoverLevel::Cat2 => (
                target(MINUTES_4_H, EXTENDED_HOURS),
                Action::DutyEngineer,
                Some(inside(EXTENDED_HOURS)),
                Replacement::NextWorkingDayCourier,
            ),
            CoverLevel::Cat4 => {
                (target(MINUTES_8_H, WORKING_HOURS), Action::DutyEngineer, Some(Hours::Always), Replacement::OnSite)
            }
            CoverLevel::Custom => return None,
        };
        let (name, portal_tickets) = (level.label().to_owned(), action.opens_ticket());
        Some(Self { level, name, version: 1, response, action, paging, replacement, portal_tickets })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::calendar::samples::at;

    fn calendars() -> Calendars {
        calendar_drafts().into_iter().map(|(key, draft)| (key.to_owned(), Arc::new(draft.check().unwrap()))).collect()
    }

    #[test]
    fn levels_are_seeded_as_the_rules_have_them() {
        for (level, target_h, calendar, action, paged, replacement, portal) in [
            (CoverLevel::None, 0, "", "nobody", "never", "return_to_base", false),
            (CoverLevel::CatS, 0, "", "accepted_incident", "never", "return_to_base", false),
            (CoverLevel::Cat1, 8, WORKING_HOURS, "queue", WORKING_HOURS, "return_to_base", true),
            (CoverLevel::Cat2, 4, EXTENDED_HOURS, "duty_engineer", EXTENDED_HOURS, "next_working_day_courier", true),
            (CoverLevel::Cat4, 8, WORKING_HOURS, "duty_engineer", "always", "on_site", true),
        ] {
            let terms = LevelTerms::seeded(level).unwrap();
            let target = (target_h != 0)
                .then(|| Target { target_s: target_h * 3_600, hours: Hours::Inside(calendar.to_owned()) });
            assert_eq!(terms.response, target, "{level:?}");
            let paging = match paged {
                "never" => None,
                "always" => Some(Hours::Always),
                key => Some(Hours::Inside(key.to_owned())),
            };
            assert_eq!(terms.paging, paging, "{level:?}");
            assert_eq!((terms.action.as_str(), terms.replacement.as_str()), (action, replacement), "{level:?}");
            assert_eq!((terms.portal_tickets, terms.version), (portal, 1), "{level:?}");
        }
        assert_eq!(LevelTerms::seeded(CoverLevel::Custom), None);
    }

    #[test]
    fn only_cat1_to_cat4_open_a_ticket() {
        let opens =
            CoverLevel::ALL.into_iter().filter_map(LevelTerms::seeded).filter(|terms| terms.action.opens_ticket());
        assert_eq!(opens.map(|terms| terms.name).collect::<Vec<_>>(), ["Cat1", "Cat2", "Cat4"]);
    }

    #[test]
    fn a_response_clock_of_the_seeds_is_due_as_the_rules_say() {
        for (level, start, due) in [
            (CoverLevel::Cat1, "2026-10-06T14:15:00Z", "2026-10-07T14:15:00Z"),
            (CoverLevel::Cat4, "2026-10-06T14:15:00Z", "2026-10-07T14:15:00Z"),
            (CoverLevel::Cat2, "2026-11-04T21:15:00Z", "2026-11-05T09:15:00Z"),
            // Good Friday is a day like others on Cat2.
            (CoverLevel::Cat2, "2026-04-03T20:00:00Z", "2026-04-04T08:00:00Z"),
        ] {
            let Terms { cover, target_s } =
                LevelTerms::seeded(level).unwrap().response_terms(&calendars()).unwrap().unwrap();
            let count = crate::clock::Count { cover, start: at(start), target_s };
            assert_eq!(count.used_up_at(&[].into_iter().collect()), Ok(at(due)), "{level:?} {start}");
        }
        assert!(LevelTerms::seeded(CoverLevel::CatS).unwrap().response_terms(&calendars()).unwrap().is_none());
    }

    #[test]
    fn a_calendar_that_is_not_there_is_named() {
        let terms = LevelTerms::seeded(CoverLevel::Cat2).unwrap();
        let error = terms.paging_cover(&Calendars::new()).unwrap_err();
        assert_eq!(error, NoSuchCalendar(EXTENDED_HOURS.to_owned()));
    }

    #[test]
    fn terms_survive_storage() {
        for terms in CoverLevel::ALL.into_iter().filter_map(LevelTerms::seeded) {
            let kept = TicketTerms { level: terms, calendar_version: Some(3), price_list_version: 1 };
            let json = serde_json::to_string(&kept).unwrap();
            assert_eq!(serde_json::from_str::<TicketTerms>(&json).unwrap(), kept);
        }
    }
}
