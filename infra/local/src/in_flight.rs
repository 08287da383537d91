//! Requests that are being answered: each one is carried to its end, and the process can wait for all of them.
//!
//! Without this a client that hangs up would cut a sweep off between a form and its approval.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use tokio::sync::{OwnedRwLockWriteGuard, RwLock};

/// The requests under way: each one reads the lock.
#[derive(Clone, Debug, Default)]
pub(crate) struct InFlight(Arc<RwLock<()>>);

/// While this lives, no request is begun.
#[must_use]
pub(crate) struct Closed {
    _guard: OwnedRwLockWriteGuard<()>,
}

impl InFlight {
    /// Waits for the requests under way; new ones wait from now on.
    pub(crate) async fn close(&self) -> Closed {
        Closed { _guard: Arc::clone(&self.0).write_owned().await }
    }
}

/// Answers a request on a task of its own.
pub(crate) async fn carry(State(in_flight): State<InFlight>, request: Request, next: Next) -> Response {
    let under_way = in_flight.0.read_owned().await;
    let answer = tokio::spawn(async move {
        let _under_way = under_way;
        next.run(request).await
    });
    // The router turns panics into problems itself; a task that is gone has no answer.
    answer.await.unwrap_or_else(|_| StatusCode::INTERNAL_SERVER_ERROR.into_response())
}

#[cfg(test)]
mod tests {
    use std::future::poll_fn;
    use std::pin::pin;
    use std::task::Poll;

    use axum::Router;
    use axum::body::Body;
    use axum::middleware::from_fn_with_state;
    use axum::routing::get;
    use tokio::sync::{Notify, mpsc};
    use tower::ServiceExt;

    use super::*;

    #[tokio::test]
    async fn a_request_is_carried_to_its_end_without_its_client() {
        let in_flight = InFlight::default();
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
