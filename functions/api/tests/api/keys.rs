//! The API key, which the router checks itself where no gateway does.

use axum::body::Body;
use axum::http::Request;

use crate::client::{Answer, Client, reservation};

async fn with_key(client: &Client, method: &str, path: &str, key: Option<&str>) -> Answer {
    let mut request = Request::builder().method(method).uri(path);
    if let Some(key) = key {
        request = request.header("x-api-key", key);
    }
    client.request(request.body(Body::from(reservation().to_string())).unwrap()).await
}

#[tokio::test]
async fn every_route_but_health_and_the_document_wants_the_key() {
    let client = Client::start_with_key(Some("sesame")).await;
    for (method, path) in [
        ("POST", "/api/v1/reservations"),
        ("GET", "/api/v1/config_update"),
        ("POST", "/api/v1/config_update"),
        ("POST", "/api/v1/sweeps"),
        ("GET", "/api/v1/offices"),
        ("GET", "/api/v1/reservations"),
        ("GET", "/api/v1/reservations/id"),
        ("GET", "/api/v1/attendance"),
        ("GET", "/api/v1/status"),
        ("GET", "/api/v1/forms"),
        ("POST", "/api/v1/forms/id/resend"),
        ("POST", "/api/v1/forms/id/discard"),
    ] {
        for key in [None, Some(""), Some("sesam"), Some("sesame "), Some("Sesame"), Some("sesamesesame")] {
            with_key(&client, method, path, key).await.expect_problem(403, "wrong-api-key");
            with_key(&client, "HEAD", path, key).await.expect_status(403);
        }
    }
    client.expect_no_calls();
    for path in ["/api/v1/health", "/api/v1/openapi.json"] {
        for key in [None, Some("Sesame"), Some("sesame")] {
            assert_eq!(with_key(&client, "GET", path, key).await.status, 200);
        }
    }
    assert_eq!(with_key(&client, "POST", "/api/v1/reservations", Some("sesame")).await.status, 200);
}

#[tokio::test]
async fn a_key_that_is_no_text_is_wrong() {
    let client = Client::start_with_key(Some("sesame")).await;
    let request = Request::get("/api/v1/status").header("x-api-key", &b"\xff\xfe"[..]);
    client.request(request.body(Body::empty()).unwrap()).await.expect_problem(403, "wrong-api-key");
}
