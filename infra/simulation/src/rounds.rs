//! The part of [`FaultSchedule`] that plays rounds: people, sweeps, requests and decisions, and the calm after some
//! rounds.

use chrono::Duration;
use moffman_testbed::Trouble;

use crate::cast::{CALENDARS, PEOPLE};
use crate::ledger::Breach;
use crate::operations::{PersonDecision, begin_decision, begin_reload, begin_request, begin_sweep};
use crate::people::{Life, NOTHING};
use crate::schedule::{FaultSchedule, LONGER_THAN_A_LEASE, LONGER_THAN_ANY_BACKOFF, Mood};
use crate::verdict::{CalendarCheck, check_forms, is_approved, is_in_range};

impl FaultSchedule {
    /// A sweep without faults, so that every calendar has been read once.
    pub(crate) async fn first_sweep(&mut self) -> Result<(), Trouble> {
        self.mood = Mood::Clean;
        self.begin_sweep(None)?;
        let reports = self.drive().await;
        self.note_known(&reports);
        Ok(())
    }

    /// People do something, processes begin their work, and all of it happens in an order that the seed decides.
    pub(crate) async fn round(&mut self) -> Result<(), Trouble> {
        for _ in 0..self.random.u32(1..5) {
            self.person_acts();
        }
        let kind = self.random.u8(..8);
        if self.is_known && kind < 2 {
            self.round_with_a_healthy_office().await?;
        } else if self.is_known && kind == 2 {
            self.days_of_silence().await?;
        } else {
            self.mood = if self.random.bool() { Mood::Faults } else { Mood::Races };
            self.begin_work()?;
            let reports = self.drive().await;
            self.note_known(&reports);
        }
        if self.random.bool() {
            self.calm().await?;
        }
        let minutes = self.random.i64(1..40 * 60);
        self.tell(format!("{minutes} minutes go by"));
        self.company.time.advance(Duration::minutes(minutes));
        Ok(())
    }

    fn begin_work(&mut self) -> Result<(), Trouble> {
        for _ in 0..self.random.u32(1..3) {
            let seconds = (self.random.u8(..4) == 0).then(|| self.random.u64(5..300));
            self.begin_sweep(seconds)?;
            if self.random.u8(..6) == 0 {
                self.tell("the invocation comes twice");
                self.begin_sweep(seconds)?;
            }
        }
        if self.manner.sheet && self.random.u8(..3) == 0 {
            let process = self.process()?;
            self.tell(format!("{} begins to reload the spreadsheet", process.name));
            self.running.push(begin_reload(process));
        }
        for _ in 0..self.random.u32(..3) {
            let server = self.server()?;
            let (said, work) = self.requests.begin(&mut self.random, &server);
            self.tell(format!("{}: {said}", server.name));
            self.running.push(begin_request(server.name, work));
        }
        if self.random.bool() {
            self.decisions()?;
        }
        Ok(())
    }

    /// A person decides about a form. At times another person decides about it at the same time, perhaps in another
    /// way.
    pub(crate) fn decisions(&mut self) -> Result<(), Trouble> {
        let number = self.random.usize(..12);
        let mut decision = PersonDecision::draw(&mut self.random);
        let persons = if self.random.u8(..3) == 0 { 2 } else { 1 };
        for _ in 0..persons {
            self.decides(decision, number)?;
            if self.random.bool() {
                decision = PersonDecision::draw(&mut self.random);
            }
        }
        Ok(())
    }

    /// A person decides about a form, chosen by a number.
    pub(crate) fn decides(&mut self, decision: PersonDecision, number: usize) -> Result<(), Trouble> {
        let server = self.server()?;
        self.tell(format!("{}: a person decides about form {number}: {decision:?}", server.name));
        self.running.push(begin_decision(server, decision, number));
        Ok(())
    }

    /// Begins a sweep. Answers the name of its process.
    pub(crate) fn begin_sweep(&mut self, seconds: Option<u64>) -> Result<String, Trouble> {
        let process = self.process()?;
        let caller = process.name.clone();
        self.tell(format!("{caller} begins a sweep; seconds left: {seconds:?}"));
        self.ledger.sweep_began(&caller);
        self.running.push(begin_sweep(process, seconds));
        Ok(caller)
    }

