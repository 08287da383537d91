//! A client of the running service, for the commands that ask it something.
//!
//! Only the running process may use the state, so they go over the API. The settings of the service tell where it listens
//! and what its key is.

use std::net::IpAddr;
use std::time::Duration;

use moffman::config::{self, Settings, Sources};
use moffman::domain::role::Role;
use moffman::transport::{Transport, TransportError};
use reqwest::header::RETRY_AFTER;
use reqwest::{RequestBuilder, Response};
use secrecy::{ExposeSecret as _, SecretString};
use serde::de::DeserializeOwned;
use serde_json::Value;

/// How long to wait for an answer, because the service may take a minute.
const PATIENCE: Duration = Duration::from_secs(70);
/// How often to come back for the same page of a list.
const MOST_WAITS: u32 = 3;

/// Why the service did not do what was wanted.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ClientError {
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
    /// What was given can be no id.
    #[error("{id:?} is not the id of a {what}")]
    NotAnId {
        /// What was given.
        id: String,
        /// What it should name.
        what: &'static str,
    },
    /// The service refused.
    #[error("{detail}")]
    Refused {
        /// Why, in its own words.
        detail: String,
        /// When it may do it after all.
        retry_after: Option<Duration>,
    },
}

/// A client of the running service.
pub(crate) struct ServiceClient {
    base: String,
    key: Option<SecretString>,
    client: reqwest::Client,
}

/// What is asked of a list that comes in pages.
pub(crate) struct ListQuestion<'a> {
    /// Where the list is, such as `/api/v1/forms`.
    pub(crate) path: &'a str,
    /// The parameters; those without a value are left out.
    pub(crate) parameters: &'a [(&'a str, Option<&'a str>)],
    /// The member of the answer with the items.
    pub(crate) member: &'a str,
}

impl ServiceClient {
    /// A client of the service with these settings. Calls nobody.
    pub(crate) fn new(sources: &Sources) -> Result<Self, ClientError> {
        let settings = config::load(sources)?;
        let client = Transport::new()?.requests();
        let base = base(&settings)?;
        let operators = settings.rest_api.keys.into_iter().find(|(role, _)| *role == Role::Operator);
        Ok(Self { base, key: operators.map(|(_, key)| key), client })
    }

    /// Shows every item of a list, page by page. When the pages so far have used up what the service gives in a minute, it
    /// waits for the next ones.
    pub(crate) async fn each<T: DeserializeOwned>(
        &self,
        question: &ListQuestion<'_>,
        mut show: impl FnMut(T),
    ) -> Result<(), ClientError> {
        let given = question.parameters.iter().filter_map(|(name, value)| Some((*name, (*value)?)));
        let given: Vec<(&str, &str)> = given.collect();
        let (mut page, mut waits): (Option<String>, u32) = (None, 0);
        loop {
            let request = self.client.get(format!("{}{}", self.base, question.path)).query(&given);
            let mut answer = match self.answer(request.query(&page.as_ref().map(|page| [("page", page)]))).await {
                Err(ClientError::Refused { retry_after: Some(wait), .. }) if page.is_some() && waits < MOST_WAITS => {
                    waits += 1;
                    tokio::time::sleep(wait.min(PATIENCE)).await;
                    continue;
                }
                answer => answer?,
            };
            let items = answer.get_mut(question.member).map(Value::take).unwrap_or_default();
            serde_json::from_value::<Vec<T>>(items).map_err(|_| self.strange())?.into_iter().for_each(&mut show);
            (page, waits) = (answer.get("next").and_then(Value::as_str).map(str::to_owned), 0);
            if page.is_none() {
                return Ok(());
            }
        }
    }

    /// Has the service do something.
    pub(crate) async fn post(&self, path: &str, body: &Value) -> Result<Value, ClientError> {
        self.answer(self.client.post(format!("{}{path}", self.base)).body(body.to_string())).await
    }

    /// Has the service delete something.
    pub(crate) async fn delete(&self, path: &str, parameters: &[(&str, &str)]) -> Result<Value, ClientError> {
        self.answer(self.client.delete(format!("{}{path}", self.base)).query(parameters)).await
    }

