//! Shows the approval forms of the running service, and has it settle one.

use serde_json::{Value, json};

use crate::Output;
use crate::client::{ClientError, ListQuestion, ServiceClient};
use crate::command_line::FormsCommand;

/// Carries out a command, and prints one line per form.
pub(crate) async fn carry_out(
    service: &ServiceClient,
    command: &FormsCommand,
    output: &Output,
) -> Result<(), ClientError> {
    let form = match command {
        FormsCommand::List { office_id, state } => {
            let parameters = &[("office_id", office_id.as_deref()), ("state", state.as_deref())];
            let question = ListQuestion { path: "/api/v1/forms", parameters, member: "forms" };
            return service.each(&question, |form: Value| output.line(line(&form))).await;
        }
        FormsCommand::Resend { id, again } => service.post(&path(id, "resend")?, &json!({ "again": again })).await?,
        FormsCommand::Discard { id, outcome } => {
            service.post(&path(id, "discard")?, &json!({ "outcome": outcome })).await?
        }
    };
    output.line(line(&form));
    Ok(())
}

/// Where a form is settled.
fn path(id: &str, decision: &str) -> Result<String, ClientError> {
    // Any other character is in no id, and could lead to another path.
    if id.is_empty() || !id.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_') {
        return Err(ClientError::NotAnId { id: id.to_owned(), what: "form" });
    }
    Ok(format!("/api/v1/forms/{id}/{decision}"))
}

/// One form as a line for people: its id, how far it has come, offices, days, person, mails, and what failed. As in the
/// API, the second date is the day after the last one.
fn line(form: &Value) -> String {
    let text = |name: &str| form.get(name).and_then(Value::as_str);
    let known = |name: &str| text(name).unwrap_or("-").to_owned();
    let count = |name: &str| form.get(name).and_then(Value::as_u64).filter(|count| *count > 0);
    let days = format!("{}/{}", known("start"), known("end"));
    let always = [known("id"), known("state"), offices(form), days, known("user_id")];
    let sometimes = [
        count("mails").map(|mails| format!("mails {mails}")),
        text("issued_at").map(|at| format!("issued {at}")),
        count("failures").map(|failures| format!("failures {failures} since {}", known("failing_since"))),
        text("next_try_at").map(|next| format!("next try {next}")),
    ];
    always.into_iter().chain(sometimes.into_iter().flatten()).collect::<Vec<_>>().join("  ")
}

/// The offices of a form's events, without repetitions.
fn offices(form: &Value) -> String {
    let events = form.get("events").and_then(Value::as_array).into_iter().flatten();
    let mut names: Vec<&str> = Vec::new();
    for name in events.filter_map(|event| event.get("office_id").and_then(Value::as_str)) {
        if !names.contains(&name) {
            names.push(name);
        }
    }
    if names.is_empty() { "-".to_owned() } else { names.join(", ") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_is_one_line() {
        let event = |office: Option<&str>| json!({"office_id": office, "event_id": "e1", "status": "open"});
        let mut form = json!({
            "id": "abc", "state": "in_doubt", "start": "2026-06-18", "end": "2026-06-19", "user_id": "eva@example.com",
            "failures": 2, "failing_since": "2026-06-15T08:00:00Z", "next_try_at": "2026-06-15T09:00:00Z", "mails": 1,
            "events": [event(Some("Brno")), event(None), event(Some("Prague")), event(Some("Brno"))],
        });
        assert_eq!(
            line(&form),
            "abc  in_doubt  Brno, Prague  2026-06-18/2026-06-19  eva@example.com  mails 1  \
             failures 2 since 2026-06-15T08:00:00Z  next try 2026-06-15T09:00:00Z"
        );
        (form["state"], form["issued_at"]) = (json!("issued"), json!("2026-06-15T10:00:00Z"));
        (form["failures"], form["next_try_at"]) = (json!(0), Value::Null);
        assert_eq!(
            line(&form),
            "abc  issued  Brno, Prague  2026-06-18/2026-06-19  eva@example.com  mails 1  issued 2026-06-15T10:00:00Z"
        );
        (form["state"], form["issued_at"], form["mails"]) = (json!("due"), Value::Null, json!(0));
        form["events"] = json!([event(None)]);
        assert_eq!(line(&form), "abc  due  -  2026-06-18/2026-06-19  eva@example.com");
    }
}
