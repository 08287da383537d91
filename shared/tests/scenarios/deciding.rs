//! A workflow, or a person, approves, rejects or cancels a reservation by its id.

use chrono::Duration;
use moffman::app::Moffman;
use moffman::decide::{DecideError, DecideOrder, Decided, decide};
use moffman::domain::decision::{Choice, Objection, WantedDecision, WantedVersion};
use moffman::domain::ended::HowEnded;
use moffman::domain::reservation::{RequestedReservation, Status};
use moffman::reservations::{FoundReservation, ReservationOrder, find};
use moffman::reserve::{Placed, ReserveError, ReserveOrder, place};
use moffman_simulators::{Fault, HookPoint};
use serde_json::json;

use crate::context::{Context, PRAGUE, request, reservation, run_test};

/// The id of [`request`]'s event.
pub const ID: &str = "30f3552b9a2751e69401d63fca065a11";

pub fn reject() -> Choice {
    Choice::Reject { reason: Some("no room".to_owned()) }
}

pub async fn decide_in(app: &Moffman, choice: Choice) -> Result<Decided, DecideError> {
    let wanted = WantedDecision { choice, version: WantedVersion::Any };
    decide(app, &DecideOrder { office: "prague".to_owned(), id: ID.into(), wanted, deadline: None }).await
}

/// How the reservation was ended, as the memory says; `None`: it is there.
pub async fn ended(app: &Moffman) -> Option<HowEnded> {
    let order = ReservationOrder { office: "prague".to_owned(), id: ID.into(), deadline: None };
    match find(app, &order).await.unwrap() {
        FoundReservation::Present(_) => None,
        FoundReservation::Ended(ended) => Some(ended.end.how),
    }
}

pub fn approved(request: &RequestedReservation) -> RequestedReservation {
    RequestedReservation { approved: true, ..request.clone() }
}

pub async fn reopen(ctx: &Context) -> Result<Placed, ReserveError> {
    let order = ReserveOrder { reservation: reservation(&request()).unwrap(), reopen: true, deadline: None };
    place(&ctx.app, &order).await
}

pub fn is_there(ctx: &Context) -> bool {
    ctx.event(PRAGUE, ID)["status"] == "confirmed"
}

pub fn expect_objection(outcome: &Result<Decided, DecideError>, expected: Objection) {
    assert!(matches!(outcome, Err(DecideError::Refused(objection)) if *objection == expected), "{outcome:?}");
}

pub fn is_refused_as(outcome: &Result<Placed, ReserveError>, how: HowEnded) -> bool {
    matches!(outcome, Err(ReserveError::Ended(ended)) if *ended == how)
}

#[tokio::test]
async fn an_approval_by_id_leaves_the_days_and_the_title_that_a_person_gave() {
    run_test(async |ctx| {
        for title in [None, Some("Some User, with a dog")] {
            ctx.reserve(&request()).await.unwrap();
            ctx.world.person_moves(PRAGUE, ID, ("2022-07-05", "2022-07-08"));
            if let Some(title) = title {
                ctx.world.person_renames(PRAGUE, ID, title);
            }
            let decided = decide_in(&ctx.app, Choice::Approve).await.unwrap();
            assert_eq!((decided.ended, decided.days.to_string().as_str()), (None, "2022-07-05/2022-07-08"));
            let event = ctx.event(PRAGUE, ID);
            assert_eq!((&event["summary"], &event["colorId"]), (&title.unwrap_or("Some User").into(), &"5".into()));
            let private = &event["extendedProperties"]["private"];
            assert_eq!(
                (&private["event_processed"], &private["moffman_requester"]),
                (&"true".into(), &"user@example.com".into())
            );
            decide_in(&ctx.app, Choice::Cancel).await.unwrap();
            reopen(ctx).await.unwrap();
        }
    })
    .await;
}

