//! A downtime in words, in its customer's zone.

use app::api::downtimes::DowntimeNote;
use domain::{
    access::Side,
    calendar::DAY_NAMES,
    downtime::{Downtime, Plan, Standing, Target, Weekly},
    time::{Timestamp, span_words},
};

use crate::{
    desk::{dates::listed, tickets::local::Local},
    store::downtimes::{HostNames, Names, StoredDowntime},
};

/// Planned downtimes further ahead are no news on the page of a host.
const AHEAD_S: i64 = 14 * 86_400;

/// Staff know hosts by their technical names, customers by what they call them.
fn host_words(host: Option<&HostNames>, side: Side) -> String {
    let name = |host: &HostNames| match side {
        Side::Staff => host.name.clone().unwrap_or_else(|| host.system.clone()),
        Side::Customer => host.system.clone(),
    };
    host.map_or_else(|| "a host that was removed".to_owned(), name)
}

/// "SIP trunk on pbx-bath-1", and the technical name of its host where that has a page.
pub(super) fn what(target: Target, names: &Names, side: Side) -> (String, Option<String>) {
    let page = |host: Option<&HostNames>| host.and_then(|host| host.name.clone());
    match target {
        Target::Customer => ("All systems".to_owned(), None),
        Target::Site(id) => (format!("Everything at {}", names.site(id).unwrap_or("a site that was removed")), None),
        Target::Host(id) => (host_words(names.host(id), side), page(names.host(id))),
        Target::Service(id) => match names.service(id) {
            Some((service, host)) => (format!("{service} on {}", host_words(host, side)), page(host)),
            None => ("A service that was removed".to_owned(), None),
        },
    }
}

/// When it is quiet by its plan.
pub(super) fn when(downtime: &Downtime, local: &Local) -> String {
    match &downtime.plan {
        Plan::Fixed { from, until } => local.period(*from, *until),
        Plan::Flexible { opens, closes, minutes } => {
            let length = span_words(i64::from(*minutes) * 60);
            format!("{length} from the first problem, {}", local.period(*opens, *closes))
        }
        Plan::Recurring(weekly) => weekly_words(weekly),
    }
}

fn weekly_words(weekly: &Weekly) -> String {
    let capital = |name: &str| name[..1].to_uppercase() + &name[1..];
    let days: Vec<_> = DAY_NAMES.iter().zip(weekly.days).filter(|(_, on)| *on).map(|(name, _)| capital(name)).collect();
    let (hours, minutes) = (weekly.at_min / 60, weekly.at_min % 60);
    let length = span_words(i64::from(weekly.minutes) * 60);
    let until = weekly.last_on.map(|last| format!(" until {}", last.strftime("%-d %b %Y"))).unwrap_or_default();
    let from = weekly.first_on.strftime("%-d %b %Y");
    format!("Every {} at {hours:02}:{minutes:02} for {length}, from {from}{until}", listed(&days))
}

/// What the page of a host says of a downtime; None: it is over, or far ahead. `service` names the service, where it is
/// on one alone.
fn note(one: &StoredDowntime, service: Option<&str>, local: &Local, now: Timestamp) -> Option<DowntimeNote> {
    let (words, running) = match one.downtime.standing(now) {
        Standing::Running { until } => (format!("In downtime until {}", local.full(until)), true),
        Standing::Waiting { until } => {
            (format!("In downtime from its first problem, if that is before {}", local.full(until)), false)
        }
        Standing::Planned { from } if from.seconds_since(now) <= AHEAD_S => {
            (format!("Downtime planned for {}", local.full(from)), false)
        }
        Standing::Planned { .. } | Standing::Over { .. } | Standing::Cancelled { .. } => return None,
    };
    let words = service.map_or_else(|| words.clone(), |service| format!("{service}: {words}"));
    Some(DowntimeNote { words, reason: one.reason.clone(), running })
}

/// Notes of the downtimes of one host, those that run first. `services` are its services with their names.
pub(in crate::desk) fn notes<'a>(
    downtimes: impl Iterator<Item = &'a StoredDowntime>,
    service: impl Fn(&StoredDowntime) -> Option<String>,
    zone: &str,
    now: Timestamp,
) -> Vec<DowntimeNote> {
    let local = Local::named(zone);
    let mut notes: Vec<_> = downtimes.filter_map(|one| note(one, service(one).as_deref(), &local, now)).collect();
    notes.sort_by_key(|note| !note.running);
    notes
}
