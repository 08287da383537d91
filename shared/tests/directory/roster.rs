//! The whole directory, as a sweep uses it.

use std::sync::Arc;

use moffman::directory::{DirectoryError, Roster};

use crate::context::{BOTH_IN_ONE_SHEET, Context, person};

fn names(roster: &Roster) -> Vec<&str> {
    roster.offices.iter().map(|office| office.name.as_str()).collect()
}

#[tokio::test]
async fn static_entries_and_sheet_are_merged() {
    let ctx = Context::new().await;
    let process = ctx.process(
        "
        offices:
          office_list: [{name: Brno, id: static@example.com}]
          google_config: sheet-1
        manual_users:
          user_list: [{id: ANNA@example.com, name: Static Anna}]
          google_config: sheet-1
        ",
    );
    let roster = process.roster().await.unwrap();
    assert_eq!(names(&roster), ["Brno", "Prague"]);
    assert_eq!(roster.offices[0].calendar_id.as_str(), "static@example.com");
    assert_eq!(roster.users[&person("anna@example.com")].name, "Static Anna");
    assert_eq!(roster.users[&person("bob@example.com")].name, "Bob Kral");
    assert_eq!(ctx.sheet_reads(), 1);
    ctx.finish();
}

#[tokio::test]
async fn without_a_spreadsheet_it_is_the_configuration() {
    let ctx = Context::new().await;
    let process = ctx.process("offices: {office_list: [{name: Brno, id: static@example.com}]}");
    let first = process.roster().await.unwrap();
    assert_eq!(names(&first), ["Brno"]);
    assert!(Arc::ptr_eq(&first, &process.roster().await.unwrap()));
    assert!(ctx.world.calls().is_empty() && ctx.items().await.is_empty());
    ctx.finish();
}

#[tokio::test]
async fn it_stays_in_memory_until_another_process_loads_something_new() {
    let ctx = Context::new().await;
    let (sweeper, other) = (ctx.usual_process(), ctx.usual_process());
    let first = sweeper.roster().await.unwrap();
    ctx.after(61);
    other.reload().await;
    assert!(Arc::ptr_eq(&first, &sweeper.roster().await.unwrap()), "nothing changed");

    ctx.set_users(&[&["anna@example.com", "Anna", "Nova", "1"], &["Cyril Maly", "cyril@example.com"]]);
    other.reload().await;
    assert!(Arc::ptr_eq(&first, &sweeper.roster().await.unwrap()), "within the minute");
    ctx.after(61);
    let second = sweeper.roster().await.unwrap();
    assert!(
        second.users.contains_key(&person("cyril@example.com"))
            && !second.users.contains_key(&person("bob@example.com"))
    );
    assert_ne!(first.users_digest, second.users_digest, "other people are registered");
    ctx.finish();
}

#[tokio::test]
async fn a_new_name_of_a_person_is_not_another_person() {
    let ctx = Context::new().await;
    let process = ctx.usual_process();
    let first = process.roster().await.unwrap();
    ctx.set_users(&[&["Robert Kral", "Bob@Example.com"], &["anna@example.com", "Anna", "Nova", "1"]]);
    process.reload().await;
    let second = process.roster().await.unwrap();
    assert_eq!(second.users[&person("bob@example.com")].name, "Robert Kral");
    assert_eq!(second.users[&person("bob@example.com")].email.as_str(), "Bob@Example.com");
    assert_eq!(first.users_digest, second.users_digest);
    ctx.finish();
}

#[tokio::test]
async fn offices_loaded_for_a_reservation_do_not_stand_for_the_users() {
    let ctx = Context::new().await;
    ctx.usual_process().calendar("Brno").await;
    let roster = ctx.usual_process().roster().await.unwrap();
    assert_eq!(roster.users.len(), 2);
    assert_eq!(ctx.sheet_reads(), 2);
    ctx.finish();
}

#[tokio::test]
async fn nothing_is_swept_with_half_a_directory() {
    let ctx = Context::new().await;
    let process = ctx.process(&BOTH_IN_ONE_SHEET.replacen("sheet-1", "sheet-2", 1));
    assert_eq!(process.roster().await.err(), Some(DirectoryError::Unavailable { retry_after: None }));
    assert!(ctx.items().await.is_empty(), "nothing is kept of a load that failed");
    ctx.finish();
}
