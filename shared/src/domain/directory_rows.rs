//! Reads the rows of the directory's spreadsheet: the entries they hold, and which rows are unusable and why.
//!
//! An unusable row never spoils the others. The first of two usable rows with the same key counts. Both layouts of a user's
//! row (`name, email` and `email, first, last, number`) may be mixed: the cell that is an address tells them apart.

use std::collections::HashMap;
use std::hash::Hash;

use super::cell::{NoCalendarId, address, calendar_id, is_error_value, is_heading, plain};
use super::manual_user::{Details, ManualUser};
use super::office::Office;
use super::template::Placeholder;

/// Why a row is left out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RowFault {
    /// No cell has text.
    #[error("the row is blank")]
    Blank,
    /// The first row of the range names the columns.
    #[error("the row is the heading of the columns; the range should begin below it")]
    Heading,
    /// A formula has no value.
    #[error("cell {cell} of the row has an error value, such as #N/A or Loading..., in place of text")]
    ErrorValue {
        /// The cell's place in the row, from 1.
        cell: usize,
    },
    /// The office or the person has no name.
    #[error("the name is missing")]
    NoName,
    /// The office has no calendar.
    #[error("the calendar id is missing")]
    NoCalendar,
    /// The cell for the office's calendar has no calendar id.
    #[error("the calendar id has no @, or more than an id: allowed is one, such as abc@group.calendar.google.com")]
    NotACalendarId,
    /// The cell for the office's calendar has a link.
    #[error(
        "the calendar id is a link: allowed is the calendar ID with an @ from the calendar's settings, such as \
         abc@group.calendar.google.com"
    )]
    CalendarLink,
    /// Neither of the first two cells is an address.
    #[error("neither of the first two cells is an e-mail address")]
    NoAddress,
    /// A template uses a name or number that the row does not have.
    #[error("a first name, last name or employee number that a template uses is missing")]
    NoDetails,
    /// A used cell has a line break or another control character inside.
    #[error("a cell has control characters")]
    ControlCharacters,
    /// An earlier row has the same office name or address.
    #[error("row {first} has the same key")]
    Duplicate {
        /// The number of the row that counts.
        first: usize,
    },
}

/// A row that was left out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BadRow {
    /// The row's number in the sheet, from 1.
    pub row: usize,
    /// What is wrong with it.
    pub fault: RowFault,
}

/// What the rows of one range hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SheetRows<T> {
    /// The usable entries, in the order of the sheet; their keys differ.
    pub entries: Vec<T>,
    /// The rows that were left out, in the order of the sheet.
    pub bad: Vec<BadRow>,
}

impl<T> SheetRows<T> {
    /// How many rows were read.
    pub fn count(&self) -> usize {
        self.entries.len() + self.bad.len()
    }

    /// Whether there is no text in the whole range.
    pub fn is_blank(&self) -> bool {
        self.entries.is_empty() && self.bad.iter().all(|bad| bad.fault == RowFault::Blank)
    }
}

/// Reads the rows of offices: `name, calendar id`. `first_row` is the number of the first row in the sheet.
pub fn read_offices(first_row: usize, rows: &[Vec<String>]) -> SheetRows<Office> {
    read_rows(first_row, rows, |row, is_first| {
        let (name, calendar) = (cell(row, 0), cell(row, 1));
        refuse_heading(is_first, [&name, &calendar])?;
        refuse_error_values([&name, &calendar])?;
        if name.is_empty() {
            return Err(RowFault::NoName);
        }
        if calendar.is_empty() {
            return Err(RowFault::NoCalendar);
        }
        refuse_control_characters([&name, &calendar])?;
        let calendar_id = calendar_id(&calendar).map_err(|no| match no {
            NoCalendarId::Link => RowFault::CalendarLink,
            NoCalendarId::Other => RowFault::NotACalendarId,
        })?;
        Ok((name.clone(), Office { name, calendar_id }))
    })
}

