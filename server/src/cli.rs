//! The command line: what can be typed, and which module does it.
//!
//! Exit codes: 0 done, 1 failed, 2 misuse. `probe` has those of Nagios instead: 0 ok, 1 warning, 2 critical, 3 unknown,
//! and 3 for its own misuse.

mod check;
mod clock;
mod lab;
mod output;
mod people;
mod probe;
mod quote;
mod schema;
mod seeding;
mod serve;
mod settings;
mod test_mail;
mod tokens;

use std::{ffi::OsString, process::ExitCode};

use clap::{Args, Parser, Subcommand};

use self::{
    output::{Done, Failure},
    settings::SettingsArgs,
};
use crate::{
    clock::Clock,
    config::{Log, LogFormat},
    telemetry,
};

/// Nagios: the plug-in could not judge.
const PROBE_MISUSE: u8 = 3;

/// Faultdesk watches phone systems and servers, tells people, and keeps the tickets.
#[derive(Debug, Parser)]
#[command(
    name = "faultdesk",
    version,
    disable_help_subcommand = true,
    after_help = "\
Examples:
  faultdesk serve --demo                 try it: http://127.0.0.1:3000
  faultdesk check-config                 every mistake in the configuration at once
  faultdesk user add --email jo@desk.example --name 'Jo Bell' --role administrator
  faultdesk probe http https://desk.example/healthz

`faultdesk COMMAND --help` explains each, with examples. Settings: faultdesk check-config --help"
)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

/// What was asked for.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Web, monitoring, escalation and mail in one process
    #[command(after_help = "\
Ends cleanly on SIGTERM and Ctrl-C: stops probing, finishes requests and mail in hand, stores state.
Logs go to standard error: text on a terminal, JSON otherwise. RUST_LOG overrules log.level.

Examples:
  faultdesk serve
  faultdesk serve --demo --listen 127.0.0.1:3001 --data-dir /tmp/try
  faultdesk serve --config /etc/faultdesk.toml --without web")]
    Serve(serve::ServeArgs),
    /// Show and change the schema of the database
    #[command(
        arg_required_else_help = true,
        after_help = "\
`serve` brings an SQLite or PostgreSQL database up to date by itself.

Examples:
  faultdesk migrate status
  faultdesk migrate up --database-url postgres://desk@db/faultdesk
  faultdesk migrate down --steps 1"
    )]
    Migrate(Grouped<schema::MigrateCommand>),
    /// Fill a database with invented data, the same at every run
    #[command(
        arg_required_else_help = true,
        after_help = "\
Refuses a database that has customers, unless --force is given.

Examples:
  faultdesk seed demo
  faultdesk seed load --hosts 1000 --services-per-host 3 --interval 60"
    )]
    Seed(Grouped<seeding::SeedCommand>),
    /// Accounts: add, list, reset-password, disable, enable
    #[command(
        arg_required_else_help = true,
        after_help = "\
Examples:
  faultdesk user add --email jo@desk.example --name 'Jo Bell' --role administrator
  faultdesk user list --json
  faultdesk user reset-password --email jo@desk.example
  faultdesk user disable --email jo@desk.example"
    )]
    User(Grouped<people::UserCommand>),
    /// Bearer tokens of the HTTP API: add, list, revoke
    #[command(
        arg_required_else_help = true,
        after_help = "\
Examples:
  faultdesk token add --email jo@desk.example --name 'backup script'
  faultdesk token list
  faultdesk token revoke 0198c5c6-6a4e-7000-8000-2f5c3a1b9d10"
    )]
    Token(Grouped<tokens::TokenCommand>),
    /// One probe, now: prints what it saw and exits like a Nagios plug-in
    #[command(after_help = probe::help())]
    Probe(probe::ProbeArgs),
    /// Compute SLA clocks from a JSON file
    #[command(after_help = clock::HELP)]
    Clock(clock::ClockArgs),
    /// The guide price of a year of cover
    #[command(after_help = quote::HELP)]
    Quote(quote::QuoteArgs),
    /// Report every mistake in the configuration, or what is in force and where it comes from
    #[command(after_help = check::help())]
    CheckConfig(check::CheckArgs),
    /// Send one real mail and say what the mail server answered
    #[command(after_help = "\
