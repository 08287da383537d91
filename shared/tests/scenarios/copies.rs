//! Copies that people order of forms that are issued or discarded: each goes out once.

use chrono::Duration;
use moffman::forms::{FormsError, ShownState};
use moffman_simulators::Fault;

use crate::context::{ANNA, BRNO, Context, ONLY_PRAGUE, PRAGUE, run_test};
use crate::decisions::{WITHOUT_ANNA, again, arrived, expect_thursday_approved, issued, not_wanted, refused, resend};

#[tokio::test]
async fn a_copy_of_what_was_issued_goes_out_once_and_the_form_stays_issued() {
    run_test(async |ctx| {
        let (event, form) = issued(ctx).await;
        let before = ctx.event(PRAGUE, &event);
        assert_eq!(resend(&ctx.app, &form.id).await, Err(FormsError::Issued));
        assert_eq!(not_wanted(&ctx.app, &form.id).await, Err(FormsError::Issued));
        assert_eq!(arrived(&ctx.app, &form.id).await.unwrap().state, ShownState::Issued);
        for _ in 0..2 {
            let ordered = again(&ctx.app, &form.id).await.unwrap();
            assert_eq!((ordered.state, ordered.issued_at), (ShownState::Issued, form.issued_at));
        }
        for copies in [1, 0, 0] {
            let report = ctx.sweep().await;
            assert_eq!((report.forms.issued, report.events_approved, report.open), (copies, 0, 0), "{report:?}");
        }
        ctx.expect_form_for(ANNA, "18.06.2026", "18.06.2026");
        assert_eq!((ctx.event(PRAGUE, &event), ctx.the_form().await.mails), (before, 2));

        again(&ctx.app, &form.id).await.unwrap();
        assert_eq!(ctx.sweep().await.forms.issued, 1, "each order is one copy");
        ctx.expect_form();
    })
    .await;
}

#[tokio::test]
async fn a_copy_that_is_refused_waits_and_one_that_nobody_knows_of_is_not_sent_again() {
    run_test(async |ctx| {
        let (_, form) = issued(ctx).await;
        again(&ctx.app, &form.id).await.unwrap();
        ctx.world.fail("form", Fault::status(500, "no blank PDF"));
        assert_eq!(ctx.sweep().await.forms.refused, 1);
        assert_eq!(ctx.sweep().await.forms.issued, 0, "not before its backoff");
        ctx.advance(Duration::hours(1));
        ctx.world.fail("form", Fault::DropAfterEffect);
        let report = ctx.sweep().await;
        assert_eq!(report.forms.unknown, 1);
        assert!(report.problems[0].problem.contains("copy"), "{report:?}");
        ctx.expect_form();
        ctx.advance(Duration::days(1));
        assert_eq!(ctx.sweep().await.forms.issued, 0);
        let form = ctx.the_form().await;
        assert_eq!((form.state, form.mails), (ShownState::Issued, 2));
    })
    .await;
}

#[tokio::test]
async fn a_copy_goes_out_beside_what_was_discarded() {
    run_test(async |ctx| {
        let (event, form) = refused(ctx).await;
        not_wanted(&ctx.app, &form.id).await.unwrap();
        assert_eq!(resend(&ctx.app, &form.id).await, Err(FormsError::Discarded));
        again(&ctx.app, &form.id).await.unwrap();
        let report = ctx.sweep().await;
        assert_eq!((report.forms.issued, report.events_approved), (1, 1), "{report:?}");
        ctx.expect_form();
        expect_thursday_approved(ctx, &event);
        assert_eq!(ctx.the_form().await.state, ShownState::Discarded);
    })
    .await;
}

