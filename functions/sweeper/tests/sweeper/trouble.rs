//! What fails, and what the function says of it.

use aws_sdk_scheduler::config::BehaviorVersion;
use aws_types::SdkConfig;
use aws_types::region::Region;
use chrono::TimeDelta;
use lambda_runtime::{Context, Diagnostic, LambdaEvent};
use moffman_simulators::{Fault, Matcher};
use moffman_sweeper::Sweeper;
use serde_json::json;

use crate::function::{Function, event};
use crate::stage::{BRNO, PRAGUE, Stage};
use crate::time::Time;
use crate::{SWEEPER, error};

#[tokio::test]
async fn an_invocation_fails_only_when_nothing_could_be_done() {
    let function = Function::start(SWEEPER).await;
    let world = &function.stage.world;
    world.fail(Matcher::operation("events.list").on_calendar(BRNO), Fault::status(403, "forbidden")).always();
    let report = function.answer(event("sweeper-sweep.json")).await;
    assert_eq!((&report["offices_swept"], &report["offices_failed"]), (&json!(1), &json!(1)), "{report:#}");
    world.fail(Matcher::operation("events.list"), Fault::status(403, "forbidden")).always();
    let nothing = error(function.invoke(event("sweeper-sweep.json")).await);
    assert_eq!(nothing["errorType"], "NothingSwept", "{nothing}");
    let why = function.answer(json!({"task": "sweep", "dry_run": true})).await;
    assert_eq!((&why["offices_failed"], why["problems"].as_array().map(Vec::len)), (&json!(2), Some(2)), "{why:#}");
    world.fail(Matcher::operation("spreadsheets.values.batchGet"), Fault::status(403, "forbidden")).always();
    let reload = error(function.invoke(event("sweeper-reload.json")).await);
    assert_eq!(reload["errorType"], "NotReloaded", "{reload}");
    let office = error(function.invoke(json!({"task": "sweep", "office_id": "atlantis"})).await);
    assert_eq!(office["errorType"], "UnknownOffice", "{office}");
}

#[tokio::test]
async fn what_is_no_task_is_refused_and_the_next_one_is_done() {
    let function = Function::start(SWEEPER).await;
    for wrong in [json!({"task": "swep"}), json!({}), json!({"task": "sweep", "shard": 2, "shards": 2}), json!("sweep")]
    {
        let refused = error(function.invoke(wrong).await);
        assert_eq!(refused["errorType"], "InvalidTask", "{refused}");
    }
    function.answer(event("sweeper-shard.json")).await;
    function.answer(event("sweeper-maintain.json")).await;
}

#[tokio::test]
async fn a_panic_fails_its_invocation_without_its_text_and_the_next_one_is_done() {
    let stage = Stage::set().await;
    stage.make_table().await;
    let time = Time::of(&stage.world);
    let aws =
        SdkConfig::builder().behavior_version(BehaviorVersion::latest()).region(Region::new("eu-central-1")).build();
    let sweeper = Sweeper::new(stage.app(time.clone()), &aws);
    let mut context = Context::default();
    context.deadline = (stage.world.now() + TimeDelta::minutes(15)).timestamp_millis().try_into().unwrap();
    let sweep = || LambdaEvent::new(json!({"task": "sweep", "dry_run": true}), context.clone());
    time.panic_at(1);
    let failure = sweeper.handle(sweep()).await.unwrap_err();
    assert!(!format!("{failure:?} {failure}").contains("Anna"), "{failure:?}");
    let Diagnostic { error_type, error_message, .. } = failure.into();
    assert_eq!((error_type.as_str(), error_message.as_str()), ("Panicked", "the work panicked; the log says where"));
    let report = sweeper.handle(sweep()).await.unwrap();
    assert_eq!(report["offices_swept"], 2, "{report:#}");
}