#[tokio::test]
async fn a_decision_costs_two_calls_and_an_end_two_writes() {
    run_test(async |ctx| {
        for (choice, dynamodb) in
            [(Choice::Approve, "{}"), (Choice::Cancel, r#"{"PutItem": 2}"#), (reject(), r#"{"PutItem": 2}"#)]
        {
            reopen(ctx).await.unwrap();
            ctx.dynamodb.take();
            let mark = ctx.world.mark();
            decide_in(&ctx.app, choice.clone()).await.unwrap();
            assert_eq!(ctx.world.calls_since(mark).len(), 2, "{choice:?}");
            assert_eq!(format!("{:?}", ctx.dynamodb.take()), dynamodb, "{choice:?}");
            let mark = ctx.world.mark();
            decide_in(&ctx.app, choice).await.unwrap();
            assert_eq!(ctx.world.calls_since(mark).len(), 1, "repeated");
        }
    })
    .await;
}

#[tokio::test]
async fn only_a_request_that_would_bring_an_event_back_reads_the_memory() {
    run_test(async |ctx| {
        ctx.reserve(&request()).await.unwrap();
        ctx.dynamodb.take();
        ctx.reserve(&request()).await.unwrap();
        ctx.reserve(&approved(&request())).await.unwrap();
        ctx.reserve(&approved(&request())).await.unwrap();
        assert_eq!(format!("{:?}", ctx.dynamodb.take()), "{}");
        ctx.world.person_deletes(PRAGUE, ID);
        ctx.reserve(&request()).await.unwrap();
        assert_eq!(format!("{:?}", ctx.dynamodb.take()), r#"{"GetItem": 1}"#);
    })
    .await;
}

#[tokio::test]
async fn what_was_ended_is_not_brought_back_by_a_late_repetition() {
    run_test(async |ctx| {
        for (choice, how) in [(reject(), HowEnded::Rejected), (Choice::Cancel, HowEnded::Cancelled)] {
            reopen(ctx).await.unwrap();
            decide_in(&ctx.app, choice).await.unwrap();
            for late in [request(), approved(&request())] {
                assert!(is_refused_as(&ctx.reserve(&late).await, how));
            }
            assert!(!is_there(ctx));
            assert_eq!(reopen(ctx).await.unwrap().status, Status::Pending);
            assert!(is_there(ctx));
            ctx.world.person_deletes(PRAGUE, ID);
            ctx.reserve(&request()).await.unwrap();
        }
    })
    .await;
}

#[tokio::test]
async fn what_a_person_brings_back_is_a_reservation_again_also_after_that() {
    run_test(async |ctx| {
        ctx.reserve(&request()).await.unwrap();
        decide_in(&ctx.app, reject()).await.unwrap();
        ctx.world.person_restores(PRAGUE, ID);
        assert_eq!(ctx.reserve(&request()).await.unwrap().status, Status::Pending);
        assert_eq!(ended(&ctx.app).await, None);
        decide_in(&ctx.app, Choice::Approve).await.unwrap();
        ctx.world.person_deletes(PRAGUE, ID);
        for choice in [Choice::Approve, reject(), Choice::Cancel] {
            expect_objection(&decide_in(&ctx.app, choice).await, Objection::NoSuchReservation);
        }
        assert_eq!(ctx.reserve(&approved(&request())).await.unwrap().status, Status::Approved);
        assert_eq!(decide_in(&ctx.app, Choice::Cancel).await.unwrap().ended, Some(HowEnded::Cancelled));
        assert_eq!(ended(&ctx.app).await, Some(HowEnded::Cancelled));
    })
    .await;
}

#[tokio::test]
async fn an_end_is_forgotten_after_400_days() {
    run_test(async |ctx| {
        ctx.reserve(&request()).await.unwrap();
        decide_in(&ctx.app, Choice::Cancel).await.unwrap();
        ctx.advance(Duration::days(400) - Duration::minutes(1));
        assert!(is_refused_as(&ctx.reserve(&request()).await, HowEnded::Cancelled));
        ctx.advance(Duration::minutes(1));
        expect_objection(&decide_in(&ctx.app, Choice::Cancel).await, Objection::NoSuchReservation);
        assert_eq!(ctx.reserve(&request()).await.unwrap().status, Status::Pending);
    })
    .await;
}

#[tokio::test]
async fn of_two_who_decide_at_once_one_succeeds() {
    run_test(async |ctx| {
        for (one, other) in [(reject(), Choice::Cancel), (Choice::Cancel, Choice::Cancel), (reject(), Choice::Approve)]
        {
            reopen(ctx).await.unwrap();
            let (first, second) = tokio::join!(decide_in(&ctx.app, one.clone()), decide_in(&ctx.app, other.clone()));
            match (&first, &second) {
                (Ok(first), Ok(second)) => assert_eq!(first, second, "both wanted the same"),
                (Ok(_), Err(DecideError::InProgress | DecideError::Refused(_)))
                | (Err(DecideError::InProgress | DecideError::Refused(_)), Ok(_)) => {}
                _ => panic!("{one:?}, {other:?}: {first:?}, {second:?}"),
            }
            let how = first.or(second).unwrap().ended;
            assert_eq!(ended(&ctx.app).await, how);
            if how.is_none() {
                decide_in(&ctx.app, Choice::Cancel).await.unwrap();
            }
        }
    })
    .await;
}

#[tokio::test]
async fn what_was_ended_is_not_brought_back_either_where_google_hides_it() {
    run_test(async |ctx| {
        ctx.reserve(&request()).await.unwrap();
        decide_in(&ctx.app, reject()).await.unwrap();
        ctx.world.hide_deleted(PRAGUE);
        assert!(is_refused_as(&ctx.reserve(&request()).await, HowEnded::Rejected));
        assert!(matches!(reopen(ctx).await, Err(ReserveError::Unusable)));
    })
    .await;
}
