//! The part of [`World`] in which a test says what goes wrong, and what happens meanwhile.

use super::director::Director;
use super::faults::{Fault, FaultRule, Hook, HookPoint, Matcher};
use super::handle::World;
use super::tamper::Tamper;
use std::sync::Arc;

/// A fault that was just scripted; its methods say how often it happens.
pub struct Scripted<'a> {
    world: &'a World,
    index: usize,
}

#[expect(clippy::return_self_not_must_use, reason = "the handle is only for chaining; the rule is in place already")]
impl Scripted<'_> {
    /// It happens to the next `times` calls that match.
    pub fn times(self, times: u32) -> Self {
        self.change(|rule| rule.remaining = Some(times))
    }

    /// It happens to every call that matches.
    pub fn always(self) -> Self {
        self.change(|rule| rule.remaining = None)
    }

    /// The first `calls` that match are let through.
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
        state.rules.push(FaultRule::once(matcher.into(), fault));
        Scripted { world: self, index: state.rules.len() - 1 }
    }

    /// From now on no scripted fault happens, and unused ones no longer count.
    pub fn heal(&self) {
        for rule in &mut self.lock().rules {
            rule.remaining = Some(0);
        }
    }

    /// Runs `action` once, when the next matching call is at this point. The world is not locked meanwhile, so the
    /// action may do everything that a test may do.
    pub fn when(&self, matcher: impl Into<Matcher>, point: HookPoint, action: impl FnOnce(&World) + Send + 'static) {
        self.lock().hooks.push(Hook { matcher: matcher.into(), point, action: Box::new(action) });
    }

    /// Calls `react` whenever a request starts to hang; typically it moves the clock of the code under test.
    pub fn when_hanging(&self, react: impl Fn(&World) + Send + Sync + 'static) {
        self.lock().on_hang = Some(Arc::new(react));
    }

    /// From now on, `director` decides about every call.
    pub fn direct(&self, director: Arc<dyn Director>) {
        self.lock().director = Some(director);
    }

    /// From now on nobody decides, and calls go on at once.
    pub fn undirect(&self) {
        self.lock().director = None;
    }

    /// From now on, `layer` changes all requests and answers.
    pub fn tamper(&self, layer: Arc<dyn Tamper>) {
        self.lock().layer = Some(layer);
    }

    /// The services close all idle connections at once, and the others after their answers. As with real services, a
    /// client may learn of it only when it next uses the connection.
    pub fn close_connections(&self) {
        self.lock().connections.close();
    }
}
