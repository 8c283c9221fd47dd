//! When one ticket may go on in another.

use super::TicketState;
use crate::{
    id::{CustomerId, TicketId},
    time::Timestamp,
};

/// A first response that is still owed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OpenResponse {
    /// None: paused, or never covered.
    pub due_at: Option<Timestamp>,
    /// When it would be due if its pauses ended now; the same as `due_at` while none is open.
    pub earliest_at: Option<Timestamp>,
}

/// What decides whether a ticket may be merged into another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Merging {
    pub id: TicketId,
    pub customer: CustomerId,
    pub state: TicketState,
    pub response: Option<OpenResponse>,
    /// A visit was determined, or hardware is out: it belongs to the ticket it was begun on.
    pub busy: bool,
    /// A CatS incident is asked for or ordered: its units are charged where they were agreed.
    pub ordered: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum MergeRefusal {
    #[error("A ticket cannot be merged into itself.")]
    Same,
    #[error("Both tickets must be of one customer.")]
    OtherCustomer,
    #[error("Both tickets must be open.")]
    Closed,
    #[error("A visit or hardware is under way on the ticket that would end. Merge the other way round.")]
    Busy,
    #[error("A CatS incident is asked for or ordered on the ticket that would end. Merge the other way round.")]
    Ordered,
    #[error("The ticket that would end is due earlier. Merge the other way round, so that no promise gets later.")]
    DueEarlier,
}

impl Merging {
    /// Whether this may go on in `survivor`. A promise never gets later by a merge: what is owed here must be owed there
    /// no later.
    pub fn check_into(self, survivor: Self) -> Result<(), MergeRefusal> {
        if self.id == survivor.id {
            return Err(MergeRefusal::Same);
        }
        if self.customer != survivor.customer {
            return Err(MergeRefusal::OtherCustomer);
        }
        if !self.state.is_open() || !survivor.state.is_open() {
            return Err(MergeRefusal::Closed);
        }
        if self.busy {
            return Err(MergeRefusal::Busy);
        }
        if self.ordered {
            return Err(MergeRefusal::Ordered);
        }
        match (self.response, survivor.response) {
            (None, _) => Ok(()),
            (Some(own), Some(other)) if Self::no_later(other, own) => Ok(()),
            (Some(_), _) => Err(MergeRefusal::DueEarlier),
        }
    }

    /// Whether `other` is owed no later than `own`, even if nothing holds `own` back from now on.
    fn no_later(other: OpenResponse, own: OpenResponse) -> bool {
        match (other.due_at, own.earliest_at) {
            (_, None) => true,
            (None, Some(_)) => false,
            (Some(other), Some(own)) => other <= own,
        }
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    fn ticket(id: u128, due_s: Option<i64>) -> Merging {
        let due_at = due_s.map(|s| Timestamp::EPOCH.plus_seconds(s));
        let response = due_at.map(|_| OpenResponse { due_at, earliest_at: due_at });
        Merging {
            id: TicketId(Uuid::from_u128(id)),
            customer: CustomerId(Uuid::from_u128(9)),
            state: TicketState::Open,
            response,
            busy: false,
            ordered: false,
        }
    }

    #[test]
    fn what_is_answered_merges_into_anything_of_the_customer() {
        assert_eq!(ticket(1, None).check_into(ticket(2, None)), Ok(()));
        assert_eq!(ticket(1, None).check_into(ticket(2, Some(60))), Ok(()));
        let other = Merging { customer: CustomerId(Uuid::from_u128(8)), ..ticket(2, None) };
        assert_eq!(ticket(1, None).check_into(other), Err(MergeRefusal::OtherCustomer));
    }

    #[test]
    fn no_promise_gets_later() {
        assert_eq!(ticket(1, Some(60)).check_into(ticket(2, Some(60))), Ok(()));
        assert_eq!(ticket(1, Some(60)).check_into(ticket(2, Some(61))), Err(MergeRefusal::DueEarlier));
        assert_eq!(ticket(1, Some(60)).check_into(ticket(2, None)), Err(MergeRefusal::DueEarlier));
        let earliest_at = Some(Timestamp::EPOCH.plus_seconds(60));
        let paused = Merging { response: Some(OpenResponse { due_at: None, earliest_at }), ..ticket(2, None) };
        assert_eq!(ticket(1, Some(60)).check_into(paused), Err(MergeRefusal::DueEarlier));
        assert_eq!(paused.check_into(ticket(1, Some(60))), Ok(()));
        let later = paused.check_into(ticket(1, Some(61)));
        assert_eq!(later, Err(MergeRefusal::DueEarlier), "a pause is no reason to promise less");
    }

    #[test]
    fn nothing_under_way_and_nothing_closed_is_merged() {
        assert_eq!(ticket(1, None).check_into(ticket(1, None)), Err(MergeRefusal::Same));
        let closed = Merging { state: TicketState::Closed, ..ticket(2, None) };
        assert_eq!(ticket(1, None).check_into(closed), Err(MergeRefusal::Closed));
        let busy = Merging { busy: true, ..ticket(1, None) };
        assert_eq!(busy.check_into(ticket(2, None)), Err(MergeRefusal::Busy));
    }
}
