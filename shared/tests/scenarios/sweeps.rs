//! What a sweep finds in a calendar, and how it reads on.

use chrono::Duration;
use moffman_simulators::{CalendarOptions, Fault, Matcher, NewEvent};

use crate::context::{ANNA, CYRIL, PRAGUE, request, run_test, run_test_with};

#[tokio::test]
async fn a_hand_made_event_gets_its_form_and_is_approved() {
    run_test(async |ctx| {
        let event = ctx.person_adds(PRAGUE, ANNA, ("2026-06-18", "2026-06-20"));
        let report = ctx.sweep().await;
        assert_eq!((report.offices_swept, report.events_approved, report.forms.issued, report.open), (2, 1, 1, 0));
        ctx.expect_form_for(ANNA, "18.06.2026", "19.06.2026");
        ctx.expect_approved((PRAGUE, &event), "Anna Nová", ("2026-06-18", "2026-06-20"));

        let again = ctx.sweep().await;
        assert_eq!((again.events_approved, again.forms.issued), (0, 0));
    })
    .await;
}

#[tokio::test]
async fn only_registered_people_count_in_whatever_case_their_address_is() {
    run_test(async |ctx| {
        let stranger = ctx.person_adds(PRAGUE, CYRIL, ("2026-06-18", "2026-06-19"));
        let event = ctx.person_adds(PRAGUE, "ANNA@EXAMPLE.COM", ("2026-06-18", "2026-06-19"));
        ctx.sweep().await;
        ctx.expect_form_for(ANNA, "18.06.2026", "18.06.2026");
        ctx.expect_approved((PRAGUE, &event), "Anna Nová", ("2026-06-18", "2026-06-19"));
        ctx.expect_untouched(PRAGUE, &stranger);
    })
    .await;
}

#[tokio::test]
async fn reservations_and_events_of_upstream_are_left_alone() {
    run_test(async |ctx| {
        ctx.reserve(&request()).await.unwrap();
        let upstream =
            NewEvent::new("2026-06-18", "2026-06-19").titled("Anna Nová").private("event_processed", "false");
        let upstream = ctx.world.person_adds(PRAGUE, ANNA, upstream);
        let before = ctx.event(PRAGUE, &upstream);
        ctx.sweep().await;
        assert_eq!(ctx.event(PRAGUE, &upstream), before);
    })
    .await;
}

#[tokio::test]
async fn an_event_that_ends_where_it_starts_is_that_one_day() {
    run_test(async |ctx| {
        let event = ctx.person_adds(PRAGUE, ANNA, ("2026-06-18", "2026-06-18"));
        ctx.sweep().await;
        ctx.expect_form_for(ANNA, "18.06.2026", "18.06.2026");
        ctx.expect_approved((PRAGUE, &event), "Anna Nová", ("2026-06-18", "2026-06-19"));
    })
    .await;
}

#[tokio::test]
async fn timed_events_count_by_their_days_in_the_calendars_time_zone() {
    run_test(async |ctx| {
        let options = CalendarOptions { time_zone: "America/Los_Angeles".to_owned(), ..CalendarOptions::default() };
        ctx.world.add_calendar(PRAGUE, options);
        let evening = NewEvent::new("2026-06-19T02:00:00Z", "2026-06-19T06:30:00Z");
        let evening = ctx.world.person_adds(PRAGUE, ANNA, evening);
        ctx.sweep().await;
        ctx.expect_form_for(ANNA, "18.06.2026", "18.06.2026");
        ctx.expect_approved((PRAGUE, &evening), "Anna Nová", ("2026-06-18", "2026-06-19"));
        assert!(ctx.event(PRAGUE, &evening)["start"]["dateTime"].is_string(), "it keeps its times");

        let until_midnight = NewEvent::new("2026-06-20T15:00:00Z", "2026-06-21T07:00:00Z");
        let until_midnight = ctx.world.person_adds(PRAGUE, ANNA, until_midnight);
        ctx.sweep().await;
        ctx.expect_form_for(ANNA, "20.06.2026", "20.06.2026");
        ctx.expect_approved((PRAGUE, &until_midnight), "Anna Nová", ("2026-06-20", "2026-06-21"));
    })
    .await;
}

#[tokio::test]
async fn timed_events_can_be_ignored() {
    run_test_with(r#"{"calendar.timed_events": "ignore"}"#, async |ctx| {
        let timed = NewEvent::new("2026-06-18T09:00:00Z", "2026-06-18T17:00:00Z");
        let timed = ctx.world.person_adds(PRAGUE, ANNA, timed);
        ctx.sweep().await;
        ctx.expect_untouched(PRAGUE, &timed);
    })
    .await;
}

#[tokio::test]
async fn a_working_location_is_no_attendance() {
    run_test(async |ctx| {
        let away = NewEvent::new("2026-06-18", "2026-06-19").with("eventType", "outOfOffice".into());
        let away = ctx.world.person_adds(PRAGUE, ANNA, away);
        ctx.sweep().await;
        ctx.expect_untouched(PRAGUE, &away);
    })
    .await;
}

