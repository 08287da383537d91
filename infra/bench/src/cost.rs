//! What something took: own time, CPU, calls and bytes.

use std::time::{Duration, Instant};

use moffman_simulators::{Call, Service};

/// What a function took to do something.
#[derive(Clone, Debug, Default)]
pub(crate) struct InvocationCost {
    /// The real time of each invocation, without that of the simulators.
    pub(crate) own_times: Vec<Duration>,
    /// The CPU time of its process.
    pub(crate) cpu: Duration,
    /// Calls to Google Calendar and Sheets.
    pub(crate) google: usize,
    /// Requests for an access token.
    pub(crate) tokens: usize,
    /// Forms sent to Byroapi.
    pub(crate) forms: usize,
    /// Reads of DynamoDB.
    pub(crate) reads: usize,
    /// Writes to DynamoDB.
    pub(crate) writes: usize,
    /// The length of all bodies of requests and answers.
    pub(crate) bytes: usize,
}

impl InvocationCost {
    /// Counts `calls`, without times.
    pub(crate) fn of(calls: &[Call]) -> Self {
        let mut cost = Self::default();
        for call in calls {
            cost.bytes += call.bytes;
            match (call.service, call.operation.as_str()) {
                (Service::Google | Service::Sheets, _) => cost.google += 1,
                (Service::Token, _) => cost.tokens += 1,
                (Service::Byroapi, _) => cost.forms += 1,
                (Service::DynamoDb, "GetItem" | "Query" | "BatchGetItem" | "TransactGetItems" | "Scan") => {
                    cost.reads += 1;
                }
                (Service::DynamoDb, _) => cost.writes += 1,
                (Service::Ssm | Service::Scheduler, _) => {}
            }
        }
        cost
    }

    /// All calls.
    pub(crate) fn calls(&self) -> usize {
        self.google + self.tokens + self.forms + self.reads + self.writes
    }
}

/// The time between two instants while no simulator was working on one of `calls`. Calls may overlap.
pub(crate) fn own_time(from: Instant, to: Instant, calls: &[Call]) -> Duration {
    let within = |call: &Call| Some((call.received.max(from), call.answered?.min(to)));
    let mut spans: Vec<(Instant, Instant)> = calls.iter().filter_map(within).collect();
    spans.sort_unstable();
    let mut own = Duration::ZERO;
    let mut at = from;
    for (received, answered) in spans {
        own += received.saturating_duration_since(at);
        at = at.max(answered);
    }
    own + to.saturating_duration_since(at)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn call(start: Instant, received: u64, answered: u64) -> Call {
        let at = |milliseconds| start + Duration::from_millis(milliseconds);
        Call {
            service: Service::Google,
            caller: None,
            operation: "events.list".to_owned(),
            method: "GET".to_owned(),
            path: "/".to_owned(),
            calendar: None,
            event: None,
            query: Vec::new(),
            if_match: None,
            body: None,
            status: Some(200),
            at: chrono::Utc::now(),
            received: at(received),
            answered: Some(at(answered)),
            bytes: 10,
        }
    }

    #[test]
    fn the_time_of_calls_that_overlap_is_subtracted_once() {
        let start = Instant::now();
        let end = start + Duration::from_millis(100);
        let calls = [call(start, 10, 30), call(start, 20, 40), call(start, 60, 70), call(start, 62, 65)];
        assert_eq!(own_time(start, end, &calls), Duration::from_millis(60));
        assert_eq!(own_time(start, end, &[]), Duration::from_millis(100));
    }

    #[test]
    fn calls_are_counted_by_service() {
        let mut query = call(Instant::now(), 0, 1);
        query.service = Service::DynamoDb;
        query.operation = "Query".to_owned();
        let mut update = query.clone();
        update.operation = "UpdateItem".to_owned();
        let cost = InvocationCost::of(&[call(Instant::now(), 0, 1), query, update]);
        assert_eq!((cost.google, cost.reads, cost.writes, cost.calls(), cost.bytes), (1, 1, 1, 3, 30));
    }
}
