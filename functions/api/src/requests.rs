//! Around every request: its id, its problem body, what every answer says, and its line in the log.

use std::sync::Arc;

use axum::extract::{MatchedPath, Request, State};
use axum::http::header::CACHE_CONTROL;
use axum::http::{Extensions, HeaderValue};
use axum::middleware::Next;
use axum::response::Response;
use lambda_http::request::RequestContext;

use crate::api::ApiState;
use crate::change::NotedChange;
use crate::key::Caller;
use crate::problem;

/// The header that carries the request's id.
pub(crate) const REQUEST_ID: &str = "x-request-id";

/// Gives the request an id, writes its problem if it has one, and logs one line about it. Nobody is to keep an answer
/// that does not say so: calendars change at any time.
pub(crate) async fn account(State(api): State<Arc<ApiState>>, request: Request, next: Next) -> Response {
    let started = api.app.clock.moment();
    let id = gateway_id(request.extensions()).unwrap_or_else(|| api.app.randomness.id());
    let method = request.method().clone();
    let route = request.extensions().get::<MatchedPath>().cloned();

    let mut response = problem::write(next.run(request).await, &id);
    response.headers_mut().entry(CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    if let Ok(value) = HeaderValue::from_str(&id) {
        response.headers_mut().insert(REQUEST_ID, value);
    }
    let (caller, change) = (response.extensions().get::<Caller>(), response.extensions().get::<NotedChange>());
    tracing::info!(
        method = method.as_str(),
        route = route.as_ref().map_or("none", MatchedPath::as_str),
        status = response.status().as_u16(),
        duration_ms = i64::try_from(api.app.clock.moment().since(started).as_millis()).unwrap_or(i64::MAX),
        request.id = id,
        caller = caller.and_then(|caller| caller.name.as_deref()),
        change = change.map(|change| change.what),
        office.digest = change.and_then(|change| change.office.as_deref()),
        id = change.and_then(|change| change.id.as_deref()),
        "request"
    );
    response
}

fn gateway_id(extensions: &Extensions) -> Option<String> {
    match extensions.get::<RequestContext>()? {
        RequestContext::ApiGatewayV1(context) => context.request_id.clone(),
        _ => None,
    }
}
