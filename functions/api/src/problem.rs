//! The answer to a request that failed, as RFC 9457 has it: <https://www.rfc-editor.org/rfc/rfc9457>.
//!
//! A failed handler leaves a [`ProblemDraft`] with its response. Only the outermost layer knows the id of the request,
//! so it writes the body.

use std::iter;

use axum::body::Body;
use axum::http::header::{CONTENT_LENGTH, CONTENT_TYPE};
use axum::http::{HeaderMap, HeaderValue};
use axum::response::Response;
use serde::Serialize;
use utoipa::ToSchema;

use crate::error::ProblemDraft;
use crate::mistake::{MistakePlace, RequestMistake};
use crate::uri::encoded;

/// The media type of a problem.
pub(crate) const MEDIA_TYPE: &str = "application/problem+json";

/// Why a request failed.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct Problem {
    /// What happened; stable, to be compared by programs.
    #[serde(rename = "type")]
    #[schema(examples("urn:moffman:problem:unknown-office"))]
    pub(crate) kind: String,
    /// The same for every problem of this type.
    #[schema(examples("Unknown office"))]
    pub(crate) title: String,
    /// The HTTP status code.
    #[schema(examples(422))]
    pub(crate) status: u16,
    /// What is wrong with this request.
    #[schema(examples("`office_id` names no office"))]
    pub(crate) detail: String,
    /// The offending parameter, or the path of the offending member of the body; the first one if there are several.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String, examples("office_id"))]
    pub(crate) field: Option<String>,
    /// Everything that is wrong with the content, the first 100 mistakes; only of the type `invalid-content`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) errors: Vec<ProblemError>,
    /// Mistakes that are not listed; absent if all are.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = usize, examples(4))]
    pub(crate) errors_unlisted: Option<usize>,
    /// How the reservation was ended: `rejected` or `cancelled`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String, examples("cancelled"))]
    pub(crate) ended: Option<String>,
    /// The role that it takes: `reader`, `workflow` or `operator`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(examples("operator"))]
    pub(crate) needed: Option<String>,
    /// The request's id, also in the `x-request-id` header and in the log.
    #[schema(examples("c6af9ac6-7b61-11e6-9a41-93e8deadbeef"))]
    pub(crate) request_id: String,
}

/// A mistake in a request. It has a `pointer` if it is in the body, else a `parameter`.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct ProblemError {
    /// What is wrong and what is allowed.
    #[schema(examples("must not be empty"))]
    detail: String,
    /// Where it is in the body, as the fragment of a URI: a JSON pointer. Names are cut after 100 characters.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String, examples("#/user/name"))]
    pointer: Option<String>,
    /// The parameter in the query or in the path, cut after 100 characters.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String, examples("from"))]
    parameter: Option<String>,
}

impl From<RequestMistake> for ProblemError {
    fn from(RequestMistake { place, what, .. }: RequestMistake) -> Self {
        match place {
            MistakePlace::Member(names) => Self { detail: what, pointer: Some(pointer(&names)), parameter: None },
            MistakePlace::Parameter(name) => Self { detail: what, pointer: None, parameter: Some(name) },
        }
    }
}

/// A JSON pointer as a fragment: <https://www.rfc-editor.org/rfc/rfc6901#section-6>.
fn pointer(names: &[String]) -> String {
    let names = names.iter().map(|name| name.replace('~', "~0").replace('/', "~1"));
    iter::once("#".to_owned()).chain(names.map(|name| format!("/{}", encoded(&name)))).collect()
}

/// Writes the body of the problem that the response carries, if it carries one, and logs its cause.
pub(crate) fn write(mut response: Response, request_id: &str) -> Response {
    let Some(draft) = response.extensions_mut().remove::<ProblemDraft>() else {
        return response;
    };
    log(&draft, request_id);
    let problem = Problem {
        kind: draft.kind.uri(),
        title: draft.kind.title.to_owned(),
        status: draft.kind.status.as_u16(),
        detail: draft.detail,
        field: draft.field,
        errors: draft.mistakes.listed.into_iter().map(ProblemError::from).collect(),
        errors_unlisted: Some(draft.mistakes.unlisted).filter(|unlisted| *unlisted > 0),
        ended: draft.ended.map(|how| how.to_string()),
        needed: draft.needed.map(|role| role.to_string()),
        request_id: request_id.to_owned(),
    };
    let text = serde_json::to_string(&problem).unwrap_or_else(|_| "{}".to_owned());
    let headers: &mut HeaderMap = response.headers_mut();
    headers.remove(CONTENT_LENGTH);
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(MEDIA_TYPE));
    response.map(|_| Body::from(text))
}

fn log(draft: &ProblemDraft, request_id: &str) {
    let Some(cause) = &draft.cause else {
        return;
    };
    let slug = draft.kind.slug;
    if draft.kind.is_temporary() {
        tracing::warn!(problem = slug, request.id = request_id, cause, "the request could not be carried out now");
    } else {
        tracing::error!(problem = slug, request.id = request_id, cause, "the request failed");
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use serde_json::Value;

    use super::pointer;
    use crate::error::{
        INTERNAL, NO_SUCH_ROUTE, ProblemKind, SOURCE_NOT_ALLOWED, TOO_LARGE, TOO_MANY_REQUESTS, UNAVAILABLE, WRONG_KEY,
    };

    /// What the gateway answers in our place: the status it sends, and the body.
    fn answers_of_the_gateway() -> Vec<(Option<u16>, Value)> {
        let template = include_str!("../../../template.yaml");
        let responses = template.split("      GatewayResponses:\n").nth(1).unwrap().split("\n\n").next().unwrap();
        let mut status = None;
        let mut answers = Vec::new();
        let mut lines = responses.lines().map(str::trim);
        while let Some(line) = lines.next() {
            if line.chars().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_' || c == ':') {
                status = None;
            }
            if let Some(code) = line.strip_prefix("StatusCode: ") {
                status = code.parse().ok();
            }
            if line == "application/json: >-" {
                let mut body = String::new();
                while !body.ends_with('}') {
                    body.push_str(lines.next().unwrap());
                }
                answers.push((status, serde_json::from_str(&body).unwrap()));
            }
        }
        answers
    }

    #[test]
    fn a_pointer_is_the_fragment_of_a_uri() {
        let point = |names: &[&str]| pointer(&names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>());
        assert_eq!(point(&[]), "#");
        assert_eq!(point(&["user", "name"]), "#/user/name");
        assert_eq!(point(&["a/b~c", "%25 ž"]), "#/a~1b~0c/%2525%20%C5%BE");
        assert_eq!(point(&[""]), "#/");
    }

    #[test]
    fn the_gateway_answers_with_our_problems() {
        let kinds = [NO_SUCH_ROUTE, WRONG_KEY, SOURCE_NOT_ALLOWED, TOO_LARGE, TOO_MANY_REQUESTS, UNAVAILABLE, INTERNAL];
        let mut seen = BTreeSet::new();
        for (status, answer) in answers_of_the_gateway() {
            assert_eq!(answer["request_id"], "$context.requestId", "{answer}");
            let name = answer["type"].as_str().unwrap().to_owned();
            if let Some(kind) = kinds.into_iter().find(|kind| kind.uri() == name) {
                assert_eq!(answer["title"], kind.title);
                assert_eq!(
                    (&answer["status"], status),
                    (&Value::from(kind.status.as_u16()), Some(kind.status.as_u16()))
                );
            }
            seen.insert(name);
        }
        let expected = kinds.map(ProblemKind::uri).into_iter().chain(["about:blank".to_owned()]);
        assert_eq!(seen, expected.collect());
    }
}
