//! Single events: get, insert, patch, delete, and who may do what.

use crate::wire::{EVA, OFFICE, Reply, Wire, event_path, events, text};
use moffman_simulators::{CalendarOptions, CopyTarget, Fault, Matcher, NewEvent};
use serde_json::{Value, json};

const ID: &str = "30f3552b9a2751e69401d63fca065a11";

fn day_event(id: &str) -> Value {
    json!({ "id": id, "summary": "(Eva)", "start": { "date": "2026-06-18" }, "end": { "date": "2026-06-19" }, "colorId": "4" })
}

fn refused(reply: &Reply, status: u16, reason: &str) {
    assert_eq!(reply.error(), (status, reason.to_owned()), "{}", reply.json());
}

#[tokio::test]
async fn an_inserted_event_has_the_fields_that_google_adds() {
    let wire = Wire::start().await;
    let reply = wire.insert(&day_event(ID)).await;
    assert_eq!(reply.status, 200, "{}", reply.json());
    let event = reply.json();
    assert_eq!((text(&event, "id"), text(&event, "status"), text(&event, "eventType")), (ID, "confirmed", "default"));
    assert_eq!(text(&event["creator"], "email"), wire.world.service_account_email());
    assert!(text(&event, "etag").starts_with('"') && event["htmlLink"].is_string());
    assert_eq!(wire.get(&event_path(OFFICE, ID)).await.json(), event);
    assert_eq!(wire.world.event(OFFICE, ID), Some(event));
    wire.world.finish().unwrap();
}

#[tokio::test]
async fn ids_are_checked_and_taken_for_ever() {
    let wire = Wire::start().await;
    for id in ["abcd", "abcdw", "ABCDE", "abc-def", ""] {
        refused(&wire.insert(&day_event(id)).await, 400, "invalid");
    }
    assert_eq!(wire.insert(&day_event(ID)).await.status, 200);
    refused(&wire.insert(&day_event(ID)).await, 409, "duplicate");
    wire.world.person_deletes(OFFICE, ID);
    refused(&wire.insert(&day_event(ID)).await, 409, "duplicate");
    wire.world.hide_deleted(OFFICE);
    refused(&wire.insert(&day_event(ID)).await, 409, "duplicate");
    refused(&wire.get(&event_path(OFFICE, ID)).await, 404, "notFound");
    let mut without = day_event(ID);
    without.as_object_mut().unwrap().remove("id");
    assert_eq!(text(&wire.insert(&without).await.json(), "id").len(), 26);
    wire.world.finish().unwrap();
}

#[tokio::test]
async fn content_is_checked() {
    let wire = Wire::start().await;
    let with = |change: Value| {
        let mut event = day_event(ID);
        event.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
        event
    };
    refused(&wire.insert(&with(json!({ "end": { "date": "2026-06-17" } }))).await, 400, "timeRangeEmpty");
    refused(&wire.insert(&with(json!({ "end": { "dateTime": "2026-06-19T00:00:00Z" } }))).await, 400, "invalid");
    refused(&wire.insert(&with(json!({ "end": {} }))).await, 400, "invalid");
    refused(&wire.insert(&with(json!({ "colorId": "12" }))).await, 400, "invalid");
    refused(&wire.insert(&with(json!({ "status": "approved" }))).await, 400, "invalid");
    refused(&wire.insert(&with(json!({ "summary": "x".repeat(1025) }))).await, 400, "invalid");
    refused(&wire.insert(&json!({ "id": ID, "start": { "date": "2026-06-18" } })).await, 400, "required");
    let local = json!({ "dateTime": "2026-06-18T09:00:00" });
    refused(&wire.insert(&with(json!({ "start": local, "end": local }))).await, 400, "invalid");
    assert_eq!(wire.world.take_violations(), Vec::<String>::new());
    let value = "x".repeat(1025);
    refused(&wire.insert(&with(json!({ "extendedProperties": { "private": { "a": value } } }))).await, 400, "invalid");
    assert_eq!(wire.world.take_violations().len(), 1);
    assert_eq!(wire.insert(&with(json!({ "end": { "date": "2026-06-18" } }))).await.status, 200);
    wire.world.finish().unwrap();
}

