//! The part of [`Bench`] with faults: what goes wrong on the way to Google, and how often a call is made then.

use std::time::Duration;

use moffman::domain::event::{Event, EventChange, PROCESSED};
use moffman::domain::quota::Share;
use moffman::google::pace::Pace;
use moffman::google::{Budget, GoogleCalendar, GoogleError, Listing};
use moffman_simulators::{Fault, NewEvent};

use crate::bench::{Bench, CALENDAR, calendar};

/// Faults after which the same request works, whether or not it had its effect.
fn passing() -> Vec<Fault> {
    vec![
        Fault::status(403, "rateLimitExceeded"),
        Fault::status(403, "userRateLimitExceeded"),
        Fault::retry_after(429, "rateLimitExceeded", 7),
        Fault::status(500, "backendError"),
        Fault::retry_after(503, "backendError", 7),
        Fault::DropBeforeEffect,
        Fault::DropAfterEffect,
        Fault::Html(200),
        Fault::Html(502),
        Fault::Truncated,
        Fault::Empty,
        Fault::Garbage500,
        Fault::Hang,
        Fault::HangAfterEffect,
    ]
}

fn change() -> EventChange {
    EventChange {
        title: Some("Eva".to_owned()),
        days: "2026-06-18/2026-06-19".parse().ok(),
        properties: vec![(PROCESSED, "true".to_owned())],
        ..Default::default()
    }
}

impl Bench {
    async fn list(&self) -> Result<usize, GoogleError> {
        let window = Listing::Window { from: self.world.now(), to: self.world.now() + chrono::Duration::days(14) };
        let page = self.at_google().list_events(&window, None).await?;
        Ok(page.events.len())
    }

    async fn existing_event(&self) -> Event {
        let id = self.world.person_adds(CALENDAR, "eva@example.com", NewEvent::new("2026-06-18", "2026-06-19"));
        self.at_google().get_event(&id.as_str().into()).await.unwrap()
    }
}

#[tokio::test]
async fn a_read_survives_every_passing_fault() {
    for fault in passing() {
        let bench = Bench::new().await;
        bench.existing_event().await;
        let (before, mark) = (bench.world.now(), bench.world.mark());
        bench.world.fail("events.list", fault.clone());
        assert_eq!(bench.list().await, Ok(1), "{fault:?}");
        assert_eq!(bench.world.calls_since(mark).len(), 2, "{fault:?}");
        if let Fault::Status { retry_after: Some(seconds), .. } = fault {
            let waited = (bench.world.now() - before).to_std().unwrap();
            assert!(waited >= Duration::from_secs(seconds), "{fault:?}: {waited:?}");
        }
        bench.finish();
    }
}

#[tokio::test]
async fn an_insert_makes_one_event_whatever_happens() {
    for fault in passing() {
        let bench = Bench::new().await;
        bench.world.fail("events.insert", fault.clone());
        let outcome = bench.at_google().insert_event(&"0abc1".into(), &change()).await;
        let had_effect =
            matches!(fault, Fault::DropAfterEffect | Fault::Truncated | Fault::Empty | Fault::HangAfterEffect);
        let expected = if had_effect { Err(GoogleError::AlreadyExists) } else { Ok("0abc1".into()) };
        assert_eq!(outcome.map(|event| event.id), expected, "{fault:?}");
        assert_eq!((bench.world.events(CALENDAR).len(), bench.world.count("events.insert")), (1, 2), "{fault:?}");
        bench.finish();
    }
}

#[tokio::test]
async fn a_patch_changes_an_event_once_whatever_happens() {
    for fault in passing() {
        let bench = Bench::new().await;
        let event = bench.existing_event().await;
        bench.world.fail("events.patch", fault.clone());
        let outcome = bench.at_google().patch_event(&event.id, &event.etag, &change()).await;
        let had_effect =
            matches!(fault, Fault::DropAfterEffect | Fault::Truncated | Fault::Empty | Fault::HangAfterEffect);
        let expected = if had_effect { Err(GoogleError::Changed) } else { Ok(Some("Eva".to_owned())) };
        assert_eq!(outcome.map(|event| event.title), expected, "{fault:?}");
        assert_eq!(bench.world.count("events.patch"), 2, "{fault:?}");
        bench.finish();
    }
}

#[tokio::test]
async fn the_other_calls_are_repeated_too() {
    let bench = Bench::new().await;
    let event = bench.existing_event().await;
    bench.world.set_sheet("sheet", "Offices", Vec::new());
    for operation in ["events.get", "calendarList.insert", "spreadsheets.values.batchGet"] {
        bench.world.fail(operation, Fault::DropAfterEffect);
    }
    assert!(bench.at_google().get_event(&event.id).await.is_ok());
    assert!(bench.at_google().subscribe().await.is_ok());
    assert!(bench.google.read_ranges(&bench.budget, "sheet", &["Offices!A2:B"]).await.is_ok());
    bench.finish();
}

