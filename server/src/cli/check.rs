//! `faultdesk check-config`: every mistake at once, or what is in force and why.

use clap::{Args, ValueEnum};

use super::{
    output::{self, Done, Failure},
    settings::SettingsArgs,
};
use crate::config::{Config, Loaded, keys};

#[derive(Debug, Args)]
pub struct CheckArgs {
    /// Print an example with every setting instead
    #[arg(long, value_name = "FORMAT")]
    example: Option<Example>,
    #[command(flatten)]
    settings: SettingsArgs,
}

/// What an example is written in.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub(super) enum Example {
    /// Environment variables: .env.example
    Env,
    /// A configuration file: faultdesk.toml
    Toml,
    /// The table of docs/configuration.md
    Markdown,
}

/// How settings are read, with all of them.
pub(super) fn help() -> String {
    format!(
        "Defaults are overruled by faultdesk.toml, that by the environment, that by flags. A secret may also\n\
         stand in a file that its variable with _FILE names.\n\n\
         Examples:\n  \
         faultdesk check-config\n  \
         faultdesk check-config --config /etc/faultdesk.toml\n  \
         faultdesk check-config --example toml >faultdesk.toml\n  \
         FAULTDESK_MAIL__SMTP_URL_FILE=/run/secrets/smtp faultdesk check-config\n\n{}",
        keys::help().trim_end()
    )
}

pub(super) fn run(args: &CheckArgs) -> Result<Done, Failure> {
    match args.example {
        Some(Example::Env) => Ok(Done::text(keys::env_example())),
        Some(Example::Toml) => Ok(Done::text(keys::toml_example())),
        Some(Example::Markdown) => Ok(Done::text(keys::markdown_table())),
        None => match Config::load(&args.settings.sources(None)) {
            Ok(loaded) => Ok(Done::text(good(&loaded))),
            Err(mistakes) => Err(Failure::failed(mistakes)),
        },
    }
}

fn good(loaded: &Loaded) -> String {
    let settings = loaded.settings.iter();
    let rows: Vec<_> = settings
        .map(|setting| [setting.key.name.to_owned(), setting.shown.clone(), setting.origin.to_string()])
        .collect();
    format!("The configuration is good.\n\n{}", output::table(["SETTING", "VALUE", "FROM"], &rows))
}
