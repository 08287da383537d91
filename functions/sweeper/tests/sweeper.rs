//! The compiled function, invoked as EventBridge Scheduler does.

#![expect(clippy::unwrap_used, clippy::panic, reason = "what a test cannot go on without fails it")]

#[path = "../../api/tests/api/function.rs"]
mod function;
#[path = "../../api/tests/api/stage.rs"]
mod stage;
#[path = "../../api/tests/api/time.rs"]
mod time;

use aws_sdk_scheduler::config::BehaviorVersion;
use aws_types::SdkConfig;
use aws_types::region::Region;
use chrono::TimeDelta;
use function::{Function, event};
use lambda_runtime::{Context, Diagnostic, LambdaEvent};
use moffman_simulators::{Fault, InvocationOutcome, Matcher, NewEvent};
use moffman_sweeper::Sweeper;
use serde_json::{Value, json};
use stage::{ANNA, BRNO, PRAGUE, SHEET, Stage};
use time::Time;

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

#[tokio::test]
async fn a_sweep_approves_what_people_added_by_hand() {
    let function = Function::start(SWEEPER).await;
    let (prague, brno) = (anna_adds(&function, PRAGUE), anna_adds(&function, BRNO));
    let report = function.answer(event("sweeper-sweep.json")).await;
    assert_eq!((&report["offices_swept"], &report["events_approved"]), (&json!(2), &json!(2)), "{report:#}");
    assert!(approved(&function, PRAGUE, &prague) && approved(&function, BRNO, &brno));
    assert_eq!(function.stage.world.forms().len(), 1, "both are Anna's, for the same day");
}

#[tokio::test]
async fn one_office_or_one_shard_is_swept_alone() {
    let function = Function::start(SWEEPER).await;
    let (prague, brno) = (anna_adds(&function, PRAGUE), anna_adds(&function, BRNO));
    let report = function.answer(event("sweeper-office.json")).await;
    assert_eq!(report["offices_swept"], 1, "{report:#}");
    assert!(approved(&function, PRAGUE, &prague) && !approved(&function, BRNO, &brno));
    let first = function.answer(json!({"task": "sweep", "shard": 0, "shards": 2})).await;
    let second = function.answer(json!({"task": "sweep", "shard": 1, "shards": 2})).await;
    let swept = |report: &Value| report["offices_swept"].as_i64().unwrap();
    assert_eq!(swept(&first) + swept(&second), 2, "{first:#} {second:#}");
    assert!(approved(&function, BRNO, &brno));
}

#[tokio::test]
async fn a_dry_run_answers_the_plan_and_changes_nothing() {
    let function = Function::start(SWEEPER).await;
    let id = anna_adds(&function, PRAGUE);
    let report = function.answer(json!({"task": "sweep", "dry_run": true})).await;
    assert_eq!(report["plans"].as_array().unwrap().len(), 2, "{report:#}");
    assert!(!approved(&function, PRAGUE, &id));
    assert_eq!(function.stage.world.forms().len(), 0);
    assert!(function.log().iter().all(|line| line["_aws"].is_null()), "a plan is not measured");
}

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
    assert_eq!(schedule["Target"]["Arn"], "arn:aws:lambda:eu-central-1:000000000000:function:simulated");
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
        let first = chrono::DateTime::from_timestamp(start, 0).unwrap();
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
    let told = lines.iter().filter(|line| line["scheduled"] == late["too_late"]);
    assert_eq!(told.count(), 1, "{lines:#?}");
}

/// Makes a schedule look as if it had fired for three hours, and answers its event.
fn fired_for_hours(function: &Function, schedule: &str) -> Value {
    let world = &function.stage.world;
    let mut content = world.schedule("moffman-sweeps", schedule).unwrap();
    let input = content["Target"]["Input"].as_str().unwrap().to_owned();
    content["StartDate"] = json!((world.now() - TimeDelta::hours(3)).timestamp());
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
    let scheduled = fired_for_hours(&function, "sweep-0-of-1");
    let oldest = async || {
        let maintained = function.answer(event("sweeper-maintain.json")).await;
        assert_eq!(maintained["schedules"]["changes"], json!([]), "{maintained:#}");
        (maintained["shards"]["oldest_seconds"].as_i64().unwrap(), maintained["shards"]["troubled"].clone())
    };
    let (never, _) = oldest().await;
    assert!((3 * 3_600..3 * 3_600 + 120).contains(&never), "{never}");

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
    assert_eq!(troubled[0]["troubled"], json!(["brno", "prague"]), "{troubled}");
    let lines = function.log();
    let ages: Vec<&Value> = lines.iter().map(|line| &line["OldestShardAge"]).filter(|age| age.is_i64()).collect();
    assert_eq!(ages, [&json!(never), &json!(ordered), &json!(swept), &json!(failed)], "{lines:#?}");
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
async fn a_sweep_is_logged_and_measured_without_personal_data() {
    let function = Function::start(SWEEPER).await;
    anna_adds(&function, PRAGUE);
    function.answer(event("sweeper-sweep.json")).await;
    let lines = function.log();
    let one = |message: &str| {
        let found: Vec<&Value> = lines.iter().filter(|line| line["message"] == message).collect();
        assert_eq!(found.len(), 1, "{message}: {lines:#?}");
        found[0]
    };
    assert_eq!((&one("sweep")["offices.swept"], &one("sweep")["forms.issued"]), (&json!(2), &json!(1)));
    assert_eq!((&one("invocation")["task"], &one("invocation")["ok"]), (&json!("sweep"), &json!(true)));
    let span = &one("invocation")["span"];
    assert_eq!((&span["function_version"], &span["cold_start"]), (&json!("1"), &json!(true)));
    for line in lines.iter().filter(|line| line["_aws"].is_null()) {
        assert_eq!(&line["span"], span, "{line}");
    }
    let metrics: Vec<&Value> = lines.iter().filter(|line| line["_aws"].is_object()).collect();
    assert_eq!(metrics.len(), 1, "{lines:#?}");
    assert_eq!((&metrics[0]["OfficesSwept"], &metrics[0]["Table"]), (&json!(2), &json!("moffman")));
    let text = serde_json::to_string(&lines).unwrap();
    for personal in ["Anna", "anna@", PRAGUE, SHEET, "prague", "BEGIN PRIVATE KEY", "ya29"] {
        assert!(!text.contains(personal), "{personal}: {text}");
    }
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
    world.fail("token", Fault::status(400, "invalid_grant: Invalid JWT Signature."));
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
