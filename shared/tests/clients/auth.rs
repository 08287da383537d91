//! One access token for everything, for as long as it lasts.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use chrono::Duration;
use futures_util::future::join_all;
use moffman::google::{GoogleCalendar, GoogleClient, GoogleError, GoogleKey, Listing};
use moffman_simulators::Fault;
use secrecy::SecretString;

use crate::bench::{Bench, CALENDAR, calendar};

async fn list(bench: &Bench, google: &GoogleClient) -> Result<(), GoogleError> {
    let window = Listing::Window { from: bench.world.now(), to: bench.world.now() + Duration::days(7) };
    GoogleCalendar::new(google, &bench.budget, &calendar()).list_events(&window, None).await.map(drop)
}

#[tokio::test]
async fn concurrent_callers_of_both_apis_share_one_token() {
    let bench = Bench::new().await;
    bench.world.set_sheet("sheet", "Offices", Vec::new());
    let calendars = join_all((0..8).map(|_| list(&bench, &bench.google)));
    let sheets = join_all((0..8).map(|_| bench.google.read_ranges(&bench.budget, "sheet", &["Offices!A2:B"])));
    let (calendars, sheets) = tokio::join!(calendars, sheets);
    assert!(calendars.iter().all(Result::is_ok) && sheets.iter().all(Result::is_ok));
    assert_eq!(bench.world.count("token"), 1);
    bench.finish();
}

#[tokio::test]
async fn another_process_uses_the_kept_token() {
    let bench = Bench::new().await;
    list(&bench, &bench.google).await.unwrap();
    list(&bench, &bench.another_client()).await.unwrap();
    assert_eq!(bench.world.count("token"), 1);
    bench.finish();
}

#[tokio::test]
async fn a_token_is_used_until_five_minutes_before_its_end() {
    let bench = Bench::new().await;
    list(&bench, &bench.google).await.unwrap();
    bench.world.advance(Duration::minutes(54));
    list(&bench, &bench.google).await.unwrap();
    list(&bench, &bench.another_client()).await.unwrap();
    assert_eq!(bench.world.count("token"), 1);
    bench.world.advance(Duration::minutes(1));
    list(&bench, &bench.google).await.unwrap();
    assert_eq!(bench.world.count("token"), 2);
    list(&bench, &bench.another_client()).await.unwrap();
    assert_eq!(bench.world.count("token"), 2);
    bench.finish();
}

#[tokio::test]
async fn a_revoked_token_is_replaced_once_for_all() {
    let bench = Bench::new().await;
    list(&bench, &bench.google).await.unwrap();
    bench.world.revoke_tokens();
    let mark = bench.world.mark();
    let outcomes = join_all((0..5).map(|_| list(&bench, &bench.google))).await;
    assert!(outcomes.iter().all(Result::is_ok), "{outcomes:?}");
    list(&bench, &bench.another_client()).await.unwrap();
    assert_eq!(bench.world.count_since(mark, "token"), 1);
    bench.finish();
}

#[tokio::test]
async fn a_token_that_is_refused_twice_is_an_error() {
    let bench = Bench::new().await;
    bench.world.fail("events.list", Fault::Unauthorized401).times(2);
    assert_eq!(list(&bench, &bench.google).await, Err(GoogleError::Unauthenticated));
    assert_eq!((bench.world.count("events.list"), bench.world.count("token")), (2, 2));
    bench.finish();
}

#[tokio::test]
async fn a_patch_gets_a_fresh_token_too() {
    let bench = Bench::new().await;
    let event = moffman_simulators::NewEvent::new("2026-06-18", "2026-06-19");
    let id = bench.world.person_adds(CALENDAR, "eva@example.com", event);
    let event = bench.at_google().get_event(&id.as_str().into()).await.unwrap();
    bench.world.revoke_tokens();
    let change = moffman::domain::event::EventChange { colour: Some(5), ..Default::default() };
    bench.at_google().patch_event(&id.as_str().into(), &event.etag, &change).await.unwrap();
    assert_eq!((bench.world.count("events.patch"), bench.world.count("token")), (2, 2));
    bench.finish();
}

