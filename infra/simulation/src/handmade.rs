//! An event that a manual user made by hand.

use chrono::NaiveDate;

/// An event that a manual user made, or one day of a series of theirs, as that person has left it.
#[derive(Clone, Debug)]
pub struct HandmadeEvent {
    pub calendar: &'static str,
    pub id: String,
    pub person: &'static str,
    /// Written as an approved event's marks have them, `2026-06-18/2026-06-20`.
    pub days: String,
    pub deleted: bool,
    /// When a person gave it a title, unless it was approved since.
    pub renamed: Option<u64>,
    /// The series that it is a day of, and the day it was planned for.
    pub series: Option<(String, NaiveDate)>,
    /// The days that it had before.
    pub earlier: Vec<String>,
}

impl HandmadeEvent {
    /// A new event, which is no day of a series.
    pub fn new(calendar: &'static str, id: String, person: &'static str, days: String) -> Self {
        Self { calendar, id, person, days, deleted: false, renamed: None, series: None, earlier: Vec::new() }
    }
}
