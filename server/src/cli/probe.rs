//! `faultdesk probe`: one probe, now. Exits with the codes of a Nagios plug-in, also on misuse (3).

use std::{fmt::Write, time::Duration};

use clap::{Args, builder::PossibleValuesParser};
use domain::{
    observation::{Observation, Status},
    probe::{FieldError, Params, ProbeKind, ProbePolicy, ProbeSpec, TIMEOUT_MS_MAX, TIMEOUT_MS_MIN},
};
use serde::Serialize;

use super::output::{self, Done, Failure};
use crate::{clock::Clock, probes::Prober};

/// A parameter of every kind. It belongs to the policy of a service, not to its specification.
const TIMEOUT: &str = "timeout_ms";

#[derive(Debug, Args)]
pub struct ProbeArgs {
    /// How to probe
    #[arg(value_name = "KIND", value_parser = kinds())]
    pub kind: String,
    /// What to probe; its shape depends on the kind, see below
    #[arg(value_name = "TARGET")]
    pub target: String,
    /// A parameter of the kind, as name=value; may be given several times
    #[arg(long = "param", value_name = "NAME=VALUE")]
    pub params: Vec<String>,
    /// Print one object: {"status", "text", "latency_ms", "at", "numbers"}
    #[arg(long)]
    pub json: bool,
}

fn kinds() -> PossibleValuesParser {
    PossibleValuesParser::new(ProbeKind::ALL.map(ProbeKind::as_str))
}

/// Kinds, targets and parameters, with examples.
pub(super) fn help() -> String {
    let mut out = String::from(
        "Exit codes: 0 ok, 1 warning, 2 critical, 3 unknown or misuse: the codes of a Nagios plug-in.\n\n\
         Examples:\n  \
         faultdesk probe ping 192.0.2.10\n  \
         faultdesk probe tcp pbx.example:5060 --param latency_warning_ms=200\n  \
         faultdesk probe tcp mail.example:25 --param starttls=smtp --param expect=220\n  \
         faultdesk probe http https://desk.example/healthz --param status=200 --param contains=ok --json\n\n\
         Parameters of every kind:\n",
    );
    let _ = writeln!(
        out,
        "  {:<22}Time for the whole probe in ms, {TIMEOUT_MS_MIN} to {TIMEOUT_MS_MAX}. Default {}.",
        TIMEOUT,
        ProbePolicy::default().timeout_ms
    );
    for kind in ProbeKind::ALL {
        let shape = kind.target_shape().replace("{address}", "pbx.example");
        let _ = write!(out, "\n{}: the target is {shape}\n", kind.as_str());
        for info in kind.params() {
            let _ = writeln!(out, "  {:<22}{}", info.name, info.hint);
        }
    }
    out.trim_end().to_owned()
}

/// What is printed with `--json`.
#[derive(Serialize)]
struct Shown<'a> {
    status: &'a str,
    text: &'a str,
    /// `null` when nothing answered.
    latency_ms: Option<f64>,
    /// RFC 3339, UTC.
    at: String,
    numbers: serde_json::Map<String, serde_json::Value>,
}

pub(super) async fn run(args: ProbeArgs) -> Result<Done, Failure> {
    let (spec, timeout) = parse(&args).map_err(|wrong| misuse(&args.kind, &wrong))?;
    let seen = Prober::start(Clock::system()).run(&spec, timeout).await;
    let text = if args.json { json(&seen)? } else { words(&seen) };
    Ok(Done { text, code: seen.status.exit_code(), ..Done::default() })
}

fn misuse(kind: &str, wrong: &[FieldError]) -> Failure {
    let lines: Vec<_> = wrong.iter().map(FieldError::to_string).collect();
    Failure::Misuse(format!("{}\nWhat {kind} takes is listed by: faultdesk probe --help", lines.join("\n")))
}

