//! Byroapi, and the demo's world.

use crate::wire::{Reply, Wire, at};
use moffman_simulators::{Service, World, demo, demo_news};
use serde_json::{Value, json};

fn form() -> Value {
    json!({
        "template": "Attendance",
        "form_data": { "user_id": "eva@example.com", "date_from": "18.06.2026" },
        "result": { "download": false, "email": {
            "from": { "moffman@example.com": "Moffman" },
            "to": "boss@example.com",
            "cc": {},
            "subject": "s",
            "contents": "c",
        }},
    })
}

async fn post(wire: &Wire, body: &Value) -> Reply {
    let headers = [("content-type", "application/json"), ("authorization", "Basic x")];
    wire.send(("POST", &wire.world.byroapi_url()), &headers, &body.to_string()).await
}

#[tokio::test]
async fn a_form_is_issued_as_often_as_it_is_posted() {
    let wire = Wire::start().await;
    for _ in 0..2 {
        let reply = post(&wire, &form()).await;
        assert_eq!((reply.status, reply.body.len()), (200, 0));
    }
    let forms = wire.world.forms();
    assert_eq!(forms.len(), 2);
    assert_eq!((&forms[0].body, forms[0].authorization.as_deref()), (&form(), Some("Basic x")));
    assert_eq!(forms[0].at, wire.world.now());
    assert_eq!(wire.world.calls().last().unwrap().service, Service::Byroapi);
    wire.world.finish().unwrap();
}

#[tokio::test]
async fn refusals_are_500_with_the_text_in_the_reason_phrase() {
    let wire = Wire::start().await;
    wire.world.allow_templates(&["Other"]);
    let reply = post(&wire, &form()).await;
    assert_eq!((reply.status, reply.json()), (500, json!({})));
    assert_eq!(reply.phrase.as_deref(), Some("Unknown template Attendance"));
    wire.world.allow_templates(&["Attendance"]);
    let mut nobody = form();
    nobody["result"]["email"]["from"] = json!({});
    assert_eq!(post(&wire, &nobody).await.status, 500);
    assert!(wire.world.forms().is_empty());
    wire.world.finish().unwrap();
}

#[tokio::test]
async fn the_request_is_checked() {
    let wire = Wire::start().await;
    let cases = [
        ("/extra", json!(1), "body.extra is unknown"),
        ("/form_data/date_from", json!(18), "form_data must be an object of strings"),
        ("/result/download", json!(true), "result.download must be false"),
        ("/result/email/to", json!(["boss@example.com"]), "result.email.to must be a string or an object"),
        ("/result/email/bcc", json!("x"), "result.email.bcc is unknown"),
        ("/result/email/attachments", json!(1), "result.email.attachments must be a string"),
    ];
    for (pointer, value, expected) in cases {
        let mut body = form();
        let (parent, key) = pointer.rsplit_once('/').unwrap();
        body.pointer_mut(parent).unwrap()[key] = value;
        post(&wire, &body).await;
        let violations = wire.world.take_violations();
        assert!(matches!(violations.as_slice(), [only] if only.contains(expected)), "{violations:?}");
    }
    let mut body = form();
    body["result"]["email"].as_object_mut().unwrap().remove("to");
    assert_eq!(post(&wire, &body).await.status, 200, "Byroapi says it is well and mails nothing");
    assert_eq!(wire.world.take_violations(), ["form: result.email.to is missing"]);
    wire.send(("GET", &wire.world.byroapi_url()), &[], "").await;
    wire.send(("POST", &wire.world.byroapi_url()), &[("content-type", "text/plain")], &form().to_string()).await;
    assert_eq!(wire.world.take_violations().len(), 2);
}

#[tokio::test]
async fn the_demo_breaks_no_rule() {
    let world = World::start(at("2026-11-23T10:00:00Z")).await.unwrap();
    let demo = demo(&world, world.now().date_naive());
    demo_news(&world);
    assert_eq!((demo.offices.len(), demo.users.len()), (5, 8));
    let events: usize = demo.offices.iter().map(|office| world.events(office.calendar_id).len()).sum();
    assert_eq!(events, 110);
    world.finish().unwrap();
}
