//! The part of [`FaultSchedule`] that lets calls through the gate, one at a time: the seed decides their order and what
//! becomes of each.

use chrono::Duration;
use moffman::sweep::SweepReport;
use moffman_simulators::{Call, Cue, Service};
use serde_json::Value;

use crate::fates::{Fate, fate, fate_elsewhere, fate_in_silence};
use crate::gatekeeper::{CompletedCall, Waiting};
use crate::ledger::Breach;
use crate::operations::Running;
use crate::overtake::contender;
use crate::panics;
use crate::schedule::{FaultSchedule, Mood};
use crate::slow::Slow;
use crate::table::{told, writes};
use crate::wire::{Matter, is_elsewhere, matter};

/// Nothing moves any more after this many turns of the runtime without a new call at the gate.
const STILL: u32 = 40;
/// The turns to wait while nobody is at the gate, because a busy machine may be slow to deliver a call.
const STILL_WITH_NOBODY: u32 = 4_000;
/// The turns to wait for the table, which works on a thread of its own.
const STILL_WITHOUT_EFFECT: u32 = 4_000;
/// How long a decision takes: enough to keep changes apart, and too little to make anybody late.
const A_MOMENT: Duration = Duration::milliseconds(1);
/// When so many tasks are at work, no other one begins to overtake them.
const MOST_AT_ONCE: usize = 5;
/// How many tasks may begin in the middle of a round, which might never end otherwise.
const MOST_OVERTAKINGS: u32 = 5;
/// More decisions than any round needs.
const MOST_DECISIONS: u32 = 20_000;

impl FaultSchedule {
    /// Lets calls through the gate until every task has ended. Answers the reports of the sweeps.
    pub(crate) async fn drive(&mut self) -> Vec<Option<SweepReport>> {
        let mut reports = Vec::new();
        self.overtakings_left = MOST_OVERTAKINGS;
        self.slow = None;
        for _ in 0..MOST_DECISIONS {
            self.stand_still(STILL).await;
            if self.gatekeeper.lock().is_empty() {
                self.stand_still(STILL_WITH_NOBODY).await;
            }
            for effect in self.gatekeeper.take_effects() {
                self.took_effect(&effect);
            }
            self.ledger.look_at_forms();
            self.collect(&mut reports).await;
            if self.running.is_empty() {
                // A process that was to crash after its last call does not, because the call never ended.
                self.crashing.clear();
                self.dying.clear();
                return reports;
            }
            self.something_happens();
            self.decide();
            self.company.time.advance(A_MOMENT);
        }
        self.ledger.breach(Breach::Stuck("a round does not end".to_owned()));
        self.running.drain(..).for_each(|running| running.task.abort());
        reports
    }

    /// Takes the results of the tasks that have ended. Crashed processes were removed before, so a task without a
    /// result has panicked.
    async fn collect(&mut self, reports: &mut Vec<Option<SweepReport>>) {
        let ended: Vec<_> = self.running.extract_if(.., |running| running.task.is_finished()).collect();
        for Running { caller, task, .. } in ended {
            let report = task.await.unwrap_or_else(|error| {
                let said = error.try_into_panic().map_or_else(|error| error.to_string(), panics::said);
                self.ledger.breach(Breach::Stuck(format!("{caller} panicked: {said}")));
                None
            });
            reports.push(report);
        }
    }

    /// Waits until every task waits at the gate.
    async fn stand_still(&self, turns: u32) {
        let mut arrivals = self.gatekeeper.arrivals();
        let mut still = 0;
        let is_awaited = |still| self.gatekeeper.is_effect_awaited() && still < STILL_WITHOUT_EFFECT;
        while is_awaited(still) || (still < turns && (turns == STILL || self.gatekeeper.lock().is_empty())) {
            tokio::task::yield_now().await;
            let now = self.gatekeeper.arrivals();
            still = if now == arrivals { still + 1 } else { 0 };
            arrivals = now;
        }
    }