/// The specification and the time limit, or everything that is wrong with the flags.
fn parse(args: &ProbeArgs) -> Result<(ProbeSpec, Duration), Vec<FieldError>> {
    let mut wrong = Vec::new();
    let mut timeout_ms = ProbePolicy::default().timeout_ms;
    let mut params = Params::default();
    for pair in &args.params {
        match pair.split_once('=') {
            Some((TIMEOUT, value)) => match value.trim().parse() {
                Ok(ms) if (TIMEOUT_MS_MIN..=TIMEOUT_MS_MAX).contains(&ms) => timeout_ms = ms,
                _ => {
                    let range = format!("must be {TIMEOUT_MS_MIN} to {TIMEOUT_MS_MAX} (ms), not {value:?}");
                    wrong.push(FieldError::new(TIMEOUT, range));
                }
            },
            Some((name, value)) => params.add(name, value),
            None => wrong.push(FieldError::new("--param", format!("must be name=value, not {pair:?}"))),
        }
    }
    let kind = ProbeKind::parse(&args.kind).ok_or_else(|| {
        let known = ProbeKind::ALL.map(ProbeKind::as_str).join(", ");
        vec![FieldError::new("KIND", format!("must be one of {known}, not {:?}", args.kind))]
    })?;
    match ProbeSpec::parse(kind, &args.target, &params) {
        Ok(spec) if wrong.is_empty() => Ok((spec, Duration::from_millis(timeout_ms.into()))),
        Ok(_) => Err(wrong),
        Err(more) => Err(wrong.into_iter().chain(more).collect()),
    }
}

fn latency_ms(seen: &Observation) -> Option<f64> {
    seen.latency_us.map(|us| f64::from(us) / 1_000.0)
}

fn json(seen: &Observation) -> Result<String, Failure> {
    output::json(&Shown {
        status: seen.status.as_str(),
        text: &seen.text,
        latency_ms: latency_ms(seen),
        at: seen.at.to_string(),
        numbers: seen.numbers.iter().map(|(name, value)| (name.clone(), (*value).into())).collect(),
    })
}

/// The first line is for people and for Nagios; numbers follow as its performance data.
fn words(seen: &Observation) -> String {
    let mut numbers: Vec<String> = latency_ms(seen).map(|ms| format!("latency_ms={ms}")).into_iter().collect();
    numbers.extend(seen.numbers.iter().map(|(name, value)| format!("{name}={}", (value * 1_000.0).round() / 1_000.0)));
    let mut lines = seen.text.lines();
    let first = lines.next().unwrap_or_default().replace('|', "/");
    let mut out = format!("{}: {first}", status_word(seen.status));
    if !numbers.is_empty() {
        let _ = write!(out, " | {}", numbers.join(" "));
    }
    for line in lines {
        let _ = write!(out, "\n{line}");
    }
    out.push('\n');
    out
}

fn status_word(status: Status) -> &'static str {
    match status {
        Status::Ok => "OK",
        Status::Warning => "WARNING",
        Status::Critical => "CRITICAL",
        Status::Unknown => "UNKNOWN",
    }
}

#[cfg(test)]
mod tests {
    use domain::time::Timestamp;

    use super::*;

    fn args(kind: &str, target: &str, params: &[&str]) -> ProbeArgs {
        let params = params.iter().map(|param| (*param).to_owned()).collect();
        ProbeArgs { kind: kind.to_owned(), target: target.to_owned(), params, json: false }
    }

    #[track_caller]
    fn check(args: &ProbeArgs, wrong: &[&str]) {
        let fields: Vec<_> = parse(args).err().unwrap_or_default().into_iter().map(|wrong| wrong.field).collect();
        assert_eq!(fields, wrong, "{args:?}");
    }

    #[test]
    fn all_wrong_flags_are_told_together() {
        check(&args("tcp", "127.0.0.1:1", &["timeout_ms=50"]), &[]);
        check(&args("tcp", "127.0.0.1:1", &["timeout_ms=49"]), &["timeout_ms"]);
        check(
            &args("ping", "a:1", &["timeout_ms=x", "count", "count=0", "expect=x"]),
            &["timeout_ms", "--param", "expect", "target", "count"],
        );
        check(&args("telnet", "a", &[]), &["KIND"]);
    }

    #[test]
    fn the_line_can_be_read_by_nagios() {
        let seen = Observation::new(Status::Warning, "slow | odd\nmore", Some(12_345), Timestamp::EPOCH)
            .with_number("connect_ms", 0.5);
        assert_eq!(words(&seen), "WARNING: slow / odd | latency_ms=12.345 connect_ms=0.5\nmore\n");
    }

    #[test]
    fn help_names_every_kind_and_parameter() {
        let help = help();
        for kind in ProbeKind::ALL {
            assert!(help.contains(&format!("\n{}: the target is", kind.as_str())));
            assert!(kind.params().iter().all(|info| help.contains(info.name)));
        }
    }
}
