//! When a loan is due back and when people are reminded. Source: `rules` section 9, "Loan".

use jiff::{Span, civil::Date};

use crate::{calendar::Zone, time::Timestamp};

/// Days after the repaired unit was delivered, unless it is set otherwise.
pub const LOAN_DAYS: i32 = 14;
/// Days from the due day on which people are reminded, each once.
pub const CHASE_DAYS: [i32; 3] = [-7, 0, 7];
/// Reminders go out in the morning, while somebody can still pack a parcel.
const HOUR_MIN: u16 = 9 * 60;

/// One reminder.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Chase {
    /// From the due day: negative before it.
    pub days: i32,
    pub at: Timestamp,
}

/// The last day of a loan whose repaired unit was delivered at `delivered_at`. None beyond the year 9999.
pub fn due_back_on(delivered_at: Timestamp, days: i32, zone: &Zone) -> Option<Date> {
    zone.date_at(delivered_at).checked_add(Span::new().days(days)).ok()
}

/// The reminders of a loan that is due on `due_on`, in order.
pub fn chases(due_on: Date, zone: &Zone) -> Vec<Chase> {
    let chase = |days: i32| {
        let day = due_on.checked_add(Span::new().days(days)).ok()?;
        Some(Chase { days, at: zone.opening(day, HOUR_MIN)? })
    };
    CHASE_DAYS.into_iter().filter_map(chase).collect()
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;
    use crate::calendar::samples::at;

    #[test]
    fn a_loan_is_due_fourteen_days_after_delivery_and_chased_three_times() {
        let london = Zone::parse("Europe/London").unwrap();
        let due_on = due_back_on(at("2026-10-14T22:59:00Z"), LOAN_DAYS, &london).unwrap();
        assert_eq!(due_on, date(2026, 10, 28));
        let chases: Vec<_> = chases(due_on, &london).into_iter().map(|one| (one.days, one.at)).collect();
        // Over the end of summer time: always nine in the morning.
        let expected =
            [(-7, at("2026-10-21T08:00:00Z")), (0, at("2026-10-28T09:00:00Z")), (7, at("2026-11-04T09:00:00Z"))];
        assert_eq!(chases, expected);
    }
}
