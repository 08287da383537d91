//! Watches every call and ends a process at one of them.
//!
//! What had an effect is noted here, in the order in which it happened: the checks go by that, never by a process's own
//! state.

use std::future::{pending, ready};
use std::panic::resume_unwind;
use std::sync::{Mutex, MutexGuard, PoisonError};

use moffman_simulators::{Call, Cue, Director, PendingDecision};
use serde_json::Value;
use tokio::task::AbortHandle;

use crate::point::{Moment, Point};

/// The name of the process that may end.
pub const PROCESS: &str = "process";

/// Sees every call of every process.
pub struct Watch {
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    /// Where the process ends.
    point: Option<Point>,
    /// Ends the process; there while it runs.
    end: Option<AbortHandle>,
    /// The names of its calls.
    calls: Vec<String>,
    effects: Vec<Effect>,
}

/// A call that a service has carried out, also if its answer was never sent.
#[derive(Clone, Debug)]
pub struct Effect {
    /// The call.
    pub call: Call,
    /// How it went.
    pub status: u16,
}

impl Watch {
    /// Ends the process at `point`, if there is one.
    pub fn new(point: Option<Point>) -> Self {
        Self { state: Mutex::new(State { point, ..State::default() }) }
    }

    /// The next process, whose calls are counted anew, ends at this point, if there is one.
    pub fn begin_again(&self, point: Option<Point>) {
        let mut state = self.lock();
        (state.point, state.calls) = (point, Vec::new());
    }

    /// Runs the work of the process; `None` when it was ended.
    pub async fn run<T: Send + 'static>(&self, work: impl Future<Output = T> + Send + 'static) -> Option<T> {
        let task = tokio::spawn(work);
        self.lock().end = Some(task.abort_handle());
        let done = task.await;
        self.lock().end = None;
        match done {
            Ok(done) => Some(done),
            Err(ended) if ended.is_cancelled() => None,
            Err(panicked) => resume_unwind(panicked.into_panic()),
        }
    }

    /// The names of the calls that the process made.
    pub fn calls(&self) -> Vec<String> {
        self.lock().calls.clone()
    }

    /// What happened so far.
    pub fn effects(&self) -> Vec<Effect> {
        self.lock().effects.clone()
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Ends the process if the call that it is in is the one, and this the moment.
    fn strike(state: &State, moment: Moment) -> bool {
        let now = state.calls.len().checked_sub(1).map(|number| Point { number, moment });
        let strikes = now.is_some() && now == state.point;
        if strikes && let Some(end) = &state.end {
            end.abort();
        }
        strikes
    }
}

impl Director for Watch {
    fn before_effect(&self, call: &Call) -> PendingDecision<Cue> {
        let mut state = self.lock();
        if state.is_watched(call) {
            state.calls.push(name(call));
            if Self::strike(&state, Moment::BeforeSending) {
                return Box::pin(pending());
            }
        }
        Box::pin(ready(Cue::Go))
    }

    fn before_answer(&self, call: &Call, status: u16) -> PendingDecision<()> {
        let mut state = self.lock();
        state.effects.push(Effect { call: call.clone(), status });
        if state.is_watched(call) {
            if Self::strike(&state, Moment::AfterEffect) {
                return Box::pin(pending());
            }
            Self::strike(&state, Moment::BeforeReading);
        }
        Box::pin(ready(()))
    }
}

impl State {
    /// Requests for a token name no caller; while the process runs, they are its own.
    fn is_watched(&self, call: &Call) -> bool {
        call.caller.as_deref().map_or(self.end.is_some(), |caller| caller == PROCESS)
    }
}

impl Effect {
    /// Whether the service did what it was asked for.
    pub fn is_success(&self) -> bool {
        (200..300).contains(&self.status)
    }

    /// Whether it is a successful call of this operation.
    pub fn is(&self, operation: &str) -> bool {
        self.call.operation == operation && self.is_success()
    }
}

/// The operation, and which of the writes around a form, or its copy, it is.
fn name(call: &Call) -> String {
    let body = call.body.as_ref().unwrap_or(&Value::Null);
    let actions = body["TransactItems"].as_array().into_iter().flatten();
    let mut items = actions.map(|action| &action["Put"]["Item"]).chain([&body["Item"]]);
    let form = items.find(|item| item["sk"]["S"].as_str().is_some_and(|key| key.starts_with("form#")));
    if form.is_some_and(|form| form["copy"]["M"]["claim"].is_object()) {
        return "announce copy".to_owned();
    }
    match form.and_then(|form| form["state"]["S"].as_str()) {
        Some(state @ ("sending" | "issued")) => format!("write {state}"),
        _ => call.operation.clone(),
    }
}
