//! The decision: (what was verified) -> where a mail goes.

use serde::{Deserialize, Serialize};

use crate::{
    access::Side,
    id::{ContactId, CustomerId, NoticeId, TicketId, UserId},
    ticket::may_reopen,
    time::Timestamp,
};

/// Mails of one address within an hour that still go where they belong; more is a storm.
pub const SENDER_HOUR_MAX: u64 = 30;
/// The same for all strangers together.
pub const STRANGERS_HOUR_MAX: u64 = 200;
/// Servers that a mail may have passed; more is a loop (RFC 5321, 6.3 asks for 100 at least).
const HOPS_MAX: usize = 100;
/// What [`Landing::Storm`] says.
pub const HELD_RATE: &str = "too many mails within an hour";

/// Somebody of whom we know the address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Party {
    Contact {
        customer: CustomerId,
        contact: ContactId,
    },
    /// A customer's user. `may_write` is false for a viewer.
    User {
        customer: CustomerId,
        user: UserId,
        may_write: bool,
    },
    Staff {
        user: UserId,
    },
}

impl Party {
    /// The customer for whom this party may write.
    fn writes_for(self) -> Option<CustomerId> {
        match self {
            Self::Contact { customer, .. } | Self::User { customer, may_write: true, .. } => Some(customer),
            Self::User { may_write: false, .. } | Self::Staff { .. } => None,
        }
    }
}

/// A ticket that exists.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ThreadTicket {
    pub id: TicketId,
    pub number: i64,
    pub customer: CustomerId,
    /// None: it is open.
    pub closed_at: Option<Timestamp>,
    /// It was declined, and is never opened again.
    pub declined: bool,
}

/// A mail of ours whose signed Message-ID this mail refers to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Noticed {
    pub notice: Option<NoticeId>,
    /// To whom it went.
    pub side: Side,
    /// Whose matter it was. None: nobody's, such as staff's own accounts.
    pub customer: Option<CustomerId>,
    pub ticket: Option<ThreadTicket>,
}

/// A delivery report.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bounced {
    /// The mail that did not arrive, proved by our signature in what was returned.
    pub notice: Option<NoticeId>,
    /// The mail is lost; else it may only be late.
    pub failed: bool,
    /// The report came from the null sender, names the address that the mail went to, and says that it will never take
    /// any (status 5.x.x): the address is marked. What says less is told to staff and marks nothing.
    pub marks: bool,
}

/// Who wrote a mail, by its own words (RFC 3834 and what programs did before it).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Hand {
    #[default]
    Person,
    /// Through a mailing list.
    List,
    /// A program, by itself: a scanner, a telephone system, a newsletter.
    Program,
    /// A program in answer to a mail: somebody is away, or has read it.
    Reply,
}

/// Everything the decision depends on.
#[derive(Debug, Clone)]
pub struct Facts {
    pub now: Timestamp,
    /// The same mail was stored before.
    pub seen_before: bool,
    pub bounced: Option<Bounced>,
    /// It is from one of our own addresses, or has a Message-ID that we signed.
    pub own: bool,
    pub hand: Hand,
    /// Servers it has passed.
    pub hops: usize,
    /// The one address in From; None: there is none, or several.
    pub has_sender: bool,
    /// Who has that address.
    pub parties: Vec<Party>,
    /// What In-Reply-To names first, then References from the last to the first. Only ids with our signature.
    pub thread: Vec<Noticed>,
    /// Tickets whose numbers are in the subject.
    pub numbered: Vec<ThreadTicket>,
    /// Mails of this address in the last hour.
    pub sender_last_hour: u64,
    /// Mails of all strangers in the last hour.
    pub strangers_last_hour: u64,
}

impl Facts {
    /// Nothing is known yet.
    pub fn at(now: Timestamp) -> Self {
        Self {
            now,
            seen_before: false,
            bounced: None,
            own: false,
            hand: Hand::Person,
            hops: 0,
            has_sender: false,
            parties: Vec::new(),
            thread: Vec::new(),
            numbered: Vec::new(),
            sender_last_hour: 0,
            strangers_last_hour: 0,
        }
    }
}