Without mail.smtp_url the mail becomes a file in mail.directory.

Examples:
  faultdesk test-mail --to jo@desk.example
  FAULTDESK_MAIL__SMTP_URL=smtp://127.0.0.1:2525 faultdesk test-mail --to jo@desk.example")]
    TestMail(test_mail::TestMailArgs),
    /// A farm of loopback targets to watch, break and mend
    #[command(after_help = lab::help())]
    Lab(lab::LabArgs),
}

/// A command with commands of its own, which all take the settings' flags.
#[derive(Debug, Args)]
pub struct Grouped<C: Subcommand> {
    #[command(flatten)]
    settings: SettingsArgs,
    #[command(subcommand)]
    command: C,
}

/// Reads the command line. On misuse, and for `--help`, says so and gives the exit code.
pub fn parse(args: impl IntoIterator<Item = OsString>) -> Result<Command, ExitCode> {
    let args: Vec<_> = args.into_iter().collect();
    let is_probe = args.get(1).is_some_and(|command| command == "probe");
    Cli::try_parse_from(args).map(|cli| cli.command).map_err(|error| {
        // What cannot be printed any more (`| head`) is no failure.
        let _ = error.print();
        match (error.exit_code(), is_probe) {
            (0, _) => ExitCode::SUCCESS,
            (_, true) => PROBE_MISUSE.into(),
            (_, false) => 2.into(),
        }
    })
}

/// Does what was asked for and says what came of it.
pub async fn run(command: Command) -> ExitCode {
    let is_probe = matches!(command, Command::Probe(_));
    match dispatch(command).await {
        Ok(Done { text, remark, code }) => {
            output::print(&text);
            output::remark(&remark);
            code.into()
        }
        Err(failure) => {
            output::remark(&format!("error: {}", failure.message()));
            if is_probe { PROBE_MISUSE.into() } else { failure.code().into() }
        }
    }
}

async fn dispatch(command: Command) -> Result<Done, Failure> {
    if !matches!(command, Command::Serve(_)) {
        // The shell wants the result; what goes wrong inside is still told, what libraries remark is not.
        let log = Log { level: "error,server=warn".to_owned(), format: LogFormat::Text };
        telemetry::start(&log, Clock::system()).map_err(Failure::failed)?;
    }
    match command {
        Command::Serve(args) => serve::run(args).await,
        Command::Migrate(Grouped { settings, command }) => schema::run(command, &settings.config()?).await,
        Command::Seed(Grouped { settings, command }) => seeding::run(command, &settings.config()?).await,
        Command::User(Grouped { settings, command }) => people::run(command, &settings.config()?).await,
        Command::Token(Grouped { settings, command }) => tokens::run(command, &settings.config()?).await,
        Command::Probe(args) => probe::run(args).await,
        Command::Clock(args) => clock::run(&args),
        Command::Quote(args) => quote::run(&args),
        Command::CheckConfig(args) => check::run(&args),
        Command::TestMail(args) => test_mail::run(args).await,
        Command::Lab(args) => lab::run(args).await,
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
    }

    #[test]
    fn every_command_is_explained_with_examples() {
        fn check(command: &clap::Command, path: &str) {
            for inner in command.get_subcommands() {
                let path = format!("{path} {}", inner.get_name());
                let examples = inner.get_after_help().map(ToString::to_string).unwrap_or_default();
                assert!(examples.contains("Examples:\n  "), "{path} has no examples");
                assert!(examples.contains(&path) || examples.contains("curl"), "{path} is not in its own examples");
                check(inner, &path);
            }
        }
        check(&Cli::command(), "faultdesk");
    }
}
