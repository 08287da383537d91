//! Attendance as a table for spreadsheet programs: <https://www.rfc-editor.org/rfc/rfc4180>

use axum::http::HeaderValue;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE, LINK};
use axum::response::{IntoResponse, Response};
use csv::{Terminator, WriterBuilder};
use moffman::attendance::{AttendancePage, AttendedOffice};
use moffman::domain::reservation::Status;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

use crate::query::Parameters;

/// Spreadsheet programs take a text for UTF-8 only if it begins with this.
const BYTE_ORDER_MARK: &str = "\u{feff}";
/// A cell that begins with one of these would be run as a formula.
const BEGINS_A_FORMULA: [char; 6] = ['=', '+', '-', '@', '\t', '\r'];

/// One line for each person and day, and where the next part is.
pub(super) fn answer(page: &AttendancePage, parameters: &Parameters) -> Response {
    let (from, to) = (page.days.start(), page.days.last());
    let disposition = format!("attachment; filename=\"attendance-{from}-{to}.csv\"");
    let link = page.next.as_ref().and_then(|next| HeaderValue::from_str(&link(next, parameters)).ok());
    let headers = [(CONTENT_TYPE, "text/csv; charset=utf-8".to_owned()), (CONTENT_DISPOSITION, disposition)];
    let mut response = (headers, write(&page.offices)).into_response();
    response.headers_mut().extend(link.map(|link| (LINK, link)));
    response
}

fn write(offices: &[AttendedOffice]) -> String {
    let mut writer = WriterBuilder::new().terminator(Terminator::CRLF).from_writer(Vec::new());
    let mut line = |cells: [&str; 4]| {
        // Writing into memory never fails.
        let _ = writer.write_record(cells.map(harmless));
    };
    line(["office", "date", "name", "status"]);
    for AttendedOffice { office_id, outcome } in offices {
        let Ok(attended) = outcome else {
            line([office_id, "", "", "problem"]);
            continue;
        };
        for day in &attended.days {
            for person in &day.people {
                let status = match person.status {
                    Status::Pending => "pending",
                    Status::Approved => "approved",
                };
                line([office_id, &day.date.to_string(), &person.name, status]);
            }
        }
    }
    let text = writer.into_inner().unwrap_or_default();
    format!("{BYTE_ORDER_MARK}{}", String::from_utf8_lossy(&text))
}

/// The cell as spreadsheet programs show it and never run it.
fn harmless(cell: &str) -> String {
    if cell.starts_with(BEGINS_A_FORMULA) { format!("'{cell}") } else { cell.to_owned() }
}

/// The next part of the same table, relative to the address that was asked.
fn link(next: &str, parameters: &Parameters) -> String {
    let given = ["office_id", "from", "to"].into_iter().filter_map(|name| {
        let value = utf8_percent_encode(parameters.text(name)?, NON_ALPHANUMERIC);
        Some(format!("&{name}={value}"))
    });
    let given: String = given.collect();
    format!("<attendance?format=csv{given}&page={next}>; rel=\"next\"")
}

#[cfg(test)]
mod tests {
    use moffman::attendance::Attended;
    use moffman::domain::attendance::AttendanceKind;
    use moffman::domain::attendance_day::{AttendanceDay, PersonIn};

    use super::*;

    #[test]
    fn a_cell_is_never_a_formula_and_never_breaks_a_line() {
        let person =
            |name: &str| PersonIn { name: name.to_owned(), status: Status::Approved, kind: AttendanceKind::Manual };
        let names = ["=1+1", "+1", "-1", "@a", "\ta", "\ra", "a,b", "say \"hi\"", "a\r\nb", "Žofie"];
        let people = names.map(person).to_vec();
        let days = vec![AttendanceDay { date: "2026-06-18".parse().unwrap(), people }];
        let office = AttendedOffice { office_id: "=Brno".to_owned(), outcome: Ok(Attended { time_zone: None, days }) };
        let broken = AttendedOffice { office_id: "Praha".to_owned(), outcome: Err("no".to_owned()) };
        let cells =
            ["'=1+1", "'+1", "'-1", "'@a", "'\ta", "\"'\ra\"", "\"a,b\"", "\"say \"\"hi\"\"\"", "\"a\r\nb\"", "Žofie"];
        let lines = cells.map(|cell| format!("'=Brno,2026-06-18,{cell},approved\r\n")).concat();
        let table = write(&[office, broken]);
        assert_eq!(table, format!("\u{feff}office,date,name,status\r\n{lines}Praha,,,problem\r\n"));
    }
}
