//! The part of [`Bench`] with the calls of a calendar: events as Google has them, and how we read them.

use chrono::Duration;
use moffman::domain::event::{Event, EventChange, PROCESSED, RESERVATION, StatusChange};
use moffman::domain::zone::Zone;
use moffman::google::{AccessRole, EventsPage, GoogleCalendar, GoogleError, Listing};
use moffman_simulators::{CalendarOptions, NewEvent, Recurrence};
use serde_json::json;

use crate::bench::{Bench, CALENDAR};

const EVA: &str = "eva@example.com";

impl Bench {
    fn window(&self) -> Listing {
        Listing::Window { from: self.world.now() - Duration::days(7), to: self.world.now() + Duration::days(14) }
    }

    /// All pages of a listing, which must end with a sync token.
    async fn list_all(&self, listing: &Listing) -> Result<(Vec<EventsPage>, String), GoogleError> {
        let mut pages = Vec::new();
        let mut next = None;
        loop {
            let page = self.at_google().list_events(listing, next.as_deref()).await?;
            next.clone_from(&page.next_page);
            let sync = page.next_sync.clone();
            pages.push(page);
            match (&next, sync) {
                (None, Some(sync)) => return Ok((pages, sync)),
                (Some(_), None) => {}
                both => panic!("{both:?}"),
            }
        }
    }

    async fn get(&self, id: &str) -> Result<Event, GoogleError> {
        self.at_google().get_event(&id.into()).await
    }

    async fn patch(&self, event: &Event, change: &EventChange) -> Result<Event, GoogleError> {
        self.at_google().patch_event(&event.id, &event.etag, change).await
    }

    fn add(&self, start: &str, end: &str) -> String {
        self.world.person_adds(CALENDAR, EVA, NewEvent::new(start, end).titled("Eva"))
    }
}

fn content() -> EventChange {
    EventChange {
        title: Some("(Anna Nová)".to_owned()),
        colour: Some(4),
        days: "2026-06-18/2026-06-20".parse().ok(),
        status: None,
        properties: vec![(PROCESSED, "false".to_owned()), (RESERVATION, "digest".to_owned())],
    }
}

#[tokio::test]
async fn pages_lead_to_a_token_and_the_token_to_what_has_changed() {
    let bench = Bench::new().await;
    bench.world.set_page_size(2);
    let ids: Vec<_> =
        (11..16).map(|day| bench.add(&format!("2026-06-{day}"), &format!("2026-06-{}", day + 1))).collect();
    let (pages, sync) = bench.list_all(&bench.window()).await.unwrap();
    assert_eq!(pages.iter().map(|page| page.events.len()).collect::<Vec<_>>(), [2, 2, 1]);
    assert!(pages.iter().all(|page| page.access_role == AccessRole::CanWrite && page.time_zone == Zone::named("UTC")));

    bench.world.person_deletes(CALENDAR, &ids[0]);
    bench.world.person_moves(CALENDAR, &ids[1], ("2026-06-21", "2026-06-21"));
    let (pages, sync) = bench.list_all(&Listing::Since(sync)).await.unwrap();
    let mut events: Vec<_> = pages.into_iter().flat_map(|page| page.events).collect();
    events.sort_by_key(|event| event.cancelled);
    assert_eq!(events.len(), 2);
    assert_eq!(events[0].days.unwrap().to_string(), "2026-06-21/2026-06-22");
    assert_eq!(events[0].creator.as_ref().unwrap().as_str(), EVA);
    assert!(events[0].updated.is_some() && events[0].url.is_some() && events[0].etag.starts_with('"'));
    assert!(events[1].cancelled && *events[1].id == *ids[0]);

    let mark = bench.world.mark();
    let (pages, _) = bench.list_all(&Listing::Since(sync)).await.unwrap();
    assert!(pages[0].events.is_empty());
    assert_eq!(bench.world.calls_since(mark).len(), 1);
    bench.finish();
}

