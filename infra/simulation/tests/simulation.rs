//! Nothing is lost and nothing sent twice, in schedules that are new each time.

use std::io::{self, Write as _};
use std::ops::ControlFlow;

use moffman_simulation::{Tally, play_all};

/// How many schedules are played.
const SCHEDULES: u64 = 200;

#[test]
fn nothing_is_lost_and_nothing_sent_twice() {
    let first = fastrand::u64(..1_000_000_000);
    // Not caught by the test harness: whoever sees this test fail wants to play the same schedules again.
    let mut out = io::stderr();
    writeln!(out, "make simulate SEEDS={SCHEDULES} FIRST={first}").unwrap();
    let mut tally = Tally::default();
    let all = play_all(first..first + SCHEDULES, None, |outcome| {
        tally.add(&outcome);
        ControlFlow::Continue(())
    });
    all.unwrap();
    writeln!(out, "{tally}").unwrap();
    assert!(tally.is_clean());
}
