//! Problems that begin and end before, inside and after downtimes of each kind, cancelled or not, with and without a
//! restart.

use domain::downtime::Weekly;
use jiff::civil::date;

use super::*;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Fixed,
    Flexible,
    Recurring,
}

impl Kind {
    fn plan(self) -> Plan {
        let (from, until) = (minute(60), minute(120));
        match self {
            Self::Fixed => Plan::Fixed { from, until },
            Self::Flexible => Plan::Flexible { opens: from, closes: until, minutes: 60 },
            Self::Recurring => Plan::Recurring(Weekly {
                zone: domain::calendar::Zone::parse("Europe/London").unwrap(),
                days: [false, false, false, false, true, false, false],
                at_min: 22 * 60,
                minutes: 60,
                first_on: date(2026, 11, 1),
                last_on: None,
            }),
        }
    }
}

/// A problem from `begins` until `ends`, and when the downtime is cancelled.
#[derive(Debug, Clone, Copy)]
struct Case {
    kind: Kind,
    begins: i64,
    ends: i64,
    cancelled: Option<i64>,
}

impl Case {
    fn all() -> Vec<Self> {
        let problems = [(30, 50), (30, 100), (30, 150), (80, 85), (80, 100), (80, 150), (130, 150)];
        let mut cases = Vec::new();
        for kind in [Kind::Fixed, Kind::Flexible, Kind::Recurring] {
            for (begins, ends) in problems {
                for cancelled in [None, Some(50), Some(90)] {
                    cases.push(Self { kind, begins, ends, cancelled });
                }
            }
        }
        cases
    }

    /// When it is quiet, by the words of the design.
    fn quiet(self) -> Option<(i64, i64)> {
        let (from, until) = match self.kind {
            Kind::Fixed | Kind::Recurring => (60, 120),
            Kind::Flexible if (60..120).contains(&self.begins) => (self.begins, self.begins + 60),
            Kind::Flexible => return None,
        };
        let until = until.min(self.cancelled.unwrap_or(until));
        (from < until).then_some((from, until))
    }

    /// When the opening is told and when the end is, as if nothing were ever late.
    fn expected(self) -> (Option<i64>, Option<i64>) {
        let inside =
            |at: i64| self.quiet().filter(|(from, until)| (*from..*until).contains(&at)).map(|(_, until)| until);
        match (inside(self.begins), inside(self.ends)) {
            (Some(_), Some(_)) => (None, None),
            (Some(until), None) => (Some(until), Some(self.ends)),
            (None, Some(until)) => (Some(self.begins), Some(until)),
            (None, None) => (Some(self.begins), Some(self.ends)),
        }
    }
}

/// Plays all cases at once. Nothing runs in the minutes of `down`.
async fn play(world: World, down: &[std::ops::Range<i64>]) {
    let name = world.test.name;
    let mut played = Vec::new();
    for (number, case) in Case::all().into_iter().enumerate() {
        let of = world.customer(&format!("case-{number}"), CoverLevel::Cat4).await;
        // In turn, so that each is reached from all four.
        let targets =
            [Target::Host(of.host), Target::Service(of.service), Target::Site(of.owner.site), Target::Customer];
        let id = plan(&world, of, targets[number % 4], case.kind.plan()).await;
        played.push((case, of, id, ServiceState::Pending));
    }
    for now in 0..=200 {
        for (case, of, id, state) in &mut played {
            if case.cancelled == Some(now) {
                cancel(&world, *id, minute(now)).await;
            }
            if case.begins == now {
                *state = world.observe(*of, 1, ServiceState::Pending, Status::Critical, minute(now)).await;
            }
            if case.ends == now {
                world.clear(*of, 2, *state, minute(now)).await;
            }
        }
        if !down.iter().any(|down| down.contains(&now)) {
            downtimes::run_due(&world.test.db, minute(now), "desk.example").await.unwrap();
            assert_eq!(downtimes::run_due(&world.test.db, minute(now), "desk.example").await.unwrap(), 0, "{name}");
            world.run_until(minute(now)).await;
        }
    }
    for (case, of, _, _) in played {
        let (opened, ended) = case.expected();
        // What was told by the end of a downtime comes when something runs again.
        let late = |at: i64| match case.quiet() {
            Some((_, until)) if until == at => down.iter().find(|down| down.contains(&at)).map_or(at, |down| down.end),
            _ => at,
        };
        let both =
            |at: Option<i64>, kind: &str| at.map(|at| ["Jo", "Sam"].map(|who| format!("{} {who} {kind}", late(at))));
        let expected: Vec<_> =
            [both(opened, "opened"), both(ended, "recovered")].into_iter().flatten().flatten().collect();
        assert_eq!(told(&world, of, &["Jo", "Sam"]).await, expected, "{name}: {case:?} down {down:?}");
        let faults = entity::fault::Entity::find().filter(entity::fault::Column::ServiceId.eq(of.service.0));
        let faults = faults.all(world.test.db.read()).await.unwrap();
        assert_eq!(faults.len(), 1, "{name}: {case:?}");
        assert_eq!((faults[0].held_until, faults[0].held_status), (None, None), "{name}: {case:?}");
        let starts: Vec<_> = faults.iter().map(|fault| since(fault.started_at.into())).collect();
        assert_eq!(starts, [case.begins], "its true start");
        let ticket = world.ticket(FaultId(faults[0].id)).await;
        assert_eq!(ticket.as_ref().map(|ticket| since(ticket.opened_at)), opened, "{name}: {case:?}");
        if let Some(ticket) = ticket {
            let clocks = world.clocks(ticket.id).await;
            assert_eq!(clocks.len(), 1, "{name}: {case:?}");
            assert_eq!(Some(since(clocks[0].clock.started_at())), opened, "{name}: {case:?}");
        }
    }
}

#[tokio::test]
async fn problems_and_downtimes_of_every_kind_are_told_once_and_at_the_right_time() {
    for world in worlds().await {
        play(world, &[]).await;
    }
}

#[tokio::test]
async fn a_restart_over_the_edges_of_a_downtime_loses_and_repeats_nothing() {
    for world in worlds().await {
        play(world, &[55..70, 110..128]).await;
    }
}
