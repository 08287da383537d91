//! The rows of a spreadsheet: every row counts or is reported, and what counts reads back.
//!
//! The first line of the input is the range in A1 notation, each other one a row with tabs between its cells.

use std::collections::HashSet;

use chrono::{DateTime, Utc};
use moffman::domain::a1_range::first_row;
use moffman::domain::approval_form;
use moffman::domain::date_range::DateRange;
use moffman::domain::directory_rows::{RowFault, SheetRows, read_offices, read_users};
use moffman::domain::manual_user::ManualUser;
use moffman::domain::office::Office;
use moffman::domain::template::Placeholder;

use crate::sample;

const NAMES: [Placeholder; 3] = [Placeholder::FirstName, Placeholder::LastName, Placeholder::EmployeeNumber];

pub(crate) fn check(input: &[u8]) {
    let text = String::from_utf8_lossy(input);
    let (range, rows) = text.split_once('\n').unwrap_or((&text, ""));
    let rows: Vec<Vec<String>> = rows.split('\n').map(|row| row.split('\t').map(str::to_owned).collect()).collect();
    let first = first_row(range);
    assert!(first >= 1, "{range}");

    let offices = read_offices(first, &rows);
    accounted(&offices, first, rows.len());
    distinct(offices.entries.iter().map(|office| office.name.clone()));
    let written: Vec<_> = heading().chain(offices.entries.iter().map(office_row)).collect();
    let again = read_offices(first, &written);
    assert_eq!((&again.entries, again.bad.len()), (&offices.entries, 1));

    for needed in [&[][..], &NAMES[1..], &NAMES] {
        let users = read_users(first, &rows, needed);
        accounted(&users, first, rows.len());
        distinct(users.entries.iter().map(|user| user.email.key().to_string()));
        let written: Vec<_> = heading().chain(users.entries.iter().map(user_row)).collect();
        let again = read_users(first, &written, needed);
        assert_eq!((&again.entries, again.bad.len()), (&users.entries, 1));
        users.entries.iter().take(3).for_each(has_a_form);
    }
}

/// Every row is an entry or a bad row with a number of its own.
fn accounted<T>(read: &SheetRows<T>, first: usize, rows: usize) {
    assert_eq!(read.count(), rows);
    assert!(read.bad.is_sorted_by(|a, b| a.row < b.row || first > usize::MAX - rows));
    for bad in &read.bad {
        assert!(bad.row >= first && bad.row - first < rows, "{bad:?}");
        if let RowFault::Duplicate { first: other } = bad.fault {
            assert!((first..=bad.row).contains(&other), "{bad:?}");
        }
    }
    let blank = read.bad.iter().filter(|bad| bad.fault == RowFault::Blank).count();
    assert_eq!(read.is_blank(), blank == rows);
}

fn distinct(keys: impl Iterator<Item = String>) {
    let mut seen = HashSet::new();
    for key in keys {
        assert!(seen.insert(key.clone()), "{key} twice");
    }
}

/// A heading, because an office in the first row whose name is that of a column would count as one.
fn heading() -> impl Iterator<Item = Vec<String>> {
    std::iter::once(vec!["Name".to_owned()])
}

fn office_row(office: &Office) -> Vec<String> {
    vec![office.name.clone(), office.calendar_id.as_str().to_owned()]
}

fn user_row(user: &ManualUser) -> Vec<String> {
    let address = user.email.to_string();
    match user.details.clone() {
        None => vec![user.name.clone(), address],
        Some(details) => vec![address, details.first_name, details.last_name, details.employee_number],
    }
}

/// The form of the person names nobody else, in one line each.
fn has_a_form(user: &ManualUser) {
    let letter = &sample::settings().forms.letter;
    for days in sample::days().filter_map(|day| DateRange::new(day, day).ok()) {
        let form = approval_form::fill(letter, user, days, DateTime::<Utc>::UNIX_EPOCH);
        assert_eq!(form["form_data"]["user_id"], user.email.as_str());
        let copies = &form["result"]["email"]["cc"];
        assert_eq!(copies[user.email.as_str()], user.name, "{copies}");
    }
    assert!(!user.name.is_empty() && !user.name.chars().any(char::is_control), "{user:?}");
}
