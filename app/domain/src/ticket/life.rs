//! What may become of a ticket of each kind.

use serde::{Deserialize, Serialize};

use super::{Outcome, TicketKind, TicketState, may_reopen};
use crate::{access::Side, time::Timestamp};

/// Days after which a ticket that waits for the customer closes itself.
pub const AUTO_CLOSE_DAYS: i64 = 7;

/// A ticket that closes itself is announced to the customer this long before.
pub const AUTO_CLOSE_WARNING_S: i64 = 24 * 3_600;

/// What somebody wants a ticket to become.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Move {
    /// Take an incident on; its first unit was agreed to.
    Accept,
    Decline,
    WaitForCustomer,
    WaitForMaker,
    /// No longer waiting.
    GoOn,
    Close,
    /// The customer did not answer within [`AUTO_CLOSE_DAYS`].
    CloseUnanswered,
    Reopen,
    /// Another ticket of the customer goes on with it.
    MergeAway,
}

impl Move {
    pub const ALL: [Self; 9] = [
        Self::Accept,
        Self::Decline,
        Self::WaitForCustomer,
        Self::WaitForMaker,
        Self::GoOn,
        Self::Close,
        Self::CloseUnanswered,
        Self::Reopen,
        Self::MergeAway,
    ];
}

/// What decides which moves are allowed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Life {
    pub kind: TicketKind,
    pub state: TicketState,
    pub outcome: Option<Outcome>,
    pub closed_at: Option<Timestamp>,
    /// When it closes by itself, while it waits for the customer.
    pub closes_at: Option<Timestamp>,
    /// A promised first response is still owed.
    pub response_owed: bool,
    /// An answer to what opened it again is still owed.
    pub reply_owed: bool,
    /// A visit was determined and has not happened.
    pub visit_owed: bool,
    /// The fault that opened it has not cleared.
    pub fault_open: bool,
    /// Something of ours or theirs is under way: a courier, a repair, a loan.
    pub hardware_out: bool,
    /// Time was booked on it, or is being measured. To talk about it is no work yet.
    pub worked: bool,
}

/// What a move makes of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Moved {
    pub state: TicketState,
    /// Of a closed ticket.
    pub outcome: Option<Outcome>,
    pub closed_at: Option<Timestamp>,
    pub closes_at: Option<Timestamp>,
    /// Starts the internal clock for the next reply; the first verdict stays.
    pub new_cycle: bool,
}

/// Why a move is not allowed, in words that say what to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum LifeRefusal {
    #[error("This ticket is closed. Open it again first.")]
    Closed,
    #[error("This ticket is open already.")]
    NotClosed,
    #[error("This went on in another ticket. Work there.")]
    Merged,
    #[error("This was declined. Open a new ticket.")]
    Declined,
    #[error("Only a CatS incident is accepted, and only once.")]
    NotAsked,
    #[error("Only a CatS incident or a change request can be declined.")]
    NotDeclinable,
    #[error("Work has begun on this, so it cannot be declined any more.")]
    Worked,
    #[error("Accept or decline this incident first.")]
    Undecided,
    #[error("This ticket stands like that already.")]
    Same,
    #[error("Nobody has responded yet. Reply, or log the call, before you close this ticket.")]
    ResponseOwed,
    #[error("A visit is decided and has not happened yet.")]
    VisitOwed,
    #[error("The fault has not recovered yet.")]
    FaultOpen,
    #[error("Hardware is still out for this ticket: end its repair, courier or loan first.")]
    HardwareOut,
    #[error("Questions and changes do not wait for a manufacturer.")]
    NoMaker,
    #[error("Only our staff may do this.")]
    StaffOnly,
    #[error("This ticket was closed more than 30 days ago. Please call us, so that we open a new one.")]
    TooLate,
    #[error("This ticket is not due to close by itself yet.")]
    NotDue,
}

impl LifeRefusal {
    /// Whether the move will be allowed once something else is done: worth showing, with the reason.
    pub fn is_for_now(self) -> bool {
        matches!(
            self,
            Self::Worked | Self::Undecided | Self::ResponseOwed | Self::VisitOwed | Self::FaultOpen | Self::HardwareOut
        )
    }
}

impl Life {
    /// The moves that staff may be shown: those that are allowed, and those that are not yet, with the reason.
    pub fn moves(self, now: Timestamp) -> Vec<(Move, Option<LifeRefusal>)> {
        let shown = |wanted| match self.apply(wanted, Side::Staff, now) {
            Ok(_) => Some((wanted, None)),
            Err(refusal) if refusal.is_for_now() => Some((wanted, Some(refusal))),
            Err(_) => None,
        };
        Move::ALL.into_iter().filter(|wanted| *wanted != Move::CloseUnanswered).filter_map(shown).collect()
    }

