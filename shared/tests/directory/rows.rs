//! Rows and ranges that are not what they should be.

use moffman::reload::{Counted, ReloadError, ReloadReport};
use serde_json::json;

use crate::context::{BOTH_IN_ONE_SHEET, Context, SHEET, person};

/// Offices and people in these ranges.
fn ranges(offices: &str, users: &str) -> String {
    format!(
        "
        offices: {{google_config: {{sheet_id: {SHEET}, range: \"{offices}\"}}}}
        manual_users: {{google_config: {{sheet_id: {SHEET}, range: \"{users}\"}}}}
        "
    )
}

fn problems(report: &ReloadReport) -> Vec<String> {
    report.problems.iter().map(|p| format!("{} {}: {}", p.range, p.row, p.what)).collect()
}

#[tokio::test]
async fn characters_that_nobody_sees_do_not_hide_a_person_or_an_office() {
    let ctx = Context::new().await;
    ctx.set_offices(&[&["Pra\u{200b}gue", "\u{feff}prague@example.com\u{200b}"], &["Brno", "<brno@example.com>;"]]);
    ctx.set_users(&[
        &["anna@example.com\u{200b}", "Anna", "Nova\u{ad}", "1"],
        &["Bob Kral", "mailto:bob@example.com"],
        &["Cyril Maly", "Cyril Maly <cyril@example.com>,"],
    ]);
    let process = ctx.usual_process();
    let report = process.reload().await;
    assert_eq!(problems(&report), [""; 0]);
    assert_eq!(process.calendar("Prague").await, "prague@example.com");
    assert_eq!(process.calendar("Brno").await, "brno@example.com");
    for written in ["Pra\u{200b}gue", " Prague\u{a0}", "Prague\u{fe0f}"] {
        assert_eq!(process.calendar(written).await, "prague@example.com", "{written:?}");
    }
    let users = &process.roster().await.unwrap().users;
    assert_eq!(users[&person("anna@example.com")].name, "Anna Nova");
    assert!(users.contains_key(&person("bob@example.com")) && users.contains_key(&person("cyril@example.com")));
    ctx.finish();
}

#[tokio::test]
async fn an_office_of_the_configuration_wins_over_the_same_name_in_the_sheet() {
    let ctx = Context::new().await;
    ctx.set_offices(&[&["Praha\u{a0}1", "sheet@example.com"], &["Brno", "brno@example.com"]]);
    let own = "office_list: [{name: \"Praha\u{a0}1\", id: static@example.com}]";
    let process = ctx.process(&format!("offices: {{{own}, google_config: {SHEET}}}"));
    let report = process.reload().await;
    assert_eq!(report.offices, Counted { rows: 2, used: 1, overridden: 1 });
    for written in ["Praha\u{a0}1", "Praha 1"] {
        assert_eq!(process.calendar(written).await, "static@example.com", "{written:?}");
    }
    assert_eq!(process.roster().await.unwrap().offices.len(), 2);
    ctx.finish();
}

#[tokio::test]
async fn a_lookup_that_fails_makes_no_office_and_nobody() {
    let ctx = Context::new().await;
    let process = ctx.usual_process();
    process.reload().await;
    ctx.set_offices(&[&["#N/A", "#N/A"], &["#NAME?", "prague@example.com"], &["Brno", "#REF!"]]);
    ctx.set_users(&[&["#ERROR!", "anna@example.com"], &["bob@example.com", "#N/A", "#N/A", "2"], &["Loading..."]]);
    let report = process.reload().await;
    let error = "has an error value, such as #N/A or Loading..., in place of text";
    assert_eq!(
        problems(&report),
        [
            format!("Offices!A2:B 2: cell 1 of the row {error}"),
            format!("Offices!A2:B 3: cell 1 of the row {error}"),
            format!("Offices!A2:B 4: cell 2 of the row {error}"),
            format!("Manual users!A2:D 2: cell 1 of the row {error}"),
            format!("Manual users!A2:D 3: cell 2 of the row {error}"),
            format!("Manual users!A2:D 4: cell 1 of the row {error}"),
        ]
    );
    assert!(report.kept.iter().all(|kept| kept.why == "no row of the range is usable") && report.kept.len() == 2);
    let roster = process.roster().await.unwrap();
    assert_eq!((roster.offices.len(), roster.users.len()), (2, 2), "what was there before stays in use");
    ctx.finish();
}

#[tokio::test]
async fn a_heading_and_a_link_are_no_office() {
    let ctx = Context::new().await;
    let link = "https://calendar.google.com/calendar/embed?src=abc%40group.calendar.google.com&ctz=Europe%2FPrague";
    let ics = "https://calendar.google.com/calendar/ical/abc@group.calendar.google.com/public/basic.ics";
    ctx.set_offices(&[&["Prague", link], &["Brno", ics], &["Plzen", "primary"], &["Zlin", "zlin@example.com"]]);
    let process = ctx.process(&ranges("Offices", "Manual users!A:D"));
    let report = process.reload().await;
    assert_eq!(report.offices, Counted { rows: 5, used: 1, overridden: 0 });
    let heading = "the row is the heading of the columns; the range should begin below it";
    let link = "the calendar id is a link: allowed is the calendar ID with an @ from the calendar's settings, such as \
                abc@group.calendar.google.com";
    let none = "the calendar id has no @, or more than an id: allowed is one, such as abc@group.calendar.google.com";
    assert_eq!(
        problems(&report),
        [
            format!("Offices 1: {heading}"),
            format!("Offices 2: {link}"),
            format!("Offices 3: {link}"),
            format!("Offices 4: {none}"),
            format!("Manual users!A:D 1: {heading}"),
        ]
    );
    assert_eq!(process.calendar("Zlin").await, "zlin@example.com");
    ctx.finish();
}

#[tokio::test]
async fn a_row_is_named_by_its_number_in_the_sheet_however_its_range_is_written() {
    let ctx = Context::new().await;
    ctx.world.name_range(SHEET, "Team", "'Manual users'!A3:D");
    ctx.set_offices(&[&["Prague", "prague@example.com"], &["Short"]]);
    ctx.set_users(&[&["Anna Nova", "anna@example.com"], &["Bob Kral", "bob@example.com"], &["nobody"]]);
    for (offices, users) in [
        ("Offices!A2:B", "Manual users!A2:D"),
        ("offices!B2:A", "'Manual users'!D50:A2"),
        ("R2C1:R10C2", "Manual users!R2C1:R50C4"),
        ("A2:B", "Team"),
        (" Offices!A2:B\u{a0}", "\u{feff}Manual users!A2:D "),
    ] {
        let report = ctx.process(&ranges(offices, users)).reload().await;
        let rows: Vec<_> = report.problems.iter().map(|problem| problem.row).collect();
        assert_eq!(rows, [3, 4], "{offices} {users}");
    }
    ctx.finish();
}

#[tokio::test]
async fn google_says_what_is_wrong_with_a_range() {
    let ctx = Context::new().await;
    let limits = "exceeds grid limits. Max rows: 1000, max columns: 26";
    for (range, words) in [
        ("Nowhere!A2:B", "Unable to parse range: Nowhere!A2:B".to_owned()),
        ("Offices!A2000:B2001", format!("Range (Offices!A2000:B2001) {limits}")),
    ] {
        let lost = ctx.process(&ranges(range, "Manual users!A2:D")).try_reload().await.unwrap_err();
        assert!(lost.to_string().ends_with(&words), "{lost}");
        let ReloadError::SheetUnavailable(error) = lost else { panic!("{lost}") };
        assert_eq!(error.words, Some(words));
    }
    let lost = ctx.process(&BOTH_IN_ONE_SHEET.replace(SHEET, "nowhere")).try_reload().await.unwrap_err();
    assert!(!lost.to_string().contains("Requested"), "words that may be about anything stay out of logs: {lost}");
    ctx.finish();
}

#[tokio::test]
async fn a_checkbox_and_a_number_are_text() {
    let ctx = Context::new().await;
    let rows =
        [json!(["E-mail"]), json!(["anna@example.com", "Anna", true, 7.0]), json!([]), json!([7, "bob@example.com"])];
    let rows = rows.iter().map(|row| row.as_array().unwrap().clone()).collect();
    ctx.world.set_sheet(SHEET, "Manual users", rows);
    let process = ctx.usual_process();
    let report = process.reload().await;
    assert_eq!(problems(&report), ["Manual users!A2:D 3: the row is blank"]);
    let users = &process.roster().await.unwrap().users;
    let anna = &users[&person("anna@example.com")];
    assert_eq!((anna.name.as_str(), users[&person("bob@example.com")].name.as_str()), ("Anna TRUE", "7"));
    assert_eq!(anna.details.as_ref().unwrap().employee_number, "7");
    ctx.finish();
}
