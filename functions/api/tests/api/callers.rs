//! What callers with keys of API Gateway may do, and what the log says of them.

use chrono::{Days, Utc};
use moffman::domain::digest::digest;
use moffman::domain::email::Email;
use moffman::domain::form::{FormId, FormKey};
use moffman_simulators::{Fault, NewEvent};
use serde_json::{Value, json};

use crate::client::reservation;
use crate::function::{Function, event};
use crate::stage::{ANNA, PRAGUE, Stage};

const API: &str = env!("CARGO_BIN_EXE_api");

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

/// Somebody with a key.
struct KeyHolder<'a> {
    function: &'a Function,
    /// The id of the key.
    id: &'a str,
}

impl KeyHolder<'_> {
    /// Sends a request to a resource, which is carried out; answers the answer's content.
    async fn send(&self, route: &str, parameters: Value, body: Value) -> Value {
        let (status, content) = self.ask(route, parameters, body).await;
        assert_eq!(status, 200, "{route}: {content}");
        content
    }

    /// Sends a request to a resource; answers the status and the answer's content.
    async fn ask(&self, route: &str, parameters: Value, body: Value) -> (i64, Value) {
        let (method, resource) = route.split_once(' ').unwrap();
        let mut event = with_key_id(event("api-sweep.json"), Some(self.id));
        let mut path = resource.to_owned();
        for (name, value) in parameters.as_object().unwrap() {
            path = path.replace(&format!("{{{name}}}"), value.as_str().unwrap());
        }
        event["httpMethod"] = json!(method);
        event["resource"] = json!(resource);
        event["requestContext"]["resourcePath"] = json!(resource);
        event["path"] = json!(path);
        event["pathParameters"] = parameters;
        if method == "DELETE" {
            event["multiValueQueryStringParameters"] = json!({"office_id": ["prague"]});
            event["body"] = Value::Null;
        } else {
            event["body"] = json!(body.to_string());
        }
        let answer = self.function.answer(event).await;
        (answer["statusCode"].as_i64().unwrap(), serde_json::from_str(answer["body"].as_str().unwrap()).unwrap())
    }
}

/// The lines about changes, each as what was done, by whom, in which office and to what.
fn changes(lines: &[Value]) -> Vec<[&str; 4]> {
    let fields = ["change", "caller", "office.digest", "id"];
    let changes = lines.iter().filter(|line| line["change"].is_string());
    changes.map(|line| fields.map(|field| line[field].as_str().unwrap_or_default())).collect()
}

fn expect_nothing_private(lines: &[Value]) {
    let text = serde_json::to_string(lines).unwrap();
    for private in ["example-key", "Some User", "user@example.com", "prague", "brno", "Anna", "no room"] {
        assert!(!text.contains(private), "{private}: {text}");
    }
}

#[tokio::test]
async fn who_decided_about_a_reservation_is_in_the_log() {
    let function = behind_gateway(json!({})).await;
    let [workflow, operator, another] =
        ["workflow23", "operator45", "another"].map(|id| KeyHolder { function: &function, id });
    let office = json!({"office_id": "prague"});
    let reservations = "POST /api/v1/reservations";
    let id = workflow.send(reservations, json!({}), reservation()).await["id"].take();
    let at = json!({ "id": id });
    workflow.send("POST /api/v1/reservations/{id}/approve", at.clone(), office).await;
    operator.send("DELETE /api/v1/reservations/{id}", at, json!(null)).await;
    let mut body = reservation();
    body["approved"] = json!(true);
    body["request_dt"] = json!("later");
    let other = another.send(reservations, json!({}), body.clone()).await["id"].take();
    body["approved"] = json!(false);
    body["request_dt"] = json!("later still");
    let last = workflow.send(reservations, json!({}), body).await["id"].take();
    let reason = json!({"office_id": "prague", "reason": "no room"});
    workflow.send("POST /api/v1/reservations/{id}/reject", json!({ "id": last }), reason).await;
    let lines = function.log();
    let (prague, [id, other, last]) = (digest("prague"), [&id, &other, &last].map(|id| id.as_str().unwrap()));
    assert_eq!(
        changes(&lines),
        [
            ["register", "workflow23", &prague, id],
            ["approve", "workflow23", &prague, id],
            ["cancel", "operator45", &prague, id],
            ["approve", "another", &prague, other],
            ["register", "workflow23", &prague, last],
            ["reject", "workflow23", &prague, last],
        ]
    );
    expect_nothing_private(&lines);
}

