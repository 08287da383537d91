//! Reads and writes the schedules of one group of EventBridge Scheduler.
//!
//! API: <https://docs.aws.amazon.com/scheduler/latest/APIReference/Welcome.html>

use std::fmt;

use aws_sdk_scheduler::Client;
use aws_sdk_scheduler::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_scheduler::operation::get_schedule::GetScheduleOutput;
use aws_sdk_scheduler::primitives::DateTime as AwsDateTime;
use aws_sdk_scheduler::types::{
    ActionAfterCompletion, DeadLetterConfig, FlexibleTimeWindow, FlexibleTimeWindowMode, RetryPolicy, ScheduleState,
    Target as AwsTarget,
};
use chrono::{DateTime, Utc};
use derive_more::Debug;

use crate::domain::schedule::{Schedule, Target};

/// A handle on a schedule group; clones share one connection pool.
#[derive(Clone, Debug)]
pub struct Scheduler {
    #[debug(skip)]
    client: Client,
    group: String,
}

/// Why the Scheduler did not do what was asked.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SchedulerError {
    /// Another run changed the schedule at the same time: read it to see what that did.
    #[error("it was changed at the same time")]
    Conflict,
    /// There is no such schedule, or no such group.
    #[error("there is no such schedule or schedule group")]
    NotFound,
    /// Busy, in trouble, or not reached: the next alignment tries again.
    #[error("EventBridge Scheduler is busy or cannot be reached")]
    Unavailable,
    /// The request is wrong or not allowed: correct the role, the group or the quota that the text names.
    #[error("EventBridge Scheduler refused: {0}")]
    Refused(String),
}

impl<E: ProvideErrorMetadata, R> From<SdkError<E, R>> for SchedulerError {
    fn from(error: SdkError<E, R>) -> Self {
        let SdkError::ServiceError(answer) = error else {
            return match error {
                SdkError::ConstructionFailure(_) => Self::Refused("the request cannot be built".to_owned()),
                _ => Self::Unavailable,
            };
        };
        let error = answer.err();
        match error.code() {
            Some("ConflictException") => Self::Conflict,
            Some("ResourceNotFoundException") => Self::NotFound,
            Some("ThrottlingException" | "InternalServerException") | None => Self::Unavailable,
            Some(code) => Self::Refused(format!("{code}: {}", error.message().unwrap_or("no reason given"))),
        }
    }
}

impl Scheduler {
    /// A handle on `group`; calls nobody.
    pub fn new(client: Client, group: impl Into<String>) -> Self {
        Self { client, group: group.into() }
    }

    /// The names of all schedules of the group.
    pub async fn names(&self) -> Result<Vec<String>, SchedulerError> {
        let pages = self.client.list_schedules().group_name(&self.group).into_paginator().items();
        let mut schedules = pages.send();
        let mut names = Vec::new();
        while let Some(schedule) = schedules.next().await.transpose()? {
            names.extend(schedule.name);
        }
        Ok(names)
    }

    /// A schedule as a whole; `None` when it is gone.
    pub async fn read(&self, name: &str) -> Result<Option<Schedule>, SchedulerError> {
        match self.client.get_schedule().group_name(&self.group).name(name).send().await {
            Ok(found) => Ok(Some(schedule(name, found))),
            Err(error) => match error.into() {
                SchedulerError::NotFound => Ok(None),
                error => Err(error),
            },
        }
    }

    /// Makes a schedule.
    pub async fn create(&self, schedule: &Schedule) -> Result<(), SchedulerError> {
        let create = self.client.create_schedule().group_name(&self.group).name(&schedule.name);
        create
            .description(&schedule.description)
            .schedule_expression(&schedule.expression)
            .schedule_expression_timezone(&schedule.time_zone)
            .set_start_date(schedule.start.map(to_aws))
            .state(state(schedule))
            .flexible_time_window(exactly()?)
            .target(target(&schedule.target)?)
            .send()
            .await?;
        Ok(())
    }

    /// Replaces a schedule.
    pub async fn update(&self, schedule: &Schedule) -> Result<(), SchedulerError> {
        let update = self.client.update_schedule().group_name(&self.group).name(&schedule.name);
        update
            .description(&schedule.description)
            .schedule_expression(&schedule.expression)
            .schedule_expression_timezone(&schedule.time_zone)
            .set_start_date(schedule.start.map(to_aws))
            .state(state(schedule))
            .flexible_time_window(exactly()?)
            .target(target(&schedule.target)?)
            .send()
            .await?;
        Ok(())
    }

