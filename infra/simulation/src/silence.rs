//! The part of [`FaultSchedule`] in which Byroapi does not say for days what becomes of any form, while persons decide
//! about the same form again and again.

use moffman_testbed::Trouble;

use crate::cast::{CALENDARS, PEOPLE};
use crate::operations::PersonDecision;
use crate::people::{Life, NOTHING};
use crate::schedule::{FaultSchedule, LONGER_THAN_ANY_BACKOFF, Mood};

impl FaultSchedule {
    /// Makes sweeps that try again whatever they may, with decisions about one form between them.
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
}
