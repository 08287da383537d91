//! One schedule: rounds of people, sweeps and requests among faults, then clean sweeps until nothing is open.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use chrono::{Duration, NaiveDate};
use moffman::app::Moffman;
use moffman::sweep::{Order, Scope, SweepReport, sweep};
use moffman_simulators::{Call, Turn};
use tokio::task::JoinHandle;

use crate::bugs::Layer;
use crate::gatekeeper::{Fate, Gate, Gatekeeper, Waiting, fate};
use crate::ledger::{Breach, Ledger};
use crate::people::People;
use crate::requests::Requests;
use crate::stage::{Stage, Trouble};
use crate::verdict;

/// How often the runtime is given a turn without anything new at the gate before all counts as standing still.
const STILL: u32 = 40;
/// More decisions than any round needs.
const MOST_DECISIONS: u32 = 20_000;
/// More clean sweeps than any backlog needs.
const MOST_CLEAN_SWEEPS: u32 = 16;

/// What came of a schedule.
#[derive(Debug)]
pub struct Outcome {
    /// Its seed.
    pub seed: u64,
    /// The promises that were broken.
    pub breaches: Vec<Breach>,
    /// Forms of which nobody can know whether they were written down as issued.
    pub unknown: usize,
    /// What happened, line by line.
    pub story: Vec<String>,
}

/// A sweep or a request on its way.
struct Running {
    caller: String,
    task: JoinHandle<Option<SweepReport>>,
}

struct Schedule {
    random: fastrand::Rng,
    stage: Stage,
    gatekeeper: Arc<Gatekeeper>,
    people: People,
    requests: Requests,
    ledger: Ledger,
    hold: bool,
    running: Vec<Running>,
    /// The processes that end when the call they are in has had its effect.
    crashing: HashSet<String>,
    faults: bool,
    /// Calls with which something goes wrong: their answer says nothing about their effect.
    spoiled: HashSet<String>,
    /// Calls that reached an event while it was deleted.
    too_late: HashSet<String>,
    story: Vec<String>,
    names: u32,
    processes: HashMap<String, Moffman>,
}

/// Plays the schedule of `seed` on the current runtime, which must have one thread.
pub async fn play(seed: u64, layer: Option<&Layer>) -> Result<Outcome, Trouble> {
    let mut random = fastrand::Rng::with_seed(seed);
    let hold = random.bool();
    let stage = Stage::set(seed, hold).await?;
    let gatekeeper = Arc::new(Gatekeeper::default());
    stage.world.direct(Arc::new(Gate(gatekeeper.clone())));
    if let Some(layer) = layer {
        stage.world.tamper(layer.lay());
    }
    let first = NaiveDate::from_ymd_opt(2026, 6, 20).ok_or("a date")?;
    let mut schedule = Schedule {
        random,
        stage,
        gatekeeper,
        people: People::new(first),
        requests: Requests::default(),
        ledger: Ledger::default(),
        hold,
        running: Vec::new(),
        crashing: HashSet::new(),
        faults: true,
        spoiled: HashSet::new(),
        too_late: HashSet::new(),
        story: vec![format!("on_unknown_outcome is {}", if hold { "hold" } else { "resend" })],
        names: 0,
        processes: HashMap::new(),
    };
    for _ in 0..schedule.random.u32(2..6) {
        schedule.round().await?;
    }
    let left = schedule.clean_sweeps().await?;
    verdict::check(&schedule.stage.world, &mut schedule.ledger, &schedule.requests, hold, left);
    let Schedule { ledger, story, hold, .. } = schedule;
    let (breaches, unknown) = ledger.close(hold);
    Ok(Outcome { seed, breaches, unknown, story })
}

