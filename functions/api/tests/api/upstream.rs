//! Where upstream fails, as far as HTTP is concerned.

use serde_json::json;

use crate::client::{Client, reservation, reservation_with};

#[tokio::test]
async fn upstream_01_a_mistake_of_the_caller_is_said_to_be_one() {
    let client = Client::start().await;
    for (pointer, value, slug) in [
        ("/office_id", Some(json!("nowhere")), "unknown-office"),
        ("/user/name", None, "invalid-content"),
        ("/start", Some(json!("2026-02-30")), "invalid-content"),
        ("/end", Some(json!("2022-06-01")), "invalid-content"),
    ] {
        client.reserve(&reservation_with(pointer, value)).await.expect_problem(422, slug);
    }
    client.send("POST", "/api/v1/reservations", "user=me").await.expect_problem(400, "not-json");
    assert_eq!(client.stage.world.count("events.insert"), 0);
}

#[tokio::test]
async fn upstream_05_only_true_approves() {
    let client = Client::start().await;
    for not_true in [json!("false"), json!("true"), json!(1), json!([0])] {
        let body = reservation_with("/approved", Some(not_true));
        client.reserve(&body).await.expect_problem_with(422, "invalid-content", "approved");
    }
    client.expect_no_calls();
    assert_eq!(client.reserve(&reservation()).await.json()["status"], "pending");
}
