//! Whole days of attendance, from a first day to the day after the last.

use std::str::FromStr;

use chrono::{Datelike as _, Days, NaiveDate};
use derive_more::Display;
use serde::{Deserialize, Serialize};

/// The last year that can be written with four digits.
const LAST_YEAR: i32 = 9999;

/// One or more consecutive days. Written `2026-06-18/2026-06-20`, the second date being the first day that is not included.
#[derive(Clone, Copy, Debug, Display, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[display("{start}/{end}")]
#[serde(try_from = "String", into = "String")]
pub struct DateRange {
    start: NaiveDate,
    end: NaiveDate,
}

/// Why two dates are no range of days.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DateRangeError {
    /// The end precedes the start.
    #[error("the end precedes the start")]
    EndBeforeStart,
    /// The year of the first day, or of the day after the last one, has not four digits.
    #[error("the date has no four-digit year")]
    OutOfRange,
    /// Not written as two dates.
    #[error("not two dates `YYYY-MM-DD/YYYY-MM-DD`")]
    Malformed,
}

impl DateRange {
    /// The days from `start` up to, not including, `end`. `end == start` means that one day.
    pub fn new(start: NaiveDate, end: NaiveDate) -> Result<Self, DateRangeError> {
        if end < start {
            return Err(DateRangeError::EndBeforeStart);
        }
        let end = if end == start { start.checked_add_days(Days::new(1)).unwrap_or(end) } else { end };
        if [start, end].iter().any(|day| !(0..=LAST_YEAR).contains(&day.year())) {
            return Err(DateRangeError::OutOfRange);
        }
        Ok(Self { start, end })
    }

    /// The first day.
    pub fn start(&self) -> NaiveDate {
        self.start
    }

    /// The day after the last one.
    pub fn end(&self) -> NaiveDate {
        self.end
    }

    /// The last day.
    pub fn last(&self) -> NaiveDate {
        self.end.pred_opt().unwrap_or(self.start)
    }

    /// Each of the days.
    pub fn each(self) -> impl Iterator<Item = NaiveDate> {
        let Self { start, end } = self;
        start.iter_days().take_while(move |day| *day < end)
    }

    /// Whether the day is one of them.
    pub fn contains(&self, day: NaiveDate) -> bool {
        (self.start..self.end).contains(&day)
    }

    /// Whether both have a day in common.
    pub fn overlaps(&self, other: Self) -> bool {
        self.start < other.end && other.start < self.end
    }
}

/// Reads a date written as exactly `YYYY-MM-DD`, as Google writes all-day dates.
pub fn parse_date(text: &str) -> Option<NaiveDate> {
    let shape = text.len() == 10
        && text.bytes().enumerate().all(|(i, b)| if i == 4 || i == 7 { b == b'-' } else { b.is_ascii_digit() });
    shape.then(|| NaiveDate::parse_from_str(text, "%Y-%m-%d").ok()).flatten()
}

impl FromStr for DateRange {
    type Err = DateRangeError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (start, end) = text.split_once('/').ok_or(DateRangeError::Malformed)?;
        let start = parse_date(start).ok_or(DateRangeError::Malformed)?;
        let end = parse_date(end).ok_or(DateRangeError::Malformed)?;
        Self::new(start, end)
    }
}

impl TryFrom<String> for DateRange {
    type Error = DateRangeError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<DateRange> for String {
    fn from(range: DateRange) -> Self {
        range.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        parse_date(text).unwrap()
    }

    #[test]
    fn equal_dates_mean_that_one_day() {
        let range = DateRange::new(day("2026-06-18"), day("2026-06-18")).unwrap();
        assert_eq!(range.to_string(), "2026-06-18/2026-06-19");
    }

    #[test]
    fn an_end_before_the_start_is_refused() {
        assert_eq!(DateRange::new(day("2026-06-18"), day("2026-06-17")), Err(DateRangeError::EndBeforeStart));
    }

    #[test]
    fn what_cannot_be_written_is_refused() {
        assert_eq!(DateRange::new(day("9999-12-31"), day("9999-12-31")), Err(DateRangeError::OutOfRange));
        assert!(DateRange::new(day("9999-12-30"), day("9999-12-31")).is_ok());
        assert_eq!(DateRange::new(day("9999-12-31"), NaiveDate::MAX), Err(DateRangeError::OutOfRange));
        assert_eq!(DateRange::new(NaiveDate::MAX, NaiveDate::MAX), Err(DateRangeError::OutOfRange));
    }

    #[test]
    fn only_the_exact_spelling_is_a_date() {
        for text in
            ["2026-02-30", "2026-6-18", "26-06-18", "2026-06-18 ", "+026-06-18", "２０２６-06-18", "2026/06/18", ""]
        {
            assert_eq!(parse_date(text), None, "{text:?}");
        }
        assert!(parse_date("2024-02-29").is_some());
    }

    #[test]
    fn the_written_form_reads_back() {
        let range = DateRange::new(day("2026-06-18"), day("2026-06-20")).unwrap();
        assert_eq!(range.to_string().parse(), Ok(range));
        assert_eq!("2026-06-18".parse::<DateRange>(), Err(DateRangeError::Malformed));
    }
}
