//! The feed to subscribe to: on-call shifts, bank holidays and announced days behind a secret address.
//!
//! The address is the signed id of a row. Whoever has it reads the feed; taking it back, or disabling the account, makes
//! it one that does not exist.

use app::api::{calendars::FeedInfo, error::ApiError, principal::Principal};
use domain::{access::Permission, ical, time::Timestamp};
use uuid::Uuid;

use super::{Parts, checked};
use crate::{
    desk::{act, internal, new_id},
    secrets::Purpose,
    store::{
        audit, bank_holidays, calendars,
        feeds::{self, Feed},
        rotas, users,
    },
};

const DAY_S: i64 = 86_400;
/// Shifts of the last month and of the coming half year.
const DAYS_BACK: i64 = 31;
const DAYS_AHEAD: i64 = 184;

/// The file behind an address, for the route.
#[async_trait::async_trait]
pub trait FeedFiles: Send + Sync {
    /// None: there is no such feed.
    async fn file(&self, token: &str) -> Result<Option<String>, ApiError>;
}

#[async_trait::async_trait]
impl FeedFiles for super::Desk {
    async fn file(&self, token: &str) -> Result<Option<String>, ApiError> {
        let payload = self.parts.signer.open(Purpose::Feed, token);
        let Some(id) = payload.and_then(|payload| Uuid::from_slice(&payload).ok()) else { return Ok(None) };
        let found = feeds::live(self.parts.db.read(), id).await.map_err(internal)?;
        match found {
            Some((feed, owner)) if owner.role.may(Permission::SeeRotas) => text(&self.parts, &feed).await.map(Some),
            _ => Ok(None),
        }
    }
}

async fn text(parts: &Parts, feed: &Feed) -> Result<String, ApiError> {
    let (db, now) = (parts.db.read(), parts.clock.now());
    let host = parts.mail_domain.as_str();
    let people = users::list(db, domain::access::Scope::Everything).await.map_err(internal)?;
    let name = |user| people.iter().find(|person| person.id == user).map(|person| person.name.clone());
    let mut events = Vec::new();
    for stored in rotas::list(db).await.map_err(internal)? {
        let rota = stored.rota().map_err(internal)?;
        let (from, until) = (now.plus_seconds(-DAYS_BACK * DAY_S), now.plus_seconds(DAYS_AHEAD * DAY_S));
        let mut shifts = rota.shifts(from, until).shifts;
        shifts.retain(|shift| feed.everyone || shift.person == feed.user);
        events.extend(ical::shifts(stored.id, &rota, &shifts, name, host));
    }
    events.extend(ical::holidays(&bank_holidays::table(db).await.map_err(internal)?, host));
    for version in calendars::latest(db).await.map_err(internal)? {
        events.extend(ical::closures(&version.key, &checked(&version)?, host));
    }
    // The same text for a whole day, so that a reader who has it is told so.
    let stamp = Timestamp::EPOCH.plus_seconds(now.seconds_since(Timestamp::EPOCH).div_euclid(DAY_S) * DAY_S);
    let name = if feed.everyone { "Faultdesk: everybody on call" } else { "Faultdesk: my shifts" };
    Ok(ical::Feed { name: name.to_owned(), stamp, events }.to_string())
}

fn info(parts: &Parts, feed: &Feed) -> FeedInfo {
    let token = parts.signer.sign(Purpose::Feed, feed.id.as_bytes());
    FeedInfo { url: format!("{}/calendar/{token}.ics", parts.base_url), everyone: feed.everyone }
}

pub(super) async fn own(parts: &Parts, who: &Principal) -> Result<Option<FeedInfo>, ApiError> {
    who.require(Permission::SeeRotas)?;
    let feed = feeds::of_user(parts.db.read(), who.user).await.map_err(internal)?;
    Ok(feed.map(|feed| info(parts, &feed)))
}

pub(super) async fn make(parts: &Parts, who: &Principal, everyone: bool) -> Result<(), ApiError> {
    who.require(Permission::SeeRotas)?;
    let now = parts.clock.now();
    let tx = parts.db.begin().await.map_err(internal)?;
    feeds::revoke(&tx, who.user, now).await.map_err(internal)?;
    let feed = Feed { id: new_id(now)?, user: who.user, everyone, created_at: now };
    feeds::insert(&tx, &feed).await.map_err(internal)?;
    let detail = if everyone { "everybody's shifts" } else { "their own shifts" };
    audit::write(&tx, new_id(now)?, now, act(who, "feed.make", &who.name, detail)).await.map_err(internal)?;
    tx.commit().await.map_err(internal)
}

pub(super) async fn revoke(parts: &Parts, who: &Principal) -> Result<(), ApiError> {
    who.require(Permission::SeeRotas)?;
    let now = parts.clock.now();
    let tx = parts.db.begin().await.map_err(internal)?;
    if feeds::revoke(&tx, who.user, now).await.map_err(internal)? == 0 {
        return Err(ApiError::NotFound);
    }
    audit::write(&tx, new_id(now)?, now, act(who, "feed.revoke", &who.name, "")).await.map_err(internal)?;
    tx.commit().await.map_err(internal)
}
