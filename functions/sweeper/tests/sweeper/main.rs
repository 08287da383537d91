//! The compiled function, invoked as EventBridge Scheduler does.

#![expect(clippy::unwrap_used, clippy::panic, reason = "what a test cannot go on without fails it")]

#[path = "../../../api/tests/api/function.rs"]
mod function;
mod noted;
mod schedules;
#[path = "../../../api/tests/api/stage.rs"]
mod stage;
mod sweeps;
#[path = "../../../api/tests/api/time.rs"]
mod time;
mod trouble;

use chrono::TimeDelta;
use function::Function;
use moffman_simulators::{InvocationOutcome, NewEvent};
use serde_json::Value;
use stage::{ANNA, Stage};

const SWEEPER: &str = env!("CARGO_BIN_EXE_sweeper");
/// What the template tells the function of its stack.
const STACK: [(&str, &str); 3] = [
    ("MOFFMAN_AWS__SCHEDULE_GROUP", "moffman-sweeps"),
    ("MOFFMAN_AWS__SCHEDULER_ROLE_ARN", "arn:aws:iam::000000000000:role/moffman-scheduler"),
    ("MOFFMAN_AWS__DEAD_LETTER_QUEUE_ARN", "arn:aws:sqs:eu-central-1:000000000000:moffman-undelivered"),
];

/// The function in a stack with a schedule group.
async fn deployed(variables: &[(&str, &str)]) -> Function {
    let stage = Stage::set().await;
    stage.make_table().await;
    stage.world.add_schedule_group("moffman-sweeps");
    let settings = stage.settings_file();
    let variables: Vec<_> = STACK.iter().chain(variables).copied().collect();
    Function::start_in(SWEEPER, stage, &settings, &variables).await
}

/// Anna adds a day next week by hand.
fn anna_adds(function: &Function, calendar: &str) -> String {
    let start = (function.stage.world.now() + TimeDelta::days(7)).date_naive();
    let end = start + TimeDelta::days(1);
    function.stage.world.person_adds(
        calendar,
        ANNA,
        NewEvent::new(start.to_string().as_str(), end.to_string().as_str()),
    )
}

fn approved(function: &Function, calendar: &str, id: &str) -> bool {
    let event = function.stage.world.event(calendar, id).unwrap();
    event["extendedProperties"]["private"]["event_processed"] == "true"
}

fn error(outcome: InvocationOutcome) -> Value {
    match outcome {
        InvocationOutcome::Error(error) => error,
        other => panic!("{other:?}"),
    }
}