    /// Deletes a schedule; one that is gone already is deleted.
    pub async fn delete(&self, name: &str) -> Result<(), SchedulerError> {
        match self.client.delete_schedule().group_name(&self.group).name(name).send().await {
            Ok(_) => Ok(()),
            Err(error) => match error.into() {
                SchedulerError::NotFound => Ok(()),
                error => Err(error),
            },
        }
    }
}

fn state(schedule: &Schedule) -> ScheduleState {
    if schedule.enabled { ScheduleState::Enabled } else { ScheduleState::Disabled }
}

/// A time window that lets a schedule fire exactly when it is due.
fn exactly() -> Result<FlexibleTimeWindow, SchedulerError> {
    FlexibleTimeWindow::builder().mode(FlexibleTimeWindowMode::Off).build().map_err(incomplete)
}

fn target(target: &Target) -> Result<AwsTarget, SchedulerError> {
    let queue = target.dead_letter_queue.as_ref().map(|arn| DeadLetterConfig::builder().arn(arn).build());
    let retry = RetryPolicy::builder()
        .set_maximum_event_age_in_seconds(target.patience)
        .set_maximum_retry_attempts(target.retries)
        .build();
    AwsTarget::builder()
        .arn(&target.function)
        .role_arn(&target.role)
        .input(&target.input)
        .set_dead_letter_config(queue)
        .retry_policy(retry)
        .build()
        .map_err(incomplete)
}

fn incomplete(error: impl fmt::Display) -> SchedulerError {
    SchedulerError::Refused(error.to_string())
}

fn to_aws(instant: DateTime<Utc>) -> AwsDateTime {
    AwsDateTime::from_secs(instant.timestamp())
}

fn schedule(name: &str, found: GetScheduleOutput) -> Schedule {
    let extras = extras(&found);
    let target = found.target;
    let text = |text: Option<&str>| text.unwrap_or_default().to_owned();
    let retry = target.as_ref().and_then(AwsTarget::retry_policy);
    Schedule {
        name: name.to_owned(),
        description: found.description.unwrap_or_default(),
        expression: found.schedule_expression.unwrap_or_default(),
        time_zone: found.schedule_expression_timezone.unwrap_or_default(),
        start: found.start_date.and_then(|start| DateTime::from_timestamp(start.secs(), 0)),
        enabled: found.state == Some(ScheduleState::Enabled),
        target: Target {
            function: text(target.as_ref().map(AwsTarget::arn)),
            role: text(target.as_ref().map(AwsTarget::role_arn)),
            input: text(target.as_ref().and_then(AwsTarget::input)),
            dead_letter_queue: target.as_ref().and_then(|target| target.dead_letter_config()?.arn().map(str::to_owned)),
            patience: retry.and_then(RetryPolicy::maximum_event_age_in_seconds),
            retries: retry.and_then(RetryPolicy::maximum_retry_attempts),
        },
        extras,
    }
}

/// The members that the schedule has and ours never have.
fn extras(found: &GetScheduleOutput) -> Vec<&'static str> {
    let target = found.target.as_ref();
    let after = found.action_after_completion.as_ref().is_some_and(|action| *action != ActionAfterCompletion::None);
    let window =
        found.flexible_time_window.as_ref().is_some_and(|window| *window.mode() != FlexibleTimeWindowMode::Off);
    let members = [
        ("EndDate", found.end_date.is_some()),
        ("KmsKeyArn", found.kms_key_arn.is_some()),
        ("ActionAfterCompletion", after),
        ("FlexibleTimeWindow", window),
        ("EcsParameters", target.is_some_and(|target| target.ecs_parameters().is_some())),
        ("EventBridgeParameters", target.is_some_and(|target| target.event_bridge_parameters().is_some())),
        ("KinesisParameters", target.is_some_and(|target| target.kinesis_parameters().is_some())),
        ("SageMakerPipelineParameters", target.is_some_and(|target| target.sage_maker_pipeline_parameters().is_some())),
        ("SqsParameters", target.is_some_and(|target| target.sqs_parameters().is_some())),
    ];
    members.into_iter().filter(|(_, given)| *given).map(|(name, _)| name).collect()
}
