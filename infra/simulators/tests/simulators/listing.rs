//! Pages, sync tokens, tombstones, windows of time.

use crate::wire::{EVA, OFFICE, Wire, events, ids, text};
use moffman_simulators::NewEvent;
use serde_json::json;

fn day(number: u32) -> NewEvent {
    NewEvent::new(format!("2026-06-{number:02}").as_str(), format!("2026-06-{:02}", number + 1).as_str())
}

#[tokio::test]
async fn an_empty_calendar_has_a_whole_envelope_and_a_sync_token() {
    let wire = Wire::start().await;
    let listing = wire.list(&[]).await;
    assert_eq!(listing["items"], json!([]));
    assert_eq!((text(&listing, "accessRole"), text(&listing, "timeZone")), ("writer", "UTC"));
    assert_eq!(text(&listing, "kind"), "calendar#events");
    assert!(listing["nextSyncToken"].is_string() && listing["nextPageToken"].is_null());
    wire.world.finish().unwrap();
}

#[tokio::test]
async fn pages_hold_every_event_once_and_only_the_last_has_a_sync_token() {
    let wire = Wire::start().await;
    let mut added: Vec<String> = (1..=7).map(|number| wire.world.person_adds(OFFICE, EVA, day(number))).collect();
    added.sort();
    wire.world.set_page_size(3);
    let (mut seen, mut page) = (Vec::new(), String::new());
    loop {
        let query = [("maxResults", "2500"), ("singleEvents", "true"), ("pageToken", page.as_str())];
        let listing = wire.list(if page.is_empty() { &query[..2] } else { &query }).await;
        seen.push(ids(&listing));
        match listing["nextPageToken"].as_str() {
            Some(token) => page = token.to_owned(),
            None => break assert!(listing["nextSyncToken"].is_string()),
        }
        assert!(listing["nextSyncToken"].is_null());
    }
    assert_eq!(seen.iter().map(Vec::len).collect::<Vec<_>>(), [3, 3, 1]);
    assert_eq!(seen.concat(), added);
    assert_eq!(ids(&wire.list(&[("maxResults", "2")]).await).len(), 2);
    wire.world.finish().unwrap();
}

#[tokio::test]
async fn a_sync_token_lists_what_changed_since_its_first_page() {
    let wire = Wire::start().await;
    let kept = wire.world.person_adds(OFFICE, EVA, day(1));
    let deleted = wire.world.person_adds(OFFICE, EVA, day(2));
    wire.world.set_page_size(1);
    let first = wire.list(&[]).await;
    let late = wire.world.person_adds(OFFICE, EVA, day(3));
    let mut listing = first;
    while let Some(page) = listing["nextPageToken"].as_str().map(str::to_owned) {
        listing = wire.list(&[("pageToken", &page)]).await;
    }
    wire.world.set_page_size(100);
    let token = text(&listing, "nextSyncToken").to_owned();
    let listing = wire.list(&[("syncToken", &token)]).await;
    assert_eq!(ids(&listing), [late], "what changed between the pages is listed again");

    wire.world.person_renames(OFFICE, &kept, "Renamed");
    wire.world.person_deletes(OFFICE, &deleted);
    let token = text(&listing, "nextSyncToken").to_owned();
    let changes = wire.list(&[("syncToken", &token), ("maxResults", "7")]).await;
    let mut expected = [kept.clone(), deleted.clone()];
    expected.sort();
    assert_eq!(ids(&changes), expected);
    let again = wire.list(&[("syncToken", text(&changes, "nextSyncToken"))]).await;
    assert_eq!(again["items"], json!([]));
    wire.world.finish().unwrap();
}

#[tokio::test]
async fn tombstones_show_no_more_than_google_guarantees_unless_told_to() {
    let wire = Wire::start().await;
    let id = wire.world.person_adds(OFFICE, EVA, day(1).titled("Gone"));
    let token = text(&wire.list(&[]).await, "nextSyncToken").to_owned();
    wire.world.person_deletes(OFFICE, &id);
    let bare = wire.list(&[("syncToken", &token)]).await["items"][0].clone();
    let fields: Vec<&String> = bare.as_object().unwrap().keys().collect();
    assert_eq!(fields.len(), 4, "{bare}");
    assert_eq!((text(&bare, "id"), text(&bare, "status")), (id.as_str(), "cancelled"));
    wire.world.show_details_of_deleted(OFFICE);
    let detailed = wire.list(&[("syncToken", &token)]).await["items"][0].clone();
    assert_eq!((text(&detailed, "summary"), text(&detailed["creator"], "email")), ("Gone", EVA));
    assert_eq!(wire.list(&[]).await["items"], json!([]));
    assert_eq!(text(&wire.list(&[("showDeleted", "true")]).await["items"][0], "summary"), "Gone");
    wire.world.finish().unwrap();
}

