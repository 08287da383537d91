//! Who decides, while a simulation runs, when each call goes on and what happens to it.
//!
//! A call stops twice: before its effect, and between its effect and its answer. The director lets them go on one at a
//! time, so that the order of its decisions is the order of everything that happens.

use crate::{World, world::calls::Call, world::faults::Fault};
use std::{future::Future, pin::Pin, sync::Arc};

/// What a call is told before its effect.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Cue {
    /// Go on.
    Go,
    /// Go on, and have this go wrong.
    Fail(Fault),
}

impl Cue {
    /// Whether the call has its effect.
    pub fn has_effect(&self) -> bool {
        match self {
            Self::Go => true,
            Self::Fail(fault) => fault.lets_it_happen(),
        }
    }
}

/// A decision that is on its way.
pub type PendingDecision<T> = Pin<Box<dyn Future<Output = T> + Send>>;

/// Decides about every call of every service.
pub trait Director: Send + Sync {
    /// A call has arrived; nothing has happened yet.
    fn before_effect(&self, call: &Call) -> PendingDecision<Cue>;

    /// The call was carried out with this status; nothing is answered yet. Not asked when a fault prevented the effect.
    fn before_answer(&self, call: &Call, status: u16) -> PendingDecision<()>;
}

impl World {
    /// From now on, `director` decides about every call.
    pub fn direct(&self, director: Arc<dyn Director>) {
        self.lock().director = Some(director);
    }

    /// From now on nobody decides: calls go on at once.
    pub fn undirect(&self) {
        self.lock().director = None;
    }

    pub(crate) fn director(&self) -> Option<Arc<dyn Director>> {
        self.lock().director.clone()
    }
}
