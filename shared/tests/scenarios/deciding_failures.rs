//! Decisions about reservations that fail: at Google, at the table, or because the process ends.

use chrono::Duration;
use moffman::decide::DecideError;
use moffman::domain::decision::{Choice, Objection};
use moffman::domain::ended::HowEnded;
use moffman::domain::reservation::Status;
use moffman_simulators::{Fault, HookPoint};
use serde_json::json;

use crate::context::{Context, PRAGUE, request, run_test};
use crate::deciding::{ID, decide_in, ended, expect_objection, is_refused_as, is_there, reject, reopen};

#[tokio::test]
async fn a_lost_answer_changes_nothing() {
    run_test(async |ctx| {
        for choice in [Choice::Approve, Choice::Cancel, reject()] {
            reopen(ctx).await.unwrap();
            ctx.world.fail("events.patch", Fault::DropAfterEffect);
            let ended = decide_in(&ctx.app, choice.clone()).await.unwrap().ended;
            assert_eq!(decide_in(&ctx.app, choice).await.unwrap().ended, ended);
            if let Some(how) = ended {
                assert!(is_refused_as(&ctx.reserve(&request()).await, how));
            }
        }
    })
    .await;
}

#[tokio::test]
async fn lost_answers_of_the_table_change_nothing() {
    run_test(async |ctx| {
        ctx.reserve(&request()).await.unwrap();
        ctx.dynamodb.lose_answers_of("PutItem");
        assert_eq!(decide_in(&ctx.app, reject()).await.unwrap().ended, Some(HowEnded::Rejected));
        ctx.dynamodb.heal();
        ctx.dynamodb.lose_answers_of("TransactWriteItems");
        reopen(ctx).await.unwrap();
        ctx.dynamodb.heal();
        ctx.world.person_deletes(PRAGUE, ID);
        ctx.reserve(&request()).await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn a_decision_that_cannot_write_down_that_it_ended_a_reservation_is_repeated() {
    run_test(async |ctx| {
        ctx.reserve(&request()).await.unwrap();
        let dynamodb = ctx.dynamodb.clone();
        ctx.world.when("events.patch", HookPoint::AfterEffect, move |_| dynamodb.fail_all());
        let failed = decide_in(&ctx.app, reject()).await;
        assert!(matches!(failed, Err(DecideError::Store(_))), "{failed:?}");
        ctx.dynamodb.heal();
        assert!(is_refused_as(&ctx.reserve(&request()).await, HowEnded::Rejected));
        assert_eq!(ended(&ctx.app).await, Some(HowEnded::Rejected));
        expect_objection(&decide_in(&ctx.app, Choice::Cancel).await, Objection::Ended(HowEnded::Rejected));
        assert_eq!(decide_in(&ctx.app, reject()).await.unwrap().reason.as_deref(), Some("no room"));
        // It is written down now, so whoever brings the event back and deletes it again is told apart.
        ctx.world.person_restores(PRAGUE, ID);
        ctx.world.person_deletes(PRAGUE, ID);
        assert_eq!(ctx.reserve(&request()).await.unwrap().status, Status::Pending);
    })
    .await;
}

#[tokio::test]
async fn nobody_waits_for_a_decision_that_google_does_not_carry_out() {
    run_test(async |ctx| {
        ctx.reserve(&request()).await.unwrap();
        ctx.world.fail("events.patch", Fault::status(403, "requiredAccessLevel"));
        assert!(matches!(decide_in(&ctx.app, Choice::Cancel).await, Err(DecideError::Google(_))));
        assert!(is_there(ctx));
        assert_eq!(decide_in(&ctx.app, reject()).await.unwrap().ended, Some(HowEnded::Rejected));
    })
    .await;
}

#[tokio::test]
async fn a_decision_that_came_too_late_leaves_no_trace() {
    run_test(async |ctx| {
        ctx.reserve(&request()).await.unwrap();
        ctx.world.when("events.patch", HookPoint::BeforeEffect, move |world| {
            let approval = json!({"extendedProperties": {"private": {"event_processed": "true"}}});
            world.person_edits(PRAGUE, ID, &approval);
        });
        expect_objection(&decide_in(&ctx.app, reject()).await, Objection::AlreadyApproved);
        ctx.world.person_deletes(PRAGUE, ID);
        assert_eq!(ctx.reserve(&request()).await.unwrap().status, Status::Pending);
    })
    .await;
}

#[tokio::test]
async fn nobody_waits_for_a_decision_whose_outcome_is_unknown() {
    run_test(async |ctx| {
        ctx.reserve(&request()).await.unwrap();
        ctx.world.fail("events.patch", Fault::status(503, "backendError")).always();
        assert!(matches!(decide_in(&ctx.app, Choice::Cancel).await, Err(DecideError::Google(_))));
        ctx.world.heal();
        assert_eq!(decide_in(&ctx.app, reject()).await.unwrap().ended, Some(HowEnded::Rejected));
    })
    .await;
}

#[tokio::test]
async fn a_decision_of_a_process_that_is_gone_is_waited_for_a_minute() {
    run_test(async |ctx| {
        ctx.reserve(&request()).await.unwrap();
        ctx.world.fail("events.patch", Fault::Hang);
        hangs(ctx, Choice::Cancel).await;
        let other = decide_in(&ctx.app, reject()).await;
        assert!(matches!(other, Err(DecideError::InProgress)), "{other:?}");
        assert_eq!(decide_in(&ctx.app, Choice::Approve).await.unwrap().ended, None, "it is about this event alone");
        expect_objection(&decide_in(&ctx.app, reject()).await, Objection::AlreadyApproved);
        assert_eq!(decide_in(&ctx.app, Choice::Cancel).await.unwrap().ended, Some(HowEnded::Cancelled));

        reopen(ctx).await.unwrap();
        ctx.world.fail("events.patch", Fault::Hang);
        hangs(ctx, Choice::Cancel).await;
        ctx.advance(Duration::minutes(1));
        assert_eq!(decide_in(&ctx.app, reject()).await.unwrap().ended, Some(HowEnded::Rejected));
    })
    .await;
}

/// The service decides until it hangs, and is killed there.
async fn hangs(ctx: &Context, choice: Choice) {
    let (hangs, mut hanging) = tokio::sync::watch::channel(false);
    ctx.world.when_hanging(move |_| {
        hangs.send_replace(true);
    });
    tokio::select! {
        _ = decide_in(&ctx.app, choice) => panic!("something hangs"),
        _ = hanging.wait_for(|hangs| *hangs) => {}
    }
    ctx.world.when_hanging(|_| {});
}

#[tokio::test]
async fn a_decision_that_came_to_nothing_is_not_why_a_person_deletes_the_reservation_later() {
    run_test(async |ctx| {
        ctx.reserve(&request()).await.unwrap();
        ctx.world.fail("events.patch", Fault::status(503, "backendError")).always();
        decide_in(&ctx.app, Choice::Cancel).await.unwrap_err();
        ctx.world.heal();
        decide_in(&ctx.app, Choice::Approve).await.unwrap();
        ctx.advance(Duration::days(7));
        ctx.world.person_deletes(PRAGUE, ID);
        expect_objection(&decide_in(&ctx.app, Choice::Cancel).await, Objection::NoSuchReservation);
        assert_eq!(ctx.reserve(&request()).await.unwrap().status, Status::Pending, "as without the decision");
    })
    .await;
}

#[tokio::test]
async fn what_cannot_be_brought_back_stays_ended() {
    run_test(async |ctx| {
        ctx.reserve(&request()).await.unwrap();
        decide_in(&ctx.app, Choice::Cancel).await.unwrap();
        ctx.world.fail("events.patch", Fault::status(503, "backendError")).always();
        reopen(ctx).await.unwrap_err();
        ctx.world.heal();
        assert_eq!(ended(&ctx.app).await, Some(HowEnded::Cancelled));
        assert!(is_refused_as(&ctx.reserve(&request()).await, HowEnded::Cancelled));
        reopen(ctx).await.unwrap();
        assert_eq!(ended(&ctx.app).await, None);
    })
    .await;
}