    /// What `wanted` makes of the ticket when `side` asks for it at `now`. The system itself acts as staff.
    pub fn apply(self, wanted: Move, side: Side, now: Timestamp) -> Result<Moved, LifeRefusal> {
        self.refuse_closed(wanted)?;
        if side == Side::Customer && !matches!(wanted, Move::GoOn | Move::Close | Move::Reopen) {
            return Err(LifeRefusal::StaffOnly);
        }
        match wanted {
            Move::Accept if self.state == TicketState::Asked => Ok(Moved::to(TicketState::Open)),
            Move::Accept => Err(LifeRefusal::NotAsked),
            Move::Decline => self.decline(now),
            Move::WaitForCustomer => self.wait(TicketState::WaitingCustomer, now),
            Move::WaitForMaker if matches!(self.kind, TicketKind::Question | TicketKind::Change) => {
                Err(LifeRefusal::NoMaker)
            }
            Move::WaitForMaker => self.wait(TicketState::WaitingMaker, now),
            Move::GoOn => self.wait(TicketState::Open, now),
            Move::Close => self.close(side, Outcome::Done, now),
            Move::CloseUnanswered if self.is_ours_to_answer() => Err(LifeRefusal::ResponseOwed),
            Move::CloseUnanswered => match self.closes_at {
                Some(due) if due <= now => self.close(Side::Staff, Outcome::Unanswered, now),
                _ => Err(LifeRefusal::NotDue),
            },
            Move::Reopen => self.reopen(side, now),
            Move::MergeAway => Ok(Moved::closed(Outcome::Merged, now)),
        }
    }

    /// When a ticket that waits for the customer closes by itself after a word of ours at `at`: the week begins again.
    pub fn put_off(self, at: Timestamp) -> Option<Timestamp> {
        let waits = self.state == TicketState::WaitingCustomer && !self.is_ours_to_answer();
        waits.then(|| at.plus_seconds(AUTO_CLOSE_DAYS * 24 * 3_600))
    }

    /// While an answer is owed the silence is ours, so nothing closes by itself.
    fn is_ours_to_answer(self) -> bool {
        self.response_owed || self.reply_owed
    }

    fn refuse_closed(self, wanted: Move) -> Result<(), LifeRefusal> {
        match (self.state, self.outcome, wanted) {
            (TicketState::Closed, Some(Outcome::Merged), _) => Err(LifeRefusal::Merged),
            (TicketState::Closed, Some(Outcome::Declined), _) => Err(LifeRefusal::Declined),
            (TicketState::Closed, _, Move::Reopen) => Ok(()),
            (TicketState::Closed, ..) => Err(LifeRefusal::Closed),
            (_, _, Move::Reopen) => Err(LifeRefusal::NotClosed),
            _ => Ok(()),
        }
    }

    fn decline(self, now: Timestamp) -> Result<Moved, LifeRefusal> {
        match self.kind {
            TicketKind::Incident | TicketKind::Change if self.worked => Err(LifeRefusal::Worked),
            TicketKind::Incident | TicketKind::Change => Ok(Moved::closed(Outcome::Declined, now)),
            _ => Err(LifeRefusal::NotDeclinable),
        }
    }

    fn wait(self, state: TicketState, now: Timestamp) -> Result<Moved, LifeRefusal> {
        match self.state {
            TicketState::Asked => Err(LifeRefusal::Undecided),
            same if same == state => Err(LifeRefusal::Same),
            _ => {
                let closes = state == TicketState::WaitingCustomer && !self.is_ours_to_answer();
                let closes_at = closes.then(|| now.plus_seconds(AUTO_CLOSE_DAYS * 24 * 3_600));
                Ok(Moved { closes_at, ..Moved::to(state) })
            }
        }
    }

    /// Nothing that was promised may be owed. A customer who says that it is mended waits for no reply of ours.
    fn close(self, side: Side, outcome: Outcome, now: Timestamp) -> Result<Moved, LifeRefusal> {
        match self {
            // Who asked for it may want it no more.
            Self { state: TicketState::Asked, .. } if side == Side::Staff => Err(LifeRefusal::Undecided),
            Self { response_owed: true, .. } if side == Side::Staff => Err(LifeRefusal::ResponseOwed),
            Self { visit_owed: true, .. } => Err(LifeRefusal::VisitOwed),
            Self { fault_open: true, .. } => Err(LifeRefusal::FaultOpen),
            Self { hardware_out: true, .. } => Err(LifeRefusal::HardwareOut),
            _ => Ok(Moved::closed(outcome, now)),
        }
    }