impl Schedule {
    /// People do something, sweeps and requests begin, and all of it happens in an order that the seed decides.
    async fn round(&mut self) -> Result<(), Trouble> {
        for _ in 0..self.random.u32(1..5) {
            self.person_acts();
        }
        for _ in 0..self.random.u32(1..3) {
            self.begin_sweep()?;
        }
        for _ in 0..self.random.u32(..3) {
            self.begin_request()?;
        }
        self.drive().await?;
        let minutes = self.random.i64(1..40 * 60);
        self.tell(format!("{minutes} minutes go by"));
        self.stage.time.advance(Duration::minutes(minutes));
        Ok(())
    }

    /// No faults any more: sweeps, a day apart, until nothing is open but what is held. Answers how much that is.
    async fn clean_sweeps(&mut self) -> Result<usize, Trouble> {
        self.faults = false;
        self.tell("the faults are over".to_owned());
        for _ in 0..MOST_CLEAN_SWEEPS {
            self.stage.time.advance(Duration::days(1));
            self.begin_sweep()?;
            let reports = self.drive().await?;
            let Some(report) = reports.into_iter().flatten().next() else { continue };
            if report.open == report.forms.held && report.offices_failed == 0 && report.events_approved == 0 {
                return Ok(report.forms.held);
            }
        }
        self.ledger.breach(Breach::Stuck("work is still open after many clean sweeps".to_owned()));
        Ok(0)
    }

    fn person_acts(&mut self) {
        let deed = self.people.act(&mut self.random, &self.stage.world, &mut self.ledger);
        self.tell(deed);
    }

    /// A process that runs already, or a new one.
    fn process(&mut self) -> Result<(String, Moffman), Trouble> {
        let busy: HashSet<&String> = self.running.iter().map(|running| &running.caller).collect();
        let idle = self.processes.iter().filter(|(name, _)| !busy.contains(name)).min_by_key(|(name, _)| *name);
        if let Some((name, app)) = idle.filter(|_| self.random.u8(..100) < 60) {
            return Ok((name.clone(), app.clone()));
        }
        self.names += 1;
        let name = format!("p{:02}", self.names);
        let app = self.stage.process(&name)?;
        self.processes.insert(name.clone(), app.clone());
        Ok((name, app))
    }

    fn begin_sweep(&mut self) -> Result<(), Trouble> {
        let (caller, app) = self.process()?;
        self.tell(format!("{caller} begins a sweep"));
        self.ledger.sweep_started(&caller);
        let order = Order { scope: Scope::All, dry_run: false, deadline: None };
        let task = tokio::spawn(async move { sweep(&app, &order).await.ok() });
        self.running.push(Running { caller, task });
        Ok(())
    }

    fn begin_request(&mut self) -> Result<(), Trouble> {
        let (caller, app) = self.process()?;
        let (said, work) = self.requests.begin(&mut self.random, app);
        self.tell(format!("{caller}: {said}"));
        let task = tokio::spawn(async move {
            work.await;
            None
        });
        self.running.push(Running { caller, task });
        Ok(())
    }

    /// Lets calls through the gate, one at a time, until everything that runs has ended.
    async fn drive(&mut self) -> Result<Vec<Option<SweepReport>>, Trouble> {
        let mut reports = Vec::new();
        for _ in 0..MOST_DECISIONS {
            self.stand_still().await;
            self.ledger.look_at_forms(&self.stage.world);
            let mut still_running = Vec::new();
            for running in std::mem::take(&mut self.running) {
                if running.task.is_finished() {
                    reports.push(running.task.await.unwrap_or_default());
                } else {
                    still_running.push(running);
                }
            }
            self.running = still_running;
            if self.running.is_empty() {
                return Ok(reports);
            }
            self.decide();
        }
        self.ledger.breach(Breach::Stuck("a round does not end".to_owned()));
        self.running.drain(..).for_each(|running| running.task.abort());
        Ok(reports)
    }

    /// Waits until nothing moves but at the gate.
    async fn stand_still(&self) {
        let mut arrivals = self.gatekeeper.arrivals();
        let mut still = 0;
        while still < STILL {
            tokio::task::yield_now().await;
            let now = self.gatekeeper.arrivals();
            still = if now == arrivals { still + 1 } else { 0 };
            arrivals = now;
        }
    }

