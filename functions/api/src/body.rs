//! Takes a request's body: at most 1 MiB of JSON, whatever the `Content-Type` says.
//!
//! Upstream's callers send any type, so there is no 415. The rest of a body that is too long is read for a while and
//! thrown away: a caller whose connection is closed while it sends never sees the answer.

use axum::extract::{FromRequest, Request};
use http_body_util::BodyExt;
use serde_json::Value;

use crate::error::ApiError;
use crate::member::{BodyContent, BodyMember};
use crate::mistake::RequestMistakes;

/// The longest body, in bytes.
const LIMIT: usize = 1024 * 1024;
/// How much is read before the connection is given up, in bytes.
const PATIENCE: usize = 16 * LIMIT;

/// A request's body in its own type, perhaps with mistakes.
#[derive(Debug)]
pub(crate) struct Body<T>(BodyMember<T>);

impl<T> Body<T> {
    /// What it holds. Its mistakes are added to those of the request.
    pub(crate) fn get(self, mistakes: &mut RequestMistakes) -> T {
        self.0.get("", mistakes)
    }
}

impl<T: BodyContent + Default, S: Send + Sync> FromRequest<S> for Body<T> {
    type Rejection = ApiError;

    async fn from_request(request: Request, _: &S) -> Result<Self, ApiError> {
        read(&take(request.into_body()).await?).map(Self)
    }
}

/// Reads a body. A number too large for a double counts as no JSON, which the standard leaves to us:
/// <https://www.rfc-editor.org/rfc/rfc8259#section-6>.
fn read<T: BodyContent + Default>(bytes: &[u8]) -> Result<BodyMember<T>, ApiError> {
    let text = std::str::from_utf8(bytes).map_err(|_| ApiError::NotJson("the body is not UTF-8".to_owned()))?;
    // Some programs begin a text with this mark: <https://www.rfc-editor.org/rfc/rfc8259#section-8.1>
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let text = if T::absent().is_some() && text.trim_ascii().is_empty() { "null" } else { text };
    // The whole text is checked first, so that broken JSON is called so even in members that nobody reads.
    serde_json::from_str::<Value>(text).map_err(|error| ApiError::NotJson(error.to_string()))?;
    Ok(BodyMember::read(text.trim_ascii_start()))
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

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::*;

    /// A body with the member `a` that ignores all others.
    #[derive(Debug, Default, Deserialize)]
    struct Loose {
        a: BodyMember<Option<String>>,
    }

    impl BodyContent for Loose {}

    fn held(text: &[u8]) -> Result<Option<String>, String> {
        let mut mistakes = RequestMistakes::default();
        let loose = read::<Loose>(text).map_err(|error| format!("400 {error}"))?.get("", &mut mistakes);
        let a = loose.a.get("a", &mut mistakes);
        mistakes.none().map(|()| a).map_err(|mistakes| format!("422 {mistakes}"))
    }

    fn refused(text: &[u8]) -> String {
        held(text).unwrap_err()
    }

    #[test]
    fn a_byte_order_mark_is_taken_off() {
        assert_eq!(held("\u{feff} {\"a\": \"\u{feff}\"}".as_bytes()), Ok(Some("\u{feff}".to_owned())));
        let nothing = read::<Option<Loose>>("\u{feff} ".as_bytes()).unwrap();
        assert!(nothing.get("", &mut RequestMistakes::default()).is_none());
        assert!(refused(b"\xef\xbb{}").starts_with("400 "), "half a mark is none");
    }

    #[test]
    fn what_is_not_json_is_400() {
        let deep = "[".repeat(100_000);
        let closed = format!("{{\"b\":{}{}}}", "[".repeat(1_000), "]".repeat(1_000));
        for text in [
            "",
            " ",
            "{",
            "{}x",
            "{}{}",
            "'a'",
            "{\"a\":\"\\ud800\"}",
            "{\"b\":\"\\udc00\"}",
            "\u{feff}",
            "\u{feff}\u{feff}{}",
            " \u{feff}{}",
            "{}\u{feff}",
            "\u{c}{}",
            "NaN",
            "[1e999]",
            "{\"b\":[1e999]}",
            "{\"a\":5, ",
            "{\"a\":1,\"a\":2",
        ] {
            assert!(refused(text.as_bytes()).starts_with("400 "), "{text:?}");
        }
        for text in [deep.as_bytes(), closed.as_bytes(), b"{\"a\":\"\xff\"}", b"{\"a\":\"\t\"}"] {
            assert!(refused(text).starts_with("400 "));
        }
    }

    #[test]
    fn a_body_that_is_no_object_is_422() {
        assert_eq!(refused(b"[]"), "422 the body must be an object, not a list");
        assert_eq!(refused(b" 1"), "422 the body must be an object, not a number");
        assert_eq!(refused(b"null"), "422 the body must be an object, but is missing or null");
    }

    #[test]
    fn a_name_given_twice_is_422_where_it_is_read() {
        assert_eq!(refused(br#"{"a":"1","\u0061":null}"#), "422 `a` is given more than once");
        assert_eq!(held(br#"{"b":{"x":1},"b":{"x":1,"x":2}}"#), Ok(None));
    }
}
