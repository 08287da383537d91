//! The schedules that the function keeps, and what they send.

use chrono::{DateTime, TimeDelta};
use moffman_simulators::{Fault, Matcher};
use serde_json::{Value, json};

use crate::function::{Function, event};
use crate::stage::PRAGUE;
use crate::{STACK, SWEEPER, anna_adds, approved, deployed, error};

#[tokio::test]
async fn the_sheet_is_reloaded_always_and_maintained_once() {
    let function = Function::start(SWEEPER).await;
    let read = || function.stage.world.count("spreadsheets.values.batchGet");
    let maintained = function.answer(event("sweeper-maintain.json")).await;
    assert_eq!((&maintained["offices"], &maintained["users"]), (&json!(2), &json!(1)));
    assert_eq!(maintained["schedules"]["because"], "not set: aws.schedule_group, aws.scheduler_role_arn");
    assert_eq!(read(), 1);
    function.answer(event("sweeper-maintain.json")).await;
    assert_eq!(read(), 1);
    let reloaded = function.answer(event("sweeper-reload.json")).await;
    assert_eq!(reloaded["offices"], json!({"rows": 1, "used": 1, "overridden": 0}));
    assert_eq!(read(), 2);
}

#[tokio::test]
async fn maintaining_makes_the_schedules_and_what_they_send_is_swept() {
    let function = deployed(&[("MOFFMAN_OFFICES__GOOGLE_CONFIG__UPDATE_INTERVAL", "300")]).await;
    let world = function.stage.world.clone();
    let prague = anna_adds(&function, PRAGUE);
    let maintained = function.answer(event("sweeper-maintain.json")).await;
    assert_eq!(maintained["schedules"]["aligned"], true, "{maintained:#}");
    assert_eq!(world.schedules("moffman-sweeps"), ["reload", "sweep-0-of-1"]);
    let schedule = world.schedule("moffman-sweeps", "sweep-0-of-1").unwrap();
    assert_eq!(schedule["Target"]["Arn"], "arn:aws:lambda:eu-central-1:000000000000:function:simulated:live");
    assert_eq!(schedule["Target"]["RoleArn"], STACK[1].1);
    assert_eq!(schedule["Target"]["DeadLetterConfig"]["Arn"], STACK[2].1);

    let mark = world.mark();
    let again = function.answer(event("sweeper-maintain.json")).await;
    assert_eq!((&again["schedules"]["changes"], &again["schedules"]["unchanged"]), (&json!([]), &json!(2)));
    let written =
        world.calls_since(mark).into_iter().filter(|call| call.method == "PUT" || call.operation == "CreateSchedule");
    assert_eq!(written.count(), 0);

    for name in ["reload", "sweep-0-of-1"] {
        let input = world.schedule("moffman-sweeps", name).unwrap()["Target"]["Input"].as_str().unwrap().to_owned();
        function.answer(serde_json::from_str(&input).unwrap()).await;
    }
    assert!(approved(&function, PRAGUE, &prague));
    let lines = function.log();
    let aligned: Vec<_> = lines.iter().filter(|line| line["message"] == "schedules").collect();
    assert_eq!(aligned.len(), 3, "two maintained, one reloaded: {lines:#?}");
    assert_eq!((&aligned[0]["created"], &aligned[1]["created"]), (&json!(2), &json!(0)));
}

#[tokio::test]
async fn a_sweep_that_waited_too_long_is_left_to_the_next_one() {
    let function = deployed(&[("MOFFMAN_OFFICES__GOOGLE_CONFIG__UPDATE_INTERVAL", "300")]).await;
    let world = function.stage.world.clone();
    function.answer(event("sweeper-maintain.json")).await;
    let prague = anna_adds(&function, PRAGUE);
    let fired = |ago: TimeDelta| {
        let start = world.schedule("moffman-sweeps", "sweep-0-of-1").unwrap()["StartDate"].as_i64().unwrap();
        let first = DateTime::from_timestamp(start, 0).unwrap();
        let mut input = world.firings("moffman-sweeps", first).into_iter().last().unwrap().input;
        assert_eq!(input["schedule"]["time"], first.format("%Y-%m-%dT%H:%M:%SZ").to_string());
        input["schedule"]["time"] = json!((world.now() - ago).to_rfc3339());
        input
    };
    let late = function.answer(fired(TimeDelta::minutes(8))).await;
    assert_eq!(late["offices_swept"], Value::Null, "{late:#}");
    assert!(late["too_late"].is_string() && !approved(&function, PRAGUE, &prague));
    let in_time = function.answer(fired(TimeDelta::minutes(6))).await;
    assert_eq!(in_time["offices_swept"], 2, "{in_time:#}");
    assert!(approved(&function, PRAGUE, &prague));
    let lines = function.log();
    let told = lines.iter().filter(|line| line["schedule.time"] == late["too_late"]);
    assert_eq!(told.count(), 1, "{lines:#?}");
}

