use proptest::prelude::*;
use uuid::Uuid;

use super::*;

fn now() -> Timestamp {
    Timestamp::from_micros(1_795_537_904_000_000)
}

fn customer(n: u128) -> CustomerId {
    CustomerId(Uuid::from_u128(n))
}

fn contact(n: u128) -> Party {
    Party::Contact { customer: customer(n), contact: ContactId(Uuid::from_u128(100 + n)) }
}

fn staff() -> Party {
    Party::Staff { user: UserId(Uuid::from_u128(50)) }
}

fn ticket(n: u128) -> ThreadTicket {
    ThreadTicket {
        id: TicketId(Uuid::from_u128(200 + n)),
        number: 2_000,
        customer: customer(n),
        closed_at: None,
        declined: false,
    }
}

fn closed(n: u128, days: i64) -> ThreadTicket {
    ThreadTicket { closed_at: Some(now().plus_seconds(-days * 86_400)), ..ticket(n) }
}

/// A mail of ours to somebody at customer `n` about their ticket.
fn to_customer(n: u128) -> Noticed {
    Noticed { notice: None, side: Side::Customer, customer: Some(customer(n)), ticket: Some(ticket(n)) }
}

fn to_staff(n: u128) -> Noticed {
    Noticed { side: Side::Staff, ..to_customer(n) }
}

fn from(parties: &[Party]) -> Facts {
    Facts { has_sender: true, parties: parties.to_vec(), ..Facts::at(now()) }
}

fn new_ticket(n: u128) -> Landing {
    Landing::NewTicket { customer: customer(n), as_party: contact(n), follows: None }
}

fn append(n: u128) -> Landing {
    Landing::Append { ticket: ticket(n), as_party: contact(n) }
}

#[test]
fn a_contact_is_heard_in_their_own_thread() {
    let answers = Facts { thread: vec![to_customer(1)], ..from(&[contact(1)]) };
    assert_eq!(land(&answers), append(1), "our id, whatever the subject says");
    let numbered = Facts { numbered: vec![ticket(1)], ..from(&[contact(1)]) };
    assert_eq!(land(&numbered), append(1), "a bare number from a contact of that customer");
    let both = Facts {
        thread: vec![to_customer(1)],
        numbered: vec![ThreadTicket { number: 7, ..ticket(1) }],
        ..from(&[contact(1)])
    };
    assert_eq!(land(&both), append(1), "the thread goes before the number");
}

#[test]
fn another_customers_thread_is_nobodys_but_staffs() {
    let other = Facts { thread: vec![to_customer(2)], ..from(&[contact(1)]) };
    assert_eq!(land(&other), Landing::Quarantine(Quarantined::OtherCustomer));
    let mixed = Facts { thread: vec![to_customer(1), to_customer(2)], ..from(&[contact(1)]) };
    assert_eq!(land(&mixed), Landing::Quarantine(Quarantined::OtherCustomer));
    let of_staff = Noticed { customer: None, ticket: None, ..to_staff(1) };
    let other = Facts { thread: vec![of_staff], ..from(&[contact(1)]) };
    assert_eq!(land(&other), Landing::Quarantine(Quarantined::OtherCustomer));
}

#[test]
fn another_customers_number_is_like_one_that_nobody_has() {
    let other = Facts { numbered: vec![ticket(2)], ..from(&[contact(1)]) };
    assert_eq!(land(&other), land(&from(&[contact(1)])));
    assert_eq!(land(&other), new_ticket(1));
    let second = Facts { numbered: vec![ticket(2), ticket(1)], ..from(&[contact(1)]) };
    assert_eq!(land(&second), append(1));
}

#[test]
fn a_stranger_waits_for_staff_whatever_they_refer_to() {
    for thread in [vec![], vec![to_customer(1)]] {
        let facts = Facts { thread, numbered: vec![ticket(1)], ..from(&[]) };
        assert_eq!(land(&facts), Landing::Quarantine(Quarantined::Stranger));
    }
    let nobody = Facts { has_sender: false, ..from(&[contact(1)]) };
    assert_eq!(land(&nobody), Landing::Quarantine(Quarantined::NoSender));
}

