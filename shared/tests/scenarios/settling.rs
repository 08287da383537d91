//! Forms that wait for a person: seen, and settled.

use chrono::Duration;
use moffman::forms::{FormsError, ShownState, ShownStatus};
use moffman_simulators::{Fault, HookPoint, Matcher};

use crate::context::{ANNA, BRNO, PRAGUE, run_test, run_test_with, thursday};
use crate::decisions::{
    HOLD, WITHOUT_ANNA, again, arrived, expect_thursday_approved, held, not_wanted, refused, resend,
};

#[tokio::test]
async fn a_held_form_that_arrived_is_discarded_and_its_event_approved_without_a_second_one() {
    run_test_with(HOLD, async |ctx| {
        let (event, form) = held(ctx).await;
        assert_eq!((form.state, form.user_id.as_str(), form.mails), (ShownState::Held, ANNA, 1));
        assert_eq!(form.days.to_string(), "2026-06-18/2026-06-19");
        let [asking] = form.events.as_slice() else { panic!("{form:?}") };
        assert_eq!((asking.office_id.as_deref(), &*asking.event_id), (Some("prague"), event.as_str()));
        assert_eq!((asking.status, asking.found_at), (ShownStatus::Open, Some(ctx.world.now())));

        for _ in 0..2 {
            let discarded = arrived(&ctx.app, &form.id).await.unwrap();
            assert_eq!((discarded.state, &discarded.id), (ShownState::Discarded, &form.id));
            assert_eq!(ctx.the_form().await, discarded);
        }
        ctx.expect_untouched(PRAGUE, &event);

        let report = ctx.sweep().await;
        assert_eq!((report.events_approved, report.forms.issued, report.open), (1, 0, 0));
        expect_thursday_approved(ctx, &event);
        let form = ctx.the_form().await;
        assert_eq!((form.state, form.events[0].status), (ShownState::Discarded, ShownStatus::Approved));
    })
    .await;
}

#[tokio::test]
async fn a_held_form_that_did_not_arrive_is_sent_again_by_the_next_sweep() {
    run_test_with(HOLD, async |ctx| {
        let (event, form) = held(ctx).await;
        let due = resend(&ctx.app, &form.id).await.unwrap();
        assert_eq!((due.state, due.failures), (ShownState::Due, None));
        assert_eq!(resend(&ctx.app, &form.id).await.unwrap(), due, "safe to repeat");

        let report = ctx.sweep().await;
        assert_eq!((report.events_approved, report.forms.issued, report.open), (1, 1, 0));
        ctx.expect_form_for(ANNA, "18.06.2026", "18.06.2026");
        expect_thursday_approved(ctx, &event);
        assert_eq!(ctx.the_form().await.mails, 2);
    })
    .await;
}

#[tokio::test]
async fn a_form_that_a_person_had_sent_is_held_again_when_nobody_knows_of_that_mail_either() {
    for settings in [HOLD, "{}"] {
        run_test_with(settings, async |ctx| {
            thursday(ctx);
            ctx.world.fail("form", Fault::DropAfterEffect).always();
            for _ in 0..4 {
                ctx.sweep().await;
                ctx.advance(Duration::hours(6));
            }
            let form = ctx.the_form().await;
            assert_eq!(form.state, ShownState::Held);
            let mails = ctx.world.forms().len();
            resend(&ctx.app, &form.id).await.unwrap();
            let report = ctx.sweep().await;
            assert_eq!((report.forms.unknown, report.forms.held), (1, 1), "{report:?}");
            ctx.advance(Duration::days(1));
            ctx.sweep().await;
            assert_eq!(ctx.world.forms().len(), mails + 1);
            ctx.world.heal();
            for _ in 0..=mails {
                ctx.expect_form();
            }
        })
        .await;
    }
}