#[tokio::test]
async fn the_copy_of_somebody_who_is_not_registered_any_more_is_given_up() {
    run_test(async |ctx| {
        let (_, form) = issued(ctx).await;
        again(&ctx.app, &form.id).await.unwrap();
        ctx.restart(WITHOUT_ANNA);
        let report = ctx.sweep().await;
        assert!(report.problems.iter().any(|problem| problem.problem.contains("given up")), "{report:?}");
        assert_eq!(ctx.sweep().await.problems, []);
        assert_eq!(again(&ctx.app, &form.id).await, Err(FormsError::NotRegistered));
    })
    .await;
}

#[tokio::test]
async fn a_copy_that_is_refused_for_three_days_and_ten_times_is_given_up() {
    run_test(async |ctx| {
        let (_, form) = issued(ctx).await;
        again(&ctx.app, &form.id).await.unwrap();
        let (ordered, mark) = (ctx.world.now(), ctx.world.mark());
        ctx.world.fail("form", Fault::status(500, "no blank PDF")).always();
        let mut given_up = None;
        for _ in 0..20 {
            let report = ctx.sweep().await;
            if report.problems.iter().any(|problem| problem.problem.contains("given up")) {
                given_up = Some(ctx.world.now());
                break;
            }
            assert_eq!(again(&ctx.app, &form.id).await.unwrap().state, ShownState::Issued, "it is due already");
            ctx.advance(Duration::hours(8));
        }
        assert!(given_up.unwrap() - ordered >= Duration::days(3), "{given_up:?}");
        assert_eq!(ctx.world.count_since(mark, "form"), 10);
        ctx.advance(Duration::days(1));
        assert_eq!(ctx.sweep().await.problems, []);
        assert_eq!(ctx.world.count_since(mark, "form"), 10);

        ctx.world.heal();
        let shown = ctx.the_form().await;
        assert_eq!((shown.state, shown.mails), (ShownState::Issued, 1));
        again(&ctx.app, &form.id).await.unwrap();
        assert_eq!(ctx.sweep().await.forms.issued, 1, "a new order has its own tries");
        ctx.expect_form();
    })
    .await;
}

/// Anna's Thursday is in Prague and, as one who asked last, in Brno; Brno is no office any more, and a copy is due there.
async fn copy_in_a_calendar_of_no_office(ctx: &mut Context) -> String {
    let (_, form) = issued(ctx).await;
    ctx.person_adds(BRNO, ANNA, ("2026-06-18", "2026-06-19"));
    assert_eq!(ctx.sweep().await.events_approved_on_earlier_form, 1);
    again(&ctx.app, &form.id).await.unwrap();
    ctx.restart(ONLY_PRAGUE);
    assert_eq!(ctx.sweep().await.forms.issued, 0, "no sweep gets there");
    form.id
}

#[tokio::test]
async fn a_copy_that_is_due_in_a_calendar_of_no_office_is_sent_from_another_when_it_is_ordered_again() {
    for is_back in [false, true] {
        run_test(async |ctx| {
            let form = copy_in_a_calendar_of_no_office(ctx).await;
            assert_eq!(again(&ctx.app, &form).await.unwrap().state, ShownState::Issued);
            if is_back {
                ctx.restart("{}");
            }
            assert_eq!(ctx.sweep().await.forms.issued, 1);
            ctx.expect_form_for(ANNA, "18.06.2026", "18.06.2026");
            ctx.restart("{}");
            for _ in 0..2 {
                assert_eq!(ctx.sweep().await.forms.issued, 0, "it is one order");
            }
            assert_eq!(ctx.the_form().await.mails, 2);
        })
        .await;
    }
}

#[tokio::test]
async fn a_copy_that_is_due_where_it_can_be_sent_is_not_ordered_twice() {
    run_test(async |ctx| {
        let form = copy_in_a_calendar_of_no_office(ctx).await;
        ctx.restart("{}");
        again(&ctx.app, &form).await.unwrap();
        for copies in [1, 0] {
            assert_eq!(ctx.sweep().await.forms.issued, copies);
        }
        ctx.expect_form();
    })
    .await;
}
