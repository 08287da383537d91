//! The Lambda Runtime API, to run a compiled function as a process: set `AWS_LAMBDA_RUNTIME_API` to
//! [`LambdaRuntime::address`], start the binary, then [`LambdaRuntime::invoke`] it.
//!
//! See <https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html>.

use crate::wire::exchange::{Answer, Dropped, json_or_text};
use crate::wire::serve::{self, Connections};
use bytes::Bytes;
use chrono::Utc;
use http::request::Parts;
use serde_json::{Value, json};
use std::collections::{BTreeMap, VecDeque};
use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};
use tokio::sync::{Notify, oneshot};

const ARN: &str = "arn:aws:lambda:eu-central-1:000000000000:function:simulated";

/// How an invocation ended.
#[derive(Clone, Debug, PartialEq)]
pub enum InvocationOutcome {
    /// The function's answer.
    Response(Value),
    /// The function's error object, from the invocation or from its start.
    Error(Value),
    /// The function did not answer before its deadline.
    TimedOut,
}

/// When, in real time, the function worked on an invocation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    /// When the event was handed to the function.
    pub delivered: Instant,
    /// When the function's answer, or its error, had arrived.
    pub answered: Instant,
}

/// A Runtime API for one function. Clones are handles on the same one.
#[derive(Clone)]
pub struct LambdaRuntime {
    address: SocketAddr,
    shared: Arc<Shared>,
}

#[derive(Default)]
struct Shared {
    state: Mutex<RuntimeState>,
    arrived: Notify,
    polled: Notify,
}

#[derive(Default)]
struct RuntimeState {
    queue: VecDeque<QueuedInvocation>,
    waiting: BTreeMap<String, oneshot::Sender<InvocationOutcome>>,
    invoked: u64,
    first_poll: Option<Instant>,
    delivered: Option<Instant>,
    last: Option<Span>,
    init_error: Option<Value>,
    violations: Vec<String>,
}

struct QueuedInvocation {
    id: String,
    event: Value,
    /// Milliseconds since 1970, real time.
    deadline: i64,
}

impl LambdaRuntime {
    /// Starts on a free port of 127.0.0.1, on the current tokio runtime.
    ///
    /// # Errors
    /// When no port is to be had.
    pub async fn start() -> io::Result<Self> {
        let shared = Arc::new(Shared::default());
        let handler = Arc::clone(&shared);
        let address = serve::listen(&Connections::default(), move |parts, body| {
            let shared = Arc::clone(&handler);
            async move { shared.answer(&parts, &body).await }
        })
        .await?;
        Ok(Self { address, shared })
    }

    /// `127.0.0.1:PORT`, the value of `AWS_LAMBDA_RUNTIME_API`.
    pub fn address(&self) -> String {
        self.address.to_string()
    }

    /// Invokes the function and waits for its answer, at most until the deadline (real time). An invocation waits for a
    /// function that has not started yet, and ends with an error if the function reports that it cannot start.
    pub async fn invoke(&self, event: Value, deadline: Duration) -> InvocationOutcome {
        let (sender, receiver) = oneshot::channel();
        let id = self.shared.enqueue(event, deadline, sender);
        self.shared.arrived.notify_one();
        let outcome = tokio::time::timeout(deadline, receiver).await;
        let mut state = self.shared.lock();
        state.waiting.remove(&id);
        state.queue.retain(|invocation| invocation.id != id);
        match outcome {
            Ok(Ok(outcome)) => outcome,
            _ => InvocationOutcome::TimedOut,
        }
    }

    /// Waits until the function asks for its first event, and answers when that was.
    pub async fn first_poll(&self) -> Instant {
        loop {
            let polled = self.shared.polled.notified();
            let first_poll = self.shared.lock().first_poll;
            if let Some(at) = first_poll {
                return at;
            }
            polled.await;
        }
    }

    /// When the function worked on the last invocation that it finished.
    pub fn last_invocation(&self) -> Option<Span> {
        self.shared.lock().last
    }

    /// The error with which the function reported that it could not start.
    pub fn init_error(&self) -> Option<Value> {
        self.shared.lock().init_error.clone()
    }

    /// The requests that the real Runtime API would not know.
    pub fn violations(&self) -> Vec<String> {
        self.shared.lock().violations.clone()
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, RuntimeState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn enqueue(&self, event: Value, deadline: Duration, sender: oneshot::Sender<InvocationOutcome>) -> String {
        let mut state = self.lock();
        state.invoked += 1;
        let id = format!("00000000-0000-4000-8000-{:012}", state.invoked);
        let left = i64::try_from(deadline.as_millis()).unwrap_or(i64::MAX);
        let deadline = Utc::now().timestamp_millis().saturating_add(left);
        state.waiting.insert(id.clone(), sender);
        state.queue.push_back(QueuedInvocation { id: id.clone(), event, deadline });
        id
    }

    async fn answer(&self, parts: &Parts, body: &Bytes) -> Result<Answer, Dropped> {
        let path = parts.uri.path();
        let steps: Vec<&str> = path.strip_prefix("/2018-06-01/runtime/").unwrap_or_default().split('/').collect();
        let value = || json_or_text(body);
        Ok(match (parts.method.as_str(), steps.as_slice()) {
            ("GET", ["invocation", "next"]) => self.next().await,
            ("POST", ["invocation", id, "response"]) => self.finish(id, InvocationOutcome::Response(value())),
            ("POST", ["invocation", id, "error"]) => self.finish(id, InvocationOutcome::Error(value())),
            ("POST", ["init", "error"]) => self.fail_start(&value()),
            (method, _) => {
                self.lock().violations.push(format!("{method} {path}"));
                Answer::json(404, &json!({ "errorMessage": "Not Found", "errorType": "NotFound" }))
            }
        })
    }

    async fn next(&self) -> Answer {
        self.lock().first_poll.get_or_insert_with(Instant::now);
        self.polled.notify_waiters();
        loop {
            let invocation = self.lock().queue.pop_front();
            if let Some(invocation) = invocation {
                self.lock().delivered = Some(Instant::now());
                return Answer::json(200, &invocation.event)
                    .with_header("lambda-runtime-aws-request-id", invocation.id)
                    .with_header("lambda-runtime-deadline-ms", invocation.deadline.to_string())
                    .with_header("lambda-runtime-invoked-function-arn", ARN)
                    .with_header("lambda-runtime-trace-id", "Root=1-00000000-000000000000000000000001;Sampled=0");
            }
            self.arrived.notified().await;
        }
    }

    fn finish(&self, id: &str, outcome: InvocationOutcome) -> Answer {
        let mut state = self.lock();
        let delivered = state.delivered.take();
        state.last = delivered.map(|delivered| Span { delivered, answered: Instant::now() });
        let waiting = state.waiting.remove(id);
        drop(state);
        match waiting.map(|sender| sender.send(outcome)) {
            Some(Ok(())) => accepted(),
            _ => Answer::json(400, &json!({ "errorMessage": "Invalid request ID", "errorType": "InvalidRequestID" })),
        }
    }

    fn fail_start(&self, error: &Value) -> Answer {
        let mut state = self.lock();
        state.init_error = Some(error.clone());
        for sender in std::mem::take(&mut state.waiting).into_values() {
            // Sending fails only if the caller has stopped waiting.
            let _ = sender.send(InvocationOutcome::Error(error.clone()));
        }
        accepted()
    }
}

fn accepted() -> Answer {
    Answer::json(202, &json!({ "status": "OK" }))
}
