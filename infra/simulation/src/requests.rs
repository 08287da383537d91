//! What a workflow and people ask for in a schedule: registrations, approvals and decisions, repeated and in any order.

use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use moffman::decide::{DecideOrder, decide};
use moffman::domain::decision::{Choice, WantedDecision, WantedVersion};
use moffman::domain::reservation::{RequestedReservation, Reservation};
use moffman::reserve::{ReserveOrder, place};
use moffman_simulators::World;

use crate::cast::{CALENDARS, office};
use crate::operations::NamedProcess;
use crate::people::{CopiedEvent, Life};
use crate::reservations::{Intent, Reservations};
use crate::wire::{days, is_there};

/// How many reservations a workflow has. The last two have the same event id.
pub const RESERVATIONS: u8 = 4;

/// A workflow and its reservations.
#[derive(Debug, Default)]
pub struct Requests {
    reservations: Arc<Mutex<Reservations>>,
    /// The reservation of the last request.
    last: u8,
}

/// What a request is, for the story, and the work that carries it out.
pub type Begun = (String, Pin<Box<dyn Future<Output = ()> + Send>>);

impl Requests {
    /// Begins a request to `process`, often for the same reservation as the one before.
    pub fn begin(&mut self, random: &mut fastrand::Rng, process: &NamedProcess) -> Begun {
        if random.bool() {
            self.last = random.u8(..RESERVATIONS);
        }
        self.ask_something(random, process, (16, 2))
    }

    /// Begins one more request for the reservation of this event, or for the other one with the same event id. It is
    /// more often a decision or an approval.
    pub fn begin_another(&mut self, event: &str, random: &mut fastrand::Rng, process: &NamedProcess) -> Begun {
        let has_event =
            |number: &u8| Reservation::new(request(*number, true)).is_ok_and(|it| it.event_id() == event.into());
        let numbers: Vec<u8> = (0..RESERVATIONS).filter(has_event).collect();
        self.last = random.choice(numbers).unwrap_or(self.last);
        self.ask_something(random, process, (8, 4))
    }

    /// Begins the last request for this reservation, an approval that nothing prevents.
    pub fn begin_last(&mut self, number: u8, process: &NamedProcess) -> Begun {
        self.last = number;
        self.ask(process, true, Intent::LastRequest)
    }

    /// A decision, which are five of so many, or a request: one of so many is not an approval.
    fn ask_something(&self, random: &mut fastrand::Rng, process: &NamedProcess, (kinds, pending): (u8, u8)) -> Begun {
        match random.u8(..kinds) {
            0 => self.decide(process, Choice::Approve),
            1 | 2 => self.decide(process, Choice::Reject { reason: None }),
            3 | 4 => self.decide(process, Choice::Cancel),
            number => {
                let intent = if number == 5 { Intent::Reopening } else { Intent::Request };
                self.ask(process, random.u8(..pending) > 0, intent)
            }
        }
    }

    fn ask(&self, process: &NamedProcess, approved: bool, intent: Intent) -> Begun {
        let request = request(self.last, approved);
        let reopen = intent.reopens();
        let said = format!("request for {}, approved: {approved}, reopen: {reopen}", request.name);
        let must_succeed = intent == Intent::LastRequest;
        let (NamedProcess { name: caller, app }, reservations) = (process.clone(), self.reservations.clone());
        self.reservations().began(&caller, intent);
        let work = async move {
            let Ok(reservation) = Reservation::new(request.clone()) else { return };
            let id = reservation.event_id();
            let answer = place(&app, &ReserveOrder { reservation, reopen, deadline: None }).await;
            match answer {
                Ok(placed) => lock(&reservations).answered(&caller, &request, &placed),
                Err(error) if must_succeed => lock(&reservations).refused(&id, &request, &error),
                Err(_) => {}
            }
        };
        (said, Box::pin(work))
    }

