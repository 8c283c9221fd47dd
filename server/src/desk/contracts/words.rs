//! Days, hours and promises as contract pages write them.

use domain::{
    calendar::CalendarDraft,
    contract::{AccessMode, ContractTerms},
    cover::CoverLevel,
    level::{Action, Hours, LevelTerms, Replacement},
};
use jiff::civil::Date;

use crate::store::calendars::CalendarVersion;

const DAYS: [&str; 7] = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];

/// "1 Apr 2026".
pub(in crate::desk) fn day(date: Date) -> String {
    date.strftime("%-d %b %Y").to_string()
}

/// "8 hours", "90 minutes".
pub(in crate::desk) fn length(target_s: u32) -> String {
    let (count, unit) = match target_s {
        s if s.is_multiple_of(3_600) => (s / 3_600, "hour"),
        s => (s / 60, "minute"),
    };
    let plural = if count == 1 { "" } else { "s" };
    format!("{count} {unit}{plural}")
}

/// When something counts: "day and night", "Mon to Fri 09:00-17:00, not bank holidays".
pub(in crate::desk) fn hours(hours: &Hours, calendars: &[CalendarVersion]) -> String {
    match hours {
        Hours::Always => "day and night".to_owned(),
        Hours::Inside(key) => match calendars.iter().find(|one| one.key == *key) {
            Some(calendar) => week(&calendar.draft),
            None => key.clone(),
        },
    }
}

/// Days with the same windows together.
fn week(draft: &CalendarDraft) -> String {
    let windows = |day: &Vec<(String, String)>| {
        day.iter().map(|(opens, closes)| format!("{opens}-{closes}")).collect::<Vec<_>>().join(" and ")
    };
    let days: Vec<_> = DAYS.into_iter().zip(draft.weekly.iter().map(windows)).collect();
    let parts = days.chunk_by(|one, other| one.1 == other.1).filter_map(|run| {
        let ((first, text), (last, _)) = (run.first()?, run.last()?);
        let span = match run.len() {
            7 => "every day".to_owned(),
            1 => (*first).to_owned(),
            _ => format!("{first} to {last}"),
        };
        (!text.is_empty()).then(|| format!("{span} {text}"))
    });
    let holidays = if draft.holidays.is_some() { "not bank holidays" } else { "bank holidays included" };
    format!("{}, {holidays}", parts.collect::<Vec<_>>().join("; "))
}

pub(in crate::desk) fn action(action: Action) -> &'static str {
    match action {
        Action::Nobody => "Nobody acts by themselves",
        Action::AcceptedIncident => "Nobody until an incident is accepted",
        Action::Queue => "A ticket waits in the queue",
        Action::DutyEngineer => "The duty engineer is told",
    }
}

pub(in crate::desk) fn replacement(replacement: Replacement) -> &'static str {
    match replacement {
        Replacement::ReturnToBase => "Sent back to us, repaired and returned",
        Replacement::NextWorkingDayCourier => "By courier on the next working day",
        Replacement::OnSite => "An engineer brings it, aimed at within 24 hours of finding that a visit is needed",
    }
}

/// The settings in force, by name: what a contract promises today. `response` is the level whose target counts.
pub(super) fn settings(
    terms: &ContractTerms,
    level: &LevelTerms,
    response: &LevelTerms,
    calendars: &[CalendarVersion],
) -> Vec<(String, String)> {
    let first = match &response.response {
        Some(target) => {
            format!("We aim for {}, counted {}", length(target.target_s), hours(&target.hours, calendars))
        }
        None => "No target".to_owned(),
    };
    let paged = match &level.paging {
        Some(paging) => format!("{}: {}", action(level.action), hours(paging, calendars)),
        None => action(level.action).to_owned(),
    };
    let access = match terms.access.mode {
        AccessMode::Standing => "Standing, tested by us once an hour",
        AccessMode::OnRequest => "On request: the wait for it does not count",
    };
    let mut settings = vec![
        ("First response", first),
        ("Monitored faults", paged),
        ("If equipment fails", replacement(level.replacement).to_owned()),
        ("Portal tickets", if level.portal_tickets { "Yes" } else { "No" }.to_owned()),
        ("Access", access.to_owned()),
        ("Days", format!("begin and end in {}", terms.zone.name())),
    ];
    if terms.level == CoverLevel::Cat4 {
        settings.insert(1, ("Response target of Cat4", terms.cat4_response.label().to_owned()));
    }
    settings.into_iter().map(|(name, words)| (name.to_owned(), words)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_and_weeks_read_well() {
        assert_eq!(
            (length(28_800), length(5_400), length(3_600)),
            ("8 hours".into(), "90 minutes".into(), "1 hour".into())
        );
        let [(_, working), (_, extended)] = domain::level::calendar_drafts();
        assert_eq!(week(&working), "Mon to Fri 09:00-17:00, not bank holidays");
        assert_eq!(week(&extended), "every day 07:00-23:00, bank holidays included");
    }
}
