//! The rule: a form is for a person and days, and is issued once, whatever asks for it.

use chrono::Duration;
use moffman::forms::{ShownState, ShownStatus};
use moffman_simulators::{CalendarOptions, CopyTarget, Fault};
use serde_json::json;

use crate::context::{ANNA, BORIS, BRNO, Context, PRAGUE, run_test, run_test_with, thursday};
use crate::decisions::resend;

const HOLD: &str = r#"{"forms.on_unknown_outcome": "hold"}"#;

/// Anna's Thursday in Prague is approved, on its form.
async fn approved_thursday(ctx: &mut Context) -> String {
    let event = thursday(ctx);
    ctx.sweep().await;
    ctx.expect_form_for(ANNA, "18.06.2026", "18.06.2026");
    ctx.sweep().await;
    event
}

/// One more event of Anna's is approved for Thursday, and nothing is mailed.
async fn expect_approved_on_earlier_form(ctx: &mut Context, calendar: &str, event: &str) {
    let report = ctx.sweep().await;
    assert_eq!((report.forms.issued, report.open), (0, 0), "{report:?}");
    assert_eq!((report.events_approved, report.events_approved_on_earlier_form), (1, 1), "{report:?}");
    let remark = &report.remarks[0].remark;
    assert!(remark.contains(event) && remark.contains("issued on 2026-06-15"), "{remark}");
    assert!(remark.contains(&ctx.the_form().await.id) && remark.contains("\"again\": true"), "{remark}");
    ctx.expect_no_form();
    ctx.expect_approved((calendar, event), "Anna Nová", ("2026-06-18", "2026-06-19"));
    assert_eq!(ctx.sweep().await.events_approved_on_earlier_form, 0, "said once");
}

#[tokio::test]
async fn a_copy_in_the_same_office_or_another_is_approved_on_the_form_that_is_there() {
    for calendar in [PRAGUE, BRNO] {
        run_test(async |ctx| {
            let event = approved_thursday(ctx).await;
            let copy = ctx.world.person_copies(PRAGUE, &event, CopyTarget { calendar, creator: ANNA });
            expect_approved_on_earlier_form(ctx, calendar, &copy).await;
        })
        .await;
    }
}

#[tokio::test]
async fn what_is_deleted_and_entered_again_is_approved_on_the_form_that_is_there() {
    run_test(async |ctx| {
        let event = approved_thursday(ctx).await;
        ctx.world.person_deletes(PRAGUE, &event);
        ctx.sweep().await;
        let again = thursday(ctx);
        expect_approved_on_earlier_form(ctx, PRAGUE, &again).await;
    })
    .await;
}

#[tokio::test]
async fn two_events_for_the_same_days_get_one_form_in_one_sweep() {
    run_test(async |ctx| {
        let events = [thursday(ctx), thursday(ctx)];
        let elsewhere = ctx.person_adds(BRNO, ANNA, ("2026-06-18", "2026-06-19"));
        let report = ctx.sweep().await;
        assert_eq!((report.forms.issued, report.events_approved, report.open), (1, 3, 0), "{report:?}");
        ctx.expect_form_for(ANNA, "18.06.2026", "18.06.2026");
        for event in &events {
            ctx.expect_approved((PRAGUE, event), "Anna Nová", ("2026-06-18", "2026-06-19"));
        }
        ctx.expect_approved((BRNO, &elsewhere), "Anna Nová", ("2026-06-18", "2026-06-19"));
        let form = ctx.the_form().await;
        let mut events: Vec<_> =
            form.events.into_iter().map(|event| (event.office_id.unwrap(), event.status)).collect();
        events.sort_by_key(|(office, _)| office.clone());
        let approved = |office: &str| (office.to_owned(), ShownStatus::Approved);
        assert_eq!(events, [approved("brno"), approved("prague"), approved("prague")]);
    })
    .await;
}

#[tokio::test]
async fn an_event_that_is_moved_back_says_that_it_was_approved_for_other_days_meanwhile() {
    run_test(async |ctx| {
        let event = approved_thursday(ctx).await;
        ctx.world.person_moves(PRAGUE, &event, ("2026-06-22", "2026-06-23"));
        ctx.sweep().await;
        ctx.expect_form_for(ANNA, "22.06.2026", "22.06.2026");
        ctx.advance(Duration::minutes(1));
        ctx.world.person_moves(PRAGUE, &event, ("2026-06-18", "2026-06-19"));
        let report = ctx.sweep().await;
        assert_eq!((report.forms.issued, report.events_approved_on_earlier_form), (0, 1), "{report:?}");
        assert!(report.remarks[0].remark.ends_with("before, it was approved for 2026-06-22/2026-06-23"), "{report:?}");
    })
    .await;
}

#[tokio::test]
async fn another_person_on_the_same_days_and_other_days_of_the_same_person_get_forms_of_their_own() {
    run_test(async |ctx| {
        approved_thursday(ctx).await;
        ctx.person_adds(PRAGUE, BORIS, ("2026-06-18", "2026-06-19"));
        ctx.person_adds(PRAGUE, ANNA, ("2026-06-18", "2026-06-20"));
        let report = ctx.sweep().await;
        assert_eq!((report.forms.issued, report.events_approved_on_earlier_form), (2, 0), "{report:?}");
        ctx.expect_form();
        ctx.expect_form();
    })
    .await;
}

