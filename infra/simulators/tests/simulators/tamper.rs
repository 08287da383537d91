//! A faulty layer between a client and the services.

use std::sync::Arc;

use crate::wire::{EVA, OFFICE, Wire, event_path};
use http::HeaderMap;
use http::header::{HeaderValue, IF_MATCH};
use moffman_simulators::{Call, NewEvent, Tamper};
use serde_json::{Value, json};

struct Layer;

impl Tamper for Layer {
    fn request(&self, operation: &str, headers: &mut HeaderMap, body: &mut Value) {
        if operation == "events.patch" {
            headers.insert(IF_MATCH, HeaderValue::from_static("*"));
            body["summary"] = json!("changed on the way");
        }
    }

    fn times(&self, operation: &str) -> usize {
        if operation == "form" { 3 } else { 1 }
    }

    fn answer(&self, call: &Call, body: &mut Value) {
        if call.operation == "events.list" {
            body["items"] = json!([]);
        }
    }
}

#[tokio::test]
async fn requests_answers_and_how_often_something_happens_are_changed() {
    let wire = Wire::start().await;
    let id = wire.world.person_adds(OFFICE, EVA, NewEvent::new("2026-06-18", "2026-06-19"));
    assert_eq!(wire.list(&[]).await["items"][0]["id"], json!(id));
    wire.world.tamper(Arc::new(Layer));
    assert_eq!(wire.list(&[]).await["items"], json!([]));

    let change = json!({"summary": "as sent"});
    let outdated = [("if-match", "\"outdated\"")];
    let patched = wire.google_with(("PATCH", &event_path(OFFICE, &id)), Some(&change), &outdated).await;
    assert_eq!((patched.status, &patched.json()["summary"]), (200, &json!("changed on the way")));
    let call = wire.world.calls().pop().unwrap();
    assert_eq!(call.if_match.as_deref(), Some("*"));
    assert_eq!(call.body, Some(json!({"summary": "changed on the way"})));

    let form = json!({
        "template": "Attendance",
        "form_data": {},
        "result": {"download": false, "email": {"from": "a@example.com", "to": "b@example.com", "subject": "", "contents": ""}},
    });
    let headers = [("content-type", "application/json")];
    wire.send(("POST", &wire.world.byroapi_url()), &headers, &form.to_string()).await;
    assert_eq!((wire.world.forms().len(), wire.world.count("form")), (3, 1));
    wire.world.finish().unwrap();
}
