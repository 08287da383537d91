//! Prints who is in which office, as a table for people.

use chrono::NaiveDate;
use serde::Deserialize;

use crate::Output;
use crate::client::{ClientError, ListQuestion, ServiceClient};
use crate::command_line::WhoCommand;
use crate::output::on_one_line;

/// An office in the service's answer.
#[derive(Deserialize)]
struct AttendanceTable {
    office_id: String,
    time_zone: Option<String>,
    #[serde(default)]
    days: Vec<DayRow>,
    /// Why its calendar cannot be read.
    problem: Option<String>,
}

/// A day in an office.
#[derive(Deserialize)]
struct DayRow {
    date: NaiveDate,
    approved: usize,
    pending: usize,
    people: Vec<PersonEntry>,
}

/// A person who is in.
#[derive(Deserialize)]
struct PersonEntry {
    name: String,
    status: String,
}

/// Prints a table for each office, with an empty line between them.
pub(crate) async fn show(service: &ServiceClient, command: &WhoCommand, output: &Output) -> Result<(), ClientError> {
    let WhoCommand { office_id, from, to } = command;
    let parameters = &[("office_id", office_id.as_deref()), ("from", from.as_deref()), ("to", to.as_deref())];
    let question = ListQuestion { path: "/api/v1/attendance", parameters, member: "offices" };
    let mut is_first = true;
    let show = |office: AttendanceTable| {
        let gap = if is_first { "" } else { "\n" };
        output.line(format_args!("{gap}{}", table(&office)));
        is_first = false;
    };
    service.each(&question, show).await?;
    if is_first {
        output.line("There are no offices.");
    }
    Ok(())
}

/// A heading with the office, and a line for each day.
fn table(office: &AttendanceTable) -> String {
    let name = on_one_line(&office.office_id);
    if let Some(problem) = &office.problem {
        return format!("{name}\n  cannot be read: {}", on_one_line(problem));
    }
    let zone = office.time_zone.as_ref().map(|zone| format!(" ({})", on_one_line(zone)));
    let numbers: Vec<String> = office.days.iter().map(numbers).collect();
    let width = numbers.iter().map(String::len).max().unwrap_or_default();
    let rows = office.days.iter().zip(numbers);
    let rows =
        rows.map(|(day, numbers)| format!("\n  {}  {numbers:<width$}  {}", day.date.format("%a %F"), names(day)));
    format!("{name}{}{}", zone.unwrap_or_default(), rows.collect::<String>())
}

/// How many people are in, and how many more would like to.
fn numbers(day: &DayRow) -> String {
    let DayRow { approved, pending, .. } = day;
    if *pending == 0 { approved.to_string() } else { format!("{approved} + {pending}") }
}

fn names(day: &DayRow) -> String {
    let name = |person: &PersonEntry| {
        let name = if person.name.is_empty() { "without a name".to_owned() } else { on_one_line(&person.name) };
        if person.status == "approved" { name } else { format!("{name} ({})", person.status) }
    };
    if day.people.is_empty() { "nobody".to_owned() } else { day.people.iter().map(name).collect::<Vec<_>>().join(", ") }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn shown(office: Value) -> String {
        table(&serde_json::from_value(office).unwrap())
    }

    fn day(date: &str, people: &[(&str, &str)]) -> Value {
        let count = |wanted: &str| people.iter().filter(|(_, status)| *status == wanted).count();
        let entry = |(name, status): &(&str, &str)| json!({"name": name, "status": status, "kind": "manual"});
        let entries: Vec<Value> = people.iter().map(entry).collect();
        json!({"date": date, "approved": count("approved"), "pending": count("pending"), "people": entries})
    }

    #[test]
    fn an_office_is_a_table_with_every_day() {
        let days = [
            day("2026-06-15", &[("Anna", "approved"), ("Žofie Dlouhá", "pending"), ("Bob", "approved")]),
            day("2026-06-16", &[]),
            day("2026-06-17", &[("", "pending")]),
            day("2026-06-18", &[("\u{1b}[2J\nEva", "approved")]),
        ];
        assert_eq!(
            shown(json!({"office_id": "Brno", "time_zone": "Europe/Prague", "days": days})),
            "Brno (Europe/Prague)\n\
             \x20 Mon 2026-06-15  2 + 1  Anna, Žofie Dlouhá (pending), Bob\n\
             \x20 Tue 2026-06-16  0      nobody\n\
             \x20 Wed 2026-06-17  0 + 1  without a name (pending)\n\
             \x20 Thu 2026-06-18  1       [2J Eva"
        );
        let quiet = json!({"office_id": "Brno", "days": [day("2026-06-20", &[])]});
        assert_eq!(shown(quiet), "Brno\n  Sat 2026-06-20  0  nobody");
    }

    #[test]
    fn an_office_that_cannot_be_read_says_why() {
        let broken = json!({"office_id": "Brno", "problem": "its calendar is not shared with us@example.com"});
        assert_eq!(shown(broken), "Brno\n  cannot be read: its calendar is not shared with us@example.com");
    }
}
