//! The part of [`People`] in which they change calendars: they add, move, rename, copy, delete and restore days. How
//! days get another id or another calendar is in `resettling.rs`.

use chrono::{Days, NaiveDate};
use moffman_simulators::{CopyTarget, NewEvent, Recurrence, World};
use serde_json::Value;

use crate::cast::{CALENDARS, GUEST, PEOPLE};
use crate::history::HandmadeEvent;
use crate::ledger::Ledger;

/// The people and what they have made. Most events have days of their own, and so a form of their own; copies, split
/// series and events that are entered again share them.
#[derive(Debug)]
pub struct People {
    /// What manual users made.
    pub made: Vec<HandmadeEvent>,
    /// What somebody else made: the calendar and the event as it was then.
    pub guests: Vec<(&'static str, Value)>,
    next_day: NaiveDate,
}

/// What people act with: chance, the simulated world, and the ledger that notes what they do.
pub struct Life<'a> {
    pub random: &'a mut fastrand::Rng,
    pub world: &'a World,
    pub ledger: &'a mut Ledger,
}

/// An event that a person copies.
#[derive(Debug)]
pub struct CopiedEvent {
    pub calendar: String,
    pub id: String,
    /// The days as in the marks of an approved event.
    pub days: String,
}

/// How many events, the first ones, people change more often than others.
const FAVOURITES: usize = 2;
/// Days so far ahead are outside a narrow window and inside a wide one.
const FAR_AHEAD: Days = Days::new(180);
/// The story of somebody who could not do what they meant to.
pub(crate) const NOTHING: &str = "nobody does anything";

impl Life<'_> {
    pub(crate) fn calendar(&mut self) -> &'static str {
        CALENDARS[self.random.usize(..CALENDARS.len())]
    }

    fn person(&mut self) -> &'static str {
        PEOPLE[self.random.usize(..PEOPLE.len())].0
    }

    /// Draws whether days are far ahead.
    fn is_far(&mut self) -> bool {
        self.random.u8(..4) == 0
    }
}

impl People {
    /// Nobody has done anything yet; days begin at `first`.
    pub fn new(first: NaiveDate) -> Self {
        Self { made: Vec::new(), guests: Vec::new(), next_day: first }
    }

    /// Somebody does something, if it is possible. Answers what, for the story.
    pub fn act(&mut self, life: &mut Life) -> Option<String> {
        let chosen = self.choose(life.random);
        match (life.random.u8(..100), chosen) {
            (..=27, _) | (_, None) => {
                let (calendar, person) = (life.calendar(), life.person());
                Some(self.add(calendar, person, life))
            }
            (28..=34, _) => Some(self.add_series(life)),
            (35..=37, _) => Some(self.add_as_guest(life)),
            (38..=54, Some(index)) => {
                let is_far = life.is_far();
                self.move_event(index, is_far, life)
            }
            (55..=61, Some(index)) => self.rename(index, life),
            (62..=70, Some(index)) => self.copy_own(index, life),
            (71..=76, Some(index)) => self.move_to_calendar(index, life),
            (77..=82, Some(index)) => self.enter_again(index, life),
            (83..=88, _) => self.split_series(life),
            (_, Some(index)) => self.delete_or_restore(index, life),
        }
    }

    /// Somebody means to change this event, if a manual user made it. Answers what came of it, for the story.
    pub fn change(&mut self, event: &str, life: &mut Life) -> Option<String> {
        let index = self.made.iter().position(|made| made.id == event)?;
        let said = match life.random.u8(..12) {
            // The event often goes out of range, where no later listing of the window shows what was missed.
            ..=6 => {
                let is_far = life.random.bool();
                self.move_event(index, is_far, life)
            }
            7 => self.rename(index, life),
            8 => self.move_to_calendar(index, life),
            9 => self.enter_again(index, life),
            _ => self.delete_or_restore(index, life),
        };
        said.or_else(|| Some(NOTHING.to_owned()))
    }

    /// A person adds an event in a calendar.
    pub fn add(&mut self, calendar: &'static str, person: &'static str, life: &mut Life) -> String {
        let (start, end) = self.fresh_days(life);
        let id = life.world.person_adds(calendar, person, NewEvent::new(start, end));
        let said = format!("{person} adds {id} in {calendar} for {start}/{end}");
        self.note(HandmadeEvent::new(calendar, id, person, format!("{start}/{end}")), life);
        said
    }

    /// A person copies somebody's event, perhaps one of a workflow, into a calendar.
    pub fn copy(&mut self, event: CopiedEvent, life: &mut Life) -> String {
        let (person, calendar) = (life.person(), life.calendar());
        let copy = life.world.person_copies(&event.calendar, &event.id, CopyTarget { calendar, creator: person });
        let said = format!("{person} copies {} to {copy} in {calendar}", event.id);
        self.note(HandmadeEvent::new(calendar, copy, person, event.days), life);
        said
    }

    /// A person asks for days once more: by a copy, or by a new event in place of the old one. Answers what, for the story.
    pub fn ask_again(&mut self, life: &mut Life) -> Option<String> {
        let last = self.made.len().checked_sub(1).filter(|_| life.random.bool());
        let index = last.or_else(|| self.choose(life.random))?;
        if life.random.bool() { self.copy_own(index, life) } else { self.enter_again(index, life) }
    }

