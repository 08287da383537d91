//! Reads the rows of the directory's spreadsheet: the entries they hold, and which rows are unusable and why.
//!
//! An unusable row never spoils the others. Of two usable rows with one key the first counts. Both layouts of a user's
//! row (`name, email` and `email, first, last, number`) may be mixed: the cell that is an address tells them apart.

use std::collections::HashMap;
use std::hash::Hash;

use super::email::Email;
use super::manual_user::{Details, ManualUser};
use super::office::Office;
use super::template::Placeholder;

/// Why a row is left out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RowFault {
    /// No cell has text.
    #[error("the row is blank")]
    Blank,
    /// The office or the person has no name.
    #[error("the name is missing")]
    NoName,
    /// The office has no calendar.
    #[error("the calendar id is missing")]
    NoCalendar,
    /// Neither of the first two cells is an address.
    #[error("neither of the first two cells is an e-mail address")]
    NoAddress,
    /// A template uses a name or number that the row does not have.
    #[error("a first name, last name or employee number that a template uses is missing")]
    NoDetails,
    /// A cell that is used has a line break or another control character inside.
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
    read_rows(first_row, rows, |row| {
        let (name, calendar_id) = (cell(row, 0), cell(row, 1));
        if name.is_empty() {
            return Err(RowFault::NoName);
        }
        if calendar_id.is_empty() {
            return Err(RowFault::NoCalendar);
        }
        if !is_plain(name) || !is_plain(calendar_id) {
            return Err(RowFault::ControlCharacters);
        }
        Ok((name.to_owned(), Office { name: name.to_owned(), calendar_id: calendar_id.into() }))
    })
}

/// Reads the rows of manual users in either layout. A user without something that is `needed` is left out.
pub fn read_users(first_row: usize, rows: &[Vec<String>], needed: &[Placeholder]) -> SheetRows<ManualUser> {
    read_rows(first_row, rows, |row| {
        let user = read_user(row).ok_or(RowFault::NoAddress)?;
        if user.name.is_empty() {
            return Err(RowFault::NoName);
        }
        let number = user.details.as_ref().map_or("", |details| &details.employee_number);
        if !is_plain(&user.name) || !is_plain(number) {
            return Err(RowFault::ControlCharacters);
        }
        if !needed.iter().all(|&placeholder| fills(&user, placeholder)) {
            return Err(RowFault::NoDetails);
        }
        Ok((user.email.key(), user))
    })
}

/// The number of the first row of a range in A1 notation; 1 for a whole tab and for a named range, whose place in the
/// sheet is unknown.
///
/// Notation: <https://developers.google.com/workspace/sheets/api/guides/concepts#cell>
pub fn first_row(range: &str) -> usize {
    // A quoted tab may contain `!`, but what follows the last one is then no cell, which is row 1.
    let cells = range.rsplit_once('!').map_or(range, |(_, cells)| cells).replace('$', "");
    let (start, end) = cells.split_once(':').map_or((cells.as_str(), None), |(start, end)| (start, Some(end)));
    let corner = |text: &str| {
        let digits = text.trim_start_matches(|c: char| c.is_ascii_alphabetic());
        let is_cell = text.len() - digits.len() <= 3 && digits.chars().all(|c| c.is_ascii_digit());
        if is_cell { digits.parse().unwrap_or(1) } else { 1 }
    };
    let start = corner(start);
    end.map_or(start, |end| if end.ends_with(|c: char| c.is_ascii_digit()) { start.min(corner(end)) } else { start })
        .max(1)
}

