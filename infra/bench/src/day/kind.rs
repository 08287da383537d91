//! Says what kind of day is played.

/// The minutes of a day.
pub(super) const MINUTES: usize = 24 * 60;

/// How many offices there are, and how much happens in them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Day {
    /// How many offices there are.
    pub offices: usize,
    /// How many events people add by hand, spread over day and offices.
    pub events: usize,
}

impl Day {
    /// One event in every tenth office.
    pub fn usual(offices: usize) -> Self {
        Self { offices, events: offices.div_ceil(10) }
    }

    /// The offices in which somebody adds an event in this minute.
    pub(super) fn added_in(&self, minute: usize) -> impl Iterator<Item = usize> {
        // Each event comes in the middle of its part of the day, so that even the last one is swept.
        let before = |minute: usize| (2 * self.events * minute + MINUTES) / (2 * MINUTES);
        let (from, to) = (before(minute), before(minute + 1));
        let (offices, events) = (self.offices, self.events.max(1));
        (from..to).map(move |event| event * offices / events)
    }
}
