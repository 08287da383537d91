//! What a correct client does not do is refused, and fails the test at its end.

use crate::wire::{EVA, OFFICE, Wire, event_path, events, text};
use moffman_simulators::{NewEvent, World};
use serde_json::json;

/// The violations so far: exactly one, which contains `text`.
fn one(world: &World, text: &str) {
    let violations = world.take_violations();
    assert!(matches!(violations.as_slice(), [only] if only.contains(text)), "expected {text:?}, got {violations:?}");
}

#[tokio::test]
async fn queries_are_checked() {
    let wire = Wire::start().await;
    let cases = [
        (vec![("showdeleted", "true")], "unknown query parameter showdeleted"),
        (vec![("singleEvents", "1")], "singleEvents must be true or false"),
        (vec![("maxResults", "0")], "maxResults must be an integer"),
        (vec![("timeMin", "2026-06-01T00:00:00")], "timeMin must be an RFC 3339 time"),
        (vec![("orderBy", "created")], "orderBy must be one of"),
        (vec![("q", "a"), ("q", "b")], "q is given twice"),
        (vec![("timeZone", "Europe/Praha")], "timeZone"),
        (vec![("orderBy", "startTime")], "without singleEvents=true"),
        (vec![("fields", "items(id")], "parenthesis"),
        (vec![("fields", "items(id,title)")], "unknown fields [\"title\"]"),
        (vec![("syncToken", "nonsense")], "sync token was not issued"),
        (vec![("pageToken", "nonsense")], "page token was not issued"),
    ];
    for (query, expected) in cases {
        assert_eq!(wire.get(&events(OFFICE, &query)).await.status, 400, "{query:?}");
        one(&wire.world, expected);
    }
    let allowed = [("eventTypes", "default"), ("eventTypes", "focusTime"), ("alt", "json"), ("prettyPrint", "false")];
    wire.list(&allowed).await;
    wire.world.finish().unwrap();
}

#[tokio::test]
async fn sync_tokens_are_tied_to_their_parameters() {
    let wire = Wire::start().await;
    let window = [("singleEvents", "true"), ("timeMin", "2026-06-01T00:00:00Z")];
    let token = text(&wire.list(&window).await, "nextSyncToken").to_owned();
    let sync = ("syncToken", token.as_str());
    for name in ["timeMin", "timeMax", "updatedMin"] {
        let query = [sync, ("singleEvents", "true"), (name, "2026-06-01T00:00:00Z")];
        assert_eq!(wire.get(&events(OFFICE, &query)).await.status, 400);
        one(&wire.world, &format!("syncToken together with {name}"));
    }
    for (name, value) in [("orderBy", "updated"), ("q", "x"), ("iCalUID", "x"), ("privateExtendedProperty", "a=b")] {
        assert_eq!(wire.get(&events(OFFICE, &[sync, ("singleEvents", "true"), (name, value)])).await.status, 400);
        one(&wire.world, &format!("syncToken together with {name}"));
    }
    for query in [vec![sync], vec![sync, ("singleEvents", "true"), ("eventTypes", "default")]] {
        assert_eq!(wire.get(&events(OFFICE, &query)).await.status, 400);
        one(&wire.world, "sync token used with other parameters");
    }
    let free = [sync, ("singleEvents", "true"), ("maxResults", "9"), ("fields", "items/id")];
    wire.list(&free).await;
    wire.world.finish().unwrap();
}

#[tokio::test]
async fn page_tokens_are_tied_to_their_parameters() {
    let wire = Wire::start().await;
    for _ in 0..3 {
        wire.world.person_adds(OFFICE, EVA, NewEvent::new("2026-06-18", "2026-06-19"));
    }
    wire.world.set_page_size(1);
    let token = text(&wire.list(&[]).await, "nextPageToken").to_owned();
    let other = events(OFFICE, &[("pageToken", &token), ("singleEvents", "true")]);
    assert_eq!(wire.get(&other).await.status, 400);
    one(&wire.world, "the page token was issued for");
    wire.list(&[("pageToken", &token), ("maxResults", "1")]).await;
    wire.world.finish().unwrap();
}

