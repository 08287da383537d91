//! The part of [`World`] that a test reads: the log of calls, the content of the services, and whether all was well.

use super::{calls::Call, faults::FaultRule, handle::World};
use crate::services::byroapi::IssuedForm;
use serde_json::Value;

impl World {
    /// Every call so far.
    pub fn calls(&self) -> Vec<Call> {
        self.lock().calls.clone()
    }

    /// A position in the log, for [`World::calls_since`].
    pub fn mark(&self) -> usize {
        self.lock().calls.len()
    }

    /// The calls that arrived after `mark` was taken.
    pub fn calls_since(&self, mark: usize) -> Vec<Call> {
        self.lock().calls.iter().skip(mark).cloned().collect()
    }

    /// Forgets the calls so far and returns them. No call may be under way meanwhile.
    pub fn take_calls(&self) -> Vec<Call> {
        std::mem::take(&mut self.lock().calls)
    }

    /// How many calls of one operation arrived, however they ended.
    pub fn count(&self, operation: &str) -> usize {
        self.count_since(0, operation)
    }

    /// How many calls of one operation arrived after `mark` was taken.
    pub fn count_since(&self, mark: usize, operation: &str) -> usize {
        self.lock().calls.iter().skip(mark).filter(|call| call.operation == operation).count()
    }

    /// How many requests hang at this moment.
    pub fn hanging(&self) -> usize {
        self.lock().hanging
    }

    /// How many connections were made to the services so far.
    pub fn connections(&self) -> usize {
        self.lock().connections.made()
    }

    /// The forms issued so far, in order.
    pub fn forms(&self) -> Vec<IssuedForm> {
        self.forms_after(0)
    }

    /// The forms issued after the first `count`, in order.
    pub fn forms_after(&self, count: usize) -> Vec<IssuedForm> {
        self.lock().services.byroapi.forms.iter().skip(count).cloned().collect()
    }

    /// The resource of an event, an occurrence or a series as the calendar stores it, also if it is deleted.
    pub fn event(&self, calendar: &str, id: &str) -> Option<Value> {
        self.lock().services.google.calendars.get(calendar).and_then(|calendar| calendar.find(id)).map(Value::Object)
    }

    /// The single events, series and changed occurrences of a calendar that are not deleted, in the order of their ids.
    pub fn events(&self, calendar: &str) -> Vec<Value> {
        let state = self.lock();
        let events =
            state.services.google.calendars.get(calendar).into_iter().flat_map(|calendar| calendar.events.values());
        events.filter(|event| !event.is_cancelled()).map(|event| Value::Object(event.resource.clone())).collect()
    }

    /// The ids in the service account's calendar list, in lower case, in the order of subscription.
    pub fn subscriptions(&self) -> Vec<String> {
        self.lock().services.google.calendars.subscriptions.clone()
    }

    /// The most units of Google Calendar's quota that scheduled work and lists of all processes took in any minute so far.
    pub fn busiest_minute(&self) -> u32 {
        self.lock().quota.busiest()
    }

    /// Requests that the real services would refuse, answers that they would never give, and orders to persons that
    /// cannot be carried out.
    pub fn violations(&self) -> Vec<String> {
        self.lock().chronicle.violations.clone()
    }

    /// Forgets the violations so far and returns them, for a test that expects them.
    pub fn take_violations(&self) -> Vec<String> {
        std::mem::take(&mut self.lock().chronicle.violations)
    }

    /// The scripted faults that did not happen as often as scripted.
    pub fn unused_faults(&self) -> Vec<String> {
        let state = self.lock();
        let mut unused: Vec<String> = state.rules.iter().filter_map(FaultRule::complaint).collect();
        for calendar in state.services.google.calendars.values() {
            if let Some(page) = calendar.expire_on_page {
                unused.push(format!("410 on page {page} of the next token listing of {}", calendar.id));
            }
        }
        unused
    }

    /// The hooks whose calls never came.
    pub fn unused_hooks(&self) -> Vec<String> {
        self.lock().hooks.iter().map(|hook| format!("{:?} {:?}", hook.point, hook.matcher)).collect()
    }

    /// Whether all was well: no violations, no unused faults, no unused hooks, no minute beyond Google's quota.
    ///
    /// # Errors
    /// The text lists everything that was not.
    pub fn finish(&self) -> Result<(), String> {
        let mut left = Vec::new();
        left.extend(self.violations().into_iter().map(|text| format!("violation: {text}")));
        left.extend(self.unused_faults().into_iter().map(|text| format!("unused fault: {text}")));
        left.extend(self.unused_hooks().into_iter().map(|text| format!("unused hook: {text}")));
        left.extend(self.lock().quota.excess());
        if self.lock().chronicle.is_next_simultaneous {
            left.push("no change that was to be dated like the last one".to_owned());
        }
        if left.is_empty() { Ok(()) } else { Err(left.join("\n")) }
    }
}
