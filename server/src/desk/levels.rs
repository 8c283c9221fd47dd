//! What each cover level promises. An edit makes the next version; open tickets keep their terms.

#[cfg(test)]
pub(super) mod tests;

use app::api::{
    error::ApiError,
    levels::{LevelDesk, LevelFormPage, LevelInput, LevelList, LevelRow, LevelVersionRow},
    principal::Principal,
};
use domain::{
    access::Permission,
    cover::CoverLevel,
    id::LevelId,
    level::{Hours, LevelDraft, LevelTerms},
};

use super::{
    act,
    contracts::{action_words, length, replacement_words},
    internal, makers, new_id,
    prices::guide,
};
use crate::{
    clock::Clock,
    store::{
        Db, audit,
        calendars::{self, CalendarVersion},
        levels::{self, LevelVersion},
        values::Made,
    },
};

/// Implements [`LevelDesk`].
#[derive(Clone)]
pub struct Desk {
    pub db: Db,
    pub clock: Clock,
}

fn hours_words(hours: &Hours, calendars: &[CalendarVersion]) -> String {
    match hours {
        Hours::Always => "day and night".to_owned(),
        Hours::Inside(key) => match calendars.iter().find(|one| one.key == *key) {
            Some(calendar) => format!("inside {}", calendar.name),
            None => format!("inside {key}"),
        },
    }
}

fn row(id: LevelId, terms: &LevelTerms, calendars: &[CalendarVersion]) -> LevelRow {
    let target = terms
        .response
        .as_ref()
        .map(|target| format!("{} {}", length(target.target_s), hours_words(&target.hours, calendars)));
    LevelRow {
        id,
        level: terms.level,
        name: terms.name.clone(),
        version: terms.version,
        target: target.unwrap_or_default(),
        action: action_words(terms.action).to_owned(),
        paging: terms.paging.as_ref().map_or_else(|| "Never".to_owned(), |hours| hours_words(hours, calendars)),
        replacement: replacement_words(terms.replacement).to_owned(),
        portal_tickets: terms.portal_tickets,
    }
}

fn word(hours: Option<&Hours>, none: &str) -> String {
    match hours {
        None => none.to_owned(),
        Some(Hours::Always) => "always".to_owned(),
        Some(Hours::Inside(key)) => key.clone(),
    }
}

fn filled(terms: &LevelTerms) -> LevelInput {
    LevelInput {
        name: terms.name.clone(),
        target_minutes: terms.response.as_ref().map(|target| (target.target_s / 60).to_string()).unwrap_or_default(),
        target_hours: word(terms.response.as_ref().map(|target| &target.hours), ""),
        action: terms.action.as_str().to_owned(),
        paging: word(terms.paging.as_ref(), "never"),
        replacement: terms.replacement.as_str().to_owned(),
        portal_tickets: if terms.portal_tickets { "yes" } else { "" }.to_owned(),
        version: terms.version.to_string(),
    }
}

/// A form as typed into terms of `level` in `version`, or every mistake.
fn parse(
    level: CoverLevel,
    version: u32,
    input: &LevelInput,
    calendars: &[CalendarVersion],
) -> Result<LevelTerms, ApiError> {
    let typed = input.target_minutes.trim();
    let minutes = match typed {
        "" => Ok(None),
        text => text.parse().map(Some).map_err(|_| {
            domain::probe::FieldError::new("target_minutes", format!("must be whole minutes or empty, not {text:?}"))
        }),
    };
    let draft = LevelDraft {
        level: level.as_str().to_owned(),
        name: input.name.clone(),
        // Stands in for what was not understood, so that the rest is judged as well.
        target_minutes: minutes.clone().unwrap_or(Some(1)),
        target_hours: input.target_hours.trim().to_owned(),
        action: input.action.clone(),
        paging: input.paging.clone(),
        replacement: input.replacement.clone(),
        portal_tickets: input.portal_tickets == "yes",
    };
    let keys: Vec<&str> = calendars.iter().map(|one| one.key.as_str()).collect();
    match (draft.check(version, &keys), minutes) {
        (Ok(terms), Ok(_)) => Ok(terms),
        (checked, minutes) => {
            let mut wrong: Vec<_> = minutes.err().into_iter().collect();
            wrong.extend(checked.err().into_iter().flatten());
            Err(ApiError::Invalid(wrong))
        }
    }
}