#[tokio::test]
async fn a_fault_that_stays_is_an_error_after_four_attempts() {
    for (fault, error) in [
        (Fault::status(429, "rateLimitExceeded"), GoogleError::RateLimited { retry_after: None }),
        (Fault::retry_after(503, "backendError", 30), GoogleError::Busy { retry_after: Some(Duration::from_secs(30)) }),
        (Fault::DropBeforeEffect, GoogleError::Unreachable),
        (Fault::Html(200), GoogleError::Unreadable),
        (Fault::Truncated, GoogleError::Unreadable),
        (Fault::Empty, GoogleError::Unreadable),
        (Fault::Hang, GoogleError::TimedOut),
    ] {
        let bench = Bench::new().await;
        bench.world.fail("events.list", fault.clone()).always();
        assert_eq!(bench.list().await, Err(error), "{fault:?}");
        assert_eq!(bench.world.count("events.list"), 4, "{fault:?}");
        bench.finish();
    }
}

#[tokio::test]
async fn what_cannot_succeed_soon_is_asked_once() {
    for (fault, error) in [
        (Fault::retry_after(503, "backendError", 31), GoogleError::Busy { retry_after: Some(Duration::from_secs(31)) }),
        (Fault::status(403, "quotaExceeded"), GoogleError::RateLimited { retry_after: None }),
        (Fault::status(403, "dailyLimitExceeded"), GoogleError::RateLimited { retry_after: None }),
        (Fault::status(403, "forbidden"), GoogleError::Forbidden { reason: "forbidden".to_owned() }),
        (Fault::Html(404), GoogleError::NotFound),
        (Fault::status(400, "invalid"), GoogleError::Refused { status: 400, reason: "invalid".to_owned() }),
    ] {
        let bench = Bench::new().await;
        bench.world.fail("events.list", fault.clone());
        assert_eq!(bench.list().await, Err(error), "{fault:?}");
        assert_eq!(bench.world.count("events.list"), 1, "{fault:?}");
        bench.finish();
    }
}

#[tokio::test]
async fn nobody_listens() {
    let bench = Bench::new().await;
    // Nobody can listen on port 0.
    let google = moffman::google::GoogleClient::new(moffman::google::GoogleOptions {
        key: secrecy::SecretString::from(bench.world.service_account_key()).into(),
        endpoint: Some("http://127.0.0.1:0"),
        transport: &bench.transport,
        store: bench.store.clone(),
        clock: bench.clock.clone(),
        randomness: moffman::clock::Randomness::from_seed(1),
    })
    .unwrap();
    let calendar_id = calendar();
    let calendar = GoogleCalendar::new(&google, &bench.budget, &calendar_id);
    assert_eq!(calendar.subscribe().await, Err(GoogleError::Unreachable));
    let patched = calendar.patch_event(&"0abc1".into(), &"\"1\"".into(), &change()).await;
    assert_eq!(patched, Err(GoogleError::Unreachable));
    bench.finish();
}

#[tokio::test]
async fn the_deadline_ends_waiting() {
    let mut bench = Bench::new().await;
    bench.existing_event().await;
    bench.budget.deadline = Some(bench.clock.moment() + std::time::Duration::from_secs(5));
    bench.world.fail("events.list", Fault::retry_after(503, "backendError", 6));
    let busy = GoogleError::Busy { retry_after: Some(Duration::from_secs(6)) };
    assert_eq!(bench.list().await, Err(busy));
    bench.world.advance(chrono::Duration::seconds(5));
    assert_eq!(bench.list().await, Err(GoogleError::OutOfTime));
    assert_eq!(bench.world.count("events.list"), 1);
    bench.finish();
}

#[tokio::test]
async fn a_hanging_call_ends_at_the_deadline() {
    let mut bench = Bench::new().await;
    let deadline = bench.world.now() + chrono::Duration::seconds(4);
    bench.budget.deadline = Some(bench.clock.moment_of(deadline));
    bench.world.fail("events.list", Fault::Hang);
    assert_eq!(bench.list().await, Err(GoogleError::TimedOut));
    assert_eq!(bench.world.now(), deadline);
    bench.finish();
}

#[tokio::test]
async fn sweeping_keeps_to_its_pace() {
    let mut bench = Bench::new().await;
    bench.budget =
        Budget { deadline: None, pace: Some(Pace::new(bench.clock.clone(), Share::WHOLE)), ..Budget::default() };
    let before = bench.world.now();
    for _ in 0..35 {
        bench.at_google().subscribe().await.unwrap();
    }
    assert_eq!(bench.world.now(), before, "105 units at once");
    for _ in 0..21 {
        bench.at_google().subscribe().await.unwrap();
    }
    let waited = (bench.world.now() - before).num_milliseconds();
    assert!((11_900..=12_100).contains(&waited), "63 units take twelve seconds: {waited} ms");
    bench.finish();
}
