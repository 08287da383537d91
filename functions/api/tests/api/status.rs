//! How the service is doing, over HTTP: what scheduled sweeps and reloads noted last.

use chrono::{DateTime, SecondsFormat, TimeDelta, Utc};
use moffman::app::Moffman;
use moffman::reload::{ScheduledReloadOrder, reload_on_schedule};
use moffman::shards::{NoteOrder, note_run};
use moffman::store::shard_run::{LastingProblem, OpenForms, ShardRun};
use moffman::sweep::{SweepOrder, SweepScope, shard_run, sweep};
use moffman_simulators::{Fault, Matcher};
use serde_json::{Value, json};

use crate::client::Client;
use crate::forms::anna_adds;
use crate::stage::{BRNO, PRAGUE, SHEET};

const STATUS: &str = "/api/v1/status";

fn app(client: &Client) -> Moffman {
    client.stage.app(client.time.clone())
}

async fn told(client: &Client) -> Value {
    let calls = client.stage.world.calls().len();
    let answer = client.send("GET", STATUS, "").await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    assert_eq!(client.stage.world.calls().len(), calls, "nobody is asked");
    answer.json()
}

/// A schedule has a shard swept, as every two hours. Answers when.
async fn scheduled_sweep(client: &Client, index: u32, of: u32) -> DateTime<Utc> {
    let (app, began) = (app(client), client.stage.world.now());
    let order = SweepOrder { scope: SweepScope::Shard { index, of }, dry_run: false, deadline: None, share: None };
    let outcome = sweep(&app, &order).await;
    let due = began + TimeDelta::hours(2);
    let run = shard_run(format!("sweep-{index}-of-{of}"), began, due, &outcome);
    note_run(&app, &NoteOrder { run }).await;
    client.stage.world.advance(TimeDelta::minutes(1));
    began
}

/// A schedule has the spreadsheet reloaded, as every five minutes. Answers when.
async fn scheduled_reload(client: &Client) -> DateTime<Utc> {
    let began = client.stage.world.now();
    let due = began + TimeDelta::minutes(5);
    // Its failure is what the status tells.
    let _ = reload_on_schedule(&app(client), &ScheduledReloadOrder { deadline: None, due_at: Some(due) }).await;
    client.stage.world.advance(TimeDelta::minutes(1));
    began
}

fn written(instant: DateTime<Utc>) -> String {
    instant.to_rfc3339_opts(SecondsFormat::Secs, true)
}

#[tokio::test]
async fn before_the_first_sweep_there_is_nothing_to_tell() {
    let client = Client::start().await;
    let nothing = json!({
        "role": "operator",
        "sweeps": [],
        "reload": {
            "last": null, "outcome": null, "next_due": null, "kept": [], "problems": [], "problems_unlisted": 0,
        },
        "offices": {"problems": [], "problems_unlisted": 0},
        "forms": {
            "open": 0, "held": 0, "waiting": 0, "in_doubt": 0, "without_event": 0, "oldest_open_seconds": null,
        },
    });
    assert_eq!(told(&client).await, nothing);
    client.sweep().await;
    assert_eq!(client.send("POST", "/api/v1/config_update", "").await.status, 200);
    assert_eq!(told(&client).await, nothing, "what somebody orders is not noted");
}

#[tokio::test]
async fn the_last_sweep_and_its_forms_are_told() {
    let client = Client::start().await;
    let world = &client.stage.world;
    anna_adds(&client, PRAGUE, 3);
    anna_adds(&client, BRNO, 3);
    world.fail("form", Fault::status(500, "no blank PDF")).always();
    let began = scheduled_sweep(&client, 0, 1).await;
    let status = told(&client).await;
    let swept = json!([{
        "shard": "0-of-1", "last": written(began), "outcome": "ok", "next_due": written(began + TimeDelta::hours(2)),
        "offices": 2, "failed": 0,
    }]);
    assert_eq!(status["sweeps"], swept);
    let forms = json!({
        "open": 1, "held": 0, "waiting": 1, "in_doubt": 0, "without_event": 0, "oldest_open_seconds": 60,
    });
    assert_eq!(status["forms"], forms, "a form for two events is one");
    world.heal();
    world.advance(TimeDelta::days(1));
    scheduled_sweep(&client, 0, 1).await;
    let forms = json!({
        "open": 0, "held": 0, "waiting": 0, "in_doubt": 0, "without_event": 0, "oldest_open_seconds": null,
    });
    assert_eq!(told(&client).await["forms"], forms);
}

