//! The requests that the hubs do not make.

use http::header::{AUTHORIZATION, CONTENT_TYPE, IF_MATCH, USER_AGENT};
use http::{HeaderValue, Request};
use secrecy::{ExposeSecret as _, SecretString};
use serde_json::Value;

use crate::transport;

pub(super) fn get(url: &str, token: &SecretString) -> Result<Request<transport::RequestBody>, http::Error> {
    Request::get(url)
        .header(AUTHORIZATION, bearer(token)?)
        .header(USER_AGENT, transport::USER_AGENT)
        .body(transport::body(""))
}

pub(super) fn patch(
    url: &str,
    version: &HeaderValue,
    body: &Value,
    token: &SecretString,
) -> Result<Request<transport::RequestBody>, http::Error> {
    Request::patch(url)
        .header(IF_MATCH, version)
        .header(AUTHORIZATION, bearer(token)?)
        .header(CONTENT_TYPE, "application/json")
        .header(USER_AGENT, transport::USER_AGENT)
        .body(transport::body(body.to_string()))
}

fn bearer(token: &SecretString) -> Result<HeaderValue, http::Error> {
    let mut value = HeaderValue::from_str(&format!("Bearer {}", token.expose_secret()))?;
    value.set_sensitive(true);
    Ok(value)
}
