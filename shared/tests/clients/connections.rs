//! Connections are kept from one call to the next; one that is gone costs another attempt, not an error.

use moffman::domain::event::EventChange;
use moffman::google::Listing;
use moffman_simulators::{Fault, NewEvent};

use crate::bench::{Bench, CALENDAR};

/// Uses every kind of connection that is kept: Google's hubs, our PATCH, the table.
async fn use_all(bench: &Bench, id: &str) {
    let window = Listing::Window { from: bench.world.now(), to: bench.world.now() + chrono::Duration::days(7) };
    bench.at_google().list_events(&window, None).await.unwrap();
    let event = bench.at_google().get_event(&id.into()).await.unwrap();
    let change = EventChange { colour: Some(5), ..Default::default() };
    bench.at_google().patch_event(&id.into(), &event.etag, &change).await.unwrap();
    bench.store.load_pointer().await.unwrap();
}

async fn with_event() -> (Bench, String) {
    let bench = Bench::new().await;
    let id = bench.world.person_adds(CALENDAR, "eva@example.com", NewEvent::new("2026-06-18", "2026-06-19"));
    use_all(&bench, &id).await;
    (bench, id)
}

#[tokio::test]
async fn connections_are_kept() {
    let (bench, id) = with_event().await;
    let made = bench.world.connections();
    for _ in 0..10 {
        use_all(&bench, &id).await;
    }
    assert_eq!(bench.world.connections(), made);
    bench.finish();
}

#[tokio::test]
async fn connections_that_the_services_closed_are_made_anew() {
    let (bench, id) = with_event().await;
    let (made, calls) = (bench.world.connections(), bench.world.mark());
    // Nobody has noticed yet when the next call is made.
    bench.world.close_connections();
    use_all(&bench, &id).await;
    assert_eq!(bench.world.calls_since(calls).len(), 4, "{:#?}", bench.world.calls_since(calls));
    assert!(bench.world.connections() > made);
    bench.finish();
}

#[tokio::test]
async fn a_kept_connection_that_ends_with_the_request_costs_one_more_attempt() {
    for operation in ["events.list", "events.get", "events.patch", "GetItem"] {
        let (bench, id) = with_event().await;
        let calls = bench.world.mark();
        bench.world.fail(operation, Fault::DropBeforeEffect);
        use_all(&bench, &id).await;
        assert_eq!(bench.world.calls_since(calls).len(), 5, "{operation}");
        assert_eq!(bench.world.count_since(calls, operation), 2, "{operation}");
        bench.finish();
    }
}
