//! Loading the spreadsheet again.

use moffman::google::{GoogleError, SheetError};
use moffman::reload::{Counted, KeptRange, ReloadError};
use moffman_simulators::Fault;

use crate::context::{BOTH_IN_ONE_SHEET, Context, SHEET, person};
use crate::log::Log;

#[tokio::test]
async fn a_shared_spreadsheet_is_read_with_one_call() {
    let ctx = Context::new().await;
    let report = ctx.usual_process().reload().await;
    assert_eq!(report.offices, Counted { rows: 2, used: 2, overridden: 0 });
    assert_eq!(report.users, Counted { rows: 2, used: 2, overridden: 0 });
    assert!(report.changed && report.problems.is_empty() && report.kept.is_empty());
    assert_eq!(ctx.sheet_reads(), 1);
    ctx.finish();
}

#[tokio::test]
async fn two_spreadsheets_are_read_with_two_calls() {
    let ctx = Context::new().await;
    ctx.world.set_sheet("sheet-2", "Offices", vec![vec![], vec!["Ostrava".into(), "ostrava@example.com".into()]]);
    let process = ctx.process(&BOTH_IN_ONE_SHEET.replacen("sheet-1", "sheet-2", 1));
    process.reload().await;
    assert_eq!(ctx.sheet_reads(), 2);
    assert_eq!(process.calendar("Ostrava").await, "ostrava@example.com");
    ctx.finish();
}

#[tokio::test]
async fn when_one_of_two_spreadsheets_fails_both_stay_as_they_were() {
    let ctx = Context::new().await;
    let process = ctx.process(&BOTH_IN_ONE_SHEET.replacen("sheet-1", "sheet-2", 1));
    let offices = |name: &str| vec![vec![], vec![name.into(), format!("{name}@example.com").into()]];
    ctx.world.set_sheet("sheet-2", "Offices", offices("ostrava"));
    process.reload().await;
    let before = ctx.items().await;
    for broken in ["sheet-1", "sheet-2"] {
        ctx.world.set_sheet("sheet-2", "Offices", offices("plzen"));
        ctx.set_users(&[&["Cyril Maly", "cyril@example.com"]]);
        ctx.world.break_sheet(broken);
        let lost = process.try_reload().await;
        assert!(
            matches!(lost, Err(ReloadError::SheetUnavailable(SheetError { error: GoogleError::Busy { .. }, .. }))),
            "{broken}: {lost:?}"
        );
        assert_eq!(ctx.items().await, before, "{broken}");
        let roster = ctx.process(&BOTH_IN_ONE_SHEET.replacen("sheet-1", "sheet-2", 1)).roster().await.unwrap();
        assert_eq!(roster.offices[0].name, "ostrava", "{broken}");
        assert!(roster.users.contains_key(&person("bob@example.com")), "{broken}");
    }
    ctx.finish();
}

#[tokio::test]
async fn an_answer_that_is_no_json_changes_nothing() {
    let ctx = Context::new().await;
    let process = ctx.usual_process();
    process.reload().await;
    let before = ctx.items().await;
    for fault in [Fault::Html(200), Fault::Truncated, Fault::Empty] {
        ctx.world.fail("spreadsheets.values.batchGet", fault.clone()).always();
        let lost = process.try_reload().await;
        assert!(
            matches!(lost, Err(ReloadError::SheetUnavailable(SheetError { error: GoogleError::Unreadable, .. }))),
            "{fault:?}: {lost:?}"
        );
        assert_eq!(ctx.items().await, before, "{fault:?}");
        ctx.world.heal();
    }
    assert!(process.try_reload().await.is_ok());
    ctx.finish();
}

#[tokio::test]
async fn without_a_spreadsheet_there_is_nothing_to_do() {
    let ctx = Context::new().await;
    let report = ctx.process("").reload().await;
    assert!(!report.changed && report.offices == Counted::default());
    assert!(ctx.world.calls().is_empty() && ctx.items().await.is_empty());
    ctx.finish();
}

