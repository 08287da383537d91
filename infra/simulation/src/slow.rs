//! The slow process, whose calls wait at the gate as long as others have any there.

use moffman_simulators::Call;

use crate::table::written;

/// More decisions than an overtaker ever needs.
const MOST_DECISIONS: u32 = 300;

/// The process that is slow at present, and for how long.
#[derive(Debug)]
pub struct Slow {
    caller: String,
    decisions_left: u32,
    behind: Option<Overtaker>,
}

/// A process ahead of the slow one, until it has written this record so many times.
#[derive(Debug)]
struct Overtaker {
    caller: String,
    event: String,
    writes_left: u32,
}

impl Slow {
    /// `caller` is slow for so many decisions.
    pub fn wait(caller: String, decisions: u32) -> Self {
        Self { caller, decisions_left: decisions, behind: None }
    }

    /// `caller` is slow until `overtaker` has written the record of `event` so many times.
    pub fn behind(caller: String, overtaker: String, event: String, writes: u32) -> Self {
        let overtaker = Overtaker { caller: overtaker, event, writes_left: writes };
        Self { caller, decisions_left: MOST_DECISIONS, behind: Some(overtaker) }
    }

    /// The slow process.
    pub fn caller(&self) -> &str {
        &self.caller
    }

    /// A call was carried out.
    pub fn took_effect(&mut self, call: &Call) {
        if let Some(overtaker) = &mut self.behind
            && call.caller.as_ref() == Some(&overtaker.caller)
            && call.operation != "GetItem"
            && written(call).as_ref() == Some(&overtaker.event)
        {
            overtaker.writes_left = overtaker.writes_left.saturating_sub(1);
        }
    }

    /// One more decision is made; answers who is still slow. `runs` tells whether a process is at work.
    pub fn goes_on(self, runs: impl Fn(&str) -> bool) -> Option<Self> {
        let is_ahead = |overtaker: &Overtaker| overtaker.writes_left > 0 && runs(&overtaker.caller);
        let waits = runs(&self.caller) && self.behind.as_ref().is_none_or(is_ahead);
        let decisions_left = self.decisions_left.checked_sub(1).filter(|_| waits)?;
        Some(Self { decisions_left, ..self })
    }
}
