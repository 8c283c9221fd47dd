//! Calendars and their versions. A version never changes, bank holidays included: whatever was counted by it can be
//! counted again for ever.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    sync::Arc,
};

use domain::{
    calendar::{Calendar, CalendarDraft, Cover, Holidays, OverrideDraft, WindowText},
    clock::Terms,
    id::{CalendarId, CalendarVersionId},
    level::Calendars,
    time::Timestamp,
};
use entity::{calendar, calendar_override, calendar_version, columns::Micros};
use sea_orm::{
    ActiveValue::Set,
    ColumnTrait, ConnectionTrait, DbErr, EntityTrait, ExprTrait, JoinType, QueryFilter, QueryOrder, QuerySelect,
    SelectTwo,
    sea_query::{Expr, OnConflict},
};
use uuid::Uuid;

use super::{
    bulk::insert_all,
    faults::new_id,
    states::IDS_PER_STATEMENT,
    values::{Made, date, from_json, number, to_json, unreadable},
};

/// More calendars than a support company can keep apart.
const CALENDARS_MAX: u64 = 1_000;

/// A calendar to be made.
#[derive(Debug, Clone)]
pub struct NewCalendar<'a> {
    pub id: CalendarId,
    /// What levels name it with: "working-hours".
    pub key: &'a str,
    pub name: &'a str,
}

/// One version, as an administrator edits it.
#[derive(Debug, Clone)]
pub struct CalendarVersion {
    pub id: CalendarVersionId,
    pub calendar: CalendarId,
    pub key: String,
    pub name: String,
    /// Counted from 1.
    pub version: u32,
    pub draft: CalendarDraft,
    pub created_at: Timestamp,
}

/// Every calendar in its latest version, as tickets are opened under.
#[derive(Debug, Clone, Default)]
pub struct InForce {
    pub calendars: Calendars,
    /// Which version of each key that is: its id and its number.
    pub versions: BTreeMap<String, (CalendarVersionId, u32)>,
}

/// Versions by their ids, ready to count by. One that cannot be read is an error only for what counts by it.
#[derive(Debug, Default)]
pub struct Checked(HashMap<CalendarVersionId, Result<Arc<Calendar>, String>>);

impl Checked {
    /// Day and night, or the hours of a version.
    pub fn cover(&self, version: Option<CalendarVersionId>) -> Result<Cover, DbErr> {
        let Some(id) = version else { return Ok(Cover::Elapsed) };
        match self.0.get(&id) {
            Some(Ok(calendar)) => Ok(Cover::Hours(calendar.clone())),
            Some(Err(why)) => Err(unreadable("calendar_version.id", format!("{id}: {why}"))),
            None => Err(unreadable("calendar_version.id", format!("there is no version {id}"))),
        }
    }
}

/// Adds a calendar in version 1. None: there is one of this key.
pub async fn insert(
    db: &impl ConnectionTrait,
    new: NewCalendar<'_>,
    draft: &CalendarDraft,
    made: Made,
) -> Result<Option<CalendarVersionId>, DbErr> {
    let row = calendar::ActiveModel {
        id: Set(new.id.0),
        key: Set(new.key.to_owned()),
        name: Set(new.name.to_owned()),
        version: Set(1),
        created_at: Set(made.at.into()),
    };
    let added = calendar::Entity::insert_many([row])
        .on_conflict(OnConflict::column(calendar::Column::Key).do_nothing().to_owned())
        .exec_without_returning(db)
        .await?;
    if added == 0 {
        return Ok(None);
    }
    insert_version(db, new.id, 1, draft, made).await.map(Some)
}

/// Makes `draft` the version after `seen`. None: someone was faster.
pub async fn publish(
    db: &impl ConnectionTrait,
    id: CalendarId,
    seen: u32,
    draft: &CalendarDraft,
    made: Made,
) -> Result<Option<CalendarVersionId>, DbErr> {
    let done = calendar::Entity::update_many()
        .col_expr(calendar::Column::Version, Expr::col(calendar::Column::Version).add(1))
        .filter(calendar::Column::Id.eq(id.0))
        .filter(calendar::Column::Version.eq(i64::from(seen)))
        .exec(db)
        .await?;
    if done.rows_affected == 0 {
        return Ok(None);
    }
    insert_version(db, id, i64::from(seen) + 1, draft, made).await.map(Some)
}

