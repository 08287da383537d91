//! What a workflow asks for in a schedule: registrations and approvals, repeated and out of order, while people change
//! what they find in the calendar.

use std::collections::{BTreeMap, BTreeSet};
use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use moffman::app::Moffman;
use moffman::domain::reservation::{Request, Reservation, Status};
use moffman::reserve::place;
use moffman_simulators::World;

use crate::sheet;
use crate::stage::CALENDARS;
use crate::wire::days;

/// How many reservations a workflow has. The last two have the same event id.
const RESERVATIONS: u8 = 4;

/// A reservation as it was answered.
#[derive(Clone, Debug, Default)]
pub struct Answered {
    /// Its calendar.
    pub calendar: &'static str,
    /// The people to whom it was answered.
    pub names: BTreeSet<String>,
    /// The days it was asked for.
    pub days: String,
    /// Whether it was answered since a person last changed the event.
    pub stands: bool,
    /// Whether one of these answers said that it is approved.
    pub approved: bool,
    /// Whether a person has ever given it another title or other days.
    pub edited: bool,
    /// When a person last changed the event.
    changed: u64,
}

type Answers = Arc<Mutex<BTreeMap<String, Answered>>>;

/// A workflow and what it was answered.
#[derive(Debug, Default)]
pub struct Requests {
    answers: Answers,
    /// The reservation of the last request.
    last: u8,
}

impl Requests {
    /// A request to `app`, made now: what it is, and the work.
    pub fn begin(
        &mut self,
        random: &mut fastrand::Rng,
        now: u64,
        app: Moffman,
    ) -> (String, Pin<Box<dyn Future<Output = ()> + Send>>) {
        if random.bool() {
            self.last = random.u8(..RESERVATIONS);
        }
        let number = self.last;
        let calendar = CALENDARS[usize::from(number).min(CALENDARS.len() - 1)];
        let request = request(number, calendar, random.bool());
        let said = format!("request for {}, approved: {}", request.name, request.approved);
        let answers = self.answers.clone();
        let work = async move {
            let (name, asked) = (request.name.clone(), format!("{}/{}", request.start, request.end));
            let Ok(reservation) = Reservation::new(request) else { return };
            if let Ok(placed) = place(&app, &reservation, None).await {
                let mut answers = lock(&answers);
                let answered = answers.entry(placed.id).or_default();
                (answered.calendar, answered.days) = (calendar, asked);
                answered.names.insert(name);
                if now > answered.changed {
                    answered.stands = true;
                    answered.approved |= placed.status == Status::Approved;
                }
            }
        };
        (said, Box::pin(work))
    }

    /// A person changes the event of a reservation, if there is one. Answers what, for the story.
    pub fn person_acts(&mut self, random: &mut fastrand::Rng, now: u64, world: &World) -> Option<String> {
        let mut answers = lock(&self.answers);
        let chosen = random.usize(..answers.len().max(1));
        let (id, answered) = answers.iter_mut().nth(chosen)?;
        let event = world.event(answered.calendar, id)?;
        (answered.changed, answered.stands, answered.approved) = (now, false, false);
        let is_deleted = event["status"] == "cancelled";
        Some(match random.u8(..3) {
            _ if is_deleted => {
                world.person_restores(answered.calendar, id);
                format!("a person restores the reservation {id}")
            }
            0 => {
                world.person_deletes(answered.calendar, id);
                format!("a person deletes the reservation {id}")
            }
            1 => {
                answered.edited = true;
                world.person_renames(answered.calendar, id, "renamed");
                format!("a person renames the reservation {id}")
            }
            _ => {
                answered.edited = true;
                let day = random.u8(10..28);
                world.person_moves(
                    answered.calendar,
                    id,
                    format!("2026-08-{day}").as_str(),
                    format!("2026-08-{}", day + 1).as_str(),
                );
                format!("a person moves the reservation {id}")
            }
        })
    }

    /// The event of a reservation that can be copied: calendar, id and days.
    pub fn to_copy(&self, random: &mut fastrand::Rng, world: &World) -> Option<(&'static str, String, String)> {
        let answers = lock(&self.answers);
        let (id, answered) = answers.iter().nth(random.usize(..answers.len().max(1)))?;
        let event = world.event(answered.calendar, id).filter(|event| event["status"] != "cancelled")?;
        Some((answered.calendar, id.clone(), days(&event)))
    }

    /// What was answered with success, by event id.
    pub fn answered(&self) -> BTreeMap<String, Answered> {
        lock(&self.answers).clone()
    }
}

fn lock(answers: &Answers) -> MutexGuard<'_, BTreeMap<String, Answered>> {
    answers.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The last two differ, but not in what their event id is made of.
fn request(number: u8, calendar: &str, approved: bool) -> Request {
    let (name, request_dt, day) = match number {
        2 => ("Visitor.2".to_owned(), "15".to_owned(), 3),
        3 => ("Visitor".to_owned(), "2.15".to_owned(), 3),
        _ => (format!("Visitor {number}"), "15".to_owned(), number + 1),
    };
    Request {
        name,
        email: None,
        approved,
        start: format!("2026-07-0{day}"),
        end: format!("2026-07-0{}", day + 1),
        request_dt,
        office_id: sheet::office(calendar).to_owned(),
    }
}
