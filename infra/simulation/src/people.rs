//! What people do to the calendars in a schedule: add, move, move back, rename, copy, delete and restore days.

use std::collections::HashSet;

use chrono::{Days, NaiveDate};
use moffman_simulators::{NewEvent, Recurrence, When, World};
use serde_json::Value;

use crate::ledger::Ledger;
use crate::stage::{CALENDARS, GUEST, PEOPLE};

/// An event that a manual user made, or a day of a series of theirs.
#[derive(Clone, Debug)]
pub struct Made {
    pub calendar: &'static str,
    pub id: String,
    pub person: &'static str,
    /// As its marks would write them.
    pub days: String,
    pub deleted: bool,
    /// When a person gave it a title, if it was not approved since.
    pub renamed: Option<u64>,
    earlier: Vec<String>,
}

/// The people and what they have made. No two living events of one person ever have the same days, so that a form,
/// which names no event, belongs to one.
#[derive(Debug)]
pub struct People {
    /// What manual users made.
    pub made: Vec<Made>,
    /// What somebody else made: the calendar and the event as it was then.
    pub guests: Vec<(&'static str, Value)>,
    taken: HashSet<(&'static str, String)>,
    next_day: NaiveDate,
}

/// How many events people change more often than others.
const FAVOURITES: usize = 2;
/// Out of a narrow range, and in a wide one.
const FAR_AHEAD: Days = Days::new(180);
const NOTHING: &str = "nobody does anything";

impl People {
    /// Nobody has done anything yet; days begin at `first`.
    pub fn new(first: NaiveDate) -> Self {
        Self { made: Vec::new(), guests: Vec::new(), taken: HashSet::new(), next_day: first }
    }

    /// Somebody does something. Answers what, for the story.
    pub fn act(&mut self, random: &mut fastrand::Rng, world: &World, ledger: &mut Ledger) -> String {
        let chosen = self.choose(random);
        match (random.u8(..100), chosen) {
            (..=31, _) | (_, None) => {
                let calendar = CALENDARS[random.usize(..CALENDARS.len())];
                let (person, _) = PEOPLE[random.usize(..PEOPLE.len())];
                self.add(calendar, person, random, world, ledger)
            }
            (32..=36, _) => self.add_series(random, world, ledger),
            (37..=39, _) => self.add_as_guest(random, world),
            (40..=59, Some(index)) => {
                let is_far = is_far(random);
                self.move_event(index, is_far, random, world, ledger)
            }
            (60..=69, Some(index)) => self.rename(index, random, world, ledger),
            (70..=81, Some(index)) => self.copy_own(index, random, world, ledger),
            (_, Some(index)) => self.delete_or_restore(index, world, ledger),
        }
    }

    /// Somebody changes this event, if a manual user made it. Answers what, for the story.
    pub fn change(
        &mut self,
        event: &str,
        random: &mut fastrand::Rng,
        world: &World,
        ledger: &mut Ledger,
    ) -> Option<String> {
        let index = self.made.iter().position(|made| made.id == event)?;
        Some(match random.u8(..10) {
            // Out of range, no later listing of the window shows what was missed.
            ..=6 => {
                let is_far = random.bool();
                self.move_event(index, is_far, random, world, ledger)
            }
            7 => self.rename(index, random, world, ledger),
            _ => self.delete_or_restore(index, world, ledger),
        })
    }

    /// A person adds an event in a calendar.
    pub fn add(
        &mut self,
        calendar: &'static str,
        person: &'static str,
        random: &mut fastrand::Rng,
        world: &World,
        ledger: &mut Ledger,
    ) -> String {
        let (start, end) = self.fresh_days(is_far(random), random);
        let id = world.person_adds(calendar, person, NewEvent::new(start, end));
        self.note(calendar, id.clone(), person, format!("{start}/{end}"), ledger);
        format!("{person} adds {id} in {calendar} for {start}/{end}")
    }

    /// A person copies somebody's event, perhaps one of a workflow, into a calendar.
    pub fn copy(
        &mut self,
        original: (&str, &str, String),
        random: &mut fastrand::Rng,
        world: &World,
        ledger: &mut Ledger,
    ) -> String {
        let (from, id, days) = original;
        let (person, _) = PEOPLE[random.usize(..PEOPLE.len())];
        if self.taken.contains(&(person, days.clone())) {
            return NOTHING.to_owned();
        }
        let calendar = CALENDARS[random.usize(..CALENDARS.len())];
        let copy = world.person_copies(from, id, person, calendar);
        self.note(calendar, copy.clone(), person, days, ledger);
        format!("{person} copies {id} to {copy} in {calendar}")
    }

    /// An event was approved at this moment, which gave it its title.
    pub fn approved(&mut self, event: &str, moment: u64) {
        if let Some(made) = self.made.iter_mut().find(|made| made.id == event) {
            made.renamed = made.renamed.filter(|renamed| *renamed > moment);
        }
    }

    /// Two or three days, one after the other or a week apart, each of which is an event of its own.
    fn add_series(&mut self, random: &mut fastrand::Rng, world: &World, ledger: &mut Ledger) -> String {
        let calendar = CALENDARS[random.usize(..CALENDARS.len())];
        let (person, _) = PEOPLE[random.usize(..PEOPLE.len())];
        let (rule, step) = if random.bool() { (Recurrence::daily(), 1) } else { (Recurrence::weekly(), 7) };
        let count = random.u32(2..4);
        let first = self.next_day;
        let planned: Vec<NaiveDate> =
            (0..u64::from(count)).filter_map(|index| first.checked_add_days(Days::new(index * step))).collect();
        let days = |start: &NaiveDate| format!("{start}/{}", start.succ_opt().unwrap_or(*start));
        if planned.iter().any(|start| self.taken.contains(&(person, days(start)))) {
            return NOTHING.to_owned();
        }
        self.next_day = first.succ_opt().unwrap_or(first);
        let event = NewEvent::new(first, self.next_day).repeating(rule.times(count));
        let series = world.person_adds(calendar, person, event);
        for start in &planned {
            if let Some(id) = world.occurrence_id(calendar, &series, &When::from(*start)) {
                self.note(calendar, id, person, days(start), ledger);
            }
        }
        format!("{person} adds the series {series} in {calendar}, {count} days from {first}, every {step}")
    }

    fn add_as_guest(&mut self, random: &mut fastrand::Rng, world: &World) -> String {
        let calendar = CALENDARS[random.usize(..CALENDARS.len())];
        let (start, end) = self.fresh_days(is_far(random), random);
        let id = world.person_adds(calendar, GUEST, NewEvent::new(start, end));
        self.guests.extend(world.event(calendar, &id).map(|event| (calendar, event)));
        format!("{GUEST} adds {id} in {calendar}")
    }

    fn move_event(
        &mut self,
        index: usize,
        is_far: bool,
        random: &mut fastrand::Rng,
        world: &World,
        ledger: &mut Ledger,
    ) -> String {
        let fresh = self.fresh_days(is_far, random);
        let Some(made) = self.made.get_mut(index).filter(|made| !made.deleted) else {
            return NOTHING.to_owned();
        };
        let back = random.choice(&made.earlier).cloned().filter(|_| random.bool());
        let days = back.unwrap_or_else(|| format!("{}/{}", fresh.0, fresh.1));
        let Some((start, end)) = days.split_once('/') else {
            return NOTHING.to_owned();
        };
        world.person_moves(made.calendar, &made.id, start, end);
        made.earlier.push(std::mem::replace(&mut made.days, days.clone()));
        let Made { calendar, id, person, .. } = made.clone();
        self.taken.insert((person, days.clone()));
        ledger.days_given(calendar, &id, person, &days);
        format!("{person} moves {id} to {days}")
    }

    fn rename(&mut self, index: usize, random: &mut fastrand::Rng, world: &World, ledger: &mut Ledger) -> String {
        match self.made.get_mut(index).filter(|made| !made.deleted) {
            Some(made) => {
                made.renamed = Some(ledger.tick());
                world.person_renames(made.calendar, &made.id, &format!("title {}", random.u16(..)));
                format!("{} renames {}", made.person, made.id)
            }
            None => NOTHING.to_owned(),
        }
    }

    fn copy_own(&mut self, index: usize, random: &mut fastrand::Rng, world: &World, ledger: &mut Ledger) -> String {
        match self.made.get(index).filter(|made| !made.deleted).cloned() {
            Some(Made { calendar, id, days, .. }) => self.copy((calendar, &id, days), random, world, ledger),
            None => NOTHING.to_owned(),
        }
    }

    fn delete_or_restore(&mut self, index: usize, world: &World, ledger: &mut Ledger) -> String {
        let Some(made) = self.made.get_mut(index) else {
            return NOTHING.to_owned();
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

    fn note(&mut self, calendar: &'static str, id: String, person: &'static str, days: String, ledger: &mut Ledger) {
        ledger.days_given(calendar, &id, person, &days);
        self.taken.insert((person, days.clone()));
        self.made.push(Made { calendar, id, person, days, deleted: false, renamed: None, earlier: Vec::new() });
    }

    /// An event: half of the time one of the first, so that enough happens to the same one.
    fn choose(&self, random: &mut fastrand::Rng) -> Option<usize> {
        let among = if random.bool() { self.made.len() } else { self.made.len().min(FAVOURITES) };
        (among > 0).then(|| random.usize(..among))
    }

    /// Days that nobody has had yet.
    fn fresh_days(&mut self, is_far: bool, random: &mut fastrand::Rng) -> (NaiveDate, NaiveDate) {
        let length = Days::new(random.u64(1..4));
        loop {
            let next = self.next_day;
            self.next_day = next.succ_opt().unwrap_or(next);
            let ahead = if is_far { FAR_AHEAD } else { Days::new(0) };
            let start = next.checked_add_days(ahead).unwrap_or(next);
            let end = start.checked_add_days(length).unwrap_or(start);
            let days = format!("{start}/{end}");
            if !PEOPLE.iter().any(|(person, _)| self.taken.contains(&(*person, days.clone()))) {
                return (start, end);
            }
        }
    }
}

/// Whether days are far ahead.
fn is_far(random: &mut fastrand::Rng) -> bool {
    random.u8(..4) == 0
}