#[tokio::test]
async fn a_refused_form_need_not_wait_for_its_backoff() {
    run_test(async |ctx| {
        let (event, form) = refused(ctx).await;
        let failures = form.failures.unwrap();
        assert_eq!((form.state, failures.count, failures.since), (ShownState::Waiting, 1, ctx.world.now()));
        assert!(failures.next_try_at > ctx.world.now());
        assert_eq!(ctx.sweep().await.forms.issued, 0, "it waits");

        assert_eq!(resend(&ctx.app, &form.id).await.unwrap().failures, None);
        assert_eq!(ctx.sweep().await.forms.issued, 1);
        ctx.expect_form();
        expect_thursday_approved(ctx, &event);
    })
    .await;
}

#[tokio::test]
async fn a_form_that_nobody_wants_approves_what_asked_before_and_not_what_asks_later() {
    run_test(async |ctx| {
        let (event, form) = refused(ctx).await;
        let other = ctx.person_adds(BRNO, ANNA, ("2026-06-18", "2026-06-19"));
        ctx.sweep().await;
        not_wanted(&ctx.app, &form.id).await.unwrap();
        assert_eq!(not_wanted(&ctx.app, &form.id).await.unwrap().state, ShownState::Discarded, "safe to repeat");
        ctx.advance(Duration::minutes(1));
        ctx.world.person_renames(PRAGUE, &event, "me");
        let report = ctx.sweep().await;
        assert_eq!((report.events_approved, report.forms.issued), (2, 0), "{report:?}");
        expect_thursday_approved(ctx, &event);
        ctx.expect_approved((BRNO, &other), "Anna Nová", ("2026-06-18", "2026-06-19"));

        let later = thursday(ctx);
        assert_eq!(ctx.sweep().await.forms.issued, 1);
        ctx.expect_form();
        expect_thursday_approved(ctx, &later);
    })
    .await;
}

