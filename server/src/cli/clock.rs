//! `faultdesk clock`: SLA clocks from a file, on the engine that the product runs on.

use std::{
    fmt::Write,
    fs::File,
    io::{self, Read},
    path::PathBuf,
};

use clap::Args;
use domain::{
    clock_file::{ClockFile, Detail, Json},
    probe::FieldError,
};

use super::output::{Done, Failure};

/// A year of cases of a large desk is far smaller.
const FILE_BYTES_MAX: u64 = 64 * 1024 * 1024;

#[derive(Debug, Args)]
pub struct ClockArgs {
    /// JSON with calendars and cases; `-` reads standard input
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// Also print which spans counted, and why the others did not
    #[arg(long)]
    explain: bool,
}

pub(super) const HELP: &str = r#"Prints one JSON object a line, in the order of the cases: {"id", "state", "due", "warn50", "warn75", "warn90", "at",
"verdicts"}. Instants are UTC; "state" is running, paused or no_cover; "due" is null unless it is certain.

A file:
  {"calendars": {"office": {"tz": "Europe/London", "holidays": "england",
     "weekly": {"mon": [["09:00","17:00"]], "tue": [["09:00","17:00"]]},
     "overrides": {"2026-12-24": [["09:00","12:00"]]}}},
   "cases": [{"id": "1", "input": {"calendar": "office", "start": "2026-10-06T14:15:00Z", "target_minutes": 480,
     "pauses": [{"from": "2026-10-06T15:00:00Z", "to": null}]},
     "responses": ["2026-10-07T09:00:00Z"], "at": ["2026-10-06T15:00:00Z"]}]}

A window may run past midnight: "30:00" is 06:00 of the next day. Bank holidays are those of England and Wales, known
for 2026 to 2028. "calendar": null counts day and night.

Examples:
  faultdesk clock cases.json
  faultdesk clock cases.json --explain | jq .due
  echo '{"calendars": {}, "cases": []}' | faultdesk clock -"#;

pub(super) fn run(args: &ClockArgs) -> Result<Done, Failure> {
    let text = read(args)?;
    let json: Json = serde_json::from_str(&text)
        .map_err(|error| Failure::Failed(format!("{} is no JSON: {error}", args.file.display())))?;
    let file = ClockFile::parse(&json).map_err(|wrong| mistakes(args, &wrong))?;
    let detail = if args.explain { Detail::Explained } else { Detail::Plain };
    let mut lines = String::new();
    for answer in file.answers(detail) {
        let line = serde_json::to_string(&answer).map_err(Failure::failed)?;
        // Writing to a String cannot fail.
        let _ = writeln!(lines, "{line}");
    }
    Ok(Done::text(lines))
}

fn read(args: &ClockArgs) -> Result<String, Failure> {
    let failed = |error: io::Error| Failure::Failed(format!("{} cannot be read: {error}", args.file.display()));
    let source: Box<dyn Read> = match args.file.as_os_str().to_str() {
        Some("-") => Box::new(io::stdin().lock()),
        _ => Box::new(File::open(&args.file).map_err(failed)?),
    };
    let mut text = String::new();
    let read = source.take(FILE_BYTES_MAX + 1).read_to_string(&mut text).map_err(failed)?;
    if FILE_BYTES_MAX < read as u64 {
        return Err(Failure::Failed(format!("{} is larger than 64 MiB; split it", args.file.display())));
    }
    Ok(text)
}

/// Every mistake of the file, by its place.
fn mistakes(args: &ClockArgs, wrong: &[FieldError]) -> Failure {
    let lines: Vec<_> = wrong.iter().map(ToString::to_string).collect();
    let count = if wrong.len() == 1 { "a mistake".to_owned() } else { format!("{} mistakes", wrong.len()) };
    Failure::Failed(format!("{} has {count}:\n  {}", args.file.display(), lines.join("\n  ")))
}
