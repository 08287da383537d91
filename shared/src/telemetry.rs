//! What the service tells its operators: log lines, without personal data.
//!
//! The `log` crate is never bridged: yup-oauth2 writes access tokens there. Other crates' lines are kept from WARN up.

use std::fmt::Display;
use std::sync::OnceLock;

use chrono::{DateTime, Utc};
use sha2::{Digest, Sha256};
use tracing::level_filters::LevelFilter;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::{Layer, Registry, reload};

use crate::config::{LogLevel, Settings};
use crate::metrics;
use crate::sweep::{SweepOrder, SweepReport};

/// Our own crates all begin with this.
const OURS: &str = "moffman";

static FILTER: OnceLock<reload::Handle<Targets, Registry>> = OnceLock::new();

/// How log lines are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// One JSON object per line on standard output, for `CloudWatch` Logs.
    Json,
    /// Text on standard error, for people; standard output stays free.
    Text,
}

/// Why logging could not be set up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TelemetryError {
    /// It was set up before in this process.
    #[error("logging is already set up in this process")]
    AlreadySetUp,
}

/// Starts logging, once per process, with lines of our own from `level` up (see [`adopt`]). Panics are logged, too, by
/// their place in the code.
pub fn init(format: Format, level: LogLevel) -> Result<(), TelemetryError> {
    let (filter, handle) = reload::Layer::new(targets(level));
    let lines = match format {
        Format::Json => tracing_subscriber::fmt::layer()
            .json()
            .flatten_event(true)
            .with_current_span(false)
            .with_span_list(false)
            .boxed(),
        Format::Text => {
            tracing_subscriber::fmt::layer().with_writer(std::io::stderr).with_target(false).with_ansi(false).boxed()
        }
    };
    let subscriber = Registry::default().with(filter).with(lines);
    // `try_init` would also bridge `log` if any crate of the build enabled that feature.
    tracing::subscriber::set_global_default(subscriber).map_err(|_| TelemetryError::AlreadySetUp)?;
    std::panic::set_hook(Box::new(|panic| {
        // The message of a panic may repeat what it was handling; where it happened is enough.
        let location = panic.location().map(ToString::to_string).unwrap_or_default();
        tracing::error!(target: OURS, location, "panicked");
    }));
    FILTER.set(handle).map_err(|_| TelemetryError::AlreadySetUp)
}

/// Logs from the level that the settings name, after [`init`], and repeats the settings' own warnings.
pub fn adopt(settings: &Settings) {
    if let Some(filter) = FILTER.get()
        && let Err(error) = filter.reload(targets(settings.general.log_level))
    {
        tracing::warn!(%error, "the log level could not be changed");
    }
    for warning in &settings.warnings {
        tracing::warn!("{warning}");
    }
}

fn targets(level: LogLevel) -> Targets {
    let level = level.as_filter().parse().unwrap_or(LevelFilter::INFO);
    Targets::new().with_default(level.min(LevelFilter::WARN)).with_target(OURS, level)
}

/// Logs why the process cannot start.
pub fn cannot_start(error: &dyn Display) {
    tracing::error!(%error, "cannot start");
}

/// Twelve hexadecimal digits that stand for a calendar (its key), an office's name or an address in a log line.
pub fn digest(text: &str) -> String {
    let mut digits = format!("{:x}", Sha256::digest(text.as_bytes()));
    digits.truncate(12);
    digits
}

/// Logs and measures what an ordered sweep did. A dry run has done nothing: it is neither logged nor measured.
pub fn report_sweep(order: &SweepOrder, report: &SweepReport, now: DateTime<Utc>) {
    if !order.dry_run {
        log_sweep(report);
        metrics::sweep(report, now);
    }
}

/// Logs what a sweep did. What went wrong in an office may repeat what the form service said about a person, and a remark
/// is about somebody's days: both are logged at DEBUG only.
pub fn log_sweep(report: &SweepReport) {
    tracing::info!(
        offices.swept = report.offices_swept,
        offices.failed = report.offices_failed,
        events.approved = report.events_approved,
        events.approved_on_earlier_form = report.events_approved_on_earlier_form,
        events.closed = report.events_closed,
        events.refused = report.events_refused,
        events.unreadable = report.events_unreadable,
        forms.issued = report.forms.issued,
        forms.refused = report.forms.refused,
        forms.unknown = report.forms.unknown,
        forms.held = report.forms.held,
        forms.not_reached = report.forms.not_reached,
        open.events = report.open,
        open.oldest_seconds = report.oldest_open_seconds,
        problems = report.problems.len(),
        remarks = report.remarks.len(),
        "sweep"
    );
    if report.forms.held > 0 {
        tracing::warn!(forms.held = report.forms.held, "forms wait for a person");
    }
    for problem in &report.problems {
        tracing::debug!(office.digest = digest(&problem.office), problem = problem.problem, "problem in an office");
    }
    for remark in &report.remarks {
        tracing::debug!(office.digest = digest(&remark.office), remark = remark.remark, "remark on an office");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_digest_is_short_and_tells_calendars_apart() {
        assert_eq!(digest("brno@group.calendar.google.com").len(), 12);
        assert_ne!(digest("brno@group.calendar.google.com"), digest("praha@group.calendar.google.com"));
        assert_eq!(digest(""), "e3b0c44298fc");
    }

    #[test]
    fn other_crates_never_get_below_warn() {
        let chatty = targets(LogLevel::Debug);
        assert!(chatty.would_enable("moffman::google::auth", &tracing::Level::DEBUG));
        assert!(chatty.would_enable("moffman_api::requests", &tracing::Level::DEBUG));
        assert!(!chatty.would_enable("yup_oauth2::authenticator", &tracing::Level::INFO));
        assert!(chatty.would_enable("aws_runtime", &tracing::Level::WARN));
        let quiet = targets(LogLevel::Critical);
        assert!(!quiet.would_enable("aws_runtime", &tracing::Level::WARN));
        assert!(!quiet.would_enable("moffman::sweep", &tracing::Level::WARN));
        assert!(targets(LogLevel::Info).would_enable("moffman::sweep", &tracing::Level::INFO));
        assert!(!targets(LogLevel::Warning).would_enable("moffman::sweep", &tracing::Level::INFO));
    }
}
