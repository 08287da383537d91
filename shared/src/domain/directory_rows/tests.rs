//! Rows of offices and people, and what becomes of bad ones.

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
    let seen: Vec<_> = read.entries.iter().map(|u| (u.email.as_str(), u.name.as_str(), u.details.is_some())).collect();
    let expected = [
        ("Anna@Example.com", "Anna Nova", false),
        ("bob@example.com", "Bob Kral", true),
        ("cyril@example.com", "Cyril Maly", true),
        ("dana@example.com", "dana@example.com", false),
    ];
    assert_eq!(seen, expected);
    let faults =
        [(5, RowFault::Duplicate { first: 1 }), (6, RowFault::NoAddress), (7, RowFault::NoName), (8, RowFault::NoName)];
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
fn what_was_copied_along_is_cleaned_from_offices() {
    let read = read_offices(
        2,
        &rows(&[
            &["\u{feff}Pra\u{200b}gue", "prague@group.calendar.google.com\u{200b}"],
            &["Brno\u{a0}centre", "<brno@example.com>,"],
            &["Prague\u{2060}", "other@example.com"],
            &["\u{200b}", "\u{ad}"],
        ]),
    );
    let seen: Vec<_> = read.entries.iter().map(|o| (o.name.as_str(), o.calendar_id.as_str())).collect();
    assert_eq!(seen, [("Prague", "prague@group.calendar.google.com"), ("Brno centre", "brno@example.com")]);
    assert_eq!(bad(&read), [(4, RowFault::Duplicate { first: 2 }), (5, RowFault::Blank)]);
}

#[test]
fn an_office_needs_a_calendar_id_and_a_name_of_its_own() {
    let link = "https://calendar.google.com/calendar/embed?src=abc%40group.calendar.google.com";
    let error = |cell| RowFault::ErrorValue { cell };
    let read = read_offices(
        1,
        &rows(&[
            &["Name", "Calendar"],
            &["Prague", link],
            &["Brno", "primary"],
            &["#REF!", "#REF!"],
            &["Plzen", "#N/A"],
            &["Loading...", "zlin@example.com"],
            &["Zlin", "zlin@example.com, brno@example.com"],
            &["Office", "office@example.com", "#N/A"],
        ]),
    );
    let expected = [
        (1, RowFault::Heading),
        (2, RowFault::CalendarLink),
        (3, RowFault::NotACalendarId),
        (4, error(1)),
        (5, error(2)),
        (6, error(1)),
        (7, RowFault::NotACalendarId),
    ];
    assert_eq!(bad(&read), expected);
    assert_eq!(read.entries.len(), 1, "a note beside the row may be what it likes");
    let named = read_offices(2, &rows(&[&[], &["Name", "Calendar"], &["Name", "Calendar"]]));
    let expected = [(2, RowFault::Blank), (3, RowFault::Heading), (4, RowFault::NotACalendarId)];
    assert_eq!(bad(&named), expected, "only the first row is a heading");
}

#[test]
fn a_first_row_with_an_address_is_no_heading() {
    for row in [["user@example.com", "User", "One", "7"], ["User", "user@example.com", "", ""]] {
        assert_eq!(bad(&read_users(1, &rows(&[&row]), &[])), [], "{row:?}");
    }
    for row in [["ID", "id@group.calendar.google.com"], ["Name", "calendar@example.com"]] {
        assert_eq!(bad(&read_offices(1, &rows(&[&row]))), [], "{row:?}");
    }
    assert_eq!(bad(&read_users(1, &rows(&[&["User", "E-mail"]]), &[])), [(1, RowFault::Heading)]);
}

#[test]
fn a_person_is_read_by_the_cleaned_address_in_either_layout() {
    let error = |cell| RowFault::ErrorValue { cell };
    let read = read_users(
        1,
        &rows(&[
            &["Id", "First name", "Last name", "Number"],
            &["anna@example.com\u{200b}", "Anna", "No\u{ad}va", "1"],
            &["Bob Kral", "mailto:bob@example.com"],
            &["Cyril <cyril@example.com>,", "Cyril", "Maly"],
            &["anna@example.com,", "Anna", "Again", "1"],
            &["#N/A", "dana@example.com"],
            &["dana@example.com", "#N/A", "#N/A", "2"],
            &["dana@example.com", "Dana", "Loading...", "2"],
            &["dana@example.com", "Dana", "Mala", "#REF!"],
            &["Dana Mala", "#NAME?"],
            &["Dana Mala", "dana@example"],
            &["Dana Mala", "dana@example.com, eva@example.com"],
            &["Eva Mala", "eva@example.com", "#N/A"],
        ]),
        &[],
    );
    let seen: Vec<_> = read.entries.iter().map(|user| (user.email.as_str(), user.name.as_str())).collect();
    let expected = [
        ("anna@example.com", "Anna Nova"),
        ("bob@example.com", "Bob Kral"),
        ("cyril@example.com", "Cyril Maly"),
        ("eva@example.com", "Eva Mala"),
    ];
    assert_eq!(seen, expected);
    let faults = [
        (1, RowFault::Heading),
        (5, RowFault::Duplicate { first: 2 }),
        (6, error(1)),
        (7, error(2)),
        (8, error(3)),
        (9, error(4)),
        (10, error(2)),
        (11, RowFault::NoAddress),
        (12, RowFault::NoAddress),
    ];
    assert_eq!(bad(&read), faults);
}

#[test]
fn a_range_of_blank_rows_is_blank() {
    assert!(read_offices(2, &[]).is_blank());
    assert!(read_offices(2, &rows(&[&[], &["", " "]])).is_blank());
    assert!(!read_users(2, &rows(&[&["x"]]), &[]).is_blank());
}

fn sheet() -> impl Strategy<Value = Vec<Vec<String>>> {
    let cell = prop_oneof![any::<String>(), "[ab]@[ab]\\.c[ ,]?", "[AaBb]{0,2}", Just(String::new())];
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
        prop_assert!(offices.entries.iter().all(|office| office.calendar_id.as_str().contains('@')));
        prop_assert!(offices.entries.iter().all(|office| !office.name.chars().any(char::is_control)));

        let needed: &[_] = if needs_names { &[Placeholder::FirstName] } else { &[] };
        let users = read_users(first, &sheet, needed);
        prop_assert_eq!(users.count(), sheet.len());
        let keys: HashSet<_> = users.entries.iter().map(|user| user.email.key()).collect();
        prop_assert_eq!(keys.len(), users.entries.len());
        prop_assert!(users.entries.iter().all(|user| !user.name.is_empty() && !user.name.chars().any(char::is_control)));
        prop_assert!(!needs_names || users.entries.iter().all(|user| user.details.is_some()));
    }
}
