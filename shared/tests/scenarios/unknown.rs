//! Forms of which a sweep does not learn, or cannot write down, what became of them.

use chrono::Duration;
use moffman::forms::ShownState;
use moffman_simulators::{Fault, HookPoint};

use crate::context::{ANNA, Context, PRAGUE, run_test, run_test_with, sweep_meanwhile, sweep_until_it_hangs, thursday};

const POLICIES: [&str; 2] = ["hold", "resend"];

fn with(policy: &str) -> String {
    format!(r#"{{"forms.on_unknown_outcome": "{policy}"}}"#)
}

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
    for policy in POLICIES {
        for operation in ["PutItem", "TransactWriteItems"] {
            run_test_with(&with(policy), async |ctx| {
                ctx.sweep().await;
                let event = thursday(ctx);
                ctx.dynamodb.lose_answers_of(operation);
                let report = ctx.sweep().await;
                assert_eq!((report.forms.issued, report.forms.unknown, report.forms.held), (1, 0, 0), "{report:?}");
                assert_eq!((report.events_approved, report.open), (1, 0), "{report:?}");
                ctx.expect_form();
                ctx.expect_approved((PRAGUE, &event), "Anna Nová", ("2026-06-18", "2026-06-19"));
            })
            .await;
        }
    }
}

#[tokio::test]
async fn a_write_that_is_never_answered_is_recognised_by_reading() {
    for operation in ["PutItem", "TransactWriteItems"] {
        run_test(async |ctx| {
            ctx.sweep().await;
            let event = thursday(ctx);
            ctx.dynamodb.lose_every_answer_of(operation);
            let report = ctx.sweep().await;
            assert_eq!((report.forms.issued, report.forms.unknown, report.open), (1, 0, 0), "{report:?}");
            ctx.expect_form();
            ctx.expect_approved((PRAGUE, &event), "Anna Nová", ("2026-06-18", "2026-06-19"));
        })
        .await;
    }
}

#[tokio::test]
async fn nothing_is_approved_before_it_is_written_down_that_its_form_was_issued() {
    for (policy, forms, held) in [("hold", 1, 1), ("resend", 2, 0)] {
        run_test_with(&with(policy), async |ctx| {
            ctx.sweep().await;
            let event = thursday(ctx);
            let table = ctx.dynamodb.clone();
            ctx.world.when("form", HookPoint::AfterEffect, move |_| table.fail_all());
            let report = ctx.sweep().await;
            assert_eq!((report.forms.issued, report.events_approved, report.open), (1, 0, 1), "{report:?}");
            ctx.expect_form();
            ctx.expect_untouched(PRAGUE, &event);

            ctx.dynamodb.heal();
            ctx.advance(Duration::minutes(2));
            let report = ctx.sweep().await;
            assert_eq!((report.forms.unknown, report.forms.held, report.open), (1, held, held), "{report:?}");
            assert_eq!(ctx.world.forms().len(), forms, "{policy}");
            if policy == "resend" {
                ctx.expect_form();
            }
        })
        .await;
    }
}

#[tokio::test]
async fn a_form_that_is_known_to_be_issued_is_written_down_when_the_trouble_with_the_table_passes() {
    for policy in POLICIES {
        run_test_with(&with(policy), async |ctx| {
            ctx.sweep().await;
            let event = thursday(ctx);
            let table = ctx.dynamodb.clone();
            ctx.world.when("form", HookPoint::AfterEffect, move |_| table.fail_next("PutItem", 6));
            let report = ctx.sweep().await;
            assert_eq!((report.forms.issued, report.events_approved, report.open), (1, 1, 0), "{report:?}");
            ctx.expect_form();
            ctx.expect_approved((PRAGUE, &event), "Anna Nová", ("2026-06-18", "2026-06-19"));
        })
        .await;
    }
}

