//! Sends requests to the router as a server would, without a socket.

use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, Request, StatusCode};
use moffman::config::Place;
use moffman_simulators::CalendarOptions;
use serde_json::{Value, json};
use tower::ServiceExt as _;

use crate::stage::Stage;
use crate::time::Time;

pub struct Client {
    pub stage: Stage,
    pub time: Time,
    router: Router,
}

pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub text: String,
}

impl Client {
    pub async fn start() -> Self {
        let stage = Stage::set().await;
        stage.make_table().await;
        Self::on(stage)
    }

    /// A client of a service whose configuration has this under `rest_api`.
    pub async fn start_with_access(rest_api: Value) -> Self {
        Self::start().await.restarted(|settings| settings["rest_api"] = rest_api)
    }

    /// A client of a service on this stage, which may have no table.
    pub fn on(stage: Stage) -> Self {
        Self::at(Place::Local, stage)
    }

    /// A client of a service that takes itself to be there.
    pub fn at(place: Place, stage: Stage) -> Self {
        let time = Time::of(&stage.world);
        let app = stage.app(time.clone());
        let router = moffman_api::router(app, place);
        Self { stage, time, router }
    }

    /// The service, started anew with other settings.
    pub fn restarted(mut self, change: impl FnOnce(&mut Value)) -> Self {
        change(&mut self.stage.settings);
        Self::on(self.stage)
    }

    /// A client of a service with so many offices, `office 00` and so on; each `sharing` of them have one calendar.
    pub fn with_offices(self, count: usize, sharing: usize) -> Self {
        let office = |number: usize| {
            let id = format!("office-{}@group.calendar.google.com", number / sharing);
            self.stage.world.add_calendar(&id, CalendarOptions::default());
            json!({"name": format!("office {number:02}"), "id": id})
        };
        let offices: Vec<Value> = (0..count).map(office).collect();
        self.restarted(|settings| settings["offices"] = json!({"office_list": offices}))
    }

    pub async fn sweep(&self) -> Value {
        let answer = self.send("POST", "/api/v1/sweeps", "").await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        answer.json()
    }

    pub async fn send(&self, method: &str, path: &str, body: impl Into<Body>) -> Answer {
        self.request(Request::builder().method(method).uri(path).body(body.into()).unwrap()).await
    }

    pub async fn request(&self, request: Request<Body>) -> Answer {
        let (parts, body) = self.router.clone().oneshot(request).await.unwrap().into_parts();
        let bytes = axum::body::to_bytes(body, usize::MAX).await.unwrap();
        let text = String::from_utf8(bytes.to_vec()).unwrap();
        Answer { status: parts.status, headers: parts.headers, text }
    }

    /// Neither Google nor Byroapi was called.
    pub fn expect_no_calls(&self) {
        let calls = self.stage.world.calls();
        assert!(calls.is_empty(), "{calls:?}");
    }

    pub async fn reserve(&self, body: &Value) -> Answer {
        self.send("POST", "/api/v1/reservations", body.to_string()).await
    }
}

impl Answer {
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|_| panic!("{} {}", self.status, self.text))
    }

    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    /// An answer to HEAD, which has no body.
    pub fn expect_status(&self, status: u16) {
        assert_eq!((self.status.as_u16(), self.text.as_str()), (status, ""));
        assert_ne!(self.header("x-request-id"), "");
    }

    /// A complete problem of this status and type.
    pub fn expect_problem(&self, status: u16, slug: &str) -> Value {
        assert_eq!(self.header("cache-control"), "no-store");
        assert_eq!(self.status, status, "{}", self.text);
        assert_eq!(self.header("content-type"), "application/problem+json");
        let problem = self.json();
        assert_eq!(problem["type"], format!("urn:moffman:problem:{slug}"), "{problem:#}");
        assert_eq!(problem["status"], status, "{problem:#}");
        assert_ne!(problem["title"].as_str().unwrap_or_default(), "", "{problem:#}");
        assert_ne!(problem["detail"].as_str().unwrap_or_default(), "", "{problem:#}");
        assert_eq!(problem["request_id"], self.header("x-request-id"), "{problem:#}");
        assert_eq!(self.headers.contains_key("retry-after"), status == 503);
        problem
    }

    /// What is told to be wrong, each mistake with its place. The first one is also the problem's own.
    pub fn expect_mistakes(&self) -> Vec<String> {
        let problem = self.expect_problem(422, "invalid-content");
        let errors = problem["errors"].as_array().unwrap_or_else(|| panic!("{problem:#}"));
        let place = |error: &Value| {
            let place = error["pointer"].as_str().or(error["parameter"].as_str());
            place.unwrap_or_else(|| panic!("{problem:#}")).to_owned()
        };
        let first = place(&errors[0]).trim_start_matches(['#', '/']).replace('/', ".");
        assert_eq!(problem["field"].as_str().unwrap_or_default(), first, "{problem:#}");
        assert!(problem["detail"].as_str().unwrap().ends_with(errors[0]["detail"].as_str().unwrap()), "{problem:#}");
        errors.iter().map(|error| format!("{}: {}", place(error), error["detail"].as_str().unwrap())).collect()
    }

    /// The same, about this member of the body.
    pub fn expect_problem_with(&self, status: u16, slug: &str, field: &str) -> Value {
        let problem = self.expect_problem(status, slug);
        assert_eq!(problem["field"], field, "{problem:#}");
        problem
    }
}

/// One pending day in Prague.
pub fn reservation() -> Value {
    json!({
        "user": {"name": "Some User", "email": "user@example.com"},
        "approved": false,
        "start": "2022-06-28",
        "end": "2022-06-29",
        "request_dt": "11:38:00 2020/06/25",
        "office_id": "prague",
    })
}

/// The same with another member, named by its JSON pointer; `None` removes it.
pub fn reservation_with(pointer: &str, value: Option<Value>) -> Value {
    let mut body = reservation();
    let (parent, name) = pointer.rsplit_once('/').unwrap();
    let members = body.pointer_mut(parent).unwrap().as_object_mut().unwrap();
    match value {
        Some(value) => members.insert(name.to_owned(), value),
        None => members.remove(name),
    };
    body
}
