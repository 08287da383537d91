//! Reservations are approved, rejected and cancelled by their ids over HTTP.

use std::sync::Arc;

use axum::body::Body;
use axum::http::Request;
use moffman_simulators::{Call, Recurrence, Tamper};
use serde_json::{Value, json};

use crate::client::{Answer, Client, reservation};
use crate::forms::anna_adds;
use crate::lists::{day, registers};
use crate::stage::PRAGUE;

const RESERVATIONS: &str = "/api/v1/reservations";

/// Decides about a reservation, of which it wants these versions.
async fn decide(client: &Client, id: &str, (decision, body): (&str, &Value), versions: &[&str]) -> Answer {
    let (method, path) = match decision {
        "cancel" => ("DELETE", format!("{RESERVATIONS}/{id}?office_id={}", body["office_id"].as_str().unwrap())),
        decision => ("POST", format!("{RESERVATIONS}/{id}/{decision}")),
    };
    let mut request = Request::builder().method(method).uri(path);
    for version in versions {
        request = request.header("if-match", *version);
    }
    client.request(request.body(Body::from(body.to_string())).unwrap()).await
}

fn in_prague() -> Value {
    json!({"office_id": "prague"})
}

/// Decides twice, for the answer to the first may be lost. Answers what both say.
async fn twice(client: &Client, id: &str, decision: &str, body: &Value) -> Value {
    let first = decide(client, id, (decision, body), &[]).await;
    assert_eq!(first.status, 200, "{}", first.text);
    for versions in [&[] as &[&str], &["*"], &["\"another\""]] {
        let second = decide(client, id, (decision, body), versions).await;
        assert_eq!((second.status.as_u16(), second.json()), (200, first.json()), "{versions:?}");
    }
    first.json()
}

/// The others are refused, and say how it was ended.
async fn expect_ended(client: &Client, id: &str, how: &str, others: &[&str]) {
    for decision in others {
        let problem = decide(client, id, (decision, &in_prague()), &[]).await;
        let problem = problem.expect_problem(409, "reservation-ended");
        assert_eq!(problem["ended"], how, "{decision}: {problem:#}");
    }
}

async fn shown(client: &Client, id: &str) -> Answer {
    client.send("GET", &format!("{RESERVATIONS}/{id}?office_id=prague"), "").await
}

#[tokio::test]
async fn a_pending_one_is_approved() {
    let client = Client::start().await;
    let id = registers(&client, "Eva Example", 3, false).await;
    let answer = twice(&client, &id, "approve", &in_prague()).await;
    let expected = json!({
        "id": id,
        "office_id": "prague",
        "status": "approved",
        "start": day(&client, 3).to_string(),
        "end": day(&client, 4).to_string(),
        "url": client.stage.world.event(PRAGUE, &id).unwrap()["htmlLink"],
        "reason": null,
    });
    assert_eq!(answer, expected);
    assert_eq!(shown(&client, &id).await.json()["status"], "approved");
    let refused = decide(&client, &id, ("reject", &in_prague()), &[]).await;
    refused.expect_problem(409, "already-approved");
    assert_eq!(twice(&client, &id, "cancel", &in_prague()).await["status"], "cancelled");
    expect_ended(&client, &id, "cancelled", &["approve", "reject"]).await;
}

