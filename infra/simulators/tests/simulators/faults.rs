//! Scripted faults, hooks and the log of calls.

use crate::wire::{EVA, OFFICE, Wire, event_path, events};
use moffman_simulators::{CalendarOptions, Fault, HookPoint, Matcher, NewEvent, Service};
use serde_json::{Value, json};
use std::sync::{Arc, Mutex};

fn event() -> NewEvent {
    NewEvent::new("2026-06-18", "2026-06-19").titled("x")
}

/// Renames the event over the API; `None` when no answer came.
async fn rename(wire: &Wire, id: &str) -> Option<crate::wire::Reply> {
    let bearer = wire.token("https://www.googleapis.com/auth/calendar.events").await;
    let headers = [("authorization", format!("Bearer {bearer}")), ("content-type", "application/json".to_owned())];
    let headers: Vec<(&str, &str)> = headers.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let url = format!("{}{}", wire.world.google_url(), event_path(OFFICE, id));
    wire.try_send("PATCH", &url, &headers, r#"{"summary":"y"}"#).await.ok()
}

fn title(wire: &Wire, id: &str) -> Value {
    wire.world.event(OFFICE, id).unwrap()["summary"].clone()
}

#[tokio::test]
async fn faults_before_the_effect_leave_everything_as_it_was() {
    let faults = [
        (Fault::retry_after(429, "rateLimitExceeded", 7), Some(429)),
        (Fault::status(503, "backendError"), Some(503)),
        (Fault::Html(502), Some(502)),
        (Fault::Garbage500, Some(500)),
        (Fault::Unauthorized401, Some(401)),
        (Fault::DropBeforeEffect, None),
    ];
    let wire = Wire::start().await;
    let id = wire.world.person_adds(OFFICE, EVA, event());
    for (fault, status) in faults {
        wire.world.fail("events.patch", fault.clone());
        let reply = rename(&wire, &id).await;
        assert_eq!(reply.as_ref().map(|reply| reply.status), status, "{fault:?}");
        assert_eq!(wire.world.calls().last().unwrap().status, status);
        assert_eq!(title(&wire, &id), "x", "{fault:?}");
        if status == Some(429) {
            let reply = reply.unwrap();
            assert_eq!(reply.headers["retry-after"], "7");
            assert_eq!(reply.json()["error"]["errors"][0]["domain"], "usageLimits");
        }
    }
    wire.world.finish().unwrap();
}

#[tokio::test]
async fn a_repeated_call_is_answered_as_the_second_one() {
    let wire = Wire::start().await;
    let id = wire.world.person_adds(OFFICE, EVA, event());
    let etag = wire.world.event(OFFICE, &id).unwrap()["etag"].as_str().unwrap().to_owned();
    wire.world.fail("events.patch", Fault::Repeated);
    let change = json!({ "summary": "y" });
    let reply = wire.google_with("PATCH", &event_path(OFFICE, &id), Some(&change), &[("if-match", &etag)]).await;
    assert_eq!((reply.status, title(&wire, &id)), (412, json!("y")));
    assert_eq!(wire.world.count("events.patch"), 1);
    wire.world.finish().unwrap();
}

#[tokio::test]
async fn faults_after_the_effect_hide_what_happened() {
    let faults = [
        (Fault::DropAfterEffect, None),
        (Fault::Truncated, Some(200)),
        (Fault::Empty, Some(200)),
        (Fault::status_after_effect(504, "backendError"), Some(504)),
    ];
    for (fault, status) in faults {
        let wire = Wire::start().await;
        let id = wire.world.person_adds(OFFICE, EVA, event());
        wire.world.fail("events.patch", fault.clone());
        let reply = rename(&wire, &id).await;
        assert_eq!(reply.as_ref().map(|reply| reply.status), status, "{fault:?}");
        assert_eq!(title(&wire, &id), "y", "{fault:?}");
        if status == Some(200) {
            assert_eq!(reply.unwrap().json(), Value::Null, "{fault:?}: the body must not be JSON");
        }
        assert_eq!(rename(&wire, &id).await.map(|reply| reply.status), Some(200), "{fault:?}: only once");
        wire.world.finish().unwrap();
    }
}

#[tokio::test]
async fn byroapi_may_issue_a_form_and_say_otherwise() {
    let wire = Wire::start().await;
    let body = json!({ "template": "t", "form_data": {}, "result": { "download": false, "email": {
        "from": { "a@example.com": "A" }, "to": "b@example.com", "subject": "", "contents": "" } } });
    let post = async || {
        let headers = [("content-type", "application/json")];
        wire.send("POST", &wire.world.byroapi_url(), &headers, &body.to_string()).await
    };
    wire.world.fail("form", Fault::status_after_effect(201, "Created"));
    wire.world.fail("form", Fault::status_after_effect(502, "Bad Gateway"));
    wire.world.fail("form", Fault::status(500, "No blank PDF"));
    assert_eq!((post().await.status, post().await.status, wire.world.forms().len()), (201, 502, 2));
    let refused = post().await;
    assert_eq!((refused.status, refused.phrase.as_deref(), refused.json()), (500, Some("No blank PDF"), json!({})));
    assert_eq!(wire.world.forms().len(), 2);
    wire.world.finish().unwrap();
}

#[tokio::test]
async fn matchers_choose_and_rules_count() {
    let wire = Wire::start().await;
    let world = &wire.world;
    world.add_calendar("other", CalendarOptions::default());
    let list = async |calendar: &str, query: &[(&str, &str)]| wire.get(&events(calendar, query)).await.status;
    world.fail(Matcher::operation("events.*").on_calendar("other"), Fault::status(500, "a")).times(2);
    world.fail(Matcher::operation("events.list").containing("q=needle"), Fault::status(502, "b")).after(1);
    assert_eq!(list(OFFICE, &[]).await, 200);
    assert_eq!((list("other", &[]).await, world.unused_faults().len()), (500, 2));
    assert_eq!((list("other", &[]).await, list("other", &[]).await), (500, 200));
    let needle = [("q", "needle")];
    assert_eq!(
        (list(OFFICE, &needle).await, list(OFFICE, &needle).await, list(OFFICE, &needle).await),
        (200, 502, 200)
    );
    assert!(world.unused_faults().is_empty());
    world.fail("*", Fault::Empty).always();
    assert!(world.finish().unwrap_err().contains("unused fault"));
    assert_eq!(wire.get(&events(OFFICE, &[])).await.body.len(), 0);
    assert_eq!(wire.get(&events(OFFICE, &[])).await.body.len(), 0);
    world.heal();
    assert_ne!(wire.get(&events(OFFICE, &[])).await.body.len(), 0);
    world.finish().unwrap();
}

#[tokio::test]
async fn hooks_run_once_at_their_moment() {
    let wire = Wire::start().await;
    let id = wire.world.person_adds(OFFICE, EVA, event());
    let seen = Arc::new(Mutex::new(Vec::new()));
    for moment in [HookPoint::BeforeEffect, HookPoint::AfterEffect] {
        let (seen, id) = (Arc::clone(&seen), id.clone());
        wire.world.when("events.patch", moment, move |world| {
            let event = world.event(OFFICE, &id).unwrap();
            seen.lock().unwrap().push(event["summary"].clone());
        });
    }
    assert_eq!(wire.world.unused_hooks().len(), 2);
    assert!(wire.world.finish().is_err());
    rename(&wire, &id).await.unwrap();
    rename(&wire, &id).await.unwrap();
    assert_eq!(*seen.lock().unwrap(), [json!("x"), json!("y")]);
    wire.world.finish().unwrap();
}

#[tokio::test]
async fn a_hanging_call_ends_when_its_client_gives_up() {
    for (fault, expected) in [(Fault::Hang, "x"), (Fault::HangAfterEffect, "y")] {
        let wire = Wire::start().await;
        let id = wire.world.person_adds(OFFICE, EVA, event());
        wire.world.fail("events.patch", fault);
        let (sender, hangs) = tokio::sync::oneshot::channel();
        let sender = Mutex::new(Some(sender));
        wire.world.when_hanging(move |world| {
            world.advance(chrono::Duration::minutes(5));
            sender.lock().unwrap().take().unwrap().send(world.hanging()).unwrap();
        });
        let before = wire.world.now();
        tokio::select! {
            _ = rename(&wire, &id) => panic!("a hanging call was answered"),
            hanging = hangs => assert_eq!(hanging, Ok(1)),
        }
        assert_eq!(wire.world.now() - before, chrono::Duration::minutes(5));
        assert_eq!(title(&wire, &id), expected);
        while wire.world.hanging() > 0 {
            tokio::task::yield_now().await;
        }
        wire.world.finish().unwrap();
    }
}

#[tokio::test]
async fn calls_are_logged_in_order() {
    let wire = Wire::start().await;
    let id = wire.world.person_adds(OFFICE, EVA, event());
    let mark = wire.world.mark();
    wire.list(&[("q", "a b")]).await;
    wire.patch(&id, &json!({ "colorId": "5" })).await;
    let calls = wire.world.calls_since(mark);
    let operations: Vec<&str> = calls.iter().map(|call| call.operation.as_str()).collect();
    assert_eq!(operations, ["events.list", "events.patch"]);
    assert_eq!((calls[0].service, calls[0].parameter("q"), calls[0].status), (Service::Google, Some("a b"), Some(200)));
    assert_eq!(
        (calls[1].event.as_deref(), calls[1].body.as_ref()),
        (Some(id.as_str()), Some(&json!({ "colorId": "5" })))
    );
    assert_eq!((wire.world.count_since(mark, "events.patch"), wire.world.count("token")), (1, 1));
}