#[test]
fn a_contact_of_several_customers_is_heard_where_the_thread_is() {
    let both = [contact(1), contact(2)];
    assert_eq!(land(&from(&both)), Landing::Quarantine(Quarantined::SeveralCustomers));
    assert_eq!(land(&Facts { thread: vec![to_customer(2)], ..from(&both) }), append(2));
    let no_ticket = Noticed { ticket: None, ..to_customer(2) };
    assert_eq!(land(&Facts { thread: vec![no_ticket], ..from(&both) }), new_ticket(2));
    let twice = [contact(1), Party::User { customer: customer(1), user: UserId(Uuid::nil()), may_write: true }];
    assert_eq!(land(&from(&twice)), new_ticket(1), "a contact who has an account too");
}

#[test]
fn a_viewer_may_only_look() {
    let viewer = Party::User { customer: customer(1), user: UserId(Uuid::nil()), may_write: false };
    let facts = Facts { thread: vec![to_customer(1)], ..from(&[viewer]) };
    assert_eq!(land(&facts), Landing::Quarantine(Quarantined::MayNotWrite));
    let listed = land(&from(&[viewer, contact(1)]));
    assert_eq!(listed, Landing::Quarantine(Quarantined::MayNotWrite), "also who is listed as a contact");
    assert_eq!(land(&from(&[viewer, contact(2)])), new_ticket(2), "elsewhere they may write");
}

#[test]
fn a_colleagues_mail_is_a_note_and_only_in_a_thread_of_staff() {
    let user = UserId(Uuid::from_u128(50));
    let facts = Facts { thread: vec![to_staff(1)], ..from(&[staff()]) };
    assert_eq!(land(&facts), Landing::Note { ticket: ticket(1), user });
    for thread in [vec![], vec![to_customer(1)]] {
        let facts = Facts { thread, numbered: vec![ticket(1)], ..from(&[staff()]) };
        assert_eq!(land(&facts), Landing::Quarantine(Quarantined::UnprovedStaff));
    }
}

#[test]
fn a_ticket_opens_again_for_a_while_and_then_a_new_one_follows() {
    let again = closed(1, 30);
    let facts = Facts { numbered: vec![again], ..from(&[contact(1)]) };
    assert_eq!(land(&facts), Landing::Append { ticket: again, as_party: contact(1) });
    let facts = Facts { numbered: vec![closed(1, 31)], ..from(&[contact(1)]) };
    let expected = Landing::NewTicket { customer: customer(1), as_party: contact(1), follows: Some(2_000) };
    assert_eq!(land(&facts), expected);
    let declined = Facts { numbered: vec![ThreadTicket { declined: true, ..closed(1, 1) }], ..from(&[contact(1)]) };
    assert_eq!(land(&declined), expected, "what was declined is not opened again");
}

#[test]
fn a_colleague_who_is_a_contact_too_answers_staffs_mail_as_a_colleague() {
    let user = UserId(Uuid::from_u128(50));
    let both = [contact(1), staff()];
    let facts = Facts { thread: vec![to_staff(1)], ..from(&both) };
    assert_eq!(land(&facts), Landing::Note { ticket: ticket(1), user });
    assert_eq!(land(&Facts { thread: vec![to_customer(1)], ..from(&both) }), append(1));
    assert_eq!(land(&from(&both)), new_ticket(1));
}

#[test]
fn what_programs_write_by_themselves_is_looked_at_and_lists_are_ways() {
    let program = |parties: &[Party]| Facts { hand: Hand::Program, ..from(parties) };
    assert_eq!(land(&program(&[contact(1)])), Landing::Quarantine(Quarantined::Program));
    assert_eq!(land(&program(&[])), Landing::Ignore(Ignored::Automatic), "a newsletter");
    let answers = Facts { thread: vec![to_customer(1)], ..program(&[contact(1)]) };
    assert_eq!(land(&answers), Landing::Ignore(Ignored::Automatic), "somebody is away");
    let list = |parties: &[Party]| Facts { hand: Hand::List, ..from(parties) };
    assert_eq!(land(&list(&[contact(1)])), new_ticket(1));
    assert_eq!(land(&list(&[])), Landing::Ignore(Ignored::Automatic));
}