#[tokio::test]
async fn an_expired_sync_token_is_told_on_every_page() {
    let bench = Bench::new().await;
    bench.world.set_page_size(1);
    let (_, sync) = bench.list_all(&bench.window()).await.unwrap();
    let since = Listing::Since(sync);
    bench.add("2026-06-11", "2026-06-12");
    bench.add("2026-06-12", "2026-06-13");
    bench.world.expire_sync_token_on_page(CALENDAR, 2);
    assert_eq!(bench.list_all(&since).await.unwrap_err(), GoogleError::SyncTokenExpired);
    bench.world.expire_sync_tokens(CALENDAR);
    assert_eq!(bench.list_all(&since).await.unwrap_err(), GoogleError::SyncTokenExpired);
    bench.finish();
}

#[tokio::test]
async fn a_timed_event_has_the_days_of_its_calendar() {
    let bench = Bench::new().await;
    bench.world.add_calendar(CALENDAR, CalendarOptions { time_zone: "Europe/Prague".to_owned(), ..Default::default() });
    let id = bench.add("2026-06-17T22:30:00Z", "2026-06-18T22:00:00Z");
    let (pages, _) = bench.list_all(&bench.window()).await.unwrap();
    let (zone, event) = (pages[0].time_zone, &pages[0].events[0]);
    assert_eq!(zone, Zone::named("Europe/Prague"));
    assert!(event.timed && event.kind == moffman::domain::event::EventKind::Single);
    assert_eq!(event.days.unwrap().to_string(), "2026-06-18/2026-06-19");
    let same = bench.at_google().in_zone(zone).get_event(&id.as_str().into()).await.unwrap();
    assert_eq!(&same, event);
    bench.finish();
}

#[tokio::test]
async fn a_series_comes_as_its_occurrences() {
    let bench = Bench::new().await;
    let event = NewEvent::new("2026-06-11", "2026-06-12").repeating(Recurrence::daily().times(3));
    let id = bench.world.person_adds(CALENDAR, EVA, event);
    let (pages, _) = bench.list_all(&bench.window()).await.unwrap();
    let events = &pages[0].events;
    assert_eq!(events.len(), 3);
    assert!(events.iter().all(|event| **event.series_id() == *id && *event.id != *id));
    bench.finish();
}

#[tokio::test]
async fn what_is_inserted_is_read_back() {
    let bench = Bench::new().await;
    let inserted = bench.at_google().insert_event(&"0abc1".into(), &content()).await.unwrap();
    assert_eq!(inserted.days.unwrap().to_string(), "2026-06-18/2026-06-20");
    assert_eq!(inserted.title.as_deref(), Some("(Anna Nová)"));
    assert_eq!(inserted.marks.processed.as_deref(), Some("false"));
    assert_eq!(inserted.marks.reservation.as_deref(), Some("digest"));
    assert_eq!(inserted.creator.as_ref().unwrap().as_str(), bench.world.service_account_email());
    assert_eq!(bench.get("0abc1").await, Ok(inserted));
    assert_eq!(bench.world.event(CALENDAR, "0abc1").unwrap()["colorId"], "4");

    let again = bench.at_google().insert_event(&"0abc1".into(), &content()).await;
    assert_eq!(again, Err(GoogleError::AlreadyExists));
    bench.world.person_deletes(CALENDAR, "0abc1");
    let again = bench.at_google().insert_event(&"0abc1".into(), &content()).await;
    assert_eq!(again, Err(GoogleError::AlreadyExists));
    assert_eq!(bench.world.count("events.insert"), 3);
    bench.finish();
}

#[tokio::test]
async fn a_patch_changes_the_version_it_read_and_nothing_else() {
    let bench = Bench::new().await;
    let id = bench.add("2026-06-18", "2026-06-19");
    let event = bench.get(&id).await.unwrap();
    let change =
        EventChange { colour: Some(5), properties: vec![(PROCESSED, "true".to_owned())], ..Default::default() };
    let patched = bench.patch(&event, &change).await.unwrap();
    assert_ne!(patched.etag, event.etag);
    assert_eq!((patched.title.as_deref(), patched.marks.processed.as_deref()), (Some("Eva"), Some("true")));
    assert_eq!(bench.get(&id).await.as_ref(), Ok(&patched));
    assert_eq!(bench.patch(&event, &change).await, Err(GoogleError::Changed));

    bench.world.person_renames(CALENDAR, &id, "Eva, on second thoughts");
    assert_eq!(bench.patch(&patched, &change).await, Err(GoogleError::Changed));
    let calls = bench.world.calls();
    let versions: Vec<_> = calls.iter().filter_map(|call| call.if_match.as_deref()).collect();
    assert_eq!(versions, [&event.etag, &event.etag, &patched.etag].map(|etag| &**etag));

    let versionless = Event { etag: "".into(), ..patched };
    assert_eq!(bench.patch(&versionless, &change).await, Err(GoogleError::Changed));
    assert_eq!(bench.world.count("events.patch"), 3, "a change without a version is not even sent");
    bench.finish();
}

