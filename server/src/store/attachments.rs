//! Files on tickets. A customer sees what is public on their own tickets; everything else is not there.

use domain::{
    access::Scope,
    id::{IncomingId, TicketId},
    incoming::{FileKind, sniff},
    time::Timestamp,
};
use entity::{attachment, columns::Word, ticket};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, ConnectionTrait, DbErr, EntityTrait, JoinType, QueryFilter, QueryOrder, QuerySelect,
    Select,
};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::entropy::{self, EntropyError};

/// Files listed on one ticket.
const FILES_MAX: u64 = 1_000;

/// A file to be kept. Names were cleaned, kinds sniffed.
#[derive(Debug, Clone)]
pub struct NewFile {
    pub id: Uuid,
    /// 32 hexadecimal digits nobody can guess.
    pub key: String,
    pub name: String,
    pub kind: FileKind,
    pub sha256: String,
    pub bytes: Vec<u8>,
}

impl NewFile {
    /// A file under a name that was cleaned. Reads all of it: a large one takes tens of milliseconds.
    pub fn new(name: String, bytes: Vec<u8>, now: Timestamp) -> Result<Self, EntropyError> {
        let hex = |bytes: &[u8]| bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>();
        Ok(Self {
            id: entropy::id(now)?,
            key: hex(&entropy::bytes::<16>()?),
            name,
            kind: sniff(&bytes),
            sha256: hex(&Sha256::digest(&bytes)),
            bytes,
        })
    }
}

/// Where files belong.
#[derive(Debug, Clone, Copy)]
pub struct Place {
    pub ticket: TicketId,
    /// Entry of the timeline.
    pub event_seq: i64,
    /// Whether the entry is for customers too.
    pub public: bool,
    pub mail: Option<IncomingId>,
    pub at: Timestamp,
}

/// A file without its bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileRow {
    pub key: String,
    pub event_seq: i64,
    pub public: bool,
    pub name: String,
    pub kind: FileKind,
    pub size: u64,
}

/// A file as it is served.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct File {
    pub name: String,
    pub kind: FileKind,
    pub bytes: Vec<u8>,
}

/// Keeps files in the transaction of their entry.
pub async fn insert(db: &impl ConnectionTrait, place: Place, files: Vec<NewFile>) -> Result<(), DbErr> {
    // One statement each: together they could be larger than a statement may be.
    for file in files {
        let row = attachment::ActiveModel {
            id: Set(file.id),
            key: Set(file.key),
            ticket_id: Set(place.ticket.0),
            event_seq: Set(place.event_seq),
            public: Set(place.public),
            mail_id: Set(place.mail.map(|mail| mail.0)),
            name: Set(file.name),
            kind: Set(Word(file.kind)),
            size: Set(i64::try_from(file.bytes.len()).unwrap_or(i64::MAX)),
            sha256: Set(file.sha256),
            bytes: Set(file.bytes),
            created_at: Set(place.at.into()),
        };
        attachment::Entity::insert(row).exec_without_returning(db).await?;
    }
    Ok(())
}

fn scoped(scope: Scope) -> Select<attachment::Entity> {
    let query = attachment::Entity::find();
    let Some(customer) = scope.customer() else { return query };
    let of = attachment::Entity::belongs_to(ticket::Entity).from(attachment::Column::TicketId).to(ticket::Column::Id);
    query
        .join(JoinType::InnerJoin, of.into())
        .filter(ticket::Column::CustomerId.eq(customer.0))
        .filter(attachment::Column::Public.eq(true))
}

/// The files of a ticket that `scope` may see, in the order of the timeline; 1,000 at most.
pub async fn of_ticket(db: &impl ConnectionTrait, scope: Scope, ticket: TicketId) -> Result<Vec<FileRow>, DbErr> {
    type Row = (String, i64, bool, String, Word<FileKind>, i64);
    let rows: Vec<Row> = scoped(scope)
        .filter(attachment::Column::TicketId.eq(ticket.0))
        .select_only()
        .column(attachment::Column::Key)
        .column(attachment::Column::EventSeq)
        .column(attachment::Column::Public)
        .column(attachment::Column::Name)
        .column(attachment::Column::Kind)
        .column(attachment::Column::Size)
        .order_by_asc(attachment::Column::EventSeq)
        .order_by_asc(attachment::Column::Name)
        .limit(FILES_MAX)
        .into_tuple()
        .all(db)
        .await?;
    let row = |(key, event_seq, public, name, Word(kind), size): Row| FileRow {
        key,
        event_seq,
        public,
        name,
        kind,
        size: u64::try_from(size).unwrap_or(0),
    };
    Ok(rows.into_iter().map(row).collect())
}

/// The file with a key, within a scope.
pub async fn find(db: &impl ConnectionTrait, scope: Scope, key: &str) -> Result<Option<File>, DbErr> {
    let row = scoped(scope).filter(attachment::Column::Key.eq(key)).one(db).await?;
    Ok(row.map(|row| File { name: row.name, kind: row.kind.0, bytes: row.bytes }))
}
