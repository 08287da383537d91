//! Google's quota: every minute is counted, over all callers.

use crate::wire::{EVA, OFFICE, Wire, event_path, events};
use chrono::Duration;
use moffman_simulators::{NewEvent, QUOTA_ALLOWED};
use serde_json::json;

const ID: &str = "30f3552b9a2751e69401d63fca065a11";

#[tokio::test]
async fn a_read_is_one_unit_and_a_write_three_in_a_minute_that_goes_on() {
    let wire = Wire::start().await;
    let id = wire.world.person_adds(OFFICE, EVA, NewEvent::new("2026-06-18", "2026-06-19"));
    wire.list(&[("singleEvents", "true")]).await;
    wire.get(&event_path(OFFICE, &id)).await;
    assert_eq!(wire.world.busiest_minute(), 2);
    wire.world.advance(Duration::seconds(59));
    wire.patch(&id, &json!({ "summary": "Eva" })).await;
    assert_eq!(wire.world.busiest_minute(), 5);
    wire.world.advance(Duration::seconds(1));
    wire.get(&events("nowhere@example.com", &[])).await;
    assert_eq!(wire.world.busiest_minute(), 5, "what was refused counts, and the reads are a minute ago");
    wire.world.set_sheet("sheet", "Offices", Vec::new());
    wire.get("/v4/spreadsheets/sheet/values/Offices!A2:B").await;
    assert_eq!(wire.world.busiest_minute(), 5, "the sheet has a quota of its own");
    wire.world.take_violations();
}

#[tokio::test]
async fn what_is_done_for_a_reservation_is_not_counted() {
    let wire = Wire::start().await;
    let day = json!({ "id": ID, "start": { "date": "2026-06-18" }, "end": { "date": "2026-06-19" } });
    wire.get(&event_path(OFFICE, ID)).await;
    wire.insert(&day).await;
    wire.get(&event_path(OFFICE, ID)).await;
    wire.patch(ID, &json!({ "summary": "Eva" })).await;
    assert_eq!(wire.world.busiest_minute(), 0);
    wire.world.finish().unwrap();
}

#[tokio::test]
async fn a_minute_with_more_than_google_allows_is_found_in_the_end() {
    let wire = Wire::start().await;
    let id = wire.world.person_adds(OFFICE, EVA, NewEvent::new("2026-06-18", "2026-06-19"));
    for _ in 0..QUOTA_ALLOWED {
        wire.get(&event_path(OFFICE, &id)).await;
    }
    wire.world.finish().unwrap();
    wire.get(&event_path(OFFICE, &id)).await;
    let left = wire.world.finish().unwrap_err();
    assert!(left.contains("601 units of Google's quota"), "{left}");
}
