//! Faults that a test scripts: which call, what goes wrong, how often.
//!
//! A rule is used once unless it says otherwise; the first rule that matches and has uses left decides.

use crate::{World, services::google::calendars::folded, wire::exchange::ReceivedRequest};

/// Chooses calls by operation, calendar and content.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Matcher {
    operation: String,
    calendar: Option<String>,
    contains: Option<String>,
}

impl Matcher {
    /// Calls of one operation (see [`crate::Call::operation`]). `events.*` and `*` match by prefix.
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
            && (self.calendar.is_none() || self.calendar == request.calendar())
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
    /// An error in the service's own format; nothing happens. For Byroapi the reason is the reason phrase.
    Status {
        /// The HTTP status.
        code: u16,
        /// Google's `reason`, such as `rateLimitExceeded`, `userRateLimitExceeded`, `quotaExceeded`, `backendError`.
        reason: String,
        /// Seconds for the `Retry-After` header.
        retry_after: Option<u64>,
    },
    /// As `Status`, but the call had its effect: a form counts as issued, an event is changed.
    StatusAfterEffect {
        /// The HTTP status, which may be one of success, such as 201 or 204.
        code: u16,
        /// As in `Status`.
        reason: String,
    },
    /// The connection is closed before anything happens.
    DropBeforeEffect,
    /// The call has its effect, then the connection is closed without an answer.
    DropAfterEffect,
    /// A proxy's HTML page with this status; nothing happens.
    Html(u16),
    /// The call has its effect; half of the JSON answer is sent, with the content length of that half.
    Truncated,
    /// The call has its effect; 200 and no body.
    Empty,
    /// 500 with bytes that are no text; nothing happens.
    Garbage500,
    /// The bearer token is refused; nothing happens.
    Unauthorized401,
    /// The call is carried out twice, as when a client that lost the answer sends it again; the second answer is sent. A
    /// transaction of DynamoDB is not recognised by its token any more.
    Repeated,
    /// No effect and never an answer.
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
}

/// A scripted fault and how often it is still to happen.
#[derive(Debug)]
pub(crate) struct FaultRule {
    matcher: Matcher,
    fault: Fault,
    skip: u32,
    /// `None`: every time.
    remaining: Option<u32>,
    used: bool,
}

impl FaultRule {
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

    fn is_unused(&self) -> bool {
        self.remaining.map_or(!self.used, |times| times > 0)
    }
}

/// The fault for this call, used up by the asking.
pub(crate) fn take(rules: &mut [FaultRule], request: &ReceivedRequest) -> Option<Fault> {
    rules.iter_mut().find_map(|rule| rule.applies(request).then(|| rule.fault.clone()))
}

/// A fault that was just scripted; the methods say how often it happens.
pub struct Scripted<'a> {
    world: &'a World,
    index: usize,
}

impl Scripted<'_> {
    /// It happens to the next `times` calls that match.
    #[expect(
        clippy::return_self_not_must_use,
        reason = "the handle is only for chaining; the rule is in place already"
    )]
    pub fn times(self, times: u32) -> Self {
        self.change(|rule| rule.remaining = Some(times))
    }

    /// It happens to every call that matches.
    #[expect(
        clippy::return_self_not_must_use,
        reason = "the handle is only for chaining; the rule is in place already"
    )]
    pub fn always(self) -> Self {
        self.change(|rule| rule.remaining = None)
    }

    /// The first `calls` that match are left alone.
    #[expect(
        clippy::return_self_not_must_use,
        reason = "the handle is only for chaining; the rule is in place already"
    )]
    pub fn after(self, calls: u32) -> Self {
        self.change(|rule| rule.skip = calls)
    }

    fn change(self, change: impl FnOnce(&mut FaultRule)) -> Self {
        if let Some(rule) = self.world.lock().rules.get_mut(self.index) {
            change(rule);
        }
        self
    }
}

impl World {
    /// Scripts a fault for the next call that matches.
    pub fn fail(&self, matcher: impl Into<Matcher>, fault: Fault) -> Scripted<'_> {
        let mut state = self.lock();
        state.rules.push(FaultRule { matcher: matcher.into(), fault, skip: 0, remaining: Some(1), used: false });
        Scripted { world: self, index: state.rules.len() - 1 }
    }

    /// From now on no scripted fault happens any more; unused ones no longer count.
    pub fn heal(&self) {
        for rule in &mut self.lock().rules {
            rule.remaining = Some(0);
        }
    }

    /// The faults that were scripted and did not happen, or not as often as scripted.
    pub fn unused_faults(&self) -> Vec<String> {
        let state = self.lock();
        let rules = state.rules.iter().filter(|rule| rule.is_unused());
        let mut unused: Vec<String> = rules.map(|rule| format!("{:?} for {:?}", rule.fault, rule.matcher)).collect();
        for calendar in state.calendars.values() {
            if let Some(page) = calendar.expire_on_page {
                unused.push(format!("410 on page {page} of the next token listing of {}", calendar.id));
            }
        }
        unused
    }
}