#[test]
fn nobody_answers_machines() {
    let known = Facts { thread: vec![to_customer(1)], ..from(&[contact(1)]) };
    for (facts, why) in [
        (Facts { hand: Hand::Reply, ..known.clone() }, Ignored::Automatic),
        (Facts { own: true, ..known.clone() }, Ignored::Own),
        (Facts { hops: HOPS_MAX + 1, ..known.clone() }, Ignored::Loop),
        (Facts { seen_before: true, hand: Hand::Reply, ..known.clone() }, Ignored::Duplicate),
        (
            Facts { bounced: Some(Bounced { notice: None, failed: false, marks: false }), ..known.clone() },
            Ignored::Late,
        ),
    ] {
        assert_eq!(land(&facts), Landing::Ignore(why));
    }
    let notice = Some(NoticeId(Uuid::from_u128(9)));
    let bounced = Facts { bounced: Some(Bounced { notice, failed: true, marks: true }), hand: Hand::Reply, ..known };
    assert_eq!(land(&bounced), Landing::Bounce { notice, marks: true });
}

#[test]
fn too_many_mails_wait_for_staff() {
    let of_sender = Facts { sender_last_hour: SENDER_HOUR_MAX, ..from(&[contact(1)]) };
    assert_eq!(land(&of_sender), Landing::Storm);
    let strangers = Facts { strangers_last_hour: STRANGERS_HOUR_MAX, ..from(&[]) };
    assert_eq!(land(&strangers), Landing::Storm);
    let known = Facts { strangers_last_hour: STRANGERS_HOUR_MAX, ..from(&[contact(1)]) };
    assert_eq!(land(&known), new_ticket(1), "strangers do not drown out those we know");
}

prop_compose! {
    fn any_party()(which in 0..4, n in 1..4_u128) -> Party {
        match which {
            0 => contact(n),
            1 => Party::User { customer: customer(n), user: UserId(Uuid::from_u128(n)), may_write: true },
            2 => Party::User { customer: customer(n), user: UserId(Uuid::from_u128(n)), may_write: false },
            _ => staff(),
        }
    }
}

prop_compose! {
    fn any_ticket()(n in 1..4_u128, days in proptest::option::of(0..60_i64)) -> ThreadTicket {
        days.map_or(ticket(n), |days| closed(n, days))
    }
}

prop_compose! {
    fn any_noticed()(n in 1..4_u128, staff in any::<bool>(), about in proptest::option::of(any_ticket())) -> Noticed {
        let ticket = about.filter(|ticket| ticket.customer == customer(n));
        Noticed { ticket, side: if staff { Side::Staff } else { Side::Customer }, ..to_customer(n) }
    }
}

prop_compose! {
    fn any_facts()(
        parties in prop::collection::vec(any_party(), 0..4),
        thread in prop::collection::vec(any_noticed(), 0..4),
        numbered in prop::collection::vec(any_ticket(), 0..3),
        (has_sender, own, seen_before) in any::<(bool, bool, bool)>(),
        hand in prop::sample::select(vec![Hand::Person, Hand::List, Hand::Program, Hand::Reply]),
        bounced in proptest::option::of(any::<bool>()),
        sender_last_hour in 0..40_u64,
    ) -> Facts {
        let bounced = bounced.map(|permanent| Bounced { notice: None, failed: permanent, marks: false });
        Facts { parties, thread, numbered, has_sender, own, hand, seen_before, bounced, sender_last_hour, ..from(&[]) }
    }
}

proptest! {
    /// Whatever a mail says, it never lands with a customer for whom its sender may not write.
    #[test]
    fn no_mail_lands_with_another_customer(facts in any_facts()) {
        let own = |customer: CustomerId| facts.parties.iter().any(|party| party.writes_for() == Some(customer));
        match land(&facts) {
            Landing::Append { ticket, as_party } => {
                prop_assert!(own(ticket.customer) && as_party.writes_for() == Some(ticket.customer));
                prop_assert!(facts.has_sender && !facts.own && !facts.seen_before);
                prop_assert!(matches!(facts.hand, Hand::Person | Hand::List));
                prop_assert!(facts.thread.iter().all(|noticed| noticed.customer.is_some_and(own)));
            }
            Landing::NewTicket { customer, as_party, .. } => {
                prop_assert!(own(customer) && as_party.writes_for() == Some(customer));
                prop_assert!(!facts.own && !facts.seen_before && matches!(facts.hand, Hand::Person | Hand::List));
            }
            Landing::Note { ticket, .. } => {
                prop_assert!(facts.parties.contains(&staff()));
                prop_assert!(facts.thread.iter().any(|noticed| noticed.side == Side::Staff && noticed.ticket == Some(ticket)));
            }
            Landing::Bounce { .. } => prop_assert!(facts.bounced.is_some_and(|bounced| bounced.failed)),
            Landing::Quarantine(_) | Landing::Ignore(_) | Landing::Storm => {}
        }
    }
}