/// Reads the rows of manual users in either layout. A user who lacks anything `needed` is left out.
pub fn read_users(first_row: usize, rows: &[Vec<String>], needed: &[Placeholder]) -> SheetRows<ManualUser> {
    read_rows(first_row, rows, |row, is_first| {
        let user = read_user(row, is_first)?;
        if user.name.is_empty() {
            return Err(RowFault::NoName);
        }
        let number = user.details.as_ref().map_or("", |details| &details.employee_number);
        refuse_control_characters([&user.name, number])?;
        if needed.iter().any(|placeholder| user.detail(*placeholder) == Some("")) {
            return Err(RowFault::NoDetails);
        }
        Ok((user.email.key(), user))
    })
}

/// Sorts rows into entries and bad rows. `read` is told whether its row is the first one with text, and answers an entry and
/// the key that no other entry may have.
fn read_rows<K: Eq + Hash, T>(
    first_row: usize,
    rows: &[Vec<String>],
    read: impl Fn(&[String], bool) -> Result<(K, T), RowFault>,
) -> SheetRows<T> {
    let mut taken: HashMap<K, usize> = HashMap::new();
    let mut result = SheetRows { entries: Vec::new(), bad: Vec::new() };
    let mut is_first = true;
    for (offset, cells) in rows.iter().enumerate() {
        let row = first_row.saturating_add(offset);
        let outcome = if cells.iter().all(|cell| plain(cell).is_empty()) {
            Err(RowFault::Blank)
        } else {
            read(cells, std::mem::take(&mut is_first))
        };
        match outcome {
            Ok((key, entry)) => {
                if let Some(&first) = taken.get(&key) {
                    result.bad.push(BadRow { row, fault: RowFault::Duplicate { first } });
                } else {
                    taken.insert(key, row);
                    result.entries.push(entry);
                }
            }
            Err(fault) => result.bad.push(BadRow { row, fault }),
        }
    }
    result
}

/// The second cell is looked at first: nobody's given name is an address, but a name cell may repeat the address.
fn read_user(row: &[String], is_first: bool) -> Result<ManualUser, RowFault> {
    let (first, second, third, fourth) = (cell(row, 0), cell(row, 1), cell(row, 2), cell(row, 3));
    refuse_heading(is_first, [&first, &second])?;
    refuse_error_values([&first, &second])?;
    if let Some(email) = address(&second) {
        return Ok(ManualUser { email, name: first, details: None });
    }
    let email = address(&first).ok_or(RowFault::NoAddress)?;
    refuse_error_values([&first, &second, &third, &fourth])?;
    Ok(ManualUser::with_details(email, Details { first_name: second, last_name: third, employee_number: fourth }))
}

/// A row with an address or a calendar id is no heading, even if a person is called `User`.
fn refuse_heading<const N: usize>(is_first: bool, cells: [&str; N]) -> Result<(), RowFault> {
    let names_columns = cells.into_iter().any(is_heading) && !cells.into_iter().any(|cell| calendar_id(cell).is_ok());
    if is_first && names_columns { Err(RowFault::Heading) } else { Ok(()) }
}

fn refuse_error_values<const N: usize>(cells: [&str; N]) -> Result<(), RowFault> {
    match cells.into_iter().position(is_error_value) {
        Some(before) => Err(RowFault::ErrorValue { cell: before + 1 }),
        None => Ok(()),
    }
}

/// Control characters may be in no name, neither of a form nor of a request.
fn refuse_control_characters<const N: usize>(cells: [&str; N]) -> Result<(), RowFault> {
    if cells.into_iter().any(|cell| cell.chars().any(char::is_control)) {
        return Err(RowFault::ControlCharacters);
    }
    Ok(())
}

fn cell(row: &[String], column: usize) -> String {
    row.get(column).map_or_else(String::new, |cell| plain(cell).into_owned())
}

#[cfg(test)]
mod tests;
