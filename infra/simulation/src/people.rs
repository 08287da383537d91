//! What people do to the calendars in a schedule: add, move, move back, rename, copy, delete and restore days.

use std::collections::HashSet;

use chrono::{Days, NaiveDate};
use moffman_simulators::{NewEvent, World};

use crate::ledger::{FormKey, Ledger, key};
use crate::stage::{CALENDARS, PEOPLE};

/// An event that a person made.
#[derive(Clone, Debug)]
struct Made {
    calendar: &'static str,
    id: String,
    person: &'static str,
    days: String,
    earlier: Option<String>,
    deleted: bool,
}

/// The people and what they have made. No two living events of one person ever have the same days, so that a form,
/// which names no event, belongs to one.
#[derive(Debug)]
pub struct People {
    made: Vec<Made>,
    taken: HashSet<(&'static str, String)>,
    next_day: NaiveDate,
}

impl People {
    /// Nobody has done anything yet; days begin at `first`.
    pub fn new(first: NaiveDate) -> Self {
        Self { made: Vec::new(), taken: HashSet::new(), next_day: first }
    }

    /// Somebody does something. Answers what, for the story.
    pub fn act(&mut self, random: &mut fastrand::Rng, world: &World, ledger: &mut Ledger) -> String {
        let chosen = (!self.made.is_empty()).then(|| random.usize(..self.made.len()));
        match (random.u8(..100), chosen) {
            (..=39, _) | (_, None) => self.add(random, world, ledger),
            (40..=59, Some(index)) => self.move_event(index, random, world, ledger),
            (60..=69, Some(index)) => self.rename(index, random, world),
            (70..=81, Some(index)) => self.copy(index, random, world, ledger),
            (_, Some(index)) => self.delete_or_restore(index, world, ledger),
        }
    }

    fn add(&mut self, random: &mut fastrand::Rng, world: &World, ledger: &mut Ledger) -> String {
        let calendar = CALENDARS[random.usize(..CALENDARS.len())];
        let (person, _) = PEOPLE[random.usize(..PEOPLE.len())];
        let (start, end) = self.fresh_days(random);
        let id = world.person_adds(calendar, person, NewEvent::new(start, end));
        let days = format!("{start}/{end}");
        self.note(ledger, &id, person, &days);
        self.made.push(Made { calendar, id: id.clone(), person, days: days.clone(), earlier: None, deleted: false });
        format!("{person} adds {id} in {calendar} for {days}")
    }

    fn move_event(&mut self, index: usize, random: &mut fastrand::Rng, world: &World, ledger: &mut Ledger) -> String {
        let fresh = self.fresh_days(random);
        let Some(made) = self.made.get_mut(index).filter(|made| !made.deleted) else {
            return "nobody does anything".to_owned();
        };
        let back = made.earlier.clone().filter(|_| random.u8(..100) < 40);
        let days = back.unwrap_or_else(|| format!("{}/{}", fresh.0, fresh.1));
        let Some((start, end)) = days.split_once('/') else {
            return "nobody does anything".to_owned();
        };
        world.person_moves(made.calendar, &made.id, start, end);
        made.earlier = Some(std::mem::replace(&mut made.days, days.clone()));
        let Made { id, person, .. } = made.clone();
        self.note(ledger, &id, person, &days);
        format!("{person} moves {id} to {days}")
    }

    fn rename(&mut self, index: usize, random: &mut fastrand::Rng, world: &World) -> String {
        match self.made.get(index).filter(|made| !made.deleted) {
            Some(made) => {
                world.person_renames(made.calendar, &made.id, &format!("title {}", random.u16(..)));
                format!("{} renames {}", made.person, made.id)
            }
            None => "nobody does anything".to_owned(),
        }
    }

    fn copy(&mut self, index: usize, random: &mut fastrand::Rng, world: &World, ledger: &mut Ledger) -> String {
        let Some(original) = self.made.get(index).filter(|made| !made.deleted).cloned() else {
            return "nobody does anything".to_owned();
        };
        let (person, _) = PEOPLE[random.usize(..PEOPLE.len())];
        if self.taken.contains(&(person, original.days.clone())) {
            return "nobody does anything".to_owned();
        }
        let calendar = CALENDARS[random.usize(..CALENDARS.len())];
        let id = world.person_copies(original.calendar, &original.id, person, calendar);
        self.note(ledger, &id, person, &original.days);
        self.made.push(Made { calendar, id: id.clone(), person, earlier: None, ..original.clone() });
        format!("{person} copies {} to {id} in {calendar}", original.id)
    }

    fn delete_or_restore(&mut self, index: usize, world: &World, ledger: &mut Ledger) -> String {
        let Some(made) = self.made.get_mut(index) else {
            return "nobody does anything".to_owned();
        };
        made.deleted = !made.deleted;
        ledger.deleted(&made.id, made.deleted);
        if made.deleted {
            world.person_deletes(made.calendar, &made.id);
            format!("{} deletes {}", made.person, made.id)
        } else {
            world.person_restores(made.calendar, &made.id);
            format!("{} restores {}", made.person, made.id)
        }
    }

    fn note(&mut self, ledger: &mut Ledger, id: &str, person: &'static str, days: &str) {
        self.taken.insert((person, days.to_owned()));
        let form: Option<FormKey> = key(person, days);
        if let Some(form) = form {
            ledger.days_given(id, form);
        }
    }

    /// Days that nobody has had yet.
    fn fresh_days(&mut self, random: &mut fastrand::Rng) -> (NaiveDate, NaiveDate) {
        let start = self.next_day;
        self.next_day = start.checked_add_days(Days::new(1)).unwrap_or(start);
        let end = start.checked_add_days(Days::new(random.u64(1..4))).unwrap_or(start);
        (start, end)
    }
}
