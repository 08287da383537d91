//! Somebody sets the clock back in the middle of a process's life, or before the next one begins.

use std::time::Duration;

use chrono::Duration as Time;
use moffman::sweep::{SweepOrder, sweep};
use moffman_simulators::Fault;

use crate::context::{ANNA, Context, PRAGUE, everything, run_test};
use crate::decisions::refused;

/// How often the whole window of a calendar was listed since `mark`.
fn windows(ctx: &Context, mark: usize) -> usize {
    ctx.world.calls_since(mark).iter().filter(|call| call.parameter("timeMin").is_some()).count()
}

#[tokio::test]
async fn the_next_sweep_goes_on_at_once() {
    run_test(async |ctx| {
        ctx.sweep().await;
        for hours in [1, 24] {
            ctx.time.set_back(Time::hours(hours));
            let deadline = Some(ctx.app.clock.moment() + Duration::from_mins(2));
            let report = sweep(&ctx.app, &SweepOrder { deadline, ..everything() }).await.unwrap();
            assert_eq!((report.offices_swept, report.offices_failed), (2, 0), "{report:?}");
        }
    })
    .await;
}

#[tokio::test]
async fn a_deadline_stays_where_it_is() {
    run_test(async |ctx| {
        let deadline = Some(ctx.app.clock.moment() + Duration::from_mins(2));
        ctx.time.set_back(Time::hours(1));
        ctx.advance(Time::minutes(3));
        let late = sweep(&ctx.app, &SweepOrder { deadline, ..everything() }).await;
        assert!(late.is_err(), "{late:?}");
    })
    .await;
}

#[tokio::test]
async fn a_token_ends_in_time() {
    run_test(async |ctx| {
        ctx.sweep().await;
        ctx.advance(Time::minutes(30));
        ctx.time.set_back(Time::minutes(29));
        ctx.sweep().await;
        assert_eq!(ctx.world.count("token"), 1);
        ctx.advance(Time::minutes(26));
        ctx.sweep().await;
        assert_eq!(ctx.world.count("token"), 2);

        ctx.time.set_back(Time::hours(2));
        ctx.restart("{}");
        ctx.sweep().await;
        assert_eq!(ctx.world.count("token"), 3, "what is kept seems to last for three hours");
    })
    .await;
}

#[tokio::test]
async fn a_refused_form_waits_no_longer_than_its_backoff() {
    for back in [Time::seconds(30), Time::minutes(10), Time::days(1), Time::days(400)] {
        run_test(async |ctx| {
            let (event, _) = refused(ctx).await;
            ctx.time.set_back(back);
            ctx.restart("{}");
            ctx.sweep().await;
            ctx.advance(Time::minutes(1));
            let report = ctx.sweep().await;
            assert_eq!((ctx.world.forms().len(), report.open), (1, 0), "{back}: {report:?}");
            ctx.expect_form();
            ctx.expect_approved((PRAGUE, &event), "Anna Nová", ("2026-06-18", "2026-06-19"));
        })
        .await;
    }
}

#[tokio::test]
async fn a_calendar_is_reconciled_though_it_seems_to_have_been_later_than_now() {
    run_test(async |ctx| {
        ctx.sweep().await;
        ctx.time.set_back(Time::days(30));
        ctx.restart("{}");
        let mark = ctx.world.mark();
        ctx.sweep().await;
        assert_eq!(windows(ctx, mark), 2);
        let mark = ctx.world.mark();
        ctx.advance(Time::hours(1));
        ctx.sweep().await;
        assert_eq!(windows(ctx, mark), 0, "once is enough");
    })
    .await;
}

#[tokio::test]
async fn nothing_is_open_for_less_than_no_time() {
    run_test(async |ctx| {
        ctx.person_adds(PRAGUE, ANNA, ("2026-06-18", "2026-06-19"));
        ctx.world.fail("form", Fault::status(500, "no blank PDF")).always();
        ctx.sweep().await;
        ctx.time.set_back(Time::hours(1));
        assert_eq!(ctx.sweep().await.oldest_open_seconds, Some(0));
    })
    .await;
}
