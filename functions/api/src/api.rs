//! What the handlers work with, and until when each request must be done.

use std::convert::Infallible;
use std::time::Duration;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use moffman::app::Moffman;
use moffman::clock::{Clock, Moment};
use moffman::config::Place;

/// The time that a function needs to send its answer after the work.
const TO_ANSWER: TimeDelta = TimeDelta::seconds(1);
/// How long a request may take behind API Gateway, which gives up after 29 seconds.
const ON_AWS: Duration = Duration::from_secs(25);

/// The service, and where it runs.
#[derive(Debug)]
pub(crate) struct ApiState {
    pub(crate) app: Moffman,
    /// Where the process runs, and so who checks keys and how long requests may take.
    pub(crate) place: Place,
}

impl ApiState {
    /// The day in UTC.
    pub(crate) fn today(&self) -> NaiveDate {
        self.app.clock.now().date_naive()
    }

    /// When a request must be done.
    pub(crate) fn deadline(&self, lifetime: Lifetime) -> Option<Moment> {
        until(&self.app.clock, Some(for_others(self.place)), lifetime)
    }

    /// When a sweep must be done.
    pub(crate) fn sweep_deadline(&self, lifetime: Lifetime) -> Option<Moment> {
        until(&self.app.clock, for_sweep(self.place), lifetime)
    }
}

/// How long an ordered sweep may take; `None`: as long as it needs.
fn for_sweep(place: Place) -> Option<Duration> {
    match place {
        Place::Aws => Some(ON_AWS),
        Place::Local => None,
    }
}

/// How long any other request may take.
const fn for_others(place: Place) -> Duration {
    match place {
        Place::Aws => ON_AWS,
        Place::Local => Duration::from_mins(1),
    }
}

/// When Lambda will end the function that handles the request; unknown on the local server.
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

fn until(clock: &Clock, budget: Option<Duration>, lifetime: Lifetime) -> Option<Moment> {
    let own = budget.map(|budget| clock.moment() + budget);
    let functions = lifetime.0.map(|end| clock.moment_of(end));
    own.into_iter().chain(functions).min()
}

#[cfg(test)]
mod tests {
    use axum::extract::Request;
    use moffman::clock::{TimeSource, Wait};

    use super::*;

    /// A clock that stands still.
    struct FixedTime(DateTime<Utc>);

    impl TimeSource for FixedTime {
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
        Clock::new(FixedTime(instant("2026-06-15T08:00:00Z")))
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
        assert_eq!(until(&clock(), for_sweep(Place::Local), lifetime), None);
        assert_eq!(until(&clock(), Some(for_others(Place::Local)), lifetime), Some(after(60)));
    }
}
