//! Starts the service inside the Lambda function.
//!
//! API Gateway puts the base path of a custom domain in front of a request's path, and `lambda_http` puts the stage
//! there; either may be missing. Our routes have neither, so a request is routed by the resource that the gateway
//! chose.

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::Request;
use axum::http::Uri;
use axum::http::header::CONTENT_TYPE;
use axum::middleware::{Next, from_fn};
use axum::response::{IntoResponse as _, Response};
use lambda_http::RequestExt as _;
use lambda_http::request::RequestContext;
use moffman::config::Place;
use moffman::lambda::{self, StartError};
use moffman::telemetry;
use percent_encoding::{AsciiSet, CONTROLS, percent_decode_str, utf8_percent_encode};
use tracing::Instrument as _;

use crate::error::ApiError;
use crate::router::router;
use crate::uri;

/// How a text begins that is UTF-8 for certain.
const BYTE_ORDER_MARK: &[u8] = "\u{feff}".as_bytes();
/// The characters that never stand unencoded in a path: <https://www.rfc-editor.org/rfc/rfc3986#section-3.3>
const NOT_IN_PATH: &AsciiSet =
    &CONTROLS.add(b' ').add(b'"').add(b'#').add(b'<').add(b'>').add(b'?').add(b'[').add(b'\\').add(b']').add(b'^');
const NOT_IN_GREEDY: &AsciiSet = &NOT_IN_PATH.add(b'`').add(b'{').add(b'|').add(b'}');
const NOT_IN_SEGMENT: &AsciiSet = &NOT_IN_GREEDY.add(b'/');

/// Reads the configuration and the secrets, and makes the router. The gateway has checked the API key.
pub async fn start() -> Result<Router, StartError> {
    let (app, _) = lambda::start().await?;
    let router = router(app, Place::Aws);
    // The change must be made outside the router, because inside the route is already chosen.
    Ok(Router::new().fallback_service(router).layer(from_fn(accompany)))
}

/// Routes a request by its resource, and has all that is logged about it name the invocation.
async fn accompany(request: Request, next: Next) -> Response {
    let span = telemetry::invocation(request.lambda_context_ref().map_or("", |context| &context.request_id));
    twice_marked(next.run(by_resource(request)).instrument(span).await).await
}

/// `lambda_http` takes the byte order mark off a text, so a text that needs one gets another.
async fn twice_marked(response: Response) -> Response {
    let is_table = response.headers().get(CONTENT_TYPE).is_some_and(|value| value.as_bytes().starts_with(b"text/csv"));
    if !is_table {
        return response;
    }
    let (parts, body) = response.into_parts();
    match to_bytes(body, usize::MAX).await {
        // The length in the header stays that of the text with one.
        Ok(text) if text.starts_with(BYTE_ORDER_MARK) => {
            Response::from_parts(parts, Body::from([BYTE_ORDER_MARK, &text].concat()))
        }
        Ok(text) => Response::from_parts(parts, Body::from(text)),
        Err(_) => ApiError::Panicked.into_response(),
    }
}

fn by_resource(mut request: Request) -> Request {
    if let Some(uri) = uri_of_resource(&request) {
        *request.uri_mut() = uri;
    }
    request
}

/// The request's URI, with its path changed to that of our own route.
fn uri_of_resource(request: &Request) -> Option<Uri> {
    let RequestContext::ApiGatewayV1(context) = request.extensions().get()? else {
        return None;
    };
    let sent = request.raw_http_path();
    let resource = context.resource_path.as_deref().and_then(|resource| fill_in(resource, request));
    // The path from a gateway ends with its resource. Otherwise the path that was sent is the right one.
    let path = resource
        .filter(|resource| ends_with(sent, resource))
        .unwrap_or_else(|| uri::split(sent).map_or(sent, |(_, own)| own).to_owned());
    let query = request.uri().query().map(|query| format!("?{query}")).unwrap_or_default();
    let mut parts = request.uri().clone().into_parts();
    parts.path_and_query = Some(format!("{path}{query}").parse().ok()?);
    Uri::from_parts(parts).ok()
}

fn ends_with(path: &str, end: &str) -> bool {
    let plain = |path: &str| percent_decode_str(path.trim_end_matches('/')).decode_utf8_lossy().into_owned();
    plain(path).ends_with(&plain(end))
}

/// Fills the request's parameters into `/a/{b}/{c+}`; `None` if one is missing.
fn fill_in(resource: &str, request: &Request) -> Option<String> {
    let parameters = request.path_parameters_ref();
    let segments = resource.split('/').map(|segment| {
        let Some(name) = segment.strip_prefix('{').and_then(|rest| rest.strip_suffix('}')) else {
            return Some(segment.to_owned());
        };
        let (name, set) = match name.strip_suffix('+') {
            Some(greedy) => (greedy, NOT_IN_GREEDY),
            None => (name, NOT_IN_SEGMENT),
        };
        Some(encoded(parameters?.first(name)?, set))
    });
    segments.collect::<Option<Vec<_>>>().map(|segments| segments.join("/"))
}