/// Why nobody answers a mail.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Ignored {
    Duplicate,
    Automatic,
    Own,
    Loop,
    /// A delivery report that says the mail is only late.
    Late,
}

impl Ignored {
    pub fn words(self) -> &'static str {
        match self {
            Self::Duplicate => "it came before",
            Self::Automatic => "a program wrote it",
            Self::Own => "it is from ourselves",
            Self::Loop => "it goes round in circles",
            Self::Late => "it says that a mail of ours is late",
        }
    }
}

/// Why staff must look at a mail.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Quarantined {
    NoSender,
    Stranger,
    /// Its thread belongs to a customer other than the sender's.
    OtherCustomer,
    /// The sender belongs to several customers and the mail to no thread.
    SeveralCustomers,
    /// The sender may look and not write.
    MayNotWrite,
    /// It has a staff member's address, and nothing proves that it is theirs.
    UnprovedStaff,
    /// A program at a customer's wrote it, and not in answer to us.
    Program,
    /// A mail of ours came back, and nobody knows which.
    UnknownReturn,
}

impl Quarantined {
    pub fn words(self) -> &'static str {
        match self {
            Self::NoSender => "it names no sender, or several",
            Self::Stranger => "nobody here knows the sender",
            Self::OtherCustomer => "it answers a mail that went to another customer than the sender's",
            Self::SeveralCustomers => "the sender belongs to several customers",
            Self::MayNotWrite => "the sender may look at tickets and not write to them",
            Self::UnprovedStaff => "it has a colleague's address, and answers no mail that went to staff",
            Self::Program => "a program at a customer's wrote it, and not in answer to us",
            Self::UnknownReturn => "a mail of ours came back, and nothing says which",
        }
    }
}

/// A closed ticket that a new one follows.
pub type Closed = i64;

/// Where a mail goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Landing {
    /// A message of the customer; opens a ticket again that was closed a short while ago.
    Append {
        ticket: ThreadTicket,
        as_party: Party,
    },
    /// A note for staff alone: the safe default for what has a colleague's address.
    Note {
        ticket: ThreadTicket,
        user: UserId,
    },
    NewTicket {
        customer: CustomerId,
        as_party: Party,
        follows: Option<Closed>,
    },
    Quarantine(Quarantined),
    Ignore(Ignored),
    /// None: nobody knows which of our mails it is about.
    Bounce {
        notice: Option<NoticeId>,
        /// Whether the address is marked.
        marks: bool,
    },
    Storm,
}

/// Decides. What cannot hurt is asked first, so that neither a loop nor a storm ever makes a mail of ours.
pub fn land(facts: &Facts) -> Landing {
    if facts.seen_before {
        return Landing::Ignore(Ignored::Duplicate);
    }
    if HOPS_MAX < facts.hops {
        return Landing::Ignore(Ignored::Loop);
    }
    if let Some(bounced) = facts.bounced {
        return match bounced.failed {
            true => Landing::Bounce { notice: bounced.notice, marks: bounced.marks },
            false => Landing::Ignore(Ignored::Late),
        };
    }
    if facts.own {
        return Landing::Ignore(Ignored::Own);
    }
    let stranger = facts.parties.is_empty();
    let refers = !(facts.thread.is_empty() && facts.numbered.is_empty());
    // What a list brings of somebody we know is theirs. What a program at a customer's writes by itself may be a fault.
    match facts.hand {
        Hand::Person => {}
        Hand::List if !stranger => {}
        Hand::Program if !stranger && !refers => {}
        Hand::List | Hand::Program | Hand::Reply => return Landing::Ignore(Ignored::Automatic),
    }
    if SENDER_HOUR_MAX <= facts.sender_last_hour || (stranger && STRANGERS_HOUR_MAX <= facts.strangers_last_hour) {
        return Landing::Storm;
    }
    match () {
        () if !facts.has_sender => Landing::Quarantine(Quarantined::NoSender),
        () if stranger => Landing::Quarantine(Quarantined::Stranger),
        () if facts.hand == Hand::Program => Landing::Quarantine(Quarantined::Program),
        () => of_known(facts),
    }
}

