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
    /// Who is on call when.
    RotaId,
    /// Who is told of a fault, in which order.
    PolicyId,
    /// One version of a policy, which never changes.
    PolicyVersionId,
}
