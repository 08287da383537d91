//! Shows on standard error how far a run is: one line that changes on a terminal, else a line now and then.

use std::io::{IsTerminal as _, Write as _, stderr};
use std::time::{Duration, Instant};

/// The time between two lines where lines stay on the screen.
const PAUSE: Duration = Duration::from_secs(15);

/// How far a run is.
pub(crate) struct Progress {
    what: String,
    done: usize,
    of: u64,
    shown: Instant,
}

impl Progress {
    /// A run in which nothing of `of` schedules is done yet.
    pub(crate) fn new(what: impl Into<String>, of: u64) -> Self {
        Self { what: what.into(), done: 0, of, shown: Instant::now() }
    }

    /// Counts one more schedule.
    pub(crate) fn step(&mut self) {
        self.done += 1;
        let line = format!("{}{} of {}", self.what, self.done, self.of);
        if stderr().is_terminal() {
            // The progress does not matter enough to fail for it.
            let _ = write!(stderr(), "\r{line}\x1b[K");
        } else if self.shown.elapsed() >= PAUSE {
            self.shown = Instant::now();
            eprintln!("{line}");
        }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if stderr().is_terminal() {
            let _ = write!(stderr(), "\r\x1b[K");
        }
    }
}
