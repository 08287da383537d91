//! What a body may be: upstream's callers send any `Content-Type` and more members than we know.

use std::io;

use axum::body::Body;
use axum::http::Request;
use serde_json::{Value, json};

use crate::client::{Client, reservation, reservation_with};

const MIB: usize = 1024 * 1024;

#[tokio::test]
async fn a_reservation_is_answered_as_the_calendar_has_it() {
    let client = Client::start().await;
    let answer = client.reserve(&reservation()).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    assert_eq!(answer.header("content-type"), "application/json");
    let mut body = answer.json();
    assert!(body["url"].as_str().unwrap().starts_with("https://"), "{body}");
    body["url"] = Value::Null;
    let expected = json!({
        "id": "30f3552b9a2751e69401d63fca065a11",
        "office_id": "prague",
        "status": "pending",
        "start": "2022-06-28",
        "end": "2022-06-29",
        "url": null,
    });
    assert_eq!(body, expected);
    let approved = client.reserve(&reservation_with("/approved", Some(json!(true)))).await.json();
    assert_eq!(approved["status"], "approved");
}

#[tokio::test]
async fn any_content_type_or_none_is_accepted() {
    let client = Client::start().await;
    for content_type in ["text/plain", "application/x-www-form-urlencoded", "nonsense"] {
        let request = Request::post("/api/v1/reservations").header("content-type", content_type);
        let answer = client.request(request.body(Body::from(reservation().to_string())).unwrap()).await;
        assert_eq!(answer.status, 200, "{content_type}: {}", answer.text);
    }
}

#[tokio::test]
async fn a_byte_order_mark_is_taken_off() {
    let client = Client::start().await;
    let body = format!("\u{feff}{}", reservation());
    assert_eq!(client.send("POST", "/api/v1/reservations", body.clone()).await.status, 200);
    assert_eq!(client.send("POST", "/api/v1/sweeps", "\u{feff}").await.status, 200, "nothing behind it is no body");
    let twice = format!("\u{feff}{body}");
    client.send("POST", "/api/v1/reservations", twice).await.expect_problem(400, "not-json");
}

#[tokio::test]
async fn unknown_members_and_an_absent_email_are_fine() {
    let client = Client::start().await;
    for body in [
        reservation_with("/user/email", None),
        reservation_with("/user/email", Some(Value::Null)),
        reservation_with("/user/phone", Some(json!(1))),
        reservation_with("/comment", Some(json!({"approved": "false"}))),
    ] {
        let answer = client.reserve(&body).await;
        assert_eq!(answer.status, 200, "{body} {}", answer.text);
    }
}

#[tokio::test]
async fn what_is_not_json_is_400() {
    let client = Client::start().await;
    let deep = format!("{}{}", "[".repeat(50_000), "]".repeat(50_000));
    let surrogate = reservation().to_string().replace("Some", "\\ud800");
    let invalid = [&b"{\"user\":\"\xff\"}"[..], b"", b"  ", b"{", b"user=me", b"{} {}", b"{'a':1}"];
    for body in invalid.into_iter().chain([deep.as_bytes(), surrogate.as_bytes()]) {
        let answer = client.send("POST", "/api/v1/reservations", body.to_vec()).await;
        answer.expect_problem(400, "not-json");
    }
}

#[tokio::test]
async fn a_body_that_ends_early_is_400() {
    let client = Client::start().await;
    let complete = reservation().to_string();
    for sent in [&b""[..], b"{", complete.as_bytes()] {
        let pieces = [Ok(sent.to_vec()), Err(io::Error::from(io::ErrorKind::UnexpectedEof))];
        let body = Body::from_stream(futures_util::stream::iter(pieces));
        let problem = client.send("POST", "/api/v1/reservations", body).await.expect_problem(400, "not-json");
        assert_eq!(problem["detail"], "the body ended early");
    }
    client.expect_no_calls();
}

