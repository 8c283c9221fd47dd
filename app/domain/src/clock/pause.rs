//! Pauses: spans that do not count, and their union.

use serde::{Deserialize, Serialize};

use crate::time::Timestamp;

/// Why a clock may pause; nothing else may. Waiting for a manufacturer, parts, weather or staff illness does not.
/// Source: contract page, "direct IP access", "co-operation from on-site staff"; `rules` section 3.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PauseReason {
    RemoteAccess,
    OnsiteCooperation,
    SiteAccess,
}

impl PauseReason {
    pub const ALL: [Self; 3] = [Self::RemoteAccess, Self::OnsiteCooperation, Self::SiteAccess];

    /// The stored and scripted word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::RemoteAccess => "remote_access",
            Self::OnsiteCooperation => "onsite_cooperation",
            Self::SiteAccess => "site_access",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|reason| reason.as_str() == text)
    }

    /// What a person reads.
    pub fn label(self) -> &'static str {
        match self {
            Self::RemoteAccess => "waiting for remote access",
            Self::OnsiteCooperation => "waiting for help on site",
            Self::SiteAccess => "waiting for access to the site",
        }
    }
}

/// A span that does not count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pause {
    pub from: Timestamp,
    /// None: open, it has not ended yet.
    pub until: Option<Timestamp>,
    /// None in files that try things out; a clock's own pauses always have one.
    pub reason: Option<PauseReason>,
}

/// The union of pauses: sorted, apart or touching, none empty; nothing follows an open one.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Pauses(Vec<Pause>);

impl Pauses {
    pub fn as_slice(&self) -> &[Pause] {
        &self.0
    }

    /// From when on nothing counts any more, if a pause is open.
    pub fn open(&self) -> Option<Pause> {
        self.0.last().copied().filter(|pause| pause.until.is_none())
    }
}

/// Where pauses overlap, the one that began first keeps its reason; touching pauses of one reason become one.
impl FromIterator<Pause> for Pauses {
    fn from_iter<I: IntoIterator<Item = Pause>>(pauses: I) -> Self {
        let mut sorted: Vec<Pause> = pauses.into_iter().collect();
        sorted.sort_by_key(|pause| (pause.from, pause.reason));
        let mut union: Vec<Pause> = Vec::with_capacity(sorted.len());
        for mut pause in sorted {
            if let Some(last) = union.last_mut() {
                let Some(end) = last.until else { break };
                pause.from = pause.from.max(end);
                if pause.from == end && pause.reason == last.reason {
                    last.until = pause.until.map(|until| until.max(end));
                    continue;
                }
            }
            if pause.until.is_none_or(|until| pause.from < until) {
                union.push(pause);
            }
        }
        Self(union)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Pauses and their union as (from, until, reason) in seconds.
    type Row = (i64, Option<i64>, PauseReason);

    fn check(pauses: &[Row], union: &[Row]) {
        let at = |seconds| Timestamp::EPOCH.plus_seconds(seconds);
        let pause =
            |(from, until, reason): &Row| Pause { from: at(*from), until: until.map(at), reason: Some(*reason) };
        let expected: Vec<_> = union.iter().map(pause).collect();
        assert_eq!(pauses.iter().map(pause).collect::<Pauses>().as_slice(), expected, "{pauses:?}");
    }

    #[test]
    fn overlapping_pauses_become_one() {
        use PauseReason::RemoteAccess as R;
        check(&[(10, Some(20), R), (15, Some(35), R)], &[(10, Some(35), R)]);
        check(&[(15, Some(35), R), (10, Some(20), R), (12, Some(14), R)], &[(10, Some(35), R)]);
        check(&[(10, Some(20), R), (20, Some(30), R)], &[(10, Some(30), R)]);
        check(&[(10, Some(20), R), (21, Some(30), R)], &[(10, Some(20), R), (21, Some(30), R)]);
    }

    #[test]
    fn a_split_pause_is_the_pause_and_an_empty_one_is_none() {
        use PauseReason::{RemoteAccess as R, SiteAccess as S};
        check(&[(10, Some(12), R), (12, Some(12), R), (12, Some(20), R)], &[(10, Some(20), R)]);
        check(&[(10, Some(10), R)], &[]);
        check(&[(10, Some(20), R), (15, Some(15), S)], &[(10, Some(20), R)]);
    }

    #[test]
    fn each_instant_has_the_reason_that_began_first() {
        use PauseReason::{OnsiteCooperation as O, RemoteAccess as R};
        check(&[(10, Some(20), R), (15, Some(30), O)], &[(10, Some(20), R), (20, Some(30), O)]);
        check(&[(10, Some(40), R), (15, Some(30), O)], &[(10, Some(40), R)]);
    }

    #[test]
    fn nothing_follows_an_open_pause() {
        use PauseReason::{OnsiteCooperation as O, RemoteAccess as R};
        check(&[(10, None, R), (15, Some(30), O)], &[(10, None, R)]);
        check(&[(10, Some(20), R), (15, None, R)], &[(10, None, R)]);
        check(&[(10, Some(20), R), (15, None, O)], &[(10, Some(20), R), (20, None, O)]);
    }

    #[test]
    fn reasons_are_a_closed_list() {
        for reason in PauseReason::ALL {
            assert_eq!(PauseReason::parse(reason.as_str()), Some(reason));
        }
        assert_eq!(PauseReason::parse("parts"), None);
    }
}
