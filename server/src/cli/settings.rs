//! Flags that many commands share, and what they lead to: the configuration, the database, the signing key.

use std::path::PathBuf;

use clap::Args;
use migration::Migrator;
use sea_orm_migration::MigratorTrait;

use super::output::Failure;
use crate::{
    config::{Config, Flags, Loaded, Sources, masked_database_url},
    secrets::Signer,
    store::Db,
};

/// Where settings come from.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "Settings")]
pub(super) struct SettingsArgs {
    /// Configuration file [default: faultdesk.toml, when it exists]
    #[arg(long, value_name = "FILE", env = "FAULTDESK_CONFIG", hide_env_values = true, global = true)]
    pub config: Option<PathBuf>,
    /// Folder of the database, the key and mails: overrules data_dir
    #[arg(long, value_name = "FOLDER", global = true)]
    pub data_dir: Option<String>,
    /// sqlite://FILE or postgres://...: overrules database.url
    #[arg(long, value_name = "URL", global = true)]
    pub database_url: Option<String>,
}

impl SettingsArgs {
    /// Every source read, `listen` included.
    pub(super) fn sources(&self, listen: Option<&str>) -> Sources {
        let flags = Flags {
            listen: listen.map(str::to_owned),
            data_dir: self.data_dir.clone(),
            database_url: self.database_url.clone(),
        };
        Sources::of_process(self.config.as_deref(), flags)
    }

    pub(super) fn load(&self, listen: Option<&str>) -> Result<Loaded, Failure> {
        Config::load(&self.sources(listen)).map_err(|mistakes| {
            Failure::Failed(format!("{mistakes}\nAll settings are listed by: faultdesk check-config --help"))
        })
    }

    pub(super) fn config(&self) -> Result<Config, Failure> {
        self.load(None).map(|loaded| loaded.config)
    }
}

/// The database as it is.
pub(super) async fn connect(config: &Config) -> Result<Db, Failure> {
    Db::connect(&config.database.url).await.map_err(|error| {
        let url = masked_database_url(&config.database.url);
        Failure::Failed(format!("{error}\nThe database is {url}; check database.url, or give --database-url"))
    })
}

/// The database with the schema that this program wants. An empty database gets it; an older one must be brought up to
/// date on purpose, since another program may be running on it.
pub(super) async fn connect_ready(config: &Config) -> Result<Db, Failure> {
    let db = connect(config).await?;
    let pending = Migrator::get_pending_migrations_read_only(db.writer()).await?;
    match (pending.len(), Migrator::migrations().len()) {
        (0, _) => {}
        (pending, all) if pending == all => db.migrate().await?,
        (pending, _) => {
            return Err(Failure::Failed(format!(
                "the database lacks {pending} of this program's migrations; back it up, then run: faultdesk migrate up"
            )));
        }
    }
    Ok(db)
}

/// The installation's signing key, made when there is none.
pub(super) fn signer(config: &Config) -> Result<Signer, Failure> {
    Signer::load(&config.secret_key_file).map_err(Failure::failed)
}
