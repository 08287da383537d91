//! The REST API over simulated services in which all is well.

#![expect(clippy::expect_used, reason = "a service that does not start is no finding and ends the run")]

use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, Method, Request, StatusCode, Uri};
use chrono::DateTime;
use moffman::app::{Moffman, Surroundings};
use moffman::clock::Randomness;
use moffman::config::Place;
use moffman_simulators::{CalendarOptions, NewEvent, World};
use moffman_testbed::{Testbed, Trouble, WorldTime};
use serde_json::Value;
use tokio::runtime::Runtime;
use tower::ServiceExt as _;

use crate::sample::{self, ANNA};

const PRAGUE: &str = "prague@group.calendar.example.com";

/// A service of its own, with one office in which Anna is there for a day.
pub(crate) struct RestService {
    runtime: Runtime,
    world: World,
    router: Router,
    /// Calls of the preparations.
    calls: usize,
}

/// What came back.
#[derive(Debug)]
pub(crate) struct HttpAnswer {
    pub(crate) status: StatusCode,
    pub(crate) content_type: String,
    pub(crate) request_id: String,
    pub(crate) text: String,
}

impl RestService {
    pub(crate) fn start() -> Self {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        let runtime = runtime.expect("a runtime can be made");
        let (world, router) = runtime.block_on(prepare()).expect("the service starts");
        let calls = world.mark();
        Self { runtime, world, router, calls }
    }

    /// The answer to a request; `None` when it cannot even be written as HTTP.
    pub(crate) fn send(&self, method: &str, path: &str, body: &[u8]) -> Option<HttpAnswer> {
        let method = Method::from_bytes(method.as_bytes()).ok()?;
        let path = path.parse::<Uri>().ok()?;
        let request = Request::builder().method(method).uri(path).body(Body::from(body.to_vec())).ok()?;
        Some(self.runtime.block_on(async {
            let Ok(response) = self.router.clone().oneshot(request).await;
            let (parts, body) = response.into_parts();
            let bytes = axum::body::to_bytes(body, usize::MAX).await.expect("the answer is whole");
            let text = String::from_utf8(bytes.to_vec()).expect("the answer is text");
            let (content_type, request_id) =
                (header(&parts.headers, "content-type"), header(&parts.headers, "x-request-id"));
            HttpAnswer { status: parts.status, content_type, request_id, text }
        }))
    }

    /// Whether any request got as far as to call somebody.
    pub(crate) fn was_used(&self) -> bool {
        self.world.mark() > self.calls
    }

    /// What the simulated services did not like.
    pub(crate) fn complaints(&self) -> Result<(), String> {
        self.world.finish()
    }
}

impl HttpAnswer {
    /// The body; `null` when there is none.
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_default()
    }
}

fn header(headers: &HeaderMap, name: &str) -> String {
    headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default().to_owned()
}

async fn prepare() -> Result<(World, Router), Trouble> {
    let world = World::start(DateTime::from_timestamp_nanos(1_781_000_000_000_000_000)).await?;
    world.add_calendar(PRAGUE, CalendarOptions::default());
    world.person_adds(PRAGUE, ANNA, NewEvent::new("2026-06-18", "2026-06-19").titled("Anna is here"));
    // All inputs share a transport, because TLS takes longer to set up than a request takes.
    let testbed = Testbed::over(world.clone(), world.serve_dynamodb().await?, sample::transport().clone())?;
    testbed.store.create_table().await?;
    let sources = sample::sources(
        &world.byroapi_url(),
        &[
            ("--google-api--endpoint", &world.google_url()),
            ("--offices--office-list", &format!("[{{name: prague, id: {PRAGUE}}}]")),
            ("--manual-users--user-list", &format!("[{{name: Anna Nová, id: {ANNA}}}]")),
        ],
    );
    let app = Moffman::new(Surroundings {
        randomness: Randomness::from_seed(7),
        ..testbed.surroundings(&sources, WorldTime::new(world.clone()))?
    })?;
    Ok((world, moffman_api::router(app, Place::Local)))
}
