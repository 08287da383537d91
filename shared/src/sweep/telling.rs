//! Tells operators what a sweep did: in the log, and by the metrics that alarms watch.

use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use super::report::SweepReport;
use crate::domain::digest::digest;
use crate::metrics;

/// Logs and measures a sweep.
pub(super) fn tell(report: &SweepReport, now: DateTime<Utc>) {
    log(report);
    metrics::print(&measured(report), now);
}

/// Logs what a sweep did. What went wrong in an office may repeat what the form service said about a person, and a remark
/// is about somebody's days: both are logged at DEBUG only.
fn log(report: &SweepReport) {
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
        google.calls = report.google.made,
        google.refusals = report.google.refused,
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

fn measured(report: &SweepReport) -> Vec<(&'static str, Value)> {
    let mut values = vec![("OfficesSwept", json!(report.offices_swept))];
    let troubles = [
        ("OfficesFailed", report.offices_failed),
        ("FormsHeld", report.forms.held),
        ("FormsWithoutEvent", report.open_forms.without_event),
        ("EventsRefused", report.events_refused),
        ("EventsUnreadable", report.events_unreadable),
    ];
    values.extend(troubles.into_iter().filter(|(_, count)| *count > 0).map(|(name, count)| (name, json!(count))));
    // Whole hours that have gone by.
    values.extend(report.oldest_open_seconds.map(|seconds| ("OldestOpenHours", json!(seconds / 3_600))));
    values
}

#[cfg(test)]
mod tests {
    use super::super::report::FormCounts;
    use super::*;

    fn printed(report: &SweepReport) -> Value {
        let now = DateTime::from_timestamp_millis(1_781_000_000_123).unwrap();
        metrics::line(&measured(report), "stack-table", now)
    }

    #[test]
    fn a_good_sweep_costs_one_metric() {
        let line = printed(&SweepReport { offices_swept: 3, ..SweepReport::default() });
        let directive = &line["_aws"]["CloudWatchMetrics"][0];
        assert_eq!(directive["Dimensions"], json!([["Table"]]));
        assert_eq!(directive["Metrics"], json!([{"Name": "OfficesSwept"}]));
        assert_eq!(line["_aws"]["Timestamp"], json!(1_781_000_000_123_i64));
        assert_eq!((&line["OfficesSwept"], &line["Table"]), (&json!(3), &json!("stack-table")));
        assert!(!line.to_string().contains('\n'));
    }

    #[test]
    fn trouble_is_measured_and_every_metric_has_a_value() {
        let line = printed(&SweepReport {
            offices_failed: 1,
            forms: FormCounts { held: 2, ..FormCounts::default() },
            oldest_open_seconds: Some(90_000),
            ..SweepReport::default()
        });
        let metrics = line["_aws"]["CloudWatchMetrics"][0]["Metrics"].as_array().unwrap();
        let values = metrics.iter().map(|metric| &line[metric["Name"].as_str().unwrap()]);
        assert_eq!(values.collect::<Vec<_>>(), [&json!(0), &json!(1), &json!(2), &json!(25)]);
    }
}
