//! Column types: instants as microseconds, and domain words as text.

use domain::{
    access::{Role, Side},
    clock::ClockKind,
    contract::{AccessMode, AccessPath, Cat4Response, ContractKind, EquipmentClass, Supply},
    cover::CoverLevel,
    fault::FaultEventKind,
    hardware::{CourierState, LoanState, RmaState, Track, UnitState, VisitState},
    incident::{ConsentHow, ExtraKind, IncidentState},
    incoming::{FileKind, Outcome as MailOutcome},
    level::{Action, Replacement},
    library::LibraryKind,
    observation::Status,
    outbox::NoticeState,
    probe::ProbeKind,
    ticket::{
        Channel, LinkKind, Outcome, PlaceKind, Priority, Queue, ReplyState, TicketEventKind, TicketKind, TicketState,
    },
    time::Timestamp,
    training::CourseState,
};
use sea_orm::{
    ColumnType, DbErr, DeriveValueType, QueryResult, TryGetError, TryGetable, Value,
    sea_query::{ArrayType, Nullable, ValueType, ValueTypeErr},
};

/// An instant as BIGINT microseconds since 1970, UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, DeriveValueType)]
pub struct Micros(pub i64);

impl From<Timestamp> for Micros {
    fn from(at: Timestamp) -> Self {
        Self(at.as_micros())
    }
}

impl From<Micros> for Timestamp {
    fn from(at: Micros) -> Self {
        Self::from_micros(at.0)
    }
}

/// A closed set of words in the domain, stored as text. A word that is not in the set is an error on reading.
pub trait StoredWord: Copy + 'static {
    const NAME: &'static str;
    fn word(self) -> &'static str;
    fn from_word(word: &str) -> Option<Self>;
}

macro_rules! stored_words {
    ($($type:ident),+ $(,)?) => {$(
        impl StoredWord for $type {
            const NAME: &'static str = stringify!($type);

            fn word(self) -> &'static str {
                self.as_str()
            }

            fn from_word(word: &str) -> Option<Self> {
                Self::parse(word)
            }
        }
    )+};
}

stored_words!(
    AccessMode,
    AccessPath,
    Action,
    Cat4Response,
    Channel,
    ClockKind,
    ConsentHow,
    ContractKind,
    CourierState,
    CourseState,
    CoverLevel,
    EquipmentClass,
    ExtraKind,
    FaultEventKind,
    FileKind,
    IncidentState,
    LibraryKind,
    LinkKind,
    LoanState,
    MailOutcome,
    NoticeState,
    Outcome,
    PlaceKind,
    Priority,
    ProbeKind,
    Queue,
    Replacement,
    RmaState,
    Role,
    Status,
    Supply,
    TicketEventKind,
    TicketKind,
    TicketState,
    ReplyState,
    Track,
    UnitState,
    VisitState,
);

impl StoredWord for Side {
    const NAME: &'static str = "Side";

    fn word(self) -> &'static str {
        self.as_str()
    }

    fn from_word(word: &str) -> Option<Self> {
        [Self::Customer, Self::Staff].into_iter().find(|side| side.as_str() == word)
    }
}

/// A domain word in a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Word<T>(pub T);

impl<T: StoredWord> From<Word<T>> for Value {
    fn from(word: Word<T>) -> Self {
        word.0.word().into()
    }
}

impl<T: StoredWord> TryGetable for Word<T> {
    fn try_get_by<I: sea_orm::ColIdx>(row: &QueryResult, index: I) -> Result<Self, TryGetError> {
        let word = String::try_get_by(row, index)?;
        let unknown = || DbErr::Type(format!("{word:?} is no {}", T::NAME)).into();
        T::from_word(&word).map(Self).ok_or_else(unknown)
    }
}

impl<T: StoredWord> ValueType for Word<T> {
    fn try_from(value: Value) -> Result<Self, ValueTypeErr> {
        let word = <String as ValueType>::try_from(value)?;
        T::from_word(&word).map(Self).ok_or(ValueTypeErr)
    }

    fn type_name() -> String {
        T::NAME.to_owned()
    }

    fn array_type() -> ArrayType {
        ArrayType::String
    }

    fn column_type() -> ColumnType {
        ColumnType::Text
    }
}

impl<T: StoredWord> Nullable for Word<T> {
    fn null() -> Value {
        Value::String(None)
    }
}
