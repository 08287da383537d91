//! Starts the service inside the Lambda function.
//!
//! `lambda_http` puts a REST API's stage in front of the path unless `AWS_LAMBDA_HTTP_IGNORE_STAGE_IN_PATH` is set. Our
//! routes have none, so what it put there is taken off.

use axum::Router;
use axum::extract::Request;
use axum::http::Uri;
use axum::middleware::map_request;
use lambda_http::RequestExt as _;
use lambda_http::request::RequestContext;
use moffman::app::{Moffman, StartError};

use crate::{RequestBudget, router};

/// Reads the configuration and the secrets, and makes the router. The gateway has checked the API key.
pub async fn start() -> Result<Router, StartError> {
    let (app, _) = Moffman::on_lambda().await?;
    let router = router(app, RequestBudget::on_aws(), None);
    // Around the router: inside it the route is chosen already.
    Ok(Router::new().fallback_service(router).layer(map_request(async |request| without_stage(request))))
}

fn without_stage(mut request: Request) -> Request {
    if let Some(uri) = bare_uri(&request) {
        *request.uri_mut() = uri;
    }
    request
}

/// The request's URI without the stage, if `lambda_http` has put it there.
fn bare_uri(request: &Request) -> Option<Uri> {
    let RequestContext::ApiGatewayV1(context) = request.extensions().get()? else {
        return None;
    };
    let prefix = format!("/{}", context.stage.as_deref()?);
    let starts = |path: &str| path.strip_prefix(&prefix).is_some_and(|rest| rest.starts_with('/'));
    if starts(request.raw_http_path()) {
        // The caller's own path begins so; nothing was put in front of it.
        return None;
    }
    let path = request.uri().path_and_query()?.as_str();
    let bare = path.strip_prefix(&prefix).filter(|_| starts(path))?;
    let mut parts = request.uri().clone().into_parts();
    parts.path_and_query = Some(bare.parse().ok()?);
    Uri::from_parts(parts).ok()
}

#[cfg(test)]
mod tests {
    use axum::body::Body;
    use lambda_http::aws_lambda_events::apigw::ApiGatewayProxyRequestContext;

    use super::*;

    fn seen(stage: Option<&str>, raw_path: &str, uri: &str) -> String {
        let mut context = ApiGatewayProxyRequestContext::default();
        context.stage = stage.map(str::to_owned);
        let request = Request::get(uri).extension(RequestContext::ApiGatewayV1(context)).body(Body::empty()).unwrap();
        without_stage(request.with_raw_http_path(raw_path)).uri().to_string()
    }

    #[test]
    fn a_stage_that_was_put_in_front_is_taken_off() {
        let uri = "https://api.example.com/prod/api/v1/health?a=%2F";
        assert_eq!(seen(Some("prod"), "/api/v1/health", uri), "https://api.example.com/api/v1/health?a=%2F");
        assert_eq!(seen(Some("prod"), "/api/v1/health", "/prod/api/v1/health"), "/api/v1/health");
        assert_eq!(seen(Some("prod"), "/", "/prod/"), "/");
    }

    #[test]
    fn any_other_path_is_left_alone() {
        for (stage, path) in [
            (Some("prod"), "/api/v1/health?a=b"),
            (Some("api"), "/api/v1/health"),
            (Some("prod"), "/production/health"),
            (Some("prod"), "/prod"),
            (None, "/prod/api/v1/health"),
        ] {
            assert_eq!(seen(stage, path, path), path);
        }
        assert_eq!(without_stage(Request::new(Body::empty())).uri(), "/");
    }
}
