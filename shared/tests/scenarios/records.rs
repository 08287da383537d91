//! The records in DynamoDB: what two writers at once, or a slow one, may and may not do.

use std::collections::BTreeSet;

use chrono::{DateTime, Duration, Utc};
use futures_util::future::join_all;
use moffman::domain::calendar_id::CalendarId;
use moffman::domain::date_range::DateRange;
use moffman::domain::email::{Email, PersonKey};
use moffman::domain::event::{Event, Kind, Marks};
use moffman::store::Store;
use moffman::store::calendar_state::Cursor;
use moffman::store::claims::{Closing, Settlement};
use moffman::store::open_record::{Claim, OpenRecord};
use moffman::store::recording::{NewWork, Recorded};
use moffman::transport::Transport;

use crate::context::instant;
use crate::table;

fn calendar() -> CalendarId {
    "prague@group.calendar.google.com".into()
}

fn now() -> DateTime<Utc> {
    instant("2026-06-15T08:00:00Z")
}

fn days(text: &str) -> DateRange {
    text.parse().unwrap()
}

fn event(updated: &str, range: &str) -> Event {
    Event {
        id: "e1".to_owned(),
        etag: format!("\"{updated}\""),
        cancelled: false,
        kind: Kind::Single,
        creator: Email::parse("anna@example.com"),
        updated: Some(instant(updated)),
        days: Some(days(range)),
        timed: false,
        title: None,
        series: None,
        marks: Marks::default(),
        url: None,
    }
}

const EARLY: &str = "2026-06-15T07:00:00Z";
const LATE: &str = "2026-06-15T07:30:00Z";
const ONE: &str = "2026-06-18/2026-06-19";
const OTHER: &str = "2026-06-22/2026-06-23";

fn anna() -> PersonKey {
    Email::parse("anna@example.com").unwrap().key()
}

async fn store() -> Store {
    table::start(&Transport::new().unwrap()).await.0
}

async fn record(store: &Store, event: &Event) -> Recorded {
    let days = event.days.unwrap();
    let work = NewWork { event, days, user: &anna(), now: now(), is_open: false };
    store.record(&calendar(), &work).await.unwrap()
}

async fn read(store: &Store) -> OpenRecord {
    store.read_open(&calendar(), "e1").await.unwrap().unwrap()
}

fn claim(id: &str) -> Claim {
    Claim { id: id.to_owned(), until: now() + Duration::seconds(75) }
}

fn closing<'a>(claim: Option<&'a str>, done: &[&str], updated: &str) -> Closing<'a> {
    let done = done.iter().map(|done| days(done)).collect();
    Closing { claim, done, unknown: BTreeSet::new(), updated: Some(instant(updated)), now: now() }
}

#[tokio::test]
async fn an_older_listing_does_not_replace_a_newer_one() {
    let store = store().await;
    assert_eq!(record(&store, &event(LATE, OTHER)).await, Recorded::Open(Box::new(read(&store).await)));
    assert_eq!(record(&store, &event(EARLY, ONE)).await, Recorded::Stale);
    let kept = read(&store).await;
    assert_eq!((kept.days, kept.revision), (days(OTHER), 1));
}

#[tokio::test]
async fn a_newer_listing_replaces_the_snapshot_and_keeps_what_was_done() {
    let store = store().await;
    record(&store, &event(EARLY, ONE)).await;
    let claimed = store.claim(&calendar(), &read(&store).await, &claim("a"), Some(days(ONE))).await.unwrap().unwrap();
    store.settle(&calendar(), &claimed, "a", &Settlement::Issued(days(ONE))).await.unwrap().unwrap();
    record(&store, &event(LATE, OTHER)).await;
    let record = read(&store).await;
    assert_eq!((record.days, record.revision, record.unsettled), (days(OTHER), 4, BTreeSet::new()));
    assert_eq!(record.issued, BTreeSet::from([days(ONE)]));
    assert_eq!(record.recorded_at, now());
}

#[tokio::test]
async fn a_listing_from_before_the_approval_opens_nothing() {
    let store = store().await;
    record(&store, &event(EARLY, ONE)).await;
    let open = read(&store).await;
    assert!(store.close(&calendar(), &open, &closing(None, &[ONE], LATE)).await.unwrap());
    assert_eq!(record(&store, &event(EARLY, ONE)).await, Recorded::Stale);
    assert_eq!(record(&store, &event(EARLY, OTHER)).await, Recorded::Stale);
    assert!(store.read_calendar(&calendar()).await.unwrap().open.is_empty());
}

