//! Series, their occurrences and what changes to either do to listings.

use crate::wire::{EVA, OFFICE, Wire, event_path, ids, text};
use moffman_simulators::{CalendarOptions, NewEvent, Recurrence, When};
use serde_json::{Value, json};

fn weekly(times: u32) -> NewEvent {
    NewEvent::new("2026-06-15", "2026-06-16")
        .titled("Every week")
        .private("mine", "1")
        .repeating(Recurrence::weekly().times(times))
}

async fn sync(wire: &Wire) -> String {
    text(&wire.list(&[("singleEvents", "true")]).await, "nextSyncToken").to_owned()
}

/// Id and status of what changed.
async fn changes(wire: &Wire, token: &str) -> Vec<(String, String)> {
    let listing = wire.list(&[("singleEvents", "true"), ("syncToken", token)]).await;
    let items = listing["items"].as_array().unwrap();
    items.iter().map(|item| (text(item, "id").to_owned(), text(item, "status").to_owned())).collect()
}

fn with(status: &str, ids: &[String]) -> Vec<(String, String)> {
    ids.iter().map(|id| (id.clone(), status.to_owned())).collect()
}

#[tokio::test]
async fn a_series_is_listed_as_itself_or_as_its_occurrences() {
    let wire = Wire::start().await;
    let id = wire.world.person_adds(OFFICE, EVA, weekly(3));
    assert_eq!(ids(&wire.list(&[]).await), std::slice::from_ref(&id));
    let listing = wire.list(&[("singleEvents", "true")]).await;
    let expected = ["20260615", "20260622", "20260629"].map(|day| format!("{id}_{day}"));
    assert_eq!(ids(&listing), expected);
    let second = &listing["items"][1];
    assert_eq!(second["start"], json!({ "date": "2026-06-22" }));
    assert_eq!(second["originalStartTime"], json!({ "date": "2026-06-22" }));
    assert_eq!((text(second, "recurringEventId"), text(second, "summary")), (id.as_str(), "Every week"));
    assert_eq!(second["extendedProperties"]["private"]["mine"], "1");
    assert!(second["recurrence"].is_null());
    let window = [("singleEvents", "true"), ("timeMin", "2026-06-16T00:00:00Z"), ("timeMax", "2026-06-29T00:00:00Z")];
    assert_eq!(ids(&wire.list(&window).await), [expected[1].clone()]);
    assert_eq!(wire.get(&event_path(OFFICE, &expected[2])).await.json()["start"]["date"], "2026-06-29");
    assert_eq!(wire.get(&event_path(OFFICE, &format!("{id}_20260616"))).await.status, 404);
    wire.world.finish().unwrap();
}

#[tokio::test]
async fn a_timed_series_keeps_its_local_time_across_the_change_of_clocks() {
    let wire = Wire::start_at("2026-10-20T08:00:00Z").await;
    let calendar = "prague@example.com";
    let options = CalendarOptions { time_zone: "Europe/Prague".to_owned(), ..CalendarOptions::default() };
    wire.world.add_calendar(calendar, options);
    let zone = |local: &str| When::in_zone(local, "Europe/Prague");
    let event = NewEvent::new(zone("2026-10-24T09:00:00"), zone("2026-10-24T10:30:00"));
    let id = wire.world.person_adds(calendar, EVA, event.repeating(Recurrence::daily().times(2)));
    let path = crate::wire::events(calendar, &[("singleEvents", "true")]);
    let listing = wire.get(&path).await.json();
    assert_eq!(ids(&listing), [format!("{id}_20261024T070000Z"), format!("{id}_20261025T080000Z")]);
    let second = &listing["items"][1];
    assert_eq!(second["start"], json!({ "dateTime": "2026-10-25T09:00:00+01:00", "timeZone": "Europe/Prague" }));
    assert_eq!(second["end"]["dateTime"], "2026-10-25T10:30:00+01:00");
    wire.world.finish().unwrap();
}

