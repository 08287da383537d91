//! Approval forms over HTTP: listed page by page, and settled.

use moffman_simulators::{Fault, NewEvent};
use serde_json::{Value, json};

use crate::client::{Client, reservation};
use crate::stage::{ANNA, PRAGUE};

const FORMS: &str = "/api/v1/forms";

/// A form that Byroapi refused, and which waits.
pub async fn refused_form(client: &Client) -> Value {
    let world = &client.stage.world;
    let today = world.now().date_naive();
    let event = NewEvent::new(today + chrono::Days::new(3), today + chrono::Days::new(4));
    world.person_adds(PRAGUE, ANNA, event);
    world.fail("form", Fault::status(500, "no blank PDF"));
    let report = client.send("POST", "/api/v1/sweeps", "").await.json();
    assert_eq!(report["forms"]["refused"], 1, "{report}");
    let forms = client.send("GET", "/api/v1/forms?state=open", "").await.json();
    forms["forms"].as_array().unwrap().iter().find(|form| form["failures"] == 1).unwrap().clone()
}

async fn settle(client: &Client, form: &Value, decision: &str) -> crate::client::Answer {
    client.send("POST", &format!("{FORMS}/{}/{decision}", form["id"].as_str().unwrap()), "").await
}

#[tokio::test]
async fn a_form_that_waits_is_sent_again_and_is_done() {
    let client = Client::start().await;
    assert_eq!(client.send("GET", FORMS, "").await.json(), json!({"forms": []}));
    let form = refused_form(&client).await;
    assert_eq!((&form["office_id"], &form["user_id"]), (&json!("prague"), &json!(ANNA)));
    assert_eq!((&form["state"], &form["failing_since"]), (&json!("open"), &form["found_at"]));
    assert!(form["next_try_at"].as_str() > form["found_at"].as_str(), "{form:#}");

    let answer = settle(&client, &form, "resend").await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    let due = answer.json();
    assert_eq!((&due["id"], &due["state"], &due["failures"]), (&form["id"], &json!("open"), &json!(0)));
    assert_eq!(due["next_try_at"], Value::Null);

    let report = client.send("POST", "/api/v1/sweeps", "").await.json();
    assert_eq!((&report["forms"]["issued"], &report["events_approved"]), (&json!(1), &json!(1)), "{report}");
    let done = client.send("GET", "/api/v1/forms?office_id=prague&state=done", "").await.json();
    assert_eq!((&done["forms"][0]["id"], &done["forms"][0]["state"]), (&form["id"], &json!("done")));
    for decision in ["resend", "discard"] {
        settle(&client, &form, decision).await.expect_problem(409, "form-done");
    }
}

#[tokio::test]
async fn a_discarded_form_is_not_sent() {
    let client = Client::start().await;
    let form = refused_form(&client).await;
    assert_eq!(settle(&client, &form, "discard").await.json()["state"], "done");
    let report = client.send("POST", "/api/v1/sweeps", "").await.json();
    assert_eq!((&report["forms"]["issued"], &report["events_approved"]), (&json!(0), &json!(1)), "{report}");
}

#[tokio::test]
async fn a_form_that_a_sweep_works_on_is_409() {
    let client = Client::start().await;
    let form = refused_form(&client).await;
    client.stage.world.advance(chrono::TimeDelta::minutes(2));
    client.stage.world.fail("form", Fault::Hang);
    let (hangs, mut hanging) = tokio::sync::watch::channel(false);
    client.stage.world.when_hanging(move |_| {
        hangs.send_replace(true);
    });
    tokio::select! {
        answer = client.send("POST", "/api/v1/sweeps", "") => panic!("the form hangs: {}", answer.text),
        _ = hanging.wait_for(|hangs| *hangs) => {}
    }
    for decision in ["resend", "discard"] {
        settle(&client, &form, decision).await.expect_problem(409, "form-in-progress");
    }
}

#[tokio::test]
async fn a_listing_goes_on_where_a_page_ends() {
    let client = Client::start().await;
    let (one, two) = (refused_form(&client).await, refused_form(&client).await);
    assert_ne!(one["id"], two["id"]);
    let first = client.send("GET", "/api/v1/forms?limit=1", "").await.json();
    let next = first["next"].as_str().unwrap();
    let second = client.send("GET", &format!("/api/v1/forms?limit=1&page={next}"), "").await.json();
    assert_eq!((first["forms"].as_array().unwrap().len(), second.get("next")), (1, None));
    assert_ne!(first["forms"][0]["id"], second["forms"][0]["id"]);
    let in_brno = client.send("GET", "/api/v1/forms?office_id=brno", "").await.json();
    assert_eq!(in_brno, json!({"forms": []}));
}

#[tokio::test]
async fn parameters_are_checked_strictly() {
    let client = Client::start().await;
    for (query, field) in [
        ("states=held", "states"),
        ("state=Held", "state"),
        ("state=", "state"),
        ("limit=0", "limit"),
        ("limit=201", "limit"),
        ("limit=ten", "limit"),
        ("page=", "page"),
        ("page=2", "page"),
        ("state=held&state=open", "state"),
        ("office_id=%FF", "office_id"),
    ] {
        let answer = client.send("GET", &format!("{FORMS}?{query}"), "").await;
        answer.expect_problem_with(422, "invalid-content", field);
    }
    let unknown = client.send("GET", "/api/v1/forms?office_id=atlantis", "").await;
    unknown.expect_problem_with(422, "unknown-office", "office_id");
}

#[tokio::test]
async fn an_unknown_id_is_404() {
    let client = Client::start().await;
    for id in ["", "form", "%FF", "..", "cHJhZ3VlLzIwMjYtMDYtMTgvMjAyNi0wNi0xOS9lMQ"] {
        for decision in ["resend", "discard"] {
            let answer = client.send("POST", &format!("{FORMS}/{id}/{decision}"), "").await;
            answer.expect_problem(404, "no-such-form");
        }
    }
}

#[tokio::test]
async fn an_unreadable_state_is_503() {
    let mut client = Client::start().await;
    assert_eq!(client.reserve(&reservation()).await.status, 200);
    let form = refused_form(&client).await;
    client.stage.dynamodb.stop().await;
    client.send("GET", FORMS, "").await.expect_problem(503, "temporarily-unavailable");
    settle(&client, &form, "discard").await.expect_problem(503, "temporarily-unavailable");
}
