//! A workflow registers and approves days over the REST API.

use moffman::domain::reservation::{RequestedReservation, Status};
use moffman::reserve::{Placed, ReserveError, ReserveOrder, place};
use moffman_simulators::{Fault, HookPoint, Matcher};

use crate::context::{Context, PRAGUE, request, reservation, run_test};

/// The id of [`request`]'s event.
const ID: &str = "30f3552b9a2751e69401d63fca065a11";

fn approved(request: &RequestedReservation) -> RequestedReservation {
    RequestedReservation { approved: true, ..request.clone() }
}

/// Another reservation with the same event id: the dots of the name and the request's date fall elsewhere.
fn namesakes() -> (RequestedReservation, RequestedReservation) {
    let one = RequestedReservation { name: "a.b".to_owned(), request_dt: "c".to_owned(), ..request() };
    let other = RequestedReservation { name: "a".to_owned(), request_dt: "b.c".to_owned(), ..request() };
    (one, other)
}

fn expect(ctx: &Context, title: &str, colour: &str, processed: &str) {
    let event = ctx.event(PRAGUE, ID);
    assert_eq!(event["status"], "confirmed", "{event:#}");
    assert_eq!(event["summary"], title, "{event:#}");
    assert_eq!(event["colorId"], colour, "{event:#}");
    assert_eq!(event["extendedProperties"]["private"]["event_processed"], processed, "{event:#}");
}

#[tokio::test]
async fn a_new_reservation_is_pending() {
    run_test(async |ctx| {
        let placed = ctx.reserve(&request()).await.unwrap();
        assert_eq!((&*placed.id, placed.office_id.as_str(), placed.status), (ID, "prague", Status::Pending));
        assert_eq!(placed.days.to_string(), "2022-06-28/2022-06-29");
        expect(ctx, "(Some User)", "4", "false");
        let event = ctx.event(PRAGUE, ID);
        assert_eq!((&event["start"]["date"], &event["end"]["date"]), (&"2022-06-28".into(), &"2022-06-29".into()));
        assert_eq!(event["extendedProperties"]["private"]["moffman_requester"], "user@example.com");
        assert!(event["extendedProperties"]["private"]["moffman_reservation"].is_string());
    })
    .await;
}

#[tokio::test]
async fn a_new_reservation_may_be_approved_at_once() {
    run_test(async |ctx| {
        let placed = ctx.reserve(&approved(&request())).await.unwrap();
        assert_eq!(placed.status, Status::Approved);
        expect(ctx, "Some User", "5", "true");
    })
    .await;
}

#[tokio::test]
async fn a_pending_reservation_that_is_repeated_stays_as_it_is() {
    run_test(async |ctx| {
        ctx.reserve(&request()).await.unwrap();
        ctx.world.person_renames(PRAGUE, ID, "(Some User, with a dog)");
        let before = ctx.event(PRAGUE, ID);
        let placed = ctx.reserve(&request()).await.unwrap();
        assert_eq!(placed.status, Status::Pending);
        assert_eq!(ctx.event(PRAGUE, ID), before);
    })
    .await;
}

#[tokio::test]
async fn an_approval_takes_over_title_colour_and_dates_of_the_request() {
    run_test(async |ctx| {
        ctx.reserve(&request()).await.unwrap();
        ctx.world.person_moves(PRAGUE, ID, ("2022-07-05", "2022-07-08"));
        let placed = ctx.reserve(&approved(&request())).await.unwrap();
        assert_eq!(placed.status, Status::Approved);
        assert_eq!(placed.days.to_string(), "2022-06-28/2022-06-29");
        expect(ctx, "Some User", "5", "true");
        assert_eq!(ctx.event(PRAGUE, ID)["start"]["date"], "2022-06-28");
    })
    .await;
}

#[tokio::test]
async fn an_approval_is_never_taken_back() {
    run_test(async |ctx| {
        ctx.reserve(&approved(&request())).await.unwrap();
        ctx.world.person_moves(PRAGUE, ID, ("2022-07-05", "2022-07-06"));
        let before = ctx.event(PRAGUE, ID);
        for again in [request(), approved(&request())] {
            let placed = ctx.reserve(&again).await.unwrap();
            assert_eq!(placed.status, Status::Approved);
            assert_eq!(placed.days.to_string(), "2022-07-05/2022-07-06", "as the calendar has it");
        }
        assert_eq!(ctx.event(PRAGUE, ID), before);
    })
    .await;
}

