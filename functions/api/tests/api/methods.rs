//! Paths and methods that do not exist; a HEAD that must change nothing.

use crate::client::Client;

#[tokio::test]
async fn an_unknown_path_is_404() {
    let client = Client::start().await;
    for path in [
        "/",
        "/api/v1",
        "/api/v1/reservations/",
        "/api/v1/reservations/1",
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
        ("/api/v1/reservations", &["GET", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "BREW"][..], "POST"),
        ("/api/v1/config_update", &["PUT", "DELETE", "OPTIONS"], "GET, POST"),
        ("/api/v1/sweeps", &["GET", "PUT"], "POST"),
        ("/api/v1/forms", &["POST", "DELETE"], "GET"),
        ("/api/v1/forms/id/resend", &["GET", "PUT"], "POST"),
        ("/api/v1/forms/id/discard", &["GET", "PUT"], "POST"),
        ("/api/v1/health", &["POST", "DELETE"], "GET"),
        ("/api/v1/openapi.json", &["POST"], "GET"),
    ] {
        for method in methods {
            let answer = client.send(method, path, "").await;
            answer.expect_problem(405, "method-not-allowed");
            assert_eq!(answer.header("allow"), allow, "{method} {path}");
        }
        let head = client.send("HEAD", path, "").await;
        head.expect_status(405);
        assert_eq!(head.header("allow"), allow, "HEAD {path}");
    }
    client.expect_no_calls();
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
