//! Events that repeat: every day inside the window is an event of its own.

use chrono::Duration;
use moffman_simulators::{NewEvent, Recurrence, When};

use crate::context::{ANNA, Context, PRAGUE, run_test, run_test_with};

fn occurrence(ctx: &Context, series: &str, day: &str) -> String {
    ctx.world.occurrence_id(PRAGUE, (series, day)).expect("an occurrence")
}

fn expect_forms_for(ctx: &mut Context, days: &[&str]) {
    let mut forms: Vec<String> = days
        .iter()
        .map(|_| ctx.expect_form()["form_data"]["date_from"].as_str().unwrap_or_default().to_owned())
        .collect();
    forms.sort();
    assert_eq!(forms, days);
}

#[tokio::test]
async fn each_day_of_a_series_inside_the_window_gets_a_form() {
    run_test(async |ctx| {
        let weekly = NewEvent::new("2026-06-16", "2026-06-17").repeating(Recurrence::weekly());
        let series = ctx.world.person_adds(PRAGUE, ANNA, weekly);
        ctx.sweep().await;
        expect_forms_for(ctx, &["16.06.2026", "23.06.2026"]);
        for (day, end) in [("2026-06-16", "2026-06-17"), ("2026-06-23", "2026-06-24")] {
            ctx.expect_approved((PRAGUE, &occurrence(ctx, &series, day)), "Anna Nová", (day, end));
        }

        ctx.sweep().await;
        ctx.expect_no_form();
    })
    .await;
}

#[tokio::test]
async fn later_days_of_a_series_are_found_when_the_window_reaches_them() {
    run_test(async |ctx| {
        let weekly = NewEvent::new("2026-06-16", "2026-06-17").repeating(Recurrence::weekly());
        let series = ctx.world.person_adds(PRAGUE, ANNA, weekly);
        ctx.sweep().await;
        expect_forms_for(ctx, &["16.06.2026", "23.06.2026"]);
        ctx.advance(Duration::days(7));
        ctx.sweep().await;
        ctx.expect_form_for(ANNA, "30.06.2026", "30.06.2026");
        ctx.expect_approved(
            (PRAGUE, &occurrence(ctx, &series, "2026-06-30")),
            "Anna Nová",
            ("2026-06-30", "2026-07-01"),
        );
    })
    .await;
}

#[tokio::test]
async fn a_series_that_is_added_later_counts_only_inside_the_window() {
    run_test(async |ctx| {
        ctx.sweep().await;
        let daily = NewEvent::new("2026-06-27", "2026-06-28").repeating(Recurrence::daily().times(30));
        ctx.world.person_adds(PRAGUE, ANNA, daily);
        ctx.sweep().await;
        expect_forms_for(ctx, &["27.06.2026", "28.06.2026"]);
    })
    .await;
}

#[tokio::test]
async fn one_day_of_a_series_that_is_moved_gets_a_form_and_the_others_do_not() {
    run_test(async |ctx| {
        let weekly = NewEvent::new("2026-06-16", "2026-06-17").repeating(Recurrence::weekly());
        let series = ctx.world.person_adds(PRAGUE, ANNA, weekly);
        ctx.sweep().await;
        expect_forms_for(ctx, &["16.06.2026", "23.06.2026"]);
        ctx.world.person_edits_occurrence(PRAGUE, (&series, "2026-06-23"), ("2026-06-24", "2026-06-25"));
        ctx.sweep().await;
        ctx.expect_form_for(ANNA, "24.06.2026", "24.06.2026");
    })
    .await;
}

#[tokio::test]
async fn a_day_that_is_taken_out_of_a_series_gets_nothing() {
    run_test(async |ctx| {
        ctx.sweep().await;
        let weekly = NewEvent::new("2026-06-16", "2026-06-17").repeating(Recurrence::weekly());
        let series = ctx.world.person_adds(PRAGUE, ANNA, weekly);
        ctx.world.person_deletes_occurrence(PRAGUE, (&series, "2026-06-23"));
        ctx.sweep().await;
        ctx.expect_form_for(ANNA, "16.06.2026", "16.06.2026");
    })
    .await;
}

#[tokio::test]
async fn an_approved_event_that_becomes_a_series_gets_forms_for_its_further_days() {
    for on_change in ["reissue", "ignore"] {
        run_test_with(&format!(r#"{{"manual_users.on_change": "{on_change}"}}"#), async |ctx| {
            let event = ctx.person_adds(PRAGUE, ANNA, ("2026-06-16", "2026-06-17"));
            ctx.sweep().await;
            ctx.expect_form_for(ANNA, "16.06.2026", "16.06.2026");
            ctx.world.person_makes_series(PRAGUE, &event, Recurrence::weekly());
            ctx.sweep().await;
            ctx.expect_form_for(ANNA, "23.06.2026", "23.06.2026");
        })
        .await;
    }
}

#[tokio::test]
async fn a_timed_series_is_approved_day_by_day() {
    run_test(async |ctx| {
        let daily = NewEvent::new(
            When::in_zone("2026-06-16T09:00:00", "Europe/Prague"),
            When::in_zone("2026-06-16T17:00:00", "Europe/Prague"),
        );
        ctx.world.person_adds(PRAGUE, ANNA, daily.repeating(Recurrence::daily().times(2)));
        ctx.sweep().await;
        expect_forms_for(ctx, &["16.06.2026", "17.06.2026"]);
    })
    .await;
}
