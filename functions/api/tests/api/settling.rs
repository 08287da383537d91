//! Approval forms over HTTP: how a person settles one.

use chrono::TimeDelta;
use moffman::config::Place;
use moffman_simulators::HookPoint;
use serde_json::{Value, json};

use crate::client::Client;
use crate::forms::{FORMS, a_sweep_hangs, anna_adds, form_of, issued_form, refused_form, settle};
use crate::stage::{BRNO, PRAGUE};

const AGAIN: &str = r#"{"again": true}"#;
const NOT_WANTED: &str = r#"{"outcome": "not_wanted"}"#;
const ARRIVED: &str = r#"{"outcome": "arrived"}"#;

/// Settles a form twice, for the answer to the first may be lost. Answers what both say.
async fn twice(client: &Client, form: &Value, decision: &str, body: &str) -> Value {
    let first = settle(client, form, decision, body).await;
    assert_eq!(first.status, 200, "{}", first.text);
    let second = settle(client, form, decision, body).await;
    assert_eq!((second.status.as_u16(), second.json()), (200, first.json()));
    assert_eq!(first.json()["id"], form["id"]);
    first.json()
}

async fn expect_refused(client: &Client, form: &Value, (decision, body): (&str, &str), slug: &str) {
    let event = form["events"][0]["event_id"].as_str().unwrap();
    let before = form_of(client, event).await;
    settle(client, form, decision, body).await.expect_problem(409, slug);
    assert_eq!(form_of(client, event).await, before, "nothing has been changed");
}

/// How many forms were issued by Byroapi.
fn issued(client: &Client) -> usize {
    client.stage.world.forms().len()
}

#[tokio::test]
async fn a_form_that_waits_is_sent_again() {
    let client = Client::start().await;
    let form = refused_form(&client, 3).await;
    let due = twice(&client, &form, "resend", "").await;
    assert_eq!((&due["state"], &due["failures"]), (&json!("due"), &json!(0)), "{due:#}");
    assert_eq!((&due["next_try_at"], &due["failing_since"]), (&Value::Null, &Value::Null));
    let report = client.sweep().await;
    assert_eq!((&report["forms"]["issued"], &report["events_approved"]), (&json!(1), &json!(1)), "{report}");
    assert_eq!(twice(&client, &form, "discard", ARRIVED).await["state"], "issued");
    expect_refused(&client, &form, ("resend", ""), "form-issued").await;
    expect_refused(&client, &form, ("discard", NOT_WANTED), "form-issued").await;
}

#[tokio::test]
async fn a_form_that_arrived_is_not_sent() {
    let client = Client::start().await;
    let form = refused_form(&client, 3).await;
    let discarded = twice(&client, &form, "discard", "").await;
    assert_eq!((&discarded["state"], &discarded["issued_at"]), (&json!("discarded"), &Value::Null));
    assert_eq!(twice(&client, &form, "discard", ARRIVED).await, discarded, "it is what an empty body means");
    expect_refused(&client, &form, ("discard", NOT_WANTED), "form-discarded").await;
    expect_refused(&client, &form, ("resend", ""), "form-discarded").await;
    let report = client.sweep().await;
    assert_eq!((&report["events_approved"], issued(&client)), (&json!(1), 0), "{report}");
}

#[tokio::test]
async fn a_form_that_nobody_wants_is_sent_only_for_an_event_that_asks_later() {
    let client = Client::start().await;
    let form = refused_form(&client, 3).await;
    assert_eq!(twice(&client, &form, "discard", NOT_WANTED).await["state"], "discarded");
    let report = client.sweep().await;
    assert_eq!((&report["events_approved"], issued(&client)), (&json!(1), 0), "{report}");
    client.stage.world.advance(TimeDelta::seconds(1));
    anna_adds(&client, BRNO, 3);
    let report = client.sweep().await;
    assert_eq!((&report["events_approved"], issued(&client)), (&json!(1), 1), "{report}");
}

#[tokio::test]
async fn what_nobody_wanted_may_have_arrived_after_all() {
    let client = Client::start().await;
    let form = refused_form(&client, 3).await;
    twice(&client, &form, "discard", NOT_WANTED).await;
    assert_eq!(twice(&client, &form, "discard", ARRIVED).await["state"], "discarded");
    expect_refused(&client, &form, ("discard", NOT_WANTED), "form-discarded").await;
}

#[tokio::test]
async fn one_copy_of_an_issued_form_is_sent() {
    let client = Client::start().await;
    let form = issued_form(&client).await;
    assert_eq!(twice(&client, &form, "resend", AGAIN).await, form, "it stays what it is");
    for _ in 0..2 {
        client.sweep().await;
        assert_eq!(issued(&client), 2);
    }
    let mut after = form.clone();
    after["mails"] = json!(2);
    assert_eq!(form_of(&client, form["events"][0]["event_id"].as_str().unwrap()).await, after);
}

#[tokio::test]
async fn one_copy_of_a_discarded_form_is_sent() {
    let client = Client::start().await;
    let form = refused_form(&client, 3).await;
    twice(&client, &form, "discard", NOT_WANTED).await;
    assert_eq!(twice(&client, &form, "resend", AGAIN).await["state"], "discarded");
    for _ in 0..2 {
        client.sweep().await;
        assert_eq!(issued(&client), 1);
    }
    let after = form_of(&client, form["events"][0]["event_id"].as_str().unwrap()).await;
    assert_eq!((&after["state"], &after["mails"]), (&json!("discarded"), &json!(1)), "{after:#}");
}

