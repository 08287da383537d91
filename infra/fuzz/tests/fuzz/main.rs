//! Every target on its seeds and on inputs made from them, always the same ones; and the checks of the checks.

#![expect(clippy::unwrap_used, clippy::panic, reason = "what a test cannot go on without fails it")]

mod files;
mod large;
mod mutations;
mod targets;
mod watching;

use std::sync::{Mutex, MutexGuard};
use std::time::Duration;

use moffman_fuzz::watch::{Finding, Limits, Misbehaviour, Watch};

/// Generous, because the machine may be busy.
const TIME: Duration = Duration::from_secs(40);

/// Memory is counted for the whole process: one test at a time. After one that hangs or takes too much, the others fail at
/// once, because it goes on doing so.
fn alone() -> MutexGuard<'static, ()> {
    static ALONE: Mutex<()> = Mutex::new(());
    ALONE.lock().unwrap()
}

/// Runs `test` with a watch on the check, alone.
fn watched(check: fn(&[u8]), limits: Limits, test: impl FnOnce(&mut Watch) -> Result<(), Finding>) {
    let alone = alone();
    let outcome = test(&mut Watch::start(check, limits).unwrap());
    if outcome.as_ref().is_err_and(|finding| matches!(finding.misbehaviour, Misbehaviour::Panic(_))) {
        drop(alone);
    }
    outcome.unwrap_or_else(|finding| panic!("{finding}"));
}