#[tokio::test]
async fn a_deleted_reservation_is_revived_as_requested() {
    run_test(async |ctx| {
        ctx.reserve(&approved(&request())).await.unwrap();
        ctx.world.person_deletes(PRAGUE, ID);
        assert_eq!(ctx.reserve(&request()).await.unwrap().status, Status::Pending);
        expect(ctx, "(Some User)", "4", "false");

        ctx.world.person_deletes(PRAGUE, ID);
        assert_eq!(ctx.reserve(&approved(&request())).await.unwrap().status, Status::Approved);
        expect(ctx, "Some User", "5", "true");
    })
    .await;
}

#[tokio::test]
async fn an_id_that_belongs_to_another_reservation_is_a_conflict() {
    run_test(async |ctx| {
        let (one, other) = namesakes();
        let placed = ctx.reserve(&one).await.unwrap();
        let before = ctx.event(PRAGUE, &placed.id);
        for other in [other.clone(), approved(&other)] {
            assert!(matches!(ctx.reserve(&other).await, Err(ReserveError::Conflict)));
        }
        assert_eq!(ctx.event(PRAGUE, &placed.id), before);
    })
    .await;
}

#[tokio::test]
async fn an_event_of_upstream_is_the_same_reservation_and_gets_the_digest_with_its_approval() {
    run_test(async |ctx| {
        ctx.reserve(&request()).await.unwrap();
        // Upstream wrote no digest; a person has renamed it.
        let upstream = serde_json::json!({
            "summary": "Some User?",
            "extendedProperties": {"private": {"event_processed": "false"}},
        });
        ctx.world.person_edits(PRAGUE, ID, &upstream);
        assert_eq!(ctx.reserve(&request()).await.unwrap().status, Status::Pending);
        assert_eq!(ctx.reserve(&approved(&request())).await.unwrap().status, Status::Approved);
        expect(ctx, "Some User", "5", "true");
        assert!(ctx.event(PRAGUE, ID)["extendedProperties"]["private"]["moffman_reservation"].is_string());
    })
    .await;
}

#[tokio::test]
async fn two_identical_requests_at_once_leave_one_event() {
    run_test(async |ctx| {
        for request in [request(), approved(&RequestedReservation { start: "2022-06-20".to_owned(), ..request() })] {
            let (one, other) = tokio::join!(ctx.reserve(&request), ctx.reserve(&request));
            let [one, other] = [one.unwrap(), other.unwrap()];
            assert!(one.is_new != other.is_new, "one of them has made it");
            assert_eq!(one, Placed { is_new: one.is_new, ..other });
        }
        assert_eq!(ctx.world.events(PRAGUE).len(), 2);
    })
    .await;
}

#[tokio::test]
async fn a_pending_and_an_approving_request_at_once_end_approved() {
    run_test(async |ctx| {
        let (pending, approving) = (request(), approved(&request()));
        let (pending, approving) = tokio::join!(ctx.reserve(&pending), ctx.reserve(&approving));
        pending.unwrap();
        assert_eq!(approving.unwrap().status, Status::Approved);
        expect(ctx, "Some User", "5", "true");
    })
    .await;
}

#[tokio::test]
async fn a_person_who_edits_between_read_and_write_is_not_overwritten_unseen() {
    run_test(async |ctx| {
        ctx.reserve(&request()).await.unwrap();
        ctx.world.when("events.patch", HookPoint::BeforeEffect, |world| {
            world.person_renames(PRAGUE, ID, "(moved meanwhile)");
        });
        let mark = ctx.world.mark();
        ctx.reserve(&approved(&request())).await.unwrap();
        assert_eq!(ctx.world.count_since(mark, "events.get"), 2, "read again after the refused write");
        expect(ctx, "Some User", "5", "true");
    })
    .await;
}

#[tokio::test]
async fn where_google_refuses_to_revive_an_event_its_id_is_unusable() {
    run_test(async |ctx| {
        ctx.reserve(&request()).await.unwrap();
        ctx.world.person_deletes(PRAGUE, ID);
        ctx.world.refuse_revival(PRAGUE);
        assert!(matches!(ctx.reserve(&approved(&request())).await, Err(ReserveError::Unusable)));
    })
    .await;
}

#[tokio::test]
async fn where_google_hides_a_deleted_event_its_id_is_unusable() {
    run_test(async |ctx| {
        ctx.reserve(&request()).await.unwrap();
        ctx.world.person_deletes(PRAGUE, ID);
        ctx.world.hide_deleted(PRAGUE);
        for request in [request(), approved(&request())] {
            assert!(matches!(ctx.reserve(&request).await, Err(ReserveError::Unusable)));
        }
    })
    .await;
}

