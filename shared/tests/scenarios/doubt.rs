//! A doubt is never forgotten: only an issue or a person ends it, whatever else happens to the form.

use chrono::Duration;
use moffman::forms::{FormsError, ShownForm, ShownState, ShownStatus};
use moffman_simulators::Fault;

use crate::context::{ANNA, Context, PRAGUE, run_test, run_test_with, thursday};
use crate::decisions::{HOLD, expect_thursday_approved, not_wanted, refused, resend};

/// Anna's Thursday: nobody knows of its first mail.
async fn in_doubt(ctx: &mut Context) -> String {
    let event = thursday(ctx);
    ctx.world.fail("form", Fault::DropAfterEffect);
    assert_eq!(ctx.sweep().await.forms.unknown, 1);
    ctx.expect_form();
    ctx.advance(Duration::hours(6));
    event
}

/// Anna's Thursday: nobody knows of its first mail, and a second one was refused.
async fn refused_after_doubt(ctx: &mut Context) -> String {
    let event = in_doubt(ctx).await;
    ctx.world.fail("form", Fault::status(500, "no blank PDF"));
    assert_eq!(ctx.sweep().await.forms.refused, 1);
    ctx.advance(Duration::hours(6));
    event
}

/// Anna's Thursday: nobody knows of its first mail, and whoever was to send a second one was too late for it.
async fn not_sent_after_doubt(ctx: &mut Context) -> String {
    let event = in_doubt(ctx).await;
    let world = ctx.world.clone();
    ctx.dynamodb.before(r#""state":{"S":"sending"}"#, move || world.advance(Duration::minutes(10)));
    let report = ctx.sweep().await;
    assert_eq!((report.forms.issued, report.forms.unknown, report.open), (0, 0, 1), "{report:?}");
    event
}

async fn expect_one_doubtful_mail(ctx: &Context, state: ShownState) -> ShownForm {
    ctx.expect_no_form();
    let form = ctx.the_form().await;
    assert_eq!((form.state, form.mails), (state, 1));
    form
}

/// The event is deleted: it stays in sight until a person settles its form.
async fn expect_in_sight_when_it_is_gone(ctx: &Context, event: &str) {
    ctx.world.person_deletes(PRAGUE, event);
    for _ in 0..3 {
        let report = ctx.sweep().await;
        assert_eq!((report.events_closed, report.forms.issued, report.open), (0, 0, 1), "{report:?}");
        ctx.advance(Duration::days(1));
    }
    let form = ctx.the_form().await;
    assert_eq!((form.mails, form.events[0].status), (1, ShownStatus::Gone));
    assert_eq!(resend(&ctx.app, &form.id).await, Err(FormsError::NoEvent));
    not_wanted(&ctx.app, &form.id).await.unwrap();
    let report = ctx.sweep().await;
    assert_eq!((report.events_closed, report.open), (1, 0), "{report:?}");
}

#[tokio::test]
async fn a_refusal_after_an_unknown_outcome_waits_and_its_event_stays_in_sight_when_it_goes() {
    run_test(async |ctx| {
        let event = refused_after_doubt(ctx).await;
        expect_one_doubtful_mail(ctx, ShownState::Waiting).await;
        expect_in_sight_when_it_is_gone(ctx, &event).await;
    })
    .await;
}

#[tokio::test]
async fn what_was_not_sent_after_an_unknown_outcome_is_in_doubt_and_its_event_stays_in_sight_when_it_goes() {
    run_test(async |ctx| {
        let event = not_sent_after_doubt(ctx).await;
        expect_one_doubtful_mail(ctx, ShownState::InDoubt).await;
        expect_in_sight_when_it_is_gone(ctx, &event).await;
    })
    .await;
}

#[tokio::test]
async fn an_event_that_goes_is_closed_where_every_mail_was_refused() {
    run_test(async |ctx| {
        let (event, _) = refused(ctx).await;
        ctx.world.person_deletes(PRAGUE, &event);
        let report = ctx.sweep().await;
        assert_eq!((report.events_closed, report.open), (1, 0), "{report:?}");
    })
    .await;
}

#[tokio::test]
async fn an_event_in_sight_that_comes_back_has_its_form_sent_again() {
    run_test(async |ctx| {
        let event = refused_after_doubt(ctx).await;
        ctx.world.person_deletes(PRAGUE, &event);
        assert_eq!(ctx.sweep().await.open, 1);
        ctx.world.person_restores(PRAGUE, &event);
        let report = ctx.sweep().await;
        assert_eq!((report.forms.issued, report.events_approved, report.open), (1, 1, 0), "{report:?}");
        ctx.expect_form_for(ANNA, "18.06.2026", "18.06.2026");
        expect_thursday_approved(ctx, &event);
        assert_eq!(ctx.the_form().await.mails, 2);
    })
    .await;
}

#[tokio::test]
async fn a_policy_that_changes_to_hold_leaves_a_form_with_a_doubtful_mail_to_a_person() {
    run_test(async |ctx| {
        let event = refused_after_doubt(ctx).await;
        expect_held_by_the_new_policy(ctx, &event).await;
    })
    .await;
    run_test(async |ctx| {
        let event = not_sent_after_doubt(ctx).await;
        expect_held_by_the_new_policy(ctx, &event).await;
    })
    .await;
}

/// From now on the policy is `hold`. The plan and the sweep leave the form to a person, who has it sent.
async fn expect_held_by_the_new_policy(ctx: &mut Context, event: &str) {
    ctx.restart(HOLD);
    let plan = ctx.plan("prague").await;
    assert!(plan.iter().all(|line| !line.starts_with("approve") && !line.starts_with("send")), "{plan:?}");
    let report = ctx.sweep().await;
    assert_eq!((report.forms.issued, report.forms.unknown, report.forms.held), (0, 0, 1), "{report:?}");
    let form = expect_one_doubtful_mail(ctx, ShownState::Held).await;
    ctx.expect_untouched(PRAGUE, event);

    resend(&ctx.app, &form.id).await.unwrap();
    let report = ctx.sweep().await;
    assert_eq!((report.forms.issued, report.events_approved, report.forms.held), (1, 1, 0), "{report:?}");
    ctx.expect_form_for(ANNA, "18.06.2026", "18.06.2026");
    expect_thursday_approved(ctx, event);
}

#[tokio::test]
async fn a_refused_form_without_a_doubtful_mail_is_sent_also_under_hold() {
    run_test_with(HOLD, async |ctx| {
        let (event, _) = refused(ctx).await;
        ctx.advance(Duration::hours(1));
        let report = ctx.sweep().await;
        assert_eq!((report.forms.issued, report.forms.held), (1, 0), "{report:?}");
        ctx.expect_form();
        expect_thursday_approved(ctx, &event);
    })
    .await;
}
