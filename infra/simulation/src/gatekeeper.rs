//! Decides, from a seed, which call goes on next and what goes wrong with it.
//!
//! Calls wait at the gate until everything else stands still, so the sequence of decisions is the whole run.

use std::collections::HashSet;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use moffman_simulators::{Call, Decision, Director, Fault, Service, Turn};
use tokio::sync::oneshot;

/// A call at the gate.
#[derive(Debug)]
pub enum Waiting {
    /// Before its effect.
    Arrived(Call, oneshot::Sender<Turn>),
    /// Before its answer, with the status.
    Done(Call, Option<u16>, oneshot::Sender<()>),
}

/// The calls at the gate.
#[derive(Debug, Default)]
pub struct Gatekeeper {
    waiting: Mutex<Vec<Waiting>>,
    arrivals: AtomicU64,
}

impl Gatekeeper {
    /// How many calls have come to the gate so far; grows while things are moving.
    pub fn arrivals(&self) -> u64 {
        self.arrivals.load(Ordering::Relaxed)
    }

    /// The calls whose callers still wait, in the order of arrival.
    pub fn lock(&self) -> MutexGuard<'_, Vec<Waiting>> {
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        waiting.retain(|waiting| match waiting {
            Waiting::Arrived(_, answer) => !answer.is_closed(),
            Waiting::Done(_, _, answer) => !answer.is_closed(),
        });
        waiting
    }

    fn arrive(&self, waiting: Waiting) {
        self.arrivals.fetch_add(1, Ordering::Relaxed);
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner).push(waiting);
    }
}

/// The gatekeeper as the simulators see it.
pub struct Gate(pub Arc<Gatekeeper>);

impl Director for Gate {
    fn before_effect(&self, call: &Call) -> Decision<Turn> {
        let (decide, decided) = oneshot::channel();
        self.0.arrive(Waiting::Arrived(call.clone(), decide));
        Box::pin(async { decided.await.unwrap_or(Turn::Fail(Fault::DropBeforeEffect)) })
    }

    fn before_answer(&self, call: &Call, status: Option<u16>) -> Decision<()> {
        let (decide, decided) = oneshot::channel();
        self.0.arrive(Waiting::Done(call.clone(), status, decide));
        Box::pin(async { decided.await.unwrap_or_default() })
    }
}

/// What is decided about a call that has arrived.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fate {
    /// All goes well.
    Well,
    /// This goes wrong.
    Wrong(Fault),
    /// The calling process ends before the call is sent.
    CrashBefore,
    /// The calling process ends after the effect, before it has read the answer.
    CrashAfter,
}

/// Draws a fate.
pub fn fate(random: &mut fastrand::Rng, call: &Call, crashing: &HashSet<String>) -> Fate {
    let can_crash = call.caller.as_ref().is_some_and(|caller| caller != "setup" && !crashing.contains(caller));
    match random.u16(..1000) {
        ..=869 => Fate::Well,
        870..=889 if can_crash => Fate::CrashBefore,
        890..=909 if can_crash => Fate::CrashAfter,
        _ => match fault(random, call) {
            Some(fault) => Fate::Wrong(fault),
            None => Fate::Well,
        },
    }
}

fn fault(random: &mut fastrand::Rng, call: &Call) -> Option<Fault> {
    let faults = match call.service {
        Service::Google => google(call),
        Service::Byroapi => byroapi(),
        Service::DynamoDb => dynamodb(),
        Service::Token | Service::Sheets => vec![Fault::status(503, "backendError"), Fault::DropBeforeEffect],
        Service::Ssm => Vec::new(),
    };
    random.choice(faults)
}

fn google(call: &Call) -> Vec<Fault> {
    let mut faults = vec![
        Fault::Unauthorized401,
        Fault::status(403, "rateLimitExceeded"),
        Fault::status(403, "forbidden"),
        Fault::retry_after(429, "rateLimitExceeded", 3),
        Fault::status(500, "backendError"),
        Fault::status(503, "backendError"),
        Fault::Html(200),
        Fault::Html(502),
        Fault::Truncated,
        Fault::Empty,
        Fault::DropBeforeEffect,
        Fault::DropAfterEffect,
        Fault::Hang,
        Fault::HangAfterEffect,
    ];
    if call.parameter("syncToken").is_some() {
        faults.push(Fault::status(410, "fullSyncRequired"));
    }
    if call.operation == "events.patch" {
        faults.push(Fault::status(412, "conditionNotMet"));
    }
    faults
}

fn byroapi() -> Vec<Fault> {
    vec![
        Fault::status(400, "Bad Request"),
        Fault::status(500, "no blank PDF"),
        Fault::status(503, "Service Unavailable"),
        Fault::status(502, "Bad Gateway"),
        Fault::status_after_effect(201, "Created"),
        Fault::status_after_effect(204, "No Content"),
        Fault::status_after_effect(502, "Bad Gateway"),
        Fault::status_after_effect(504, "Gateway Timeout"),
        Fault::DropBeforeEffect,
        Fault::DropAfterEffect,
        Fault::Hang,
        Fault::HangAfterEffect,
    ]
}

fn dynamodb() -> Vec<Fault> {
    vec![
        Fault::status(400, "ProvisionedThroughputExceededException"),
        Fault::status(400, "ThrottlingException"),
        Fault::status(500, "InternalServerError"),
        Fault::DropBeforeEffect,
        Fault::DropAfterEffect,
    ]
}
