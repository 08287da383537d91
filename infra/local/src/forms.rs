//! Asks the running service about its approval forms, and has it settle one.
//!
//! Only the running process may use the state, so this goes over the API. The settings of the service tell where it
//! listens and what its key is.

use std::net::IpAddr;
use std::time::Duration;

use moffman::config::{self, Settings, Sources};
use moffman::transport::{Transport, TransportError};
use secrecy::ExposeSecret as _;
use serde_json::{Value, json};

use crate::Output;
use crate::command_line::FormsCommand;

/// How long to wait for an answer, because the service may take a minute.
const PATIENCE: Duration = Duration::from_secs(70);

/// Why the service did not do what was wanted.
#[derive(Debug, thiserror::Error)]
pub(crate) enum FormsCommandError {
    /// The configuration has mistakes; the message names them all.
    #[error(transparent)]
    Configuration(#[from] config::ConfigErrors),
    /// No client can be made.
    #[error(transparent)]
    Client(#[from] TransportError),
    /// The configuration leaves the port to the system.
    #[error("rest_api.port is 0: name the port that the running service printed")]
    NoPort,
    /// Nobody answers.
    #[error("no answer from {0}: is the service running, and are these its settings?")]
    NoAnswer(String),
    /// Something other than this service has answered.
    #[error("{0} answered something that is none of this service's answers")]
    Strange(String),
    /// The service refused.
    #[error("{0}")]
    Refused(String),
}

/// Carries out a command, and prints one line per form.
pub(crate) async fn carry_out(
    sources: &Sources,
    command: &FormsCommand,
    output: &Output,
) -> Result<(), FormsCommandError> {
    let settings = config::load(sources)?;
    let client = Transport::new()?.requests();
    let service = ServiceClient { base: base(&settings)?, settings, client, output };
    match command {
        FormsCommand::List { office_id, state } => service.list(office_id.as_deref(), state.as_deref()).await,
        FormsCommand::Resend { id, again } => service.settle(id, "resend", json!({ "again": again })).await,
        FormsCommand::Discard { id, outcome } => service.settle(id, "discard", json!({ "outcome": outcome })).await,
    }
}

/// A client of the running service, which prints the forms in the answers.
struct ServiceClient<'a> {
    base: String,
    settings: Settings,
    client: reqwest::Client,
    output: &'a Output,
}

impl ServiceClient<'_> {
    async fn list(&self, office_id: Option<&str>, state: Option<&str>) -> Result<(), FormsCommandError> {
        let mut page: Option<String> = None;
        loop {
            let given = [("office_id", office_id), ("state", state), ("page", page.as_deref())];
            let given: Vec<(&str, &str)> = given.into_iter().filter_map(|(name, value)| Some((name, value?))).collect();
            let request = self.client.get(format!("{}/api/v1/forms", self.base)).query(&given);
            let answer = self.answer(request).await?;
            let forms = answer.get("forms").and_then(Value::as_array);
            for form in forms.ok_or_else(|| FormsCommandError::Strange(self.base.clone()))? {
                self.output.line(line(form));
            }
            page = answer.get("next").and_then(Value::as_str).map(str::to_owned);
            if page.is_none() {
                return Ok(());
            }
        }
    }

    async fn settle(&self, id: &str, decision: &str, how: Value) -> Result<(), FormsCommandError> {
        // Any other character is in no id, and could lead to another path.
        if id.is_empty() || !id.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_') {
            return Err(FormsCommandError::Refused(format!("{id:?} is not the id of a form")));
        }
        let request = self.client.post(format!("{}/api/v1/forms/{id}/{decision}", self.base)).body(how.to_string());
        self.output.line(line(&self.answer(request).await?));
        Ok(())
    }

    async fn answer(&self, request: reqwest::RequestBuilder) -> Result<Value, FormsCommandError> {
        let request = match &self.settings.rest_api.api_key {
            Some(key) => request.header("x-api-key", key.expose_secret()),
            None => request,
        };
        let no_answer = |_| FormsCommandError::NoAnswer(self.base.clone());
        let strange = || FormsCommandError::Strange(self.base.clone());
        let response = request.timeout(PATIENCE).send().await.map_err(no_answer)?;
        let is_success = response.status().is_success();
        let answer: Value = response.json().await.map_err(|_| strange())?;
        if is_success {
            return Ok(answer);
        }
        let detail = answer.get("detail").and_then(Value::as_str).ok_or_else(strange)?;
        Err(FormsCommandError::Refused(detail.to_owned()))
    }
}

/// Where a client on this machine reaches the service.
fn base(settings: &Settings) -> Result<String, FormsCommandError> {
    let (addr, port) = (&settings.rest_api.addr, settings.rest_api.port);
    if port == 0 {
        return Err(FormsCommandError::NoPort);
    }
    Ok(match addr.parse::<IpAddr>() {
        Ok(ip) => crate::service::url((ip, port).into()),
        Err(_) => format!("http://{addr}:{port}"),
    })
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
