//! What goes wrong is put right by the next alignment.

use chrono::TimeDelta;
use moffman::scheduler::SchedulerError;
use moffman::schedules::{AlignError, align};
use moffman_simulators::{Fault, HookPoint, Matcher};
use serde_json::json;

use crate::context::{GROUP, run_test, usual, with, with_offices};

#[tokio::test]
async fn a_half_applied_diff_is_finished_and_the_old_schedules_go_only_then() {
    run_test(async |ctx| {
        ctx.align(&with_offices(200)).await;
        let busy = Fault::status(429, "ThrottlingException");
        ctx.world.fail(Matcher::operation("CreateSchedule").containing("sweep-1-of-2"), busy);
        let report = ctx.align(&with_offices(201)).await;
        assert!(!report.aligned && report.changes.len() == 1, "{report:?}");
        assert_eq!(report.failures.len(), 2, "{report:?}");
        assert!(report.failures[0].ends_with("EventBridge Scheduler is busy or cannot be reached"), "{report:?}");
        assert_eq!(report.failures[1], "delete sweep-0-of-1: left to the next alignment");
        assert_eq!(ctx.schedules(), ["sweep-0-of-1", "sweep-0-of-2"]);
        ctx.advance(60);
        let report = ctx.align(&with_offices(201)).await;
        assert!(report.aligned && report.changes.len() == 2, "{report:?}");
        assert_eq!(ctx.schedules(), ["sweep-0-of-2", "sweep-1-of-2"]);
        let start = |name: &str| ctx.schedule(name)["StartDate"].as_i64().unwrap();
        assert_eq!((start("sweep-1-of-2") - start("sweep-0-of-2")).rem_euclid(7_200), 3_600, "in step");
    })
    .await;
}

#[tokio::test]
async fn two_alignments_at_once_are_one() {
    run_test(async |ctx| {
        let app = ctx.process(&with_offices(401));
        let orders = (ctx.order(false), ctx.order(false));
        let align = |order| Box::pin(align(&app, order));
        let (one, other) = tokio::join!(align(&orders.0), align(&orders.1));
        let (one, other) = (one.unwrap(), other.unwrap());
        assert!(one.aligned && other.aligned, "{one:?} {other:?}");
        assert_eq!(one.changes.len() + other.changes.len(), 3, "{one:?} {other:?}");
        assert_eq!(ctx.schedules(), ["sweep-0-of-3", "sweep-1-of-3", "sweep-2-of-3"]);
        assert!(ctx.align(&with_offices(401)).await.changes.is_empty());
    })
    .await;
}

#[tokio::test]
async fn what_another_one_made_meanwhile_is_taken_if_it_is_right() {
    run_test(async |ctx| {
        ctx.align(&usual()).await;
        let right = ctx.schedule("sweep-0-of-1");
        ctx.world.remove_schedule(GROUP, "sweep-0-of-1");
        let meanwhile = |every: &str| {
            let content = json!({
                "Description": right["Description"],
                "ScheduleExpression": every,
                "StartDate": right["StartDate"],
                "FlexibleTimeWindow": right["FlexibleTimeWindow"],
                "Target": right["Target"],
            });
            ctx.world.when("CreateSchedule", HookPoint::BeforeEffect, move |world| {
                world.put_schedule(GROUP, "sweep-0-of-1", content.clone());
            });
        };
        ctx.advance(5);
        meanwhile("rate(2 hours)");
        let report = ctx.align(&usual()).await;
        assert!(report.aligned && report.changes.is_empty() && report.unchanged == 1, "{report:?}");
        ctx.world.remove_schedule(GROUP, "sweep-0-of-1");
        meanwhile("rate(5 hours)");
        let failed = ctx.try_align(&usual()).await.unwrap_err();
        assert!(failed.to_string().ends_with("it was changed at the same time"), "{failed}");
        assert!(ctx.align(&usual()).await.changes[0].contains("rate(5 hours) becomes rate(2 hours)"));
    })
    .await;
}

#[tokio::test]
async fn what_vanishes_meanwhile_is_no_trouble() {
    run_test(async |ctx| {
        ctx.align(&with_offices(201)).await;
        // Listed, then gone before it is read: it is made anew.
        ctx.world.when(
            Matcher::operation("GetSchedule").containing("sweep-1-of-2"),
            HookPoint::BeforeEffect,
            |world| {
                world.remove_schedule(GROUP, "sweep-1-of-2");
            },
        );
        assert!(ctx.align(&with_offices(201)).await.changes[0].starts_with("create sweep-1-of-2"));
        // Gone before it is deleted: it is deleted.
        ctx.world.when(
            Matcher::operation("DeleteSchedule").containing("sweep-1-of-2"),
            HookPoint::BeforeEffect,
            |world| {
                world.remove_schedule(GROUP, "sweep-1-of-2");
            },
        );
        assert!(ctx.align(&with_offices(200)).await.aligned);
        // Gone before it is changed: made by the next one.
        ctx.world.when("UpdateSchedule", HookPoint::BeforeEffect, |world| world.remove_schedule(GROUP, "sweep-0-of-1"));
        let hourly = with(with_offices(200), "general/manual_calendar_check_interval", json!(3600));
        let failed = ctx.try_align(&hourly).await.unwrap_err();
        assert!(failed.to_string().ends_with("there is no such schedule or schedule group"), "{failed}");
        assert!(ctx.align(&hourly).await.aligned);
    })
    .await;
}

#[tokio::test]
async fn an_answer_that_is_lost_is_no_harm() {
    run_test(async |ctx| {
        ctx.world.fail("CreateSchedule", Fault::DropAfterEffect);
        assert!(matches!(ctx.try_align(&usual()).await, Err(AlignError::NothingChanged(_))));
        let report = ctx.align(&usual()).await;
        assert!(report.aligned && report.changes.is_empty(), "{report:?}");
    })
    .await;
}

#[tokio::test]
async fn schedules_that_cannot_be_read_are_an_error() {
    run_test(async |ctx| {
        ctx.world.fail("ListSchedules", Fault::status(403, "AccessDeniedException"));
        let refused = ctx.try_align(&usual()).await.unwrap_err();
        assert!(
            matches!(&refused, AlignError::Unreadable(SchedulerError::Refused(why)) if why.starts_with("AccessDenied")),
            "{refused}"
        );
        ctx.world.fail("ListSchedules", Fault::Html(503));
        assert!(matches!(ctx.try_align(&usual()).await, Err(AlignError::Unreadable(SchedulerError::Unavailable))));
        let elsewhere = with(usual(), "aws/schedule_group", json!("no-such-group"));
        assert!(matches!(ctx.try_align(&elsewhere).await, Err(AlignError::Unreadable(SchedulerError::NotFound))));
        assert_eq!(ctx.writes(), 0);
    })
    .await;
}

#[tokio::test]
async fn what_does_not_fit_before_the_deadline_is_left_to_the_next_alignment() {
    run_test(async |ctx| {
        let app = ctx.process(&with_offices(401));
        let deadline = Some(app.clock.moment() + std::time::Duration::from_secs(30));
        ctx.world.when("CreateSchedule", HookPoint::AfterEffect, |world| world.advance(TimeDelta::minutes(1)));
        let report = align(&app, &moffman::schedules::AlignOrder { deadline, ..ctx.order(false) }).await.unwrap();
        assert_eq!((report.aligned, report.changes.len(), report.failures.len()), (false, 1, 2), "{report:?}");
        assert!(ctx.align(&with_offices(401)).await.aligned);
        assert_eq!(ctx.schedules().len(), 3);
    })
    .await;
}
