//! What is swept, and what is told of it.

use moffman_simulators::{Fault, Matcher, Service};
use serde_json::{Value, json};

use crate::function::{Function, event};
use crate::stage::{BRNO, PRAGUE, SHEET};
use crate::{SWEEPER, anna_adds, approved};

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
async fn what_google_refuses_is_counted_beside_what_it_was_asked() {
    let function = Function::start(SWEEPER).await;
    function.stage.world.fail(Matcher::operation("events.list"), Fault::status(403, "forbidden"));
    function.answer(event("sweeper-sweep.json")).await;
    let lines = function.log();
    let sweep = lines.iter().find(|line| line["message"] == "sweep").unwrap();
    assert_eq!((&sweep["offices.failed"], &sweep["google.refusals"]), (&json!(1), &json!(1)), "{sweep:#}");
    assert!(sweep["google.calls"].as_u64().unwrap() >= 2, "{sweep:#}");
}

#[tokio::test]
async fn a_sweep_is_logged_and_measured_without_personal_data() {
    let function = Function::start(SWEEPER).await;
    anna_adds(&function, PRAGUE);
    function.answer(event("sweeper-sweep.json")).await;
    let calls = function.stage.world.calls().into_iter();
    let lines = function.log();
    let one = |message: &str| {
        let found: Vec<&Value> = lines.iter().filter(|line| line["message"] == message).collect();
        assert_eq!(found.len(), 1, "{message}: {lines:#?}");
        found[0]
    };
    assert_eq!((&one("sweep")["offices.swept"], &one("sweep")["forms.issued"]), (&json!(2), &json!(1)));
    let called = calls.filter(|call| matches!(call.service, Service::Google | Service::Sheets)).count();
    assert_eq!((&one("sweep")["google.calls"], &one("sweep")["google.refusals"]), (&json!(called), &json!(0)));
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