#[tokio::test]
async fn times_are_answered_in_the_zone_of_the_calendar_or_the_request() {
    let wire = Wire::start().await;
    let options = CalendarOptions { time_zone: "Europe/Prague".to_owned(), ..CalendarOptions::default() };
    wire.world.add_calendar("prague", options);
    let id = wire.world.person_adds("prague", EVA, NewEvent::new("2026-06-18T07:00:00Z", "2026-06-18T08:00:00Z"));
    let event = wire.get(&event_path("prague", &id)).await.json();
    assert_eq!(event["start"], json!({ "dateTime": "2026-06-18T09:00:00+02:00", "timeZone": "Europe/Prague" }));
    let path = format!("{}?timeZone=UTC", event_path("prague", &id));
    assert_eq!(wire.get(&path).await.json()["start"]["dateTime"], "2026-06-18T07:00:00Z");
    wire.world.finish().unwrap();
}

#[tokio::test]
async fn a_patch_merges_and_null_removes() {
    let wire = Wire::start().await;
    let id =
        wire.world.person_adds(OFFICE, EVA, NewEvent::new("2026-06-18", "2026-06-19").titled("x").private("a", "1"));
    let etag = text(&wire.world.event(OFFICE, &id).unwrap(), "etag").to_owned();
    let change = json!({ "summary": null, "colorId": "5", "extendedProperties": { "private": { "b": "2" } } });
    let event = wire.patch(&id, &change).await.json();
    assert!(event["summary"].is_null() && text(&event, "etag") != etag);
    assert_eq!(event["extendedProperties"]["private"], json!({ "a": "1", "b": "2" }));
    assert_eq!((text(&event, "colorId"), text(&event["creator"], "email")), ("5", EVA));
    let event = wire.patch(&id, &json!({ "extendedProperties": { "private": { "a": null } } })).await.json();
    assert_eq!(event["extendedProperties"]["private"], json!({ "b": "2" }));
    let timed =
        json!({ "start": { "dateTime": "2026-06-18T09:00:00Z" }, "end": { "dateTime": "2026-06-18T10:00:00Z" } });
    refused(&wire.patch(&id, &timed).await, 400, "invalid");
    refused(&wire.patch("unknownevent", &change).await, 404, "notFound");
    wire.world.finish().unwrap();
}

#[tokio::test]
async fn if_match_is_honoured() {
    let wire = Wire::start().await;
    let id = wire.world.person_adds(OFFICE, EVA, NewEvent::new("2026-06-18", "2026-06-19"));
    let etag = text(&wire.world.event(OFFICE, &id).unwrap(), "etag").to_owned();
    let path = event_path(OFFICE, &id);
    let change = json!({ "colorId": "5" });
    let change_if = async |etag: &str| wire.google_with(("PATCH", &path), Some(&change), &[("if-match", etag)]).await;
    assert_eq!(change_if(&etag).await.status, 200);
    refused(&change_if(&etag).await, 412, "conditionNotMet");
    assert_eq!(change_if("*").await.status, 200);
    assert_eq!(wire.world.calls().last().unwrap().if_match.as_deref(), Some("*"));
    wire.world.finish().unwrap();
}

#[tokio::test]
async fn a_deleted_event_keeps_its_details_and_comes_back_when_told_to() {
    let wire = Wire::start().await;
    wire.insert(&day_event(ID)).await;
    assert_eq!(wire.google("DELETE", &event_path(OFFICE, ID), None).await.status, 204);
    refused(&wire.google("DELETE", &event_path(OFFICE, ID), None).await, 410, "deleted");
    let event = wire.get(&event_path(OFFICE, ID)).await.json();
    assert_eq!((text(&event, "status"), text(&event, "summary")), ("cancelled", "(Eva)"));
    let approved = wire.patch(ID, &json!({ "summary": "Eva" })).await.json();
    assert_eq!((text(&approved, "status"), text(&approved, "summary")), ("cancelled", "Eva"));
    wire.world.refuse_revival(OFFICE);
    refused(&wire.patch(ID, &json!({ "status": "confirmed" })).await, 403, "forbidden");
    assert_eq!(wire.world.events(OFFICE), Vec::<Value>::new());
    wire.world.finish().unwrap();

    let wire = Wire::start().await;
    wire.insert(&day_event(ID)).await;
    wire.world.person_deletes(OFFICE, ID);
    assert_eq!(wire.patch(ID, &json!({ "status": "confirmed" })).await.status, 200);
    assert_eq!(wire.world.events(OFFICE).len(), 1);
    wire.world.person_deletes(OFFICE, ID);
    wire.world.person_restores(OFFICE, ID);
    assert_eq!(wire.world.events(OFFICE).len(), 1);
    wire.world.finish().unwrap();
}

