//! `/healthz` (the process lives), `/readyz` (it does its work), `/metrics` (Prometheus text).

use std::{fmt::Write as _, sync::atomic::Ordering::Relaxed};

use axum::{
    extract::State,
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};

use crate::{
    clock::Clock,
    engine::{Engine, stats::LATENESS_EDGES_MS},
    store::{Db, events, maillog, outbox::Readers},
};

/// The monitor ticks every second; this many missed ticks mean that it is stuck.
const TICK_AGE_MS_MAX: i64 = 10_000;
/// A notice that waits longer means that nobody hears of faults.
const QUEUE_AGE_S_MAX: i64 = 900;

#[derive(Debug, Clone)]
pub struct Health {
    pub db: Db,
    pub clock: Clock,
    pub engine: Engine,
    /// Whether this process probes.
    pub monitors: bool,
    /// Mail that is held on purpose does not make this process unready.
    pub readers: Readers,
}

pub async fn alive() -> &'static str {
    "ok\n"
}

/// 200 and `ready`, or 503 and one line for each thing that is wrong.
pub async fn ready(State(health): State<Health>) -> Response {
    let now = health.clock.now();
    let mut wrong = Vec::new();
    if let Err(error) = events::last(health.db.read()).await {
        tracing::warn!(%error, "not ready: the database does not answer");
        wrong.push("database: it does not answer".to_owned());
    }
    let tick = i64::try_from(health.engine.stats().monitor_tick_ms.load(Relaxed)).unwrap_or(0);
    if health.monitors && TICK_AGE_MS_MAX < now.as_millis() - tick {
        wrong.push("scheduler: the monitor has not ticked for 10 s".to_owned());
    }
    match maillog::waiting(health.db.read(), health.readers).await {
        Ok((_, Some(oldest))) if QUEUE_AGE_S_MAX < now.seconds_since(oldest) => {
            wrong.push(format!("mail: the oldest notice has waited for {} s", now.seconds_since(oldest)));
        }
        Ok(_) => {}
        // The database was named above.
        Err(error) => tracing::debug!(%error, "the mail queue could not be read"),
    }
    match wrong.is_empty() {
        true => "ready\n".into_response(),
        false => (StatusCode::SERVICE_UNAVAILABLE, wrong.join("\n") + "\n").into_response(),
    }
}

/// Counters of the engine. No label holds a host, a customer or an address.
pub async fn metrics(State(health): State<Health>) -> Response {
    let stats = health.engine.stats();
    let mut text = String::new();
    let counters = [
        ("faultdesk_probes_started_total", "Probes started.", "counter", stats.probes_started.load(Relaxed)),
        ("faultdesk_probes_finished_total", "Probes finished.", "counter", stats.probes_finished.load(Relaxed)),
        ("faultdesk_hosts", "Hosts watched.", "gauge", stats.hosts.load(Relaxed)),
        ("faultdesk_services", "Services watched.", "gauge", stats.services.load(Relaxed)),
        ("faultdesk_services_stale", "Services without a recent observation.", "gauge", stats.stale.load(Relaxed)),
        (
            "faultdesk_host_panics_total",
            "Host actors that panicked and were replaced.",
            "counter",
            stats.panics.load(Relaxed),
        ),
        (
            "faultdesk_samples_dropped_total",
            "Samples that were not stored.",
            "counter",
            stats.samples_dropped.load(Relaxed),
        ),
        ("faultdesk_decisions_total", "Changes of state stored.", "counter", stats.decisions.load(Relaxed)),
        (
            "faultdesk_decisions_failed_total",
            "Attempts to store a change that failed.",
            "counter",
            stats.decisions_failed.load(Relaxed),
        ),
        ("faultdesk_mails_sent_total", "Mails that a mail server took.", "counter", stats.mails_sent.load(Relaxed)),
        (
            "faultdesk_mails_failed_total",
            "Attempts to send a mail that failed.",
            "counter",
            stats.mails_failed.load(Relaxed),
        ),
    ];
    for (name, help, kind, value) in counters {
        // Writing to a String cannot fail.
        let _ = writeln!(text, "# HELP {name} {help}\n# TYPE {name} {kind}\n{name} {value}");
    }
    lateness(&mut text, &stats.lateness());
    ([(header::CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")], text).into_response()
}

fn lateness(text: &mut String, counts: &[u64]) {
    let name = "faultdesk_probe_lateness_seconds";
    let mut seen = 0;
    let mut sum = 0.0;
    let _ = writeln!(text, "# HELP {name} How long after it was due a probe started.\n# TYPE {name} histogram");
    for (count, edge) in counts.iter().zip(LATENESS_EDGES_MS) {
        seen += count;
        #[expect(clippy::cast_precision_loss, reason = "edges are small and counts far below 2^52")]
        let seconds = edge as f64 / 1_000.0;
        #[expect(clippy::cast_precision_loss, reason = "counts of probes are far below 2^52")]
        let weighted = *count as f64 * seconds;
        sum += weighted;
        let _ = writeln!(text, "{name}_bucket{{le=\"{seconds}\"}} {seen}");
    }
    let total: u64 = counts.iter().sum();
    let _ = writeln!(text, "{name}_bucket{{le=\"+Inf\"}} {total}\n{name}_sum {sum}\n{name}_count {total}");
}