#[tokio::test]
async fn a_form_that_arrived_serves_later_events_too() {
    run_test(async |ctx| {
        let (_, form) = refused(ctx).await;
        arrived(&ctx.app, &form.id).await.unwrap();
        ctx.advance(Duration::minutes(1));
        thursday(ctx);
        let report = ctx.sweep().await;
        assert_eq!((report.events_approved, report.forms.issued), (2, 0), "{report:?}");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_decision_during_a_sweep_is_kept_by_it() {
    run_test(async |ctx| {
        let (event, form) = refused(ctx).await;
        ctx.advance(Duration::minutes(1));
        let other = ctx.another_process("{}");
        // The sweep has read the record, and has not read the form yet.
        ctx.world.when(Matcher::operation("events.list").on_calendar(PRAGUE), HookPoint::AfterEffect, move |_| {
            let discarded = std::thread::spawn(move || {
                let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
                runtime.block_on(async { arrived(&other, &form.id).await.unwrap() })
            });
            discarded.join().unwrap();
        });
        let report = ctx.sweep().await;
        assert_eq!((report.events_approved, report.forms.issued), (1, 0), "{report:?}");
        expect_thursday_approved(ctx, &event);
    })
    .await;
}

#[tokio::test]
async fn a_form_that_a_sweep_sends_is_left_to_it() {
    run_test(async |ctx| {
        let (_, form) = refused(ctx).await;
        ctx.advance(Duration::minutes(1));
        ctx.somebody_sends(&ctx.open(PRAGUE).await.remove(0)).await;
        for decide in [resend(&ctx.app, &form.id).await, again(&ctx.app, &form.id).await] {
            assert_eq!(decide, Err(FormsError::InProgress));
        }
        assert_eq!(arrived(&ctx.app, &form.id).await, Err(FormsError::InProgress));
        assert_eq!(ctx.the_form().await.state, ShownState::Sending);

        // The sweep was killed: what became of the form is not known, and the person says that it arrived.
        ctx.advance(Duration::seconds(76));
        assert_eq!(ctx.the_form().await.state, ShownState::InDoubt);
        arrived(&ctx.app, &form.id).await.unwrap();
        let report = ctx.sweep().await;
        assert_eq!((report.events_approved, report.forms.issued, report.forms.unknown), (1, 0, 0));
    })
    .await;
}

#[tokio::test]
async fn a_form_of_a_killed_sweep_is_sent_again_under_hold_when_a_person_wants_it() {
    run_test_with(HOLD, async |ctx| {
        let (_, form) = refused(ctx).await;
        ctx.advance(Duration::minutes(1));
        ctx.somebody_sends(&ctx.open(PRAGUE).await.remove(0)).await;
        ctx.advance(Duration::seconds(76));
        resend(&ctx.app, &form.id).await.unwrap();
        let report = ctx.sweep().await;
        assert_eq!((report.forms.issued, report.forms.held), (1, 0));
        ctx.expect_form();
    })
    .await;
}

#[tokio::test]
async fn nobody_who_is_not_registered_is_sent_anything() {
    run_test(async |ctx| {
        let (_, form) = refused(ctx).await;
        ctx.restart(WITHOUT_ANNA);
        assert_eq!(resend(&ctx.app, &form.id).await, Err(FormsError::NotRegistered));
        ctx.sweep().await;
        let form = ctx.the_form().await;
        assert_eq!((form.state, form.events[0].status), (ShownState::Waiting, ShownStatus::NotRegistered));
        assert_eq!(form.user_id, ANNA.to_lowercase());
        not_wanted(&ctx.app, &form.id).await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn a_form_that_no_event_asks_for_any_more_is_not_sent_again() {
    run_test(async |ctx| {
        let (event, form) = refused(ctx).await;
        ctx.world.person_moves(PRAGUE, &event, ("2026-06-22", "2026-06-23"));
        ctx.sweep().await;
        ctx.expect_form();
        assert_eq!(resend(&ctx.app, &form.id).await, Err(FormsError::NoEvent));
        let open = ctx.forms(&[ShownState::Waiting]).await;
        assert_eq!((open[0].id.as_str(), open[0].events[0].status), (form.id.as_str(), ShownStatus::Gone));
        not_wanted(&ctx.app, &form.id).await.unwrap();
        assert_eq!(ctx.forms(&ShownState::OPEN).await, []);
    })
    .await;
}

#[tokio::test]
async fn a_decision_whose_answer_was_lost_has_been_taken() {
    for decide in [ShownState::Due, ShownState::Discarded] {
        run_test_with(HOLD, async |ctx| {
            let (event, form) = held(ctx).await;
            ctx.dynamodb.take();
            ctx.dynamodb.lose_answers_of("PutItem");
            let decided = match decide {
                ShownState::Discarded => arrived(&ctx.app, &form.id).await,
                _ => resend(&ctx.app, &form.id).await,
            };
            assert_eq!(decided.unwrap().state, decide);
            ctx.sweep().await;
            if decide == ShownState::Due {
                ctx.expect_form();
            }
            expect_thursday_approved(ctx, &event);
        })
        .await;
    }
}

#[tokio::test]
async fn a_decision_that_cannot_be_written_changes_nothing() {
    run_test_with(HOLD, async |ctx| {
        let (_, form) = held(ctx).await;
        ctx.dynamodb.fail_all();
        assert!(matches!(arrived(&ctx.app, &form.id).await, Err(FormsError::Store(_))));
        ctx.dynamodb.heal();
        assert_eq!(ctx.the_form().await, form);
    })
    .await;
}

#[tokio::test]
async fn of_two_people_who_settle_a_form_at_once_one_has_it_their_way() {
    run_test_with(HOLD, async |ctx| {
        let (event, form) = held(ctx).await;
        let other = ctx.another_process(HOLD);
        let one = Box::pin(resend(&ctx.app, &form.id));
        let (one, two) = tokio::join!(one, Box::pin(not_wanted(&other, &form.id)));
        let state = ctx.the_form().await.state;
        assert!([ShownState::Due, ShownState::Discarded].contains(&state), "{one:?} {two:?}");
        assert!(one.is_ok() || two.is_ok());
        let report = ctx.sweep().await;
        assert_eq!(report.forms.issued, usize::from(state == ShownState::Due));
        for _ in 0..report.forms.issued {
            ctx.expect_form();
        }
        expect_thursday_approved(ctx, &event);
    })
    .await;
}