#[tokio::test]
async fn a_lost_answer_is_not_a_second_event() {
    run_test(async |ctx| {
        ctx.world.fail("events.insert", Fault::DropAfterEffect);
        assert_eq!(ctx.reserve(&request()).await.unwrap().status, Status::Pending);
        ctx.world.fail("events.patch", Fault::DropAfterEffect);
        assert_eq!(ctx.reserve(&approved(&request())).await.unwrap().status, Status::Approved);
        expect(ctx, "Some User", "5", "true");
        assert_eq!(ctx.world.events(PRAGUE).len(), 1);
    })
    .await;
}

#[tokio::test]
async fn the_same_day_as_start_and_end_is_one_day() {
    run_test(async |ctx| {
        let one_day = RequestedReservation { end: "2022-06-28".to_owned(), ..request() };
        let placed = ctx.reserve(&one_day).await.unwrap();
        assert_eq!(placed.days.to_string(), "2022-06-28/2022-06-29");
        assert_ne!(&*placed.id, ID, "the id hashes the texts as received");
        assert_eq!(ctx.event(PRAGUE, &placed.id)["end"]["date"], "2022-06-29");
    })
    .await;
}

#[tokio::test]
async fn unusual_names_are_kept_and_long_ones_are_cut_in_the_title() {
    run_test(async |ctx| {
        let long = "ž".repeat(2000);
        for name in ["Ō'Brien \"Q\" 👩‍💻", "\u{202e}gnihsrever", "a/b?c#d&e%f", long.as_str()] {
            let request = RequestedReservation { name: name.to_owned(), approved: true, ..request() };
            let placed = ctx.reserve(&request).await.unwrap();
            let title: String = name.chars().take(1024).collect();
            assert_eq!(ctx.event(PRAGUE, &placed.id)["summary"], title.as_str());
        }
    })
    .await;
}

#[test]
fn names_and_dates_that_cannot_be_are_refused_with_their_field() {
    for (change, field) in [
        (RequestedReservation { name: String::new(), ..request() }, "user.name"),
        (RequestedReservation { name: " \u{a0} ".to_owned(), ..request() }, "user.name"),
        (RequestedReservation { name: "two\nlines".to_owned(), ..request() }, "user.name"),
        (RequestedReservation { start: "2026-02-30".to_owned(), ..request() }, "start"),
        (RequestedReservation { start: "28.06.2022".to_owned(), ..request() }, "start"),
        (RequestedReservation { end: "2022-06-27".to_owned(), ..request() }, "end"),
        (RequestedReservation { end: "2022-06-29T00:00:00".to_owned(), ..request() }, "end"),
    ] {
        let fields: Vec<_> = reservation(&change).unwrap_err().iter().map(|invalid| invalid.field).collect();
        assert_eq!(fields, [field], "{change:?}");
    }
    let all = RequestedReservation { name: String::new(), start: "x".to_owned(), end: "y".to_owned(), ..request() };
    let fields: Vec<_> = reservation(&all).unwrap_err().iter().map(|invalid| invalid.field).collect();
    assert_eq!(fields, ["user.name", "start", "end"]);
}

#[tokio::test]
async fn an_unknown_office_is_said_to_be_unknown_and_google_is_not_asked() {
    run_test(async |ctx| {
        let nowhere = RequestedReservation { office_id: "nowhere".to_owned(), ..request() };
        assert!(matches!(ctx.reserve(&nowhere).await, Err(ReserveError::Directory(_))));
        assert!(ctx.world.calls().is_empty());
    })
    .await;
}

#[tokio::test]
async fn google_trouble_that_passes_is_not_noticed() {
    run_test(async |ctx| {
        for fault in [
            Fault::status(403, "rateLimitExceeded"),
            Fault::retry_after(429, "rateLimitExceeded", 2),
            Fault::status(503, "backendError"),
            Fault::DropBeforeEffect,
            Fault::Html(502),
            Fault::Unauthorized401,
            Fault::Truncated,
        ] {
            ctx.world.fail(Matcher::operation("events.insert"), fault.clone());
            let name = format!("{fault:?}");
            let placed = ctx.reserve(&RequestedReservation { name, ..request() }).await;
            assert_eq!(placed.unwrap().status, Status::Pending, "{fault:?}");
        }
    })
    .await;
}

#[tokio::test]
async fn a_deadline_ends_the_retries() {
    run_test(async |ctx| {
        ctx.world.fail("events.insert", Fault::retry_after(503, "backendError", 20)).always();
        let deadline = ctx.app.clock.moment() + std::time::Duration::from_secs(10);
        let late = place(
            &ctx.app,
            &ReserveOrder { reservation: reservation(&request()).unwrap(), reopen: false, deadline: Some(deadline) },
        )
        .await;
        assert!(matches!(late, Err(ReserveError::Google(_))));
        assert_eq!(ctx.world.count("events.insert"), 1);
        ctx.world.heal();
    })
    .await;
}
