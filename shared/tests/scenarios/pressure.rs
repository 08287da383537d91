//! Slow services and little time: what can be done is done, and one thing keeps no other waiting.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use chrono::Duration;
use moffman::sweep::sweep;
use moffman_simulators::{Fault, HookPoint, Matcher};

use crate::context::{ANNA, BORIS, BRNO, PRAGUE, days, everything, run_test};

#[tokio::test]
async fn slow_forms_of_one_office_keep_no_other_from_being_read() {
    run_test(async |ctx| {
        for day in ["2026-06-16", "2026-06-17", "2026-06-18"] {
            ctx.person_adds(PRAGUE, ANNA, (day, day));
        }
        let event = ctx.person_adds(BRNO, ANNA, ("2026-06-19", "2026-06-20"));
        let time = ctx.time.clone();
        ctx.world.when_hanging(move |_| time.advance(Duration::seconds(16)));
        ctx.world.fail("form", Fault::Hang).times(2);
        let deadline = Some(ctx.app.clock.moment() + std::time::Duration::from_secs(70));
        let order = moffman::sweep::SweepOrder { deadline, ..everything() };
        let report = sweep(&ctx.app, &order).await.unwrap();
        assert_eq!((report.offices_swept, report.offices_failed), (2, 0), "{report:?}");
        assert_eq!(ctx.open(BRNO).await.len() + ctx.open(PRAGUE).await.len(), report.open);

        ctx.world.heal();
        ctx.advance(Duration::hours(1));
        let report = ctx.sweep().await;
        assert_eq!(report.open, 0, "{report:?}");
        for _ in 0..4 {
            ctx.expect_form();
        }
        ctx.expect_approved((BRNO, &event), "Anna Nová", ("2026-06-19", "2026-06-20"));
    })
    .await;
}

#[tokio::test]
async fn forms_are_never_sent_side_by_side() {
    run_test(async |ctx| {
        for calendar in [PRAGUE, BRNO] {
            for day in ["2026-06-18", "2026-06-19"] {
                let person = if calendar == PRAGUE { ANNA } else { BORIS };
                ctx.person_adds(calendar, person, (day, day));
            }
        }
        // While the first form hangs, no other is under way.
        ctx.world.fail("form", Fault::Hang);
        let (world, time) = (ctx.world.clone(), ctx.time.clone());
        let under_way = Arc::new(AtomicUsize::new(0));
        let seen = under_way.clone();
        ctx.world.when_hanging(move |_| {
            seen.store(world.count("form"), Ordering::SeqCst);
            time.advance(Duration::seconds(16));
        });
        let report = ctx.sweep().await;
        assert_eq!(under_way.load(Ordering::SeqCst), 1);
        assert_eq!((report.forms.issued, report.forms.unknown), (3, 1));
        for _ in 0..3 {
            ctx.expect_form();
        }
    })
    .await;
}

#[tokio::test]
async fn a_calendar_that_does_not_answer_keeps_no_other_from_being_worked_on() {
    run_test(async |ctx| {
        let event = ctx.person_adds(BRNO, ANNA, ("2026-06-18", "2026-06-19"));
        ctx.world.fail(Matcher::operation("events.list").on_calendar(PRAGUE), Fault::Hang);
        // Time stands still until Brno's event is approved: only then is Prague's answer late.
        let (time, hung) = (ctx.time.clone(), Arc::new(AtomicUsize::new(0)));
        let seen = hung.clone();
        ctx.world.when("events.patch", HookPoint::AfterEffect, move |world| {
            seen.store(world.hanging(), Ordering::SeqCst);
            time.advance(Duration::seconds(11));
        });
        let swept = tokio::time::timeout(std::time::Duration::from_secs(20), ctx.sweep());
        let report = swept.await.expect("Brno does not wait for Prague");
        assert_eq!(hung.load(Ordering::SeqCst), 1);
        assert_eq!((report.offices_swept, report.events_approved), (2, 1), "{report:?}");
        ctx.expect_form();
        ctx.expect_approved((BRNO, &event), "Anna Nová", ("2026-06-18", "2026-06-19"));
    })
    .await;
}

#[tokio::test]
async fn many_open_events_are_read_one_by_one_as_their_turn_comes() {
    run_test(async |ctx| {
        for (start, end) in days(ctx).take(30) {
            ctx.person_adds(PRAGUE, ANNA, (&start, &end));
        }
        ctx.world.fail("form", Fault::status(500, "no blank PDF")).always();
        ctx.sweep().await;
        ctx.world.heal();
        ctx.advance(Duration::hours(1));

        // Time for the answer to one form, not for reading all open events first.
        let time = ctx.time.clone();
        ctx.world.when("form", HookPoint::BeforeEffect, move |_| time.advance(Duration::seconds(30)));
        ctx.world.fail("form", Fault::status_after_effect(200, "OK"));
        let deadline = Some(ctx.app.clock.moment() + std::time::Duration::from_secs(45));
        let mark = ctx.world.mark();
        let order = moffman::sweep::SweepOrder { deadline, ..everything() };
        let report = sweep(&ctx.app, &order).await.unwrap();
        assert_eq!((report.offices_swept, report.forms.issued + report.forms.unknown), (2, 1), "{report:?}");
        assert_eq!(ctx.world.count_since(mark, "events.get"), 1);
        for _ in ctx.world.forms() {
            ctx.expect_form();
        }
    })
    .await;
}

#[tokio::test]
async fn a_form_service_that_stays_silent_is_left_alone_for_the_rest_of_the_sweep() {
    run_test(async |ctx| {
        for (start, end) in days(ctx).take(10) {
            ctx.person_adds(PRAGUE, ANNA, (&start, &end));
        }
        ctx.world.fail("form", Fault::DropBeforeEffect).always();
        let report = ctx.sweep().await;
        assert_eq!((report.forms.unknown, report.open), (3, 10));
        assert_eq!(ctx.world.count("form"), 3);
        ctx.world.heal();

        ctx.advance(Duration::hours(1));
        assert_eq!(ctx.sweep().await.events_approved, 10);
        for _ in 0..10 {
            ctx.expect_form();
        }
    })
    .await;
}
