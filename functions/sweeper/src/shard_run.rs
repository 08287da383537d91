//! What is noted of a scheduled sweep.

use chrono::{DateTime, Utc};
use moffman::domain::appointment::Appointment;
use moffman::domain::schedule::Ours;
use moffman::store::shard_run::ShardRun;
use moffman::sweep::{self, SweepError, SweepReport, SweepScope};

/// What is noted of this sweep; `None` when no schedule ordered it.
pub fn shard_run(
    scope: &SweepScope,
    appointment: Option<&Appointment>,
    began: DateTime<Utc>,
    outcome: &Result<SweepReport, SweepError>,
) -> Option<ShardRun> {
    let (&SweepScope::Shard { index, of }, Some(appointment)) = (scope, appointment) else { return None };
    let schedule = Ours::Sweep { shard: index, of }.name();
    Some(sweep::shard_run(schedule, began, appointment.next(began), outcome))
}
