//! Replacement by courier. Source: `rules` section 4, "Cat2 courier"; contract page, "next day courier delivery".

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::Refusal;
use crate::time::Timestamp;

/// Before this minute of the day what is diagnosed faulty is dispatched that working day, unless it is set otherwise.
#[cfg(not(target_arch = "wasm32"))]
pub const CUTOFF_MIN: u16 = 15 * 60;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CourierState {
    Planned,
    Dispatched,
    Delivered,
    Cancelled,
}

impl CourierState {
    pub const ALL: &[Self] = &[Self::Planned, Self::Dispatched, Self::Delivered, Self::Cancelled];

    /// The stored word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Planned => "planned",
            Self::Dispatched => "dispatched",
            Self::Delivered => "delivered",
            Self::Cancelled => "cancelled",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|state| state.as_str() == text)
    }

    /// What people read.
    pub fn label(self) -> &'static str {
        match self {
            Self::Planned => "being packed",
            Self::Dispatched => "on its way",
            Self::Delivered => "delivered",
            Self::Cancelled => "cancelled",
        }
    }

    pub fn is_open(self) -> bool {
        matches!(self, Self::Planned | Self::Dispatched)
    }
}

/// Delivery on the day itself, for a fee that the customer approved for this occasion.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SameDay {
    /// Which courier confirmed.
    pub courier: String,
    /// Who approved the fee, and how: "Jo Bell, by phone".
    pub approved_by: String,
    /// Net.
    pub fee_pence: u64,
}

impl SameDay {
    /// Same-day delivery as staff entered it.
    ///
    /// # Errors
    /// No courier has confirmed, or nobody approved the fee.
    pub fn check(courier: &str, approved_by: &str, fee_pence: u64) -> Result<Self, Refusal> {
        match (courier.is_empty(), approved_by.is_empty(), fee_pence) {
            (true, ..) => Err(Refusal::NoCourierConfirmed),
            (false, true, _) => Err(Refusal::FeeNotApproved),
            (false, false, 0) => Err(Refusal::EmptyCharge),
            (false, false, _) => {
                Ok(Self { courier: courier.to_owned(), approved_by: approved_by.to_owned(), fee_pence })
            }
        }
    }
}

/// One parcel.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Courier {
    pub state: CourierState,
    /// What is sent: "replacement analogue card AC-0117".
    pub goods: String,
    pub diagnosed_at: Timestamp,
    /// The day on which it goes out, or went.
    pub dispatch_on: Date,
    /// The last day on which it should arrive.
    pub expected_on: Date,
    pub same_day: Option<SameDay>,
    /// Of the courier; empty until known.
    pub tracking: String,
    pub delivered_at: Option<Timestamp>,
}

/// What happens to a parcel.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CourierEvent {
    /// With the courier's tracking number, if there is one.
    Dispatched(String),
    Delivered,
    Cancelled,
}

impl Courier {
    /// The parcel after `event`. Whoever sends one out tells the customer.
    ///
    /// # Errors
    /// The event does not follow on the state.
    pub fn on(&self, event: &CourierEvent, now: Timestamp) -> Result<Self, Refusal> {
        use CourierState as S;
        let mut next = self.clone();
        match (event, self.state) {
            (CourierEvent::Dispatched(tracking), S::Planned) => {
                (next.state, next.tracking) = (S::Dispatched, tracking.clone());
            }
            (CourierEvent::Delivered, S::Dispatched) => {
                (next.state, next.delivered_at) = (S::Delivered, Some(now));
            }
            (CourierEvent::Cancelled, S::Planned) => next.state = S::Cancelled,
            (event, state) => return Err(Refusal::OutOfOrder { state: state.label(), step: event.as_str() }),
        }
        Ok(next)
    }

    /// What may happen next, for the buttons of a page.
    pub fn next_steps(&self) -> &'static [&'static str] {
        match self.state {
            CourierState::Planned => &["dispatched", "cancelled"],
            CourierState::Dispatched => &["delivered"],
            CourierState::Delivered | CourierState::Cancelled => &[],
        }
    }
}

impl CourierEvent {
    /// The stored word.
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::Dispatched(_) => "dispatched",
            Self::Delivered => "delivered",
            Self::Cancelled => "cancelled",
        }
    }

    /// What the customer reads in the ticket's timeline.
    pub fn words(&self, courier: &Courier) -> String {
        let goods = &courier.goods;
        match self {
            Self::Dispatched(_) => {
                format!("{goods} is on its way; we expect it by {}", courier.expected_on.strftime("%a %-d %b"))
            }
            Self::Delivered => format!("{goods} was delivered"),
            Self::Cancelled => format!("{goods} is not sent after all"),
        }
    }
}

#[cfg(not(target_arch = "wasm32"))]
pub use planning::{CourierPlan, plan};

// Asks calendars for local days, which the browser cannot.
#[cfg(not(target_arch = "wasm32"))]
mod planning {
    use jiff::civil::Date;

    use crate::{
        calendar::{Calendar, NO_COVER_DAYS},
        time::Timestamp,
    };

    /// When a parcel goes out, and the last day on which it should arrive.
    #[derive(Debug, Clone, Copy, PartialEq, Eq)]
    pub struct CourierPlan {
        pub dispatch_on: Date,
        pub expected_on: Date,
    }

