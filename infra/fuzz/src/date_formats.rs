//! A date format of Arrow tokens and a shift: both are read or refused, and mean what they say.
//!
//! The lines of the input are two formats and then, as in `weeks -1`, the amounts of a shift.

use chrono::NaiveDate;
use moffman::domain::date_format::{DateFormat, DateFormatError};
use moffman::domain::date_shift::{DateShift, ShiftUnit};

use crate::sample;

pub(crate) fn check(input: &[u8]) {
    let text = String::from_utf8_lossy(input);
    let mut lines = text.split('\n');
    let (first, second) = (lines.next().unwrap_or_default(), lines.next().unwrap_or_default());
    read_or_refused(first);
    read_or_refused(second);
    joined(first, second);
    literal(first);
    let amounts: Vec<_> = lines.filter_map(amount).collect();
    shift(&amounts);
}

fn read_or_refused(text: &str) {
    match DateFormat::parse(text) {
        Ok(format) => {
            for day in sample::days() {
                assert!(format.format(day).len() <= text.len() * 20, "{text:?} grows");
            }
        }
        Err(DateFormatError::Empty) => assert_eq!(text, ""),
        Err(DateFormatError::UnknownToken { letters, position }) => {
            let rest: String = text.chars().skip(position - 1).collect();
            assert!(!letters.is_empty() && rest.starts_with(&letters), "{letters:?} at {position} of {text:?}");
        }
    }
}

/// Formats beside each other write what each of them writes.
fn joined(first: &str, second: &str) {
    let (Ok(left), Ok(right)) = (DateFormat::parse(first), DateFormat::parse(second)) else {
        return;
    };
    // The second format could close a bracket of the first.
    if first.contains('[') {
        return;
    }
    let both = DateFormat::parse(&format!("{first}|{second}"));
    for day in sample::days() {
        let written = both.as_ref().map(|both| both.format(day));
        assert_eq!(written, Ok(format!("{}|{}", left.format(day), right.format(day))));
    }
}

/// What stands in brackets is written as it is.
fn literal(text: &str) {
    if !text.contains(']') {
        let format = DateFormat::parse(&format!("[{text}]"));
        assert_eq!(format.map(|format| format.format(NaiveDate::MIN)), Ok(text.to_owned()));
    }
}

fn amount(line: &str) -> Option<(ShiftUnit, i64)> {
    let (unit, amount) = line.split_once(' ')?;
    Some((unit.parse().ok()?, amount.trim().parse().ok()?))
}

fn shift(amounts: &[(ShiftUnit, i64)]) {
    let Some(shift) = DateShift::new(amounts.iter().copied()) else {
        return;
    };
    let moved = |day: NaiveDate| shift.apply_date(day);
    for day in sample::days().chain([NaiveDate::MIN, NaiveDate::MAX]) {
        let next = day.succ_opt().and_then(moved);
        assert!(next.is_none_or(|next| moved(day).is_none_or(|moved| moved <= next)), "{shift:?} turns {day} around");
    }
    let months = [ShiftUnit::Years, ShiftUnit::Quarters, ShiftUnit::Months];
    let days_only = amounts.iter().all(|(unit, _)| !months.contains(unit) && !is_part_of_a_day(*unit));
    let back = amounts.iter().map(|&(unit, amount)| Some((unit, amount.checked_neg()?))).collect::<Option<Vec<_>>>();
    if let Some(back) = back.and_then(DateShift::new).filter(|_| days_only) {
        for day in sample::days() {
            assert!(moved(day).is_none_or(|moved| back.apply_date(moved) == Some(day)), "{shift:?} of {day}");
        }
    }
}

fn is_part_of_a_day(unit: ShiftUnit) -> bool {
    matches!(unit, ShiftUnit::Hours | ShiftUnit::Minutes | ShiftUnit::Seconds)
}