    /// An event was approved at this moment, which gave it its title.
    pub fn approved(&mut self, event: &str, moment: u64) {
        if let Some(made) = self.made.iter_mut().find(|made| made.id == event) {
            made.renamed = made.renamed.filter(|renamed| *renamed > moment);
        }
    }

    /// Adds two or three days, one after the other or a week apart, each of which is an event of its own.
    fn add_series(&mut self, life: &mut Life) -> String {
        let (calendar, person) = (life.calendar(), life.person());
        let (rule, step) = if life.random.bool() { (Recurrence::daily(), 1) } else { (Recurrence::weekly(), 7) };
        let count = life.random.u32(2..4);
        let first = self.next_day;
        let planned: Vec<NaiveDate> =
            (0..u64::from(count)).filter_map(|index| first.checked_add_days(Days::new(index * step))).collect();
        self.next_day = first.succ_opt().unwrap_or(first);
        let event = NewEvent::new(first, self.next_day).repeating(rule.times(count));
        let series = life.world.person_adds(calendar, person, event);
        for start in planned {
            if let Some(id) = life.world.occurrence_id(calendar, (&series, start)) {
                let days = format!("{start}/{}", start.succ_opt().unwrap_or(start));
                let day = HandmadeEvent::new(calendar, id, person, days);
                self.note(HandmadeEvent { series: Some((series.clone(), start)), ..day }, life);
            }
        }
        format!("{person} adds the series {series} in {calendar}, {count} days from {first}, every {step}")
    }

    fn add_as_guest(&mut self, life: &mut Life) -> String {
        let calendar = life.calendar();
        let (start, end) = self.fresh_days(life);
        let id = life.world.person_adds(calendar, GUEST, NewEvent::new(start, end));
        self.guests.extend(life.world.event(calendar, &id).map(|event| (calendar, event)));
        format!("{GUEST} adds {id} in {calendar}")
    }

    fn move_event(&mut self, index: usize, is_far: bool, life: &mut Life) -> Option<String> {
        let fresh = self.fresh_days_at(is_far, life.random);
        let made = self.made.get_mut(index).filter(|made| !made.deleted)?;
        let back = life.random.choice(&made.earlier).cloned().filter(|_| life.random.bool());
        let days = back.unwrap_or_else(|| format!("{}/{}", fresh.0, fresh.1));
        let (start, end) = days.split_once('/')?;
        life.world.person_moves(made.calendar, &made.id, (start, end));
        made.earlier.push(std::mem::replace(&mut made.days, days.clone()));
        life.ledger.days_given(made);
        Some(format!("{} moves {} to {days}", made.person, made.id))
    }

    fn rename(&mut self, index: usize, life: &mut Life) -> Option<String> {
        let made = self.made.get_mut(index).filter(|made| !made.deleted)?;
        made.renamed = Some(life.ledger.tick());
        life.ledger.touched(&made.id);
        life.world.person_renames(made.calendar, &made.id, &format!("title {}", life.random.u16(..)));
        Some(format!("{} renames {}", made.person, made.id))
    }

    fn copy_own(&mut self, index: usize, life: &mut Life) -> Option<String> {
        let HandmadeEvent { calendar, id, days, .. } = self.made.get(index).filter(|made| !made.deleted)?.clone();
        Some(self.copy(CopiedEvent { calendar: calendar.to_owned(), id, days }, life))
    }

    fn delete_or_restore(&mut self, index: usize, life: &mut Life) -> Option<String> {
        let made = self.made.get_mut(index)?;
        made.deleted = !made.deleted;
        life.ledger.deleted(&made.id, made.deleted);
        let done = if made.deleted {
            life.world.person_deletes(made.calendar, &made.id);
            "deletes"
        } else {
            life.world.person_restores(made.calendar, &made.id);
            "restores"
        };
        Some(format!("{} {done} {}", made.person, made.id))
    }

    /// Notes a new event.
    pub(crate) fn note(&mut self, made: HandmadeEvent, life: &mut Life) {
        life.ledger.days_given(&made);
        self.made.push(made);
    }

    /// Chooses an event. Half of the time it is one of the first, so that much happens to the same event.
    fn choose(&self, random: &mut fastrand::Rng) -> Option<usize> {
        let among = if random.bool() { self.made.len() } else { self.made.len().min(FAVOURITES) };
        (among > 0).then(|| random.usize(..among))
    }

    fn fresh_days(&mut self, life: &mut Life) -> (NaiveDate, NaiveDate) {
        let is_far = life.is_far();
        self.fresh_days_at(is_far, life.random)
    }

    /// Days that nobody has had yet.
    fn fresh_days_at(&mut self, is_far: bool, random: &mut fastrand::Rng) -> (NaiveDate, NaiveDate) {
        let length = Days::new(random.u64(1..4));
        loop {
            let next = self.next_day;
            self.next_day = next.succ_opt().unwrap_or(next);
            let ahead = if is_far { FAR_AHEAD } else { Days::new(0) };
            let start = next.checked_add_days(ahead).unwrap_or(next);
            let end = start.checked_add_days(length).unwrap_or(start);
            let days = format!("{start}/{end}");
            if !self.made.iter().any(|made| made.days == days || made.earlier.contains(&days)) {
                return (start, end);
            }
        }
    }
}
