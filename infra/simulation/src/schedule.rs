//! The part of [`FaultSchedule`] that leads through one schedule: rounds of people, sweeps and requests among faults,
//! some with a calm after them, then clean sweeps until nothing is open.

use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;

use chrono::{Duration, NaiveDate};
use moffman::app::Moffman;
use moffman::sweep::SweepReport;
use moffman_testbed::Trouble;

use crate::bugs::Layer;
use crate::company::{Company, OpenWork};
use crate::gatekeeper::{Gate, Gatekeeper};
use crate::ledger::{Breach, Ledger};
use crate::manner::Manner;
use crate::operations::{NamedProcess, Running, begin_reload, begin_request};
use crate::people::{Life, NOTHING, People};
use crate::requests::{RESERVATIONS, Requests};
use crate::sheet;
use crate::slow::Slow;
use crate::verdict::{CalendarCheck, check_calls, check_forms, check_records, check_reservations, rests};

/// More clean sweeps than are ever needed.
const MOST_CLEAN_SWEEPS: u32 = 16;
/// After this time every lease has ended, because a lease is the form's timeout and a minute.
pub const LONGER_THAN_A_LEASE: Duration = Duration::minutes(2);
/// Longer than any wait before a form is tried again.
pub const LONGER_THAN_ANY_BACKOFF: Duration = Duration::hours(7);

/// What came of a schedule.
#[derive(Debug)]
pub struct ScheduleOutcome {
    /// Its seed.
    pub seed: u64,
    /// The promises that were broken.
    pub breaches: Vec<Breach>,
    /// How many forms may have been issued although nobody can know it.
    pub unknown: usize,
    /// What happened, line by line.
    pub story: Vec<String>,
}

/// A schedule under way.
pub struct FaultSchedule {
    pub(crate) random: fastrand::Rng,
    pub(crate) company: Company,
    pub(crate) manner: Manner,
    pub(crate) gatekeeper: Arc<Gatekeeper>,
    pub(crate) people: People,
    pub(crate) requests: Requests,
    pub(crate) ledger: Ledger,
    pub(crate) running: Vec<Running>,
    /// The running processes by name, in a fixed order so that a seed always chooses the same one.
    pub(crate) processes: BTreeMap<String, Moffman>,
    /// The processes that end before the answer to their call leaves.
    pub(crate) crashing: HashSet<String>,
    /// The processes that end when the answer to their call leaves.
    pub(crate) dying: HashSet<String>,
    /// The process whose calls wait as long as others have any.
    pub(crate) slow: Option<Slow>,
    /// How many more tasks may begin in this round to overtake others.
    pub(crate) overtakings_left: u32,
    pub(crate) mood: Mood,
    /// Whether some sweep has known the offices and the people.
    pub(crate) is_known: bool,
    seed: u64,
    story: Vec<String>,
    names: u32,
}

/// What may go wrong at present.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mood {
    /// Anything may go wrong.
    Faults,
    /// Anything may go wrong, but seldom, so that processes live long enough to get into each other's way.
    Races,
    /// Calls about all calendars but this one fail; nothing else does.
    Trouble { spared: &'static str },
    /// Byroapi does not say what becomes of forms; nothing else goes wrong.
    Silence,
    /// Nothing goes wrong.
    Clean,
}

/// Plays the schedule of `seed` on the current runtime, which must have one thread.
pub async fn play(seed: u64, layer: Option<&Layer>) -> Result<ScheduleOutcome, Trouble> {
    let mut random = fastrand::Rng::with_seed(seed);
    let manner = Manner::draw(&mut random);
    let company = Company::found(seed, &manner).await?;
    if let Some(layer) = layer {
        company.world.tamper(layer.lay());
    }
    let ledger = Ledger::new(company.world.clone(), manner.hold);
    let first = NaiveDate::from_ymd_opt(2026, 6, 20).ok_or("a date")?;
    let mut schedule = FaultSchedule {
        random,
        company,
        manner,
        gatekeeper: Arc::new(Gatekeeper::default()),
        people: People::new(first),
        requests: Requests::default(),
        ledger,
        running: Vec::new(),
        processes: BTreeMap::new(),
        crashing: HashSet::new(),
        dying: HashSet::new(),
        slow: None,
        overtakings_left: 0,
        mood: Mood::Faults,
        is_known: !manner.sheet,
        seed,
        story: vec![format!("{manner:?}")],
        names: 0,
    };
    schedule.guard();
    if schedule.random.bool() {
        schedule.first_sweep().await?;
    }
    for _ in 0..schedule.random.u32(2..5) {
        schedule.round().await?;
    }
    let last = schedule.clean_sweeps().await?;
    schedule.last_requests().await?;
    schedule.judge(last).await
}

impl FaultSchedule {
    /// Makes all calls wait at the gate from now on.
    fn guard(&self) {
        let gate = Gate { gatekeeper: self.gatekeeper.clone(), world: self.company.world.clone() };
        self.company.world.direct(Arc::new(gate));
    }