    /// Makes one sweep with trouble in all calendars but one, in which a new event must be approved all the same.
    async fn round_with_a_healthy_office(&mut self) -> Result<(), Trouble> {
        let spared = if self.manner.sheet { CALENDARS[0] } else { CALENDARS[self.random.usize(..CALENDARS.len())] };
        let Self { random, company, ledger, people, .. } = self;
        let said = people.add(spared, PEOPLE[0].0, &mut Life { random, world: &company.world, ledger });
        self.tell(said);
        let new = self.people.made.last().map(|made| made.id.clone()).unwrap_or_default();
        let event = self.company.world.event(spared, &new).unwrap_or_default();
        let was_in_range = is_in_range(&event, &self.manner, self.company.world.now());
        if self.random.u8(..3) == 0 {
            self.tell(format!("Google has forgotten how far {spared} was read"));
            self.company.world.expire_sync_tokens(spared);
            self.ledger.history.lost_track(spared);
        }
        self.mood = Mood::Trouble { spared };
        self.begin_sweep(None)?;
        self.drive().await;
        let event = self.company.world.event(spared, &new).unwrap_or_default();
        let is_in_range = is_in_range(&event, &self.manner, self.company.world.now());
        if was_in_range && is_in_range && !is_approved(&event) {
            let text =
                format!("{new} was not approved in the sweep that listed it, though its office was well: {event}");
            self.ledger.breach(Breach::Stuck(text));
        }
        Ok(())
    }

    /// Makes sweeps while Byroapi does not say for days what becomes of any form, and persons decide about the same form
    /// again and again.
    pub(crate) async fn days_of_silence(&mut self) -> Result<(), Trouble> {
        self.mood = Mood::Silence;
        let Self { random, company, ledger, people, .. } = self;
        let calendar = CALENDARS[random.usize(..CALENDARS.len())];
        let said = people.add(calendar, PEOPLE[0].0, &mut Life { random, world: &company.world, ledger });
        self.tell(format!("Byroapi does not say any more what becomes of forms, and {said}"));
        let number = self.random.usize(..2);
        for _ in 0..self.random.u32(3..7) {
            if self.random.u8(..3) > 0 {
                self.decide_and_ask_again(number).await?;
            }
            self.company.time.advance(LONGER_THAN_ANY_BACKOFF);
            self.begin_sweep(None)?;
            let reports = self.drive().await;
            self.note_known(&reports);
        }
        Ok(())
    }

    /// A person decides about a form. If nobody wanted it, at times an event asks for it anew.
    async fn decide_and_ask_again(&mut self, number: usize) -> Result<(), Trouble> {
        let decision = if self.random.bool() { PersonDecision::Resend } else { PersonDecision::draw(&mut self.random) };
        self.decides(decision, number)?;
        self.drive().await;
        if decision == PersonDecision::NotWanted && self.random.bool() {
            self.company.time.advance(LONGER_THAN_ANY_BACKOFF);
            let Self { random, company, ledger, people, .. } = self;
            let said = people.ask_again(&mut Life { random, world: &company.world, ledger });
            self.tell(said.as_deref().unwrap_or(NOTHING));
        }
        Ok(())
    }

    /// Makes two sweeps without faults, and then checks that all that was listed before is done. A later listing of the
    /// whole window would hide what was lost.
    async fn calm(&mut self) -> Result<(), Trouble> {
        self.mood = Mood::Clean;
        self.tell("all is well for a while");
        let mut reports = Vec::new();
        for pause in [LONGER_THAN_A_LEASE, LONGER_THAN_ANY_BACKOFF] {
            self.company.time.advance(pause);
            self.begin_sweep(None)?;
            reports = self.drive().await;
            self.note_known(&reports);
        }
        // Whether sweeps go well again is checked at the end of the schedule.
        if !reports.iter().flatten().any(|report| report.offices_failed == 0) {
            return Ok(());
        }
        let Self { company, ledger, people, manner, .. } = self;
        CalendarCheck { world: &company.world, ledger, people, manner, is_all_listed: false }.pass();
        check_forms(manner, false, ledger);
        Ok(())
    }
}
