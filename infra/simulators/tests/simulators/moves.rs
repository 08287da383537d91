//! What people do that gives an event another id or another calendar: series that are split, moves, new entries.

use crate::wire::{EVA, OFFICE, Wire, event_path, events, ids, text};
use moffman_simulators::{CalendarOptions, NewEvent, Recurrence, Split, When};
use serde_json::{Value, json};

const OTHER: &str = "other@group.calendar.example.com";
const RANGE: Split = Split { range_in_ids: true, keeps_properties: true };

async fn wire() -> Wire {
    let wire = Wire::start().await;
    wire.world.add_calendar(OTHER, CalendarOptions::default());
    wire
}

fn daily(times: u32) -> NewEvent {
    NewEvent::new("2026-06-18", "2026-06-19")
        .titled("Here")
        .private("mine", "1")
        .repeating(Recurrence::daily().times(times))
}

/// The events of a calendar, series as their days: id, first day, status. With a sync token, what changed since.
async fn listed(wire: &Wire, calendar: &str, token: Option<&str>) -> (Vec<[String; 3]>, String) {
    let query: Vec<_> = [("singleEvents", "true")].into_iter().chain(token.map(|token| ("syncToken", token))).collect();
    let listing = wire.get(&events(calendar, &query)).await.json();
    let day = |item: &Value| item["start"]["date"].as_str().unwrap_or_default().to_owned();
    let items = listing["items"].as_array().unwrap().iter();
    let items = items.map(|item| [text(item, "id").to_owned(), day(item), text(item, "status").to_owned()]).collect();
    (items, text(&listing, "nextSyncToken").to_owned())
}

fn day(id: &str, day: &str, status: &str) -> [String; 3] {
    [id, day, status].map(str::to_owned)
}

#[tokio::test]
async fn the_rest_of_a_split_series_has_ids_with_the_range() {
    let wire = wire().await;
    let id = wire.world.person_adds(OFFICE, EVA, daily(3));
    let (_, token) = listed(&wire, OFFICE, None).await;
    let rest = wire.world.person_splits_series(OFFICE, (&id, "2026-06-19"), RANGE);
    assert_eq!(rest, format!("{id}_R20260619"));
    let day_of = |series: &str, number: u32, status: &str| {
        let date = if status == "confirmed" { format!("2026-06-{number}") } else { String::new() };
        day(&format!("{series}_202606{number}"), &date, status)
    };
    let mut expected = vec![
        day_of(&id, 18, "confirmed"),
        day_of(&id, 19, "cancelled"),
        day_of(&id, 20, "cancelled"),
        day_of(&rest, 19, "confirmed"),
        day_of(&rest, 20, "confirmed"),
    ];
    let (changed, _) = listed(&wire, OFFICE, Some(&token)).await;
    assert_eq!(changed, expected);
    expected.retain(|[.., status]| status == "confirmed");
    assert_eq!(listed(&wire, OFFICE, None).await.0, expected);
    let rule = |id: &str| wire.world.event(OFFICE, id).unwrap()["recurrence"][0].as_str().unwrap().to_owned();
    assert_eq!(rule(&id), "RRULE:FREQ=DAILY;UNTIL=20260618");
    assert_eq!(rule(&rest), "RRULE:FREQ=DAILY;COUNT=2");
    let first = wire.get(&event_path(OFFICE, &format!("{rest}_20260619"))).await.json();
    assert_eq!((text(&first, "recurringEventId"), text(&first["creator"], "email")), (rest.as_str(), EVA));
    assert_eq!(first["originalStartTime"], json!({ "date": "2026-06-19" }));
    assert_eq!(first["extendedProperties"]["private"], json!({ "mine": "1" }));
    assert!(wire.patch(text(&first, "id"), &json!({ "colorId": "5" })).await.status == 200);
    wire.world.finish().unwrap();
}