    /// The work that is open in the table, read past the gate.
    async fn open_work(&self) -> Result<Vec<OpenWork>, Trouble> {
        self.company.world.undirect();
        let open = self.company.open_work().await;
        self.guard();
        open
    }

    /// Notes whether one of these sweeps knew the offices and the people.
    pub(crate) fn note_known(&mut self, reports: &[Option<SweepReport>]) {
        self.is_known |= reports.iter().flatten().any(|report| report.offices_swept > 0);
    }

    /// Makes sweeps without faults, a day apart, until only work for a person is open. Answers the last report.
    async fn clean_sweeps(&mut self) -> Result<SweepReport, Trouble> {
        self.mood = Mood::Clean;
        self.tell("the faults are over");
        sheet::mend(&self.company.world);
        for _ in 0..MOST_CLEAN_SWEEPS {
            self.company.time.advance(Duration::days(1));
            if self.manner.sheet {
                let process = self.process()?;
                self.running.push(begin_reload(process));
                self.drive().await;
            }
            self.begin_sweep(None)?;
            let reports = self.drive().await;
            let Some(report) = reports.into_iter().flatten().next() else { continue };
            let is_over = report.offices_failed == 0 && report.events_approved == 0;
            if is_over && self.open_work().await?.iter().all(|open| rests(open, &self.ledger)) {
                return Ok(report);
            }
        }
        self.ledger.breach(Breach::Stuck("work is still open after many clean sweeps".to_owned()));
        Ok(SweepReport::default())
    }

    /// Repeats the last request for each reservation, because only this shows one that can never succeed again. The
    /// calendars are checked before, so that these requests cannot mend anything.
    async fn last_requests(&mut self) -> Result<(), Trouble> {
        check_reservations(&self.company.world, &self.requests, &mut self.ledger);
        for number in 0..RESERVATIONS {
            let process = self.process()?;
            let (said, work) = self.requests.begin_last(number, &process);
            self.tell(format!("{}: {said}", process.name));
            self.running.push(begin_request(process.name, work));
            self.drive().await;
        }
        Ok(())
    }

    async fn judge(mut self, last: SweepReport) -> Result<ScheduleOutcome, Trouble> {
        let open = self.open_work().await?;
        let Self { company, ledger, people, requests, manner, .. } = &mut self;
        check_records(&open, &last, ledger);
        check_forms(manner, true, ledger);
        CalendarCheck { world: &company.world, ledger, people, manner, is_all_listed: true }.pass();
        check_reservations(&company.world, requests, ledger);
        check_calls(&company.world, ledger);
        let (breaches, unknown) = self.ledger.close();
        Ok(ScheduleOutcome { seed: self.seed, breaches, unknown, story: self.story })
    }

    /// Somebody does something to an event, to a reservation or to the spreadsheet.
    pub(crate) fn person_acts(&mut self) {
        let Self { random, company, ledger, people, requests, manner, .. } = self;
        let world = &company.world;
        let said = match random.u8(..100) {
            ..=7 if manner.sheet => Some(sheet::act(random, world)),
            8..=13 => requests.person_acts(&mut Life { random, world, ledger }),
            14..=16 => {
                requests.to_copy(random, world).map(|event| people.copy(event, &mut Life { random, world, ledger }))
            }
            _ => people.act(&mut Life { random, world, ledger }),
        };
        self.tell(said.as_deref().unwrap_or(NOTHING));
    }

    pub(crate) fn tell(&mut self, line: impl Into<String>) {
        self.story.push(line.into());
    }

    /// A process for a request. At times it is in the middle of a sweep, as a server on one machine may be.
    pub(crate) fn server(&mut self) -> Result<NamedProcess, Trouble> {
        let is_alone = |running: &&Running| {
            running.is_sweep && self.running.iter().filter(|other| other.caller == running.caller).count() == 1
        };
        let sweeping = self.running.iter().filter(is_alone);
        let servers: Vec<_> = sweeping.filter_map(|sweep| self.processes.get_key_value(&sweep.caller)).collect();
        match self.random.choice(servers).filter(|_| self.random.u8(..4) == 0) {
            Some((name, app)) => Ok(NamedProcess { name: name.clone(), app: app.clone() }),
            None => self.process(),
        }
    }

    /// A process that runs already and has nothing to do, or a new one.
    pub(crate) fn process(&mut self) -> Result<NamedProcess, Trouble> {
        let busy: HashSet<&String> = self.running.iter().map(|running| &running.caller).collect();
        let idle = self.processes.iter().find(|(name, _)| !busy.contains(name));
        if let Some((name, app)) = idle.filter(|_| self.random.u8(..100) < 60) {
            return Ok(NamedProcess { name: name.clone(), app: app.clone() });
        }
        self.names += 1;
        let name = format!("p{:02}", self.names);
        let app = self.company.process(&name)?;
        self.processes.insert(name.clone(), app.clone());
        Ok(NamedProcess { name, app })
    }
}
