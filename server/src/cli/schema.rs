//! `faultdesk migrate`: the schema of the database.

use clap::Subcommand;
use migration::Migrator;
use sea_orm_migration::{MigrationStatus, MigratorTrait};
use serde::Serialize;

use super::{
    output::{self, Done, Failure},
    settings,
};
use crate::{config::Config, store::Db};

#[derive(Debug, Subcommand)]
pub enum MigrateCommand {
    /// Apply all migrations that are missing
    #[command(after_help = "\
Examples:
  faultdesk migrate up
  faultdesk migrate up --database-url postgres://desk@db/faultdesk")]
    Up,
    /// Undo the latest migration; the tables that it made are dropped with what is in them
    #[command(after_help = "Examples:\n  faultdesk migrate down\n  faultdesk migrate down --steps 2")]
    Down {
        /// How many migrations to undo
        #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=1000))]
        steps: u32,
    },
    /// List all migrations and whether they are applied
    #[command(after_help = "Examples:\n  faultdesk migrate status\n  faultdesk migrate status --json")]
    Status {
        /// Print [{"name", "applied"}]
        #[arg(long)]
        json: bool,
    },
}

#[derive(Serialize)]
struct Row {
    name: String,
    applied: bool,
}

pub(super) async fn run(command: MigrateCommand, config: &Config) -> Result<Done, Failure> {
    let db = settings::connect(config).await?;
    let done = match command {
        MigrateCommand::Up => {
            let before = rows(&db).await?;
            db.migrate().await?;
            Ok(changed("applied", &before, &rows(&db).await?, "the schema was up to date"))
        }
        MigrateCommand::Down { steps } => {
            let before = rows(&db).await?;
            Migrator::down(db.writer(), Some(steps)).await?;
            Ok(changed("undid", &before, &rows(&db).await?, "there was nothing to undo"))
        }
        MigrateCommand::Status { json: true } => output::json(&rows(&db).await?).map(Done::text),
        MigrateCommand::Status { json: false } => {
            let line = |row: &Row| [row.name.clone(), if row.applied { "yes" } else { "no" }.to_owned()];
            let lines: Vec<_> = rows(&db).await?.iter().map(line).collect();
            Ok(Done::text(output::table(["MIGRATION", "APPLIED"], &lines)))
        }
    };
    db.close().await?;
    done
}

async fn rows(db: &Db) -> Result<Vec<Row>, Failure> {
    let all = Migrator::get_migration_with_status_read_only(db.writer()).await?;
    let row = |migration: &sea_orm_migration::Migration| Row {
        name: migration.name().to_owned(),
        applied: migration.status() == MigrationStatus::Applied,
    };
    Ok(all.iter().map(row).collect())
}

/// One line for each migration whose state changed, or `none`.
fn changed(verb: &str, before: &[Row], after: &[Row], none: &str) -> Done {
    let differs = |(was, is): &(&Row, &Row)| was.applied != is.applied;
    let lines = before.iter().zip(after).filter(differs).map(|(row, _)| format!("{verb} {}\n", row.name));
    let text: String = lines.collect();
    match text.is_empty() {
        true => Done::text(format!("{none}\n")),
        false => Done::text(text),
    }
}
