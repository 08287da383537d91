//! Asks the running service about its approval forms, and has it settle one.
//!
//! The state belongs to the running process alone, so this goes over the API, with the settings of the service: they say
//! where it listens and what its key is.

use std::net::IpAddr;
use std::time::Duration;

use moffman::config::{self, Settings, Sources};
use reqwest::redirect::Policy;
use secrecy::ExposeSecret as _;
use serde_json::Value;

use crate::Output;
use crate::command_line::FormsCommand;

/// How long to wait for an answer: the service takes a minute at most.
const PATIENCE: Duration = Duration::from_secs(70);

/// Why the service did not do what was wanted.
#[derive(Debug, thiserror::Error)]
pub(crate) enum FormsError {
    /// The configuration has mistakes; the message names them all.
    #[error(transparent)]
    Configuration(#[from] config::ConfigErrors),
    /// No client can be made.
    #[error("the HTTP client cannot be set up: {0}")]
    Client(#[from] reqwest::Error),
    /// Any port may be the service's.
    #[error("rest_api.port is 0: name the port that the running service printed")]
    NoPort,
    /// Nobody answers.
    #[error("no answer from {0}: is the service running, and are these its settings?")]
    NoAnswer(String),
    /// Somebody answered, but not like the service.
    #[error("{0} answered something that is none of this service's answers")]
    Strange(String),
    /// The service refused.
    #[error("{0}")]
    Refused(String),
}

/// Carries out a command, and prints one line per form.
pub(crate) async fn carry_out(sources: &Sources, command: &FormsCommand, output: &Output) -> Result<(), FormsError> {
    let settings = config::load(sources)?;
    // The service is on this machine, where no proxy would find it, and sends nobody elsewhere.
    let client = reqwest::Client::builder().no_proxy().redirect(Policy::none()).timeout(PATIENCE).build()?;
    let service = Service { base: base(&settings)?, settings, client };
    match command {
        FormsCommand::List { office_id, state } => service.list(office_id.as_deref(), state.as_deref(), output).await,
        FormsCommand::Resend(id) => service.settle(id, "resend", output).await,
        FormsCommand::Discard(id) => service.settle(id, "discard", output).await,
    }
}

/// The running service.
struct Service {
    base: String,
    settings: Settings,
    client: reqwest::Client,
}

impl Service {
    async fn list(&self, office_id: Option<&str>, state: Option<&str>, output: &Output) -> Result<(), FormsError> {
        let mut page: Option<String> = None;
        loop {
            let given = [("office_id", office_id), ("state", state), ("page", page.as_deref())];
            let given: Vec<(&str, &str)> = given.into_iter().filter_map(|(name, value)| Some((name, value?))).collect();
            let request = self.client.get(format!("{}/api/v1/forms", self.base)).query(&given);
            let answer = self.answer(request).await?;
            let forms = answer.get("forms").and_then(Value::as_array);
            for form in forms.ok_or_else(|| FormsError::Strange(self.base.clone()))? {
                output.line(line(form));
            }
            page = answer.get("next").and_then(Value::as_str).map(str::to_owned);
            if page.is_none() {
                return Ok(());
            }
        }
    }

    async fn settle(&self, id: &str, decision: &str, output: &Output) -> Result<(), FormsError> {
        // What has other characters is no id, and would name another path.
        if id.is_empty() || !id.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_') {
            return Err(FormsError::Refused(format!("{id:?} is not the id of a form")));
        }
        let request = self.client.post(format!("{}/api/v1/forms/{id}/{decision}", self.base));
        output.line(line(&self.answer(request).await?));
        Ok(())
    }

    async fn answer(&self, request: reqwest::RequestBuilder) -> Result<Value, FormsError> {
        let request = match &self.settings.rest_api.api_key {
            Some(key) => request.header("x-api-key", key.expose_secret()),
            None => request,
        };
        let no_answer = |_| FormsError::NoAnswer(self.base.clone());
        let response = request.send().await.map_err(no_answer)?;
        let is_success = response.status().is_success();
        let answer: Value = response.json().await.map_err(|_| FormsError::Strange(self.base.clone()))?;
        if is_success {
            return Ok(answer);
        }
        let detail = answer.get("detail").and_then(Value::as_str);
        Err(detail
            .map_or_else(|| FormsError::Strange(self.base.clone()), |detail| FormsError::Refused(detail.to_owned())))
    }
}

/// Where a client on this machine reaches the service.
fn base(settings: &Settings) -> Result<String, FormsError> {
    let (addr, port) = (&settings.rest_api.addr, settings.rest_api.port);
    if port == 0 {
        return Err(FormsError::NoPort);
    }
    Ok(match addr.parse::<IpAddr>() {
        Ok(ip) => crate::service::url((ip, port).into()),
        Err(_) => format!("http://{addr}:{port}"),
    })
}

/// A form for people: its id, how far it has come, office, days, person, and what failed. The last day is the day after.
fn line(form: &Value) -> String {
    let text = |name: &str| form.get(name).and_then(Value::as_str);
    let known = |name: &str| text(name).unwrap_or("-");
    let days = format!("{}/{}", known("start"), known("end"));
    let mut words = vec![known("id").to_owned(), known("state").to_owned(), known("office_id").to_owned(), days];
    words.push(known("user_id").to_owned());
    let failures = form.get("failures").and_then(Value::as_u64).unwrap_or(0);
    if failures > 0 {
        words.push(format!("failures {failures} since {}", known("failing_since")));
    }
    if let Some(next) = text("next_try_at") {
        words.push(format!("next try {next}"));
    }
    words.join("  ")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_form_is_one_line() {
        let mut form = json!({
            "id": "abc", "office_id": "Brno", "state": "open", "start": "2026-06-18", "end": "2026-06-19",
            "user_id": "eva@example.com", "failures": 2, "failing_since": "2026-06-15T08:00:00Z",
            "next_try_at": "2026-06-15T09:00:00Z",
        });
        assert_eq!(
            line(&form),
            "abc  open  Brno  2026-06-18/2026-06-19  eva@example.com  failures 2 since 2026-06-15T08:00:00Z  \
             next try 2026-06-15T09:00:00Z"
        );
        form["failures"] = json!(0);
        form["user_id"] = Value::Null;
        form["next_try_at"] = Value::Null;
        assert_eq!(line(&form), "abc  open  Brno  2026-06-18/2026-06-19  -");
    }
}
