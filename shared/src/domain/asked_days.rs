//! The days that somebody asks about, from the first to the last, both included.

use chrono::{Datelike as _, Days, NaiveDate};

use super::date_range::DateRange;
use super::reservation::InvalidRequest;

/// How many days a list has at most.
const MOST_OF_A_LIST: u64 = 92;
/// How many days lie between the first and the last of a list if nobody says which is the last.
const AHEAD: Days = Days::new(14);
/// The first day that Google can be asked about.
const FIRST: NaiveDate = NaiveDate::from_ymd_opt(1, 1, 1).expect("a date");
/// The last one: the day after it can still be written.
const LAST: NaiveDate = NaiveDate::from_ymd_opt(9_999, 12, 30).expect("a date");
/// How many days attendance is shown for at most.
const MOST_OF_ATTENDANCE: u64 = 31;

/// The days that somebody names. A day that is not named depends on the present one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct AskedDays {
    /// The first day.
    pub from: Option<NaiveDate>,
    /// The last day.
    pub to: Option<NaiveDate>,
}

impl AskedDays {
    /// The days of a list: from today on if nothing is said, and two weeks more.
    pub fn of_list(self, today: NaiveDate) -> Result<DateRange, InvalidRequest> {
        let from = self.from.unwrap_or(today);
        let to = self.to.unwrap_or_else(|| later(from, AHEAD));
        range(from, to, MOST_OF_A_LIST, "must be at most 91 days after `from`")
    }

    /// The days of attendance: this week, from Monday to Sunday, if nothing is said; else the rest of the week of the day
    /// that is named.
    pub fn of_attendance(self, today: NaiveDate) -> Result<DateRange, InvalidRequest> {
        let from = self.from.unwrap_or_else(|| monday_before(self.to.unwrap_or(today)));
        let to = self.to.unwrap_or_else(|| later(monday_before(from), Days::new(6)));
        range(from, to, MOST_OF_ATTENDANCE, "must be at most 30 days after `from`")
    }
}

/// The day that is so many days later, or the last one that can be asked for.
fn later(day: NaiveDate, days: Days) -> NaiveDate {
    day.checked_add_days(days).map_or(LAST, |later| later.min(LAST).max(day))
}

fn monday_before(day: NaiveDate) -> NaiveDate {
    day.checked_sub_days(Days::new(u64::from(day.weekday().num_days_from_monday()))).unwrap_or(day)
}

fn range(from: NaiveDate, to: NaiveDate, most: u64, too_many: &'static str) -> Result<DateRange, InvalidRequest> {
    let invalid = |what| InvalidRequest { field: "to", what };
    if from < FIRST {
        return Err(InvalidRequest { field: "from", what: "must not be before 0001-01-01" });
    }
    if to < from {
        return Err(invalid("must not precede `from`"));
    }
    if from.checked_add_days(Days::new(most)).is_some_and(|end| to >= end) {
        return Err(invalid(too_many));
    }
    let range = to.succ_opt().and_then(|end| DateRange::new(from, end).ok());
    range.ok_or_else(|| invalid("must be before 9999-12-31"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn days(from: &str, to: &str) -> AskedDays {
        AskedDays { from: from.parse().ok(), to: to.parse().ok() }
    }

    fn read(range: Result<DateRange, InvalidRequest>) -> String {
        range.map_or_else(|error| error.to_string(), |range| range.to_string())
    }

    #[test]
    fn a_list_has_two_weeks_from_today_on_or_what_was_asked_for() {
        let today = "2026-06-17".parse().unwrap();
        for (from, to, range) in [
            ("", "", "2026-06-17/2026-07-02"),
            ("2026-06-01", "", "2026-06-01/2026-06-16"),
            ("", "2026-06-17", "2026-06-17/2026-06-18"),
            ("2026-01-01", "2026-04-02", "2026-01-01/2026-04-03"),
            ("2026-01-01", "2026-04-03", "`to` must be at most 91 days after `from`"),
            ("2026-06-02", "2026-06-01", "`to` must not precede `from`"),
            ("", "2026-06-16", "`to` must not precede `from`"),
            ("9999-12-30", "9999-12-30", "9999-12-30/9999-12-31"),
            ("9999-12-25", "", "9999-12-25/9999-12-31"),
            ("9999-12-31", "", "`to` must be before 9999-12-31"),
            ("0000-12-31", "0001-01-01", "`from` must not be before 0001-01-01"),
        ] {
            assert_eq!(read(days(from, to).of_list(today)), range, "{from} {to}");
        }
    }

    #[test]
    fn attendance_has_this_week_or_that_of_the_day_that_was_named() {
        let today = "2026-06-17".parse().unwrap();
        for (from, to, range) in [
            ("", "", "2026-06-15/2026-06-22"),
            ("2026-06-17", "", "2026-06-17/2026-06-22"),
            ("2026-07-05", "", "2026-07-05/2026-07-06"),
            ("", "2026-07-01", "2026-06-29/2026-07-02"),
            ("2026-06-01", "2026-07-01", "2026-06-01/2026-07-02"),
            ("2026-06-01", "2026-07-02", "`to` must be at most 30 days after `from`"),
            ("2026-06-02", "2026-06-01", "`to` must not precede `from`"),
        ] {
            assert_eq!(read(days(from, to).of_attendance(today)), range, "{from} {to}");
        }
    }
}
