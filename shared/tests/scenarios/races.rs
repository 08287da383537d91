//! Moments at which two sweeps, a person and a failing service meet.

use chrono::Duration;
use moffman::forms::{FormsError, ShownState, ShownStatus};
use moffman_simulators::{Fault, HookPoint, Matcher, NewEvent, Recurrence, World};

use crate::context::{ANNA, PRAGUE, run_test, run_test_with, sweep_meanwhile, sweep_until_it_hangs, thursday};
use crate::decisions::{not_wanted, refused, resend};

#[tokio::test(flavor = "multi_thread")]
async fn a_move_that_another_sweep_records_while_the_form_is_made_gets_its_own_form() {
    run_test(async |ctx| {
        ctx.sweep().await;
        let event = thursday(ctx);
        let (moved, other) = (event.clone(), ctx.another_process("{}"));
        ctx.world.when("form", HookPoint::AfterEffect, move |world| {
            world.person_moves(PRAGUE, &moved, ("2026-06-25", "2026-06-26"));
            assert_eq!(sweep_meanwhile(&other).forms.issued, 1, "other days are another form");
        });
        ctx.sweep().await;
        ctx.expect_form_for(ANNA, "18.06.2026", "18.06.2026");
        ctx.expect_form_for(ANNA, "25.06.2026", "25.06.2026");
        ctx.expect_approved((PRAGUE, &event), "Anna Nová", ("2026-06-25", "2026-06-26"));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sweep_that_read_the_record_before_it_was_held_or_put_off_sends_nothing() {
    for (policy, fault) in [("hold", Fault::DropAfterEffect), ("resend", Fault::status(500, "no blank PDF"))] {
        run_test_with(&format!(r#"{{"forms.on_unknown_outcome": "{policy}"}}"#), async |ctx| {
            ctx.sweep().await;
            thursday(ctx);
            let other = ctx.another_process(&format!(r#"{{"forms.on_unknown_outcome": "{policy}"}}"#));
            ctx.world.fail("form", fault.clone());
            // The slow sweep has read its state; a fast one does everything before it goes on.
            ctx.world.when(Matcher::operation("events.list").on_calendar(PRAGUE), HookPoint::AfterEffect, move |_| {
                sweep_meanwhile(&other);
            });
            ctx.sweep().await;
            assert_eq!(ctx.world.count("form"), 1, "{policy}");
            if policy == "hold" {
                ctx.expect_form();
            }
        })
        .await;
    }
}

#[tokio::test]
async fn an_open_event_that_is_deleted_gets_no_form_when_the_deletion_is_not_listed() {
    run_test(async |ctx| {
        let (event, _) = refused(ctx).await;
        ctx.world.person_deletes(PRAGUE, &event);
        ctx.world.expire_sync_tokens(PRAGUE);
        ctx.advance(Duration::hours(1));
        let report = ctx.sweep().await;
        assert_eq!((report.events_closed, report.open), (1, 0));
        assert_eq!(ctx.world.count("form"), 1);
    })
    .await;
}

#[tokio::test]
async fn an_open_event_that_leaves_the_window_gets_its_form_for_the_days_it_has() {
    run_test(async |ctx| {
        let (event, _) = refused(ctx).await;
        ctx.world.person_moves(PRAGUE, &event, ("2026-12-01", "2026-12-02"));
        ctx.world.expire_sync_tokens(PRAGUE);
        ctx.advance(Duration::hours(1));
        ctx.sweep().await;
        ctx.expect_form_for(ANNA, "01.12.2026", "01.12.2026");
        ctx.expect_approved((PRAGUE, &event), "Anna Nová", ("2026-12-01", "2026-12-02"));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deletion_that_was_listed_while_another_sweep_held_the_record_is_not_forgotten() {
    run_test(async |ctx| {
        ctx.sweep().await;
        let event = thursday(ctx);
        let (deleted, other) = (event.clone(), ctx.another_process("{}"));
        ctx.world.when("form", HookPoint::BeforeEffect, move |world: &World| {
            world.person_deletes(PRAGUE, &deleted);
            assert_eq!(sweep_meanwhile(&other).events_closed, 0, "its form is not settled");
        });
        ctx.world.fail("form", Fault::Hang);
        sweep_until_it_hangs(ctx).await;

        ctx.advance(Duration::minutes(2));
        let report = ctx.sweep().await;
        assert_eq!((report.events_closed, report.open), (0, 1), "somebody has to see it");
        let form = ctx.the_form().await;
        assert_eq!((form.state, form.events[0].status), (ShownState::InDoubt, ShownStatus::Gone));
        not_wanted(&ctx.app, &form.id).await.unwrap();
        let report = ctx.sweep().await;
        assert_eq!((report.events_closed, report.open), (1, 0));
        assert_eq!(ctx.world.count("form"), 1);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_event_that_was_read_as_deleted_gets_no_form_for_what_another_sweep_records_meanwhile() {
    run_test(async |ctx| {
        ctx.sweep().await;
        let event = thursday(ctx);
        let (deleted, restored, gone) = (event.clone(), event.clone(), event);
        let other = ctx.another_process("{}");
        ctx.world.when("form", HookPoint::AfterEffect, move |world| world.person_deletes(PRAGUE, &deleted));
        ctx.world.when("events.get", HookPoint::AfterEffect, move |world| {
            world.person_restores(PRAGUE, &restored);
            world.person_moves(PRAGUE, &restored, ("2026-06-25", "2026-06-26"));
            let listing = Matcher::operation("events.list").on_calendar(PRAGUE);
            world.when(listing, HookPoint::AfterEffect, move |world| world.person_deletes(PRAGUE, &gone));
            assert_eq!(sweep_meanwhile(&other).forms.issued, 1, "the event was there when it was listed");
        });
        let report = ctx.sweep().await;
        ctx.expect_form_for(ANNA, "18.06.2026", "18.06.2026");
        ctx.expect_form_for(ANNA, "25.06.2026", "25.06.2026");
        assert_eq!(report.open, 0, "{report:?}");
    })
    .await;
}

#[tokio::test]
async fn days_that_were_refused_and_left_again_are_not_taken_for_issued() {
    run_test(async |ctx| {
        let event = thursday(ctx);
        ctx.sweep().await;
        ctx.expect_form();
        ctx.world.person_moves(PRAGUE, &event, ("2026-06-25", "2026-06-26"));
        ctx.world.fail("form", Fault::status(500, "no blank PDF"));
        ctx.sweep().await;
        ctx.world.person_moves(PRAGUE, &event, ("2026-06-18", "2026-06-19"));
        let report = ctx.sweep().await;
        assert_eq!((report.events_closed, report.open), (1, 0));

        ctx.advance(Duration::hours(1));
        ctx.world.person_moves(PRAGUE, &event, ("2026-06-25", "2026-06-26"));
        ctx.sweep().await;
        ctx.expect_form_for(ANNA, "25.06.2026", "25.06.2026");
        ctx.expect_approved((PRAGUE, &event), "Anna Nová", ("2026-06-25", "2026-06-26"));
    })
    .await;
}

#[tokio::test]
async fn an_open_day_of_a_series_that_leaves_the_window_is_still_approved() {
    run_test(async |ctx| {
        let weekly = NewEvent::new("2026-06-16", "2026-06-17").repeating(Recurrence::weekly().times(1));
        let series = ctx.world.person_adds(PRAGUE, ANNA, weekly);
        ctx.world.fail("form", Fault::status(500, "no blank PDF"));
        ctx.sweep().await;
        ctx.advance(Duration::days(20));
        let day = ctx.world.occurrence_id(PRAGUE, (&series, "2026-06-16")).unwrap();
        ctx.world.person_renames(PRAGUE, &day, "me");
        ctx.sweep().await;
        ctx.expect_form_for(ANNA, "16.06.2026", "16.06.2026");
        ctx.expect_approved((PRAGUE, &day), "Anna Nová", ("2026-06-16", "2026-06-17"));
    })
    .await;
}

#[tokio::test]
async fn an_open_event_that_becomes_a_series_gets_one_form_per_day() {
    run_test(async |ctx| {
        let (event, _) = refused(ctx).await;
        ctx.world.person_makes_series(PRAGUE, &event, Recurrence::weekly().times(2));
        ctx.advance(Duration::hours(1));
        ctx.sweep().await;
        let mut days = [ctx.expect_form(), ctx.expect_form()].map(|form| form["form_data"]["date_from"].to_string());
        days.sort();
        assert_eq!(days, ["\"18.06.2026\"", "\"25.06.2026\""]);
        assert!(ctx.open(PRAGUE).await.is_empty());
    })
    .await;
}

#[tokio::test]
async fn a_calendar_that_is_out_of_reach_when_an_event_is_approved_loses_nothing() {
    run_test(async |ctx| {
        let event = thursday(ctx);
        ctx.world.when("form", HookPoint::AfterEffect, |world| world.set_access_role(PRAGUE, "none"));
        let report = ctx.sweep().await;
        assert_eq!((report.forms.issued, report.events_closed, report.open), (1, 0, 1), "{report:?}");
        ctx.expect_form();

        ctx.world.set_access_role(PRAGUE, "writer");
        ctx.sweep().await;
        ctx.expect_approved((PRAGUE, &event), "Anna Nová", ("2026-06-18", "2026-06-19"));
    })
    .await;
}

#[tokio::test]
async fn a_held_event_that_is_deleted_stays_in_sight_until_a_person_settles_its_form() {
    run_test_with(r#"{"forms.on_unknown_outcome": "hold"}"#, async |ctx| {
        let event = thursday(ctx);
        ctx.world.fail("form", Fault::DropBeforeEffect);
        assert_eq!(ctx.sweep().await.forms.held, 1);
        ctx.world.person_deletes(PRAGUE, &event);
        ctx.world.expire_sync_tokens(PRAGUE);
        let report = ctx.sweep().await;
        assert_eq!((report.events_closed, report.forms.held, report.open), (0, 1, 1));
        let form = ctx.the_form().await;
        assert_eq!((form.state, form.events[0].status), (ShownState::Held, ShownStatus::Gone));
        assert_eq!(resend(&ctx.app, &form.id).await, Err(FormsError::NoEvent));
        not_wanted(&ctx.app, &form.id).await.unwrap();
        let report = ctx.sweep().await;
        assert_eq!((report.events_closed, report.forms.held, report.open), (1, 0, 0));
    })
    .await;
}

#[tokio::test]
async fn an_event_that_comes_back_to_earlier_days_while_a_form_is_made_gets_no_second_one() {
    run_test(async |ctx| {
        let event = thursday(ctx);
        ctx.sweep().await;
        ctx.expect_form();
        ctx.world.person_moves(PRAGUE, &event, ("2026-06-25", "2026-06-26"));
        ctx.sweep().await;
        ctx.expect_form();

        ctx.world.person_moves(PRAGUE, &event, ("2026-06-30", "2026-07-01"));
        let moved = event.clone();
        ctx.world.when("form", HookPoint::AfterEffect, move |world| {
            world.person_moves(PRAGUE, &moved, ("2026-06-18", "2026-06-19"));
        });
        let report = ctx.sweep().await;
        assert_eq!((report.forms.issued, report.events_approved, report.open), (1, 1, 0), "{report:?}");
        ctx.expect_form_for(ANNA, "30.06.2026", "30.06.2026");
        ctx.expect_no_form();
        ctx.expect_approved((PRAGUE, &event), "Anna Nová", ("2026-06-18", "2026-06-19"));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_form_is_not_announced_for_an_event_that_another_sweep_has_closed() {
    run_test(async |ctx| {
        ctx.sweep().await;
        let event = thursday(ctx);
        let moved = event.clone();
        ctx.world.when("form", HookPoint::AfterEffect, move |world| {
            world.person_moves(PRAGUE, &moved, ("2026-06-25", "2026-06-26"));
        });
        // When the form for these days is to be announced, another sweep has recorded that the event is back where it was.
        let (moved, world, other) = (event.clone(), ctx.world.clone(), ctx.another_process("{}"));
        ctx.dynamodb.before("form#2026-06-25..2026-06-26", move || {
            world.person_moves(PRAGUE, &moved, ("2026-06-18", "2026-06-19"));
            let report = sweep_meanwhile(&other);
            assert_eq!((report.events_approved, report.forms.issued), (1, 0), "{report:?}");
        });
        let report = ctx.sweep().await;
        ctx.expect_form_for(ANNA, "18.06.2026", "18.06.2026");
        ctx.expect_no_form();
        assert_eq!((report.events_approved, report.open), (0, 0), "{report:?}");
        ctx.expect_approved((PRAGUE, &event), "Anna Nová", ("2026-06-18", "2026-06-19"));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_claim_that_is_over_when_it_is_answered_sends_no_form() {
    run_test(async |ctx| {
        ctx.sweep().await;
        let event = thursday(ctx);
        let world = ctx.world.clone();
        ctx.dynamodb.before(r#""state":{"S":"sending"}"#, move || world.advance(Duration::minutes(10)));
        let report = ctx.sweep().await;
        ctx.expect_no_form();
        assert_eq!((report.forms.unknown, report.open), (0, 1), "{report:?}");
        let report = ctx.sweep().await;
        assert_eq!((report.forms.unknown, report.open), (0, 0), "{report:?}");
        ctx.expect_form_for(ANNA, "18.06.2026", "18.06.2026");
        ctx.expect_approved((PRAGUE, &event), "Anna Nová", ("2026-06-18", "2026-06-19"));
    })
    .await;
}
