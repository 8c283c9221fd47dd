//! `faultdesk serve`: everything in one process.

use clap::{Args, ValueEnum};

use super::{
    output::{Done, Failure},
    settings::SettingsArgs,
};
use crate::{
    clock::Clock,
    startup::{self, ServeOptions},
    telemetry,
};

#[derive(Debug, Args)]
pub struct ServeArgs {
    /// IP:PORT to answer on: overrules server.listen
    #[arg(long, value_name = "IP:PORT", help_heading = "Settings")]
    listen: Option<String>,
    /// Fill an empty database with invented customers and watch loopback targets that can be broken by a click
    #[arg(long)]
    demo: bool,
    /// Leave a part out, for example when another process does it; may be given several times
    #[arg(long, value_name = "PART", value_delimiter = ',')]
    without: Vec<Part>,
    #[command(flatten)]
    settings: SettingsArgs,
}

/// A part of the server that can be left out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Part {
    /// Pages, API and live events
    Web,
    /// Probing and faults
    Monitor,
    /// Steps, reminders and warnings that are due
    Escalation,
    /// Sending mails
    Mail,
}

pub(super) async fn run(args: ServeArgs) -> Result<Done, Failure> {
    let runs = |part: Part| !args.without.contains(&part);
    let options = ServeOptions {
        demo: args.demo,
        web: runs(Part::Web),
        monitor: runs(Part::Monitor),
        escalation: runs(Part::Escalation),
        mail: runs(Part::Mail),
    };
    if !(options.web || options.monitor || options.escalation || options.mail) {
        let said = "--without leaves nothing to run: keep one of web, monitor, escalation and mail";
        return Err(Failure::Misuse(said.to_owned()));
    }
    let config = args.settings.load(args.listen.as_deref())?.config;
    telemetry::start(&config.log, Clock::system()).map_err(Failure::failed)?;
    startup::serve(config, options).await.map_err(|error| Failure::caused(&error))?;
    Ok(Done::default())
}
