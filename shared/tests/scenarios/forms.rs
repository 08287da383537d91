//! The approval form: what is sent to Byroapi, and what happens when it is not issued.

use chrono::Duration;
use moffman::forms::ShownState;
use moffman_simulators::Fault;
use serde_json::{Value, json};

use crate::context::{ANNA, BORIS, Context, PRAGUE, instant, run_test, run_test_at, run_test_with};

#[tokio::test]
async fn the_request_is_as_byroapi_takes_it() {
    run_test(async |ctx| {
        ctx.person_adds(PRAGUE, ANNA, ("2026-06-18", "2026-06-20"));
        ctx.sweep().await;
        let expected = json!({
            "template": "Attendance",
            "form_data": {
                "user_id": "Anna@example.com",
                "date_from": "18.06.2026",
                "date_to": "19.06.2026",
                "date_approved": "15.06.2026",
            },
            "result": {
                "download": false,
                "email": {
                    "from": {"admin@example.com": "Moffman"},
                    "to": "forms@example.com",
                    "cc": {"Anna@example.com": "Anna Nová"},
                    "subject": "Anna Nová 18.06.2026 - 19.06.2026",
                    "contents": "Anna Nová (007), approved 15.06.2026",
                    "attachments": "Nová_2026-06-18.pdf",
                },
            },
        });
        assert_eq!(ctx.expect_form(), expected);
        let call = ctx.world.calls().into_iter().find(|call| call.operation == "form").unwrap();
        assert_eq!((call.method.as_str(), call.path.as_str()), ("POST", "/api/v1/form"));
    })
    .await;
}

#[tokio::test]
async fn every_placeholder_is_filled_in() {
    let contents = "{id}|{first_name}|{last_name}|{employee_number}|{user_name}|{date_from}|{date_to}|{date_approved}|\
                    {date_from_attachment}|{date_to_attachment}|{date_approved_attachment}|{{id}}";
    let settings = json!({
        "forms.email.contents": contents,
        "forms.date_format": "D. MMMM YYYY",
        "forms.attachment_date_format": "YYMMDD",
        "forms.email.attachments": null,
    });
    run_test_with(&settings.to_string(), async |ctx| {
        ctx.person_adds(PRAGUE, BORIS, ("2026-06-18", "2026-06-20"));
        ctx.sweep().await;
        let form = ctx.expect_form();
        let email = &form["result"]["email"];
        assert_eq!(
            email["contents"],
            "boris@example.com|Boris|Malý|A 12|Boris Malý|18. June 2026|19. June 2026|15. June 2026|\
             260618|260619|260615|{id}"
        );
        assert_eq!(email["attachments"], Value::Null);
    })
    .await;
}

#[tokio::test]
async fn recipients_are_sent_in_the_shape_they_are_configured_in() {
    let settings = json!({
        "forms.cc_to_creator": false,
        "forms.email.from": "admin@example.com",
        "forms.email.to": "{a@example.com: A, b@example.com: B}",
        "forms.email.cc": "c@example.com",
    });
    run_test_with(&settings.to_string(), async |ctx| {
        ctx.person_adds(PRAGUE, ANNA, ("2026-06-18", "2026-06-19"));
        ctx.sweep().await;
        let form = ctx.expect_form();
        let email = &form["result"]["email"];
        assert_eq!(email["from"], "admin@example.com");
        assert_eq!(email["to"], json!({"a@example.com": "A", "b@example.com": "B"}));
        assert_eq!(email["cc"], "c@example.com");

        ctx.restart(r#"{"forms.email.cc": "{c@example.com: C}"}"#);
        ctx.person_adds(PRAGUE, ANNA, ("2026-06-19", "2026-06-20"));
        ctx.sweep().await;
        let form = ctx.expect_form();
        assert_eq!(form["result"]["email"]["cc"], json!({"c@example.com": "C", "Anna@example.com": "Anna Nová"}));
    })
    .await;
}

#[tokio::test]
async fn the_approval_is_dated_before_the_first_day() {
    for (updated, start, end, approved) in [
        ("2026-06-10T08:00:00Z", "2026-06-18", "2026-06-19", "10.06.2026"),
        ("2026-06-18T00:00:00.000Z", "2026-06-18", "2026-06-19", "18.06.2026"),
        ("2026-06-18T00:00:00.001Z", "2026-06-18", "2026-06-19", "17.06.2026"),
        ("2026-06-20T12:00:00Z", "2026-06-18", "2026-06-19", "17.06.2026"),
        ("2026-06-28T10:00:00Z", "2026-06-12", "2026-06-13", "11.06.2026"),
    ] {
        let settings = r#"{"calendar.checking_range.min": "{weeks: -5}"}"#;
        run_test_at("2026-06-01T00:00:00Z", settings, async |ctx| {
            ctx.world.set_now(instant(updated));
            let event = ctx.person_adds(PRAGUE, ANNA, (start, end));
            assert_eq!(instant(ctx.event(PRAGUE, &event)["updated"].as_str().unwrap()), instant(updated));
            ctx.sweep().await;
            assert_eq!(ctx.expect_form()["form_data"]["date_approved"], approved, "updated {updated}, start {start}");
        })
        .await;
    }
}

#[tokio::test]
async fn the_last_day_follows_the_configured_corrective() {
    run_test_with(r#"{"calendar.end_date_corrective": "{days: 0}"}"#, async |ctx| {
        ctx.person_adds(PRAGUE, ANNA, ("2026-06-18", "2026-06-20"));
        ctx.sweep().await;
        ctx.expect_form_for(ANNA, "18.06.2026", "20.06.2026");
    })
    .await;
}