#[tokio::test]
async fn a_rejected_one_is_remembered_with_its_first_reason() {
    let client = Client::start().await;
    let id = registers(&client, "Eva Example", 3, false).await;
    let reason = "no room,\r\nand no chair";
    let answer = twice(&client, &id, "reject", &json!({"office_id": "prague", "reason": reason})).await;
    let expected = json!({
        "id": id,
        "office_id": "prague",
        "status": "rejected",
        "start": day(&client, 3).to_string(),
        "end": day(&client, 4).to_string(),
        "url": null,
        "reason": reason,
    });
    assert_eq!(answer, expected);
    let again = decide(&client, &id, ("reject", &json!({"office_id": "prague", "reason": "another"})), &[]).await;
    assert_eq!(again.json(), expected, "the first reason stays");
    expect_ended(&client, &id, "rejected", &["approve", "cancel"]).await;

    let found = shown(&client, &id).await;
    let expected = json!({
        "id": id,
        "office_id": "prague",
        "kind": "reservation",
        "status": "rejected",
        "name": null,
        "start": day(&client, 3).to_string(),
        "end": day(&client, 4).to_string(),
        "url": null,
        "updated": null,
        "etag": null,
        "form": null,
        "ended": found.json()["ended"],
        "reason": reason,
    });
    assert_eq!((found.status.as_u16(), found.json(), found.header("etag")), (200, expected, ""));
    assert!(found.json()["ended"].is_string());
    client.stage.world.hide_deleted(PRAGUE);
    assert_eq!(shown(&client, &id).await.json()["status"], "rejected", "also after Google forgot the event");
    assert_eq!(decide(&client, &id, ("reject", &in_prague()), &[]).await.status, 200);
}

#[tokio::test]
async fn a_late_repetition_does_not_bring_it_back_unless_it_says_so() {
    let client = Client::start().await;
    let id = client.reserve(&reservation()).await.json()["id"].as_str().unwrap().to_owned();
    assert_eq!(twice(&client, &id, "cancel", &in_prague()).await["status"], "cancelled");
    for approved in [false, true] {
        let mut body = reservation();
        body["approved"] = json!(approved);
        for reopen in [Value::Null, json!(false)] {
            body["reopen"] = reopen;
            let problem = client.reserve(&body).await.expect_problem(409, "reservation-ended");
            assert_eq!(problem["ended"], "cancelled", "{problem:#}");
        }
    }
    let mut body = reservation();
    body["reopen"] = json!(true);
    for _ in 0..2 {
        let answer = client.reserve(&body).await;
        assert_eq!((answer.status.as_u16(), &answer.json()["status"]), (200, &json!("pending")), "{}", answer.text);
    }
    assert_eq!(shown(&client, &id).await.json()["status"], "pending");
    body["reopen"] = json!("true");
    client.reserve(&body).await.expect_problem_with(422, "invalid-content", "reopen");
}

#[tokio::test]
async fn only_the_version_that_is_wanted_is_decided_about() {
    let client = Client::start().await;
    for (ahead, decision) in [(3, "approve"), (4, "reject"), (5, "cancel")] {
        let id = registers(&client, "Eva Example", ahead, false).await;
        let etag = shown(&client, &id).await.header("etag").to_owned();
        client.stage.world.person_renames(PRAGUE, &id, "(Eva Example, with a dog)");
        let now = shown(&client, &id).await.header("etag").to_owned();
        for versions in [&[etag.as_str()][..], &["\"1\", \"2\""], &["\"1\"", "\"2\""], &["W/\"1\""], &[""], &["1"]] {
            let answer = decide(&client, &id, (decision, &in_prague()), versions).await;
            answer.expect_problem(412, "reservation-changed");
        }
        assert_eq!(shown(&client, &id).await.header("etag"), now, "nothing is changed");
        let either = format!("{etag}, {now}");
        let answer = decide(&client, &id, (decision, &in_prague()), &[&either]).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
    }
}

/// Google takes the ids of events for equal whose letters differ in case only.
struct AnyCase;

impl Tamper for AnyCase {
    fn answer_text(&self, call: &Call, body: &mut String) {
        if call.operation == "events.get" {
            let mut event: Value = serde_json::from_str(body).unwrap();
            event["id"] = json!(event["id"].as_str().unwrap().to_uppercase());
            *body = event.to_string();
        }
    }
}

#[tokio::test]
async fn an_event_with_another_id_is_another_one() {
    let client = Client::start().await;
    let id = anna_adds(&client, PRAGUE, 3);
    assert_ne!(id, id.to_uppercase());
    assert_eq!(shown(&client, &id).await.status, 200);
    client.stage.world.tamper(Arc::new(AnyCase));
    shown(&client, &id).await.expect_problem(404, "no-such-reservation");
    for decision in ["approve", "reject", "cancel"] {
        decide(&client, &id, (decision, &in_prague()), &[]).await.expect_problem(404, "no-such-reservation");
    }
}