/// A value encoded for a path. Its escapes stay, because API Gateway does not decode them while other gateways do.
fn encoded(value: &str, set: &'static AsciiSet) -> String {
    let mut pieces = value.split('%');
    let mut text = utf8_percent_encode(pieces.next().unwrap_or_default(), set).to_string();
    for piece in pieces {
        let is_escape = piece.as_bytes().get(..2).is_some_and(|digits| digits.iter().all(u8::is_ascii_hexdigit));
        text.push_str(if is_escape { "%" } else { "%25" });
        text.extend(utf8_percent_encode(piece, set));
    }
    text
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use axum::body::Body;
    use lambda_http::aws_lambda_events::apigw::ApiGatewayProxyRequestContext;

    use super::*;

    fn seen(resource: Option<&str>, parameters: &[(&str, &str)], raw_path: &str, uri: &str) -> String {
        let mut context = ApiGatewayProxyRequestContext::default();
        context.resource_path = resource.map(str::to_owned);
        let parameters: HashMap<_, _> =
            parameters.iter().map(|(name, value)| ((*name).to_owned(), vec![(*value).to_owned()])).collect();
        let request = Request::get(uri).extension(RequestContext::ApiGatewayV1(context)).body(Body::empty()).unwrap();
        let request = request.with_raw_http_path(raw_path);
        by_resource(request.with_path_parameters(parameters)).uri().to_string()
    }

    #[test]
    fn the_path_is_the_resources_wherever_the_api_is() {
        let health = |path: &str, uri: &str| seen(Some("/api/v1/health"), &[], path, uri);
        for (path, uri) in [
            ("/api/v1/health", "https://api.example.com/prod/api/v1/health?a=%2F"),
            ("/api/v1/health", "https://api.example.com/api/v1/health?a=%2F"),
            ("/moffman/api/v1/health", "https://api.example.com/prod/moffman/api/v1/health?a=%2F"),
            ("/prod/api/v1/health", "https://api.example.com/prod/api/v1/health?a=%2F"),
            ("/api/api/v1/health/", "https://api.example.com/api/api/v1/health/?a=%2F"),
        ] {
            assert_eq!(health(path, uri), "https://api.example.com/api/v1/health?a=%2F");
        }
        assert_eq!(health("/api/v1/health", "/prod/api/v1/health"), "/api/v1/health");
        assert_eq!(seen(Some("/"), &[], "/moffman", "/prod/moffman"), "/");
    }

    #[test]
    fn parameters_stay_what_they_are_and_where_they_are() {
        let resend = |id: &str, path: &str| {
            let sent = format!("/moffman/forms/{path}/resend");
            seen(Some("/forms/{form_id}/resend"), &[("form_id", id)], &sent, "/x")
        };
        for (sent, path) in [
            ("Y2Zj-M2_E3", "Y2Zj-M2_E3"),
            ("a%2Fb", "a%2Fb"),
            ("a/b", "a%2Fb"),
            ("a b?c#d", "a%20b%3Fc%23d"),
            ("100%", "100%25"),
            ("%zz%e", "%25zz%25e"),
            ("ž{}", "%C5%BE%7B%7D"),
            ("%C5%BE", "%C5%BE"),
            ("a+b=@:", "a+b=@:"),
        ] {
            assert_eq!(resend(sent, path), format!("/forms/{path}/resend"), "{sent}");
        }
        let greedy = [("proxy", "api/v1/he alth")];
        assert_eq!(seen(Some("/{proxy+}"), &greedy, "/moffman/api/v1/he alth", "/x"), "/api/v1/he%20alth");
    }

    #[test]
    fn without_a_resource_that_fits_the_path_is_the_one_that_was_sent() {
        for sent in ["/api/v1/health", "/moffman/api/v1/health", "/api/v1/api/v1/health"] {
            assert_eq!(seen(None, &[], sent, "/prod/api/v1/health?a=b"), "/api/v1/health?a=b");
        }
        assert_eq!(seen(Some("/api/v1/health"), &[], "/api/v1/nothing", "/prod/api/v1/nothing"), "/api/v1/nothing");
        assert_eq!(seen(Some("/forms/{form_id}"), &[], "/forms/a", "/prod/forms/a"), "/forms/a");
        let plain = Request::get("/prod/health?a=b").body(Body::empty()).unwrap();
        assert_eq!(by_resource(plain).uri(), "/prod/health?a=b");
    }
}
