//! A request that ends anywhere and is repeated leaves the reservation in its calendar once, as the workflow wants it.

use chrono::Duration;
use moffman::app::Moffman;
use moffman::domain::reservation::{RequestedReservation, Reservation, Status};
use moffman::reserve::{Placed, ReserveError, ReserveOrder, place};
use moffman_simulation::CALENDARS;
use serde_json::Value;

use crate::point::at_every_point;
use crate::scene::Scene;

/// What has the id of the request's event before the request.
#[derive(Clone, Copy)]
enum Before {
    Nothing,
    Pending,
    Approved,
    Deleted,
    AnotherReservation,
}

/// What a request must lead to.
enum Expected {
    /// The event becomes what was asked for.
    Becomes(Status),
    /// The event stays as it is.
    Stays(Status),
    /// The event is another's and stays as it is.
    Conflict,
}

#[test]
fn a_new_reservation_is_in_the_calendar_once_wherever_its_request_ends() {
    both_requests(Before::Nothing);
}

#[test]
fn a_pending_reservation_is_approved_if_asked_for_wherever_the_request_ends() {
    both_requests(Before::Pending);
}

#[test]
fn an_approval_is_never_taken_back_wherever_a_request_ends() {
    both_requests(Before::Approved);
}

#[test]
fn a_deleted_reservation_is_brought_back_as_requested_wherever_the_request_ends() {
    both_requests(Before::Deleted);
}

#[test]
fn the_event_of_another_reservation_stays_as_it_is_wherever_a_request_ends() {
    both_requests(Before::AnotherReservation);
}

/// The two cells of a row of the table.
fn both_requests(before: Before) {
    for approved in [false, true] {
        println!("approved: {approved}");
        at_every_point(false, &async |scene: &mut Scene| play(scene, before, approved).await);
    }
}

/// A request, which may end and is then repeated; then the checks.
async fn play(scene: &mut Scene, before: Before, approved: bool) {
    let reservation = Reservation::new(request(approved)).unwrap();
    let id = reservation.event_id();
    prepare(scene, before, approved).await;
    let event = scene.company.world.event(CALENDARS[0], &id);
    assert_eq!(event.is_none(), matches!(before, Before::Nothing), "the event has the id of the reservation");
    let earlier = scene.effects().len();
    // The kept access token is too old by now.
    scene.company.time.advance(Duration::hours(2));
    let request = reservation.clone();
    let answer = match scene.work(|process| async move { put(&process, &request).await }).await {
        Some(answer) => answer,
        None => put(&scene.another_process(), &reservation).await,
    };
    let expected = expected(before, approved);
    check_answer(&answer, &expected, &id);
    let events: Vec<_> = CALENDARS.iter().flat_map(|calendar| scene.company.world.events(calendar)).collect();
    assert_eq!(events.iter().map(|event| event["id"].as_str()).collect::<Vec<_>>(), [Some(&*id)], "one event");
    let now = scene.company.world.event(CALENDARS[0], &id).unwrap();
    let is_write = |operation: &str| matches!(operation, "events.insert" | "events.patch");
    let effects = scene.effects().into_iter().skip(earlier);
    let writes = effects.filter(|effect| is_write(&effect.call.operation) && effect.is_success()).count();
    if let Expected::Becomes(status) = expected {
        check_content(&now, status);
        assert_eq!(writes, 1, "how often it was written to");
    } else {
        assert_eq!(Some(now), event);
        assert_eq!(writes, 0, "how often it was written to");
    }
    assert_eq!(scene.company.world.forms(), [], "a workflow has its own forms");
}

/// What happened before the request.
async fn prepare(scene: &mut Scene, before: Before, approved: bool) {
    let world = scene.company.world.clone();
    let process = scene.another_process();
    let earlier = match before {
        Before::Nothing => return,
        Before::Pending => request(false),
        Before::Approved => request(true),
        // What is brought back must not be what was deleted.
        Before::Deleted => request(!approved),
        Before::AnotherReservation => namesake(),
    };
    let placed = put(&process, &Reservation::new(earlier).unwrap()).await.unwrap();
    match before {
        Before::Pending | Before::Approved => {
            world.person_moves(CALENDARS[0], &placed.id, ("2026-07-13", "2026-07-15"));
        }
        Before::Deleted => world.person_deletes(CALENDARS[0], &placed.id),
        Before::Nothing | Before::AnotherReservation => {}
    }
}

async fn put(process: &Moffman, reservation: &Reservation) -> Result<Placed, ReserveError> {
    place(process, &ReserveOrder { reservation: reservation.clone(), reopen: false, deadline: None }).await
}

/// The table: what a request leads to, given what was there before.
fn expected(before: Before, approved: bool) -> Expected {
    let wanted = if approved { Status::Approved } else { Status::Pending };
    match (before, wanted) {
        (Before::Nothing | Before::Deleted, _) | (Before::Pending, Status::Approved) => Expected::Becomes(wanted),
        (Before::Pending, Status::Pending) => Expected::Stays(Status::Pending),
        (Before::Approved, _) => Expected::Stays(Status::Approved),
        (Before::AnotherReservation, _) => Expected::Conflict,
    }
}

fn check_answer(answer: &Result<Placed, ReserveError>, expected: &Expected, id: &str) {
    match (answer, expected) {
        (Err(ReserveError::Conflict), Expected::Conflict) => {}
        (Ok(placed), Expected::Becomes(status) | Expected::Stays(status)) => {
            assert_eq!((&*placed.id, placed.status), (id, *status));
        }
        _ => panic!("{answer:?}"),
    }
}

/// The event is what was asked for.
fn check_content(event: &Value, status: Status) {
    let (title, colour, processed) = match status {
        Status::Pending => ("(a.b)", "4", "false"),
        Status::Approved => ("a.b", "5", "true"),
    };
    let private = &event["extendedProperties"]["private"];
    assert_eq!(event["status"], "confirmed", "{event:#}");
    assert_eq!((&event["summary"], &event["colorId"]), (&title.into(), &colour.into()), "{event:#}");
    assert_eq!(private["event_processed"], processed, "{event:#}");
    assert!(private["moffman_reservation"].is_string(), "{event:#}");
    let days = (&event["start"]["date"], &event["end"]["date"]);
    assert_eq!(days, (&"2026-07-06".into(), &"2026-07-08".into()), "{event:#}");
}

fn request(approved: bool) -> RequestedReservation {
    RequestedReservation {
        name: "a.b".to_owned(),
        email: Some("user@example.com".to_owned()),
        approved,
        start: "2026-07-06".to_owned(),
        end: "2026-07-08".to_owned(),
        request_dt: "c".to_owned(),
        office_id: "prague".to_owned(),
    }
}

/// Another reservation with the same event id: the dots of the name and of the request's date fall elsewhere.
fn namesake() -> RequestedReservation {
    RequestedReservation { name: "a".to_owned(), request_dt: "b.c".to_owned(), ..request(false) }
}
