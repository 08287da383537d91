//! What else happens while a call is on its way: a person edits the event while its form is being made, the clock moves
//! while a service does not answer.
//!
//! A hook runs without the world locked, so it may do everything a test may do.

use crate::{World, wire::exchange::ReceivedRequest, world::faults::Matcher};

/// When a hook runs, relative to its call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HookPoint {
    /// The call has arrived and nothing has happened yet.
    BeforeEffect,
    /// The call was carried out (or refused by the service's rules) and its answer is not sent yet.
    AfterEffect,
}

pub(crate) type Action = Box<dyn FnOnce(&World) + Send>;

/// An action waiting for its call.
pub(crate) struct Hook {
    matcher: Matcher,
    moment: HookPoint,
    action: Action,
}

impl World {
    /// Runs `action` once, when the next call that matches is at `moment`.
    pub fn when(&self, matcher: impl Into<Matcher>, moment: HookPoint, action: impl FnOnce(&World) + Send + 'static) {
        self.lock().hooks.push(Hook { matcher: matcher.into(), moment, action: Box::new(action) });
    }

    /// The hooks whose call never came.
    pub fn unused_hooks(&self) -> Vec<String> {
        self.lock().hooks.iter().map(|hook| format!("{:?} {:?}", hook.moment, hook.matcher)).collect()
    }

    pub(crate) fn run_hooks(&self, request: &ReceivedRequest, moment: HookPoint) {
        let due: Vec<Hook> =
            self.lock().hooks.extract_if(.., |hook| hook.moment == moment && hook.matcher.matches(request)).collect();
        for hook in due {
            (hook.action)(self);
        }
    }
}
