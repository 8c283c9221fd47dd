//! Logs: text with colours on a terminal, JSON objects, one a line, everywhere else. They go to standard error.

use std::{
    env, fmt,
    io::{self, IsTerminal},
};

use tracing_subscriber::{
    EnvFilter,
    fmt::{format::Writer, time::FormatTime},
};

use crate::{
    clock::Clock,
    config::{Log, LogFormat},
};

/// Overrules `log.level` when it is set: for one look at one start.
const LEVEL_VARIABLE: &str = "RUST_LOG";

#[derive(Debug, thiserror::Error)]
pub enum TelemetryError {
    #[error(
        "{LEVEL_VARIABLE} cannot be understood: {reason}; write a level such as debug, or info,server::probes=debug"
    )]
    Level { reason: String },
    #[error("logging was set up before")]
    Twice,
}

/// Starts logging for the whole process. Call it once.
pub fn start(log: &Log, clock: Clock) -> Result<(), TelemetryError> {
    let named = env::var(LEVEL_VARIABLE).ok().filter(|level| !level.trim().is_empty());
    let level = named.as_deref().unwrap_or(&log.level);
    let filter = EnvFilter::try_new(level).map_err(|error| TelemetryError::Level { reason: error.to_string() })?;
    let terminal = io::stderr().is_terminal();
    let builder = tracing_subscriber::fmt().with_env_filter(filter).with_writer(io::stderr).with_timer(Time(clock));
    let started = match log.format {
        LogFormat::Json => builder.json().flatten_event(true).try_init(),
        LogFormat::Auto if !terminal => builder.json().flatten_event(true).try_init(),
        LogFormat::Auto | LogFormat::Text => builder.with_ansi(terminal && !no_colour()).try_init(),
    };
    started.map_err(|_| TelemetryError::Twice)
}

/// <https://no-color.org>: set and not empty.
fn no_colour() -> bool {
    env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty())
}

/// The instant of a line, from the one reader of time, in RFC 3339.
struct Time(Clock);

impl FormatTime for Time {
    fn format_time(&self, writer: &mut Writer<'_>) -> fmt::Result {
        write!(writer, "{}", self.0.now())
    }
}