#[tokio::test]
async fn json_of_another_shape_is_422_with_the_member() {
    let client = Client::start().await;
    for (pointer, value, field) in [
        ("/user", Some(json!("Some User")), "user"),
        ("/user", None, "user"),
        ("/user/name", None, "user.name"),
        ("/user/name", Some(json!(1)), "user.name"),
        ("/user/name", Some(json!(" ")), "user.name"),
        ("/user/name", Some(json!("Some\nUser")), "user.name"),
        ("/user/email", Some(json!(false)), "user.email"),
        ("/approved", Some(json!("false")), "approved"),
        ("/approved", Some(json!(0)), "approved"),
        ("/approved", Some(Value::Null), "approved"),
        ("/approved", None, "approved"),
        ("/start", Some(json!("2026-02-30")), "start"),
        ("/start", Some(json!(20_260_228)), "start"),
        ("/end", Some(json!("2022-06-27")), "end"),
        ("/request_dt", None, "request_dt"),
        ("/request_dt", Some(json!(["11:38"])), "request_dt"),
        ("/office_id", Some(json!({})), "office_id"),
    ] {
        let body = reservation_with(pointer, value);
        client.reserve(&body).await.expect_problem_with(422, "invalid-content", field);
    }
    for body in [json!([]), json!("text"), json!(1), Value::Null] {
        let problem = client.reserve(&body).await.expect_problem(422, "invalid-content");
        assert_eq!(problem["field"], Value::Null);
    }
    client.expect_no_calls();
}

#[tokio::test]
async fn a_member_given_twice_is_422() {
    let client = Client::start().await;
    let body = reservation().to_string().replacen('{', "{\"approved\":true,", 1);
    let answer = client.send("POST", "/api/v1/reservations", body).await;
    answer.expect_problem_with(422, "invalid-content", "approved");
    let body = r#"{"user":{"name":"A","name":"B"}}"#;
    client.send("POST", "/api/v1/reservations", body).await.expect_problem_with(422, "invalid-content", "user.name");
}

#[tokio::test]
async fn a_body_of_one_mebibyte_is_accepted_and_one_byte_more_is_not() {
    let client = Client::start().await;
    let padded = |length: usize| {
        let body = reservation_with("/padding", Some(json!(""))).to_string();
        body.replace("\"padding\":\"\"", &format!("\"padding\":\"{}\"", "x".repeat(length - body.len())))
    };
    assert_eq!(padded(MIB).len(), MIB);
    let answer = client.send("POST", "/api/v1/reservations", padded(MIB)).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    for length in [MIB + 1, 3 * MIB, 40 * MIB] {
        client.send("POST", "/api/v1/reservations", padded(length)).await.expect_problem(413, "body-too-large");
    }
}

#[tokio::test]
async fn names_of_every_kind_arrive_unharmed() {
    let client = Client::start().await;
    for name in ["O'Brien \"Bob\"", "عمر", "Zoë 👩‍💻", "Žofie Kučerová", "<b>&amp;</b>", "a.b"] {
        let answer = client.reserve(&reservation_with("/user/name", Some(json!(name)))).await;
        assert_eq!(answer.status, 200, "{name}: {}", answer.text);
        let id = answer.json()["id"].as_str().unwrap().to_owned();
        let event = client.stage.world.event(crate::stage::PRAGUE, &id).unwrap();
        assert_eq!(event["summary"], format!("({name})"));
    }
}

#[tokio::test]
async fn a_sweep_needs_no_body() {
    let client = Client::start().await;
    for body in ["", " \n", "{}", "null", r#"{"office_id":null,"dry_run":null}"#] {
        let answer = client.send("POST", "/api/v1/sweeps", body).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        assert_eq!(answer.json()["offices_swept"], 2, "{}", answer.text);
    }
    let one = client.send("POST", "/api/v1/sweeps", r#"{"office_id":"brno","dry_run":true}"#).await.json();
    assert_eq!((&one["offices_swept"], &one["plans"][0]["office"]), (&json!(1), &json!("brno")), "{one}");
    for (body, field) in [(r#"{"dry_run":"yes"}"#, "dry_run"), (r#"{"office_id":1}"#, "office_id")] {
        let answer = client.send("POST", "/api/v1/sweeps", body).await;
        answer.expect_problem_with(422, "invalid-content", field);
    }
}

#[tokio::test]
async fn a_misspelt_member_does_not_sweep_everything_for_real() {
    let client = Client::start().await;
    for (body, field) in [
        (r#"{"dryrun":true}"#, "dryrun"),
        (r#"{"dry_run":true,"office":"brno"}"#, "office"),
        (r#"{"shard":0,"shards":2}"#, "shard"),
        (r#"{"task":"sweep"}"#, "task"),
    ] {
        let problem = client.send("POST", "/api/v1/sweeps", body).await;
        let problem = problem.expect_problem_with(422, "invalid-content", field);
        let detail = format!("`{field}` is no member of this request, which has office_id, dry_run");
        assert_eq!(problem["detail"], detail);
    }
    client.expect_no_calls();
}
