//! The events with which functions are invoked.

use moffman_testbed::Trouble;
use serde_json::{Value, json};

const POST: &str = include_str!("../../events/api-reservation.json");

/// The name of an office.
pub(crate) fn office(number: usize) -> String {
    format!("office-{number}")
}

/// The body of a request for one day. Requests with different numbers are different reservations.
pub(crate) fn reservation(number: usize, offices: usize, approved: bool) -> Value {
    json!({
        "user": {"name": format!("Person {number}"), "email": format!("person-{number}@example.com")},
        "approved": approved,
        "start": "2026-06-18",
        "end": "2026-06-19",
        "request_dt": "2026-06-15T10:00:00",
        "office_id": office(number % offices),
    })
}

/// The event that API Gateway makes of a request for a reservation.
pub(crate) fn post(body: &Value) -> Result<Value, Trouble> {
    let mut event: Value = serde_json::from_str(POST)?;
    event["body"] = json!(body.to_string());
    Ok(event)
}

/// A sweep of everything.
pub(crate) fn sweep() -> Value {
    json!({"task": "sweep"})
}

/// A sweep of the first office.
pub(crate) fn sweep_one() -> Value {
    json!({"task": "sweep", "office_id": office(0)})
}
