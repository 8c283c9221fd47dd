//! The training condition: when attendance becomes a condition of support. Source: contract page; `rules` section 10.

use serde::{Deserialize, Serialize};

use crate::{ticket::words, time::Timestamp};

/// So many tickets that point at training, within so many days, and the system suggests it.
pub const SUGGESTED_TICKETS: usize = 3;
pub const SUGGESTED_DAYS: i64 = 90;
/// A ticket with this tag points at training.
pub const TAG: &str = "training";

const DAY_S: i64 = 86_400;

/// Since when a ticket counts towards a suggestion at `now`.
pub fn suggested_since(now: Timestamp) -> Timestamp {
    now.plus_seconds(-SUGGESTED_DAYS * DAY_S)
}

/// Whether to suggest training: `tagged` are the instants at which one customer's tagged tickets were logged, `decided_at`
/// when staff last decided about that customer. What was decided on is not suggested again.
pub fn is_suggested(tagged: &[Timestamp], decided_at: Option<Timestamp>, now: Timestamp) -> bool {
    let since = suggested_since(now);
    let counts = |at: &&Timestamp| since <= **at && **at <= now && decided_at.is_none_or(|decided| decided < **at);
    SUGGESTED_TICKETS <= tagged.iter().filter(counts).count()
}

words! {
    CourseState {
        Scheduled = "scheduled",
        Run = "run",
        Cancelled = "cancelled",
    }
}

/// A course on the topic of a condition.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Course {
    pub starts_at: Timestamp,
    /// None: it is scheduled.
    pub ran_at: Option<Timestamp>,
    /// Somebody of the customer was there.
    pub attended: bool,
}

/// What staff decided about one customer and one topic.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Condition {
    pub decided_at: Timestamp,
    pub waived: bool,
}

/// Where a condition stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "standing", rename_all = "snake_case")]
pub enum ConditionStanding {
    Waived,
    Attended,
    /// No course, no condition.
    NoCourse,
    /// A condition once it has been run.
    Scheduled {
        starts_at: Timestamp,
    },
    /// The first course since the decision was run then, and nobody of the customer was there.
    Unmet {
        since: Timestamp,
    },
}

impl Condition {
    /// `courses` are those on the topic that were not cancelled, in any order. Courses that were run before the decision
    /// count neither way.
    pub fn standing(self, courses: &[Course]) -> ConditionStanding {
        let ran = |course: &Course| course.ran_at.filter(|at| self.decided_at <= *at);
        let later = || courses.iter().filter(|course| ran(course).is_some());
        match () {
            () if self.waived => ConditionStanding::Waived,
            () if later().any(|course| course.attended) => ConditionStanding::Attended,
            () => match (later().filter_map(ran).min(), next(courses)) {
                (Some(since), _) => ConditionStanding::Unmet { since },
                (None, Some(starts_at)) => ConditionStanding::Scheduled { starts_at },
                (None, None) => ConditionStanding::NoCourse,
            },
        }
    }

    /// Whether a ticket on the topic that is logged at `at` is taken "support conditional": its clock does not start. What
    /// was logged before the course was run keeps its clock.
    pub fn holds(self, courses: &[Course], at: Timestamp) -> bool {
        matches!(self.standing(courses), ConditionStanding::Unmet { since } if since <= at)
    }
}

fn next(courses: &[Course]) -> Option<Timestamp> {
    courses.iter().filter(|course| course.ran_at.is_none()).map(|course| course.starts_at).min()
}

/// Whether two topics are one: capitals and spaces around do not matter, and a tag has hyphens for spaces.
pub fn is_same_topic(one: &str, other: &str) -> bool {
    let plain = |topic: &str| topic.to_lowercase().replace('-', " ").split_whitespace().collect::<Vec<_>>().join(" ");
    plain(one) == plain(other)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(day: i64) -> Timestamp {
        Timestamp::EPOCH.plus_seconds(day * DAY_S)
    }

    fn course(starts: i64, ran: Option<i64>, attended: bool) -> Course {
        Course { starts_at: day(starts), ran_at: ran.map(day), attended }
    }

    const DECIDED: Condition = Condition { decided_at: Timestamp::EPOCH, waived: false };

    #[test]
    fn three_tickets_in_ninety_days_suggest_training() {
        let suggested = |days: &[i64], decided: Option<i64>| {
            let tagged: Vec<_> = days.iter().copied().map(day).collect();
            is_suggested(&tagged, decided.map(day), day(100))
        };
        assert!(!suggested(&[50, 60], None));
        assert!(suggested(&[50, 60, 100], None));
        assert!(suggested(&[10, 60, 70], None), "90 days ago counts");
        assert!(!suggested(&[9, 60, 70], None), "91 days ago does not");
        assert!(!suggested(&[50, 60, 70], Some(70)), "decided on already");
        assert!(suggested(&[71, 72, 73], Some(70)), "it goes on");
        assert!(!suggested(&[50, 60, 101], None), "not the future");
    }

    #[test]
    fn no_course_means_no_condition() {
        assert_eq!(DECIDED.standing(&[]), ConditionStanding::NoCourse);
        assert!(!DECIDED.holds(&[], day(50)));
        let before = [course(-10, Some(-10), false)];
        assert_eq!(DECIDED.standing(&before), ConditionStanding::NoCourse, "that was before the decision");
    }

    #[test]
    fn a_scheduled_course_is_no_condition_yet() {
        let courses = [course(30, None, false), course(20, None, false)];
        assert_eq!(DECIDED.standing(&courses), ConditionStanding::Scheduled { starts_at: day(20) });
        assert!(!DECIDED.holds(&courses, day(25)), "its day passed, but it was not run");
    }

    #[test]
    fn once_the_course_is_run_later_tickets_wait_and_earlier_ones_do_not() {
        let courses = [course(20, Some(20), false), course(60, None, false)];
        assert_eq!(DECIDED.standing(&courses), ConditionStanding::Unmet { since: day(20) });
        assert!(!DECIDED.holds(&courses, day(19)));
        assert!(DECIDED.holds(&courses, day(20)) && DECIDED.holds(&courses, day(40)));
    }

    #[test]
    fn attendance_meets_it_also_at_a_later_course() {
        let courses = [course(20, Some(20), false), course(60, Some(60), true)];
        assert_eq!(DECIDED.standing(&courses), ConditionStanding::Attended);
        assert!(!DECIDED.holds(&courses, day(61)));
        let before = [course(-10, Some(-10), true), course(20, Some(20), false)];
        assert!(DECIDED.holds(&before, day(21)), "who attended before the decision attends again");
    }

    #[test]
    fn a_supervisor_can_waive_it() {
        let waived = Condition { waived: true, ..DECIDED };
        let courses = [course(20, Some(20), false)];
        assert_eq!(waived.standing(&courses), ConditionStanding::Waived);
        assert!(!waived.holds(&courses, day(40)));
    }

    #[test]
    fn topics_are_compared_as_people_write_them() {
        assert!(is_same_topic(" Call queues", "call Queues ") && !is_same_topic("queues", "voicemail"));
    }
}
