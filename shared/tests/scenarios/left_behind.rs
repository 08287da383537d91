//! Forms that nobody has settled when their events turn away from them: counted until a person settles them.

use std::sync::mpsc::channel;

use chrono::Duration;
use moffman::forms::ShownState;
use moffman::orphans::{Orphans, TendOrder, tend};
use moffman::sweep::SweepReport;
use moffman_simulators::{Fault, HookPoint};
use serde_json::json;

use crate::context::{
    ANNA, BRNO, CYRIL, Context, PRAGUE, open_meanwhile, run_test, run_test_with, sweep_meanwhile, thursday,
};
use crate::decisions::{HOLD, WITHOUT_ANNA, arrived, held, not_wanted, refused, resend};

/// Where forms wait for a person, and Brno is no office.
const HOLD_IN_PRAGUE: &str = r#"{"forms.on_unknown_outcome": "hold",
    "offices.office_list": "[{name: prague, id: prague@group.calendar.google.com}]"}"#;

/// Forms without an event, and forms that wait for a person.
fn counts(report: &SweepReport) -> (usize, usize) {
    (report.open_forms.without_event, report.forms.held)
}

/// The requests to DynamoDB of a sweep that reads one calendar.
async fn requests(ctx: &Context) -> String {
    ctx.dynamodb.take();
    ctx.sweep().await;
    format!("{:?}", ctx.dynamodb.take())
}