#[tokio::test]
async fn days_that_were_changed_alone_stay_so_when_their_series_is_split() {
    for keeps_properties in [true, false] {
        let wire = wire().await;
        let id = wire.world.person_adds(OFFICE, EVA, daily(4));
        let own = json!({ "colorId": "5", "extendedProperties": { "private": { "ours": "2" } } });
        for date in ["18", "20"] {
            wire.patch(&format!("{id}_202606{date}"), &own).await;
        }
        wire.world.person_edits_occurrence(OFFICE, (&id, "2026-06-20"), ("2026-06-25", "2026-06-26"));
        wire.world.person_deletes_occurrence(OFFICE, (&id, "2026-06-21"));
        let split = Split { range_in_ids: false, keeps_properties };
        let rest = wire.world.person_splits_series(OFFICE, (&id, "2026-06-19"), split);
        assert!(rest.len() == 26 && rest.bytes().all(|byte| byte.is_ascii_alphanumeric()), "{rest}");
        let mut expected = [
            day(&format!("{id}_20260618"), "2026-06-18", "confirmed"),
            day(&format!("{rest}_20260619"), "2026-06-19", "confirmed"),
            day(&format!("{rest}_20260620"), "2026-06-25", "confirmed"),
        ];
        expected.sort();
        assert_eq!(listed(&wire, OFFICE, None).await.0, expected);
        let private = |id: &str| wire.world.event(OFFICE, id).unwrap()["extendedProperties"]["private"].clone();
        assert_eq!(private(&format!("{id}_20260618")), json!({ "mine": "1", "ours": "2" }));
        let changed = private(&format!("{rest}_20260620"));
        assert_eq!(changed, if keeps_properties { json!({ "mine": "1", "ours": "2" }) } else { Value::Null });
        let unchanged = private(&format!("{rest}_20260619"));
        assert_eq!(unchanged, if keeps_properties { json!({ "mine": "1" }) } else { Value::Null });
        assert_eq!(wire.world.event(OFFICE, &format!("{rest}_20260620")).unwrap()["colorId"], "5");
        assert_eq!(wire.world.event(OFFICE, &format!("{rest}_20260621")).unwrap()["status"], "cancelled");
        assert_eq!(wire.world.event(OFFICE, &format!("{id}_20260620")).unwrap()["status"], "cancelled");
        wire.world.finish().unwrap();
    }
}

#[tokio::test]
async fn a_rest_is_split_again_and_keeps_the_end_of_its_series() {
    let wire = wire().await;
    let until = Recurrence::weekly().until("2026-07-09".parse().unwrap());
    let id = wire.world.person_adds(OFFICE, EVA, NewEvent::new("2026-06-18", "2026-06-19").repeating(until));
    let rest = wire.world.person_splits_series(OFFICE, (&id, "2026-06-25"), RANGE);
    let last = wire.world.person_splits_series(OFFICE, (&rest, "2026-07-02"), RANGE);
    assert_eq!(last, format!("{id}_R20260625_R20260702"));
    let (days, _) = listed(&wire, OFFICE, None).await;
    let starts: Vec<&str> = days.iter().map(|[_, start, _]| start.as_str()).collect();
    assert_eq!(starts, ["2026-06-18", "2026-06-25", "2026-07-02", "2026-07-09"]);
    wire.world.finish().unwrap();
}

#[tokio::test]
async fn a_timed_series_is_split_at_its_local_day() {
    let wire = Wire::start().await;
    let calendar = "prague@example.com";
    wire.world.add_calendar(
        calendar,
        CalendarOptions { time_zone: "Europe/Prague".to_owned(), ..CalendarOptions::default() },
    );
    let at = |local: &str| When::in_zone(local, "Europe/Prague");
    let event = NewEvent::new(at("2026-06-18T00:30:00"), at("2026-06-18T01:30:00")).repeating(Recurrence::daily());
    let id = wire.world.person_adds(calendar, EVA, event);
    let rest = wire.world.person_splits_series(calendar, (&id, at("2026-06-20T00:30:00")), RANGE);
    assert_eq!(rest, format!("{id}_R20260619T223000Z"));
    let window = [("singleEvents", "true"), ("timeMin", "2026-06-17T00:00:00Z"), ("timeMax", "2026-06-20T23:00:00Z")];
    let listing = wire.get(&events(calendar, &window)).await.json();
    let expected = [
        format!("{id}_20260617T223000Z"),
        format!("{id}_20260618T223000Z"),
        format!("{rest}_20260619T223000Z"),
        format!("{rest}_20260620T223000Z"),
    ];
    assert_eq!(ids(&listing), expected);
    wire.world.finish().unwrap();
}

#[tokio::test]
async fn what_cannot_be_split_is_a_violation() {
    let wire = wire().await;
    let id = wire.world.person_adds(OFFICE, EVA, daily(3));
    let single = wire.world.person_adds(OFFICE, EVA, NewEvent::new("2026-06-18", "2026-06-19"));
    let before = listed(&wire, OFFICE, None).await.0;
    for (series, from) in [(&id, "2026-06-18"), (&id, "2026-06-21"), (&id, "x"), (&single, "2026-06-18")] {
        wire.world.person_splits_series(OFFICE, (series, from), RANGE);
        assert_eq!(wire.world.take_violations().len(), 1, "{series} {from}");
    }
    wire.world.person_splits_series("nobody's", (&id, "2026-06-19"), RANGE);
    assert_eq!(wire.world.take_violations().len(), 1);
    assert_eq!(listed(&wire, OFFICE, None).await.0, before);
    wire.world.person_deletes(OFFICE, &id);
    wire.world.person_splits_series(OFFICE, (&id, "2026-06-19"), RANGE);
    assert_eq!(wire.world.take_violations().len(), 1);
    wire.world.finish().unwrap();
}

