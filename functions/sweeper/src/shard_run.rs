//! What is noted of a scheduled sweep.

use chrono::{DateTime, Utc};
use moffman::domain::appointment::Appointment;
use moffman::domain::schedule::Ours;
use moffman::store::shard_run::ShardRun;
use moffman::sweep::{SweepError, SweepReport, SweepScope};

/// How many offices with problems are named; the item must stay small.
const MOST_NAMED: usize = 20;

/// What is noted of this sweep; `None` when no schedule ordered it.
pub fn shard_run(
    scope: &SweepScope,
    appointment: Option<&Appointment>,
    began: DateTime<Utc>,
    outcome: &Result<SweepReport, SweepError>,
) -> Option<ShardRun> {
    let (&SweepScope::Shard { index, of }, Some(appointment)) = (scope, appointment) else { return None };
    let report = match outcome {
        Ok(report) => Some(report),
        Err(SweepError::NothingSwept(report)) => Some(&**report),
        Err(SweepError::Directory(_)) => None,
    };
    let mut troubled_offices: Vec<String> =
        report.iter().flat_map(|report| report.problems.iter().map(|problem| problem.office.clone())).collect();
    // The problems of a report come office by office.
    troubled_offices.dedup();
    troubled_offices.truncate(MOST_NAMED);
    Some(ShardRun {
        schedule: Ours::Sweep { shard: index, of }.name(),
        ran_at: began,
        swept_at: outcome.is_ok().then_some(began),
        due_at: appointment.next(began),
        failure: outcome.as_ref().err().map(ToString::to_string),
        offices_failed: report.map_or(0, |report| report.offices_failed),
        troubled_offices,
    })
}
