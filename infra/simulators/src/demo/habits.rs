//! Who comes to which office on which days of a week: what callers have reserved.

use super::cast::{BRNO, DemoOffice, LONDON, OSTRAVA, PRAGUE};

/// What a caller reserves for somebody every week.
pub(super) struct Habit {
    pub(super) office: DemoOffice,
    pub(super) name: &'static str,
    /// The first day, counted from Monday.
    pub(super) first: u64,
    /// The day after the last one.
    pub(super) end: u64,
    /// In how many weeks from now nobody has approved it yet.
    pub(super) pending_in: Option<u64>,
}

pub(super) const HABITS: [Habit; 20] = [
    every_week(PRAGUE, "Bob Example", 0, 3),
    every_week(PRAGUE, "Cora Example", 0, 1),
    every_week(PRAGUE, "Cora Example", 3, 5).pending_in(2),
    every_week(PRAGUE, "Dan Example", 1, 2).pending_in(0),
    every_week(PRAGUE, "Dan Example", 3, 4).pending_in(1),
    every_week(PRAGUE, "Fay Example", 1, 4),
    every_week(PRAGUE, "Gus Example", 2, 5).pending_in(1),
    every_week(PRAGUE, "Hana Example", 0, 5).pending_in(2),
    every_week(PRAGUE, "Ivo Example", 2, 4),
    every_week(PRAGUE, "Kim Example", 3, 4).pending_in(0),
    every_week(BRNO, "Dan Example", 0, 1),
    every_week(BRNO, "Leo Example", 0, 4),
    every_week(BRNO, "Mia Example", 1, 3).pending_in(1),
    every_week(BRNO, "Nina Example", 2, 5).pending_in(0),
    every_week(OSTRAVA, "Otto Example", 0, 5),
    every_week(OSTRAVA, "Rosa Example", 1, 4).pending_in(1),
    every_week(OSTRAVA, "Theo Example", 2, 3),
    every_week(LONDON, "Uma Example", 0, 2),
    every_week(LONDON, "Vera Example", 1, 5).pending_in(0),
    every_week(LONDON, "Will Example", 3, 5),
];

const fn every_week(office: DemoOffice, name: &'static str, first: u64, end: u64) -> Habit {
    Habit { office, name, first, end, pending_in: None }
}

impl Habit {
    const fn pending_in(self, week: u64) -> Self {
        Self { pending_in: Some(week), ..self }
    }
}