    /// The days of something that was diagnosed faulty at `at`: before `cutoff_min` of a working day it is dispatched on
    /// that day, else on the next one, and delivered by the working day that follows.
    ///
    /// Working days are those on which `calendar` has hours: no bank holiday that it observes, no closure. None: it has no
    /// hours at all within 400 days.
    pub fn plan(at: Timestamp, cutoff_min: u16, calendar: &Calendar) -> Option<CourierPlan> {
        let zone = calendar.zone();
        let today = zone.date_at(at);
        let before_cutoff = zone.opening(today, cutoff_min).is_some_and(|cutoff| at < cutoff);
        let dispatch_on = match before_cutoff && is_working_day(calendar, today) {
            true => today,
            false => next_working_day(calendar, today)?,
        };
        Some(CourierPlan { dispatch_on, expected_on: next_working_day(calendar, dispatch_on)? })
    }

    fn is_working_day(calendar: &Calendar, day: Date) -> bool {
        !calendar.day(day).windows.is_empty()
    }

    fn next_working_day(calendar: &Calendar, day: Date) -> Option<Date> {
        let days = std::iter::successors(day.tomorrow().ok(), |day| day.tomorrow().ok());
        let limit = usize::try_from(NO_COVER_DAYS).unwrap_or(usize::MAX);
        days.take(limit).find(|day| is_working_day(calendar, *day))
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;
    use proptest::prelude::*;

    use super::*;
    use crate::calendar::{
        Calendar,
        samples::{at, cat1_draft},
    };

    fn working_hours() -> Calendar {
        cat1_draft().check().unwrap()
    }

    #[track_caller]
    fn check(diagnosed: &str, dispatch_on: Date, expected_on: Date) {
        let plan = plan(at(diagnosed), CUTOFF_MIN, &working_hours()).unwrap();
        assert_eq!((plan.dispatch_on, plan.expected_on), (dispatch_on, expected_on), "{diagnosed}");
    }

    #[test]
    fn before_the_cut_off_it_goes_the_same_day() {
        check("2026-11-05T14:59:59Z", date(2026, 11, 5), date(2026, 11, 6));
        check("2026-11-05T15:00:00Z", date(2026, 11, 6), date(2026, 11, 9));
        check("2026-10-08T13:59:59Z", date(2026, 10, 8), date(2026, 10, 9)); // 14:59 in summer time
        check("2026-10-08T14:00:00Z", date(2026, 10, 9), date(2026, 10, 12));
    }

    #[test]
    fn nights_and_weekends_wait_for_the_next_working_day() {
        check("2026-11-06T16:00:00Z", date(2026, 11, 9), date(2026, 11, 10));
        check("2026-11-07T10:00:00Z", date(2026, 11, 9), date(2026, 11, 10));
        check("2026-11-09T03:00:00Z", date(2026, 11, 9), date(2026, 11, 10));
    }

    #[test]
    fn bank_holidays_are_no_working_days() {
        // Good Friday 3 April to Easter Monday 6 April 2026.
        check("2026-04-02T13:00:00Z", date(2026, 4, 2), date(2026, 4, 7));
        check("2026-04-02T14:00:00Z", date(2026, 4, 7), date(2026, 4, 8));
        // Christmas Day on Friday, Boxing Day's substitute on Monday.
        check("2026-12-24T10:00:00Z", date(2026, 12, 24), date(2026, 12, 29));
    }

    fn courier() -> Courier {
        Courier {
            state: CourierState::Planned,
            goods: "Card".to_owned(),
            diagnosed_at: Timestamp::EPOCH,
            dispatch_on: date(2026, 11, 5),
            expected_on: date(2026, 11, 6),
            same_day: None,
            tracking: String::new(),
            delivered_at: None,
        }
    }

    #[test]
    fn a_parcel_is_sent_and_delivered_in_that_order() {
        let now = Timestamp::EPOCH;
        let sent = courier().on(&CourierEvent::Dispatched("1Z".to_owned()), now).unwrap();
        assert_eq!(sent.on(&CourierEvent::Delivered, now).unwrap().delivered_at, Some(now));
        assert!(courier().on(&CourierEvent::Delivered, now).is_err());
        assert!(sent.on(&CourierEvent::Cancelled, now).is_err(), "it has left");
        assert!(courier().on(&CourierEvent::Cancelled, now).is_ok());
    }

    #[test]
    fn same_day_needs_a_courier_and_the_customers_yes() {
        assert_eq!(SameDay::check("", "Jo", 4_000), Err(Refusal::NoCourierConfirmed));
        assert_eq!(SameDay::check("Citysprint", "", 4_000), Err(Refusal::FeeNotApproved));
        assert_eq!(SameDay::check("Citysprint", "Jo", 0), Err(Refusal::EmptyCharge));
        assert!(SameDay::check("Citysprint", "Jo", 4_000).is_ok());
    }

    proptest! {
        #[test]
        fn a_parcel_never_goes_or_comes_on_a_day_off(hours in 0_i64..8_760) {
            let calendar = working_hours();
            let diagnosed = at("2026-06-01T00:00:00Z").plus_seconds(hours * 3_600);
            let plan = plan(diagnosed, CUTOFF_MIN, &calendar).unwrap();
            let today = calendar.zone().date_at(diagnosed);
            prop_assert!(today <= plan.dispatch_on && plan.dispatch_on < plan.expected_on);
            for day in [plan.dispatch_on, plan.expected_on] {
                prop_assert!(!calendar.day(day).windows.is_empty(), "{}", day);
            }
        }
    }
}
