//! What a caller may do: with a key of the local server, and with one of API Gateway.

use axum::body::Body;
use axum::http::Request;
use moffman::domain::role::Role;
use serde_json::{Value, json};

use crate::client::{Answer, Client, reservation};
use crate::function::{Function, event};
use crate::stage::Stage;

const API: &str = env!("CARGO_BIN_EXE_api");

/// Which role each route takes; `None`: not even a key.
const NEEDED: [(&str, Option<Role>); 17] = [
    ("GET /api/v1/health", None),
    ("GET /api/v1/openapi.json", Some(Role::Reader)),
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

/// The function behind a gateway, with these settings for callers. The stack has a key of each role.
async fn behind_gateway(rest_api: Value) -> Function {
    let mut stage = Stage::set().await;
    stage.make_table().await;
    stage.settings["rest_api"] = rest_api;
    let settings = stage.settings_file();
    let keys = r#"{"readerkey1": "reader", "workflow23": "workflow", "operator45": "operator"}"#;
    Function::start_in(API, stage, &settings, &[("MOFFMAN_AWS__KEY_ROLES", keys)]).await
}

/// The event of a request with the key of this id.
fn with_key_id(mut event: Value, id: Option<&str>) -> Value {
    event["requestContext"]["identity"]["apiKeyId"] = json!(id);
    event
}

/// The status and the type of the answer to a request with the key of this id.
async fn told(function: &Function, name: &str, id: Option<&str>) -> (i64, Value) {
    let answer = function.answer(with_key_id(event(name), id)).await;
    let body: Value = serde_json::from_str(answer["body"].as_str().unwrap()).unwrap();
    (answer["statusCode"].as_i64().unwrap(), body["needed"].clone())
}

#[tokio::test]
async fn the_id_of_a_key_at_the_gateway_has_a_role() {
    let function = behind_gateway(json!({"roles": {"abc123def4": "workflow"}})).await;
    let (fine, workflow, operator) = ((200, Value::Null), (403, json!("workflow")), (403, json!("operator")));
    for (id, place, sweep) in [
        (Some("readerkey1"), &workflow, &operator),
        (Some("workflow23"), &fine, &operator),
        (Some("operator45"), &fine, &fine),
        (Some("abc123def4"), &fine, &operator),
        (Some("another"), &workflow, &operator),
        (None, &workflow, &operator),
    ] {
        assert_eq!(&told(&function, "api-reservation.json", id).await, place, "{id:?}");
        assert_eq!(&told(&function, "api-sweep.json", id).await, sweep, "{id:?}");
        assert_eq!(told(&function, "api-health.json", id).await, fine, "{id:?}");
    }
}

#[tokio::test]
async fn an_update_locks_nobody_out() {
    let function = behind_gateway(json!({"api_key": "for the local server"})).await;
    for id in [Some("operator45"), Some("made-by-hand"), None] {
        assert_eq!(told(&function, "api-sweep.json", id).await.0, 200, "{id:?}");
    }
    assert_eq!(told(&function, "api-sweep.json", Some("readerkey1")).await, (403, json!("operator")));
}

#[tokio::test]
async fn each_change_is_one_line_of_the_log_with_the_key_that_made_it() {
    let function = behind_gateway(json!({})).await;
    let send = async |name: &str, id: &str, body: Value| {
        let mut event = with_key_id(event(name), Some(id));
        event["body"] = json!(body.to_string());
        function.answer(event).await
    };
    let placed = send("api-reservation.json", "workflow23", reservation()).await;
    let placed: Value = serde_json::from_str(placed["body"].as_str().unwrap()).unwrap();
    send("api-reservation.json", "readerkey1", reservation()).await;
    send("api-reservation.json", "workflow23", json!({})).await;
    send("api-sweep.json", "operator45", json!({"office_id": "brno"})).await;
    send("api-sweep.json", "operator45", json!({"dry_run": true})).await;
    function.answer(with_key_id(event("api-config-update.json"), Some("operator45"))).await;
    function.answer(with_key_id(event("api-health.json"), None)).await;
    let lines = function.log();
    let requests: Vec<&Value> = lines.iter().filter(|line| line["message"] == "request").collect();
    let callers: Vec<&Value> = requests.iter().map(|line| &line["caller"]).collect();
    let [workflow, reader, operator] = ["workflow23", "readerkey1", "operator45"].map(Value::from);
    assert_eq!(callers, [&workflow, &reader, &workflow, &operator, &operator, &operator, &Value::Null]);
    let changes: Vec<&Value> = lines.iter().filter(|line| line["change"].is_string()).collect();
    let what: Vec<&Value> = changes.iter().map(|line| &line["change"]).collect();
    assert_eq!(what, ["register", "sweep", "reload"]);
    assert_eq!(changes[0]["id"], placed["id"]);
    let offices: Vec<&Value> = changes.iter().map(|line| &line["office.digest"]).collect();
    let digests = ["prague", "brno"].map(moffman::domain::digest::digest);
    assert_eq!(offices, [&json!(digests[0]), &json!(digests[1]), &Value::Null]);
    let text = serde_json::to_string(&lines).unwrap();
    for private in ["example-key", "Some User", "user@example.com", "prague", "brno"] {
        assert!(!text.contains(private), "{private}: {text}");
    }
}
