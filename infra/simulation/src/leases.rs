//! Whoever has claimed a record to send its form has it to itself until the lease ends, or the claim.

use std::collections::HashMap;

use chrono::{DateTime, Duration, Utc};
use moffman_simulators::Call;

/// How long a lease is: the form's timeout and a minute.
const LEASE: Duration = Duration::seconds(75);
/// After this time any lease is over.
pub const LONGER_THAN_A_LEASE: Duration = Duration::minutes(2);

/// The claims that may still count, by event: whose, and since when.
#[derive(Debug, Default)]
pub struct Leases {
    claims: HashMap<String, (String, DateTime<Utc>)>,
}

impl Leases {
    /// The event's record was claimed by this call. Answers who else had it at that time.
    pub fn claimed(&mut self, event: &str, call: &Call) -> Option<String> {
        let caller = call.caller.clone().unwrap_or_default();
        let earlier = self.claims.insert(event.to_owned(), (caller.clone(), call.at));
        earlier.filter(|(other, since)| *other != caller && call.at <= *since + LEASE).map(|(other, _)| other)
    }

    /// Somebody gives the record up, or closes it; whether that succeeds is not known yet.
    pub fn ended(&mut self, event: &str) {
        self.claims.remove(event);
    }
}