    fn decide(&mut self) {
        if self.faults && self.random.u16(..1000) < 40 {
            self.person_acts();
        }
        if self.faults && self.random.u16(..1000) < 8 {
            let minutes = self.random.i64(1..200);
            self.tell(format!("the clock jumps by {minutes} minutes"));
            self.stage.time.advance(Duration::minutes(minutes));
        }
        let gatekeeper = self.gatekeeper.clone();
        let mut waiting = gatekeeper.lock();
        if waiting.is_empty() {
            drop(waiting);
            self.tell("nobody answers; time goes by".to_owned());
            self.stage.time.advance(Duration::seconds(16));
            return;
        }
        let index = self.random.usize(..waiting.len());
        let chosen = waiting.swap_remove(index);
        drop(waiting);
        match chosen {
            Waiting::Arrived(call, answer) => {
                if let Some(turn) = self.turn(&call) {
                    // Failing means that the caller is gone.
                    let _ = answer.send(turn);
                }
            }
            Waiting::Done(call, status, answer) => {
                self.tell(format!("{} answered {status:?}", name(&call)));
                self.took_effect(&call, status);
                if let Some(caller) = call.caller.filter(|caller| self.crashing.remove(caller)) {
                    self.crash(&caller);
                }
                let _ = answer.send(());
            }
        }
    }

    /// What a call is told; `None` when its process ends here.
    fn turn(&mut self, call: &Call) -> Option<Turn> {
        let fate = if self.faults { fate(&mut self.random, call, &self.crashing) } else { Fate::Well };
        self.tell(format!("{} goes on: {fate:?}", name(call)));
        if call.operation == "form" {
            self.ledger.form_released(call);
        }
        if let (Some(calendar), Some(event)) = (&call.calendar, &call.event)
            && self.stage.world.event(calendar, event).is_some_and(|event| event["status"] == "cancelled")
        {
            self.too_late.insert(name(call));
        }
        match fate {
            Fate::Well => Some(Turn::Go),
            Fate::Wrong(fault) => {
                self.spoiled.insert(name(call));
                Some(Turn::Fail(fault))
            }
            Fate::CrashBefore => {
                if let Some(caller) = &call.caller {
                    self.crash(caller);
                }
                None
            }
            Fate::CrashAfter => {
                self.crashing.extend(call.caller.clone());
                Some(Turn::Go)
            }
        }
    }

    fn took_effect(&mut self, call: &Call, status: Option<u16>) {
        let was_deleted = self.too_late.remove(&name(call));
        if self.spoiled.remove(&name(call)) || status != Some(200) {
            return;
        }
        match call.operation.as_str() {
            "events.patch" => self.ledger.patched(&self.stage.world, call, was_deleted),
            "UpdateItem" if expression(call).starts_with("ADD issued") => {
                self.ledger.issued_recorded(call.caller.as_deref());
            }
            _ => {}
        }
    }

    /// The process ends at once: whatever it was doing is cut off.
    fn crash(&mut self, caller: &str) {
        self.tell(format!("{caller} crashes"));
        self.processes.remove(caller);
        self.running.retain(|running| {
            if running.caller == caller {
                running.task.abort();
            }
            running.caller != caller
        });
    }

    fn tell(&mut self, line: String) {
        self.story.push(line);
    }
}

fn expression(call: &Call) -> &str {
    call.body.as_ref().and_then(|body| body["UpdateExpression"].as_str()).unwrap_or_default()
}

fn name(call: &Call) -> String {
    let caller = call.caller.as_deref().unwrap_or("somebody");
    let subject = call.event.as_deref().or(call.calendar.as_deref()).unwrap_or_default();
    let what = expression(call).split_whitespace().take(3).collect::<Vec<_>>().join(" ");
    format!("{caller} {} {subject}{what}", call.operation)
}
