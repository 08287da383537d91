//! Settings that are one of some words.
//!
//! Case does not matter: upstream has log levels in capitals, the other words are in small letters.

/// A setting that is one of some words.
pub(super) trait Word: Copy + 'static {
    /// The words and what they mean.
    const ALL: &'static [(&'static str, Self)];
}

/// `general.log_level`
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum LogLevel {
    /// Everything but what libraries trace.
    Debug,
    /// What was done.
    #[default]
    Info,
    /// What may need attention.
    Warning,
    /// What failed.
    Error,
    /// What ends the process; logged as errors are.
    Critical,
}

impl LogLevel {
    pub(super) const WORDS: &'static str = "DEBUG, INFO, WARNING, ERROR or CRITICAL";

    /// The name that `tracing` knows.
    pub const fn as_filter(self) -> &'static str {
        match self {
            Self::Debug => "debug",
            Self::Info => "info",
            Self::Warning => "warn",
            Self::Error | Self::Critical => "error",
        }
    }
}

impl Word for LogLevel {
    const ALL: &'static [(&'static str, Self)] = &[
        ("DEBUG", Self::Debug),
        ("INFO", Self::Info),
        ("WARNING", Self::Warning),
        ("ERROR", Self::Error),
        ("CRITICAL", Self::Critical),
    ];
}

/// `manual_users.on_change`
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum OnChange {
    /// Issue a form for the new dates.
    #[default]
    Reissue,
    /// Leave the approval as it is.
    Ignore,
}

impl OnChange {
    pub(super) const WORDS: &'static str = "reissue or ignore";
}

impl Word for OnChange {
    const ALL: &'static [(&'static str, Self)] = &[("reissue", Self::Reissue), ("ignore", Self::Ignore)];
}

/// `forms.on_unknown_outcome`
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum OnUnknownOutcome {
    /// Send the form again: at least once.
    #[default]
    Resend,
    /// Wait for a person: at most once.
    Hold,
}

impl OnUnknownOutcome {
    pub(super) const WORDS: &'static str = "resend or hold";
}

impl Word for OnUnknownOutcome {
    const ALL: &'static [(&'static str, Self)] = &[("resend", Self::Resend), ("hold", Self::Hold)];
}

/// `calendar.timed_events`
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum TimedEvents {
    /// Their days, in the calendar's time zone, count.
    #[default]
    Accept,
    /// They are not approved.
    Ignore,
}

impl TimedEvents {
    pub(super) const WORDS: &'static str = "accept or ignore";
}

impl Word for TimedEvents {
    const ALL: &'static [(&'static str, Self)] = &[("accept", Self::Accept), ("ignore", Self::Ignore)];
}
