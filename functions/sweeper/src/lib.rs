//! Moffman's scheduled work: takes a task, calls a verb of the library and answers its report.
//!
//! An invocation fails only if nothing could be done; the report says which offices and schedules failed.

mod failure;
mod shard_run;
mod task;

use std::panic::AssertUnwindSafe;

use aws_sdk_scheduler::Client;
use aws_types::SdkConfig;
use chrono::{DateTime, TimeDelta, Utc};
use futures_util::FutureExt as _;
use lambda_runtime::{Context, LambdaEvent};
use moffman::app::Moffman;
use moffman::clock::Moment;
use moffman::domain::appointment::Appointment;
use moffman::google::Budget;
use moffman::metrics;
use moffman::orphans::{self, TendOrder};
use moffman::reload::{self, ReloadOrder, ScheduledReloadOrder};
use moffman::schedules::{self, AlignError, AlignOrder, Alignment, Timetable};
use moffman::shards::{self, MeasureOrder, NoteOrder};
use moffman::sweep::{self, SweepError};
use moffman::telemetry;
use serde_json::{Value, json};
use tracing::Instrument as _;

pub use failure::Failure;
pub use shard_run::shard_run;
pub use task::{Task, TaskError};

/// The time that the function needs to send its answer after the work.
const TO_ANSWER: TimeDelta = TimeDelta::seconds(2);

/// The function, with the service and a way to the schedules that invoke it.
#[derive(Debug)]
pub struct Sweeper {
    app: Moffman,
    scheduler: Client,
}

impl Sweeper {
    /// Puts the function together; calls nobody.
    pub fn new(app: Moffman, aws: &SdkConfig) -> Self {
        Self { app, scheduler: Client::new(aws) }
    }

    /// Carries out the task of one invocation, answers its report and logs one line about it.
    pub async fn handle(&self, event: LambdaEvent<Value>) -> Result<Value, Failure> {
        let span = telemetry::invocation(&event.context.request_id);
        self.answer(event).instrument(span).await
    }

    async fn answer(&self, event: LambdaEvent<Value>) -> Result<Value, Failure> {
        let LambdaEvent { payload, context } = event;
        let (task, outcome) = match Task::try_from(payload) {
            Ok(task) => {
                let name = task.name();
                // A panic's message may repeat personal data, so it must not become the answer.
                let work = AssertUnwindSafe(self.carry_out(task, &context)).catch_unwind();
                (name, work.await.unwrap_or(Err(Failure::Panicked)))
            }
            Err(error) => ("none", Err(error.into())),
        };
        tracing::info!(task, ok = outcome.is_ok(), "invocation");
        outcome
    }

    async fn carry_out(&self, task: Task, context: &Context) -> Result<Value, Failure> {
        match task {
            Task::Sweep { appointment: Some(appointment), .. } if appointment.is_late(self.app.clock.now()) => {
                let time = appointment.time();
                tracing::warn!(schedule.time = time, "a sweep comes too late and is left to the next one");
                Ok(json!({"too_late": time}))
            }
            Task::Sweep { scope, dry_run, share, appointment } => {
                let end = end_of_sweep(context, appointment.as_ref(), self.app.clock.now());
                let deadline = end.map(|end| self.app.clock.moment_of(end));
                let order = sweep::SweepOrder { scope, dry_run, deadline, share };
                self.sweep(&order, appointment.filter(|_| !dry_run).as_ref()).await
            }
            Task::Reload { dry_run: false, appointment } => self.reload(appointment.as_ref(), context).await,
            Task::Maintain { dry_run: false } => self.maintain(context).await,
            Task::Reload { dry_run: true, .. } | Task::Maintain { dry_run: true } => {
                Ok(json!({"schedules": self.align(true, context).await?}))
            }
        }
    }

    async fn sweep(&self, order: &sweep::SweepOrder, appointment: Option<&Appointment>) -> Result<Value, Failure> {
        let began = self.app.clock.now();
        let outcome = sweep::sweep(&self.app, order).await;
        if let Some(run) = shard_run(&order.scope, appointment, began, &outcome) {
            shards::note_run(&self.app, &NoteOrder { run }).await;
        }
        match outcome {
            // The answer to a dry run says why nothing could be swept.
            Err(SweepError::NothingSwept(report)) if order.dry_run => Ok(serde_json::to_value(report)?),
            outcome => Ok(serde_json::to_value(outcome?)?),
        }
    }

