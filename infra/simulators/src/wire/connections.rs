//! The connections that clients make and keep.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use tokio::sync::watch;

/// The connections of several servers. Clones are handles on the same ones.
#[derive(Clone, Default)]
pub(crate) struct Connections {
    made: Arc<AtomicUsize>,
    /// Changes when connections without a request are to be closed.
    hang_up: watch::Sender<()>,
}

impl Connections {
    /// Counts a new connection, which has to close when the receiver sees a change.
    pub(crate) fn add(&self) -> watch::Receiver<()> {
        self.made.fetch_add(1, Ordering::Relaxed);
        self.hang_up.subscribe()
    }

    /// How many were made so far.
    pub(crate) fn made(&self) -> usize {
        self.made.load(Ordering::Relaxed)
    }

    /// Closes idle connections at once, and all others after their answers.
    pub(crate) fn close(&self) {
        self.hang_up.send_replace(());
    }
}