#[tokio::test]
async fn a_calendar_that_is_not_shared_is_reported_with_the_address_to_share_it_with() {
    let function = Function::start(SWEEPER).await;
    function.stage.world.remove_calendar(PRAGUE);
    let account = function.stage.account();
    for event in [event("sweeper-sweep.json"), json!({"task": "sweep", "dry_run": true})] {
        let report = function.answer(event).await;
        assert_eq!((&report["offices_failed"], &report["problems"][0]["office"]), (&json!(1), &json!("prague")));
        let problem = report["problems"][0]["problem"].as_str().unwrap();
        assert!(problem.contains("not shared with") && problem.contains(&account), "{problem}");
    }
    let world = &function.stage.world;
    world.set_access_role(BRNO, "reader");
    let plan = function.answer(json!({"task": "sweep", "office_id": "brno", "dry_run": true})).await;
    let problem = plan["problems"][0]["problem"].as_str().unwrap();
    assert!(problem.contains("for reading only") && problem.contains(&account), "{problem}");
    world.fail(Matcher::operation("spreadsheets.values.batchGet"), Fault::status(404, "notFound"));
    let reload = error(function.invoke(event("sweeper-reload.json")).await);
    assert_eq!(reload["errorType"], "NotReloaded", "{reload}");
    let lines = function.log();
    let told = |message: &str| lines.iter().any(|line| line["message"] == message && line["account"] == account);
    assert!(told("the spreadsheet is not shared with this account, or does not exist"), "{lines:#?}");
}

#[tokio::test]
async fn a_key_that_was_replaced_in_ssm_is_used_without_a_new_process() {
    let function = Function::start(SWEEPER).await;
    let world = function.stage.world.clone();
    function.answer(event("sweeper-sweep.json")).await;
    world.set_secure_parameter("/moffman/key", &world.service_account_key().replace("5149a7f3d0", "a7f3d05149"));
    world.revoke_tokens();
    world.fail("token", Fault::status(400, "invalid_grant: Invalid JWT Signature."));
    let report = function.answer(event("sweeper-sweep.json")).await;
    assert_eq!((&report["offices_swept"], world.count("GetParameter")), (&json!(2), 2), "{report:#}");
    world.revoke_tokens();
    world.fail("token", Fault::status(400, "invalid_grant: Invalid JWT Signature.")).times(2);
    error(function.invoke(event("sweeper-sweep.json")).await);
    assert_eq!(world.count("GetParameter"), 2, "once a minute");
}

#[tokio::test]
async fn a_spreadsheet_whose_api_is_off_is_not_called_unshared() {
    let function = Function::start(SWEEPER).await;
    let off = Fault::status(403, "SERVICE_DISABLED");
    function.stage.world.fail(Matcher::operation("spreadsheets.values.batchGet"), off);
    let reload = error(function.invoke(event("sweeper-reload.json")).await);
    assert!(reload["errorMessage"].as_str().unwrap().contains("is off in the service account's project"), "{reload}");
    let lines = function.log();
    assert!(lines.iter().all(|line| !line.to_string().contains("shared")), "{lines:#?}");
}

#[tokio::test]
async fn a_refusal_by_google_is_measured() {
    let function = Function::start(SWEEPER).await;
    let world = &function.stage.world;
    world.fail(Matcher::operation("events.list").on_calendar(BRNO), Fault::status(403, "forbidden")).always();
    function.answer(event("sweeper-sweep.json")).await;
    let lines = function.log();
    let measured = |name: &str| lines.iter().filter(|line| line["_aws"].is_object() && line[name] == json!(1)).count();
    assert_eq!((measured("GoogleRefusals"), measured("OfficesFailed")), (1, 1), "{lines:#?}");
}

#[tokio::test]
async fn a_parameter_that_cannot_be_read_is_named_with_what_to_do() {
    for (refusal, advice) in [
        ("ParameterNotFound", "`/moffman/key` does not exist in this region: make it"),
        ("AccessDeniedException", "`/moffman/key` may not be read by this function: deploy with"),
    ] {
        let stage = Stage::set().await;
        let settings = stage.settings_file();
        stage.world.fail(Matcher::operation("GetParameter"), Fault::status(400, refusal)).always();
        let (status, lines) = Function::start_with(SWEEPER, stage, &settings).await.end().await;
        assert!(!status.success());
        let message = lines[0]["error"].as_str().unwrap();
        assert!(message.contains(advice), "{message}");
    }
}

#[tokio::test]
async fn mistakes_in_the_configuration_end_the_process() {
    let stage = Stage::set().await;
    let settings = stage.file("bad.yaml", "general: {log_level: LOUD}\nofices: {}\n");
    let (status, lines) = Function::start_with(SWEEPER, stage, &settings).await.end().await;
    assert!(!status.success());
    assert_eq!(lines.len(), 1, "{lines:#?}");
    let message = lines[0].to_string();
    assert!(message.contains("general.log_level") && message.contains("ofices"), "{message}");
}