    /// Reloads and then aligns the schedules, because the sheet may have other offices now and the configuration other
    /// intervals.
    async fn reload(&self, appointment: Option<&Appointment>, context: &Context) -> Result<Value, Failure> {
        let (app, order) = (&self.app, self.until_next_reload(context));
        let report = match appointment {
            Some(appointment) => {
                let due_at = Some(appointment.next(app.clock.now()));
                let order = ScheduledReloadOrder { deadline: order.deadline, due_at };
                reload::reload_on_schedule(app, &order).await
            }
            None => reload::reload(app, &order).await,
        };
        let mut answer = serde_json::to_value(report?)?;
        answer["schedules"] = match self.align(false, context).await {
            Ok(alignment) => json!(alignment),
            Err(AlignError::NothingChanged(alignment)) => json!(alignment),
            // The sheet was reloaded even though the schedules are not aligned.
            Err(error) => json!(Alignment::not(&error)),
        };
        Ok(answer)
    }

    /// Gives a reload time until the next one, because two at once would subscribe at twice the pace.
    fn until_next_reload(&self, context: &Context) -> ReloadOrder {
        let next = Timetable::of(&self.app.settings).reloads.map(|every| self.app.clock.moment() + every);
        ReloadOrder { deadline: self.deadline(context).into_iter().chain(next).min() }
    }

    async fn maintain(&self, context: &Context) -> Result<Value, Failure> {
        let roster = self.app.directory.roster(&self.budget(context)).await?;
        let schedules = self.align(false, context).await?;
        let (offices, users) = (roster.offices.len(), roster.users.len());
        let orphaned = orphans::tend(&self.app, &TendOrder { deadline: self.deadline(context) }).await?;
        metrics::orphaned(orphaned.open, self.app.clock.now());
        let order = MeasureOrder { schedules: &schedules.sweeps };
        let shards = shards::measure_ages(&self.app, &order).await.map_err(Failure::Store)?;
        Ok(json!({
            "offices": offices, "users": users, "schedules": schedules, "orphaned": orphaned, "shards": shards,
        }))
    }

    fn budget(&self, context: &Context) -> Budget {
        Budget { deadline: self.deadline(context), ..Budget::default() }
    }

    fn deadline(&self, context: &Context) -> Option<Moment> {
        deadline(context).map(|end| self.app.clock.moment_of(end))
    }

    async fn align(&self, dry_run: bool, context: &Context) -> Result<Alignment, AlignError> {
        let function = live(&context.invoked_function_arn);
        let (client, deadline) = (self.scheduler.clone(), self.deadline(context));
        schedules::align(&self.app, &AlignOrder { client, function, dry_run, deadline }).await
    }
}

/// When the work must be done so that the answer leaves before the function's time is over.
fn deadline(context: &Context) -> Option<DateTime<Utc>> {
    let end = DateTime::from_timestamp_millis(context.deadline.try_into().ok()?)?;
    end.checked_sub_signed(TO_ANSWER)
}

/// When a sweep must be done: before the function's time is over, and before others have its share of the quota.
fn end_of_sweep(context: &Context, appointment: Option<&Appointment>, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
    deadline(context).into_iter().chain(appointment.map(|appointment| appointment.end(now))).min()
}

/// The ARN of the alias that schedules call, whatever version of the function somebody has invoked.
fn live(invoked: &str) -> String {
    let name = invoked.match_indices(':').nth(6).map_or(invoked, |(end, _)| &invoked[..end]);
    format!("{name}:live")
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
        let now = end - TimeDelta::minutes(15);
        let often = Appointment::every(1);
        assert_eq!(end_of_sweep(&context, Some(&often), now), Some(now + TimeDelta::minutes(5)), "others come soon");
        for appointment in [None, Some(&Appointment::every(120))] {
            assert_eq!(end_of_sweep(&context, appointment, now), deadline(&context));
        }
        context.deadline = u64::MAX;
        assert_eq!(deadline(&context), None);
    }

    #[test]
    fn schedules_call_the_alias_whatever_was_invoked() {
        let function = "arn:aws:lambda:eu-central-1:000000000000:function:sweeper";
        for invoked in ["", ":$LATEST", ":7", ":live", ":other"] {
            assert_eq!(live(&format!("{function}{invoked}")), format!("{function}:live"), "{invoked}");
        }
    }
}