#[tokio::test]
async fn bodies_are_checked() {
    let wire = Wire::start().await;
    let id = wire.world.person_adds(OFFICE, EVA, NewEvent::new("2026-06-18", "2026-06-19"));
    let cases = [
        (json!({ "colorId": 5 }), "body.colorId must be of type string"),
        (
            json!({ "extendedProperties": { "private": { "event_processed": true } } }),
            "event_processed must be of type string",
        ),
        (json!({ "colour": "5" }), "body.colour is not in the schema"),
        (json!({ "start": { "date": "2026-02-30" } }), "body.start.date must be a"),
        (json!([]), "body must be of type object"),
        (json!({ "recurrence": ["RRULE:FREQ=YEARLY"] }), "is not simulated"),
    ];
    for (body, expected) in cases {
        assert_eq!(wire.patch(&id, &body).await.status, 400, "{body}");
        one(&wire.world, expected);
    }
    let null = json!({ "summary": null, "start": { "date": "2026-06-18" }, "end": { "date": "2026-06-19" } });
    assert_eq!(wire.insert(&null).await.status, 400);
    one(&wire.world, "body.summary must be of type string");
    let path = event_path(OFFICE, &id);
    let text = [("content-type", "text/plain")];
    assert_eq!(wire.google_with(("PATCH", &path), None, &text).await.status, 400);
    one(&wire.world, "content type");
    assert_eq!(wire.google("GET", &path, Some(&json!({}))).await.status, 400);
    one(&wire.world, "a body was sent");
    wire.world.finish().unwrap();
}

#[tokio::test]
async fn paths_and_methods_are_checked() {
    let wire = Wire::start().await;
    let unencoded = format!("/calendar/v3/calendars/{}/events", "a/b");
    for (method, path) in
        [("GET", unencoded.as_str()), ("PUT", "/calendar/v3/calendars/a/events"), ("GET", "/calendar/v3/users/you")]
    {
        assert_eq!(wire.google(method, path, None).await.status, 404, "{path}");
        one(&wire.world, "no method has this path");
    }
    assert_eq!(wire.get("/calendar/v3/colors").await.status, 501);
    one(&wire.world, "not simulated");
}

#[tokio::test]
async fn tokens_and_their_scopes_are_checked() {
    let wire = Wire::start().await;
    let url = format!("{}{}", wire.world.google_url(), events(OFFICE, &[]));
    assert_eq!(wire.send(("GET", &url), &[], "").await.status, 401);
    one(&wire.world, "no bearer token");
    assert_eq!(wire.send(("GET", &url), &[("authorization", "Bearer mine")], "").await.status, 401);
    one(&wire.world, "never issued");
    let sheets_only = wire.token("https://www.googleapis.com/auth/spreadsheets.readonly").await;
    let bearer = format!("Bearer {sheets_only}");
    let reply = wire.send(("GET", &url), &[("authorization", &bearer)], "").await;
    assert_eq!(reply.error(), (403, "insufficientPermissions".to_owned()));
    one(&wire.world, "scopes");
    wire.world.revoke_tokens();
    assert_eq!(wire.get(&events(OFFICE, &[])).await.error(), (401, "authError".to_owned()));
    wire.world.finish().unwrap();
}

#[tokio::test]
async fn tokens_expire_with_the_simulated_time() {
    let wire = Wire::start().await;
    wire.world.advance(chrono::Duration::minutes(59));
    wire.list(&[]).await;
    wire.world.advance(chrono::Duration::minutes(1));
    assert_eq!(wire.get(&events(OFFICE, &[])).await.status, 401);
    one(&wire.world, "has expired");
}

#[tokio::test]
async fn a_person_cannot_do_the_impossible() {
    let wire = Wire::start().await;
    let world = &wire.world;
    world.person_deletes(OFFICE, "nothing");
    one(world, "no live event nothing");
    world.person_renames("nowhere", "nothing", "x");
    one(world, "no calendar nowhere");
    world.person_adds(OFFICE, EVA, NewEvent::new("2026-02-30", "2026-03-01"));
    one(world, "Invalid date");
    let id = world.person_adds(OFFICE, EVA, NewEvent::new("2026-06-18", "2026-06-19"));
    world.person_deletes_occurrence(OFFICE, (&id, "2026-06-18"));
    one(world, "has no occurrence");
    assert!(world.finish().is_ok());
}
