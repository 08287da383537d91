//! People change their minds: events are moved, renamed, copied and deleted; people come and go.

use chrono::Duration;
use moffman_simulators::{CopyTarget, Fault, HookPoint};

use crate::context::{ANNA, BORIS, BRNO, CYRIL, PRAGUE, request, run_test, run_test_with, thursday};

#[tokio::test]
async fn a_moved_event_gets_a_form_for_its_new_days() {
    run_test(async |ctx| {
        let event = ctx.person_adds(PRAGUE, ANNA, ("2026-06-18", "2026-06-19"));
        ctx.sweep().await;
        ctx.expect_form_for(ANNA, "18.06.2026", "18.06.2026");
        ctx.world.person_moves(PRAGUE, &event, ("2026-06-22", "2026-06-24"));
        ctx.sweep().await;
        ctx.expect_form_for(ANNA, "22.06.2026", "23.06.2026");
        ctx.expect_approved((PRAGUE, &event), "Anna Nová", ("2026-06-22", "2026-06-24"));
    })
    .await;
}

#[tokio::test]
async fn an_event_that_is_moved_back_is_approved_again_without_a_second_form_for_the_same_days() {
    run_test(async |ctx| {
        let event = ctx.person_adds(PRAGUE, ANNA, ("2026-06-18", "2026-06-19"));
        ctx.sweep().await;
        ctx.expect_form_for(ANNA, "18.06.2026", "18.06.2026");
        ctx.world.person_moves(PRAGUE, &event, ("2026-06-22", "2026-06-23"));
        ctx.sweep().await;
        ctx.expect_form_for(ANNA, "22.06.2026", "22.06.2026");
        ctx.world.person_moves(PRAGUE, &event, ("2026-06-18", "2026-06-19"));
        let report = ctx.sweep().await;
        assert_eq!((report.events_approved, report.forms.issued), (1, 0));
        ctx.expect_approved((PRAGUE, &event), "Anna Nová", ("2026-06-18", "2026-06-19"));
        assert!(ctx.plan("prague").await.iter().all(|line| !line.starts_with("approve")));
    })
    .await;
}

#[tokio::test]
async fn a_changed_date_after_the_approval_can_be_ignored() {
    run_test_with(r#"{"manual_users.on_change": "ignore"}"#, async |ctx| {
        let event = ctx.person_adds(PRAGUE, ANNA, ("2026-06-18", "2026-06-19"));
        ctx.sweep().await;
        ctx.expect_form();
        ctx.world.person_moves(PRAGUE, &event, ("2026-06-22", "2026-06-24"));
        ctx.sweep().await;
        assert_eq!(
            ctx.event(PRAGUE, &event)["extendedProperties"]["private"]["moffman_dates"],
            "2026-06-18/2026-06-19"
        );
    })
    .await;
}

#[tokio::test]
async fn a_renamed_event_needs_nothing() {
    run_test(async |ctx| {
        let event = ctx.person_adds(PRAGUE, ANNA, ("2026-06-18", "2026-06-19"));
        ctx.sweep().await;
        ctx.expect_form();
        ctx.world.person_renames(PRAGUE, &event, "Anna, in the meeting room");
        ctx.sweep().await;
        assert_eq!(ctx.event(PRAGUE, &event)["summary"], "Anna, in the meeting room");
    })
    .await;
}

#[tokio::test]
async fn a_copied_event_is_an_event_of_its_own_and_one_persons_form_serves_all_copies() {
    run_test(async |ctx| {
        let event = ctx.person_adds(PRAGUE, ANNA, ("2026-06-18", "2026-06-19"));
        ctx.sweep().await;
        ctx.expect_form_for(ANNA, "18.06.2026", "18.06.2026");
        let copy = ctx.world.person_copies(PRAGUE, &event, CopyTarget { calendar: PRAGUE, creator: BORIS });
        let elsewhere = ctx.world.person_copies(PRAGUE, &event, CopyTarget { calendar: BRNO, creator: ANNA });
        let report = ctx.sweep().await;
        assert_eq!((report.events_approved, report.events_approved_on_earlier_form), (2, 1), "{report:?}");
        ctx.expect_form_for(BORIS, "18.06.2026", "18.06.2026");
        ctx.expect_approved((PRAGUE, &copy), "Boris Malý", ("2026-06-18", "2026-06-19"));
        ctx.expect_approved((BRNO, &elsewhere), "Anna Nová", ("2026-06-18", "2026-06-19"));
    })
    .await;
}