#[tokio::test]
async fn what_did_not_change_is_not_written() {
    let ctx = Context::new().await;
    let process = ctx.usual_process();
    process.reload().await;
    let before = ctx.items().await;
    ctx.after(3600);
    let report = process.reload().await;
    assert!(!report.changed);
    assert_eq!(ctx.items().await, before);
    ctx.finish();
}

/// One blank, short or long row, an empty range or an unreachable sheet.
#[tokio::test]
async fn upstream_14_a_bad_row_an_empty_range_or_a_lost_sheet_stops_nothing() {
    let ctx = Context::new().await;
    let process = ctx.usual_process();
    ctx.set_offices(&[
        &["Prague", "prague@example.com"],
        &[],
        &["Short"],
        &["Long", "long@example.com", "a note", "and more"],
        &["Prague", "again@example.com"],
    ]);
    ctx.set_users(&[&["Eva Mala"], &["bob@example.com", "Bob", "Kral", "2"], &["", "carl@example.com"]]);
    let report = process.reload().await;
    assert_eq!(report.offices, Counted { rows: 5, used: 2, overridden: 0 });
    assert_eq!(report.users, Counted { rows: 3, used: 1, overridden: 0 });
    let problems: Vec<_> = report.problems.iter().map(|p| format!("{} {}: {}", p.range, p.row, p.what)).collect();
    assert_eq!(
        problems,
        [
            "Offices!A2:B 3: the row is blank",
            "Offices!A2:B 4: the calendar id is missing",
            "Offices!A2:B 6: row 2 has the same key",
            "Manual users!A2:D 2: neither of the first two cells is an e-mail address",
            "Manual users!A2:D 4: the name is missing",
        ]
    );
    let text = serde_json::to_string(&report).unwrap();
    for personal in ["example.com", "Eva", "Prague", "carl"] {
        assert!(!text.contains(personal), "{text}");
    }
    assert_eq!(process.calendar("Long").await, "long@example.com");

    ctx.set_offices(&[]);
    let report = process.reload().await;
    assert_eq!(report.kept, [kept("Offices!A2:B", "the range is empty")]);
    assert_eq!((report.offices.rows, report.offices.used, report.changed), (0, 2, false));
    assert_eq!(process.calendar("Prague").await, "prague@example.com");

    ctx.world.break_sheet(SHEET);
    let lost = process.try_reload().await;
    assert!(
        matches!(lost, Err(ReloadError::SheetUnavailable(SheetError { error: GoogleError::Busy { .. }, .. }))),
        "{lost:?}"
    );
    assert_eq!(ctx.usual_process().roster().await.unwrap().offices.len(), 2, "the snapshot stays");
    ctx.finish();
}

/// Cells are not trimmed; e-mail comparison is case-sensitive; a duplicated key is taken silently.
#[tokio::test]
async fn upstream_15_cells_are_trimmed_and_addresses_compared_without_case() {
    let ctx = Context::new().await;
    let process = ctx.process(
        "
        offices: {google_config: sheet-1}
        manual_users:
          user_list: [{id: dana@example.com, name: Static Dana}]
          google_config: sheet-1
        ",
    );
    ctx.set_offices(&[&["  Prague ", "\tprague@example.com\u{a0}"]]);
    ctx.set_users(&[
        &[" Anna Nova ", " Anna@Example.com "],
        &["anna@example.COM", "Other", "Anna", "9"],
        &["Sheet Dana", "DANA@example.com"],
    ]);
    let report = process.reload().await;
    assert_eq!(process.calendar("Prague").await, "prague@example.com");
    let users = &process.roster().await.unwrap().users;
    assert_eq!(users[&person("anna@example.com")].name, "Anna Nova");
    assert_eq!(users[&person("anna@example.com")].email.as_str(), "Anna@Example.com");
    assert_eq!(users[&person("dana@example.com")].name, "Static Dana");
    assert_eq!(report.users, Counted { rows: 3, used: 1, overridden: 1 });
    assert_eq!(report.problems.len(), 1);
    assert_eq!((report.problems[0].row, report.problems[0].what.as_str()), (3, "row 2 has the same key"));
    ctx.finish();
}