fn of_known(facts: &Facts) -> Landing {
    let colleague =
        facts.parties.iter().find_map(|party| if let Party::Staff { user } = party { Some(*user) } else { None });
    // A colleague who is a customer's contact too: what answers a mail to staff is not for the customer.
    if let Some(user) = colleague
        && facts.thread.iter().any(|noticed| noticed.side == Side::Staff)
    {
        return of_staff(facts, user);
    }
    // An account says what its owner may do; who is listed as a contact besides hears of faults.
    let only_looks = |customer: CustomerId| {
        let looks =
            |party: &Party| matches!(party, Party::User { customer: own, may_write: false, .. } if *own == customer);
        facts.parties.iter().any(looks)
    };
    let writers: Vec<(CustomerId, Party)> = facts
        .parties
        .iter()
        .filter_map(|party| party.writes_for().map(|customer| (customer, *party)))
        .filter(|(customer, _)| !only_looks(*customer))
        .collect();
    if writers.is_empty() {
        return match colleague {
            Some(user) => of_staff(facts, user),
            None => Landing::Quarantine(Quarantined::MayNotWrite),
        };
    }
    let writer = |customer: CustomerId| writers.iter().find(|(own, _)| *own == customer).map(|(_, party)| *party);
    // One foreign id among good ones is a thread that was mixed up, by mistake or on purpose.
    if facts.thread.iter().any(|noticed| noticed.customer.is_none_or(|customer| writer(customer).is_none())) {
        return Landing::Quarantine(Quarantined::OtherCustomer);
    }
    // A number of another customer's ticket is treated like one that nobody has: the sender learns nothing from it.
    let named = facts.thread.iter().filter_map(|noticed| noticed.ticket).chain(facts.numbered.iter().copied());
    let mut named = named.filter_map(|ticket| writer(ticket.customer).map(|party| (ticket, party)));
    if let Some((ticket, as_party)) = named.next() {
        return match ticket.closed_at {
            Some(closed_at) if ticket.declined || !may_reopen(closed_at, facts.now) => {
                Landing::NewTicket { customer: ticket.customer, as_party, follows: Some(ticket.number) }
            }
            _ => Landing::Append { ticket, as_party },
        };
    }
    // An answer to a mail about no ticket says whose it is, where the sender belongs to several.
    let answered = facts.thread.iter().find_map(|noticed| noticed.customer);
    let mut customers: Vec<CustomerId> = writers.iter().map(|(customer, _)| *customer).collect();
    customers.sort_unstable();
    customers.dedup();
    let customer = match (answered, customers.as_slice()) {
        (Some(customer), _) => Some(customer),
        (None, [only]) => Some(*only),
        (None, _) => None,
    };
    match customer.and_then(|customer| writer(customer).map(|party| (customer, party))) {
        Some((customer, as_party)) => Landing::NewTicket { customer, as_party, follows: None },
        None => Landing::Quarantine(Quarantined::SeveralCustomers),
    }
}

/// From is forgeable: only who answers a mail that went to staff is taken for staff, and even then says nothing to a
/// customer.
fn of_staff(facts: &Facts, user: UserId) -> Landing {
    let proved = facts.thread.iter().find(|noticed| noticed.side == Side::Staff && noticed.ticket.is_some());
    match proved.and_then(|noticed| noticed.ticket) {
        Some(ticket) => Landing::Note { ticket, user },
        None => Landing::Quarantine(Quarantined::UnprovedStaff),
    }
}

#[cfg(test)]
mod tests;