/// The record of an event is closed and a second one opened, of which a sweep knows only the first.
#[tokio::test]
async fn a_second_record_is_not_taken_for_the_first() {
    let store = store().await;
    record(&store, &event(EARLY, ONE)).await;
    let first = read(&store).await;
    assert!(store.close(&calendar(), &first, &closing(None, &[ONE], EARLY)).await.unwrap());
    let (event, later) = (event(LATE, OTHER), now() + Duration::seconds(1));
    let work = NewWork { event: &event, days: days(OTHER), user: &anna(), now: later, is_open: true };
    let recorded = store.record(&calendar(), &work).await.unwrap();
    let second = read(&store).await;
    assert_eq!(recorded, Recorded::Open(Box::new(second.clone())));
    assert_eq!((second.revision, &second.issued), (first.revision, &BTreeSet::from([days(ONE)])));

    assert_eq!(store.claim(&calendar(), &first, &claim("a"), Some(days(ONE))).await.unwrap(), None);
    assert!(!store.close(&calendar(), &first, &closing(None, &[], LATE)).await.unwrap());
    assert_eq!(read(&store).await, second);
}

#[tokio::test]
async fn days_whose_form_was_issued_before_are_opened_as_issued() {
    let store = store().await;
    record(&store, &event(EARLY, ONE)).await;
    let open = read(&store).await;
    assert!(store.close(&calendar(), &open, &closing(None, &[ONE, OTHER], EARLY)).await.unwrap());
    assert_eq!(record(&store, &event(LATE, ONE)).await, Recorded::Open(Box::new(read(&store).await)));
    assert_eq!(read(&store).await.issued, BTreeSet::from([days(ONE), days(OTHER)]));
}

#[tokio::test]
async fn of_twenty_claims_at_once_one_wins() {
    let store = store().await;
    record(&store, &event(EARLY, ONE)).await;
    let open = read(&store).await;
    let claims: Vec<Claim> = (0..20).map(|n| claim(&format!("claim-{n}"))).collect();
    let calendar = calendar();
    let claimed = join_all(claims.iter().map(|claim| store.claim(&calendar, &open, claim, Some(days(ONE))))).await;
    assert_eq!(claimed.into_iter().filter(|claimed| claimed.as_ref().unwrap().is_some()).count(), 1);
}

#[tokio::test]
async fn a_lost_claim_writes_nothing() {
    let store = store().await;
    record(&store, &event(EARLY, ONE)).await;
    let slow = store.claim(&calendar(), &read(&store).await, &claim("slow"), Some(days(ONE))).await.unwrap().unwrap();
    let taken = store.claim(&calendar(), &slow, &claim("other"), Some(days(ONE))).await.unwrap().unwrap();
    let released = Settlement::Released { unsent: None };
    assert_eq!(store.settle(&calendar(), &slow, "slow", &released).await.unwrap(), None);
    assert!(!store.close(&calendar(), &slow, &closing(Some("slow"), &[ONE], LATE)).await.unwrap());
    assert_eq!(read(&store).await, taken);
}

#[tokio::test]
async fn a_record_that_changed_is_not_closed() {
    let store = store().await;
    record(&store, &event(EARLY, ONE)).await;
    let claimed = store.claim(&calendar(), &read(&store).await, &claim("a"), None).await.unwrap().unwrap();
    record(&store, &event(LATE, OTHER)).await;
    assert!(!store.close(&calendar(), &claimed, &closing(Some("a"), &[ONE], LATE)).await.unwrap());
    assert!(!store.close(&calendar(), &claimed, &closing(None, &[ONE], LATE)).await.unwrap());
    assert_eq!(read(&store).await.days, days(OTHER));
}

#[tokio::test]
async fn a_record_that_somebody_holds_is_not_closed_by_others() {
    let store = store().await;
    record(&store, &event(EARLY, ONE)).await;
    let claimed = store.claim(&calendar(), &read(&store).await, &claim("a"), None).await.unwrap().unwrap();
    assert!(!store.close(&calendar(), &claimed, &closing(None, &[], LATE)).await.unwrap());
    store.end_leases().await.unwrap();
    assert!(store.close(&calendar(), &read(&store).await, &closing(None, &[], LATE)).await.unwrap());
}

#[tokio::test]
async fn of_two_sweeps_one_advances_the_cursor() {
    let store = store().await;
    let cursor = |version| Cursor {
        sync_token: format!("token {version}"),
        version,
        reconciled_at: now(),
        users_digest: "digest".to_owned(),
    };
    assert!(store.advance_cursor(&calendar(), &cursor(1), None).await.unwrap());
    assert!(!store.advance_cursor(&calendar(), &cursor(1), None).await.unwrap());
    assert!(store.advance_cursor(&calendar(), &cursor(2), Some(1)).await.unwrap());
    assert!(!store.advance_cursor(&calendar(), &cursor(2), Some(1)).await.unwrap());
    assert_eq!(store.read_calendar(&calendar()).await.unwrap().cursor, Some(cursor(2)));
}