#[tokio::test]
async fn who_settled_a_form_is_in_the_log() {
    let function = behind_gateway(json!({})).await;
    let operator = KeyHolder { function: &function, id: "operator45" };
    let world = &function.stage.world;
    let day = Utc::now().date_naive() + Days::new(3);
    world.person_adds(PRAGUE, ANNA, NewEvent::new(day, day + Days::new(1)));
    world.fail("form", Fault::status(500, "no blank PDF"));
    operator.send("POST /api/v1/sweeps", json!({}), json!({"office_id": "prague"})).await;
    let listed = operator.send("GET /api/v1/forms", json!({}), json!(null)).await;
    let id = listed["forms"][0]["id"].as_str().unwrap();
    let at = json!({ "form_id": id });
    operator.send("POST /api/v1/forms/{form_id}/resend", at.clone(), json!({})).await;
    operator.send("POST /api/v1/forms/{form_id}/discard", at.clone(), json!({})).await;
    operator.send("POST /api/v1/forms/{form_id}/resend", at, json!({"again": true})).await;
    let lines = function.log();
    let prague = digest("prague");
    assert_eq!(
        changes(&lines),
        [
            ["sweep", "operator45", &prague, ""],
            ["resend", "operator45", &prague, id],
            ["discard", "operator45", &prague, id],
            ["copy", "operator45", &prague, id],
        ]
    );
    expect_nothing_private(&lines);
}

#[tokio::test]
async fn what_changes_nothing_is_no_change_in_the_log() {
    let function = behind_gateway(json!({})).await;
    for (name, id) in [
        ("api-reservation.json", Some("readerkey1")),
        ("api-config-update.json", Some("operator45")),
        ("api-health.json", None),
        ("api-config-update.json", None),
    ] {
        told(&function, name, id).await;
    }
    KeyHolder { function: &function, id: "operator45" }
        .send("POST /api/v1/sweeps", json!({}), json!({"dry_run": true}))
        .await;
    let lines = function.log();
    let requests = lines.iter().filter(|line| line["message"] == "request");
    let callers: Vec<&str> = requests.map(|line| line["caller"].as_str().unwrap_or("nobody")).collect();
    assert_eq!(callers, ["readerkey1", "operator45", "nobody", "nobody", "operator45"]);
    assert_eq!(changes(&lines), [["reload", "operator45", "", ""], ["reload", "", "", ""]]);
}

#[tokio::test]
async fn a_change_that_failed_is_in_the_log_and_one_that_was_refused_is_not() {
    let function = behind_gateway(json!({})).await;
    let operator = KeyHolder { function: &function, id: "operator45" };
    let world = &function.stage.world;
    let none = || json!({});
    let reservations = "POST /api/v1/reservations";
    world.fail("events.insert", Fault::status(403, "forbidden"));
    assert_eq!(operator.ask(reservations, none(), reservation()).await.0, 502);
    let id = operator.send(reservations, none(), reservation()).await["id"].take();
    let at = json!({ "id": id });
    world.fail("events.get", Fault::status(403, "forbidden"));
    assert_eq!(operator.ask("DELETE /api/v1/reservations/{id}", at.clone(), json!(null)).await.0, 502);
    let approve = "POST /api/v1/reservations/{id}/approve";
    for (at, body, status) in
        [(&at, json!({"office_id": 1}), 422), (&json!({"id": "nothing"}), json!({"office_id": "prague"}), 404)]
    {
        assert_eq!(operator.ask(approve, at.clone(), body).await.0, status);
    }
    world.fail("spreadsheets.values.batchGet", Fault::status(403, "forbidden")).always();
    assert_eq!(operator.ask("POST /api/v1/config_update", none(), none()).await.0, 502);
    for dry_run in [true, false] {
        let body = json!({"office_id": "brno", "dry_run": dry_run});
        assert_eq!(operator.ask("POST /api/v1/sweeps", none(), body).await.0, 503);
    }
    let lines = function.log();
    let (prague, brno, id) = (digest("prague"), digest("brno"), id.as_str().unwrap());
    assert_eq!(
        changes(&lines),
        [
            ["register", "operator45", &prague, id],
            ["register", "operator45", &prague, id],
            ["cancel", "operator45", &prague, id],
            ["reload", "operator45", "", ""],
            ["sweep", "operator45", &brno, ""],
        ]
    );
    expect_nothing_private(&lines);
}

#[tokio::test]
async fn a_form_that_cannot_be_settled_is_in_the_log() {
    let stage = Stage::set().await;
    let settings = stage.settings_file();
    let without_table = Function::start_with(API, stage, &settings).await;
    let operator = KeyHolder { function: &without_table, id: "operator45" };
    let person = Email::parse(ANNA).unwrap().key();
    let id = FormId::of(&FormKey { person, days: "2026-06-18/2026-06-19".parse().unwrap() }).write();
    let at = json!({ "form_id": id });
    assert_eq!(operator.ask("POST /api/v1/forms/{form_id}/resend", at, json!({})).await.0, 500);
    assert_eq!(changes(&without_table.log()), [["resend", "operator45", "", &id]]);
}
