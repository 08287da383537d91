//! What a test scripts for calls: faults (which call, what goes wrong, how often), and actions while a call is on its way.
//!
//! A fault happens once unless the test says otherwise. If several match a call, the first one scripted happens.

use super::calls::calendar_of;
use crate::{services::google::calendar::folded, wire::exchange::ReceivedRequest};

/// Chooses calls by operation, calendar and content.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Matcher {
    operation: String,
    calendar: Option<String>,
    contains: Option<String>,
}

impl Matcher {
    /// Calls of one operation (see `Call::operation`). `events.*` and `*` match by prefix.
    pub fn operation(name: &str) -> Self {
        Self { operation: name.to_owned(), calendar: None, contains: None }
    }

    /// Only calls that name this calendar in their path, in whatever case.
    #[must_use]
    pub fn on_calendar(mut self, id: &str) -> Self {
        self.calendar = Some(folded(id));
        self
    }

    /// Only calls whose decoded path, query or body contains this text.
    #[must_use]
    pub fn containing(mut self, text: &str) -> Self {
        self.contains = Some(text.to_owned());
        self
    }

    pub(crate) fn matches(&self, request: &ReceivedRequest) -> bool {
        let operation = match self.operation.strip_suffix('*') {
            Some(prefix) => request.route.operation.starts_with(prefix),
            None => request.route.operation == self.operation,
        };
        operation
            && (self.calendar.is_none() || self.calendar == calendar_of(request))
            && self.contains.as_deref().is_none_or(|text| request.text().contains(text))
    }
}

impl From<&str> for Matcher {
    fn from(operation: &str) -> Self {
        Self::operation(operation)
    }
}

/// What goes wrong with a call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    /// An error in the service's own format, without any effect. For Byroapi the reason is the reason phrase.
    Status {
        /// The HTTP status.
        code: u16,
        /// Google's `reason`, such as `rateLimitExceeded`, `userRateLimitExceeded`, `quotaExceeded`, `backendError`.
        reason: String,
        /// Seconds for the `Retry-After` header.
        retry_after: Option<u64>,
    },
    /// An error in the service's own format although the call had its effect: a form is issued, or an event changed.
    StatusAfterEffect {
        /// The HTTP status, which may be one of success, such as 201 or 204.
        code: u16,
        /// Google's `reason`; for Byroapi, the reason phrase.
        reason: String,
    },
    /// The connection is closed before anything happens.
    DropBeforeEffect,
    /// The call has its effect, then the connection is closed without an answer.
    DropAfterEffect,
    /// A proxy's HTML page with this status; the call has no effect.
    Html(u16),
    /// The call has its effect; half of the JSON answer is sent, with the content length of that half.
    Truncated,
    /// The call has its effect; the answer is 200 without a body.
    Empty,
    /// The answer is 500 with bytes that are no text; the call has no effect.
    Garbage500,
    /// The bearer token is refused; the call has no effect.
    Unauthorized401,
    /// The call is carried out twice, as if a client that lost the first answer had sent it again; the second answer is
    /// sent. DynamoDB carries the second transaction out, too, because its token is left out.
    Repeated,
    /// The call has no effect, and there is never an answer.
    Hang,
    /// The call has its effect, and there is never an answer.
    HangAfterEffect,
}

impl Fault {
    /// [`Fault::Status`] without `Retry-After`.
    pub fn status(code: u16, reason: &str) -> Self {
        Self::Status { code, reason: reason.to_owned(), retry_after: None }
    }

    /// [`Fault::Status`] with `Retry-After`, in seconds.
    pub fn retry_after(code: u16, reason: &str, seconds: u64) -> Self {
        Self::Status { code, reason: reason.to_owned(), retry_after: Some(seconds) }
    }

    /// [`Fault::StatusAfterEffect`].
    pub fn status_after_effect(code: u16, reason: &str) -> Self {
        Self::StatusAfterEffect { code, reason: reason.to_owned() }
    }

    pub(crate) fn lets_it_happen(&self) -> bool {
        use Fault::{DropAfterEffect, Empty, HangAfterEffect, Repeated, StatusAfterEffect, Truncated};
        matches!(self, DropAfterEffect | Empty | HangAfterEffect | Repeated | StatusAfterEffect { .. } | Truncated)
    }
}

/// A scripted fault, the calls that it is for, and how often it is still to happen.
#[derive(Debug)]
pub(crate) struct FaultRule {
    matcher: Matcher,
    fault: Fault,
    /// How many matching calls are let through first.
    pub(crate) skip: u32,
    /// How many times it still happens; `None` means for ever.
    pub(crate) remaining: Option<u32>,
    used: bool,
}

impl FaultRule {
    /// A rule that is used once.
    pub(crate) fn once(matcher: Matcher, fault: Fault) -> Self {
        Self { matcher, fault, skip: 0, remaining: Some(1), used: false }
    }

    fn applies(&mut self, request: &ReceivedRequest) -> bool {
        if self.remaining == Some(0) || !self.matcher.matches(request) {
            return false;
        }
        if self.skip > 0 {
            self.skip -= 1;
            return false;
        }
        self.remaining = self.remaining.map(|times| times - 1);
        self.used = true;
        true
    }

    /// Says so if the rule was not used as often as scripted.
    pub(crate) fn complaint(&self) -> Option<String> {
        let is_unused = self.remaining.map_or(!self.used, |times| times > 0);
        is_unused.then(|| format!("{:?} for {:?}", self.fault, self.matcher))
    }
}

/// The fault for this call, which is thereby used.
pub(crate) fn take_fault(rules: &mut [FaultRule], request: &ReceivedRequest) -> Option<Fault> {
    rules.iter_mut().find_map(|rule| rule.applies(request).then(|| rule.fault.clone()))
}

/// When a hook runs, relative to its call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HookPoint {
    /// The call has arrived and nothing has happened yet.
    BeforeEffect,
    /// The call was carried out, or refused by the service's rules, and its answer is not sent yet.
    AfterEffect,
}

/// An action that waits for a call: a person edits the event while its form is being made, or the clock moves while a
/// service does not answer.
pub(crate) struct Hook<A> {
    pub(crate) matcher: Matcher,
    pub(crate) point: HookPoint,
    pub(crate) action: A,
}

/// Takes out the actions that are due.
pub(crate) fn take_hooks<A>(hooks: &mut Vec<Hook<A>>, request: &ReceivedRequest, point: HookPoint) -> Vec<A> {
    let due = hooks.extract_if(.., |hook| hook.point == point && hook.matcher.matches(request));
    due.map(|hook| hook.action).collect()
}
