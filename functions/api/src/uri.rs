//! Addresses, and parts of them.

use axum::extract::Request;
use axum::http::HeaderName;
use axum::http::header::HOST;
use axum::http::uri::Authority;
use lambda_http::request::RequestContext;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, PercentEncode, utf8_percent_encode};
use url::Url;

/// The beginning of all our paths.
const ROOT: &str = "/api/v1/";
/// What whoever ended the encryption in front of us says about it.
const PROTOCOL: HeaderName = HeaderName::from_static("x-forwarded-proto");
/// The characters that only separate parts: <https://www.rfc-editor.org/rfc/rfc3986#section-2.3>
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// A text as a value in a query, as a part of a path, or as a name in a fragment.
pub(crate) fn encoded(text: &str) -> PercentEncode<'_> {
    utf8_percent_encode(text, RESERVED)
}

/// What stands before our own part of a path, such as a stage, and our own part.
pub(crate) fn split(path: &str) -> Option<(&str, &str)> {
    path.split_at_checked(path.rfind(ROOT)?)
}

/// The address that the caller used, up to our own part of its path. Relative where the caller names no host that can stand
/// in an address.
pub(crate) fn asked_at(request: &Request) -> String {
    let header = |name| request.headers().get(name)?.to_str().ok();
    let host = header(HOST).or(request.uri().authority().map(Authority::as_str));
    let host = host.filter(|host| is_of_addresses(host));
    let is_encrypted = header(PROTOCOL).is_some_and(|protocols| protocols.trim_start().starts_with("https"));
    let before = match request.extensions().get() {
        Some(RequestContext::ApiGatewayV1(context)) => context.path.as_deref().and_then(split),
        _ => None,
    };
    let before = before.map_or("", |(before, _)| before);
    match host {
        Some(host) => format!("{}://{host}{before}", if is_encrypted { "https" } else { "http" }),
        None => format!("{before}/"),
    }
}

/// Whether it is a host, perhaps with a port. An [`Authority`] may have any number for a port, a [`Url`] more than a host.
fn is_of_addresses(host: &str) -> bool {
    !host.contains('@') && host.parse::<Authority>().is_ok() && Url::parse(&format!("http://{host}")).is_ok()
}

#[cfg(test)]
mod tests {
    use axum::body::Body;
    use axum::http::request::Builder;
    use lambda_http::aws_lambda_events::apigw::ApiGatewayProxyRequestContext;

    use super::*;

    fn asked(request: Builder) -> String {
        asked_at(&request.body(Body::empty()).unwrap())
    }

    fn at_gateway(host: &str, path: &str) -> String {
        let mut context = ApiGatewayProxyRequestContext::default();
        context.path = Some(path.to_owned());
        let request = Request::get("/api/v1/openapi.json").extension(RequestContext::ApiGatewayV1(context));
        asked(request.header("host", host).header("x-forwarded-proto", "https"))
    }

    #[test]
    fn the_address_is_the_callers() {
        let request = || Request::get("/api/v1/openapi.json");
        assert_eq!(asked(request().header("host", "127.0.0.1:8080")), "http://127.0.0.1:8080");
        assert_eq!(asked(request().header("host", "[::1]:8080")), "http://[::1]:8080");
        let behind_a_proxy = request().header("host", "moffman.example.com").header("x-forwarded-proto", "https,http");
        assert_eq!(asked(behind_a_proxy), "https://moffman.example.com");
        assert_eq!(asked(Request::get("http://localhost/api/v1/openapi.json")), "http://localhost");
        for wrong in
            ["", "a b", "eve@example.com", "a/b", "\"><script>", "x:99999", "x:-1", "x:y", ":80", "[::1]:65536", "[x]"]
        {
            assert_eq!(asked(request().header("host", wrong)), "/", "{wrong}");
        }
    }

    #[test]
    fn a_stage_or_a_base_path_belongs_to_it() {
        let host = "abc123def4.execute-api.eu-central-1.amazonaws.com";
        assert_eq!(at_gateway(host, "/prod/api/v1/openapi.json"), format!("https://{host}/prod"));
        assert_eq!(at_gateway("example.com", "/moffman/api/v1/openapi.json"), "https://example.com/moffman");
        assert_eq!(at_gateway("example.com", "/api/v1/openapi.json"), "https://example.com");
    }
}
