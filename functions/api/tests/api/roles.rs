//! What a caller may do with which key.

use axum::body::Body;
use axum::http::Request;
use moffman::domain::role::Role;
use serde_json::json;

use crate::client::{Answer, Client};

/// Which role each route takes; `None`: not even a key.
const NEEDED: [(&str, Option<Role>); 17] = [
    ("GET /api/v1/health", None),
    ("GET /api/v1/openapi.json", None),
    ("GET /api/v1/offices", Some(Role::Reader)),
    ("GET /api/v1/reservations", Some(Role::Reader)),
    ("GET /api/v1/reservations/{id}", Some(Role::Reader)),
    ("GET /api/v1/attendance", Some(Role::Reader)),
    ("GET /api/v1/status", Some(Role::Reader)),
    ("POST /api/v1/reservations", Some(Role::Workflow)),
    ("POST /api/v1/reservations/{id}/approve", Some(Role::Workflow)),
    ("POST /api/v1/reservations/{id}/reject", Some(Role::Workflow)),
    ("DELETE /api/v1/reservations/{id}", Some(Role::Workflow)),
    ("POST /api/v1/sweeps", Some(Role::Operator)),
    ("GET /api/v1/config_update", Some(Role::Operator)),
    ("POST /api/v1/config_update", Some(Role::Operator)),
    ("GET /api/v1/forms", Some(Role::Operator)),
    ("POST /api/v1/forms/{form_id}/resend", Some(Role::Operator)),
    ("POST /api/v1/forms/{form_id}/discard", Some(Role::Operator)),
];
const ROLES: [Role; 3] = [Role::Reader, Role::Workflow, Role::Operator];

/// Every route of the service.
fn routes() -> Vec<String> {
    let paths = moffman_api::openapi().paths.paths;
    let routes = paths.into_iter().flat_map(|(path, item)| {
        let (get, post, delete) = (item.get.is_some(), item.post.is_some(), item.delete.is_some());
        let methods = [("GET", get), ("POST", post), ("DELETE", delete)];
        methods.into_iter().filter(|(_, is_there)| *is_there).map(move |(method, _)| format!("{method} {path}"))
    });
    routes.collect()
}

/// The role that the table has for a route.
fn needed(route: &str) -> Option<Role> {
    let found = NEEDED.iter().find(|(known, _)| *known == route);
    found.unwrap_or_else(|| panic!("{route} is not in the table")).1
}

/// A caller whose key has the role.
async fn send(client: &Client, role: Role, route: &str, body: &str) -> Answer {
    let (method, path) = route.split_once(' ').unwrap();
    let path = path.replace("{form_id}", "id").replace("{id}", "id");
    let request = Request::builder().method(method).uri(path).header("x-api-key", format!("{role}-key"));
    client.request(request.body(Body::from(body.to_owned())).unwrap()).await
}

async fn with_a_key_of_each() -> Client {
    let keys = json!({"reader": ["reader-key"], "workflow": ["workflow-key"], "operator": ["operator-key"]});
    Client::start_with_access(json!({ "keys": keys })).await
}

#[tokio::test]
async fn each_role_may_do_what_the_table_says() {
    let client = with_a_key_of_each().await;
    assert_eq!(routes().len(), NEEDED.len());
    for route in routes() {
        let needed = needed(&route);
        for role in ROLES {
            let answer = send(&client, role, &route, "no JSON").await;
            if Some(role) >= needed {
                assert_ne!(answer.status, 403, "{route} as {role}");
                continue;
            }
            let problem = answer.expect_problem(403, "not-allowed");
            let needed = needed.unwrap().to_string();
            assert_eq!(problem["needed"], needed.as_str(), "{route} as {role}");
            assert!(problem["detail"].as_str().unwrap().contains(&format!("`{needed}`")), "{problem}");
            assert!(problem.get("field").is_none(), "{problem}");
        }
    }
}

#[tokio::test]
async fn the_role_is_judged_before_what_was_sent() {
    let client = with_a_key_of_each().await;
    for body in ["", "no JSON", "{}", "{\"unknown\": 1}", &" ".repeat(1024 * 1024 + 1)] {
        for route in ["POST /api/v1/reservations", "POST /api/v1/reservations/%FF/approve"] {
            send(&client, Role::Reader, route, body).await.expect_problem(403, "not-allowed");
        }
        send(&client, Role::Workflow, "POST /api/v1/sweeps", body).await.expect_problem(403, "not-allowed");
        send(&client, Role::Workflow, "GET /api/v1/forms?limit=0", body).await.expect_problem(403, "not-allowed");
    }
    send(&client, Role::Reader, "HEAD /api/v1/forms", "").await.expect_status(403);
    client.expect_no_calls();
    send(&client, Role::Reader, "HEAD /api/v1/offices", "").await.expect_status(200);
}

#[tokio::test]
async fn a_caller_learns_its_role() {
    let client = with_a_key_of_each().await;
    for role in ROLES {
        let answer = send(&client, role, "GET /api/v1/status", "").await;
        assert_eq!(answer.json()["role"], role.to_string());
    }
    let open = Client::start().await;
    assert_eq!(open.send("GET", "/api/v1/status", "").await.json()["role"], "operator", "where there is no key");
}

#[test]
fn the_page_has_the_table() {
    let page = include_str!("../../../README.md");
    for (route, needed) in NEEDED {
        let yes = |role| if Some(role) >= needed { "yes" } else { "" };
        let key = if needed.is_none() { "yes" } else { "" };
        let row = format!("| `{route}` | {key} | {} | {} | yes |", yes(Role::Reader), yes(Role::Workflow));
        assert!(page.contains(&row.replace("|  |", "| |").replace("|  |", "| |")), "{row}");
    }
}
