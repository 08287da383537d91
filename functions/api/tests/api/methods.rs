//! Paths and methods that do not exist; HEAD, which is answered like GET unless that changes something.

use crate::client::{Answer, Client};

#[tokio::test]
async fn an_unknown_path_is_404() {
    let client = Client::start().await;
    for path in [
        "/api",
        "/page",
        "/api/v1",
        "/api/v1/reservations/",
        "/api/v1/reservations/1/events",
        "/api/v1/forms/id",
        "/api/v2/health",
        "/API/v1/health",
    ] {
        client.send("GET", path, "").await.expect_problem(404, "no-such-route");
        client.send("HEAD", path, "").await.expect_status(404);
    }
}

#[tokio::test]
async fn another_method_is_405_and_names_those_that_exist() {
    let client = Client::start().await;
    for (path, methods, allow) in [
        ("/api/v1/reservations", &["PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "BREW"][..], "GET, HEAD, POST"),
        ("/api/v1/reservations/1", &["POST", "PUT"], "GET, HEAD, DELETE"),
        ("/api/v1/reservations/1/approve", &["GET", "DELETE"], "POST"),
        ("/api/v1/reservations/1/reject", &["GET", "DELETE"], "POST"),
        ("/api/v1/attendance", &["POST", "PUT"], "GET, HEAD"),
        ("/api/v1/config_update", &["PUT", "DELETE", "OPTIONS"], "GET, POST"),
        ("/api/v1/offices", &["POST", "DELETE"], "GET, HEAD"),
        ("/api/v1/sweeps", &["GET", "PUT"], "POST"),
        ("/api/v1/forms", &["POST", "DELETE"], "GET, HEAD"),
        ("/api/v1/forms/id/resend", &["GET", "PUT"], "POST"),
        ("/api/v1/forms/id/discard", &["GET", "PUT"], "POST"),
        ("/api/v1/health", &["POST", "DELETE"], "GET, HEAD"),
        ("/api/v1/openapi.json", &["POST"], "GET, HEAD"),
    ] {
        for method in methods {
            let answer = client.send(method, path, "").await;
            answer.expect_problem(405, "method-not-allowed");
            assert_eq!(answer.header("allow"), allow, "{method} {path}");
        }
        if !allow.contains("HEAD") {
            let head = client.send("HEAD", path, "").await;
            head.expect_status(405);
            assert_eq!(head.header("allow"), allow, "HEAD {path}");
        }
    }
    client.expect_no_calls();
}

#[tokio::test]
async fn head_is_answered_like_get_without_the_body() {
    let client = Client::start().await;
    for path in [
        "/api/v1/offices?limit=1",
        "/api/v1/offices?limit=0",
        "/api/v1/reservations?office_id=prague",
        "/api/v1/attendance?format=csv",
        "/api/v1/forms",
        "/api/v1/forms?office_id=atlantis",
        "/api/v1/openapi.json",
        "/api/v1/health",
    ] {
        let (get, head) = (client.send("GET", path, "").await, client.send("HEAD", path, "").await);
        head.expect_status(get.status.as_u16());
        assert_eq!(head.header("content-length"), get.text.len().to_string(), "{path}");
        let without_id = |answer: &Answer| {
            let mut headers = answer.headers.clone();
            headers.remove("x-request-id");
            headers
        };
        assert_eq!(without_id(&head), without_id(&get), "{path}");
    }
}

#[tokio::test]
async fn nobody_is_to_keep_an_answer() {
    let client = Client::start().await;
    for (method, path) in [
        ("GET", "/api/v1/offices"),
        ("HEAD", "/api/v1/offices"),
        ("GET", "/api/v1/openapi.json"),
        ("GET", "/api/v1/health"),
        ("GET", "/api/v1/offices?limit=0"),
        ("DELETE", "/api/v1/offices"),
        ("GET", "/nothing"),
        ("POST", "/api/v1/config_update"),
    ] {
        assert_eq!(client.send(method, path, "").await.header("cache-control"), "no-store", "{method} {path}");
    }
}

#[tokio::test]
async fn the_configuration_is_reloaded_by_get_and_by_post() {
    let client = Client::start().await;
    for method in ["GET", "POST"] {
        let mark = client.stage.world.mark();
        let answer = client.send(method, "/api/v1/config_update", "").await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        let report = answer.json();
        assert_eq!((&report["offices"]["rows"], &report["offices"]["used"]), (&1.into(), &1.into()), "{report}");
        assert_eq!(
            client.stage.world.count_since(mark, "spreadsheets.values.batchGet"),
            1,
            "{:?}",
            client.stage.world.calls()
        );
    }
}

#[tokio::test]
async fn health_asks_nobody() {
    let client = Client::start().await;
    let answer = client.send("GET", "/api/v1/health", "").await;
    assert_eq!(answer.status, 200);
    assert_eq!(answer.json(), serde_json::json!({"status": "ok", "version": env!("CARGO_PKG_VERSION")}));
    client.expect_no_calls();
}
