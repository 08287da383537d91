//! Where calls wait until somebody decides that they go on.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use moffman_simulators::{Call, Cue, Director, Fault, PendingDecision, Service, World};
use serde_json::Value;
use tokio::sync::oneshot;

/// A call at the gate.
#[derive(Debug)]
pub enum Waiting {
    /// Before its effect.
    Arrived(Call, oneshot::Sender<Cue>),
    /// After its effect and before its answer, with the status.
    Done(Call, u16, oneshot::Sender<()>),
}

impl Waiting {
    /// The call.
    pub fn call(&self) -> &Call {
        let (Self::Arrived(call, _) | Self::Done(call, _, _)) = self;
        call
    }
}

/// A call that was carried out.
#[derive(Debug)]
pub struct CompletedCall {
    /// The call.
    pub call: Call,
    /// The status with which it was carried out.
    pub status: u16,
    /// The event that it was about, as it was right after the call.
    pub event: Option<Value>,
}

impl CompletedCall {
    /// Whether the service did what it was asked for.
    pub fn is_success(&self) -> bool {
        (200..300).contains(&self.status)
    }

    /// The process that made the call.
    pub fn caller(&self) -> &str {
        self.call.caller.as_deref().unwrap_or_default()
    }

    /// The address of whoever created the event.
    pub fn creator(&self) -> &str {
        self.event.as_ref().and_then(|event| event["creator"]["email"].as_str()).unwrap_or_default()
    }
}

/// The calls at the gate.
#[derive(Debug, Default)]
pub struct Gatekeeper {
    waiting: Mutex<Vec<Waiting>>,
    /// The calls that took effect since somebody last asked.
    effects: Mutex<Vec<CompletedCall>>,
    arrivals: AtomicU64,
    is_effect_awaited: AtomicBool,
}

impl Gatekeeper {
    /// How many calls have come to the gate so far, which grows while anything moves.
    pub fn arrivals(&self) -> u64 {
        self.arrivals.load(Ordering::Relaxed)
    }

    /// Sets whether an effect of the table is awaited. The table works on a thread of its own, so something still moves
    /// until the effect is there.
    pub fn await_effect(&self, is_awaited: bool) {
        self.is_effect_awaited.store(is_awaited, Ordering::Relaxed);
    }

    /// Whether an effect of the table has not happened yet.
    pub fn is_effect_awaited(&self) -> bool {
        self.is_effect_awaited.load(Ordering::Relaxed)
    }

    /// The calls at the gate whose callers still wait, in the order of arrival.
    pub fn lock(&self) -> MutexGuard<'_, Vec<Waiting>> {
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        waiting.retain(|waiting| match waiting {
            Waiting::Arrived(_, answer) => !answer.is_closed(),
            Waiting::Done(_, _, answer) => !answer.is_closed(),
        });
        waiting
    }

    /// The calls at the gate.
    pub fn calls(&self) -> Vec<Call> {
        let waiting = self.lock();
        waiting.iter().map(|waiting| waiting.call().clone()).collect()
    }

    /// The calls that were carried out since this was last asked, in the order of their effects. Their answers may
    /// leave in another order.
    pub fn take_effects(&self) -> Vec<CompletedCall> {
        std::mem::take(&mut *self.effects.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn arrive(&self, waiting: Waiting) {
        self.arrivals.fetch_add(1, Ordering::Relaxed);
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner).push(waiting);
    }
}

/// The gatekeeper as the simulators see it.
pub struct Gate {
    pub gatekeeper: Arc<Gatekeeper>,
    pub world: World,
}

impl Gate {
    fn event(&self, call: &Call) -> Option<Value> {
        let calendar = call.calendar.as_ref().filter(|_| call.service == Service::Google)?;
        let id = call.event.as_deref().or_else(|| call.body.as_ref()?["id"].as_str())?;
        self.world.event(calendar, id)
    }
}

impl Director for Gate {
    fn before_effect(&self, call: &Call) -> PendingDecision<Cue> {
        let (decide, decided) = oneshot::channel();
        self.gatekeeper.arrive(Waiting::Arrived(call.clone(), decide));
        Box::pin(async { decided.await.unwrap_or(Cue::Fail(Fault::DropBeforeEffect)) })
    }

    fn before_answer(&self, call: &Call, status: u16) -> PendingDecision<()> {
        let (decide, decided) = oneshot::channel();
        let effect = CompletedCall { call: call.clone(), status, event: self.event(call) };
        if call.service == Service::DynamoDb {
            self.gatekeeper.is_effect_awaited.store(false, Ordering::Relaxed);
        }
        self.gatekeeper.effects.lock().unwrap_or_else(PoisonError::into_inner).push(effect);
        self.gatekeeper.arrive(Waiting::Done(call.clone(), status, decide));
        Box::pin(async { decided.await.unwrap_or_default() })
    }
}
