//! How instants are written in answers.

use chrono::{DateTime, SecondsFormat, Utc};

/// RFC 3339 in UTC, in whole seconds.
pub(crate) fn instant(instant: DateTime<Utc>) -> String {
    instant.to_rfc3339_opts(SecondsFormat::Secs, true)
}