#[async_trait::async_trait]
impl LevelDesk for Desk {
    async fn list(&self, who: &Principal) -> Result<LevelList, ApiError> {
        who.require(Permission::SeeEveryContract)?;
        let db = self.db.read();
        let calendars = calendars::latest(db).await.map_err(internal)?;
        let levels = levels::current(db).await.map_err(internal)?;
        Ok(LevelList {
            levels: levels.into_iter().map(|level| row(level.id, &level.terms, &calendars)).collect(),
            guide: guide(db).await?,
            may_edit: who.role.may(Permission::EditLevels),
        })
    }

    async fn form(&self, who: &Principal, id: Option<LevelId>) -> Result<LevelFormPage, ApiError> {
        who.require(Permission::EditLevels)?;
        let db = self.db.read();
        let calendars = calendars::latest(db).await.map_err(internal)?;
        let versions = match id {
            Some(id) => levels::all_versions(db, id).await.map_err(internal)?,
            None => Vec::new(),
        };
        let input = match (id, versions.first()) {
            (None, _) => LevelInput { paging: "never".to_owned(), action: "queue".to_owned(), ..LevelInput::default() },
            (Some(_), None) => return Err(ApiError::NotFound),
            (Some(_), Some(latest)) => filled(&latest.terms),
        };
        let names = makers(db, versions.iter().map(|version| version.made)).await?;
        let shown = |id: LevelId, version: &LevelVersion| LevelVersionRow {
            row: row(id, &version.terms, &calendars),
            at: version.made.at,
            by: version.made.by.and_then(|by| names.get(&by).cloned()).unwrap_or_default(),
        };
        Ok(LevelFormPage {
            id,
            now: self.clock.now(),
            input,
            versions: id.map(|id| versions.iter().map(|one| shown(id, one)).collect()).unwrap_or_default(),
            calendars: calendars.iter().map(|one| (one.key.clone(), one.name.clone())).collect(),
        })
    }

    async fn save(&self, who: &Principal, id: Option<LevelId>, input: LevelInput) -> Result<LevelId, ApiError> {
        who.require(Permission::EditLevels)?;
        let now = self.clock.now();
        let made = Made { at: now, by: Some(who.user) };
        let tx = self.db.begin().await.map_err(internal)?;
        let calendars = calendars::latest(&tx).await.map_err(internal)?;
        let (id, terms, action) = match id {
            None => {
                let terms = parse(CoverLevel::Custom, 1, &input, &calendars)?;
                let id = LevelId(new_id(now)?);
                levels::insert(&tx, id, &terms, made).await.map_err(internal)?;
                (id, terms, "level.create")
            }
            Some(id) => {
                let old = levels::find(&tx, id).await.map_err(internal)?.ok_or(ApiError::NotFound)?;
                let version =
                    input.version.trim().parse::<u32>().map_err(|_| {
                        ApiError::invalid("version", "must be the number that the form was loaded with")
                    })?;
                let terms = parse(old.terms.level, version.saturating_add(1), &input, &calendars)?;
                if levels::publish(&tx, id, &terms, made).await.map_err(internal)? == 0 {
                    let name = &old.terms.name;
                    return Err(ApiError::Conflict(format!(
                        "Somebody else made version {} of {name} meanwhile. Load the page again and repeat your change.",
                        old.terms.version
                    )));
                }
                (id, terms, "level.edit")
            }
        };
        let detail = format!("version {}", terms.version);
        audit::write(&tx, new_id(now)?, now, act(who, action, &terms.name, detail)).await.map_err(internal)?;
        tx.commit().await.map_err(internal)?;
        Ok(id)
    }
}
