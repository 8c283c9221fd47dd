//! Who of our staff reads a ticket or types on it, as their browsers say. In memory alone: after a restart the browsers
//! say it again within a quarter of a minute, and who stops saying it is gone.

use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard, PoisonError},
};

use app::api::care::Here;
use domain::{id::UserId, time::Timestamp};

/// A browser speaks every 15 s; two that are lost are forgiven.
const GONE_AFTER_S: i64 = 40;
/// People on all tickets together; more say that something is wrong, and are not shown.
const HERE_MAX: usize = 1_000;

#[derive(Debug)]
struct Present {
    name: String,
    typing: bool,
    until: Timestamp,
}

/// Everybody on any ticket.
#[derive(Debug, Default)]
pub(super) struct Hub(Mutex<HashMap<(i64, UserId), Present>>);

impl Hub {
    /// Notes that `user` is on a ticket, and answers who else is, by name.
    pub(super) fn note(&self, number: i64, user: UserId, name: &str, typing: bool, now: Timestamp) -> Vec<Here> {
        let mut all = self.all();
        all.retain(|_, present| now < present.until);
        if all.len() < HERE_MAX || all.contains_key(&(number, user)) {
            let until = now.plus_seconds(GONE_AFTER_S);
            all.insert((number, user), Present { name: name.to_owned(), typing, until });
        }
        let others = all.iter().filter(|((ticket, other), _)| *ticket == number && *other != user);
        let mut here: Vec<_> = others.map(|(_, one)| Here { name: one.name.clone(), typing: one.typing }).collect();
        here.sort_unstable_by(|one, other| one.name.cmp(&other.name));
        here
    }

    fn all(&self) -> MutexGuard<'_, HashMap<(i64, UserId), Present>> {
        // A panic while the lock was held leaves a map that is still whole: each write is one insertion.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    #[test]
    fn who_stops_speaking_is_gone() {
        let (hub, now) = (Hub::default(), Timestamp::EPOCH);
        let (priya, tom) = (UserId(Uuid::from_u128(1)), UserId(Uuid::from_u128(2)));
        assert_eq!(hub.note(7, priya, "Priya", false, now), []);
        let typing = |name: &str, typing| Here { name: name.to_owned(), typing };
        assert_eq!(hub.note(7, tom, "Tom", true, now), [typing("Priya", false)]);
        assert_eq!(hub.note(7, priya, "Priya", false, now), [typing("Tom", true)]);
        assert_eq!(hub.note(8, priya, "Priya", false, now), [], "another ticket is another place");
        assert_eq!(hub.note(7, priya, "Priya", false, now.plus_seconds(GONE_AFTER_S)), []);
    }
}
