//! A decision about a reservation that ends anywhere leaves it as it was, or as was decided; repeated, it is carried out.

use chrono::Duration;
use moffman::app::Moffman;
use moffman::decide::{DecideOrder, decide};
use moffman::domain::decision::{Choice, WantedDecision, WantedVersion};
use moffman::domain::ended::HowEnded;
use moffman::domain::event_id::EventId;
use moffman::domain::reservation::{RequestedReservation, Reservation};
use moffman::reservations::{FoundReservation, ReservationOrder, find};
use moffman::reserve::{Placed, ReserveError, ReserveOrder, place};
use moffman_simulation::CALENDARS;
use serde_json::Value;

use crate::point::at_every_two_points;
use crate::scene::Scene;

#[test]
fn a_reservation_is_approved_wherever_the_decision_and_its_repetition_end() {
    at_every_two_points(&async |scene: &mut Scene| play(scene, Choice::Approve, None).await);
}

#[test]
fn a_reservation_is_rejected_wherever_the_decision_and_its_repetition_end() {
    let reject = || Choice::Reject { reason: Some("no room".to_owned()) };
    at_every_two_points(&async |scene: &mut Scene| play(scene, reject(), Some(HowEnded::Rejected)).await);
}

/// A decision, which may end and is then repeated, which may end, too, and is repeated once more; then the checks.
async fn play(scene: &mut Scene, choice: Choice, how: Option<HowEnded>) {
    let reservation = Reservation::new(request()).unwrap();
    let id = reservation.event_id();
    put(&scene.another_process(), &reservation, false).await.unwrap();
    scene.company.world.person_moves(CALENDARS[0], &id, ("2026-07-13", "2026-07-15"));
    // The kept access token is too old by now.
    scene.company.time.advance(Duration::hours(2));
    let wanted = WantedDecision { choice, version: WantedVersion::Any };
    let order = DecideOrder { office: "prague".to_owned(), id: id.clone(), wanted, deadline: None };
    let first = order.clone();
    let mut answer = scene.work(|process| async move { decide(&process, &first).await }).await;
    if answer.is_none() {
        time_goes_by(scene, &reservation).await;
        let second = order.clone();
        answer = scene.work_again(|process| async move { decide(&process, &second).await }).await;
    }
    let decided = if let Some(answer) = answer {
        answer.unwrap()
    } else {
        time_goes_by(scene, &reservation).await;
        decide(&scene.another_process(), &order).await.unwrap()
    };
    assert_eq!((decided.ended, decided.days.to_string().as_str()), (how, "2026-07-13/2026-07-15"));
    let other = scene.another_process();
    assert_eq!(ended(&other, &id).await, how);
    let now = event(scene, &id);
    assert_eq!(now["status"], if how.is_none() { "confirmed" } else { "cancelled" }, "{now:#}");
    assert_eq!(now["extendedProperties"]["private"]["event_processed"], if how.is_none() { "true" } else { "false" });
    nobody_brings_it_back(scene, &other, &reservation).await;
    put(&other, &reservation, true).await.unwrap();
    assert_eq!(event(scene, &id)["status"], "confirmed");
    assert_eq!(ended(&other, &id).await, None);
}

/// Nobody is in the way of another decision then.
async fn time_goes_by(scene: &mut Scene, reservation: &Reservation) {
    let other = scene.another_process();
    nobody_brings_it_back(scene, &other, reservation).await;
    scene.company.time.advance(Duration::minutes(1));
}

/// A late repetition of the request is answered as event and memory say, and changes nothing.
async fn nobody_brings_it_back(scene: &Scene, process: &Moffman, reservation: &Reservation) {
    let id = reservation.event_id();
    let before = event(scene, &id);
    let answer = put(process, reservation, false).await;
    match ended(process, &id).await {
        None => assert!(answer.is_ok() && before["status"] == "confirmed", "{answer:?} {before:#}"),
        Some(how) => {
            assert!(matches!(&answer, Err(ReserveError::Ended(ended)) if *ended == how), "{answer:?}");
            assert_eq!(before["status"], "cancelled", "{before:#}");
        }
    }
    assert_eq!(event(scene, &id), before);
}

fn event(scene: &Scene, id: &EventId) -> Value {
    scene.company.world.event(CALENDARS[0], id).unwrap()
}

/// How the reservation was ended, as the memory says.
async fn ended(process: &Moffman, id: &EventId) -> Option<HowEnded> {
    let order = ReservationOrder { office: "prague".to_owned(), id: id.clone(), deadline: None };
    match find(process, &order).await.unwrap() {
        FoundReservation::Present(_) => None,
        FoundReservation::Ended(ended) => Some(ended.end.how),
    }
}

async fn put(process: &Moffman, reservation: &Reservation, reopen: bool) -> Result<Placed, ReserveError> {
    place(process, &ReserveOrder { reservation: reservation.clone(), reopen, deadline: None }).await
}

fn request() -> RequestedReservation {
    RequestedReservation {
        name: "Eva Example".to_owned(),
        email: None,
        approved: false,
        start: "2026-07-06".to_owned(),
        end: "2026-07-08".to_owned(),
        request_dt: "now".to_owned(),
        office_id: "prague".to_owned(),
    }
}
