//! The API keys, which the router checks itself where no gateway does.

use axum::body::Body;
use axum::http::Request;
use serde_json::json;

use crate::client::{Answer, Client, reservation};

async fn with_key(client: &Client, method: &str, path: &str, key: Option<&str>) -> Answer {
    let mut request = Request::builder().method(method).uri(path);
    if let Some(key) = key {
        request = request.header("x-api-key", key);
    }
    client.request(request.body(Body::from(reservation().to_string())).unwrap()).await
}

#[tokio::test]
async fn every_route_but_health_and_the_document_wants_a_key() {
    let client = Client::start_with_access(json!({"api_key": "sesame", "keys": {"reader": ["look"]}})).await;
    for path in moffman_api::openapi()
        .paths
        .paths
        .into_keys()
        .filter(|path| !["/api/v1/health", "/api/v1/openapi.json"].contains(&path.as_str()))
    {
        let path = path.replace("{form_id}", "id").replace("{id}", "id");
        for key in [None, Some(""), Some("sesam"), Some("sesame "), Some("Sesame"), Some("looksesame")] {
            for method in ["GET", "POST", "DELETE"] {
                let problem = with_key(&client, method, &path, key).await.expect_problem(403, "wrong-api-key");
                assert_eq!(problem.get("needed"), None, "{method} {path}");
            }
            with_key(&client, "HEAD", &path, key).await.expect_status(403);
        }
    }
    client.expect_no_calls();
    for path in ["/api/v1/health", "/api/v1/openapi.json"] {
        for key in [None, Some("Sesame"), Some("sesame")] {
            assert_eq!(with_key(&client, "GET", path, key).await.status, 200);
        }
    }
    assert_eq!(with_key(&client, "POST", "/api/v1/reservations", Some("sesame")).await.status, 200);
    assert_eq!(with_key(&client, "GET", "/api/v1/offices", Some("look")).await.status, 200);
}

#[tokio::test]
async fn a_key_that_is_no_text_is_wrong() {
    let client = Client::start_with_access(json!({"api_key": "sesame"})).await;
    let request = Request::get("/api/v1/offices").header("x-api-key", &b"\xff\xfe"[..]);
    client.request(request.body(Body::empty()).unwrap()).await.expect_problem(403, "wrong-api-key");
}

#[tokio::test]
async fn a_path_that_is_not_there_needs_no_key_and_one_without_the_method_does() {
    let client = Client::start_with_access(json!({"keys": {"reader": ["look"]}})).await;
    with_key(&client, "GET", "/api/v1/nothing", None).await.expect_problem(404, "no-such-route");
    with_key(&client, "PUT", "/api/v1/sweeps", None).await.expect_problem(403, "wrong-api-key");
    with_key(&client, "PUT", "/api/v1/sweeps", Some("look")).await.expect_problem(405, "method-not-allowed");
    with_key(&client, "PUT", "/api/v1/health", None).await.expect_problem(405, "method-not-allowed");
}