    fn something_happens(&mut self) {
        if !matches!(self.mood, Mood::Faults | Mood::Races) {
            return;
        }
        if self.random.u16(..1000) < 40 {
            self.person_acts();
        }
        if self.slow.is_none() && self.may_overtake() && self.random.u16(..1000) < self.chance_to_overtake() {
            self.overtake();
        }
        if self.random.u16(..1000) < 8 {
            let minutes = self.random.i64(1..200);
            self.tell(format!("the clock jumps by {minutes} minutes"));
            self.time_goes_by(Duration::minutes(minutes));
            if self.random.bool() && self.may_overtake() {
                self.overtakings_left -= 1;
                self.sweep_begins();
            }
        }
        if self.random.u16(..1000) < 5 && self.may_overtake() {
            self.overtakings_left -= 1;
            if let Err(trouble) = self.decisions() {
                self.tell(format!("nobody decides: {trouble}"));
            }
        }
        if self.random.u16(..1000) < 3
            && let Some((name, app)) = self.processes.first_key_value()
        {
            app.stop.want();
            let line = format!("{name} is told to stop");
            self.processes.pop_first();
            self.tell(line);
        }
    }

    fn may_overtake(&self) -> bool {
        self.running.len() < MOST_AT_ONCE && self.overtakings_left > 0
    }

    /// Begins one more sweep. Answers the name of its process.
    pub(crate) fn sweep_begins(&mut self) -> Option<String> {
        let begun = self.begin_sweep(None);
        begun.inspect_err(|trouble| self.tell(format!("the sweep does not begin: {trouble}"))).ok()
    }

    fn decide(&mut self) {
        let gatekeeper = self.gatekeeper.clone();
        let mut waiting = gatekeeper.lock();
        if waiting.is_empty() {
            drop(waiting);
            self.tell("nobody answers; time goes by");
            self.time_goes_by(Duration::seconds(16));
            return;
        }
        let index = self.choose(&waiting);
        let chosen = waiting.swap_remove(index);
        drop(waiting);
        match chosen {
            Waiting::Arrived(call, answer) => {
                if let Some(turn) = self.turn(&call) {
                    // This comes before the turn is given, because the effect may come at once.
                    gatekeeper.await_effect(call.service == Service::DynamoDb && turn.has_effect());
                    // Sending fails if the caller is gone.
                    let _ = answer.send(turn);
                }
            }
            Waiting::Done(call, status, answer) => {
                self.tell(format!("{} was done: {status}", name(&call)));
                let caller = call.caller.unwrap_or_default();
                if self.crashing.remove(&caller) {
                    self.crash(&caller);
                }
                let _ = answer.send(());
                if self.dying.remove(&caller) {
                    self.crash(&caller);
                }
            }
        }
    }

    /// Chooses a call, not one of the slow process if there are others. At times that process still goes first when it
    /// and another one are about to write the same record.
    fn choose(&mut self, waiting: &[Waiting]) -> usize {
        let runs = |caller: &str| self.running.iter().any(|running| running.caller == caller);
        self.slow = self.slow.take().and_then(|slow| slow.goes_on(runs));
        if self.slow.is_none() && self.random.u8(..100) < 2 {
            let caller = waiting[self.random.usize(..waiting.len())].call().caller.clone();
            self.slow = caller.map(|caller| Slow::wait(caller, self.random.u32(..80)));
        }
        let slow = self.slow.as_ref().map(Slow::caller);
        if let Some(contender) = slow.and_then(|slow| contender(waiting, slow)).filter(|_| self.random.u8(..4) == 0) {
            return contender;
        }
        let is_quick = |index: &usize| slow.is_none() || waiting[*index].call().caller.as_deref() != slow;
        let quick: Vec<usize> = (0..waiting.len()).filter(is_quick).collect();
        self.random.choice(quick).unwrap_or_else(|| self.random.usize(..waiting.len()))
    }

