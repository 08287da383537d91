//! Google in trouble during a sweep: what passes is not noticed, what stays is reported and nothing is lost.

use chrono::Duration;
use moffman_simulators::{Fault, HookPoint};

use crate::context::{ANNA, BORIS, PRAGUE, run_test};
use crate::decisions::refused;

#[tokio::test]
async fn trouble_that_passes_is_not_noticed() {
    run_test(async |ctx| {
        let mut days = ctx.world.now().date_naive().iter_days();
        for fault in [
            Fault::status(403, "userRateLimitExceeded"),
            Fault::retry_after(429, "rateLimitExceeded", 3),
            Fault::status(500, "backendError"),
            Fault::DropBeforeEffect,
            Fault::DropAfterEffect,
            Fault::Unauthorized401,
            Fault::Html(502),
        ] {
            for operation in ["events.list", "events.patch"] {
                let (start, end) = (days.next().unwrap().to_string(), days.clone().next().unwrap().to_string());
                let event = ctx.person_adds(PRAGUE, ANNA, (&start, &end));
                ctx.world.fail(operation, fault.clone());
                let report = ctx.sweep().await;
                assert_eq!((report.offices_failed, report.events_approved), (0, 1), "{operation} {fault:?}");
                ctx.expect_form();
                ctx.expect_approved((PRAGUE, &event), "Anna Nová", (&start, &end));
            }
        }
    })
    .await;
}

#[tokio::test]
async fn an_approval_that_google_refuses_stays_open_and_is_made_later_without_a_second_form() {
    run_test(async |ctx| {
        let event = ctx.person_adds(PRAGUE, ANNA, ("2026-06-18", "2026-06-19"));
        ctx.world.fail("events.patch", Fault::status(403, "forbidden"));
        let report = ctx.sweep().await;
        assert_eq!((report.forms.issued, report.events_approved, report.open), (1, 0, 1));
        assert_eq!(report.problems.len(), 1, "{report:?}");
        ctx.expect_form();

        let report = ctx.sweep().await;
        assert_eq!((report.forms.issued, report.events_approved, report.open), (0, 1, 0));
        ctx.expect_approved((PRAGUE, &event), "Anna Nová", ("2026-06-18", "2026-06-19"));
    })
    .await;
}

#[tokio::test]
async fn google_that_does_not_answer_is_given_up() {
    run_test(async |ctx| {
        let event = ctx.person_adds(PRAGUE, ANNA, ("2026-06-18", "2026-06-19"));
        let time = ctx.time.clone();
        ctx.world.when_hanging(move |_| time.advance(chrono::Duration::seconds(11)));
        ctx.world.fail("events.patch", Fault::Hang).always();
        let report = ctx.sweep().await;
        assert_eq!((report.forms.issued, report.events_approved, report.open), (1, 0, 1));
        ctx.expect_form();
        ctx.world.heal();
        ctx.advance(chrono::Duration::minutes(2));
        ctx.sweep().await;
        ctx.expect_approved((PRAGUE, &event), "Anna Nová", ("2026-06-18", "2026-06-19"));
    })
    .await;
}

#[tokio::test]
async fn a_new_token_is_fetched_when_google_refuses_the_old_one() {
    run_test(async |ctx| {
        ctx.sweep().await;
        assert_eq!(ctx.world.count("token"), 1, "one token for all calls");
        ctx.world.revoke_tokens();
        assert_eq!(ctx.sweep().await.offices_failed, 0);
        assert_eq!(ctx.world.count("token"), 2);
        ctx.restart("{}");
        ctx.sweep().await;
        assert_eq!(ctx.world.count("token"), 2, "another process finds it in DynamoDB");
    })
    .await;
}

#[tokio::test]
async fn an_event_that_changes_while_it_is_approved_is_read_and_judged_again() {
    run_test(async |ctx| {
        let event = ctx.person_adds(PRAGUE, ANNA, ("2026-06-18", "2026-06-19"));
        let (renamed, moved) = (event.clone(), event.clone());
        ctx.world.when("events.patch", HookPoint::BeforeEffect, move |world| {
            world.person_renames(PRAGUE, &renamed, "me");
            world.when("events.patch", HookPoint::BeforeEffect, move |world| {
                world.person_moves(PRAGUE, &moved, ("2026-06-22", "2026-06-23"));
            });
        });
        let report = ctx.sweep().await;
        assert_eq!((report.forms.issued, report.events_approved, report.open), (2, 1, 0));
        ctx.expect_form_for(ANNA, "18.06.2026", "18.06.2026");
        ctx.expect_form_for(ANNA, "22.06.2026", "22.06.2026");
        ctx.expect_approved((PRAGUE, &event), "Anna Nová", ("2026-06-22", "2026-06-23"));
    })
    .await;
}

#[tokio::test]
async fn a_record_that_cannot_be_read_holds_nothing_else_up() {
    run_test(async |ctx| {
        let (event, _) = refused(ctx).await;
        ctx.spoil(PRAGUE, &event).await;
        let token = ctx.token(PRAGUE).await;
        ctx.advance(Duration::hours(1));

        // It is listed once more, and beside it another event, which is new.
        ctx.world.person_renames(PRAGUE, &event, "me");
        let other = ctx.person_adds(PRAGUE, BORIS, ("2026-06-18", "2026-06-19"));
        let report = ctx.sweep().await;
        assert_eq!((report.offices_swept, report.offices_failed, report.events_approved), (2, 0, 1), "{report:?}");
        assert!(report.problems[0].problem.contains("cannot be read"), "{report:?}");
        ctx.expect_form_for(BORIS, "18.06.2026", "18.06.2026");
        ctx.expect_approved((PRAGUE, &other), "Boris Malý", ("2026-06-18", "2026-06-19"));
        ctx.expect_untouched(PRAGUE, &event);
        assert_ne!(ctx.token(PRAGUE).await, token, "the cursor moves on");
        let report = ctx.sweep().await;
        assert_eq!((report.offices_failed, report.problems.len()), (0, 1), "said in every sweep: {report:?}");
    })
    .await;
}

#[tokio::test]
async fn a_calendar_that_starts_over_is_read_to_its_end_although_a_record_cannot_be_read() {
    run_test(async |ctx| {
        let (event, _) = refused(ctx).await;
        ctx.spoil(PRAGUE, &event).await;
        let token = ctx.token(PRAGUE).await;
        ctx.world.expire_sync_tokens(PRAGUE);
        let report = ctx.sweep().await;
        assert_eq!((report.offices_failed, report.forms.issued), (0, 0), "{report:?}");
        assert_ne!(ctx.token(PRAGUE).await, token);
    })
    .await;
}