    fn reopen(self, side: Side, now: Timestamp) -> Result<Moved, LifeRefusal> {
        match self.closed_at {
            Some(closed_at) if side == Side::Customer && !may_reopen(closed_at, now) => Err(LifeRefusal::TooLate),
            _ => Ok(Moved { new_cycle: true, ..Moved::to(TicketState::Open) }),
        }
    }
}

impl Moved {
    fn to(state: TicketState) -> Self {
        Self { state, outcome: None, closed_at: None, closes_at: None, new_cycle: false }
    }

    fn closed(outcome: Outcome, now: Timestamp) -> Self {
        Self { outcome: Some(outcome), closed_at: Some(now), ..Self::to(TicketState::Closed) }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const DAY_S: i64 = 86_400;

    fn open(kind: TicketKind) -> Life {
        Life {
            kind,
            state: TicketState::Open,
            outcome: None,
            closed_at: None,
            closes_at: None,
            response_owed: false,
            reply_owed: false,
            visit_owed: false,
            fault_open: false,
            hardware_out: false,
            worked: false,
        }
    }

    fn closed(kind: TicketKind, outcome: Outcome) -> Life {
        let at = Some(Timestamp::EPOCH);
        Life { state: TicketState::Closed, outcome: Some(outcome), closed_at: at, ..open(kind) }
    }

    fn state(life: Life, wanted: Move) -> Result<TicketState, LifeRefusal> {
        life.apply(wanted, Side::Staff, Timestamp::EPOCH).map(|moved| moved.state)
    }

    #[test]
    fn only_an_incident_that_was_asked_is_accepted() {
        let asked = Life { state: TicketState::Asked, ..open(TicketKind::Incident) };
        assert_eq!(state(asked, Move::Accept), Ok(TicketState::Open));
        assert_eq!(state(asked, Move::WaitForCustomer), Err(LifeRefusal::Undecided));
        assert_eq!(state(asked, Move::Close), Err(LifeRefusal::Undecided));
        assert_eq!(state(open(TicketKind::Incident), Move::Accept), Err(LifeRefusal::NotAsked));
    }

    #[test]
    fn declining_is_for_what_was_not_promised_and_not_begun() {
        for kind in TicketKind::ALL.iter().copied() {
            let allowed = matches!(kind, TicketKind::Incident | TicketKind::Change);
            let expected = if allowed { Ok(TicketState::Closed) } else { Err(LifeRefusal::NotDeclinable) };
            assert_eq!(state(open(kind), Move::Decline), expected, "{kind:?}");
        }
        let worked = Life { worked: true, ..open(TicketKind::Incident) };
        assert_eq!(state(worked, Move::Decline), Err(LifeRefusal::Worked));
    }

    #[test]
    fn nothing_owed_is_closed_by_staff() {
        let life = open(TicketKind::Fault);
        let cases = [
            (Life { response_owed: true, ..life }, LifeRefusal::ResponseOwed),
            (Life { visit_owed: true, ..life }, LifeRefusal::VisitOwed),
            (Life { fault_open: true, ..life }, LifeRefusal::FaultOpen),
            (Life { hardware_out: true, ..life }, LifeRefusal::HardwareOut),
        ];
        for (life, refusal) in cases {
            assert_eq!(state(life, Move::Close), Err(refusal));
        }
        assert_eq!(state(life, Move::Close), Ok(TicketState::Closed));
    }

    #[test]
    fn a_customer_may_say_that_it_is_mended_before_we_answered() {
        let life = Life { response_owed: true, ..open(TicketKind::Logged) };
        let moved = life.apply(Move::Close, Side::Customer, Timestamp::EPOCH).unwrap();
        assert_eq!((moved.state, moved.outcome), (TicketState::Closed, Some(Outcome::Done)));
        let refused = life.apply(Move::MergeAway, Side::Customer, Timestamp::EPOCH);
        assert_eq!(refused, Err(LifeRefusal::StaffOnly));
    }

    #[test]
    fn what_waits_for_the_customer_closes_itself_after_a_week() {
        let waiting = open(TicketKind::Logged).apply(Move::WaitForCustomer, Side::Staff, Timestamp::EPOCH).unwrap();
        let due = Timestamp::EPOCH.plus_seconds(AUTO_CLOSE_DAYS * DAY_S);
        assert_eq!(waiting.closes_at, Some(due));
        let life = Life { state: waiting.state, closes_at: waiting.closes_at, ..open(TicketKind::Logged) };
        let early = life.apply(Move::CloseUnanswered, Side::Staff, due.plus_seconds(-1));
        assert_eq!(early, Err(LifeRefusal::NotDue));
        let moved = life.apply(Move::CloseUnanswered, Side::Staff, due).unwrap();
        assert_eq!((moved.state, moved.outcome), (TicketState::Closed, Some(Outcome::Unanswered)));
    }

    #[test]
    fn what_still_owes_a_response_never_closes_itself() {
        let life = Life { response_owed: true, ..open(TicketKind::Logged) };
        let moved = life.apply(Move::WaitForCustomer, Side::Staff, Timestamp::EPOCH).unwrap();
        assert_eq!(moved.closes_at, None);
    }

    #[test]
    fn a_manufacturer_is_for_things_that_are_made() {
        assert_eq!(state(open(TicketKind::Question), Move::WaitForMaker), Err(LifeRefusal::NoMaker));
        assert_eq!(state(open(TicketKind::Fault), Move::WaitForMaker), Ok(TicketState::WaitingMaker));
    }

    #[test]
    fn what_was_closed_opens_again_in_a_new_cycle() {
        let done = closed(TicketKind::Logged, Outcome::Done);
        let moved = done.apply(Move::Reopen, Side::Customer, Timestamp::EPOCH.plus_seconds(30 * DAY_S)).unwrap();
        assert!(moved.new_cycle && moved.closed_at.is_none() && moved.outcome.is_none());
        let late = Timestamp::EPOCH.plus_seconds(30 * DAY_S + 1);
        assert_eq!(done.apply(Move::Reopen, Side::Customer, late), Err(LifeRefusal::TooLate));
        assert!(done.apply(Move::Reopen, Side::Staff, late).is_ok(), "staff may at any time");
        assert_eq!(state(open(TicketKind::Logged), Move::Reopen), Err(LifeRefusal::NotClosed));
    }

    #[test]
    fn what_was_merged_or_declined_stays_so() {
        for wanted in Move::ALL {
            let merged = closed(TicketKind::Logged, Outcome::Merged);
            assert_eq!(state(merged, wanted), Err(LifeRefusal::Merged), "{wanted:?}");
            let declined = closed(TicketKind::Incident, Outcome::Declined);
            assert_eq!(state(declined, wanted), Err(LifeRefusal::Declined), "{wanted:?}");
        }
    }

    #[test]
    fn what_is_shown_is_allowed_or_says_what_is_missing() {
        let owed = Life { response_owed: true, ..open(TicketKind::Question) };
        let expected =
            [(Move::WaitForCustomer, None), (Move::Close, Some(LifeRefusal::ResponseOwed)), (Move::MergeAway, None)];
        assert_eq!(owed.moves(Timestamp::EPOCH), expected);
        assert_eq!(closed(TicketKind::Logged, Outcome::Done).moves(Timestamp::EPOCH), [(Move::Reopen, None)]);
        assert_eq!(closed(TicketKind::Logged, Outcome::Merged).moves(Timestamp::EPOCH), []);
    }

    fn any_life() -> impl Strategy<Value = Life> {
        let kind = proptest::sample::select(TicketKind::ALL);
        let state = proptest::sample::select(TicketState::ALL);
        (kind, state, any::<[bool; 6]>()).prop_map(
            |(kind, state, [response, reply, visit, fault, hardware, worked])| {
                let is_closed = state == TicketState::Closed;
                Life {
                    state,
                    outcome: is_closed.then_some(Outcome::Done),
                    closed_at: is_closed.then_some(Timestamp::EPOCH),
                    response_owed: response,
                    reply_owed: reply,
                    visit_owed: visit,
                    fault_open: fault,
                    hardware_out: hardware,
                    worked,
                    ..open(kind)
                }
            },
        )
    }

    proptest! {
        #[test]
        fn a_move_leaves_a_ticket_whole(life in any_life(), index in 0..Move::ALL.len(), customer: bool) {
            let side = if customer { Side::Customer } else { Side::Staff };
            if let Ok(moved) = life.apply(Move::ALL[index], side, Timestamp::EPOCH) {
                let is_closed = moved.state == TicketState::Closed;
                prop_assert_eq!(moved.closed_at.is_some(), is_closed);
                prop_assert_eq!(moved.outcome.is_some(), is_closed);
                prop_assert!(moved.closes_at.is_none() || moved.state == TicketState::WaitingCustomer);
                prop_assert!(moved.state != life.state || moved.new_cycle, "a move changes something");
            }
        }
    }
}