#[tokio::test]
async fn changing_an_occurrence_gives_it_content_of_its_own() {
    let wire = Wire::start().await;
    let id = wire.world.person_adds(OFFICE, EVA, weekly(3));
    let token = sync(&wire).await;
    let second = format!("{id}_20260622");
    let patched = wire.patch(&second, &json!({ "extendedProperties": { "private": { "ours": "2" } } })).await;
    assert_eq!(patched.json()["extendedProperties"]["private"], json!({ "mine": "1", "ours": "2" }));
    wire.world.person_edits_occurrence(OFFICE, (&id, "2026-06-29"), ("2026-06-30", "2026-07-01"));
    let changed = [second.clone(), format!("{id}_20260629")];
    assert_eq!(changes(&wire, &token).await, with("confirmed", &changed));
    assert_eq!(wire.world.event(OFFICE, &changed[1]).unwrap()["start"]["date"], "2026-06-30");
    assert_eq!(wire.world.events(OFFICE).len(), 3, "the series and two occurrences");
    assert_eq!(wire.world.event(OFFICE, &id).unwrap()["extendedProperties"]["private"], json!({ "mine": "1" }));
    wire.world.finish().unwrap();
}

#[tokio::test]
async fn deleted_occurrences_and_series_are_listed_as_cancelled() {
    let wire = Wire::start().await;
    let id = wire.world.person_adds(OFFICE, EVA, weekly(3));
    let token = sync(&wire).await;
    wire.world.person_deletes_occurrence(OFFICE, (&id, "2026-06-22"));
    let second = format!("{id}_20260622");
    assert_eq!(changes(&wire, &token).await, with("cancelled", std::slice::from_ref(&second)));
    let tombstone = wire.list(&[("singleEvents", "true"), ("syncToken", &token)]).await["items"][0].clone();
    assert_eq!(tombstone["originalStartTime"], json!({ "date": "2026-06-22" }));
    assert_eq!(ids(&wire.list(&[("singleEvents", "true")]).await).len(), 2);
    assert_eq!(ids(&wire.list(&[]).await).len(), 2, "without singleEvents, cancelled exceptions are listed");
    let token = sync(&wire).await;
    wire.world.person_deletes(OFFICE, &id);
    let others = [format!("{id}_20260615"), format!("{id}_20260629")];
    assert_eq!(changes(&wire, &token).await, with("cancelled", &others));
    assert_eq!(wire.list(&[("singleEvents", "true")]).await["items"], json!([]));
    wire.world.finish().unwrap();
}

#[tokio::test]
async fn a_changed_series_lists_its_occurrences_and_those_it_has_no_longer() {
    let wire = Wire::start().await;
    let id = wire.world.person_adds(OFFICE, EVA, weekly(2));
    let token = sync(&wire).await;
    wire.world.person_moves(OFFICE, &id, ("2026-06-16", "2026-06-17"));
    let of = |days: [&str; 2]| days.map(|day| format!("{id}_{day}"));
    let mut expected = with("cancelled", &of(["20260615", "20260622"]));
    expected.extend(with("confirmed", &of(["20260616", "20260623"])));
    expected.sort();
    assert_eq!(changes(&wire, &token).await, expected);
    let token = sync(&wire).await;
    wire.world.person_renames(OFFICE, &id, "Renamed");
    assert_eq!(changes(&wire, &token).await, with("confirmed", &of(["20260616", "20260623"])));
    wire.world.finish().unwrap();
}

#[tokio::test]
async fn a_single_event_becomes_a_series_that_ends() {
    let wire = Wire::start().await;
    let id = wire.world.person_adds(OFFICE, EVA, NewEvent::new("2026-06-15", "2026-06-16"));
    let last = "2026-06-19".parse().unwrap();
    wire.world.person_makes_series(OFFICE, &id, Recurrence::daily().every(2).until(last));
    let listing = wire.list(&[("singleEvents", "true")]).await;
    assert_eq!(ids(&listing), ["20260615", "20260617", "20260619"].map(|day| format!("{id}_{day}")));
    assert_eq!(
        wire.world.event(OFFICE, &id).unwrap()["recurrence"],
        json!(["RRULE:FREQ=DAILY;INTERVAL=2;UNTIL=20260619"])
    );
    wire.world.finish().unwrap();
}

#[tokio::test]
async fn an_endless_series_is_listed_for_two_years() {
    let wire = Wire::start().await;
    let event = NewEvent::new("2020-01-01", "2020-01-02").repeating(Recurrence::weekly());
    wire.world.person_adds(OFFICE, EVA, event);
    let listing = wire.list(&[("singleEvents", "true"), ("orderBy", "startTime")]).await;
    let items: Vec<Value> = listing["items"].as_array().unwrap().clone();
    assert_eq!(text(&items[0]["start"], "date"), "2025-06-11");
    assert_eq!(items.len(), 157);
    wire.world.finish().unwrap();
}
