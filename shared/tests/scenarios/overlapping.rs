//! Two sweeps at once, and sweeps that end anywhere: nothing is lost and nothing is sent twice.

use chrono::Duration;
use moffman::sweep::sweep;
use moffman_simulators::{Fault, HookPoint};

use crate::context::{ANNA, PRAGUE, everything, run_test, run_test_with, sweep_until_it_hangs};

#[tokio::test]
async fn two_sweeps_at_once_issue_each_form_once() {
    run_test(async |ctx| {
        let days = ["2026-06-18", "2026-06-19", "2026-06-20", "2026-06-21", "2026-06-22", "2026-06-23"];
        let days = days.windows(2).map(|days| (days[0], days[1]));
        let events: Vec<_> =
            days.map(|(start, end)| (ctx.person_adds(PRAGUE, ANNA, (start, end)), start, end)).collect();
        let other = ctx.another_process("{}");
        let order = everything();
        let (one, two) = tokio::join!(sweep(&ctx.app, &order), sweep(&other, &order));
        let (one, two) = (one.unwrap(), two.unwrap());
        assert_eq!(one.forms.issued + two.forms.issued, 5, "{one:?}\n{two:?}");
        assert_eq!(one.events_approved + two.events_approved, 5);
        for (event, start, end) in events {
            ctx.expect_form();
            ctx.expect_approved((PRAGUE, &event), "Anna Nová", (start, end));
        }
        assert!(ctx.open(PRAGUE).await.is_empty());
    })
    .await;
}

#[tokio::test]
async fn a_sweep_that_starts_while_a_form_is_made_leaves_it_to_the_one_that_claimed_it() {
    run_test(async |ctx| {
        let event = ctx.person_adds(PRAGUE, ANNA, ("2026-06-18", "2026-06-19"));
        let other = ctx.another_process("{}");
        let (sent, started) = tokio::sync::oneshot::channel();
        ctx.world.when("form", HookPoint::BeforeEffect, move |_| {
            let order = everything();
            let report = std::thread::spawn(move || {
                let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
                runtime.block_on(async { sweep(&other, &order).await.unwrap() })
            });
            sent.send(report).unwrap();
        });
        ctx.sweep().await;
        let other = started.await.unwrap();
        let other = tokio::task::spawn_blocking(move || other.join().unwrap()).await.unwrap();
        assert_eq!(other.forms.issued, 0);
        ctx.expect_form();
        ctx.expect_approved((PRAGUE, &event), "Anna Nová", ("2026-06-18", "2026-06-19"));
    })
    .await;
}

#[tokio::test]
async fn a_sweep_that_was_killed_while_a_form_was_made_has_an_unknown_outcome() {
    for (policy, forms) in [("resend", 2), ("hold", 1)] {
        run_test_with(&format!(r#"{{"forms.on_unknown_outcome": "{policy}"}}"#), async |ctx| {
            ctx.person_adds(PRAGUE, ANNA, ("2026-06-18", "2026-06-19"));
            ctx.world.fail("form", Fault::HangAfterEffect);
            sweep_until_it_hangs(ctx).await;
            ctx.expect_form();
            assert_eq!(ctx.sweep().await.forms.unknown, 0, "its lease still runs");

            ctx.advance(Duration::minutes(2));
            let report = ctx.sweep().await;
            assert_eq!(report.forms.unknown, 1);
            assert_eq!(ctx.world.forms().len(), forms, "{policy}");
            if policy == "resend" {
                ctx.expect_form();
                assert_eq!(report.events_approved, 1);
            } else {
                assert_eq!((report.forms.held, report.open), (1, 1));
            }
        })
        .await;
    }
}

#[tokio::test]
async fn a_sweep_that_was_killed_between_form_and_approval_approves_without_a_second_form() {
    run_test(async |ctx| {
        let event = ctx.person_adds(PRAGUE, ANNA, ("2026-06-18", "2026-06-19"));
        ctx.world.fail("events.patch", Fault::Hang);
        sweep_until_it_hangs(ctx).await;
        ctx.expect_form();
        ctx.advance(Duration::minutes(2));
        let report = ctx.sweep().await;
        assert_eq!((report.events_approved, report.forms.issued, report.forms.unknown), (1, 0, 0));
        ctx.expect_approved((PRAGUE, &event), "Anna Nová", ("2026-06-18", "2026-06-19"));
    })
    .await;
}

#[tokio::test]
async fn an_approval_whose_answer_was_lost_is_not_made_twice() {
    run_test(async |ctx| {
        let event = ctx.person_adds(PRAGUE, ANNA, ("2026-06-18", "2026-06-19"));
        ctx.world.fail("events.patch", Fault::DropAfterEffect);
        let report = ctx.sweep().await;
        assert_eq!((report.events_approved, report.open), (1, 0), "{report:?}");
        ctx.expect_form();
        ctx.expect_approved((PRAGUE, &event), "Anna Nová", ("2026-06-18", "2026-06-19"));
    })
    .await;
}

#[tokio::test]
async fn the_leases_of_an_earlier_life_can_be_ended() {
    run_test(async |ctx| {
        ctx.person_adds(PRAGUE, ANNA, ("2026-06-18", "2026-06-19"));
        ctx.world.fail("form", Fault::Hang);
        sweep_until_it_hangs(ctx).await;
        ctx.app.store.end_claims().await.unwrap();
        ctx.advance(Duration::seconds(1));
        let report = ctx.sweep().await;
        assert_eq!((report.forms.unknown, report.events_approved), (1, 1));
        ctx.expect_form();
    })
    .await;
}

#[tokio::test]
async fn a_process_that_is_to_stop_begins_nothing_more() {
    run_test(async |ctx| {
        for day in ["2026-06-18", "2026-06-19", "2026-06-20"] {
            ctx.person_adds(PRAGUE, ANNA, (day, day));
        }
        let stop = ctx.app.stop.clone();
        ctx.world.when("form", HookPoint::AfterEffect, move |_| stop.want());
        let report = ctx.sweep().await;
        assert_eq!(
            (report.forms.issued, report.events_approved, report.open),
            (1, 1, 2),
            "what was claimed is finished"
        );
        ctx.expect_form();
        ctx.restart("{}");
        ctx.sweep().await;
        ctx.expect_form();
        ctx.expect_form();
    })
    .await;
}
