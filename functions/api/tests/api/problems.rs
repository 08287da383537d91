//! What callers are told when something is wrong, and what they are not told.

use chrono::TimeDelta;
use moffman_simulators::{Fault, HookPoint, Matcher};
use serde_json::{Value, json};

use crate::client::{Client, reservation, reservation_with};
use crate::stage::{PRAGUE, SHEET, Stage};

#[tokio::test]
async fn a_problem_reads_like_this() {
    let client = Client::start().await;
    let mut problem = client.reserve(&reservation_with("/approved", Some(json!("false")))).await.json();
    let id = problem["request_id"].take();
    assert_eq!(id.as_str().unwrap().len(), 32);
    insta::assert_json_snapshot!(problem, @r##"
    {
      "detail": "`approved` must be true or false, not text",
      "errors": [
        {
          "detail": "must be true or false, not text",
          "pointer": "#/approved"
        }
      ],
      "field": "approved",
      "request_id": null,
      "status": 422,
      "title": "The content is not valid",
      "type": "urn:moffman:problem:invalid-content"
    }
    "##);
    let other = client.reserve(&json!([])).await.json();
    assert_ne!(other["request_id"], id, "each request has its own id");
}

#[tokio::test]
async fn an_unknown_office_is_422() {
    let client = Client::start().await;
    let unknown = reservation_with("/office_id", Some(json!("atlantis")));
    let problem = client.reserve(&unknown).await.expect_problem_with(422, "unknown-office", "office_id");
    assert_eq!(problem["errors"], Value::Null, "who can tell that has found no mistake");
    let mut wrong = unknown;
    wrong["end"] = json!("soon");
    assert_eq!(client.reserve(&wrong).await.expect_mistakes(), ["#/end: must be an existing date, written YYYY-MM-DD"]);
    let sweep = client.send("POST", "/api/v1/sweeps", r#"{"office_id":"atlantis"}"#).await;
    sweep.expect_problem_with(422, "unknown-office", "office_id");
}

#[tokio::test]
async fn an_office_that_cannot_be_known_is_503() {
    let client = Client::start().await;
    client.stage.world.break_sheet(SHEET);
    let answer = client.reserve(&reservation_with("/office_id", Some(json!("brno")))).await;
    answer.expect_problem(503, "offices-unavailable");
    assert_eq!(client.reserve(&reservation()).await.status, 200, "a configured office needs no sheet");
    client.send("GET", "/api/v1/config_update", "").await.expect_problem(503, "google-unavailable");
}

#[tokio::test]
async fn a_sheet_that_google_refuses_is_502() {
    let client = Client::start().await;
    client
        .stage
        .world
        .fail(Matcher::operation("spreadsheets.values.batchGet"), Fault::status(403, "forbidden"))
        .always();
    client.send("POST", "/api/v1/config_update", "").await.expect_problem(502, "google-refused");
}

#[tokio::test]
async fn a_key_that_google_refuses_is_explained_to_whoever_reloads_and_sweeps_and_to_nobody_else() {
    for said in ["invalid_grant: Invalid JWT Signature.", "invalid_scope: Bad scope.", "unauthorized_client: No."] {
        let client = Client::start().await;
        assert_eq!(client.send("POST", "/api/v1/config_update", "").await.status, 200);
        client.stage.world.revoke_tokens();
        client.stage.world.fail("token", Fault::status(400, said)).always();
        expect_no_inside(&client.reserve(&reservation()).await.expect_problem(502, "google-refused"));
        let reload = client.send("POST", "/api/v1/config_update", "").await.expect_problem(502, "google-refused");
        assert!(reload["detail"].as_str().unwrap().contains(said), "{reload}");
        let report = client.sweep().await;
        assert!(report["problems"][0]["problem"].as_str().unwrap().contains(said), "{report}");
    }
}

#[tokio::test]
async fn an_api_that_is_off_is_called_that() {
    let client = Client::start().await;
    let off = Fault::status(403, "SERVICE_DISABLED");
    client.stage.world.fail(Matcher::operation("spreadsheets.values.batchGet"), off).always();
    let reload = client.send("POST", "/api/v1/config_update", "").await.expect_problem(502, "google-refused");
    assert!(reload["detail"].as_str().unwrap().contains("is off"), "{reload}");
    client.stage.world.fail(Matcher::operation("events.insert"), Fault::status(403, "accessNotConfigured"));
    expect_no_inside(&client.reserve(&reservation()).await.expect_problem(502, "google-refused"));
}

#[tokio::test]
async fn what_google_says_of_a_range_is_told_to_who_reloads() {
    let client = Client::start().await;
    let words = "Unable to parse range: Offices!A2:B";
    let fault = Fault::status(400, words);
    client.stage.world.fail(Matcher::operation("spreadsheets.values.batchGet"), fault).always();
    for method in ["GET", "POST"] {
        let problem = client.send(method, "/api/v1/config_update", "").await.expect_problem(502, "google-refused");
        let detail = problem["detail"].as_str().unwrap();
        assert!(detail.ends_with(&format!("; Google says: {words}")), "{detail}");
    }
    let brno = client.reserve(&reservation_with("/office_id", Some(json!("brno")))).await;
    expect_no_inside(&brno.expect_problem(503, "offices-unavailable"));
}

#[tokio::test]
async fn an_event_of_another_reservation_is_409() {
    let client = Client::start().await;
    let body = |name: &str, request_dt: &str| {
        let mut body = reservation_with("/user/name", Some(json!(name)));
        body["request_dt"] = json!(request_dt);
        body
    };
    assert_eq!(client.reserve(&body("a.b", "c")).await.status, 200);
    client.reserve(&body("a", "b.c")).await.expect_problem(409, "reservation-conflict");
}

#[tokio::test]
async fn an_id_that_cannot_be_used_again_is_409() {
    let client = Client::start().await;
    let id = client.reserve(&reservation()).await.json()["id"].as_str().unwrap().to_owned();
    client.stage.world.person_deletes(PRAGUE, &id);
    client.stage.world.refuse_revival(PRAGUE);
    client.reserve(&reservation()).await.expect_problem(409, "reservation-id-unusable");
}

#[tokio::test]
async fn google_that_refuses_is_502_and_says_nothing_about_our_inside() {
    let client = Client::start().await;
    client.stage.world.set_access_role(PRAGUE, "reader");
    let problem = client.reserve(&reservation()).await.expect_problem(502, "google-refused");
    expect_no_inside(&problem);
    client.stage.world.remove_calendar(PRAGUE);
    expect_no_inside(&client.reserve(&reservation()).await.expect_problem(502, "google-refused"));
}

#[tokio::test]
async fn google_that_is_busy_is_503_and_says_when_to_come_back() {
    let client = Client::start().await;
    let world = &client.stage.world;
    for (fault, seconds) in [
        (Fault::retry_after(429, "rateLimitExceeded", 7), "7"),
        (Fault::status(503, "backendError"), "5"),
        (Fault::DropBeforeEffect, "5"),
        (Fault::Html(500), "5"),
        (Fault::Html(200), "5"),
    ] {
        world.fail(Matcher::operation("events.insert"), fault).always();
        let answer = client.reserve(&reservation()).await;
        let problem = answer.expect_problem(503, "google-unavailable");
        assert_eq!(answer.header("retry-after"), seconds);
        expect_no_inside(&problem);
        world.heal();
    }
    assert_eq!(client.reserve(&reservation()).await.status, 200);
}

#[tokio::test]
async fn an_answer_of_google_that_cannot_be_read_is_503() {
    let client = Client::start().await;
    let world = &client.stage.world;
    assert_eq!(client.reserve(&reservation()).await.status, 200);
    let approval = reservation_with("/approved", Some(json!(true)));
    for fault in [Fault::Html(200), Fault::Truncated, Fault::Empty] {
        world.fail(Matcher::operation("events.get"), fault.clone()).always();
        expect_no_inside(&client.reserve(&approval).await.expect_problem(503, "google-unavailable"));
        world.fail(Matcher::operation("spreadsheets.values.batchGet"), fault).always();
        let reload = client.send("POST", "/api/v1/config_update", "").await;
        expect_no_inside(&reload.expect_problem(503, "google-unavailable"));
        world.heal();
    }
    assert_eq!(client.reserve(&approval).await.status, 200);
}

#[tokio::test]
async fn a_reservation_whose_answer_was_lost_is_found_in_the_calendar() {
    for fault in [Fault::Truncated, Fault::Empty] {
        let client = Client::start().await;
        client.stage.world.fail(Matcher::operation("events.insert"), fault.clone());
        let answer = client.reserve(&reservation()).await;
        assert_eq!((answer.status.as_u16(), &answer.json()["status"]), (200, &json!("pending")), "{fault:?}");
        assert_eq!(client.stage.world.events(PRAGUE).len(), 1, "{fault:?}");
    }
}

#[tokio::test]
async fn calendars_whose_listing_cannot_be_read_are_in_the_report() {
    let client = Client::start().await;
    for fault in [Fault::Html(200), Fault::Truncated, Fault::Empty] {
        client.stage.world.fail(Matcher::operation("events.list").on_calendar(PRAGUE), fault.clone()).always();
        let report = client.send("POST", "/api/v1/sweeps", "").await.json();
        assert_eq!((&report["offices_swept"], &report["offices_failed"]), (&json!(1), &json!(1)), "{fault:?} {report}");
        assert_eq!(report["problems"][0]["office"], "prague", "{fault:?} {report}");
        client.stage.world.heal();
    }
}

#[tokio::test]
async fn a_table_in_trouble_is_503() {
    let mut client = Client::start().await;
    client.stage.dynamodb.stop().await;
    let in_the_sheet = reservation_with("/office_id", Some(json!("brno")));
    expect_no_inside(&client.reserve(&in_the_sheet).await.expect_problem(503, "temporarily-unavailable"));
    for (method, path) in [("POST", "/api/v1/config_update"), ("POST", "/api/v1/sweeps"), ("GET", "/api/v1/status")] {
        let answer = client.send(method, path, "").await;
        assert_eq!(answer.header("retry-after"), "5", "{path}");
        expect_no_inside(&answer.expect_problem(503, "temporarily-unavailable"));
    }
}

#[tokio::test]
async fn a_table_that_does_not_exist_is_500() {
    let client = Client::on(Stage::set().await);
    let in_the_sheet = reservation_with("/office_id", Some(json!("brno")));
    expect_no_inside(&client.reserve(&in_the_sheet).await.expect_problem(500, "internal-error"));
    for (method, path) in [("POST", "/api/v1/config_update"), ("POST", "/api/v1/sweeps"), ("GET", "/api/v1/status")] {
        expect_no_inside(&client.send(method, path, "").await.expect_problem(500, "internal-error"));
    }
}

#[tokio::test]
async fn a_request_whose_time_is_over_is_503() {
    let client = Client::start().await;
    let world = &client.stage.world;
    world.when("events.get", HookPoint::AfterEffect, |world| world.advance(TimeDelta::seconds(61)));
    let approval = reservation_with("/approved", Some(json!(true)));
    expect_no_inside(&client.reserve(&approval).await.expect_problem(503, "temporarily-unavailable"));
    assert_eq!(world.count("events.insert"), 0);
}

#[tokio::test]
async fn offices_that_fail_are_in_the_report_and_not_in_the_status() {
    let client = Client::start().await;
    client.stage.world.fail(Matcher::operation("events.list"), Fault::status(403, "forbidden")).always();
    let answer = client.send("POST", "/api/v1/sweeps", "").await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    let report = answer.json();
    assert_eq!((&report["offices_swept"], &report["offices_failed"]), (&json!(0), &json!(2)), "{report}");
    assert_eq!(report["problems"].as_array().unwrap().len(), 2, "{report}");
}

#[tokio::test]
async fn a_handler_that_panics_is_500_and_the_next_request_is_answered() {
    let client = Client::start().await;
    // The first look at the clock is the log line's, the second one the handler's.
    client.time.panic_at(2);
    let problem = client.reserve(&reservation()).await.expect_problem(500, "internal-error");
    expect_no_inside(&problem);
    assert_eq!(client.reserve(&reservation()).await.status, 200);
}

fn expect_no_inside(problem: &Value) {
    let text = problem.to_string().to_lowercase();
    for word in
        ["panic", "clock", "dynamo", "prague", "calendar.google", "service account", "403", "429", "user@", "anna"]
    {
        assert!(!text.contains(word), "{word}: {problem:#}");
    }
    assert_eq!(problem["field"], Value::Null);
}