    fn decide(&self, process: &NamedProcess, choice: Choice) -> Begun {
        let RequestedReservation { name, office_id, .. } = request(self.last, false);
        let said = format!("{choice:?} for {name}");
        let Ok(id) = Reservation::new(request(self.last, false)).map(|reservation| reservation.event_id()) else {
            return (said, Box::pin(async {}));
        };
        let (NamedProcess { name: caller, app }, reservations) = (process.clone(), self.reservations.clone());
        self.reservations().began(&caller, Intent::Decision(choice.clone()));
        let wanted = WantedDecision { choice, version: WantedVersion::Any };
        let order = DecideOrder { office: office_id, id, wanted, deadline: None };
        let work = async move {
            if let Ok(decided) = decide(&app, &order).await {
                lock(&reservations).decided(&caller, &decided);
            }
        };
        (said, Box::pin(work))
    }

    /// A person changes the event of some reservation, if there is one. Answers what was done, for the story.
    pub fn person_acts(&self, life: &mut Life) -> Option<String> {
        let reservations = self.reservations();
        let chosen = life.random.usize(..reservations.by_event.len().max(1));
        let id = reservations.by_event.keys().nth(chosen)?.clone();
        drop(reservations);
        self.person_changes(&id, life)
    }

    /// A person changes the event of this reservation, if it is in a calendar. Answers what was done, for the story.
    pub fn person_changes(&self, id: &str, life: &mut Life) -> Option<String> {
        let (world, now) = (life.world, life.ledger.tick());
        let mut reservations = self.reservations();
        let reserved = reservations.by_event.get_mut(id)?;
        let calendar = reserved.calendar.clone();
        let event = world.event(&calendar, id)?;
        Some(match life.random.u8(..3) {
            _ if !is_there(&event) => {
                reserved.deleted_or_restored(now);
                world.person_restores(&calendar, id);
                format!("a person restores the reservation {id}")
            }
            0 => {
                reserved.deleted_or_restored(now);
                world.person_deletes(&calendar, id);
                format!("a person deletes the reservation {id}")
            }
            1 => {
                let title = format!("title {}", life.random.u16(..));
                world.person_renames(&calendar, id, &title);
                reserved.retitled = Some(title);
                format!("a person renames the reservation {id}")
            }
            _ => {
                let day = life.random.u8(10..28);
                let (start, end) = (format!("2026-08-{day}"), format!("2026-08-{}", day + 1));
                world.person_moves(&calendar, id, (start.as_str(), end.as_str()));
                reserved.moved = Some(format!("{start}/{end}"));
                format!("a person moves the reservation {id}")
            }
        })
    }

    /// The event of some reservation for a person to copy.
    pub fn to_copy(&self, random: &mut fastrand::Rng, world: &World) -> Option<CopiedEvent> {
        let reservations = self.reservations();
        let (id, reserved) = reservations.by_event.iter().nth(random.usize(..reservations.by_event.len().max(1)))?;
        let event = world.event(&reserved.calendar, id).filter(is_there)?;
        Some(CopiedEvent { calendar: reserved.calendar.clone(), id: id.clone(), days: days(&event) })
    }

    /// What has become of the reservations.
    pub fn reservations(&self) -> MutexGuard<'_, Reservations> {
        lock(&self.reservations)
    }
}

fn lock(reservations: &Mutex<Reservations>) -> MutexGuard<'_, Reservations> {
    reservations.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The request with this number. The last two requests differ only in what the event's id does not contain.
fn request(number: u8, approved: bool) -> RequestedReservation {
    let (name, request_dt, day) = match number {
        2 => ("Visitor.2".to_owned(), "15".to_owned(), 3),
        3 => ("Visitor".to_owned(), "2.15".to_owned(), 3),
        _ => (format!("Visitor {number}"), "15".to_owned(), number + 1),
    };
    let calendar = CALENDARS[usize::from(number).min(CALENDARS.len() - 1)];
    RequestedReservation {
        name,
        email: None,
        approved,
        start: format!("2026-07-0{day}"),
        end: format!("2026-07-0{}", day + 1),
        request_dt,
        office_id: office(calendar).to_owned(),
    }
}
