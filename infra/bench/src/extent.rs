//! Says how much is measured.

/// The counts of a measurement.
#[derive(Clone, Copy, Debug)]
pub struct Extent {
    /// How often most things are measured.
    pub runs: usize,
    /// How often each process is started.
    pub starts: usize,
    /// Requests of each kind per run.
    pub posts: usize,
    /// The offices of the sweep whose cost is divided among them.
    pub offices: usize,
    /// The new events of the sweep whose cost is divided among them.
    pub events: usize,
    /// Reservations that are made before memory is looked at.
    pub reservations: usize,
    /// The new events of one calendar that are swept while memory is watched.
    pub many_events: usize,
    /// Requests to the local server per run.
    pub requests: usize,
    /// The level of compression of the functions' packages.
    pub compression: u32,
    /// How many processed events one calendar has, in each measurement of a history.
    pub histories: [usize; 3],
    /// How many unchanged offices there are, in each measurement of their number.
    pub unchanged: [usize; 3],
}

impl Extent {
    /// What `make bench` measures. Google's quota allows a sweep 105 units at once; what is to be measured quickly
    /// stays below that.
    pub const FULL: Self = Self {
        runs: 5,
        starts: 50,
        posts: 1_000,
        offices: 100,
        events: 30,
        reservations: 5_000,
        many_events: 3_000,
        requests: 5_000,
        compression: 6,
        histories: [10, 100, 1_000],
        unchanged: [10, 100, 500],
    };

    /// Everything once and with small numbers, to see that it works.
    pub const QUICK: Self = Self {
        runs: 1,
        starts: 1,
        posts: 2,
        offices: 2,
        events: 2,
        reservations: 3,
        many_events: 3,
        requests: 32,
        compression: 0,
        histories: [1, 2, 3],
        unchanged: [1, 2, 3],
    };
}