#[tokio::test]
async fn a_form_that_waits_is_sent_once_also_with_again() {
    let client = Client::start().await;
    let form = refused_form(&client, 3).await;
    assert_eq!(twice(&client, &form, "resend", AGAIN).await["state"], "due");
    for _ in 0..2 {
        client.sweep().await;
        assert_eq!(issued(&client), 1);
    }
}

#[tokio::test]
async fn a_form_that_no_sweep_had_the_time_for_can_be_settled() {
    let client = Client::start().await;
    let client = Client::at(Place::Aws, client.stage);
    let event = anna_adds(&client, PRAGUE, 3);
    client.stage.world.when("events.list", HookPoint::AfterEffect, |world| world.advance(TimeDelta::seconds(10)));
    let report = client.sweep().await;
    assert_eq!((&report["open"], issued(&client)), (&json!(1), 0), "{report}");
    let due = form_of(&client, &event).await;
    assert_eq!((&due["state"], &due["mails"], &due["events"][0]["status"]), (&json!("due"), &json!(0), &json!("open")));
    for body in ["", AGAIN] {
        assert_eq!(twice(&client, &due, "resend", body).await, due, "it is sent anyway");
    }
    assert_eq!(twice(&client, &due, "discard", NOT_WANTED).await["state"], "discarded");
    let report = client.sweep().await;
    assert_eq!((&report["events_approved"], issued(&client)), (&json!(1), 0), "{report}");
}

#[tokio::test]
async fn a_form_that_is_being_sent_is_left_alone() {
    let client = Client::start().await;
    let form = refused_form(&client, 3).await;
    a_sweep_hangs(&client).await;
    let sending = form_of(&client, form["events"][0]["event_id"].as_str().unwrap()).await;
    assert_eq!((&sending["state"], &sending["mails"]), (&json!("sending"), &json!(1)), "{sending:#}");
    for (decision, body) in [("resend", ""), ("resend", AGAIN), ("discard", ""), ("discard", NOT_WANTED)] {
        expect_refused(&client, &form, (decision, body), "form-in-progress").await;
    }
}

#[tokio::test]
async fn a_copy_that_is_being_sent_is_left_alone() {
    let client = Client::start().await;
    let form = issued_form(&client).await;
    twice(&client, &form, "resend", AGAIN).await;
    a_sweep_hangs(&client).await;
    expect_refused(&client, &form, ("resend", AGAIN), "form-in-progress").await;
}

#[tokio::test]
async fn a_form_that_no_event_asks_for_any_more_is_only_discarded() {
    let client = Client::start().await;
    let form = refused_form(&client, 3).await;
    client.stage.world.person_deletes(PRAGUE, form["events"][0]["event_id"].as_str().unwrap());
    client.sweep().await;
    for body in ["", AGAIN] {
        expect_refused(&client, &form, ("resend", body), "no-event").await;
    }
    assert_eq!(twice(&client, &form, "discard", NOT_WANTED).await["state"], "discarded");
}

#[tokio::test]
async fn a_form_of_somebody_who_is_no_manual_user_any_more_is_only_discarded() {
    let client = Client::start().await;
    let form = refused_form(&client, 3).await;
    let client = client.restarted(|settings| settings["manual_users"]["user_list"] = json!([]));
    for body in ["", AGAIN] {
        expect_refused(&client, &form, ("resend", body), "not-registered").await;
    }
    assert_eq!(twice(&client, &form, "discard", "").await["state"], "discarded");
    expect_refused(&client, &form, ("resend", AGAIN), "not-registered").await;
}

#[tokio::test]
async fn a_decision_needs_no_body_and_takes_no_unknown_members() {
    let client = Client::start().await;
    let form = refused_form(&client, 3).await;
    for (decision, body, field) in [
        ("resend", r#"{"agian": true}"#, json!("agian")),
        ("resend", r#"{"again": true, "outcome": "arrived"}"#, json!("outcome")),
        ("resend", r#"{"again": "true"}"#, json!("again")),
        ("resend", "[]", Value::Null),
        ("discard", r#"{"outcome": "lost"}"#, json!("outcome")),
        ("discard", r#"{"outcome": true}"#, json!("outcome")),
        ("discard", r#"{"again": true}"#, json!("again")),
        ("discard", r#""arrived""#, Value::Null),
    ] {
        let problem = settle(&client, &form, decision, body).await.expect_problem(422, "invalid-content");
        assert_eq!(problem["field"], field, "{body}");
    }
    settle(&client, &form, "discard", "arrived").await.expect_problem(400, "not-json");
    for (decision, body) in [
        ("resend", " "),
        ("resend", "null"),
        ("resend", r#"{"again": null}"#),
        ("resend", r#"{"again": false}"#),
        ("discard", "{}"),
        ("discard", r#"{"outcome": null}"#),
    ] {
        let answer = settle(&client, &form, decision, body).await;
        assert_eq!(answer.status, 200, "{decision} {body}: {}", answer.text);
    }
}

#[tokio::test]
async fn an_unknown_id_is_404() {
    let client = Client::start().await;
    let nobody = "ZjdkNTRjMjJkZGE1YjE3ODAyNzY2MDFjZDAwNTkwOWI3MDU0M2ZjNGE2YmE3MmQ3MzViNGNiOWJiYjYxMWYwMS8yMDI2LTA2LTE4LzIwMjYtMDYtMTk";
    for id in ["", "form", "%FF", "..", nobody] {
        for decision in ["resend", "discard"] {
            let answer = client.send("POST", &format!("{FORMS}/{id}/{decision}"), "").await;
            answer.expect_problem(404, "no-such-form");
        }
    }
}