#[tokio::test]
async fn days_take_the_place_of_times() {
    let bench = Bench::new().await;
    let id = bench.add("2026-06-18T09:00:00Z", "2026-06-18T17:00:00Z");
    let event = bench.get(&id).await.unwrap();
    let patched = bench.patch(&event, &EventChange { title: Some("x".repeat(2_000)), ..content() }).await.unwrap();
    assert!(!patched.timed);
    assert_eq!(patched.days, content().days);
    assert_eq!(patched.title.unwrap().len(), 1_024);
    assert_eq!(bench.world.event(CALENDAR, &id).unwrap()["start"], json!({"date": "2026-06-18"}));
    bench.finish();
}

#[tokio::test]
async fn a_deleted_event_is_seen_and_brought_back() {
    let bench = Bench::new().await;
    let id = bench.add("2026-06-18", "2026-06-19");
    bench.world.person_deletes(CALENDAR, &id);
    let event = bench.get(&id).await.unwrap();
    assert!(event.cancelled);
    let unrevived = bench.patch(&event, &EventChange { colour: Some(4), ..Default::default() }).await.unwrap();
    assert!(unrevived.cancelled);
    let revived =
        bench.patch(&unrevived, &EventChange { status: Some(StatusChange::Confirmed), ..content() }).await.unwrap();
    assert!(!revived.cancelled);
    assert_eq!(revived.days, content().days);

    bench.world.person_deletes(CALENDAR, &id);
    bench.world.refuse_revival(CALENDAR);
    let event = bench.get(&id).await.unwrap();
    let refused = bench.patch(&event, &EventChange { status: Some(StatusChange::Confirmed), ..content() }).await;
    assert!(matches!(refused, Err(GoogleError::Forbidden { .. })), "{refused:?}");
    bench.world.hide_deleted(CALENDAR);
    assert_eq!(bench.get(&id).await, Err(GoogleError::NotFound));
    bench.finish();
}

#[tokio::test]
async fn a_calendar_shared_for_reading_is_read_only() {
    let bench = Bench::new().await;
    let id = bench.add("2026-06-18", "2026-06-19");
    bench.world.set_access_role(CALENDAR, "reader");
    let (pages, _) = bench.list_all(&bench.window()).await.unwrap();
    assert_eq!(pages[0].access_role, AccessRole::ReadOnly);
    let forbidden = GoogleError::Forbidden { reason: "requiredAccessLevel".to_owned() };
    let event = bench.get(&id).await.unwrap();
    assert_eq!(bench.patch(&event, &content()).await.unwrap_err(), forbidden);
    let inserted = bench.at_google().insert_event(&"0abc1".into(), &content()).await;
    assert_eq!(inserted.unwrap_err(), forbidden);
    bench.world.set_access_role(CALENDAR, "none");
    assert_eq!(bench.list_all(&bench.window()).await.unwrap_err(), GoogleError::NotFound);
    bench.finish();
}

#[tokio::test]
async fn subscribing_twice_is_subscribing_once() {
    let bench = Bench::new().await;
    for _ in 0..2 {
        assert_eq!(bench.at_google().subscribe().await, Ok(()));
    }
    assert_eq!(bench.world.subscriptions(), [CALENDAR]);
    let nowhere = "nowhere@group.calendar.example.com".into();
    let unknown = GoogleCalendar::new(&bench.google, &bench.budget, &nowhere).subscribe().await;
    assert_eq!(unknown, Err(GoogleError::NotFound));
    bench.finish();
}
