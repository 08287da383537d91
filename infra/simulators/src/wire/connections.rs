//! The connections that clients make and keep.

use crate::World;
use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};
use tokio::sync::watch;

/// The connections of several listeners. Clones are handles on the same ones.
#[derive(Clone, Default)]
pub(crate) struct Connections(Arc<Inner>);

#[derive(Default)]
struct Inner {
    made: AtomicUsize,
    /// Changes when connections without a request are to be closed.
    hang_up: watch::Sender<()>,
}

impl Connections {
    /// Counts a new connection, which is to be closed when the answer changes.
    pub(crate) fn add(&self) -> watch::Receiver<()> {
        self.0.made.fetch_add(1, Ordering::Relaxed);
        self.0.hang_up.subscribe()
    }
}

impl World {
    /// How many connections were made to the services so far.
    pub fn connections(&self) -> usize {
        self.lock().connections.0.made.load(Ordering::Relaxed)
    }

    /// The services close all connections: those without a request at once, the others after their answer. As with the
    /// real ones, a client may learn of it only when it wants to use the connection again.
    pub fn close_connections(&self) {
        self.lock().connections.0.hang_up.send_replace(());
    }
}
