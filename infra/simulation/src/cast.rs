//! The cast of a schedule: the offices' calendars, the manual users, and a guest.

/// The calendars of the offices. The first office is always in the configuration, even with a spreadsheet; its calendar
/// is in capitals there.
pub const CALENDARS: [&str; 3] =
    ["prague@group.calendar.google.com", "brno@group.calendar.google.com", "pisek@group.calendar.google.com"];
/// The manual users, with address and name. The first one is always in the configuration, even with a spreadsheet.
pub const PEOPLE: [(&str, &str); 3] = [
    ("anna@example.com", "Anna Example"),
    ("boris@example.com", "Boris Example"),
    ("dana@example.com", "Dana Example"),
];
/// Somebody who adds events without being a manual user.
pub const GUEST: &str = "guest@example.com";

/// The name of the office with this calendar.
pub fn office(calendar: &str) -> &str {
    calendar.split('@').next().unwrap_or_default()
}