#[tokio::test]
async fn access_roles_decide_what_is_allowed() {
    let wire = Wire::start().await;
    let list = events(OFFICE, &[]);
    wire.insert(&day_event(ID)).await;
    wire.world.set_access_role(OFFICE, "reader");
    assert_eq!(wire.get(&list).await.json()["accessRole"], "reader");
    refused(&wire.insert(&day_event("abcde")).await, 403, "requiredAccessLevel");
    refused(&wire.patch(ID, &json!({ "colorId": "5" })).await, 403, "requiredAccessLevel");
    wire.world.set_access_role(OFFICE, "freeBusyReader");
    refused(&wire.get(&list).await, 403, "forbidden");
    wire.world.set_access_role(OFFICE, "none");
    refused(&wire.get(&list).await, 404, "notFound");
    refused(&wire.insert(&day_event("abcde")).await, 404, "notFound");
    wire.world.finish().unwrap();
}

#[tokio::test]
async fn calendar_ids_of_every_kind_work_when_they_are_encoded() {
    let wire = Wire::start().await;
    for id in ["cs.czech#holiday@x", "a/b c", "kancelář+1@example.com", "a%2Fb"] {
        wire.world.add_calendar(id, CalendarOptions::default());
        wire.world.person_adds(id, EVA, NewEvent::new("2026-06-18", "2026-06-19").titled(id));
        let listing = wire.get(&events(id, &[])).await.json();
        assert_eq!(listing["items"][0]["summary"], id);
        assert_eq!(wire.world.calls().last().unwrap().calendar, Some(id.to_lowercase()));
    }
    wire.world.finish().unwrap();
}

#[tokio::test]
async fn the_case_of_a_calendar_id_means_nothing() {
    let wire = Wire::start().await;
    wire.world.add_calendar("Plzen@Example.com", CalendarOptions::default());
    wire.world.person_adds("plzen@example.com", EVA, NewEvent::new("2026-06-18", "2026-06-19"));
    let faulty = Matcher::operation("events.list").on_calendar("PLZEN@example.com");
    wire.world.fail(faulty, Fault::status(503, "backendError"));
    assert_eq!(wire.get(&events("plzen@Example.com", &[])).await.status, 503);
    let first = wire.get(&events("Plzen@example.com", &[])).await.json();
    let token = text(&first, "nextSyncToken");
    let next = wire.get(&events("plzen@example.com", &[("syncToken", token)])).await.json();
    assert_eq!([&first, &next].map(|page| page["items"].as_array().unwrap().len()), [1, 0]);
    assert!(wire.world.calls().iter().all(|call| call.calendar.as_deref().is_none_or(|id| id == "plzen@example.com")));
    for id in ["PLZEN@example.com", "plzen@example.com"] {
        wire.google("POST", "/calendar/v3/users/me/calendarList", Some(&json!({ "id": id }))).await;
    }
    assert_eq!(wire.world.subscriptions(), ["plzen@example.com"]);
    wire.world.finish().unwrap();
}

#[tokio::test]
async fn calendars_are_subscribed_once() {
    let wire = Wire::start().await;
    let path = "/calendar/v3/users/me/calendarList";
    let own = format!("{path}/{}", crate::wire::encoded(OFFICE));
    refused(&wire.get(&own).await, 404, "notFound");
    for _ in 0..2 {
        let entry = wire.google("POST", path, Some(&json!({ "id": OFFICE }))).await.json();
        assert_eq!((text(&entry, "id"), text(&entry, "accessRole")), (OFFICE, "writer"));
    }
    assert_eq!(wire.world.subscriptions(), [OFFICE]);
    assert_eq!(wire.get(&own).await.status, 200);
    assert_eq!(wire.get(path).await.json()["items"].as_array().unwrap().len(), 1);
    refused(&wire.google("POST", path, Some(&json!({ "id": "nobody" }))).await, 404, "notFound");
    wire.world.finish().unwrap();
}

#[tokio::test]
async fn a_copy_carries_over_what_google_copies() {
    let wire = Wire::start().await;
    wire.world.add_calendar("other", CalendarOptions::default());
    let id =
        wire.world.person_adds(OFFICE, EVA, NewEvent::new("2026-06-18", "2026-06-19").titled("x").private("a", "1"));
    wire.patch(&id, &json!({ "colorId": "5" })).await;
    let copy = wire.world.person_copies(OFFICE, &id, CopyTarget { calendar: "other", creator: "jan@example.com" });
    assert_ne!(copy, id);
    let copy = wire.world.event("other", &copy).unwrap();
    assert_eq!((text(&copy, "summary"), text(&copy, "colorId")), ("x", "5"));
    assert_eq!(copy["extendedProperties"]["private"], json!({ "a": "1" }));
    assert_eq!(text(&copy["creator"], "email"), "jan@example.com");
    wire.world.finish().unwrap();
}
