//! The form service says late, when the lease is over, that it issued a form: it counts, whatever the form is by then.

use chrono::Duration;
use moffman::app::Moffman;
use moffman::forms::{ShownState, ShownStatus};
use moffman_simulators::{Fault, HookPoint, World};

use crate::context::{
    ANNA, Context, meanwhile, run_test_with, sweep_meanwhile, sweep_until_it_hangs_in, the_form_meanwhile, thursday,
};
use crate::decisions::{HOLD, expect_thursday_approved, not_wanted, resend};

/// Anna's Thursday is swept, and its form takes longer than the lease. `then` happens before the answer comes: the event is
/// approved all the same. The service has so many forms in the end.
async fn expect_issued_late(policy: &str, forms: usize, then: impl FnOnce(&World, &Moffman) + Send + 'static) {
    run_test_with(policy, async |ctx| {
        let other = ctx.another_process(policy);
        play(ctx, other, forms, then).await;
    })
    .await;
}

async fn play(ctx: &mut Context, other: Moffman, forms: usize, then: impl FnOnce(&World, &Moffman) + Send + 'static) {
    ctx.sweep().await;
    let event = thursday(ctx);
    ctx.world.when("form", HookPoint::AfterEffect, move |world| {
        world.advance(Duration::minutes(10));
        then(world, &other);
    });
    let mark = ctx.world.mark();
    let report = ctx.sweep().await;
    assert_eq!((report.forms.issued, report.forms.unknown), (1, 0), "{report:?}");
    for _ in 0..forms {
        ctx.expect_form_for(ANNA, "18.06.2026", "18.06.2026");
    }
    let form = ctx.the_form().await;
    assert_eq!((form.state, form.events[0].status), (ShownState::Issued, ShownStatus::Approved));
    assert_eq!(usize::try_from(form.mails).unwrap(), forms);
    expect_thursday_approved(ctx, &event);

    ctx.advance(Duration::days(1));
    let report = ctx.sweep().await;
    assert_eq!((report.forms.issued, report.forms.held, report.open), (0, 0, 0), "{report:?}");
    assert_eq!(ctx.the_form().await.state, ShownState::Issued);
    let calls = ctx.world.calls_since(mark).into_iter();
    let approvals = calls.filter(|call| call.operation == "events.patch" && call.status == Some(200));
    assert_eq!(approvals.count(), 1, "approved once");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_late_success_lands_on_a_form_that_is_held() {
    expect_issued_late(HOLD, 1, |_, other| {
        let report = sweep_meanwhile(other);
        assert_eq!((report.forms.issued, report.forms.held), (0, 1), "{report:?}");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_late_success_lands_on_a_form_that_a_person_has_sent_again() {
    expect_issued_late("{}", 1, |_, other| {
        let form = the_form_meanwhile(other);
        assert_eq!(form.state, ShownState::InDoubt);
        assert_eq!(meanwhile(resend(other, &form.id)).unwrap().state, ShownState::Due);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_late_success_lands_on_a_form_that_nobody_wants() {
    expect_issued_late("{}", 1, |_, other| {
        let form = the_form_meanwhile(other);
        assert_eq!(meanwhile(not_wanted(other, &form.id)).unwrap().state, ShownState::Discarded);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_late_success_lands_on_a_form_that_another_sweep_was_refused() {
    expect_issued_late("{}", 1, |world, other| {
        world.fail("form", Fault::status(500, "no blank PDF"));
        let report = sweep_meanwhile(other);
        assert_eq!((report.forms.refused, report.forms.unknown), (1, 1), "{report:?}");
        assert_eq!(the_form_meanwhile(other).state, ShownState::Waiting);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_late_success_lands_on_a_form_that_another_sweep_is_sending() {
    expect_issued_late("{}", 2, |world, other| {
        world.fail("form", Fault::HangAfterEffect);
        meanwhile(sweep_until_it_hangs_in(world, other));
        assert_eq!(the_form_meanwhile(other).state, ShownState::Sending);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_late_success_changes_nothing_where_another_sweep_had_the_form_issued() {
    expect_issued_late("{}", 2, |_, other| {
        let report = sweep_meanwhile(other);
        assert_eq!((report.forms.issued, report.events_approved, report.open), (1, 1, 0), "{report:?}");
    })
    .await;
}
