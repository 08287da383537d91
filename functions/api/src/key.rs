//! Asks for the API key where no gateway does: on the local server.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use secrecy::{ExposeSecret, SecretString};
use subtle::ConstantTimeEq as _;

use crate::error::ApiError;

/// The header that carries the key, the same as at API Gateway.
pub(crate) const API_KEY: &str = "x-api-key";

/// Lets only requests with the key pass, or all requests if there is no key.
pub(crate) async fn check(State(key): State<Option<Arc<SecretString>>>, request: Request, next: Next) -> Response {
    let given = request.headers().get(API_KEY).map_or(&[][..], |value| value.as_bytes());
    match key {
        Some(key) if !bool::from(key.expose_secret().as_bytes().ct_eq(given)) => ApiError::WrongKey.into_response(),
        _ => next.run(request).await,
    }
}
