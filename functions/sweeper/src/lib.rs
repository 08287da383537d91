//! Moffman's scheduled work: a task in, a verb of the library, its report out.
//!
//! An invocation fails only when nothing could be done; what failed for some offices is in the report.

mod failure;
mod task;

use std::panic::AssertUnwindSafe;

use chrono::{DateTime, TimeDelta, Utc};
use futures_util::FutureExt as _;
use lambda_runtime::{Context, LambdaEvent};
use moffman::app::Moffman;
use moffman::google::Budget;
use moffman::reload;
use moffman::sweep::{self, Order, SweepError, SweepReport};
use moffman::telemetry;
use serde_json::{Value, json};

pub use failure::Failure;
pub use task::{Task, TaskError};

/// What the function needs to send its answer, after the work.
const TO_ANSWER: TimeDelta = TimeDelta::seconds(2);

/// Carries out the task of one invocation, answers its report and logs one line about it.
pub async fn handle(app: &Moffman, event: LambdaEvent<Value>) -> Result<Value, Failure> {
    let LambdaEvent { payload, context } = event;
    let (task, outcome) = match Task::try_from(payload) {
        Ok(task) => {
            let name = task.name();
            // What a panic says may repeat what was being handled: it must not become the answer.
            let work = AssertUnwindSafe(carry_out(app, task, &context)).catch_unwind();
            (name, work.await.unwrap_or(Err(Failure::Panicked)))
        }
        Err(error) => ("none", Err(error.into())),
    };
    tracing::info!(task, ok = outcome.is_ok(), request_id = context.request_id, "invocation");
    outcome
}

async fn carry_out(app: &Moffman, task: Task, context: &Context) -> Result<Value, Failure> {
    let deadline = deadline(context);
    let budget = Budget { deadline, pace: None };
    match task {
        Task::Sweep { scope, dry_run } => {
            let order = Order { scope, dry_run, deadline };
            let outcome = sweep::sweep(app, &order).await;
            if let Some(report) = report(&outcome) {
                telemetry::report_sweep(&order, report, app.clock.now());
            }
            Ok(serde_json::to_value(outcome?)?)
        }
        Task::Reload => {
            let report = reload::reload(&app.directory, &app.google, &budget).await?;
            Ok(serde_json::to_value(report)?)
        }
        Task::Maintain => {
            let everything = app.directory.everything(&app.google, &budget).await?;
            Ok(json!({"offices": everything.offices.len(), "users": everything.users.len()}))
        }
    }
}

fn report(outcome: &Result<SweepReport, SweepError>) -> Option<&SweepReport> {
    match outcome {
        Ok(report) => Some(report),
        Err(SweepError::NothingSwept(report)) => Some(report),
        Err(SweepError::Directory(_)) => None,
    }
}

/// When the work must be done so that the answer is out before the function's time is over.
fn deadline(context: &Context) -> Option<DateTime<Utc>> {
    let end = DateTime::from_timestamp_millis(context.deadline.try_into().ok()?)?;
    end.checked_sub_signed(TO_ANSWER)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_work_ends_before_the_function_does() {
        let end: DateTime<Utc> = "2026-06-15T08:15:00Z".parse().unwrap();
        let mut context = Context::default();
        context.deadline = end.timestamp_millis().try_into().unwrap();
        assert_eq!(deadline(&context), Some(end - TimeDelta::seconds(2)));
        context.deadline = u64::MAX;
        assert_eq!(deadline(&context), None);
    }
}
