//! The state file: whose it is, what is wrong with it, and that it is found again.

use std::fs;
use std::path::Path;

use crate::process::Process;

const FILE: &str = "moffman_store.dbm.sqlite3";

fn refusal(directory: &Path, arguments: &[&str]) -> String {
    let refused = Process::start(directory, arguments).end();
    assert_eq!((refused.code, refused.out.len()), (Some(1), 0), "{refused:?}");
    refused.error()
}

#[test]
fn a_state_belongs_to_one_process() {
    let directory = tempfile::tempdir().unwrap();
    let first = Process::start(directory.path(), &[]);
    first.url();
    assert_eq!(
        refusal(directory.path(), &[]),
        format!(
            "moffman: {FILE} is in use by another running moffman; stop that one, or choose another general.storage_path"
        )
    );
    let elsewhere = Process::start(directory.path(), &["--general--storage-path", "other"]);
    elsewhere.url();
    first.kill();
    let next = Process::start(directory.path(), &[]);
    next.url();
}

#[test]
fn a_file_that_is_no_state_is_left_alone() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join(FILE);
    let text = "no database, and long enough to have a header of one hundred bytes ".repeat(10);
    fs::write(&file, &text).unwrap();
    let error = refusal(directory.path(), &[]);
    assert!(error.starts_with(&format!("moffman: {FILE} is damaged or no state of moffman: ")), "{error}");
    assert_eq!(fs::read_to_string(&file).unwrap(), text);
}

#[test]
fn a_damaged_state_is_said_to_be_damaged() {
    let directory = tempfile::tempdir().unwrap();
    let process = Process::start(directory.path(), &[]);
    process.says("event approved ");
    process.terminate();
    assert_eq!(process.end().code, Some(0));
    let file = directory.path().join(FILE);
    let mut bytes = fs::read(&file).unwrap();
    for byte in bytes.iter_mut().skip(100) {
        *byte = 0xa5;
    }
    fs::write(&file, bytes).unwrap();
    let error = refusal(directory.path(), &[]);
    assert!(error.starts_with(&format!("moffman: {FILE} is damaged or no state of moffman: ")), "{error}");
}

#[test]
fn what_cannot_be_opened_is_said() {
    let directory = tempfile::tempdir().unwrap();
    fs::create_dir(directory.path().join(FILE)).unwrap();
    let error = refusal(directory.path(), &[]);
    assert!(error.starts_with(&format!("moffman: {FILE} cannot be opened: Is a directory")), "{error}");
    let error = refusal(directory.path(), &["--general--storage-path", "missing/state"]);
    assert!(error.contains("general.storage_path: missing is not a directory"), "{error}");
}

#[test]
fn without_a_path_nothing_is_written() {
    let directory = tempfile::tempdir().unwrap();
    let process = Process::start(directory.path(), &["--general--storage-path", "null"]);
    assert!(process.says("Moffman listens on ").ends_with("State: memory."));
    process.says("event approved ");
    process.terminate();
    assert_eq!(process.end().code, Some(0));
    assert_eq!(fs::read_dir(directory.path()).unwrap().count(), 0);
}

#[cfg(unix)]
#[test]
fn only_its_owner_can_read_the_state() {
    use std::os::unix::fs::PermissionsExt;
    let directory = tempfile::tempdir().unwrap();
    let process = Process::start(directory.path(), &[]);
    process.url();
    let mode = fs::metadata(directory.path().join(FILE)).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
}
