//! The card of a visit: its steps with who and when, in the customer's zone.

use app::api::hardware::{StepLine, StepState, VisitCard};
use domain::{
    hardware::{Visit, VisitState},
    time::span_words,
};

use super::cards::Look;
use crate::{
    desk::dates,
    store::{clocks::StoredClock, hardware::visits, tickets::Ticket},
};

pub(super) fn card(row: visits::Row, ticket: &Ticket, clocks: &[StoredClock], look: &Look<'_>) -> VisitCard {
    let visit = &row.value;
    let due = clocks.iter().find(|clock| clock.id == row.extra).and_then(|clock| clock.kept.due_at);
    let due = due.map(|due| format!("We aim to be there by {}.", dates::moment(look.zone, due)));
    let booking = visit.booking.as_ref();
    let after = visit.determined_at.seconds_since(ticket.opened_at);
    VisitCard {
        id: row.id.to_string(),
        version: row.version,
        state: visit.state,
        decided_after: match look.staff {
            true => format!("{} from logging to the decision. Why: {}", span_words(after), visit.reason),
            false => String::new(),
        },
        steps: steps(visit, due.as_deref(), look),
        taking: visit.taking.clone(),
        // The form that needs it is for staff.
        engineer: booking.filter(|_| look.staff).map(|booking| booking.engineer.to_string()).unwrap_or_default(),
        starts: booking
            .map(|booking| look.zone.local(booking.starts_at).strftime("%Y-%m-%dT%H:%M").to_string())
            .unwrap_or_default(),
        minutes: booking.map_or(120, |booking| booking.ends_at.seconds_since(booking.starts_at) / 60).to_string(),
    }
}

fn steps(visit: &Visit, due: Option<&str>, look: &Look<'_>) -> Vec<StepLine> {
    let moment = |at| dates::moment(look.zone, at);
    let booked = match &visit.booking {
        Some(booking) => format!("{}, {}", booking.engineer_name, moment(booking.starts_at)),
        None => "Nobody is booked yet.".to_owned(),
    };
    let arrived = match visit.arrived_at {
        Some(at) => format!("{}, {}", moment(at), visit.arrived_by),
        None => due.unwrap_or("Stops the on-site clock.").to_owned(),
    };
    // How many of the four are done.
    let done = match visit.state {
        VisitState::Determined | VisitState::Undone => 1,
        VisitState::Booked => 2,
        VisitState::Arrived => 3,
        VisitState::Left => 4,
    };
    let lines = [
        ("Visit found to be needed", format!("{}, {}", moment(visit.determined_at), visit.determined_by)),
        ("Engineer booked", booked),
        ("Arrives on site", arrived),
        ("Leaves the site", visit.left_at.map(moment).unwrap_or_default()),
    ];
    let over = visit.state == VisitState::Undone;
    let lines = lines.into_iter().enumerate().map(|(place, (title, sub))| StepLine {
        title: title.to_owned(),
        sub,
        state: match place {
            place if place < done => StepState::Done,
            place if place == done && !over => StepState::Current,
            _ => StepState::Ahead,
        },
    });
    // What was taken back has no more steps.
    lines.take(if over { 1 } else { usize::MAX }).collect()
}