#[tokio::test]
async fn a_store_that_fails_costs_only_a_token() {
    let bench = Bench::without_table().await;
    list(&bench, &bench.google).await.unwrap();
    list(&bench, &bench.google).await.unwrap();
    assert_eq!(bench.world.count("token"), 1);
    list(&bench, &bench.another_client()).await.unwrap();
    assert_eq!(bench.world.count("token"), 2);
    bench.finish();
}

#[tokio::test]
async fn a_refused_key_is_final() {
    let bench = Bench::new().await;
    bench.world.fail("token", Fault::status(400, "invalid_grant: Invalid JWT Signature."));
    let error = list(&bench, &bench.google).await.unwrap_err();
    assert!(matches!(error, GoogleError::TokenRefused(_)) && error.concerns_the_account() && !error.is_temporary());
    assert!(error.to_string().contains("(invalid_grant: Invalid JWT Signature.): the key was deleted"), "{error}");
    assert_eq!((bench.world.count("token"), bench.world.count("events.list")), (1, 0));
    bench.finish();
}

#[tokio::test]
async fn a_refused_key_is_read_again_once_a_minute_and_a_new_one_is_used() {
    let bench = Bench::new().await;
    let (reads, key) = (Arc::new(AtomicUsize::new(0)), bench.world.service_account_key());
    let (counted, kept) = (reads.clone(), Arc::new(Mutex::new(Some(key.clone()))));
    let source_of = kept.clone();
    let google = bench.client_with(GoogleKey::kept(
        key.as_str().into(),
        Box::new(move || {
            counted.fetch_add(1, Ordering::Relaxed);
            let text = source_of.lock().unwrap().clone().map(SecretString::from);
            Box::pin(async move { text })
        }),
    ));
    let refuse =
        |times| bench.world.fail("token", Fault::status(400, "invalid_grant: Invalid JWT Signature.")).times(times);
    let replaced = key.replace("5149a7f3d0", "a7f3d05149");
    for (is_kept, tokens) in [(Some(key), 1), (None, 1), (Some("no key".to_owned()), 1), (Some(replaced), 2)] {
        *kept.lock().unwrap() = is_kept;
        let (mark, read) = (bench.world.mark(), reads.load(Ordering::Relaxed));
        refuse(1);
        let outcome = list(&bench, &google).await;
        assert_eq!(outcome.is_ok(), tokens == 2, "{outcome:?}");
        assert_eq!(bench.world.count_since(mark, "token"), tokens);
        assert_eq!(reads.load(Ordering::Relaxed), read + 1);
        bench.world.revoke_tokens();
        bench.world.advance(Duration::seconds(59));
        refuse(1);
        assert!(matches!(list(&bench, &google).await, Err(GoogleError::TokenRefused(_))));
        assert_eq!(reads.load(Ordering::Relaxed), read + 1, "within the minute");
        bench.world.advance(Duration::seconds(1));
    }
    bench.world.fail("token", Fault::status(400, "invalid_scope: Bad scope."));
    assert!(list(&bench, &google).await.is_err());
    assert_eq!(reads.load(Ordering::Relaxed), 4, "another key would not help");
    bench.finish();
}

#[tokio::test]
async fn trouble_at_the_token_endpoint_passes() {
    for fault in [
        Fault::status(500, "internal_failure"),
        Fault::DropBeforeEffect,
        Fault::DropAfterEffect,
        Fault::Html(502),
        Fault::Html(200),
        Fault::Truncated,
        Fault::Empty,
        Fault::Garbage500,
        Fault::Hang,
    ] {
        let bench = Bench::new().await;
        bench.world.fail("token", fault.clone());
        assert_eq!(list(&bench, &bench.google).await, Ok(()), "{fault:?}");
        assert_eq!(bench.world.count("token"), 2, "{fault:?}");
        bench.finish();
    }
}

#[tokio::test]
async fn the_account_is_the_keys() {
    let bench = Bench::new().await;
    assert_eq!(bench.google.service_account_email(), bench.world.service_account_email());
    assert_eq!(format!("{:?}", bench.google), "GoogleClient");
}
