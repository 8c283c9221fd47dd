//! `faultdesk lab`: loopback targets for trying the product and for tests.

use std::net::SocketAddr;

use clap::Args;
use tokio::signal::unix::{SignalKind, signal};

use super::output::{self, Done, Failure};
use crate::lab::{BreakMode, Lab, LabError, TARGETS_MAX, TargetView};

#[derive(Debug, Args)]
pub struct LabArgs {
    /// How many targets; kinds take turns
    #[arg(long, value_name = "N", default_value_t = 12, value_parser = targets)]
    targets: usize,
    /// Loopback address for breaking and mending; port 0 takes a free one
    #[arg(long, value_name = "IP:PORT", default_value = "127.0.0.1:8090")]
    control: SocketAddr,
}

fn targets(text: &str) -> Result<usize, String> {
    let number = text.parse().ok().filter(|number| (1..=TARGETS_MAX).contains(number));
    number.ok_or_else(|| format!("must be a whole number from 1 to {TARGETS_MAX}"))
}

/// How to use the control address.
pub(super) fn help() -> String {
    let modes = BreakMode::ALL.map(BreakMode::as_str).join(", ");
    format!(
        "The control address speaks JSON:\n  \
         GET  /targets                lists {{\"id\", \"kind\", \"address\", \"state\"}}\n  \
         POST /targets/ID/break       takes {{\"how\": \"refuse\"}}; how is {modes}\n  \
         POST /targets/ID/mend\n\n\
         Breaking a ping target changes a route, for which the command must run as root.\n\n\
         Examples:\n  \
         faultdesk lab\n  \
         faultdesk lab --targets 600 --control 127.0.0.1:9000\n  \
         curl -X POST http://127.0.0.1:8090/targets/http-1/break -d '{{\"how\": \"silent\"}}'"
    )
}

/// Runs until SIGINT or SIGTERM.
pub(super) async fn run(args: LabArgs) -> Result<Done, Failure> {
    let stop = |kind| signal(kind).map_err(|error| Failure::Failed(format!("cannot wait for signals: {error}")));
    let (mut interrupt, mut terminate) = (stop(SignalKind::interrupt())?, stop(SignalKind::terminate())?);
    let lab = Lab::start(Lab::plan(args.targets), Some(args.control)).await.map_err(failure)?;
    output::print(&listing(&lab.targets(), lab.control_addr().unwrap_or(args.control)));
    output::remark("Ctrl-C ends the lab.");
    tokio::select! {
        _ = interrupt.recv() => {}
        _ = terminate.recv() => {}
    }
    lab.shutdown().await;
    Ok(Done::remark("the lab has ended"))
}

fn failure(error: LabError) -> Failure {
    match error {
        LabError::NotLoopback { .. } => Failure::Misuse(format!("--control: {error}")),
        other => Failure::caused(&other),
    }
}

fn listing(targets: &[TargetView], control: SocketAddr) -> String {
    let row = |target: &TargetView| [target.id.clone(), target.kind.as_str().to_owned(), target.address.clone()];
    let rows: Vec<_> = targets.iter().map(row).collect();
    format!("{}\ncontrol address: http://{control}\n", output::table(["TARGET", "KIND", "ADDRESS"], &rows))
}