#[tokio::test]
async fn a_held_form_whose_event_was_moved_counts_until_a_person_settles_it() {
    run_test_with(HOLD_IN_PRAGUE, async |ctx| {
        let (event, form) = held(ctx).await;
        assert_eq!(counts(&ctx.sweep().await), (0, 1), "the event asks for it");
        ctx.world.person_moves(PRAGUE, &event, ("2026-06-19", "2026-06-20"));
        let held_in_plan = "leave the form for 2026-06-18/2026-06-19 to a person: no event asks for it any more";
        assert!(ctx.plan("prague").await.contains(&held_in_plan.to_owned()), "{:?}", ctx.plan("prague").await);
        let report = ctx.sweep().await;
        assert_eq!((counts(&report), report.events_approved), ((1, 1), 1), "{report:?}");
        ctx.expect_form_for(ANNA, "19.06.2026", "19.06.2026");

        for _ in 0..2 {
            ctx.advance(Duration::days(2));
            assert_eq!(counts(&ctx.sweep().await), (1, 1));
        }
        assert!(ctx.plan("prague").await.contains(&held_in_plan.to_owned()));
        assert_eq!(requests(ctx).await, r#"{"BatchGetItem": 1, "Query": 1}"#, "no write while it waits");

        arrived(&ctx.app, &form.id).await.unwrap();
        assert_eq!(counts(&ctx.sweep().await), (0, 0));
        assert_eq!(requests(ctx).await, r#"{"Query": 1}"#);
    })
    .await;
}

#[tokio::test]
async fn a_form_in_doubt_whose_person_is_not_registered_any_more_counts() {
    run_test(async |ctx| {
        let event = thursday(ctx);
        ctx.world.fail("form", Fault::DropAfterEffect);
        ctx.sweep().await;
        ctx.expect_form();
        ctx.restart(WITHOUT_ANNA);
        assert!(ctx.plan("prague").await.iter().any(|line| line.starts_with("leave the form for")));
        for _ in 0..2 {
            assert_eq!((counts(&ctx.sweep().await), ctx.open(PRAGUE).await.len()), ((1, 0), 0));
        }
        let form = ctx.the_form().await;
        assert_eq!(form.state, ShownState::InDoubt);
        // Somebody else's event changes nothing about it.
        ctx.person_adds(PRAGUE, CYRIL, ("2026-06-18", "2026-06-19"));
        assert_eq!(counts(&ctx.sweep().await), (1, 0));
        ctx.expect_form();
        not_wanted(&ctx.app, &form.id).await.unwrap();
        assert_eq!(counts(&ctx.sweep().await), (0, 0));
        ctx.expect_untouched(PRAGUE, &event);
    })
    .await;
}

#[tokio::test]
async fn a_form_that_is_asked_for_again_counts_no_more() {
    run_test_with(HOLD, async |ctx| {
        let (event, _) = held(ctx).await;
        ctx.restart(&with_hold(WITHOUT_ANNA));
        assert_eq!(counts(&ctx.sweep().await), (1, 1));
        ctx.restart(HOLD);
        assert_eq!(counts(&ctx.sweep().await), (0, 1), "she is back, and her event asks again");
        ctx.world.person_moves(PRAGUE, &event, ("2026-06-19", "2026-06-20"));
        assert_eq!(counts(&ctx.sweep().await), (1, 1), "and turns away again");
        ctx.expect_form();
        // In another calendar.
        let other = ctx.person_adds(BRNO, ANNA, ("2026-06-18", "2026-06-19"));
        assert_eq!(counts(&ctx.sweep().await), (0, 1));
        ctx.world.person_deletes(BRNO, &other);
        assert_eq!(counts(&ctx.sweep().await), (1, 1), "left in two calendars, and one form");
    })
    .await;
}

/// The settings with forms that wait for a person.
fn with_hold(settings: &str) -> String {
    let mut settings: serde_json::Value = serde_json::from_str(settings).unwrap();
    settings["forms.on_unknown_outcome"] = json!("hold");
    settings.to_string()
}

/// Whatever makes an event turn away from its form: each with what it does to the event.
#[tokio::test]
async fn whatever_turns_the_event_away_its_form_stays_in_sight() {
    let private = |value: &str| json!({"extendedProperties": {"private": {"event_processed": value}}});
    let organizer = json!({"organizer": {"email": ANNA, "displayName": null, "self": null}});
    let series = json!({"recurrence": ["RRULE:FREQ=DAILY;COUNT=2"]});
    for change in [private("true"), organizer, series] {
        run_test_with(HOLD, async |ctx| {
            let (event, form) = held(ctx).await;
            ctx.world.person_edits(PRAGUE, &event, &change);
            let report = ctx.sweep().await;
            // The first day of a series asks for the form of the event that was made one.
            let is_asked_for = usize::from(change["recurrence"].is_array());
            assert_eq!(counts(&report), (1 - is_asked_for, 1), "{change}: {report:?}");
            for _ in 0..is_asked_for {
                ctx.expect_form();
            }
            not_wanted(&ctx.app, &form.id).await.unwrap();
            assert_eq!(counts(&ctx.sweep().await), (0, 0), "{change}");
        })
        .await;
    }
}

#[tokio::test]
async fn an_event_that_was_deleted_and_comes_back_on_other_days_leaves_its_form_behind() {
    run_test_with(HOLD, async |ctx| {
        let (event, _) = held(ctx).await;
        ctx.world.person_deletes(PRAGUE, &event);
        assert_eq!(counts(&ctx.sweep().await), (1, 1));
        ctx.world.person_restores(PRAGUE, &event);
        ctx.world.person_moves(PRAGUE, &event, ("2026-06-19", "2026-06-20"));
        assert_eq!(counts(&ctx.sweep().await), (1, 1));
        ctx.expect_form();
        ctx.world.person_moves(PRAGUE, &event, ("2026-06-18", "2026-06-19"));
        assert_eq!(counts(&ctx.sweep().await), (0, 1));
    })
    .await;
}

/// It was refused, so no mail is out.
#[tokio::test]
async fn a_form_of_which_no_mail_is_out_is_not_kept_in_sight() {
    run_test_with(HOLD_IN_PRAGUE, async |ctx| {
        let (event, _) = refused(ctx).await;
        ctx.world.person_moves(PRAGUE, &event, ("2026-06-19", "2026-06-20"));
        let report = ctx.sweep().await;
        assert_eq!((counts(&report), report.events_approved), ((0, 0), 1));
        ctx.expect_form();
        ctx.sweep().await;
        assert_eq!(requests(ctx).await, r#"{"Query": 1}"#);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_form_that_is_left_while_another_sweep_works_is_not_forgotten() {
    run_test_with(HOLD, async |ctx| {
        let (event, _) = held(ctx).await;
        ctx.world.person_moves(PRAGUE, &event, ("2026-06-19", "2026-06-20"));
        ctx.sweep().await;
        ctx.expect_form();
        // Another event asks again. While one sweep forgets that the form was left, it is left again.
        let other = thursday(ctx);
        let (slow, world) = (ctx.another_process(HOLD), ctx.world.clone());
        ctx.dynamodb.before("left#", move || {
            assert_eq!(open_meanwhile(&slow).len(), 1);
            world.person_moves(PRAGUE, &other, ("2026-06-20", "2026-06-21"));
            sweep_meanwhile(&slow);
        });
        ctx.sweep().await;
        ctx.expect_form();
        assert_eq!(counts(&ctx.sweep().await), (1, 1));
    })
    .await;
}

/// While the event is approved for Friday, it is moved back to Thursday, whose form is held, and then to Friday once more.
#[tokio::test(flavor = "multi_thread")]
async fn a_held_form_whose_record_is_met_when_its_event_is_approved_stays_in_sight() {
    run_test_with(HOLD, async |ctx| {
        let (event, _) = held(ctx).await;
        ctx.world.person_moves(PRAGUE, &event, ("2026-06-19", "2026-06-20"));
        let (other, moved) = (ctx.another_process(HOLD), event.clone());
        ctx.world.when("events.patch", HookPoint::AfterEffect, move |world| {
            world.person_moves(PRAGUE, &moved, ("2026-06-18", "2026-06-19"));
            assert_eq!(counts(&sweep_meanwhile(&other)), (0, 1), "the event asks for the held form again");
            world.person_moves(PRAGUE, &moved, ("2026-06-19", "2026-06-20"));
        });
        let report = ctx.sweep().await;
        assert_eq!((counts(&report), report.events_approved, report.open), ((1, 1), 1, 0), "{report:?}");
        ctx.expect_form_for(ANNA, "19.06.2026", "19.06.2026");
        ctx.expect_approved((PRAGUE, &event), "Anna Nová", ("2026-06-19", "2026-06-20"));
        assert_eq!(counts(&ctx.sweep().await), (1, 1));
    })
    .await;
}

/// One sweep is about to send the form for Friday when the event is moved back to Thursday, for which it was approved. Another
/// sweep sees that, and closes the record just after the form is announced.
#[tokio::test(flavor = "multi_thread")]
async fn a_form_that_is_announced_before_its_record_is_closed_as_approved_stays_in_sight() {
    run_test_with(HOLD, async |ctx| {
        let event = thursday(ctx);
        ctx.sweep().await;
        ctx.expect_form();
        ctx.world.person_moves(PRAGUE, &event, ("2026-06-19", "2026-06-20"));
        let (world, dynamodb, other) = (ctx.world.clone(), ctx.dynamodb.clone(), ctx.another_process(HOLD));
        let ((tell_closing, closing), (tell_sent, sent), (tell_swept, swept)) = (channel(), channel(), channel());
        ctx.dynamodb.before("sending", move || {
            world.person_moves(PRAGUE, &event, ("2026-06-18", "2026-06-19"));
            dynamodb.before("Delete", move || {
                tell_closing.send(()).unwrap();
                sent.recv().unwrap();
            });
            std::thread::spawn(move || tell_swept.send(sweep_meanwhile(&other).events_closed));
            closing.recv().unwrap();
        });
        ctx.world.when("form", HookPoint::AfterEffect, move |_| tell_sent.send(()).unwrap());
        ctx.world.fail("form", Fault::DropAfterEffect);
        ctx.sweep().await;
        ctx.expect_form_for(ANNA, "19.06.2026", "19.06.2026");
        assert_eq!(swept.recv(), Ok(1));
        assert_eq!(counts(&ctx.sweep().await), (1, 1));
    })
    .await;
}

#[tokio::test]
async fn a_form_that_is_sent_again_for_another_event_counts_no_more() {
    run_test_with(HOLD, async |ctx| {
        let (event, form) = held(ctx).await;
        ctx.world.person_moves(PRAGUE, &event, ("2026-06-19", "2026-06-20"));
        ctx.sweep().await;
        ctx.expect_form();
        thursday(ctx);
        ctx.sweep().await;
        resend(&ctx.app, &form.id).await.unwrap();
        assert_eq!(counts(&ctx.sweep().await), (0, 0));
        ctx.expect_form_for(ANNA, "18.06.2026", "18.06.2026");
    })
    .await;
}

#[tokio::test]
async fn what_was_left_behind_in_a_calendar_of_no_office_is_seen_and_ends_with_its_form() {
    run_test_with(HOLD, async |ctx| {
        let event = ctx.person_adds(BRNO, ANNA, ("2026-06-18", "2026-06-19"));
        ctx.world.fail("form", Fault::DropAfterEffect);
        ctx.sweep().await;
        ctx.expect_form();
        let form = ctx.the_form().await;
        ctx.world.person_moves(BRNO, &event, ("2026-06-19", "2026-06-20"));
        ctx.sweep().await;
        ctx.expect_form();
        ctx.restart(HOLD_IN_PRAGUE);
        assert_eq!(counts(&ctx.sweep().await), (0, 0), "no sweep gets there");
        assert_eq!(tend(&ctx.app, &TendOrder::default()).await.unwrap(), Orphans { calendars: 1, open: 1, closed: 0 });
        assert_eq!(ctx.forms(&[ShownState::Held]).await.len(), 1);
        not_wanted(&ctx.app, &form.id).await.unwrap();
        assert_eq!(tend(&ctx.app, &TendOrder::default()).await.unwrap(), Orphans { calendars: 0, open: 0, closed: 1 });
        assert_eq!(tend(&ctx.app, &TendOrder::default()).await.unwrap(), Orphans::default());
    })
    .await;
}