#[tokio::test]
async fn an_unknown_outcome_is_remembered_while_its_event_is_deleted() {
    for (policy, forms, held) in [("hold", 1, 1), ("resend", 2, 0)] {
        run_test_with(&with(policy), async |ctx| {
            let event = thursday_in_doubt(ctx).await;
            ctx.world.person_deletes(PRAGUE, &event);
            let report = ctx.sweep().await;
            assert_eq!((report.events_closed, report.open), (0, 1), "it stays in sight");

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
        ctx.dynamodb.before(r#""state":{"S":"sending"}"#, move || {
            world.person_moves(PRAGUE, &event, ("2026-06-25", "2026-06-26"));
            world.fail("form", Fault::status(500, "no blank PDF"));
            assert_eq!(sweep_meanwhile(&other).open, 1);
        });
        let report = ctx.sweep().await;
        assert_eq!((report.forms.unknown, report.open), (0, 1), "{report:?}");
        ctx.expect_no_form();
        ctx.advance(Duration::hours(1));
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
    run_test_with(&with("hold"), async |ctx| {
        let event = thursday_in_doubt(ctx).await;
        ctx.world.person_moves(PRAGUE, &event, ("2026-06-25", "2026-06-26"));
        ctx.world.fail("form", Fault::status(500, "no blank PDF"));
        assert_eq!(ctx.sweep().await.forms.refused, 1);

        ctx.world.person_moves(PRAGUE, &event, ("2026-06-18", "2026-06-19"));
        let report = ctx.sweep().await;
        assert_eq!((report.forms.issued, report.forms.held, report.open), (0, 1, 1), "{report:?}");
        ctx.expect_no_form();
    })
    .await;
}

#[tokio::test]
async fn an_event_that_comes_back_to_days_with_an_unknown_outcome_while_a_form_is_made_is_held() {
    run_test_with(&with("hold"), async |ctx| {
        let event = thursday_in_doubt(ctx).await;
        ctx.world.person_moves(PRAGUE, &event, ("2026-06-25", "2026-06-26"));
        let moved = event.clone();
        ctx.world.when("form", HookPoint::AfterEffect, move |world| {
            world.person_moves(PRAGUE, &moved, ("2026-06-18", "2026-06-19"));
        });
        let report = ctx.sweep().await;
        assert_eq!((report.forms.issued, report.forms.unknown, report.forms.held), (1, 1, 1), "{report:?}");
        ctx.expect_form_for(ANNA, "25.06.2026", "25.06.2026");
        ctx.expect_no_form();
    })
    .await;
}

#[tokio::test]
async fn without_a_clear_answer_a_form_is_mailed_three_times_at_most() {
    run_test(async |ctx| {
        thursday(ctx);
        ctx.world.fail("form", Fault::DropAfterEffect).always();
        for mails in [1, 2, 3, 3, 3] {
            ctx.sweep().await;
            assert_eq!(ctx.world.forms().len(), mails);
            ctx.advance(Duration::hours(6));
        }
        ctx.world.heal();
        let form = ctx.the_form().await;
        assert_eq!((form.state, form.mails), (ShownState::Held, 3));
        for _ in 0..3 {
            ctx.expect_form();
        }
    })
    .await;
}

/// However its attempts end: unanswered, refused, or cut off.
#[tokio::test]
async fn refusals_between_unknown_outcomes_forget_none_of_them() {
    run_test(async |ctx| {
        let event = thursday_in_doubt(ctx).await;
        ctx.world.fail("form", Fault::status(500, "no blank PDF"));
        assert_eq!(ctx.sweep().await.forms.refused, 1);
        ctx.advance(Duration::hours(6));
        ctx.world.fail("form", Fault::DropAfterEffect);
        assert_eq!(ctx.sweep().await.forms.unknown, 1);
        ctx.expect_form();
        ctx.advance(Duration::hours(6));
        ctx.world.fail("form", Fault::DropAfterEffect);
        let report = ctx.sweep().await;
        assert_eq!((report.forms.unknown, report.forms.held), (1, 1));
        ctx.expect_form();
        ctx.advance(Duration::days(2));
        ctx.sweep().await;
        ctx.expect_untouched(PRAGUE, &event);
    })
    .await;
}
