//! Takes a request's body: at most 1 MiB of JSON, whatever the `Content-Type` says.
//!
//! Upstream's callers send any type, so there is no 415. What is too long is still read for a while and thrown away:
//! a connection that is closed on a sender loses the answer.

use axum::extract::{FromRequest, Request};
use http_body_util::BodyExt;
use serde_json::{Value, json};

use crate::error::ApiError;
use crate::json;
use crate::members::Members;

/// The longest body, in bytes.
const LIMIT: usize = 1024 * 1024;
/// How much is read before the connection is given up, in bytes.
const PATIENCE: usize = 16 * LIMIT;

/// A request's body in its own type.
#[derive(Debug)]
pub(crate) struct Body<T>(pub(crate) T);

/// A type that a body can be read as.
pub(crate) trait RequestContent: Sized {
    /// Whether no body, or `null`, means an object without members.
    const MAY_BE_EMPTY: bool;

    /// Reads it from the members of the body.
    fn read(members: Members<'_>) -> Result<Self, ApiError>;
}

impl<T: RequestContent, S: Send + Sync> FromRequest<S> for Body<T> {
    type Rejection = ApiError;

    async fn from_request(request: Request, _: &S) -> Result<Self, ApiError> {
        let bytes = take(request.into_body()).await?;
        let nothing = T::MAY_BE_EMPTY && json::without_byte_order_mark(&bytes).trim_ascii().is_empty();
        let body = if nothing { Value::Null } else { json::parse(&bytes)? };
        let body = if T::MAY_BE_EMPTY && body.is_null() { json!({}) } else { body };
        T::read(Members::of(&body)?).map(Self)
    }
}

async fn take(mut body: axum::body::Body) -> Result<Vec<u8>, ApiError> {
    let mut bytes = Vec::new();
    let mut length = 0;
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|_| ApiError::NotJson("the body ended early".to_owned()))?;
        let Some(data) = frame.data_ref() else {
            continue;
        };
        length += data.len();
        if length > PATIENCE {
            break;
        }
        if length <= LIMIT {
            bytes.extend_from_slice(data);
        }
    }
    if length > LIMIT { Err(ApiError::TooLarge) } else { Ok(bytes) }
}
