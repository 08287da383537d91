//! The numbers that alarms watch, printed by a Lambda function in `CloudWatch`'s embedded metric format; by nothing else.
//!
//! A metric that is printed every hour costs as much as three alarms, so there are few, and all but two are printed only when
//! something is open or wrong: the alarms take a period without them for 0. Everything else is in the log line of the sweep.

use std::io::Write;
use std::sync::OnceLock;

use chrono::{DateTime, Utc};
use serde_json::{Map, Value, json};

/// The `CloudWatch` namespace.
const NAMESPACE: &str = "Moffman";
/// The only dimension: both functions of a stack work on one table, and two stacks in one account on two.
const DIMENSION: &str = "Table";

static TABLE: OnceLock<String> = OnceLock::new();

/// From now on, metrics of this process are printed, as those of `table`.
pub fn print_for(table: &str) {
    // A process has one stack.
    let _ = TABLE.set(table.to_owned());
}

/// Prints how many open events lie in calendars that no office has any more, if there are any.
pub fn orphaned(records: usize, now: DateTime<Utc>) {
    if records > 0 {
        print(&[("RecordsOrphaned", json!(records))], now);
    }
}

/// Prints how long ago that shard was swept, in seconds, which has waited longest. The alarm notices where nobody prints it.
pub(crate) fn oldest_shard(seconds: i64, now: DateTime<Utc>) {
    print(&[("OldestShardAge", json!(seconds))], now);
}

/// Prints that Google refused a call.
pub(crate) fn google_refusal(now: DateTime<Utc>) {
    print(&[("GoogleRefusals", json!(1))], now);
}

/// Prints metrics, if this process prints any.
pub(crate) fn print(values: &[(&'static str, Value)], now: DateTime<Utc>) {
    let Some(table) = TABLE.get() else {
        return;
    };
    if let Err(error) = writeln!(std::io::stdout().lock(), "{}", line(values, table, now)) {
        tracing::warn!(%error, "the metrics could not be printed");
    }
}

/// The line that is printed: <https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html>
pub(crate) fn line(values: &[(&'static str, Value)], table: &str, now: DateTime<Utc>) -> Value {
    let metrics: Vec<Value> = values.iter().map(|(name, _)| json!({ "Name": name })).collect();
    let mut members: Map<String, Value> =
        values.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect();
    members.insert(DIMENSION.to_owned(), json!(table));
    members.insert(
        "_aws".to_owned(),
        json!({
            "Timestamp": now.timestamp_millis(),
            "CloudWatchMetrics": [{"Namespace": NAMESPACE, "Dimensions": [[DIMENSION]], "Metrics": metrics}],
        }),
    );
    Value::Object(members)
}

#[cfg(test)]
mod tests {
    /// An alarm on a name that nobody prints would never ring, and a metric without an alarm is money for nothing.
    #[test]
    fn the_templates_alarms_watch_these_metrics() {
        let template = include_str!("../../template.yaml");
        let ours = template.split("Namespace: Moffman\n").skip(1);
        let mut watched: Vec<&str> =
            ours.map(|alarm| alarm.lines().next().unwrap().trim().strip_prefix("MetricName: ").unwrap()).collect();
        watched.sort_unstable();
        let expected = [
            "EventsRefused",
            "FormsHeld",
            "GoogleRefusals",
            "OfficesFailed",
            "OfficesSwept",
            "OldestOpenHours",
            "OldestShardAge",
            "RecordsOrphaned",
        ];
        assert_eq!(watched, expected);
        assert_eq!(template.matches("Name: Table,").count(), 1, "all through one anchor");
    }
}
