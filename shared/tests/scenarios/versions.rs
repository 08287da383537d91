//! Slow sweeps write down versions of an event that they listed long ago, or go by people that were registered long ago.

use chrono::Duration;
use moffman::app::Moffman;
use moffman::forms::{ShownState, ShownStatus};
use moffman::store::open_record::OpenRecord;
use moffman::sweep::SweepReport;
use moffman_simulators::{Fault, HookPoint, Matcher, World};

use crate::context::{ANNA, Context, PRAGUE, open_meanwhile, record_meanwhile, run_test, sweep_meanwhile, thursday};
use crate::decisions::{WITHOUT_ANNA, refused};

/// An event that was moved after its form was refused, and the record of it from before.
async fn moved_thursday(ctx: &Context) -> (String, OpenRecord) {
    let (event, _) = refused(ctx).await;
    let old = ctx.open(PRAGUE).await.remove(0);
    ctx.world.person_moves(PRAGUE, &event, ("2026-06-25", "2026-06-26"));
    ctx.advance(Duration::hours(1));
    (event, old)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_version_that_a_slow_sweep_listed_long_ago_gets_no_form_from_a_sweep_that_saw_a_newer_one() {
    run_test(async |ctx| {
        let (event, old) = moved_thursday(ctx).await;
        // When the moved event is about to be claimed, it is deleted and its record closed; then a sweep that listed it
        // before it was moved writes down what it saw.
        let (world, other, slow) = (ctx.world.clone(), ctx.another_process("{}"), ctx.another_process("{}"));
        ctx.dynamodb.before(r#""state":{"S":"sending"}"#, move || {
            world.person_deletes(PRAGUE, &event);
            assert_eq!(sweep_meanwhile(&other).events_closed, 1);
            record_meanwhile(&slow, &old);
        });
        let report = ctx.sweep().await;
        ctx.expect_no_form();
        assert_eq!((report.events_closed, report.open), (0, 0), "{report:?}");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_event_that_google_does_not_know_any_more_gets_no_form_for_what_slow_sweeps_write_down() {
    run_test(async |ctx| {
        ctx.world.hide_deleted(PRAGUE);
        let (event, old) = moved_thursday(ctx).await;
        // When the moved event is about to be claimed, it is deleted and its record closed; then a slow sweep writes down
        // the version from before the move. When that record is to be closed, because the event is not found, another
        // slow sweep writes down the moved version.
        let (world, other, slow) = (ctx.world.clone(), ctx.another_process("{}"), ctx.another_process("{}"));
        let table = ctx.dynamodb.clone();
        ctx.dynamodb.before(r#""state":{"S":"sending"}"#, move || {
            let moved = open_meanwhile(&slow).remove(0);
            world.person_deletes(PRAGUE, &event);
            assert_eq!(sweep_meanwhile(&other).events_closed, 1);
            record_meanwhile(&slow, &old);
            table.before(r#"{"Delete":"#, move || record_meanwhile(&slow, &moved));
        });
        let report = ctx.sweep().await;
        assert_eq!((report.events_closed, report.open), (0, 0), "{report:?}");
        ctx.expect_no_form();
    })
    .await;
}

/// Anna's Thursday, of whose mail nobody knows, is deleted and kept in sight by another sweep, minutes after this one listed
/// it.
fn expect_kept_in_sight(world: &World, other: &Moffman, event: &str) {
    world.person_deletes(PRAGUE, event);
    world.advance(Duration::minutes(10));
    let report = sweep_meanwhile(other);
    assert_eq!((report.events_closed, report.open), (0, 1), "{report:?}");
    assert!(open_meanwhile(other)[0].is_gone);
}

/// The record says that its event is gone, and nobody has sent anything for it.
async fn expect_still_gone(ctx: &mut Context, report: &SweepReport) {
    assert_eq!((report.forms.issued, report.forms.unknown, report.open), (0, 0, 1), "{report:?}");
    ctx.expect_form();
    ctx.expect_no_form();
    assert!(ctx.open(PRAGUE).await[0].is_gone);
    let form = ctx.the_form().await;
    assert_eq!((form.state, form.events[0].status), (ShownState::InDoubt, ShownStatus::Gone));
    let report = ctx.sweep().await;
    assert_eq!((report.forms.issued, report.open), (0, 1), "{report:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_slow_sweep_does_not_bring_back_an_event_that_went_before_it_had_a_record() {
    run_test(async |ctx| {
        ctx.sweep().await;
        let event = thursday(ctx);
        let other = ctx.another_process("{}");
        ctx.world.fail("form", Fault::DropAfterEffect);
        ctx.world.when(listing(), HookPoint::AfterEffect, move |world| {
            assert_eq!(sweep_meanwhile(&other).forms.unknown, 1);
            expect_kept_in_sight(world, &other, &event);
        });
        let report = ctx.sweep().await;
        expect_still_gone(ctx, &report).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_slow_sweep_does_not_bring_back_an_event_that_went_after_it_read_its_record() {
    run_test(async |ctx| {
        let event = thursday(ctx);
        ctx.world.fail("form", Fault::DropAfterEffect);
        assert_eq!(ctx.sweep().await.forms.unknown, 1);
        ctx.world.person_renames(PRAGUE, &event, "me");
        let other = ctx.another_process("{}");
        ctx.world.when(listing(), HookPoint::AfterEffect, move |world| expect_kept_in_sight(world, &other, &event));
        let report = ctx.sweep().await;
        expect_still_gone(ctx, &report).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_version_that_google_dates_like_the_recorded_one_is_recorded_only_if_google_still_has_it() {
    run_test(async |ctx| {
        ctx.sweep().await;
        let event = thursday(ctx);
        let other = ctx.another_process("{}");
        ctx.world.fail("form", Fault::status(500, "no blank PDF"));
        // This sweep has listed Thursday; the other one records that the event was moved within the same millisecond.
        ctx.world.when(listing(), HookPoint::AfterEffect, move |world| {
            world.date_next_change_like_the_last();
            world.person_moves(PRAGUE, &event, ("2026-06-25", "2026-06-26"));
            assert_eq!(sweep_meanwhile(&other).forms.refused, 1);
        });
        let report = ctx.sweep().await;
        assert_eq!((report.forms.issued, report.open), (0, 1), "the form waits: {report:?}");
        ctx.advance(Duration::hours(1));
        assert_eq!(ctx.sweep().await.events_approved, 1);
        ctx.expect_form_for(ANNA, "25.06.2026", "25.06.2026");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_version_that_google_dates_like_the_recorded_one_replaces_it_if_google_has_it() {
    run_test(async |ctx| {
        ctx.sweep().await;
        let event = thursday(ctx);
        let (moved, other) = (event.clone(), ctx.another_process("{}"));
        ctx.world.fail("form", Fault::status(500, "no blank PDF"));
        // This sweep has read that nothing is open; the other one records Thursday before this one lists that the event was
        // moved within the same millisecond.
        ctx.world.when(listing(), HookPoint::BeforeEffect, move |world| {
            assert_eq!(sweep_meanwhile(&other).forms.refused, 1);
            world.date_next_change_like_the_last();
            world.person_moves(PRAGUE, &moved, ("2026-06-25", "2026-06-26"));
        });
        let mark = ctx.world.mark();
        let report = ctx.sweep().await;
        assert_eq!((report.forms.issued, report.events_approved, report.open), (1, 1, 0), "{report:?}");
        assert_eq!(ctx.world.count_since(mark, "events.get"), 1, "nobody else knows which is newer");
        ctx.expect_form_for(ANNA, "25.06.2026", "25.06.2026");
        ctx.expect_approved((PRAGUE, &event), "Anna Nová", ("2026-06-25", "2026-06-26"));
    })
    .await;
}

#[tokio::test]
async fn an_event_that_google_did_not_know_once_is_worked_on_when_google_shows_it_again() {
    run_test(async |ctx| {
        let (event, _) = refused(ctx).await;
        ctx.advance(Duration::hours(1));
        ctx.world.fail("events.get", Fault::status(404, "notFound"));
        let report = ctx.sweep().await;
        assert_eq!((report.events_closed, report.open), (1, 0), "{report:?}");

        // Google shows it and still does not know it: nothing is recorded, and nothing is held up.
        ctx.world.expire_sync_tokens(PRAGUE);
        ctx.world.fail("events.get", Fault::status(404, "notFound"));
        let report = ctx.sweep().await;
        assert_eq!((report.offices_failed, report.forms.issued, report.open), (0, 0, 0), "{report:?}");

        ctx.world.expire_sync_tokens(PRAGUE);
        let plan = ctx.plan("prague").await;
        assert!(plan[0].starts_with(&format!("approve {event}")), "{plan:?}");
        let report = ctx.sweep().await;
        assert_eq!((report.forms.issued, report.events_approved, report.open), (1, 1, 0), "{report:?}");
        ctx.expect_form_for(ANNA, "18.06.2026", "18.06.2026");
        ctx.expect_approved((PRAGUE, &event), "Anna Nová", ("2026-06-18", "2026-06-19"));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sweep_with_an_older_directory_does_not_close_what_a_newer_one_records_while_it_lists() {
    run_test(async |ctx| {
        let (event, _) = refused(ctx).await;
        ctx.advance(Duration::hours(1));
        let (renamed, newer) = (event.clone(), ctx.another_process("{}"));
        ctx.restart(WITHOUT_ANNA);
        ctx.world.fail("form", Fault::status(500, "no blank PDF"));
        ctx.world.when(listing(), HookPoint::AfterEffect, move |world| {
            world.person_renames(PRAGUE, &renamed, "me");
            assert_eq!(sweep_meanwhile(&newer).open, 1);
        });
        expect_left_to_the_newer_directory(ctx, &event).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sweep_with_an_older_directory_does_not_close_what_a_newer_one_takes_up_while_it_works() {
    run_test(async |ctx| {
        let (event, _) = refused(ctx).await;
        ctx.advance(Duration::hours(1));
        // The older directory has read the whole calendar, and had no time to close anything.
        let newer = ctx.another_process("{}");
        ctx.restart(WITHOUT_ANNA);
        let report = ctx.sweep_without_time().await;
        assert_eq!((report.events_closed, report.open), (0, 1), "{report:?}");
        // As it is about to close the record, the newer one reads the calendar.
        ctx.world.fail("form", Fault::status(500, "no blank PDF"));
        ctx.dynamodb.before(r#"{"Delete":"#, move || assert_eq!(sweep_meanwhile(&newer).open, 1));
        expect_left_to_the_newer_directory(ctx, &event).await;
    })
    .await;
}

/// The older directory closes nothing, and the newer one has the event approved.
async fn expect_left_to_the_newer_directory(ctx: &mut Context, event: &str) {
    let report = ctx.sweep().await;
    assert_eq!((report.events_closed, report.open), (0, 1), "{report:?}");
    assert!(report.problems.iter().all(|problem| !problem.problem.contains("manual user")), "{report:?}");
    ctx.restart("{}");
    ctx.advance(Duration::hours(1));
    let report = ctx.sweep().await;
    assert_eq!((report.forms.issued, report.events_approved, report.open), (1, 1, 0), "{report:?}");
    ctx.expect_form_for(ANNA, "18.06.2026", "18.06.2026");
    ctx.expect_approved((PRAGUE, event), "Anna Nová", ("2026-06-18", "2026-06-19"));
}

/// The listing of Prague.
fn listing() -> Matcher {
    Matcher::operation("events.list").on_calendar(PRAGUE)
}
