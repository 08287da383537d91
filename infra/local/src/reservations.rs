//! Shows the reservations of the running service, and has it decide about one.

use serde_json::{Value, json};

use crate::Output;
use crate::client::{ClientError, ListQuestion, ServiceClient};
use crate::command_line::{ReservationChoice, ReservationsCommand};
use crate::output::on_one_line;

/// Carries out a command, and prints one line per reservation.
pub(crate) async fn carry_out(
    service: &ServiceClient,
    command: &ReservationsCommand,
    output: &Output,
) -> Result<(), ClientError> {
    let (id, office_id, choice) = match command {
        ReservationsCommand::List { office_id, from, to, status } => {
            let parameters = &[
                ("office_id", Some(office_id.as_str())),
                ("from", from.as_deref()),
                ("to", to.as_deref()),
                ("status", status.as_deref()),
            ];
            let question = ListQuestion { path: "/api/v1/reservations", parameters, member: "reservations" };
            return service.each(&question, |one: Value| output.line(line(&one))).await;
        }
        ReservationsCommand::Decide { id, office_id, choice } => (id, office_id, choice),
    };
    let path = path(id)?;
    let decided = match choice {
        ReservationChoice::Approve => {
            service.post(&format!("{path}/approve"), &json!({ "office_id": office_id })).await?
        }
        ReservationChoice::Reject { reason } => {
            service.post(&format!("{path}/reject"), &json!({ "office_id": office_id, "reason": reason })).await?
        }
        ReservationChoice::Cancel => service.delete(&path, &[("office_id", office_id.as_str())]).await?,
    };
    output.line(line(&decided));
    Ok(())
}

/// Where a reservation is.
fn path(id: &str) -> Result<String, ClientError> {
    // Any other character is in no id, and could lead to another path.
    if id.is_empty() || !id.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_') {
        return Err(ClientError::NotAnId { id: id.to_owned(), what: "reservation" });
    }
    Ok(format!("/api/v1/reservations/{id}"))
}

/// One reservation as a line for people: its id, what it is, its days, and the name or the reason. As in the API, the second
/// date is the day after the last one.
fn line(reservation: &Value) -> String {
    let text = |name: &str| reservation.get(name).and_then(Value::as_str);
    let known = |name: &str| text(name).unwrap_or("-").to_owned();
    let days = format!("{}/{}", known("start"), known("end"));
    let words = text("name").or_else(|| text("reason")).map(on_one_line);
    [known("id"), known("status"), days].into_iter().chain(words).collect::<Vec<_>>().join("  ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reservation_is_one_line() {
        let mut one = json!({
            "id": "abc", "status": "pending", "start": "2026-06-18", "end": "2026-06-19", "name": "Eva\nExample",
        });
        assert_eq!(line(&one), "abc  pending  2026-06-18/2026-06-19  Eva Example");
        (one["status"], one["name"]) = (json!("cancelled"), Value::Null);
        assert_eq!(line(&one), "abc  cancelled  2026-06-18/2026-06-19");
        (one["status"], one["reason"]) = (json!("rejected"), json!("no room"));
        assert_eq!(line(&one), "abc  rejected  2026-06-18/2026-06-19  no room");
    }
}