#[tokio::test]
async fn expired_sync_tokens_are_answered_with_410() {
    let wire = Wire::start().await;
    let token = text(&wire.list(&[]).await, "nextSyncToken").to_owned();
    wire.world.expire_sync_tokens(OFFICE);
    let gone = wire.get(&events(OFFICE, &[("syncToken", &token)])).await;
    assert_eq!(gone.error(), (410, "fullSyncRequired".to_owned()));
    let token = text(&wire.list(&[]).await, "nextSyncToken").to_owned();
    wire.list(&[("syncToken", &token)]).await;

    for number in 1..=4 {
        wire.world.person_adds(OFFICE, EVA, day(number));
    }
    wire.world.set_page_size(2);
    wire.world.expire_sync_token_on_page(OFFICE, 2);
    assert_eq!(wire.world.unused_faults().len(), 1);
    let first = wire.list(&[("syncToken", &token)]).await;
    let page = text(&first, "nextPageToken");
    let gone = wire.get(&events(OFFICE, &[("syncToken", &token), ("pageToken", page)])).await;
    assert_eq!(gone.error(), (410, "fullSyncRequired".to_owned()));
    let gone = wire.get(&events(OFFICE, &[("syncToken", &token)])).await;
    assert_eq!(gone.status, 410, "the token stays expired");
    wire.world.finish().unwrap();
}

#[tokio::test]
async fn a_window_lists_what_overlaps_it() {
    let wire = Wire::start().await;
    wire.world.person_adds(OFFICE, EVA, day(9).titled("before"));
    wire.world.person_adds(OFFICE, EVA, NewEvent::new("2026-06-08", "2026-06-12").titled("across"));
    wire.world.person_adds(
        OFFICE,
        EVA,
        NewEvent::new("2026-06-10T23:00:00+02:00", "2026-06-11T01:00:00+02:00").titled("late"),
    );
    wire.world.person_adds(OFFICE, EVA, day(11).titled("after"));
    let window = [("timeMin", "2026-06-10T00:00:00Z"), ("timeMax", "2026-06-11T00:00:00+00:00")];
    let query = [window[0], window[1], ("singleEvents", "true"), ("orderBy", "startTime")];
    let listing = wire.list(&query).await;
    let titles: Vec<&str> = listing["items"].as_array().unwrap().iter().map(|item| text(item, "summary")).collect();
    assert_eq!(titles, ["across", "late"]);
    assert!(listing["nextSyncToken"].is_null(), "a sorted listing starts no synchronisation");
    assert!(wire.list(&window).await["nextSyncToken"].is_string());
    wire.world.finish().unwrap();
}

#[tokio::test]
async fn two_changes_within_a_millisecond_have_one_updated_and_two_etags() {
    let wire = Wire::start().await;
    let field = |id: &str, field: &str| text(&wire.world.event(OFFICE, id).unwrap(), field).to_owned();
    let event = wire.world.person_adds(OFFICE, EVA, day(1));
    let (updated, etag) = (field(&event, "updated"), field(&event, "etag"));
    wire.world.date_next_change_like_the_last();
    wire.world.person_renames(OFFICE, &event, "x");
    assert_eq!(field(&event, "updated"), updated);
    assert_ne!(field(&event, "etag"), etag);
    wire.world.person_renames(OFFICE, &event, "y");
    assert_ne!(field(&event, "updated"), updated);
    wire.world.finish().unwrap();

    wire.world.date_next_change_like_the_last();
    assert!(wire.world.finish().unwrap_err().contains("dated like the last one"));
    wire.world.advance(chrono::Duration::hours(1));
    wire.world.person_renames(OFFICE, &event, "z");
    assert_eq!(wire.world.violations(), ["a change is to be dated like the last one, which was earlier"]);
}

#[tokio::test]
async fn updated_is_strictly_increasing_and_follows_the_clock() {
    let wire = Wire::start().await;
    let updated = |id: &str| text(&wire.world.event(OFFICE, id).unwrap(), "updated").to_owned();
    // The calendar itself was made at 08:00:00.000.
    let first = wire.world.person_adds(OFFICE, EVA, day(1));
    assert_eq!(updated(&first), "2026-06-10T08:00:00.001Z");
    wire.world.person_renames(OFFICE, &first, "x");
    assert_eq!(updated(&first), "2026-06-10T08:00:00.002Z");
    wire.world.advance(chrono::Duration::hours(1));
    wire.world.person_renames(OFFICE, &first, "y");
    assert_eq!(updated(&first), "2026-06-10T09:00:00.000Z");
    let before = chrono::Utc::now();
    wire.world.follow_real_time();
    assert!(wire.world.now() >= chrono::SubsecRound::trunc_subsecs(before, 3));
    wire.world.finish().unwrap();
}

#[tokio::test]
async fn partial_responses_keep_the_named_fields() {
    let wire = Wire::start().await;
    let id = wire.world.person_adds(OFFICE, EVA, day(1).titled("x").private("mine", "1").private("other", "2"));
    let listing = wire.list(&[("fields", "items(id,start/date,extendedProperties/private/mine)")]).await;
    let item =
        json!({ "id": id, "start": { "date": "2026-06-01" }, "extendedProperties": { "private": { "mine": "1" } } });
    assert_eq!(listing, json!({ "items": [item] }));
    wire.world.finish().unwrap();
}