#[tokio::test]
async fn an_expired_sync_token_starts_over_with_the_window() {
    run_test(async |ctx| {
        ctx.world.set_page_size(2);
        ctx.sweep().await;
        for page in [1, 2] {
            let days = (0..5).map(|n| (format!("2026-06-{}", 10 * page + n), format!("2026-06-{}", 10 * page + n + 1)));
            let events: Vec<_> =
                days.map(|(start, end)| (ctx.person_adds(PRAGUE, ANNA, (&start, &end)), start, end)).collect();
            ctx.world.expire_sync_token_on_page(PRAGUE, page);
            let report = ctx.sweep().await;
            assert_eq!((report.offices_failed, report.events_approved), (0, 5), "410 on page {page}");
            for (event, start, end) in events {
                ctx.expect_form();
                ctx.expect_approved((PRAGUE, &event), "Anna Nová", (&start, &end));
            }
        }
    })
    .await;
}

#[tokio::test]
async fn a_day_later_the_window_is_listed_again_and_finds_what_drifted_into_it() {
    run_test(async |ctx| {
        let far = ctx.person_adds(PRAGUE, ANNA, ("2026-07-20", "2026-07-21"));
        ctx.sweep().await;
        ctx.expect_untouched(PRAGUE, &far);

        ctx.advance(Duration::days(14));
        ctx.sweep().await;
        ctx.expect_untouched(PRAGUE, &far);

        ctx.advance(Duration::days(8));
        ctx.sweep().await;
        ctx.expect_form_for(ANNA, "20.07.2026", "20.07.2026");
        ctx.expect_approved((PRAGUE, &far), "Anna Nová", ("2026-07-20", "2026-07-21"));
    })
    .await;
}

#[tokio::test]
async fn a_single_event_outside_the_window_counts_when_it_is_listed() {
    run_test(async |ctx| {
        ctx.sweep().await;
        let far = ctx.person_adds(PRAGUE, ANNA, ("2027-03-01", "2027-03-02"));
        ctx.sweep().await;
        ctx.expect_form_for(ANNA, "01.03.2027", "01.03.2027");
        ctx.expect_approved((PRAGUE, &far), "Anna Nová", ("2027-03-01", "2027-03-02"));
    })
    .await;
}

#[tokio::test]
async fn a_calendar_of_three_thousand_events_is_swept_page_by_page() {
    run_test(async |ctx| {
        for n in 0..3000 {
            let person = if n % 1000 == 0 { ANNA } else { CYRIL };
            let day = format!("2026-06-{}", 18 + n / 1000);
            ctx.person_adds(PRAGUE, person, (&day, &day));
        }
        let report = ctx.sweep().await;
        assert_eq!((report.offices_swept, report.events_approved), (2, 3));
        let pages = ctx.world.calls().iter().filter(|c| c.calendar.as_deref() == Some(PRAGUE)).count() - 3;
        assert_eq!(pages, 6, "pages of 500");
        for _ in 0..3 {
            ctx.expect_form();
        }
    })
    .await;
}

#[tokio::test]
async fn a_calendar_id_with_special_characters_is_the_calendar_it_names() {
    let id = "cs.czech#holiday & co/1@group.v.calendar.google.com";
    let offices = serde_json::json!({"offices.office_list": format!("[{{name: odd, id: '{id}'}}]")});
    run_test_with(&offices.to_string(), async |ctx| {
        ctx.world.add_calendar(id, CalendarOptions::default());
        let event = ctx.person_adds(id, ANNA, ("2026-06-18", "2026-06-19"));
        ctx.sweep().await;
        ctx.expect_form();
        ctx.expect_approved((id, &event), "Anna Nová", ("2026-06-18", "2026-06-19"));
    })
    .await;
}

#[tokio::test]
async fn a_dry_run_answers_the_plan_and_changes_nothing() {
    run_test(async |ctx| {
        let event = ctx.person_adds(PRAGUE, ANNA, ("2026-06-18", "2026-06-19"));
        ctx.person_adds(PRAGUE, CYRIL, ("2026-06-18", "2026-06-19"));
        let plan = ctx.plan("prague").await;
        let expected = [
            format!("approve {event} for 2026-06-18/2026-06-19: made by hand, not approved yet"),
            "leave 1: not made by a registered manual user".to_owned(),
        ];
        assert_eq!(plan, expected);
        ctx.expect_untouched(PRAGUE, &event);
        assert!(ctx.open(PRAGUE).await.is_empty());

        ctx.sweep().await;
        ctx.expect_form();
    })
    .await;
}

#[tokio::test]
async fn with_forms_off_an_event_is_approved_without_one() {
    run_test_with(r#"{"forms.template": null}"#, async |ctx| {
        let event = ctx.person_adds(PRAGUE, ANNA, ("2026-06-18", "2026-06-19"));
        let report = ctx.sweep().await;
        assert_eq!((report.events_approved, report.forms.issued), (1, 0));
        ctx.expect_approved((PRAGUE, &event), "Anna Nová", ("2026-06-18", "2026-06-19"));
    })
    .await;
}

#[tokio::test]
async fn a_listing_that_fails_leaves_the_cursor_where_it_was() {
    run_test(async |ctx| {
        ctx.sweep().await;
        let event = ctx.person_adds(PRAGUE, ANNA, ("2026-06-18", "2026-06-19"));
        ctx.world.fail(Matcher::operation("events.list").on_calendar(PRAGUE), Fault::Html(200)).always();
        let report = ctx.sweep().await;
        assert_eq!((report.offices_swept, report.offices_failed), (1, 1));
        ctx.world.heal();
        ctx.sweep().await;
        ctx.expect_form();
        ctx.expect_approved((PRAGUE, &event), "Anna Nová", ("2026-06-18", "2026-06-19"));
    })
    .await;
}
