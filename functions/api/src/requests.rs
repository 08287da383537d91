//! Around every request: its id, its deadline, its line in the log.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::{FromRequestParts, MatchedPath, Request, State};
use axum::http::request::Parts;
use axum::http::{Extensions, HeaderValue};
use axum::middleware::Next;
use axum::response::Response;
use chrono::{DateTime, TimeDelta, Utc};
use lambda_http::request::RequestContext;
use moffman::clock::{Clock, Moment};

use crate::{Api, problem};

/// The header that carries the request's id.
pub(crate) const REQUEST_ID: &str = "x-request-id";
/// What a function needs to send its answer, after the work.
const TO_ANSWER: TimeDelta = TimeDelta::seconds(1);

/// How long a request may take.
#[derive(Clone, Copy, Debug)]
pub struct RequestBudget {
    /// A sweep; `None`: as long as it takes.
    pub sweep: Option<Duration>,
    /// Any other request.
    pub other: Duration,
}

impl RequestBudget {
    /// Behind API Gateway, which waits 29 s.
    pub fn on_aws() -> Self {
        Self { sweep: Some(Duration::from_secs(25)), other: Duration::from_secs(25) }
    }

    /// On a machine of one's own.
    pub fn local() -> Self {
        Self { sweep: None, other: Duration::from_mins(1) }
    }
}

/// Until when the function that runs the request exists; unknown where there is none.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Lifetime(Option<DateTime<Utc>>);

impl<S: Sync> FromRequestParts<S> for Lifetime {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        let context = parts.extensions.get::<lambda_http::Context>();
        let end = context.and_then(|context| DateTime::from_timestamp_millis(context.deadline.try_into().ok()?));
        Ok(Self(end.and_then(|end| end.checked_sub_signed(TO_ANSWER))))
    }
}

impl Api {
    /// When a request must be done.
    pub(crate) fn deadline(&self, lifetime: Lifetime) -> Option<Moment> {
        until(&self.app.clock, Some(self.budget.other), lifetime)
    }

    /// When a sweep must be done.
    pub(crate) fn sweep_deadline(&self, lifetime: Lifetime) -> Option<Moment> {
        until(&self.app.clock, self.budget.sweep, lifetime)
    }
}

fn until(clock: &Clock, budget: Option<Duration>, lifetime: Lifetime) -> Option<Moment> {
    let own = budget.map(|budget| clock.moment() + budget);
    let functions = lifetime.0.map(|end| clock.moment_of(end));
    own.into_iter().chain(functions).min()
}

/// Gives the request an id, writes its problem if it has one, and logs one line about it.
pub(crate) async fn account(State(api): State<Arc<Api>>, request: Request, next: Next) -> Response {
    let started = api.app.clock.moment();
    let id = gateway_id(request.extensions()).unwrap_or_else(|| api.app.randomness.id());
    let method = request.method().clone();
    let route = request.extensions().get::<MatchedPath>().cloned();

    let mut response = problem::write(next.run(request).await, &id);
    if let Ok(value) = HeaderValue::from_str(&id) {
        response.headers_mut().insert(REQUEST_ID, value);
    }
    tracing::info!(
        method = method.as_str(),
        route = route.as_ref().map_or("none", MatchedPath::as_str),
        status = response.status().as_u16(),
        duration_ms = i64::try_from(api.app.clock.moment().since(started).as_millis()).unwrap_or(i64::MAX),
        request_id = id,
        "request"
    );
    response
}

fn gateway_id(extensions: &Extensions) -> Option<String> {
    match extensions.get::<RequestContext>()? {
        RequestContext::ApiGatewayV1(context) => context.request_id.clone(),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use moffman::clock::{TimeSource, Wait};

    use super::*;

    /// It is always this time.
    struct Standing(DateTime<Utc>);

    impl TimeSource for Standing {
        fn now(&self) -> DateTime<Utc> {
            self.0
        }

        fn elapsed(&self) -> Duration {
            Duration::ZERO
        }

        fn pause(&self, _: Duration) -> Wait {
            Box::pin(std::future::ready(()))
        }

        fn expire(&self, _: Duration) -> Wait {
            Box::pin(std::future::pending())
        }
    }

    fn instant(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    fn clock() -> Clock {
        Clock::new(Standing(instant("2026-06-15T08:00:00Z")))
    }

    fn after(seconds: u64) -> Moment {
        clock().moment() + Duration::from_secs(seconds)
    }

    #[tokio::test]
    async fn a_request_ends_before_its_function_does() {
        let mut context = lambda_http::Context::default();
        context.deadline = instant("2026-06-15T08:00:10Z").timestamp_millis().try_into().unwrap();
        let (mut parts, ()) = Request::builder().extension(context).body(()).unwrap().into_parts();
        let lifetime = Lifetime::from_request_parts(&mut parts, &()).await.unwrap();
        assert_eq!(until(&clock(), Some(Duration::from_secs(25)), lifetime), Some(after(9)));
        assert_eq!(until(&clock(), None, lifetime), Some(after(9)));
        assert_eq!(until(&clock(), Some(Duration::from_secs(5)), lifetime), Some(after(5)));
    }

    #[tokio::test]
    async fn without_a_function_only_the_budget_counts() {
        let (mut parts, ()) = Request::builder().body(()).unwrap().into_parts();
        let lifetime = Lifetime::from_request_parts(&mut parts, &()).await.unwrap();
        assert_eq!(until(&clock(), RequestBudget::local().sweep, lifetime), None);
        assert_eq!(until(&clock(), Some(RequestBudget::local().other), lifetime), Some(after(60)));
    }
}
