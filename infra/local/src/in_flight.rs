//! Carries every request that is being answered to its end, and lets the process wait for all of them.
//!
//! Otherwise a client that hangs up could end a sweep between a form and its approval.

use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use futures_util::{StreamExt as _, stream};
use tokio::sync::{OwnedRwLockWriteGuard, RwLock, watch};

/// How long a stop waits for the rest of a request's body.
const TO_SEND_A_BODY: Duration = Duration::from_secs(1);

/// The requests under way. Each holds a read lock, so a write lock waits for all of them.
#[derive(Clone, Debug)]
pub(crate) struct InFlight {
    lock: Arc<RwLock<()>>,
    stopping: watch::Receiver<bool>,
}

/// Keeps new requests from beginning as long as it lives.
#[must_use]
pub(crate) struct Closed {
    _guard: OwnedRwLockWriteGuard<()>,
}

impl InFlight {
    /// No requests yet; `stopping` says when a stop is wanted.
    pub(crate) fn new(stopping: watch::Receiver<bool>) -> Self {
        Self { lock: Arc::default(), stopping }
    }

    /// Waits for the requests under way; new ones have to wait from now on.
    pub(crate) async fn close(&self) -> Closed {
        Closed { _guard: Arc::clone(&self.lock).write_owned().await }
    }
}

/// Answers a request on a task of its own, which runs to its end even if the client hangs up.
pub(crate) async fn carry(State(in_flight): State<InFlight>, request: Request, next: Next) -> Response {
    let under_way = in_flight.lock.read_owned().await;
    let request = request.map(|body| until_stop(body, in_flight.stopping));
    let answer = tokio::spawn(async move {
        let _under_way = under_way;
        next.run(request).await
    });
    // The router answers panics itself, so the task only fails when the runtime ends.
    answer.await.unwrap_or_else(|_| StatusCode::INTERNAL_SERVER_ERROR.into_response())
}

/// The body, which fails if it has not come soon after a stop is wanted: no work has begun for its request yet.
fn until_stop(body: Body, mut stopping: watch::Receiver<bool>) -> Body {
    let stopped = async move {
        // An error means that the process ends, which is a stop, too.
        let _ = stopping.wait_for(|is_wanted| *is_wanted).await;
        tokio::time::sleep(TO_SEND_A_BODY).await;
    };
    let parts = (body.into_data_stream(), Box::pin(stopped));
    Body::from_stream(stream::unfold(parts, async |(mut body, mut stopped)| {
        let next = tokio::select! {
            biased;
            part = body.next() => part?,
            () = &mut stopped => Err(axum::Error::new("the process stops")),
        };
        Some((next, (body, stopped)))
    }))
}

#[cfg(test)]
mod tests {
    use std::future::poll_fn;
    use std::pin::pin;
    use std::task::Poll;

    use axum::Router;
    use axum::middleware::from_fn_with_state;
    use axum::routing::get;
    use tokio::sync::{Notify, mpsc};
    use tower::ServiceExt;

    use super::*;

    #[tokio::test]
    async fn a_request_is_carried_to_its_end_without_its_client() {
        let (_stopping, stopped) = watch::channel(false);
        let in_flight = InFlight::new(stopped);
        let (begun, mut has_begun) = mpsc::unbounded_channel();
        let go_on = Arc::new(Notify::new());
        let handler = {
            let go_on = Arc::clone(&go_on);
            move || async move {
                begun.send("begun").unwrap();
                go_on.notified().await;
                begun.send("done").unwrap();
            }
        };
        let router: Router = Router::new().route("/", get(handler));
        let router = router.layer(from_fn_with_state(in_flight.clone(), carry));
        let client = tokio::spawn(router.oneshot(Request::new(Body::empty())));
        assert_eq!(has_begun.recv().await, Some("begun"));
        client.abort();
        assert!(client.await.unwrap_err().is_cancelled());

        let mut close = pin!(in_flight.close());
        let closed_at_once = poll_fn(|context| Poll::Ready(close.as_mut().poll(context).is_ready())).await;
        assert!(!closed_at_once);
        go_on.notify_one();
        let _closed = close.await;
        assert_eq!(has_begun.try_recv(), Ok("done"));
    }
}