#[tokio::test]
async fn a_refused_form_is_tried_again_after_its_backoff() {
    run_test(async |ctx| {
        let event = ctx.person_adds(PRAGUE, ANNA, ("2026-06-18", "2026-06-19"));
        ctx.world.fail("form", Fault::status(500, "no blank PDF"));
        let report = ctx.sweep().await;
        assert_eq!((report.forms.refused, report.events_approved, report.open), (1, 0, 1));
        assert!(report.problems[0].problem.starts_with("a form was refused"), "{report:?}");
        ctx.expect_untouched(PRAGUE, &event);

        assert_eq!(ctx.sweep().await.forms.refused, 0, "not before its backoff");
        assert_eq!(ctx.world.count("form"), 1);

        ctx.advance(Duration::minutes(1));
        let report = ctx.sweep().await;
        assert_eq!((report.forms.issued, report.events_approved, report.open), (1, 1, 0));
        ctx.expect_form();
        ctx.expect_approved((PRAGUE, &event), "Anna Nová", ("2026-06-18", "2026-06-19"));
    })
    .await;
}

/// Sweeps every six hours until `sweeps` are done.
async fn sweep_repeatedly(ctx: &Context, sweeps: usize) {
    for _ in 0..sweeps {
        ctx.sweep().await;
        ctx.advance(Duration::hours(6));
    }
}

#[tokio::test]
async fn a_form_that_is_refused_ten_times_and_for_three_days_is_held() {
    run_test(async |ctx| {
        ctx.person_adds(PRAGUE, ANNA, ("2026-06-25", "2026-06-26"));
        ctx.world.fail("form", Fault::status(500, "no blank PDF")).always();
        sweep_repeatedly(ctx, 12).await;
        assert_eq!(ctx.forms(&[ShownState::Held]).await, [], "ten tries, but not three days");
        let report = ctx.sweep().await;
        assert_eq!((report.forms.held, report.open), (1, 1));

        let tries = ctx.world.count("form");
        sweep_repeatedly(ctx, 3).await;
        assert_eq!(ctx.world.count("form"), tries, "a held form waits for a person");
        ctx.world.heal();
    })
    .await;
}

#[tokio::test]
async fn a_held_form_is_new_work_when_its_days_change() {
    run_test(async |ctx| {
        let event = ctx.person_adds(PRAGUE, ANNA, ("2026-06-25", "2026-06-26"));
        ctx.world.fail("form", Fault::status(500, "no blank PDF")).always();
        sweep_repeatedly(ctx, 14).await;
        ctx.world.heal();
        ctx.world.person_moves(PRAGUE, &event, ("2026-06-26", "2026-06-27"));
        ctx.sweep().await;
        ctx.expect_form_for(ANNA, "26.06.2026", "26.06.2026");
        ctx.expect_approved((PRAGUE, &event), "Anna Nová", ("2026-06-26", "2026-06-27"));
    })
    .await;
}