/// Gives a calendar another name; its key stays. Returns how many there were.
pub async fn rename(db: &impl ConnectionTrait, id: CalendarId, name: &str) -> Result<u64, DbErr> {
    let done = calendar::Entity::update_many()
        .col_expr(calendar::Column::Name, Expr::value(name))
        .filter(calendar::Column::Id.eq(id.0))
        .exec(db)
        .await?;
    Ok(done.rows_affected)
}

async fn insert_version(
    db: &impl ConnectionTrait,
    owner: CalendarId,
    version: i64,
    draft: &CalendarDraft,
    made: Made,
) -> Result<CalendarVersionId, DbErr> {
    // What is stored must be readable for ever; people are told of their mistakes before it comes to this.
    checked(draft)?;
    let id = new_id(made.at)?;
    let holidays = draft
        .holidays
        .as_ref()
        .map(|days| days.iter().map(|(day, name)| (day.to_string(), name.to_owned())).collect::<Vec<_>>());
    let row = calendar_version::ActiveModel {
        id: Set(id),
        calendar_id: Set(owner.0),
        version: Set(version),
        zone: Set(draft.tz.clone()),
        weekly: Set(to_json(&draft.weekly)?),
        holidays: Set(holidays.as_ref().map(to_json).transpose()?),
        created_at: Set(made.at.into()),
        created_by: Set(made.by.map(|user| user.0)),
    };
    calendar_version::Entity::insert(row).exec_without_returning(db).await?;
    let mut rows = Vec::with_capacity(draft.overrides.len());
    for (day, one) in &draft.overrides {
        rows.push(calendar_override::ActiveModel {
            calendar_version_id: Set(id),
            day: Set(day.to_string()),
            windows: Set(to_json(&one.windows)?),
            text: Set(one.text.clone()),
            announced_at: Set(one.announced_at.map(Micros::from)),
        });
    }
    insert_all(db, rows).await?;
    Ok(CalendarVersionId(id))
}

/// Each calendar in its latest version, by key.
pub async fn latest(db: &impl ConnectionTrait) -> Result<Vec<CalendarVersion>, DbErr> {
    let rows = versions().filter(is_latest()).order_by_asc(calendar::Column::Key).limit(CALENDARS_MAX).all(db).await?;
    with_overrides(db, rows).await?.into_iter().collect()
}

/// The latest version of the calendar of a key.
pub async fn find(db: &impl ConnectionTrait, key: &str) -> Result<Option<CalendarVersion>, DbErr> {
    let rows = versions().filter(is_latest()).filter(calendar::Column::Key.eq(key)).all(db).await?;
    with_overrides(db, rows).await?.pop().transpose()
}

pub async fn in_force(db: &impl ConnectionTrait) -> Result<InForce, DbErr> {
    let mut in_force = InForce::default();
    for one in latest(db).await? {
        in_force.calendars.insert(one.key.clone(), Arc::new(checked(&one.draft)?));
        in_force.versions.insert(one.key, (one.id, one.version));
    }
    Ok(in_force)
}

/// The versions with the given ids.
pub async fn by_ids(
    db: &impl ConnectionTrait,
    ids: impl IntoIterator<Item = CalendarVersionId>,
) -> Result<Checked, DbErr> {
    let wanted: BTreeSet<Uuid> = ids.into_iter().map(|id| id.0).collect();
    let wanted: Vec<Uuid> = wanted.into_iter().collect();
    let mut found = Checked::default();
    for piece in wanted.chunks(IDS_PER_STATEMENT) {
        let query = versions().filter(calendar_version::Column::Id.is_in(piece.iter().copied()));
        let rows = query.limit(IDS_PER_STATEMENT as u64).all(db).await?;
        let ids: Vec<_> = rows.iter().map(|(row, _)| CalendarVersionId(row.id)).collect();
        for (id, one) in ids.into_iter().zip(with_overrides(db, rows).await?) {
            let calendar = one.and_then(|one| checked(&one.draft)).map(Arc::new);
            found.0.insert(id, calendar.map_err(|error| error.to_string()));
        }
    }
    Ok(found)
}