#[tokio::test]
async fn a_range_without_a_usable_row_is_not_believed_at_once() {
    let ctx = Context::new().await;
    let process = ctx.usual_process();
    process.reload().await;
    ctx.set_users(&[&["1", "anna@", "x"], &["2", "bob", "y"]]);
    let report = process.reload().await;
    assert_eq!(report.kept, [kept("Manual users!A2:D", "no row of the range is usable")]);
    assert_eq!(report.problems.len(), 2);
    assert_eq!(process.roster().await.unwrap().users.len(), 2);
    ctx.finish();
}

#[tokio::test]
async fn a_range_that_was_always_empty_is_an_empty_directory() {
    let ctx = Context::new().await;
    ctx.set_users(&[]);
    let process = ctx.usual_process();
    assert!(process.reload().await.kept.is_empty());
    assert!(process.roster().await.unwrap().users.is_empty());
    ctx.finish();
}

#[tokio::test]
async fn people_without_the_names_that_a_template_uses_are_left_out() {
    let ctx = Context::new().await;
    let with_forms = "
        manual_users: {google_config: sheet-1}
        forms:
          template: leave
          url: http://127.0.0.1:9/form
          email: {from: office@example.com, to: boss@example.com, subject: 'Day of {last_name}'}
        ";
    let users = ctx.process("manual_users: {google_config: sheet-1}").roster().await.unwrap();
    assert_eq!(users.users.len(), 2);
    let process = ctx.process(with_forms);
    let users = process.roster().await.unwrap();
    assert_eq!(
        users.users.keys().collect::<Vec<_>>(),
        [&person("anna@example.com")],
        "other templates, another reading"
    );
    let report = process.reload().await;
    assert_eq!(report.problems[0].row, 3);
    assert_eq!(report.problems[0].what, "a first name, last name or employee number that a template uses is missing");
    ctx.finish();
}

#[tokio::test]
async fn a_passing_outage_is_waited_out() {
    let ctx = Context::new().await;
    ctx.world.fail("spreadsheets.values.batchGet", Fault::status(503, "backendError"));
    assert!(ctx.usual_process().reload().await.changed);
    ctx.finish();
}

#[tokio::test]
async fn a_sheet_of_bad_rows_does_not_outgrow_the_report() {
    let ctx = Context::new().await;
    let bad: &[&str] = &["no address"];
    ctx.set_users(&vec![bad; 1500]);
    let report = ctx.usual_process().reload().await;
    assert_eq!((report.problems.len(), report.problems_unlisted), (1000, 500));
    ctx.finish();
}

#[tokio::test]
async fn every_load_logs_the_rows_and_ranges_it_does_not_use() {
    let ctx = Context::new().await;
    ctx.set_offices(&[&["Prague", "prague@example.com"], &["Short"]]);
    let log = Log::start();
    ctx.usual_process().calendar("Prague").await;
    let first = "WARN moffman::directory::load: a row is left out range=\"Offices!A2:B\" row=3 \
                 problem=the calendar id is missing";
    assert_eq!(log.take("WARN"), [first], "the first load, for a reservation");

    let bad: &[&str] = &["no address"];
    ctx.set_users(&vec![bad; 150]);
    ctx.usual_process().reload().await;
    let lines = log.take("a row is left out");
    assert_eq!(lines.len(), 100);
    assert!(lines[0].contains("row=3") && lines[1].contains("\"Manual users!A2:D\" row=2"), "{lines:?}");

    ctx.set_offices(&[]);
    ctx.usual_process().reload().await;
    let kept = log.take("stays in use");
    assert!(kept.len() == 1 && kept[0].ends_with("range=\"Offices!A2:B\" reason=the range is empty"), "{kept:?}");
    ctx.finish();
}

fn kept(range: &str, why: &str) -> KeptRange {
    KeptRange { range: range.to_owned(), why: why.to_owned() }
}