#[tokio::test]
async fn a_moved_event_keeps_its_id_and_leaves_a_tombstone() {
    let wire = wire().await;
    let event = NewEvent::new("2026-06-18", "2026-06-19").titled("Here").private("mine", "1");
    let id = wire.world.person_adds(OFFICE, EVA, event);
    let (_, here) = listed(&wire, OFFICE, None).await;
    let (_, there) = listed(&wire, OTHER, None).await;
    wire.world.person_moves_to_calendar(OFFICE, &id, OTHER);
    assert_eq!(listed(&wire, OFFICE, Some(&here)).await.0, [day(&id, "", "cancelled")]);
    assert_eq!(listed(&wire, OTHER, Some(&there)).await.0, [day(&id, "2026-06-18", "confirmed")]);
    let moved = wire.get(&event_path(OTHER, &id)).await.json();
    assert_eq!((text(&moved, "summary"), text(&moved["creator"], "email")), ("Here", EVA));
    assert_eq!(
        (&moved["extendedProperties"]["private"]["mine"], &moved["organizer"]["email"]),
        (&json!("1"), &json!(OTHER))
    );
    assert_eq!(wire.get(&event_path(OFFICE, &id)).await.json()["status"], "cancelled");

    let (_, here) = listed(&wire, OFFICE, None).await;
    wire.world.person_moves_to_calendar(OTHER, &id, OFFICE);
    assert_eq!(listed(&wire, OFFICE, Some(&here)).await.0, [day(&id, "2026-06-18", "confirmed")]);
    assert_eq!(wire.world.events(OTHER), Vec::<Value>::new());
    wire.world.finish().unwrap();
}

#[tokio::test]
async fn a_series_is_moved_with_all_its_days() {
    let wire = wire().await;
    let id = wire.world.person_adds(OFFICE, EVA, daily(3));
    wire.world.person_deletes_occurrence(OFFICE, (&id, "2026-06-18"));
    wire.patch(&format!("{id}_20260619"), &json!({ "colorId": "5" })).await;
    let (_, here) = listed(&wire, OFFICE, None).await;
    wire.world.person_moves_to_calendar(OFFICE, &id, OTHER);
    let gone: Vec<String> = ["19", "20"].map(|day| format!("{id}_202606{day}")).to_vec();
    let (changed, _) = listed(&wire, OFFICE, Some(&here)).await;
    assert_eq!(changed, [day(&gone[0], "", "cancelled"), day(&gone[1], "", "cancelled")]);
    let moved = [day(&gone[0], "2026-06-19", "confirmed"), day(&gone[1], "2026-06-20", "confirmed")];
    assert_eq!(listed(&wire, OTHER, None).await.0, moved);
    assert_eq!(wire.world.event(OTHER, &gone[0]).unwrap()["colorId"], "5");
    wire.world.finish().unwrap();
}

#[tokio::test]
async fn what_cannot_be_moved_to_another_calendar_is_a_violation() {
    let wire = wire().await;
    let series = wire.world.person_adds(OFFICE, EVA, daily(2));
    let id = wire.world.person_adds(OFFICE, EVA, NewEvent::new("2026-06-18", "2026-06-19"));
    let one_day = format!("{series}_20260618");
    wire.patch(&one_day, &json!({ "colorId": "5" })).await;
    for (event, to) in [(one_day.as_str(), OTHER), (&id, "nobody's"), (&id, OFFICE), ("unknown", OTHER)] {
        wire.world.person_moves_to_calendar(OFFICE, event, to);
        assert_eq!(wire.world.take_violations().len(), 1, "{event} {to}");
    }
    assert_eq!(wire.world.events(OTHER), Vec::<Value>::new());
    wire.world.person_deletes(OFFICE, &id);
    wire.world.person_moves_to_calendar(OFFICE, &id, OTHER);
    assert_eq!(wire.world.take_violations().len(), 1);
    wire.world.finish().unwrap();
}

#[tokio::test]
async fn an_event_that_is_entered_again_has_another_id_and_no_properties() {
    let wire = wire().await;
    let event = NewEvent::new("2026-06-18", "2026-06-20").titled("Here").private("mine", "1");
    let id = wire.world.person_adds(OFFICE, EVA, event);
    wire.patch(&id, &json!({ "colorId": "5" })).await;
    let again = wire.world.person_enters_again(OFFICE, &id);
    assert_ne!(again, id);
    assert_eq!(wire.world.event(OFFICE, &id).unwrap()["status"], "cancelled");
    let event = wire.get(&event_path(OFFICE, &again)).await.json();
    assert_eq!((text(&event, "summary"), text(&event["creator"], "email")), ("Here", EVA));
    assert_eq!((&event["start"]["date"], &event["end"]["date"]), (&json!("2026-06-18"), &json!("2026-06-20")));
    assert!(event["extendedProperties"].is_null() && event["colorId"].is_null(), "{event}");
    wire.world.finish().unwrap();
}