#[tokio::test]
async fn a_copy_of_a_reservation_is_an_event_of_the_person_who_copied_it() {
    run_test(async |ctx| {
        let mut approved = request();
        approved.approved = true;
        let reserved = ctx.reserve(&approved).await.unwrap();
        let copy = ctx.world.person_copies(PRAGUE, &reserved.id, CopyTarget { calendar: PRAGUE, creator: ANNA });
        ctx.world.person_moves(PRAGUE, &copy, ("2026-06-18", "2026-06-19"));
        ctx.sweep().await;
        ctx.expect_form_for(ANNA, "18.06.2026", "18.06.2026");
        ctx.expect_approved((PRAGUE, &copy), "Anna Nová", ("2026-06-18", "2026-06-19"));
    })
    .await;
}

#[tokio::test]
async fn a_deleted_event_gets_nothing() {
    run_test(async |ctx| {
        let early = ctx.person_adds(PRAGUE, ANNA, ("2026-06-18", "2026-06-19"));
        ctx.world.person_deletes(PRAGUE, &early);
        ctx.sweep().await;
        let late = ctx.person_adds(PRAGUE, ANNA, ("2026-06-19", "2026-06-20"));
        ctx.world.person_deletes(PRAGUE, &late);
        ctx.world.show_details_of_deleted(PRAGUE);
        ctx.sweep().await;
        assert_eq!(ctx.world.count("events.patch"), 0);
    })
    .await;
}

#[tokio::test]
async fn an_approved_event_that_is_deleted_and_restored_needs_no_second_form() {
    run_test(async |ctx| {
        let event = ctx.person_adds(PRAGUE, ANNA, ("2026-06-18", "2026-06-19"));
        ctx.sweep().await;
        ctx.expect_form();
        ctx.world.person_deletes(PRAGUE, &event);
        ctx.sweep().await;
        ctx.world.person_restores(PRAGUE, &event);
        ctx.sweep().await;
        ctx.expect_approved((PRAGUE, &event), "Anna Nová", ("2026-06-18", "2026-06-19"));
    })
    .await;
}

#[tokio::test]
async fn the_person_who_moves_the_event_while_its_form_is_made_gets_a_form_for_the_new_days() {
    run_test(async |ctx| {
        let event = ctx.person_adds(PRAGUE, ANNA, ("2026-06-18", "2026-06-19"));
        let moved = event.clone();
        ctx.world.when("form", HookPoint::AfterEffect, move |world| {
            world.person_moves(PRAGUE, &moved, ("2026-06-22", "2026-06-23"));
        });
        let report = ctx.sweep().await;
        assert_eq!((report.events_approved, report.forms.issued), (1, 2));
        ctx.expect_form_for(ANNA, "18.06.2026", "18.06.2026");
        ctx.expect_form_for(ANNA, "22.06.2026", "22.06.2026");
        ctx.expect_approved((PRAGUE, &event), "Anna Nová", ("2026-06-22", "2026-06-23"));
    })
    .await;
}

#[tokio::test]
async fn an_event_that_is_renamed_while_its_form_is_made_is_approved_without_a_second_form() {
    run_test(async |ctx| {
        let event = ctx.person_adds(PRAGUE, ANNA, ("2026-06-18", "2026-06-19"));
        let renamed = event.clone();
        ctx.world.when("form", HookPoint::AfterEffect, move |world| world.person_renames(PRAGUE, &renamed, "me"));
        ctx.sweep().await;
        ctx.expect_form();
        ctx.expect_approved((PRAGUE, &event), "Anna Nová", ("2026-06-18", "2026-06-19"));
    })
    .await;
}