    /// Time goes by, more than anybody waits for an answer.
    pub(crate) fn time_goes_by(&mut self, time: Duration) {
        for call in self.gatekeeper.calls() {
            self.ledger.unanswered(&call);
        }
        self.company.time.advance(time);
    }

    /// What the call is told; `None` if its process ends now.
    fn turn(&mut self, call: &Call) -> Option<Cue> {
        let fate = self.fate(call);
        self.tell(format!("{} goes on: {fate:?}", name(call)));
        let fault = if let Fate::Wrong(fault) = &fate { Some(fault) } else { None };
        self.ledger.released(call, fault);
        self.requests.reservations().released(&self.company.world, call);
        let caller = call.caller.clone().unwrap_or_default();
        match fate {
            Fate::Well => return Some(Cue::Go),
            Fate::Wrong(fault) => return Some(Cue::Fail(fault)),
            Fate::CrashBefore => {
                self.crash(&caller);
                return None;
            }
            Fate::CrashAfter => self.crashing.insert(caller),
            Fate::CrashUnread => self.dying.insert(caller),
        };
        Some(Cue::Go)
    }

    fn fate(&mut self, call: &Call) -> Fate {
        match self.mood {
            Mood::Trouble { spared } if self.is_elsewhere(call, spared) => fate_elsewhere(&mut self.random, call),
            Mood::Silence if call.service == Service::Byroapi => fate_in_silence(&mut self.random),
            Mood::Trouble { .. } | Mood::Silence | Mood::Clean => Fate::Well,
            Mood::Races if !self.is_murky(call) && self.random.u8(..8) > 0 => Fate::Well,
            Mood::Faults | Mood::Races => {
                let is_ending = |caller: &String| self.crashing.contains(caller) || self.dying.contains(caller);
                let can_crash = call.caller.as_ref().is_some_and(|caller| !is_ending(caller));
                let is_murky = self.is_murky(call);
                fate(&mut self.random, call, can_crash, is_murky)
            }
        }
    }

    fn is_murky(&self, call: &Call) -> bool {
        self.manner.murky && call.service == Service::Byroapi
    }

    /// Whether a call is about a calendar, and not this one.
    fn is_elsewhere(&self, call: &Call, spared: &str) -> bool {
        match matter(call) {
            Matter::Form(key) => {
                let caller = call.caller.as_deref().unwrap_or_default();
                self.ledger.sent_for(caller, &key).is_some_and(|calendar| calendar != spared)
            }
            _ => is_elsewhere(call, spared),
        }
    }

    fn took_effect(&mut self, effect: &CompletedCall) {
        if !effect.is_success() {
            return;
        }
        self.ledger.took_effect(effect);
        if let Some(slow) = &mut self.slow {
            slow.took_effect(&effect.call);
        }
        let now = self.ledger.tick();
        self.requests.reservations().took_effect(effect, now);
        if let Matter::Approve { event, .. } = matter(&effect.call) {
            let set_out = self.ledger.approval_set_out(effect.caller(), &event);
            self.people.approved(&event, set_out);
        }
    }

    /// The process ends at once, in the middle of what it is doing.
    fn crash(&mut self, caller: &str) {
        self.tell(format!("{caller} crashes"));
        self.ledger.crashed(caller);
        self.processes.remove(caller);
        self.running.retain(|running| {
            if running.caller == caller {
                running.task.abort();
            }
            running.caller != caller
        });
    }
}

fn name(call: &Call) -> String {
    let caller = call.caller.as_deref().unwrap_or("somebody");
    let body = call.body.as_ref().unwrap_or(&Value::Null);
    let item = body["Key"]["sk"]["S"].as_str();
    let subject = call.event.as_deref().or(call.calendar.as_deref()).or(item).unwrap_or_default();
    let what = match matter(call) {
        Matter::Form((person, from, to)) => format!("{person} {from} {to}"),
        _ => writes(call).iter().map(told).collect::<Vec<_>>().join(" "),
    };
    format!("{caller} {} {subject} {what}", call.operation)
}
