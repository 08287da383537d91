//! Lets a simulation decide when each call goes on and what happens to it.
//!
//! A call stops twice: before its effect, and between its effect and its answer. The director lets them go on one at a
//! time, so that the order of its decisions is the order of everything that happens.

use super::{calls::Call, faults::Fault};
use std::pin::Pin;

/// What the director tells a call before its effect.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Cue {
    /// Go on.
    Go,
    /// Go on, and suffer this fault.
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

    /// The call was carried out with this status; nothing is answered yet. A call whose effect a fault prevented does not
    /// stop here.
    fn before_answer(&self, call: &Call, status: u16) -> PendingDecision<()>;
}