#[tokio::test]
async fn an_event_that_is_deleted_while_its_form_is_made_is_not_written_to_and_is_reported() {
    run_test(async |ctx| {
        let event = ctx.person_adds(PRAGUE, ANNA, ("2026-06-18", "2026-06-19"));
        let deleted = event.clone();
        ctx.world.when("form", HookPoint::AfterEffect, move |world| world.person_deletes(PRAGUE, &deleted));
        let report = ctx.sweep().await;
        ctx.expect_form();
        assert_eq!((report.events_approved, report.events_closed, report.open), (0, 1, 0));
        assert!(report.problems.iter().any(|p| p.problem.contains("was deleted while its form")), "{report:?}");
        assert_eq!(ctx.event(PRAGUE, &event)["status"], "cancelled");
        ctx.expect_untouched(PRAGUE, &event);
    })
    .await;
}

#[tokio::test]
async fn a_person_who_is_registered_later_gets_the_events_of_the_window() {
    run_test(async |ctx| {
        let event = ctx.person_adds(PRAGUE, CYRIL, ("2026-06-18", "2026-06-19"));
        ctx.sweep().await;
        ctx.expect_untouched(PRAGUE, &event);
        ctx.restart(
            r#"{"manual_users.user_list": "[{id: cyril@example.com, name: Cyril}]",
                "forms.email.contents": "", "forms.email.attachments": "form.pdf"}"#,
        );
        ctx.sweep().await;
        ctx.expect_form_for(CYRIL, "18.06.2026", "18.06.2026");
        ctx.expect_approved((PRAGUE, &event), "Cyril", ("2026-06-18", "2026-06-19"));
    })
    .await;
}

#[tokio::test]
async fn a_person_who_is_no_longer_registered_gets_no_form_for_what_is_still_open() {
    run_test(async |ctx| {
        let event = ctx.person_adds(PRAGUE, ANNA, ("2026-06-18", "2026-06-19"));
        ctx.world.fail("form", Fault::status(500, "busy"));
        ctx.sweep().await;
        ctx.restart(
            r#"{"manual_users.user_list": "[{id: cyril@example.com, name: Cyril}]",
                "forms.email.contents": "", "forms.email.attachments": "form.pdf"}"#,
        );
        ctx.advance(Duration::hours(1));
        let report = ctx.sweep().await;
        assert_eq!((report.events_closed, report.open), (1, 0));
        assert!(report.problems.iter().any(|p| p.problem.contains("no longer a manual user")), "{report:?}");
        ctx.expect_untouched(PRAGUE, &event);
    })
    .await;
}

#[tokio::test]
async fn an_event_that_is_deleted_is_said_to_have_a_form_only_if_that_was_issued_for_it() {
    run_test(async |ctx| {
        thursday(ctx);
        ctx.sweep().await;
        ctx.expect_form();

        // One more event asks for the form that was issued before, and goes before a sweep has the time to approve it.
        ctx.advance(Duration::minutes(1));
        let again = thursday(ctx);
        ctx.sweep_without_time().await;
        ctx.world.person_deletes(PRAGUE, &again);
        let report = ctx.sweep().await;
        assert_eq!((report.events_closed, report.open), (1, 0), "{report:?}");
        assert_eq!(report.problems, [], "no form was issued for it");

        let other = ctx.person_adds(PRAGUE, BORIS, ("2026-06-18", "2026-06-19"));
        let deleted = other.clone();
        ctx.world.when("form", HookPoint::AfterEffect, move |world| world.person_deletes(PRAGUE, &deleted));
        let report = ctx.sweep().await;
        ctx.expect_form_for(BORIS, "18.06.2026", "18.06.2026");
        let said = format!("event {other} was deleted while its form was being issued");
        assert_eq!(report.problems.iter().map(|problem| problem.problem.as_str()).collect::<Vec<_>>(), [said]);
    })
    .await;
}