/// What a clock counts by: a calendar's version, or day and night. Kept instead of the calendar itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct TermsRef {
    /// None: elapsed time.
    pub calendar: Option<CalendarVersionId>,
    /// Whole seconds.
    pub target_s: u32,
}

impl TermsRef {
    pub fn terms(self, calendars: &Checked) -> Result<Terms, DbErr> {
        Ok(Terms { cover: calendars.cover(self.calendar)?, target_s: self.target_s })
    }
}

fn versions() -> SelectTwo<calendar_version::Entity, calendar::Entity> {
    let of = calendar_version::Entity::belongs_to(calendar::Entity)
        .from(calendar_version::Column::CalendarId)
        .to(calendar::Column::Id);
    calendar_version::Entity::find().join(JoinType::InnerJoin, of.into()).select_also(calendar::Entity)
}

fn is_latest() -> Expr {
    Expr::col((calendar_version::Entity, calendar_version::Column::Version))
        .equals((calendar::Entity, calendar::Column::Version))
}

/// The versions of the rows, in the same order.
async fn with_overrides(
    db: &impl ConnectionTrait,
    rows: Vec<(calendar_version::Model, Option<calendar::Model>)>,
) -> Result<Vec<Result<CalendarVersion, DbErr>>, DbErr> {
    let overrides = calendar_override::Entity::find()
        .filter(calendar_override::Column::CalendarVersionId.is_in(rows.iter().map(|(row, _)| row.id)))
        .all(db)
        .await?;
    let mut by_version: HashMap<Uuid, Vec<calendar_override::Model>> = HashMap::new();
    for row in overrides {
        by_version.entry(row.calendar_version_id).or_default().push(row);
    }
    let with_overrides = |(row, owner): (calendar_version::Model, Option<calendar::Model>)| {
        let overrides = by_version.remove(&row.id).unwrap_or_default();
        let owner = owner.ok_or_else(|| unreadable("calendar_version.calendar_id", "there is no such calendar"))?;
        version(row, owner, overrides)
    };
    Ok(rows.into_iter().map(with_overrides).collect())
}

fn version(
    row: calendar_version::Model,
    owner: calendar::Model,
    rows: Vec<calendar_override::Model>,
) -> Result<CalendarVersion, DbErr> {
    let mut overrides = BTreeMap::new();
    for row in rows {
        let windows: Vec<WindowText> = from_json("calendar_override.windows", &row.windows)?;
        let one = OverrideDraft { windows, text: row.text, announced_at: row.announced_at.map(Timestamp::from) };
        overrides.insert(date("calendar_override.day", &row.day)?, one);
    }
    let holidays = match &row.holidays {
        None => None,
        Some(text) => {
            let column = "calendar_version.holidays";
            let days: Vec<(String, String)> = from_json(column, text)?;
            let day = |(day, name): (String, String)| Ok::<_, DbErr>((date(column, &day)?, name));
            Some(Arc::new(days.into_iter().map(day).collect::<Result<Holidays, _>>()?))
        }
    };
    let weekly = from_json("calendar_version.weekly", &row.weekly)?;
    Ok(CalendarVersion {
        id: CalendarVersionId(row.id),
        calendar: CalendarId(owner.id),
        key: owner.key,
        name: owner.name,
        version: number("calendar_version.version", row.version)?,
        draft: CalendarDraft { tz: row.zone, weekly, holidays, overrides },
        created_at: row.created_at.into(),
    })
}

fn checked(draft: &CalendarDraft) -> Result<Calendar, DbErr> {
    draft.clone().check().map_err(|wrong| {
        let told: Vec<_> = wrong.iter().map(|error| format!("{} {}", error.field, error.message)).collect();
        unreadable("calendar_version", told.join("; "))
    })
}

#[cfg(test)]
pub(crate) mod tests;