#[tokio::test]
async fn a_held_form_holds_its_event_wherever_it_goes() {
    run_test_with(HOLD, async |ctx| {
        let event = thursday(ctx);
        ctx.world.fail("form", Fault::DropAfterEffect);
        assert_eq!(ctx.sweep().await.forms.held, 1);
        ctx.expect_form();

        let copy = ctx.world.person_copies(PRAGUE, &event, CopyTarget { calendar: BRNO, creator: ANNA });
        ctx.world.person_deletes(PRAGUE, &event);
        let again = thursday(ctx);
        for _ in 0..3 {
            let report = ctx.sweep().await;
            assert_eq!((report.forms.issued, report.events_approved, report.forms.held), (0, 0, 1), "{report:?}");
            ctx.advance(Duration::days(1));
        }
        ctx.expect_untouched(PRAGUE, &again);
        ctx.expect_untouched(BRNO, &copy);
        let form = ctx.the_form().await;
        assert_eq!(form.state, ShownState::Held);
        let mut statuses: Vec<_> = form.events.iter().map(|event| (&*event.event_id, event.status)).collect();
        statuses.sort_by_key(|(event, _)| *event);
        let mut expected = vec![
            (event.as_str(), ShownStatus::Gone),
            (copy.as_str(), ShownStatus::Open),
            (again.as_str(), ShownStatus::Open),
        ];
        expected.sort_by_key(|(event, _)| *event);
        assert_eq!(statuses, expected);

        resend(&ctx.app, &form.id).await.unwrap();
        let report = ctx.sweep().await;
        assert_eq!((report.forms.issued, report.events_approved), (1, 2), "{report:?}");
        ctx.expect_form();
    })
    .await;
}

#[tokio::test]
async fn an_unknown_outcome_is_counted_for_the_person_and_the_days_whatever_event_asks() {
    run_test(async |ctx| {
        let mut event = thursday(ctx);
        ctx.world.fail("form", Fault::DropAfterEffect).always();
        for mails in [1, 2, 3, 3] {
            ctx.sweep().await;
            assert_eq!(ctx.world.forms().len(), mails);
            ctx.world.person_deletes(PRAGUE, &event);
            event = thursday(ctx);
            ctx.advance(Duration::hours(6));
        }
        ctx.world.heal();
        assert_eq!(ctx.sweep().await.forms.held, 1);
        for _ in 0..3 {
            ctx.expect_form();
        }
    })
    .await;
}

#[tokio::test]
async fn two_spellings_of_a_person_are_asked_for_one_form() {
    let users = json!({"manual_users.user_list":
        "[{id: Anna.Nova@gmail.com, first_name: Anna, last_name: Nová, employee_number: '7'}]"});
    run_test_with(&users.to_string(), async |ctx| {
        for creator in ["annanova@gmail.com", "ANNA.NOVA@googlemail.com", "anna.nova+office@gmail.com"] {
            ctx.person_adds(PRAGUE, creator, ("2026-06-18", "2026-06-19"));
        }
        let report = ctx.sweep().await;
        assert_eq!((report.forms.issued, report.events_approved), (1, 3), "{report:?}");
        ctx.expect_form_for("Anna.Nova@gmail.com", "18.06.2026", "18.06.2026");
    })
    .await;
}

#[tokio::test]
async fn a_form_is_remembered_for_400_days() {
    let wide = r#"{"calendar.checking_range.min": "{years: -3}"}"#;
    run_test_with(wide, async |ctx| {
        approved_thursday(ctx).await;
        ctx.advance(Duration::days(402));
        let late = thursday_again(ctx);
        let report = ctx.sweep().await;
        assert_eq!((report.forms.issued, report.events_approved_on_earlier_form), (0, 1), "{report:?}");
        ctx.world.person_deletes(PRAGUE, &late);
        ctx.advance(Duration::days(2));
        thursday_again(ctx);
        assert_eq!(ctx.sweep().await.forms.issued, 1);
        ctx.expect_form_for(ANNA, "18.06.2026", "18.06.2026");
    })
    .await;
}

fn thursday_again(ctx: &Context) -> String {
    ctx.person_adds(PRAGUE, ANNA, ("2026-06-18", "2026-06-19"))
}

#[tokio::test]
async fn the_plan_names_the_form_that_an_event_is_approved_on() {
    run_test(async |ctx| {
        approved_thursday(ctx).await;
        ctx.world.add_calendar("new@group.calendar.google.com", CalendarOptions::default());
        let again = thursday(ctx);
        let form = ctx.the_form().await.id;
        let plan = ctx.plan("prague").await;
        let expected = format!(
            "approve {again} for 2026-06-18/2026-06-19 on its form {form} that was issued on 2026-06-15; to send that once \
             more: resend it with \"again\": true: made by hand, not approved yet"
        );
        assert_eq!(plan[0], expected);
        expect_approved_on_earlier_form(ctx, PRAGUE, &again).await;
    })
    .await;
}