#[tokio::test]
async fn a_form_service_that_is_not_reached_never_leads_to_a_held_form() {
    run_test_with(r#"{"forms.url": "http://127.0.0.1:9/api/v1/form"}"#, async |ctx| {
        ctx.person_adds(PRAGUE, ANNA, ("2026-06-25", "2026-06-26"));
        for _ in 0..20 {
            let report = ctx.sweep().await;
            assert_eq!((report.forms.not_reached, report.forms.held, report.open), (1, 0, 1));
            ctx.advance(Duration::hours(6));
        }
    })
    .await;
}

#[tokio::test]
async fn any_success_means_issued() {
    run_test(async |ctx| {
        for (status, day) in [(200, "2026-06-18"), (201, "2026-06-19"), (204, "2026-06-20")] {
            ctx.world.fail("form", Fault::status_after_effect(status, "OK"));
            ctx.person_adds(PRAGUE, ANNA, (day, day));
            assert_eq!(ctx.sweep().await.forms.issued, 1, "{status}");
            ctx.expect_form();
        }
    })
    .await;
}

#[tokio::test]
async fn an_unknown_outcome_is_sent_again_later() {
    for fault in [
        Fault::DropAfterEffect,
        Fault::status_after_effect(502, "Bad Gateway"),
        Fault::status_after_effect(504, "Gateway Timeout"),
        Fault::status_after_effect(408, "Request Timeout"),
    ] {
        run_test(async |ctx| {
            let event = ctx.person_adds(PRAGUE, ANNA, ("2026-06-18", "2026-06-19"));
            ctx.world.fail("form", fault.clone());
            let report = ctx.sweep().await;
            assert_eq!((report.forms.unknown, report.events_approved, report.open), (1, 0, 1), "{fault:?}");
            assert_eq!(ctx.world.count("form"), 1, "never repeated behind our back");
            ctx.expect_form();
            ctx.advance(Duration::hours(1));
            ctx.sweep().await;
            ctx.expect_form();
            ctx.expect_approved((PRAGUE, &event), "Anna Nová", ("2026-06-18", "2026-06-19"));
        })
        .await;
    }
}

#[tokio::test]
async fn an_unknown_outcome_can_be_held_for_a_person() {
    run_test_with(r#"{"forms.on_unknown_outcome": "hold"}"#, async |ctx| {
        ctx.person_adds(PRAGUE, ANNA, ("2026-06-18", "2026-06-19"));
        ctx.world.fail("form", Fault::DropAfterEffect);
        let report = ctx.sweep().await;
        assert_eq!((report.forms.unknown, report.forms.held, report.open), (1, 1, 1));
        ctx.expect_form();
        for _ in 0..3 {
            ctx.advance(Duration::days(1));
            assert_eq!(ctx.sweep().await.forms.held, 1);
        }
    })
    .await;
}

#[tokio::test]
async fn an_answer_that_does_not_come_in_time_is_an_unknown_outcome() {
    run_test(async |ctx| {
        ctx.person_adds(PRAGUE, ANNA, ("2026-06-18", "2026-06-19"));
        let time = ctx.time.clone();
        ctx.world.when_hanging(move |_| time.advance(Duration::seconds(16)));
        ctx.world.fail("form", Fault::HangAfterEffect);
        let report = ctx.sweep().await;
        assert_eq!((report.forms.unknown, report.open), (1, 1));
        ctx.expect_form();
        ctx.advance(Duration::hours(1));
        ctx.sweep().await;
        ctx.expect_form();
    })
    .await;
}

#[tokio::test]
async fn nothing_is_claimed_when_there_is_no_time_left_for_the_form() {
    run_test(async |ctx| {
        let event = ctx.person_adds(PRAGUE, ANNA, ("2026-06-18", "2026-06-19"));
        let deadline = Some(ctx.app.clock.moment() + std::time::Duration::from_secs(19));
        let order = moffman::sweep::SweepOrder { deadline, ..crate::context::everything() };
        let report = moffman::sweep::sweep(&ctx.app, &order).await.unwrap();
        assert_eq!((report.offices_swept, report.open), (2, 1));
        assert_eq!(ctx.the_form().await.state, ShownState::Due);
        ctx.expect_untouched(PRAGUE, &event);

        ctx.sweep().await;
        ctx.expect_form();
    })
    .await;
}
