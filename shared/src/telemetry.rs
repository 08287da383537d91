//! What the service tells its operators: log lines, without personal data.
//!
//! The `log` crate is never bridged: yup-oauth2 writes access tokens there. Other crates' lines are kept from WARN up.

use std::fmt::Display;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, Ordering};

use tracing::Span;
use tracing::level_filters::LevelFilter;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::{Layer, Registry, reload};

use crate::config::{LogLevel, Settings};

/// Our own crates all begin with this.
const OURS: &str = "moffman";

static FILTER: OnceLock<reload::Handle<Targets, Registry>> = OnceLock::new();

/// Whether this process has served an invocation.
static IS_WARM: AtomicBool = AtomicBool::new(false);

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
        Format::Json => tracing_subscriber::fmt::layer().json().flatten_event(true).with_span_list(false).boxed(),
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

/// One invocation of a Lambda function: every line that is logged within has its request id, as Lambda's own lines name it,
/// the function's version, and whether the process is new.
pub fn invocation(request_id: &str) -> Span {
    let cold_start = !IS_WARM.swap(true, Ordering::Relaxed);
    let function_version = std::env::var("AWS_LAMBDA_FUNCTION_VERSION").unwrap_or_default();
    // Of the highest level, because a span is there only for levels that are logged.
    tracing::error_span!("invocation", request_id, function_version, cold_start)
}

fn targets(level: LogLevel) -> Targets {
    let level = match level {
        LogLevel::Debug => LevelFilter::DEBUG,
        LogLevel::Info => LevelFilter::INFO,
        LogLevel::Warning => LevelFilter::WARN,
        LogLevel::Error | LogLevel::Critical => LevelFilter::ERROR,
    };
    Targets::new().with_default(level.min(LevelFilter::WARN)).with_target(OURS, level)
}

/// Logs why the process cannot start.
pub fn cannot_start(error: &dyn Display) {
    tracing::error!(%error, "cannot start");
}

#[cfg(test)]
mod tests {
    use super::*;

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
