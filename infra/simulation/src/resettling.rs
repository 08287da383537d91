//! The part of [`People`] that gives days another id or another calendar, without meaning to ask for a second form.

use moffman_simulators::Split;

use crate::history::HandmadeEvent;
use crate::people::{Life, People};
use crate::wire::{days, is_there};

impl People {
    /// A person moves an event, or its whole series, to another calendar, where it keeps its id.
    pub(crate) fn move_to_calendar(&mut self, index: usize, life: &mut Life) -> Option<String> {
        let calendar = life.calendar();
        let HandmadeEvent { calendar: from, id, person, series, .. } = self.made.get(index)?.clone();
        let moved = series.as_ref().map_or(&id, |(series, _)| series);
        life.world.event(from, moved).filter(|event| from != calendar && is_there(event))?;
        life.world.person_moves_to_calendar(from, moved, calendar);
        let is_moved =
            |made: &&mut HandmadeEvent| made.id == *moved || made.series.as_ref().is_some_and(|(of, _)| of == moved);
        for made in self.made.iter_mut().filter(is_moved) {
            made.calendar = calendar;
            life.ledger.days_given(made);
        }
        Some(format!("{person} moves {moved} from {from} to {calendar}"))
    }

    /// A person deletes a single event and enters it anew.
    pub(crate) fn enter_again(&mut self, index: usize, life: &mut Life) -> Option<String> {
        let made = self.made.get_mut(index).filter(|made| !made.deleted && made.series.is_none())?;
        made.deleted = true;
        let HandmadeEvent { calendar, id, person, days, .. } = made.clone();
        let again = life.world.person_enters_again(calendar, &id);
        life.ledger.deleted(&id, true);
        let said = format!("{person} deletes {id} and enters it again as {again}");
        self.note(HandmadeEvent::new(calendar, again, person, days), life);
        Some(said)
    }

    /// A person changes "this and following" days of a series, which come back under other ids.
    pub(crate) fn split_series(&mut self, life: &mut Life) -> Option<String> {
        let is_later =
            |made: &&HandmadeEvent| made.series.as_ref().is_some_and(|(series, day)| self.is_day_before(series, *day));
        let later: Vec<HandmadeEvent> = self.made.iter().filter(is_later).cloned().collect();
        let HandmadeEvent { calendar, person, series, .. } = life.random.choice(later)?;
        let (series, from) = series?;
        life.world.event(calendar, &series).filter(is_there)?;
        let split = Split { range_in_ids: life.random.bool(), keeps_properties: life.random.bool() };
        let rest = life.world.person_splits_series(calendar, (&series, from), split);
        for made in &mut self.made {
            let Some((of, day)) = made.series.as_mut().filter(|(of, day)| *of == series && *day >= from) else {
                continue;
            };
            rest.clone_into(of);
            let id = format!("{rest}_{}", day.format("%Y%m%d"));
            life.ledger.deleted(&made.id, true);
            made.id = id;
            let event = life.world.event(calendar, &made.id).unwrap_or_default();
            (made.days, made.deleted) = (days(&event), !is_there(&event));
            life.ledger.days_given(made);
            if made.deleted {
                life.ledger.deleted(&made.id, true);
            }
        }
        Some(format!("{person} splits {series} in {calendar} at {from}: {rest}, {split:?}"))
    }

    /// Whether the series has a day before this one, because otherwise there is nothing to split.
    fn is_day_before(&self, series: &str, day: chrono::NaiveDate) -> bool {
        let is_before =
            |made: &HandmadeEvent| made.series.as_ref().is_some_and(|(of, planned)| of == series && *planned < day);
        self.made.iter().any(is_before)
    }
}
