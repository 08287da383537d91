//! What scheduled invocations note, for `GET /api/v1/status`.

use chrono::TimeDelta;
use moffman::status::{ServiceStatus, SweepOutcome, status};
use moffman_simulators::{Fault, Matcher};
use serde_json::{Value, json};

use crate::function::{Function, event};
use crate::stage::BRNO;
use crate::time::Time;
use crate::{SWEEPER, error};

async fn noted(function: &Function) -> ServiceStatus {
    let stage = &function.stage;
    status(&stage.app(Time::of(&stage.world))).await.unwrap()
}

/// What a schedule sends that fires every so many minutes, with this time.
fn scheduled(task: &Value, every_minutes: u32, time: &str) -> Value {
    let mut event = task.clone();
    event["schedule"] = json!({"every_minutes": every_minutes, "time": time});
    event
}

fn sweep_of(function: &Function) -> Value {
    let time = function.stage.world.now().to_rfc3339();
    scheduled(&json!({"task": "sweep", "shard": 0, "shards": 1}), 120, &time)
}

#[tokio::test]
async fn what_somebody_orders_is_not_noted() {
    let function = Function::start(SWEEPER).await;
    for ordered in ["sweeper-sweep.json", "sweeper-office.json", "sweeper-reload.json", "sweeper-maintain.json"] {
        function.answer(event(ordered)).await;
    }
    function.answer(json!({"task": "sweep", "shard": 0, "shards": 1})).await;
    for task in [sweep_of(&function), scheduled(&json!({"task": "reload"}), 5, "2026-06-15T08:00:00Z")] {
        let mut dry = task;
        dry["dry_run"] = json!(true);
        function.answer(dry).await;
    }
    assert_eq!(noted(&function).await, ServiceStatus::default());
}

#[tokio::test]
async fn a_scheduled_sweep_is_noted_with_its_offices_and_what_is_wrong_in_them() {
    let function = Function::start(SWEEPER).await;
    let world = &function.stage.world;
    function.answer(sweep_of(&function)).await;
    let good = noted(&function).await;
    let sweep = &good.sweeps[0];
    assert_eq!((sweep.shard.as_str(), sweep.outcome), ("0-of-1", SweepOutcome::Ok));
    assert_eq!((sweep.offices, sweep.failed, &good.problems[..]), (2, 0, &[][..]));
    let due = world.now() + TimeDelta::hours(2);
    assert!((sweep.next_due - due).abs() < TimeDelta::minutes(1), "two hours after the time of the schedule");

    world.fail(Matcher::operation("events.list").on_calendar(BRNO), Fault::status(403, "forbidden")).always();
    function.answer(sweep_of(&function)).await;
    let first = noted(&function).await;
    assert_eq!((first.sweeps[0].outcome, first.sweeps[0].failed), (SweepOutcome::Partly, 1));
    let offices: Vec<&str> = first.problems.iter().map(|problem| problem.office.as_str()).collect();
    assert_eq!((offices, first.problems[0].since), (vec!["brno"], first.sweeps[0].last));

    world.fail(Matcher::operation("events.list"), Fault::status(403, "forbidden")).always();
    error(function.invoke(sweep_of(&function)).await);
    let second = noted(&function).await;
    assert_eq!((second.sweeps[0].outcome, second.sweeps[0].failed), (SweepOutcome::Failed, 2));
    assert!(second.sweeps[0].last > first.sweeps[0].last);
    let since: Vec<_> = second.problems.iter().map(|problem| problem.since).collect();
    assert_eq!(since, [first.problems[0].since, second.sweeps[0].last], "Brno's is kept, Prague's is new");
}

#[tokio::test]
async fn a_sweep_that_knows_no_offices_keeps_what_the_one_before_found() {
    let function = Function::start(SWEEPER).await;
    let world = &function.stage.world;
    world.fail("spreadsheets.values.batchGet", Fault::status(403, "forbidden")).always();
    error(function.invoke(sweep_of(&function)).await);
    let failed = noted(&function).await;
    assert_eq!((failed.sweeps[0].outcome, failed.sweeps[0].offices), (SweepOutcome::Failed, 0));
    world.heal();
    function.answer(sweep_of(&function)).await;
    assert_eq!(noted(&function).await.sweeps[0].offices, 2);
}

#[tokio::test]
async fn a_scheduled_reload_is_noted() {
    let function = Function::start(SWEEPER).await;
    let world = &function.stage.world;
    function.answer(event("sweeper-scheduled-reload.json")).await;
    let good = noted(&function).await.reload.unwrap();
    assert_eq!((good.failure, good.problems.len(), good.kept.len()), (None, 0, 0));
    assert_eq!(good.due_at, "2026-06-15T08:05:00Z".parse().ok());
    world.fail("spreadsheets.values.batchGet", Fault::status(403, "forbidden")).always();
    error(function.invoke(event("sweeper-scheduled-reload.json")).await);
    let failed = noted(&function).await.reload.unwrap();
    assert!(failed.failure.is_some() && failed.ran_at > good.ran_at, "{failed:?}");
    function.answer(sweep_of(&function)).await;
    assert_eq!(noted(&function).await.sweeps.len(), 1, "both are kept side by side");
}
