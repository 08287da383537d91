//! Many offices in one sweep: each on its own.

use moffman::sweep::{SweepError, SweepOrder, SweepScope, sweep};
use moffman_simulators::{CalendarOptions, Fault, Matcher};

use crate::context::{ANNA, BRNO, PRAGUE, days, everything, run_test, run_test_with};

/// Settings with offices `office-00` … on calendars of the same names.
fn many(count: usize) -> String {
    let offices: Vec<String> = (0..count).map(|n| format!("{{name: office-{n:02}, id: office-{n:02}@x}}")).collect();
    let offices = format!("[{}]", offices.join(", "));
    serde_json::json!({"offices.office_list": offices, "calendar.checking_range.max": "{weeks: 8}"}).to_string()
}

#[tokio::test]
async fn of_thirty_offices_some_fail_in_every_way_and_the_others_are_swept() {
    run_test_with(&many(30), async |ctx| {
        let calendars: Vec<String> = (0..30).map(|n| format!("office-{n:02}@x")).collect();
        for calendar in &calendars {
            ctx.world.add_calendar(calendar, CalendarOptions::default());
        }
        let faults = [
            Fault::status(403, "forbidden"),
            Fault::status(404, "notFound"),
            Fault::retry_after(429, "rateLimitExceeded", 1),
            Fault::status(500, "backendError"),
            Fault::Html(200),
            Fault::Truncated,
            Fault::Empty,
            Fault::Garbage500,
            Fault::DropBeforeEffect,
        ];
        for (calendar, fault) in calendars.iter().zip(&faults) {
            ctx.world.fail(Matcher::operation("events.list").on_calendar(calendar), fault.clone()).always();
        }
        ctx.world.set_access_role(&calendars[9], "reader");
        ctx.world.set_access_role(&calendars[10], "none");
        let days: Vec<(String, String)> = days(ctx).take(30).collect();
        let add =
            |(calendar, (start, end)): (&String, &(String, String))| ctx.person_adds(calendar, ANNA, (start, end));
        let events: Vec<String> = calendars.iter().zip(&days).map(add).collect();

        let report = ctx.sweep().await;
        assert_eq!((report.offices_swept, report.offices_failed), (19, 11), "{:#?}", report.problems);
        let failed: Vec<&str> = report.problems.iter().map(|problem| problem.office.as_str()).collect();
        let expected: Vec<String> = (0..11).map(|n| format!("office-{n:02}")).collect();
        assert_eq!(failed, expected);
        for ((calendar, event), (start, end)) in calendars.iter().zip(&events).zip(&days).skip(11) {
            ctx.expect_form();
            ctx.expect_approved((calendar, event), "Anna Nová", (start, end));
        }

        ctx.world.heal();
        for calendar in &calendars[9..11] {
            ctx.world.set_access_role(calendar, "writer");
        }
        assert_eq!(ctx.sweep().await.events_approved, 11, "nothing was lost");
        for _ in 0..11 {
            ctx.expect_form();
        }
    })
    .await;
}

#[tokio::test]
async fn two_offices_on_one_calendar_are_one() {
    let offices = r#"{"offices.office_list": "[{name: prague, id: prague@group.calendar.google.com},
        {name: praha, id: prague@group.calendar.google.com}]"}"#;
    run_test_with(&offices.replace('\n', ""), async |ctx| {
        ctx.person_adds(PRAGUE, ANNA, ("2026-06-18", "2026-06-19"));
        let report = ctx.sweep().await;
        assert_eq!((report.offices_swept, report.forms.issued), (1, 1));
        assert_eq!(ctx.world.count("events.list"), 1);
        ctx.expect_form();
    })
    .await;
}

#[tokio::test]
async fn one_office_can_be_swept_alone() {
    run_test(async |ctx| {
        let here = ctx.person_adds(PRAGUE, ANNA, ("2026-06-18", "2026-06-19"));
        let there = ctx.person_adds(BRNO, ANNA, ("2026-06-18", "2026-06-19"));
        let order = SweepOrder { scope: SweepScope::Office("prague".to_owned()), ..everything() };
        assert_eq!(sweep(&ctx.app, &order).await.unwrap().offices_swept, 1);
        ctx.expect_form();
        ctx.expect_approved((PRAGUE, &here), "Anna Nová", ("2026-06-18", "2026-06-19"));
        ctx.expect_untouched(BRNO, &there);

        let nowhere = SweepOrder { scope: SweepScope::Office("nowhere".to_owned()), ..everything() };
        assert!(matches!(sweep(&ctx.app, &nowhere).await, Err(SweepError::Directory(_))));
    })
    .await;
}

#[tokio::test]
async fn the_shards_together_sweep_every_calendar_once() {
    run_test_with(&many(20), async |ctx| {
        for n in 0..20 {
            ctx.world.add_calendar(&format!("office-{n:02}@x"), CalendarOptions::default());
        }
        let mut swept = 0;
        for index in 0..3 {
            let order = SweepOrder { scope: SweepScope::Shard { index, of: 3 }, ..everything() };
            swept += sweep(&ctx.app, &order).await.unwrap().offices_swept;
        }
        assert_eq!(swept, 20);
        assert_eq!(ctx.world.count("events.list"), 20);
    })
    .await;
}

#[tokio::test]
async fn a_calendar_shared_for_reading_only_gets_no_form() {
    run_test(async |ctx| {
        ctx.world.set_access_role(PRAGUE, "reader");
        let event = ctx.person_adds(PRAGUE, ANNA, ("2026-06-18", "2026-06-19"));
        for _ in 0..2 {
            let report = ctx.sweep().await;
            assert_eq!((report.offices_swept, report.offices_failed), (1, 1));
            assert!(report.problems[0].problem.contains("for reading only"), "{report:?}");
        }
        ctx.expect_no_form();

        ctx.world.set_access_role(PRAGUE, "writer");
        ctx.sweep().await;
        ctx.expect_form();
        ctx.expect_approved((PRAGUE, &event), "Anna Nová", ("2026-06-18", "2026-06-19"));
    })
    .await;
}

#[tokio::test]
async fn a_sweep_in_which_every_office_fails_is_a_failure() {
    run_test(async |ctx| {
        ctx.world.fail("events.list", Fault::status(403, "forbidden")).always();
        let Err(SweepError::NothingSwept(report)) = ctx.try_sweep().await else { panic!("a failure") };
        assert_eq!(report.offices_failed, 2);
        ctx.world.heal();
    })
    .await;
}
