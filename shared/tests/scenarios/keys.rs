//! One calendar and one person, however somebody spelled them.

use serde_json::json;

use crate::context::{ANNA, PRAGUE, request, run_test_with};

/// Two offices on one calendar, whose ids differ in case.
const TWO_NAMES: &str = r#"{"offices.office_list": "[{name: prague, id: Prague@Group.calendar.google.com}, {name: centre, id: prague@group.calendar.google.COM}]"}"#;

/// Settings with these manual users, by address.
fn with_users(addresses: &[&str]) -> String {
    let user = |id: &&str| json!({"id": id, "first_name": "Anna", "last_name": "Nová", "employee_number": "7"});
    let users: Vec<_> = addresses.iter().map(user).collect();
    json!({"manual_users.user_list": json!(users).to_string()}).to_string()
}

#[tokio::test]
async fn a_calendar_in_two_spellings_is_swept_once() {
    run_test_with(TWO_NAMES, async |ctx| {
        let event = ctx.person_adds(PRAGUE, ANNA, ("2026-06-18", "2026-06-19"));
        let report = ctx.sweep().await;
        assert_eq!((report.offices_swept, report.events_approved, report.forms.issued), (1, 1, 1));
        assert_eq!(ctx.world.count("events.list"), 1);
        ctx.expect_form_for(ANNA, "18.06.2026", "18.06.2026");
        ctx.expect_approved((PRAGUE, &event), "Anna Nová", ("2026-06-18", "2026-06-19"));
        let list = ctx.world.calls().into_iter().find(|call| call.operation == "events.list").unwrap();
        assert!(list.path.contains("Prague%40Group"), "Google is asked with the spelling: {}", list.path);
    })
    .await;
}

#[tokio::test]
async fn a_calendar_that_is_spelled_otherwise_is_read_on_from_where_it_was() {
    run_test_with(TWO_NAMES, async |ctx| {
        ctx.sweep().await;
        ctx.restart(&TWO_NAMES.replace("Prague@Group", "PRAGUE@group"));
        let mark = ctx.world.mark();
        ctx.person_adds(PRAGUE, ANNA, ("2026-06-18", "2026-06-19"));
        assert_eq!(ctx.sweep().await.events_approved, 1);
        ctx.expect_form();
        let lists = ctx.world.calls_since(mark).into_iter().filter(|call| call.operation == "events.list");
        let tokens: Vec<_> = lists.map(|call| call.parameter("syncToken").is_some()).collect();
        assert_eq!(tokens, [true]);
    })
    .await;
}

#[tokio::test]
async fn a_reservation_finds_its_calendar_in_any_spelling() {
    run_test_with(TWO_NAMES, async |ctx| {
        ctx.reserve(&request()).await.unwrap();
        assert_eq!(ctx.world.events(PRAGUE).len(), 1);
    })
    .await;
}

#[tokio::test]
async fn a_creator_at_gmail_is_the_person_whose_address_has_dots() {
    run_test_with(&with_users(&["Anna.Nova@gmail.com"]), async |ctx| {
        let event = ctx.person_adds(PRAGUE, "annanova@gmail.com", ("2026-06-18", "2026-06-19"));
        let tagged = ctx.person_adds(PRAGUE, "a.n.n.a.nova+work@googlemail.com", ("2026-06-22", "2026-06-23"));
        let report = ctx.sweep().await;
        assert_eq!((report.events_approved, report.forms.issued), (2, 2));
        let mut forms = [ctx.expect_form(), ctx.expect_form()].map(|form| form["form_data"].clone());
        forms.sort_by_key(|form| form["date_from"].to_string());
        assert_eq!([&forms[0]["user_id"], &forms[1]["user_id"]], ["Anna.Nova@gmail.com"; 2]);
        assert_eq!([&forms[0]["date_from"], &forms[1]["date_from"]], ["18.06.2026", "22.06.2026"]);
        ctx.expect_approved((PRAGUE, &event), "Anna Nová", ("2026-06-18", "2026-06-19"));
        ctx.expect_approved((PRAGUE, &tagged), "Anna Nová", ("2026-06-22", "2026-06-23"));
    })
    .await;
}

#[tokio::test]
async fn elsewhere_a_dot_makes_another_person() {
    run_test_with(&with_users(&["Anna.Nova@example.com"]), async |ctx| {
        let others = ["annanova@example.com", "anna.nova+work@example.com"]
            .map(|creator| ctx.person_adds(PRAGUE, creator, ("2026-06-18", "2026-06-19")));
        let event = ctx.person_adds(PRAGUE, "anna.nova@EXAMPLE.com", ("2026-06-18", "2026-06-19"));
        assert_eq!(ctx.sweep().await.events_approved, 1);
        ctx.expect_form_for("Anna.Nova@example.com", "18.06.2026", "18.06.2026");
        ctx.expect_approved((PRAGUE, &event), "Anna Nová", ("2026-06-18", "2026-06-19"));
        for other in &others {
            ctx.expect_untouched(PRAGUE, other);
        }
    })
    .await;
}
