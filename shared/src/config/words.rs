//! Settings that are one of some words, in small or capital letters.

use strum::{EnumString, VariantNames};

/// `general.log_level`
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, EnumString, VariantNames)]
#[strum(serialize_all = "UPPERCASE", ascii_case_insensitive)]
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

/// `manual_users.on_change`
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, EnumString, VariantNames)]
#[strum(serialize_all = "lowercase", ascii_case_insensitive)]
pub enum OnChange {
    /// Issue a form for the new dates.
    #[default]
    Reissue,
    /// Leave the approval as it is.
    Ignore,
}

/// `forms.on_unknown_outcome`
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, EnumString, VariantNames)]
#[strum(serialize_all = "lowercase", ascii_case_insensitive)]
pub enum OnUnknownOutcome {
    /// Send the form again: at least once.
    #[default]
    Resend,
    /// Wait for a person: at most once.
    Hold,
}

/// `calendar.timed_events`
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, EnumString, VariantNames)]
#[strum(serialize_all = "lowercase", ascii_case_insensitive)]
pub enum TimedEvents {
    /// They are accepted; their days in the calendar's time zone count.
    #[default]
    Accept,
    /// They are not approved.
    Ignore,
}
