//! The list of downtimes.

use app::api::{
    downtimes::{DowntimePage, DowntimeRow},
    error::ApiError,
    principal::Principal,
};
use domain::{access::Permission, downtime::Standing, time::Timestamp};

use super::{Desk, words};
use crate::{
    desk::{internal, tickets::local::Local},
    store::downtimes::{self, Names, StoredDowntime},
};

impl Desk {
    pub(super) async fn load_page(&self, who: &Principal) -> Result<DowntimePage, ApiError> {
        who.require(Permission::SeeDowntimes)?;
        let (db, now, scope) = (self.db.read(), self.clock.now(), who.scope());
        let (current, past) = downtimes::list(db, scope, now).await.map_err(internal)?;
        let all: Vec<_> = current.into_iter().chain(past).collect();
        let names = Names::load(db, scope, &all).await.map_err(internal)?;
        let mut rows: Vec<_> = all.iter().map(|one| row(who, one, &names, now)).collect();
        rows.sort_by_key(|row| order(row.standing));
        let (past, current): (Vec<_>, Vec<_>) = rows.into_iter().partition(|row| row.standing.is_past());
        let (running, planned) = current.into_iter().partition(|row| matches!(row.standing, Standing::Running { .. }));
        Ok(DowntimePage { now, running, planned, past, may_plan: who.role.may(Permission::EditHosts) })
    }
}

/// The next first; of what is past the last first.
fn order(standing: Standing) -> i64 {
    match standing {
        Standing::Planned { from: at } | Standing::Waiting { until: at } | Standing::Running { until: at } => {
            at.as_micros()
        }
        Standing::Over { at } | Standing::Cancelled { at } => -at.as_micros(),
    }
}

fn row(who: &Principal, one: &StoredDowntime, names: &Names, now: Timestamp) -> DowntimeRow {
    let customer = names.customer(one.customer);
    let local = Local::named(customer.map_or("UTC", |customer| customer.zone.as_str()));
    let (what, host) = words::what(one.target, names, who.side());
    let standing = one.downtime.standing(now);
    let by = match one.cancelled_by.as_str() {
        "" => format!("Planned by {}", one.created_by),
        by => format!("Cancelled by {by}"),
    };
    DowntimeRow {
        id: one.id,
        customer: customer.map(|customer| customer.name.clone()).unwrap_or_default(),
        what,
        host,
        when: words::when(&one.downtime, &local),
        standing,
        reason: one.reason.clone(),
        by,
        may_cancel: !standing.is_past() && who.role.may(Permission::EditHosts),
    }
}