#[tokio::test]
async fn forms_are_told_apart_by_what_they_wait_for() {
    let client = Client::start().await.restarted(|settings| settings["forms"]["on_unknown_outcome"] = json!("resend"));
    let world = &client.stage.world;
    anna_adds(&client, PRAGUE, 3);
    world.fail("form", Fault::DropAfterEffect);
    scheduled_sweep(&client, 0, 1).await;
    let forms = told(&client).await["forms"].clone();
    assert_eq!((&forms["open"], &forms["in_doubt"], &forms["held"]), (&json!(1), &json!(1), &json!(0)), "{forms}");
    let client = client.restarted(|settings| settings["forms"]["on_unknown_outcome"] = json!("hold"));
    scheduled_sweep(&client, 0, 1).await;
    let forms = told(&client).await["forms"].clone();
    assert_eq!((&forms["open"], &forms["in_doubt"], &forms["held"]), (&json!(1), &json!(0), &json!(1)), "{forms}");
    // A calendar that cannot be read any more hides none of that.
    client.stage.world.remove_calendar(PRAGUE);
    scheduled_sweep(&client, 0, 1).await;
    assert_eq!(told(&client).await["forms"]["held"], 1);
}

#[tokio::test]
async fn an_office_in_trouble_is_named_with_the_time_of_the_first_failure() {
    let client = Client::start().await;
    let world = &client.stage.world;
    world.fail(Matcher::operation("events.list").on_calendar(BRNO), Fault::status(403, "forbidden")).always();
    let first = scheduled_sweep(&client, 0, 1).await;
    let second = scheduled_sweep(&client, 0, 1).await;
    let status = told(&client).await;
    let sweep = &status["sweeps"][0];
    assert_eq!((&sweep["outcome"], &sweep["offices"], &sweep["failed"]), (&json!("partly"), &json!(2), &json!(1)));
    assert_eq!(sweep["last"], written(second));
    let problem = &status["offices"]["problems"][0];
    assert_eq!((&problem["office_id"], &problem["since"]), (&json!("brno"), &json!(written(first))), "{status:#}");
    assert!(problem["problem"].as_str().is_some_and(|problem| !problem.is_empty()), "{problem}");

    world.fail("events.list", Fault::status(403, "forbidden")).always();
    let third = scheduled_sweep(&client, 0, 1).await;
    let status = told(&client).await;
    let since: Vec<&Value> =
        status["offices"]["problems"].as_array().unwrap().iter().map(|one| &one["since"]).collect();
    assert_eq!(since, [&json!(written(first)), &json!(written(third))], "{status:#}");
    assert_eq!((&status["sweeps"][0]["outcome"], &status["sweeps"][0]["failed"]), (&json!("failed"), &json!(2)));

    world.heal();
    scheduled_sweep(&client, 0, 1).await;
    let status = told(&client).await;
    assert_eq!(status["offices"], json!({"problems": [], "problems_unlisted": 0}));
    assert_eq!(status["sweeps"][0]["outcome"], "ok");
}

