//! Queries, one file for each aggregate; the only code that names `entity`. Every query that answers a person takes a
//! scope; every write runs in a transaction that the caller opened with [`Db::begin`].

use std::{path::Path, time::Duration};

use migration::Migrator;
use sea_orm::{
    ConnectOptions, Database, DatabaseConnection, DatabaseTransaction, DbBackend, DbErr, SqliteTransactionMode,
    TransactionOptions, TransactionTrait,
};
use sea_orm_migration::MigratorTrait;

pub mod access;
pub mod alarms;
pub mod announcements;
pub mod attachments;
pub mod audit;
pub mod bank_holidays;
pub mod board;
mod bulk;
pub mod bulk_acts;
pub mod calendars;
pub mod callers;
pub mod clocks;
pub mod contacts;
pub mod contracts;
pub mod counters;
pub mod cover;
pub mod customers;
pub mod directory;
pub mod downtimes;
pub mod due_times;
pub mod equipment;
pub mod escalations;
pub mod events;
pub mod faults;
pub mod feeds;
pub mod hand_overs;
pub mod hardware;
pub mod history;
pub mod holiday_imports;
pub mod hosts;
pub mod incidents;
pub mod incoming;
pub mod invented;
pub mod levels;
pub mod library;
pub mod links;
pub mod maillog;
pub mod outbox;
pub mod policies;
pub mod price_lists;
pub mod rotas;
pub mod seeds;
pub mod sent_forms;
pub mod services;
pub mod sessions;
pub mod states;
pub mod supervise;
pub mod term_notices;
pub mod tickets;
pub mod tokens;
pub mod training;
pub mod users;
pub mod values;
pub mod views;
pub mod worked;

#[cfg(test)]
mod migrations;

/// Readers beside the one writer of SQLite; more only contend for two cores.
const SQLITE_READERS: u32 = 4;
const POSTGRES_CONNECTIONS: u32 = 16;
/// A connection that cannot be had within this long is an error that the caller can act on.
const ACQUIRE_TIMEOUT: Duration = Duration::from_secs(10);
const SQLITE_BUSY_TIMEOUT: Duration = Duration::from_secs(5);

/// The database: one writer and several readers on SQLite, one pool on PostgreSQL. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Db {
    write: DatabaseConnection,
    read: DatabaseConnection,
}

#[derive(Debug, thiserror::Error)]
pub enum ConnectError {
    #[error("database.url must start with sqlite:// or postgres://, not {given:?}")]
    Scheme { given: String },
    #[error("cannot make the folder {folder} for the database: {source}")]
    Folder { folder: String, source: std::io::Error },
    #[error("cannot open the database: {0}")]
    Open(#[source] DbErr),
}

impl Db {
    /// Opens `sqlite://path/file.db` (made when missing) or `postgres://...`; does not change the schema.
    pub async fn connect(url: &str) -> Result<Self, ConnectError> {
        match url.split_once("://") {
            Some(("sqlite", file)) => Self::connect_sqlite(url, file).await,
            Some(("postgres" | "postgresql", _)) => {
                let mut options = ConnectOptions::new(url);
                options.max_connections(POSTGRES_CONNECTIONS).acquire_timeout(ACQUIRE_TIMEOUT).sqlx_logging(false);
                let pool = Database::connect(options).await.map_err(ConnectError::Open)?;
                Ok(Self { write: pool.clone(), read: pool })
            }
            _ => Err(ConnectError::Scheme { given: scheme_only(url) }),
        }
    }

    async fn connect_sqlite(url: &str, file: &str) -> Result<Self, ConnectError> {
        let path = file.split('?').next().unwrap_or(file);
        if let Some(folder) = Path::new(path).parent() {
            std::fs::create_dir_all(folder)
                .map_err(|source| ConnectError::Folder { folder: folder.display().to_string(), source })?;
        }
        let url = if url.contains('?') { url.to_owned() } else { format!("{url}?mode=rwc") };
        let open = async |connections: u32| {
            let mut options = ConnectOptions::new(url.clone());
            options
                .max_connections(connections)
                .min_connections(1)
                .idle_timeout(None)
                .max_lifetime(None)
                .acquire_timeout(ACQUIRE_TIMEOUT)
                .sqlx_logging(false)
                .map_sqlx_sqlite_opts(|options| {
                    options
                        .journal_mode(sqlx::sqlite::SqliteJournalMode::Wal)
                        .synchronous(sqlx::sqlite::SqliteSynchronous::Normal)
                        .foreign_keys(true)
                        .busy_timeout(SQLITE_BUSY_TIMEOUT)
                });
            Database::connect(options).await.map_err(ConnectError::Open)
        };
        Ok(Self { write: open(1).await?, read: open(SQLITE_READERS).await? })
    }

    /// A transaction for writing. On SQLite it takes the write lock at once: a read that turns into a write later
    /// would fail without waiting.
    pub async fn begin(&self) -> Result<DatabaseTransaction, DbErr> {
        let options = TransactionOptions {
            sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate),
            ..TransactionOptions::default()
        };
        self.write.begin_with_options(options).await
    }

    /// For queries outside a transaction.
    pub fn read(&self) -> &DatabaseConnection {
        &self.read
    }

    /// For migrations, which run on the writer.
    pub fn writer(&self) -> &DatabaseConnection {
        &self.write
    }

    pub fn is_sqlite(&self) -> bool {
        self.write.get_database_backend() == DbBackend::Sqlite
    }

    /// Brings the schema up to date, and what is worked out from older rows.
    pub async fn migrate(&self) -> Result<(), DbErr> {
        Migrator::up(&self.write, None).await?;
        tickets::catch_up(self).await.map(drop)
    }

    /// Closes all connections; on SQLite this folds the write-ahead log into the file.
    pub async fn close(self) -> Result<(), DbErr> {
        let Self { write, read } = self;
        read.close().await?;
        write.close().await
    }
}

/// What may be shown of a wrong URL: its scheme, never a password.
fn scheme_only(url: &str) -> String {
    url.split_once("://").map_or_else(|| "(no scheme)".to_owned(), |(scheme, _)| format!("{scheme}://..."))
}
