//! What a workflow asks for in a schedule: registrations and approvals, repeated and out of order.

use std::collections::HashMap;
use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};

use moffman::app::Moffman;
use moffman::domain::reservation::{Request, Reservation, Status};
use moffman::reserve::place;

use crate::stage::CALENDARS;

/// How many reservations a workflow has.
const RESERVATIONS: u8 = 3;

/// The strongest state each reservation was answered with: calendar, event id, approved.
type Answers = Arc<Mutex<HashMap<(String, String), bool>>>;

/// A workflow and what it was answered.
#[derive(Debug, Default)]
pub struct Requests {
    answers: Answers,
}

impl Requests {
    /// A request to `app`: what it is, and the work.
    pub fn begin(
        &mut self,
        random: &mut fastrand::Rng,
        app: Moffman,
    ) -> (String, Pin<Box<dyn Future<Output = ()> + Send>>) {
        let number = random.u8(..RESERVATIONS);
        let calendar = CALENDARS[usize::from(number) % CALENDARS.len()];
        let request = Request {
            name: format!("Visitor {number}"),
            email: None,
            approved: random.bool(),
            start: format!("2026-07-0{}", number + 1),
            end: format!("2026-07-0{}", number + 2),
            request_dt: "2026-06-15".to_owned(),
            office_id: calendar.split('@').next().unwrap_or_default().to_owned(),
        };
        let said = format!("request for Visitor {number}, approved: {}", request.approved);
        let answers = self.answers.clone();
        let work = async move {
            let Ok(reservation) = Reservation::new(request) else { return };
            if let Ok(placed) = place(&app, &reservation, None).await {
                let mut answers = answers.lock().unwrap_or_else(PoisonError::into_inner);
                let approved = answers.entry((calendar.to_owned(), placed.id)).or_default();
                *approved |= placed.status == Status::Approved;
            }
        };
        (said, Box::pin(work))
    }

    /// What was answered with success: calendar, event id, and whether it was approved.
    pub fn answered(&self) -> Vec<(String, String, bool)> {
        let answers = self.answers.lock().unwrap_or_else(PoisonError::into_inner);
        answers.iter().map(|((calendar, id), approved)| (calendar.clone(), id.clone(), *approved)).collect()
    }
}