#[tokio::test]
async fn what_is_no_single_reservation_of_the_office_is_refused() {
    let client = Client::start().await;
    let world = &client.stage.world;
    let manual = anna_adds(&client, PRAGUE, 3);
    let stranger = world.person_adds(
        PRAGUE,
        "stranger@example.com",
        moffman_simulators::NewEvent::new(day(&client, 3), day(&client, 4)),
    );
    let series = registers(&client, "Eva Example", 4, false).await;
    world.person_makes_series(PRAGUE, &series, Recurrence::weekly().times(2));
    let occurrence = world.occurrence_id(PRAGUE, (&series, day(&client, 4))).unwrap();
    let deleted = registers(&client, "Bob Example", 5, false).await;
    world.person_deletes(PRAGUE, &deleted);
    let elsewhere = registers(&client, "Cem Example", 6, false).await;
    for decision in ["approve", "reject", "cancel"] {
        for (id, office, status, slug) in [
            (&manual, "prague", 409, "not-a-reservation"),
            (&series, "prague", 409, "reservation-is-a-series"),
            (&occurrence, "prague", 409, "reservation-is-a-series"),
            (&stranger, "prague", 404, "no-such-reservation"),
            (&deleted, "prague", 404, "no-such-reservation"),
            (&elsewhere, "brno", 404, "no-such-reservation"),
            (&"nothing".to_owned(), "prague", 404, "no-such-reservation"),
        ] {
            let answer = decide(&client, id, (decision, &json!({"office_id": office})), &[]).await;
            answer.expect_problem(status, slug);
        }
    }
}

#[tokio::test]
async fn bad_input_changes_nothing() {
    let client = Client::start().await;
    let id = registers(&client, "Eva Example", 3, false).await;
    let before = client.stage.world.event(PRAGUE, &id);
    let path = |rest: &str| format!("{RESERVATIONS}/{id}{rest}");
    for decision in ["/approve", "/reject"] {
        for body in ["", " ", "office_id=prague"] {
            client.send("POST", &path(decision), body).await.expect_problem(400, "not-json");
        }
        for (body, field) in [("{}", "office_id"), (r#"{"office_id": 1}"#, "office_id"), (r#"{"x": 1}"#, "x")] {
            let answer = client.send("POST", &path(decision), body).await;
            answer.expect_problem_with(422, "invalid-content", field);
        }
        let unknown = client.send("POST", &path(decision), r#"{"office_id": "nowhere"}"#).await;
        unknown.expect_problem_with(422, "unknown-office", "office_id");
        let asked = client.send("POST", &path(&format!("{decision}?office_id=prague")), in_prague().to_string()).await;
        asked.expect_problem_with(422, "invalid-content", "office_id");
        let odd = client.send("POST", &format!("{RESERVATIONS}/a-b{decision}"), in_prague().to_string()).await;
        odd.expect_problem_with(422, "invalid-content", "id");
    }
    for reason in [json!("ž".repeat(501)), json!("a\tb"), json!(1)] {
        let body = json!({"office_id": "prague", "reason": reason});
        let answer = client.send("POST", &path("/reject"), body.to_string()).await;
        answer.expect_problem_with(422, "invalid-content", "reason");
    }
    for (query, slug, field) in [
        ("", "invalid-content", "office_id"),
        ("?office_id=prague&reason=none", "invalid-content", "reason"),
        ("?office_id=nowhere", "unknown-office", "office_id"),
    ] {
        client.send("DELETE", &path(query), "").await.expect_problem_with(422, slug, field);
    }
    let odd = client.send("DELETE", &format!("{RESERVATIONS}/a-b?office_id=prague"), "").await;
    odd.expect_problem_with(422, "invalid-content", "id");
    assert_eq!(client.stage.world.event(PRAGUE, &id), before);
}
