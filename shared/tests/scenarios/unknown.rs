//! Forms of which a sweep does not learn, or cannot write down, what became of them.

use chrono::Duration;
use moffman_simulators::{Fault, Moment};

use crate::context::{ANNA, Context, PRAGUE, run_test, run_test_with, sweep_meanwhile, sweep_until_it_hangs, thursday};

/// An event whose sweep ended while its form was on its way; the lease is over.
async fn thursday_in_doubt(ctx: &mut Context) -> String {
    let event = thursday(ctx);
    ctx.world.fail("form", Fault::HangAfterEffect);
    sweep_until_it_hangs(ctx).await;
    ctx.expect_form();
    ctx.advance(Duration::minutes(2));
    event
}

#[tokio::test]
async fn a_write_to_dynamodb_whose_answer_is_lost_is_neither_repeated_nor_an_unknown_outcome() {
    for policy in ["hold", "resend"] {
        run_test_with(&format!(r#"{{"forms.on_unknown_outcome": "{policy}"}}"#), async |ctx| {
            ctx.sweep().await;
            let event = thursday(ctx);
            ctx.dynamodb.lose_answers_of("UpdateItem");
            let report = ctx.sweep().await;
            assert_eq!((report.forms.issued, report.forms.unknown, report.forms.held), (1, 0, 0), "{report:?}");
            assert_eq!((report.events_approved, report.open), (1, 0), "{report:?}");
            ctx.expect_form();
            ctx.expect_approved(PRAGUE, &event, "Anna Nová", "2026-06-18", "2026-06-19");
        })
        .await;
    }
}

#[tokio::test]
async fn an_issued_form_that_cannot_be_written_down_is_known_from_the_approved_event() {
    for policy in ["hold", "resend"] {
        run_test_with(&format!(r#"{{"forms.on_unknown_outcome": "{policy}"}}"#), async |ctx| {
            ctx.sweep().await;
            let event = thursday(ctx);
            let table = ctx.dynamodb.clone();
            ctx.world.when("form", Moment::AfterEffect, move |_| table.fail_all());
            let report = ctx.sweep().await;
            assert_eq!((report.forms.issued, report.open), (1, 1), "{report:?}");
            ctx.expect_form();
            ctx.expect_approved(PRAGUE, &event, "Anna Nová", "2026-06-18", "2026-06-19");

            ctx.dynamodb.heal();
            ctx.advance(Duration::minutes(2));
            let report = ctx.sweep().await;
            assert_eq!((report.forms.unknown, report.forms.held, report.open), (0, 0, 0), "{report:?}");
        })
        .await;
    }
}

#[tokio::test]
async fn a_form_that_is_known_to_be_issued_is_not_forgotten_when_the_table_is_in_trouble_and_the_event_changes() {
    for policy in ["hold", "resend"] {
        run_test_with(&format!(r#"{{"forms.on_unknown_outcome": "{policy}"}}"#), async |ctx| {
            ctx.sweep().await;
            let event = thursday(ctx);
            let (table, renamed) = (ctx.dynamodb.clone(), event.clone());
            ctx.world.when("form", Moment::AfterEffect, {
                let table = table.clone();
                move |_| table.fail_all()
            });
            ctx.world.when("events.patch", Moment::BeforeEffect, move |world| {
                world.person_renames(PRAGUE, &renamed, "me");
                table.heal();
            });
            let report = ctx.sweep().await;
            assert_eq!((report.forms.issued, report.events_approved, report.open), (1, 1, 0), "{report:?}");
            ctx.expect_form();
            ctx.expect_approved(PRAGUE, &event, "Anna Nová", "2026-06-18", "2026-06-19");
        })
        .await;
    }
}