    async fn answer(&self, request: RequestBuilder) -> Result<Value, ClientError> {
        let request = match &self.key {
            Some(key) => request.header("x-api-key", key.expose_secret()),
            None => request,
        };
        let no_answer = |_| ClientError::NoAnswer(self.base.clone());
        let response = request.timeout(PATIENCE).send().await.map_err(no_answer)?;
        let (is_success, retry_after) = (response.status().is_success(), retry_after(&response));
        let answer: Value = response.json().await.map_err(|_| self.strange())?;
        if is_success {
            return Ok(answer);
        }
        let detail = answer.get("detail").and_then(Value::as_str).ok_or_else(|| self.strange())?;
        Err(ClientError::Refused { detail: detail.to_owned(), retry_after })
    }

    fn strange(&self) -> ClientError {
        ClientError::Strange(self.base.clone())
    }
}

fn retry_after(response: &Response) -> Option<Duration> {
    let seconds = response.headers().get(RETRY_AFTER)?.to_str().ok()?.parse().ok()?;
    Some(Duration::from_secs(seconds))
}

/// Where a client on this machine reaches the service.
fn base(settings: &Settings) -> Result<String, ClientError> {
    let (addr, port) = (&settings.rest_api.addr, settings.rest_api.port);
    if port == 0 {
        return Err(ClientError::NoPort);
    }
    Ok(match addr.parse::<IpAddr>() {
        Ok(ip) => crate::service::url((ip, port).into()),
        Err(_) => format!("http://{addr}:{port}"),
    })
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use axum::Router;
    use axum::http::{StatusCode, Uri};
    use axum::routing::get;

    use super::*;

    type Answer = (StatusCode, [(&'static str, &'static str); 1], &'static str);

    const FIRST: &str = r#"{"numbers": [1, 2], "next": "more"}"#;
    const LAST: &str = r#"{"numbers": [3], "next": null}"#;
    const USED_UP: &str = r#"{"detail": "not in this minute"}"#;

    /// What a list answers whose pages after the first are refused so many times, and what was shown of it.
    async fn listed(refused: usize) -> (Vec<u32>, Option<String>) {
        let left = AtomicUsize::new(refused);
        let answer = move |uri: Uri| -> Answer {
            let text = match uri.query() {
                Some("office_id=%C5%BDi%C5%BEkov") => FIRST,
                Some("office_id=%C5%BDi%C5%BEkov&page=more") => LAST,
                _ => return (StatusCode::NOT_FOUND, [("x-none", "")], USED_UP),
            };
            let is_refused = |left: usize| (text == LAST).then(|| left.checked_sub(1)).flatten();
            if left.fetch_update(Ordering::SeqCst, Ordering::SeqCst, is_refused).is_ok() {
                return (StatusCode::SERVICE_UNAVAILABLE, [("retry-after", "0")], USED_UP);
            }
            (StatusCode::OK, [("x-none", "")], text)
        };
        let answer = std::sync::Arc::new(answer);
        let router = Router::new().route("/list", get(move |uri: Uri| std::future::ready(answer(uri))));
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        let server = tokio::spawn(async move { axum::serve(listener, router).await });
        let service = ServiceClient { base, key: None, client: Transport::new().unwrap().requests() };
        let parameters = &[("office_id", Some("Žižkov")), ("from", None)];
        let question = ListQuestion { path: "/list", parameters, member: "numbers" };
        let mut numbers = Vec::new();
        let error = service.each(&question, |number| numbers.push(number)).await.err();
        server.abort();
        (numbers, error.map(|error| error.to_string()))
    }

    #[tokio::test]
    async fn a_list_is_shown_to_its_end_also_where_it_has_to_wait() {
        assert_eq!(listed(0).await, (vec![1, 2, 3], None));
        assert_eq!(listed(3).await, (vec![1, 2, 3], None));
        assert_eq!(listed(4).await, (vec![1, 2], Some("not in this minute".to_owned())));
    }
}
