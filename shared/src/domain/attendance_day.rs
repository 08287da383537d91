//! Who is in an office on each day.

use std::collections::HashSet;

use chrono::NaiveDate;

use super::attendance::{Attendance, AttendanceKind};
use super::date_range::DateRange;
use super::reservation::Status;

/// A day in an office.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AttendanceDay {
    /// The day.
    pub date: NaiveDate,
    /// Who is in, each person once, by name.
    pub people: Vec<PersonIn>,
}

/// A person who is in on a day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PersonIn {
    /// The name to show, perhaps empty.
    pub name: String,
    /// Whether it is approved; of several entries, one that is approved counts.
    pub status: Status,
    /// Where the entry that counts comes from.
    pub kind: AttendanceKind,
}

impl AttendanceDay {
    /// How many people have this status.
    pub fn count(&self, status: Status) -> usize {
        self.people.iter().filter(|person| person.status == status).count()
    }
}

/// Every day of the range, with the people who are in.
pub fn by_day(mut attendances: Vec<Attendance>, range: DateRange) -> Vec<AttendanceDay> {
    attendances.sort_by(|a, b| {
        let place = |one: &Attendance| (one.status == Status::Pending, one.days.start());
        place(a).cmp(&place(b)).then_with(|| a.id.cmp(&b.id))
    });
    range.each().map(|date| AttendanceDay { date, people: people_of(&attendances, date) }).collect()
}

/// Who is in on a day, by name. Of the entries of a person, the first counts.
fn people_of(attendances: &[Attendance], date: NaiveDate) -> Vec<PersonIn> {
    let mut known = HashSet::new();
    let entries = attendances.iter().filter(|attendance| attendance.days.contains(date));
    let entries = entries.filter(|attendance| known.insert(&attendance.attendee));
    let mut people: Vec<PersonIn> = entries
        .map(|Attendance { name, status, kind, .. }| PersonIn { name: name.clone(), status: *status, kind: *kind })
        .collect();
    people.sort_by(|a, b| a.name.cmp(&b.name));
    people
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::attendance::Attendee;
    use crate::domain::email::Email;

    fn attendance(id: &str, name: &str, address: Option<&str>, days: &str) -> Attendance {
        let attendee = address.and_then(Email::parse).map(|email| email.key());
        Attendance {
            id: id.into(),
            kind: AttendanceKind::Manual,
            status: Status::Pending,
            name: name.to_owned(),
            attendee: attendee.map_or_else(|| Attendee::Named(name.to_owned()), Attendee::Known),
            days: days.parse().unwrap(),
            url: None,
            updated: None,
            etag: String::new().into(),
        }
    }

    fn approved(attendance: Attendance) -> Attendance {
        Attendance { status: Status::Approved, kind: AttendanceKind::Reservation, ..attendance }
    }

    fn shown(attendances: Vec<Attendance>, range: &str) -> Vec<String> {
        let days = by_day(attendances, range.parse().unwrap());
        let show = |person: &PersonIn| match person.status {
            Status::Pending => format!("({})", person.name),
            Status::Approved => person.name.clone(),
        };
        let people = |day: &AttendanceDay| day.people.iter().map(show).collect::<Vec<_>>().join(" ");
        days.iter().map(|day| format!("{} {}", day.date, people(day)).trim_end().to_owned()).collect()
    }

    #[test]
    fn every_day_is_there_also_an_empty_one() {
        let anna = attendance("a", "Anna", None, "2026-06-17/2026-06-19");
        let days = ["2026-06-16", "2026-06-17 (Anna)", "2026-06-18 (Anna)", "2026-06-19"];
        assert_eq!(shown(vec![anna.clone()], "2026-06-16/2026-06-20"), days);
        assert_eq!(shown(vec![anna], "2026-06-18/2026-06-19"), ["2026-06-18 (Anna)"]);
    }

    #[test]
    fn a_person_counts_once_a_day_and_approved_before_pending() {
        let day = "2026-06-17/2026-06-18";
        let pending = attendance("a", "Anna (home)", Some("Anna.Nova@gmail.com"), day);
        let same = approved(attendance("b", "Anna", Some("annanova@googlemail.com"), day));
        let unknown = attendance("c", "Anna", None, day);
        for entries in [[pending.clone(), same.clone(), unknown.clone()], [unknown, same, pending]] {
            assert_eq!(shown(entries.to_vec(), day), ["2026-06-17 Anna (Anna)"]);
        }
        let twice = vec![attendance("a", "Bob", None, day), attendance("b", "Bob", None, day)];
        assert_eq!(by_day(twice, day.parse().unwrap())[0].count(Status::Pending), 1);
    }
}