/// Sorts rows into entries and bad rows; `read` answers an entry and the key that no other entry may have.
fn read_rows<K: Eq + Hash, T>(
    first_row: usize,
    rows: &[Vec<String>],
    read: impl Fn(&[String]) -> Result<(K, T), RowFault>,
) -> SheetRows<T> {
    let mut taken: HashMap<K, usize> = HashMap::new();
    let mut result = SheetRows { entries: Vec::new(), bad: Vec::new() };
    for (offset, cells) in rows.iter().enumerate() {
        let row = first_row.saturating_add(offset);
        let outcome = if cells.iter().all(|cell| cell.trim().is_empty()) { Err(RowFault::Blank) } else { read(cells) };
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

/// The second cell decides first: nobody's given name is an address, but a name cell may repeat the address.
fn read_user(row: &[String]) -> Option<ManualUser> {
    let (first, second, third, fourth) = (cell(row, 0), cell(row, 1), cell(row, 2), cell(row, 3));
    if let Some(email) = Email::parse(second) {
        return Some(ManualUser { email, name: first.to_owned(), details: None });
    }
    let email = Email::parse(first)?;
    let (first_name, last_name) = (second.to_owned(), third.to_owned());
    Some(ManualUser::with_details(email, Details { first_name, last_name, employee_number: fourth.to_owned() }))
}

/// Whether the user has something to put in place of `placeholder`.
fn fills(user: &ManualUser, placeholder: Placeholder) -> bool {
    let value = |read: fn(&Details) -> &String| user.details.as_ref().is_some_and(|details| !read(details).is_empty());
    match placeholder {
        Placeholder::FirstName => value(|details| &details.first_name),
        Placeholder::LastName => value(|details| &details.last_name),
        Placeholder::EmployeeNumber => value(|details| &details.employee_number),
        _ => true,
    }
}

/// Whether the text is free of control characters, which neither a form nor a request may have in a name.
fn is_plain(text: &str) -> bool {
    !text.chars().any(char::is_control)
}

fn cell(row: &[String], column: usize) -> &str {
    row.get(column).map_or("", |cell| cell.trim())
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use proptest::prelude::*;

    use super::*;

    fn rows(rows: &[&[&str]]) -> Vec<Vec<String>> {
        rows.iter().map(|row| row.iter().map(|&cell| cell.to_owned()).collect()).collect()
    }

    fn bad<T>(read: &SheetRows<T>) -> Vec<(usize, RowFault)> {
        read.bad.iter().map(|bad| (bad.row, bad.fault)).collect()
    }

    #[test]
    fn good_offices_count_and_bad_rows_are_named_by_number() {
        let read = read_offices(
            2,
            &rows(&[
                &["Prague", " prague@example.com "],
                &[],
                &["Brno"],
                &["", "nobody@example.com"],
                &[" Prague", "other@example.com"],
                &["Brno", "brno@example.com", "a note"],
                &[" ", "\u{a0}"],
            ]),
        );
        let names: Vec<_> = read.entries.iter().map(|o| (o.name.as_str(), o.calendar_id.as_str())).collect();
        assert_eq!(names, [("Prague", "prague@example.com"), ("Brno", "brno@example.com")]);
        let expected = [
            (3, RowFault::Blank),
            (4, RowFault::NoCalendar),
            (5, RowFault::NoName),
            (6, RowFault::Duplicate { first: 2 }),
            (8, RowFault::Blank),
        ];
        assert_eq!(bad(&read), expected);
        assert_eq!(read.count(), 7);
        assert!(!read.is_blank());
    }

    #[test]
    fn both_layouts_of_users_are_read_by_the_cell_that_is_an_address() {
        let read = read_users(
            1,
            &rows(&[
                &["Anna Nova", "Anna@Example.com"],
                &["bob@example.com", "Bob", "Kral", "E 12"],
                &["cyril@example.com", "Cyril", "Maly"],
                &["dana@example.com", "dana@example.com"],
                &["ANNA@example.com", "Anna", "Other", "1"],
                &["Eva", "no address"],
                &["", "frank@example.com"],
                &["gita@example.com"],
            ]),
            &[],
        );
        let seen: Vec<_> =
            read.entries.iter().map(|u| (u.email.as_str(), u.name.as_str(), u.details.is_some())).collect();
        let expected = [
            ("Anna@Example.com", "Anna Nova", false),
            ("bob@example.com", "Bob Kral", true),
            ("cyril@example.com", "Cyril Maly", true),
            ("dana@example.com", "dana@example.com", false),
        ];
        assert_eq!(seen, expected);
        let faults = [
            (5, RowFault::Duplicate { first: 1 }),
            (6, RowFault::NoAddress),
            (7, RowFault::NoName),
            (8, RowFault::NoName),
        ];
        assert_eq!(bad(&read), faults);
    }

    #[test]
    fn of_two_spellings_of_a_person_the_first_row_counts() {
        let read = read_users(
            2,
            &rows(&[
                &["Anna Nova", "Anna.Nova@gmail.com"],
                &["annanova@GoogleMail.com", "Anna", "Other", "1"],
                &["Anna Nova", "Anna.Nova@example.com"],
                &["Anna Novotna", "annanova@example.com"],
            ]),
            &[],
        );
        let seen: Vec<_> = read.entries.iter().map(|user| user.email.as_str()).collect();
        assert_eq!(seen, ["Anna.Nova@gmail.com", "Anna.Nova@example.com", "annanova@example.com"]);
        assert_eq!(bad(&read), [(3, RowFault::Duplicate { first: 2 })]);
    }

    #[test]
    fn a_cell_in_two_lines_makes_its_row_unusable() {
        let offices = read_offices(
            2,
            &rows(&[
                &["Prague\nCentre", "prague@example.com"],
                &["Brno", "brno\u{7}@example.com"],
                &["Ostrava\n", "ostrava@example.com", "a note\nin two lines"],
            ]),
        );
        assert_eq!(bad(&offices), [(2, RowFault::ControlCharacters), (3, RowFault::ControlCharacters)]);
        assert_eq!(offices.entries[0].name, "Ostrava");
        let users = read_users(
            2,
            &rows(&[
                &["Anna\r\nNova", "anna@example.com"],
                &["bob@example.com", "Bob", "Kral\nJr", "12"],
                &["bob@example.com", "Bob", "Kral", "1\t2"],
                &["Bob Kral", "bob@example.com", "a note\nin two lines"],
            ]),
            &[],
        );
        assert_eq!(bad(&users), [2, 3, 4].map(|row| (row, RowFault::ControlCharacters)));
        assert_eq!(users.entries.len(), 1);
    }

    #[test]
    fn a_template_that_uses_names_needs_them() {
        let sheet = rows(&[
            &["Anna Nova", "anna@example.com"],
            &["bob@example.com", "Bob", "", "12"],
            &["anna@example.com", "Anna", "Nova", "7"],
        ]);
        let read = read_users(2, &sheet, &[Placeholder::Id, Placeholder::LastName]);
        assert_eq!(bad(&read), [(2, RowFault::NoDetails), (3, RowFault::NoDetails)]);
        assert_eq!(read.entries.len(), 1, "a row that is left out does not take its key");
        assert_eq!(read.entries[0].details.as_ref().map(|d| d.employee_number.as_str()), Some("7"));
        let read = read_users(2, &sheet, &[Placeholder::EmployeeNumber]);
        assert_eq!(bad(&read), [(2, RowFault::NoDetails)]);
    }

    #[test]
    fn a_range_of_blank_rows_is_blank() {
        assert!(read_offices(2, &[]).is_blank());
        assert!(read_offices(2, &rows(&[&[], &["", " "]])).is_blank());
        assert!(!read_users(2, &rows(&[&["x"]]), &[]).is_blank());
    }

    #[test]
    fn row_numbers_are_those_of_the_sheet() {
        let cases = [
            ("Offices!A2:B", 2),
            ("Manual users!A2:D", 2),
            ("'Manual users'!$B$5:E90", 5),
            ("'a!b'!C7:D", 7),
            ("'a!b'", 1),
            ("A2:D", 2),
            ("D9:A4", 4),
            ("A:D", 1),
            ("A5:D", 5),
            ("3:8", 3),
            ("B12", 12),
            ("Offices", 1),
            ("Sheet1", 1),
            ("", 1),
            ("A0:B", 1),
            ("A99999999999999999999:B", 1),
        ];
        for (range, row) in cases {
            assert_eq!(first_row(range), row, "{range}");
        }
    }

    fn sheet() -> impl Strategy<Value = Vec<Vec<String>>> {
        let cell = prop_oneof![any::<String>(), "[ab]@[ab] ?", "[AaBb]{0,2}", Just(String::new())];
        prop::collection::vec(prop::collection::vec(cell, 0..6), 0..20)
    }

    proptest! {
        #[test]
        fn any_sheet_is_read_into_entries_with_unique_keys(
            sheet in sheet(),
            first in any::<usize>(),
            needs_names: bool,
        ) {
            let offices = read_offices(first, &sheet);
            prop_assert_eq!(offices.count(), sheet.len());
            let names: HashSet<_> = offices.entries.iter().map(|office| &office.name).collect();
            prop_assert_eq!(names.len(), offices.entries.len());
            prop_assert!(offices.entries.iter().all(|office| !office.calendar_id.as_str().is_empty()));
            prop_assert!(offices.entries.iter().all(|office| is_plain(&office.name)));

            let needed: &[_] = if needs_names { &[Placeholder::FirstName] } else { &[] };
            let users = read_users(first, &sheet, needed);
            prop_assert_eq!(users.count(), sheet.len());
            let keys: HashSet<_> = users.entries.iter().map(|user| user.email.key()).collect();
            prop_assert_eq!(keys.len(), users.entries.len());
            prop_assert!(users.entries.iter().all(|user| !user.name.is_empty() && is_plain(&user.name)));
            prop_assert!(!needs_names || users.entries.iter().all(|user| user.details.is_some()));
        }

        #[test]
        fn any_range_has_a_first_row(range in any::<String>(), cells in "[A-Za-z$!:0-9']{0,12}") {
            prop_assert!(first_row(&range) >= 1);
            prop_assert!(first_row(&cells) >= 1);
        }
    }
}