/// Makes a schedule look as if it had fired for four minutes, and answers its event.
fn fired_for_minutes(function: &Function, schedule: &str) -> Value {
    let world = &function.stage.world;
    let mut content = world.schedule("moffman-sweeps", schedule).unwrap();
    let input = content["Target"]["Input"].as_str().unwrap().to_owned();
    content["StartDate"] = json!((world.now() - TimeDelta::minutes(4)).timestamp());
    for answered in ["Arn", "CreationDate", "GroupName", "LastModificationDate", "Name"] {
        content.as_object_mut().unwrap().remove(answered);
    }
    world.put_schedule("moffman-sweeps", schedule, content);
    serde_json::from_str(&input.replace("<aws.scheduler.scheduled-time>", &world.now().to_rfc3339())).unwrap()
}

#[tokio::test]
async fn what_became_of_a_scheduled_sweep_is_noted_and_its_age_measured() {
    let function = deployed(&[]).await;
    let world = function.stage.world.clone();
    let young = function.answer(event("sweeper-maintain.json")).await;
    assert_eq!(young["shards"], json!({"oldest_seconds": null, "troubled": []}), "{young:#}");
    let scheduled = fired_for_minutes(&function, "sweep-0-of-1");
    let oldest = async || {
        let maintained = function.answer(event("sweeper-maintain.json")).await;
        assert_eq!(maintained["schedules"]["changes"], json!([]), "{maintained:#}");
        (maintained["shards"]["oldest_seconds"].as_i64().unwrap(), maintained["shards"]["troubled"].clone())
    };
    let (never, _) = oldest().await;
    assert!((240..360).contains(&never), "{never}");

    function.answer(json!({"task": "sweep", "shard": 0, "shards": 1})).await;
    let (ordered, _) = oldest().await;
    assert!(ordered >= never, "nothing is noted of what somebody orders");
    function.answer(scheduled.clone()).await;
    let (swept, troubled) = oldest().await;
    assert!(swept < 120 && troubled == json!([]), "{swept} {troubled}");

    world.fail(Matcher::operation("events.list"), Fault::status(403, "forbidden")).always();
    error(function.invoke(scheduled).await);
    let (failed, troubled) = oldest().await;
    assert!(failed >= swept && failed < 120, "{failed}");
    assert_eq!((&troubled[0]["schedule"], &troubled[0]["offices_failed"]), (&json!("sweep-0-of-1"), &json!(2)));
    let offices: Vec<_> = troubled[0]["problems"].as_array().unwrap().iter().map(|one| &one["office"]).collect();
    assert_eq!(offices, ["brno", "prague"], "{troubled}");
    let lines = function.log();
    let ages: Vec<&Value> = lines.iter().map(|line| &line["OldestShardAge"]).filter(|age| age.is_i64()).collect();
    assert_eq!(ages, [&json!(0), &json!(never), &json!(ordered), &json!(swept), &json!(failed)], "{lines:#?}");
}

#[tokio::test]
async fn a_dry_run_of_maintaining_and_reloading_prints_the_diff_and_changes_nothing() {
    let function = deployed(&[]).await;
    let world = function.stage.world.clone();
    for task in ["maintain", "reload"] {
        let dry = function.answer(json!({"task": task, "dry_run": true})).await;
        assert_eq!(dry["schedules"]["because"], "the spreadsheet was never read", "{dry:#}");
    }
    assert_eq!(world.count("spreadsheets.values.batchGet"), 0);
    function.answer(event("sweeper-maintain.json")).await;
    world.remove_schedule("moffman-sweeps", "sweep-0-of-1");
    for task in ["maintain", "reload"] {
        let dry = function.answer(json!({"task": task, "dry_run": true})).await;
        let changes = &dry["schedules"]["changes"];
        assert!(changes[0].as_str().unwrap().starts_with("create sweep-0-of-1: rate(2 hours) from "), "{dry:#}");
    }
    assert_eq!(world.schedules("moffman-sweeps"), [""; 0]);
    assert_eq!(world.count("spreadsheets.values.batchGet"), 1);
}

#[tokio::test]
async fn schedules_that_cannot_be_aligned_fail_maintaining_but_not_a_reload() {
    let function = deployed(&[]).await;
    let refused = || Fault::status(403, "AccessDeniedException");
    function.stage.world.fail("ListSchedules", refused()).times(2);
    let failed = error(function.invoke(event("sweeper-maintain.json")).await);
    assert_eq!(failed["errorType"], "NotAligned", "{failed}");
    let reloaded = function.answer(event("sweeper-reload.json")).await;
    assert_eq!(reloaded["offices"]["used"], 1);
    let because = reloaded["schedules"]["because"].as_str().unwrap();
    assert!(
        because.starts_with("the schedules cannot be read: EventBridge Scheduler refused: AccessDenied"),
        "{because}"
    );
    function.stage.world.fail("CreateSchedule", refused());
    let failed = error(function.invoke(event("sweeper-maintain.json")).await);
    assert_eq!(failed["errorType"], "NotAligned", "{failed}");
    let maintained = function.answer(event("sweeper-maintain.json")).await;
    assert_eq!(maintained["schedules"]["aligned"], true, "{maintained:#}");
}