#[tokio::test]
async fn an_unknown_outcome_is_remembered_while_its_event_is_deleted() {
    for (policy, forms, held) in [("hold", 1, 1), ("resend", 2, 0)] {
        run_test_with(&format!(r#"{{"forms.on_unknown_outcome": "{policy}"}}"#), async |ctx| {
            let event = thursday_in_doubt(ctx).await;
            ctx.world.person_deletes(PRAGUE, &event);
            assert_eq!(ctx.sweep().await.events_closed, 1);

            ctx.world.person_restores(PRAGUE, &event);
            let report = ctx.sweep().await;
            assert_eq!((ctx.world.forms().len(), report.forms.held, report.open), (forms, held, held), "{policy}");
            if policy == "resend" {
                ctx.expect_form();
            }
        })
        .await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_event_that_is_moved_before_its_form_is_sent_again_has_the_form_for_its_new_days_announced() {
    run_test(async |ctx| {
        let event = thursday_in_doubt(ctx).await;
        let (world, other) = (ctx.world.clone(), ctx.another_process("{}"));
        ctx.dynamodb.before("SET failed_days", move || {
            world.person_moves(PRAGUE, &event, "2026-06-25", "2026-06-26");
            assert_eq!(sweep_meanwhile(&other).open, 1, "it is another sweep's");
        });
        ctx.world.fail("form", Fault::HangAfterEffect);
        sweep_until_it_hangs(ctx).await;
        ctx.expect_form_for(ANNA, "25.06.2026", "25.06.2026");

        ctx.advance(Duration::minutes(2));
        let report = ctx.sweep().await;
        ctx.expect_form_for(ANNA, "25.06.2026", "25.06.2026");
        assert_eq!((report.forms.unknown, report.open), (1, 0), "{report:?}");
    })
    .await;
}

#[tokio::test]
async fn an_unknown_outcome_is_remembered_while_its_event_is_on_other_days() {
    run_test_with(r#"{"forms.on_unknown_outcome": "hold"}"#, async |ctx| {
        let event = thursday_in_doubt(ctx).await;
        ctx.world.person_moves(PRAGUE, &event, "2026-06-25", "2026-06-26");
        ctx.world.fail("form", Fault::status(500, "no blank PDF"));
        assert_eq!(ctx.sweep().await.forms.refused, 1);

        ctx.world.person_moves(PRAGUE, &event, "2026-06-18", "2026-06-19");
        let report = ctx.sweep().await;
        assert_eq!((report.forms.issued, report.forms.held, report.open), (0, 1, 1), "{report:?}");
        ctx.expect_no_form();
    })
    .await;
}

#[tokio::test]
async fn a_form_that_was_only_about_to_be_sent_is_no_unknown_outcome_when_its_sweep_can_tell() {
    run_test_with(r#"{"forms.on_unknown_outcome": "hold"}"#, async |ctx| {
        thursday(ctx);
        ctx.dynamodb.lose_every_answer_of("UpdateItem");
        let report = ctx.sweep().await;
        assert_eq!((report.forms.issued, report.open), (0, 1), "{report:?}");
        ctx.expect_no_form();

        ctx.dynamodb.heal();
        let report = ctx.sweep().await;
        assert_eq!((report.forms.unknown, report.forms.held, report.open), (0, 0, 0), "{report:?}");
        ctx.expect_form();
    })
    .await;
}

#[tokio::test]
async fn an_event_that_comes_back_to_days_with_an_unknown_outcome_while_a_form_is_made_is_held() {
    run_test_with(r#"{"forms.on_unknown_outcome": "hold"}"#, async |ctx| {
        let event = thursday_in_doubt(ctx).await;
        ctx.world.person_deletes(PRAGUE, &event);
        assert_eq!(ctx.sweep().await.events_closed, 1);

        ctx.world.person_restores(PRAGUE, &event);
        ctx.world.person_moves(PRAGUE, &event, "2026-06-25", "2026-06-26");
        let moved = event.clone();
        ctx.world.when("form", Moment::AfterEffect, move |world| {
            world.person_moves(PRAGUE, &moved, "2026-06-18", "2026-06-19");
        });
        let report = ctx.sweep().await;
        assert_eq!((report.forms.issued, report.forms.unknown, report.forms.held), (1, 1, 1), "{report:?}");
        ctx.expect_form_for(ANNA, "25.06.2026", "25.06.2026");
        ctx.expect_no_form();
    })
    .await;
}