#[tokio::test]
async fn the_last_reload_is_told_with_the_rows_that_it_left_out() {
    let client = Client::start().await;
    let world = &client.stage.world;
    let rows = |more: &[Value]| {
        let mut rows = vec![vec![json!("Name"), json!("Calendar")]];
        rows.extend(more.iter().map(|row| row.as_array().unwrap().clone()));
        world.set_sheet(SHEET, "Offices", rows);
    };
    rows(&[json!(["brno", BRNO]), json!(["kladno"])]);
    let began = scheduled_reload(&client).await;
    let bad = json!([{"range": "Offices!A2:B", "row": 3, "problem": "the calendar id is missing"}]);
    let expected = json!({
        "last": written(began), "outcome": "ok", "next_due": written(began + TimeDelta::minutes(5)),
        "kept": [], "problems": bad, "problems_unlisted": 0,
    });
    assert_eq!(told(&client).await["reload"], expected);

    rows(&vec![json!(["kladno"]); 130]);
    scheduled_reload(&client).await;
    let reload = told(&client).await["reload"].clone();
    assert_eq!(reload["kept"], json!([{"range": "Offices!A2:B", "why": "no row of the range is usable"}]), "{reload}");
    let listed = reload["problems"].as_array().map(Vec::len);
    assert_eq!((&reload["outcome"], listed, &reload["problems_unlisted"]), (&json!("ok"), Some(100), &json!(30)));

    world.fail(Matcher::operation("spreadsheets.values.batchGet"), Fault::status(403, "forbidden"));
    let failed = scheduled_reload(&client).await;
    let reload = told(&client).await["reload"].clone();
    assert_eq!((&reload["last"], &reload["outcome"]), (&json!(written(failed)), &json!("failed")), "{reload}");

    let client = client.restarted(|settings| {
        settings["offices"].as_object_mut().unwrap().remove("google_config");
    });
    let reload = told(&client).await["reload"].clone();
    assert_eq!((&reload["last"], &reload["outcome"], &reload["next_due"]), (&Value::Null, &Value::Null, &Value::Null));
}

#[tokio::test]
async fn shards_are_told_together_and_those_of_another_count_are_not() {
    let client = Client::start().await;
    client.stage.world.fail("events.list", Fault::status(403, "forbidden")).always();
    scheduled_sweep(&client, 0, 1).await;
    for shard in 0..2 {
        scheduled_sweep(&client, shard, 2).await;
    }
    let status = told(&client).await;
    let sweeps = status["sweeps"].as_array().unwrap();
    let shards: Vec<&Value> = sweeps.iter().map(|sweep| &sweep["shard"]).collect();
    assert_eq!(shards, ["0-of-2", "1-of-2"]);
    let failed: u64 = sweeps.iter().map(|sweep| sweep["failed"].as_u64().unwrap()).sum();
    assert_eq!((failed, status["offices"]["problems"].as_array().map(Vec::len)), (2, Some(2)), "{status:#}");
}

#[tokio::test]
async fn problems_are_cut_at_a_hundred_and_the_others_counted() {
    let client = Client::start().await;
    let now = client.stage.world.now();
    for shard in 0..2 {
        let problem = |number| LastingProblem {
            office: format!("office-{shard}-{number:03}"),
            since: now,
            problem: "no time left".to_owned(),
        };
        let run = ShardRun {
            schedule: format!("sweep-{shard}-of-2"),
            ran_at: now,
            due_at: now,
            offices: 120,
            problems: (0..120).map(problem).collect(),
            forms: OpenForms { open: 2, held: 1, ..OpenForms::default() },
            ..ShardRun::default()
        };
        note_run(&app(&client), &NoteOrder { run }).await;
    }
    let status = told(&client).await;
    let problems = status["offices"]["problems"].as_array().unwrap();
    assert_eq!((problems.len(), &status["offices"]["problems_unlisted"]), (100, &json!(140)));
    assert_eq!(problems[99]["office_id"], "office-0-099");
    assert_eq!((&status["forms"]["open"], &status["forms"]["held"]), (&json!(4), &json!(2)));
}

#[tokio::test]
async fn the_path_has_no_parameters() {
    let client = Client::start().await;
    for (query, name) in [("shard=0", "shard"), ("page=", "page"), ("limit=1&limit=1", "limit")] {
        let answer = client.send("GET", &format!("{STATUS}?{query}"), "").await;
        answer.expect_problem_with(422, "invalid-content", name);
    }
}
