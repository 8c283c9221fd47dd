//! Typed ids. All are UUIDv7, made by the server; people see numbers (`F-1042`) instead.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};
use uuid::Uuid;

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident),+ $(,)?) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub Uuid);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl FromStr for $name {
            type Err = uuid::Error;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                Uuid::parse_str(text).map(Self)
            }
        }

        impl From<Uuid> for $name {
            fn from(id: Uuid) -> Self {
                Self(id)
            }
        }
    )+};
}

ids! {
    /// Who pays.
    CustomerId,
    /// A place a customer owns.
    SiteId,
    /// A person at a customer who gets mail, with or without an account.
    ContactId,
    /// One machine or phone system watched at a site.
    HostId,
    /// One thing checked on a host.
    ServiceId,
    /// The record of one hard problem.
    FaultId,
    /// An account.
    UserId,
    /// One signed-in browser.
    SessionId,
    /// One message about a fault to one recipient, as data.
    NoticeId,
    /// A mail that arrived.
    IncomingId,
    /// What a customer bought.
    ContractId,
    /// One piece of hardware or software that a contract may cover.
    EquipmentId,
    /// Where we get in under a contract.
    AccessTargetId,
    /// What a cover level promises, in all its versions.
    LevelId,
    /// When time counts, in all its versions.
    CalendarId,
    /// One version of a calendar, which never changes.
    CalendarVersionId,
    /// One version of the price list.
    PriceListId,
    /// A request and its history.
    TicketId,
    /// One SLA clock of a ticket.
    ClockId,
    /// A named query of the queue.
    ViewId,
    /// One act on several tickets at once.
    BulkId,
    /// Who is on call when.
    RotaId,
    /// Who is told of a fault, in which order.
    PolicyId,
    /// One version of a policy, which never changes.
    PolicyVersionId,
    /// A saved reply, a macro or a knowledge note, in all its versions.
    LibraryId,
    /// Equipment that comes back to be repaired.
    RmaId,
    /// A unit of the stock that is lent.
    LoanUnitId,
    /// A unit on a ticket.
    LoanId,
    /// Equipment that is sent.
    CourierId,
    /// On-site work.
    VisitId,
    /// One stretch of work on a ticket.
    TimeEntryId,
    /// Parts or shipping of a CatS incident.
    ExtraId,
    /// A training course on one topic.
    CourseId,
    /// That a customer must attend a course on one topic.
    ConditionId,
    /// Planned quiet time.
    DowntimeId,
}
