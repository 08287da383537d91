//! The right to send a form.

use chrono::{DateTime, Duration, Utc};
use serde::{Deserialize, Serialize};

/// No claim lasts longer, however long the form's timeout is.
const LONGEST_CLAIM: Duration = Duration::minutes(61);

/// The right to send a form, for a while.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Claim {
    /// Who has it.
    pub id: ClaimId,
    /// Its last instant.
    #[serde(with = "chrono::serde::ts_milliseconds")]
    pub until: DateTime<Utc>,
}

/// The name under which a worker sends; random.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ClaimId(pub String);

impl Claim {
    /// A claim until `until`, of which the table keeps whole milliseconds.
    pub fn new(id: ClaimId, until: DateTime<Utc>) -> Self {
        Self { id, until: DateTime::from_timestamp_millis(until.timestamp_millis()).unwrap_or(until) }
    }

    /// Whether it still counts. One that seems to last longer than a claim can was made before the clock was set back.
    pub fn runs(&self, now: DateTime<Utc>) -> bool {
        self.until >= now && self.until - now <= LONGEST_CLAIM
    }
}
