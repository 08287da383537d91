//! Asks for the API key where no gateway does: on the local server.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use secrecy::{ExposeSecret, SecretString};

use crate::error::ApiError;

/// The header that carries the key, as at API Gateway.
pub(crate) const API_KEY: &str = "x-api-key";

/// Lets a request pass that has the key, or any request when there is no key.
pub(crate) async fn check(State(key): State<Option<Arc<SecretString>>>, request: Request, next: Next) -> Response {
    let given = request.headers().get(API_KEY).map_or(&[][..], |value| value.as_bytes());
    match key {
        Some(key) if !same(key.expose_secret().as_bytes(), given) => ApiError::WrongKey.into_response(),
        _ => next.run(request).await,
    }
}

/// Compares in a time that depends on the lengths only.
fn same(key: &[u8], given: &[u8]) -> bool {
    let difference = key.iter().zip(given).fold(0, |difference, (a, b)| difference | (a ^ b));
    key.len() == given.len() && difference == 0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_whole_key_is_the_key() {
        assert!(same(b"abc", b"abc"));
        for given in [&b""[..], b"ab", b"abd", b"abcd", b"ABC"] {
            assert!(!same(b"abc", given));
        }
    }
}
