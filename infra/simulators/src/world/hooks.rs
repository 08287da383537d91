//! Actions while a call is on its way: a person edits the event while its form is being made, or the clock moves while
//! a service does not answer.

use super::faults::Matcher;
use crate::wire::exchange::ReceivedRequest;

/// When a hook runs, relative to its call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HookPoint {
    /// The call has arrived and nothing has happened yet.
    BeforeEffect,
    /// The call was carried out, or refused by the service's rules, and its answer is not sent yet.
    AfterEffect,
}

/// An action that waits for a call.
pub(crate) struct Hook<A> {
    pub(crate) matcher: Matcher,
    pub(crate) point: HookPoint,
    pub(crate) action: A,
}

/// Takes out the actions that are due.
pub(crate) fn take<A>(hooks: &mut Vec<Hook<A>>, request: &ReceivedRequest, point: HookPoint) -> Vec<A> {
    let due = hooks.extract_if(.., |hook| hook.point == point && hook.matcher.matches(request));
    due.map(|hook| hook.action).collect()
}
