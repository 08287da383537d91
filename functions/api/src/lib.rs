//! Moffman's REST API: one router, served by the Lambda function and by the local server.
//!
//! A request passes, from the outside in: accounting (id, problem body, log line), the catching of panics, the API key,
//! the method, the body, the handler.

mod body;
mod documentation;
mod error;
mod json;
mod key;
mod members;
mod problem;
mod query;
mod requests;
mod routes;
mod start;

use std::sync::Arc;

use axum::Router;
use axum::body::Bytes;
use axum::middleware::from_fn_with_state;
use axum::response::{IntoResponse, Response};
use moffman::app::Moffman;
use secrecy::SecretString;
use tower_http::catch_panic::CatchPanicLayer;

pub use requests::RequestBudget;
pub use start::start;

use crate::error::ApiError;

/// What the handlers work with.
#[derive(Debug)]
struct Api {
    app: Moffman,
    budget: RequestBudget,
    /// The OpenAPI document as it is served.
    document: Bytes,
}

/// The router of all endpoints. With a `key`, every route but health wants it in the `x-api-key` header; without one,
/// somebody in front of the router has to ask for it, as API Gateway does.
pub fn router(app: Moffman, budget: RequestBudget, key: Option<SecretString>) -> Router {
    let (router, document) = routes::list(key.map(Arc::new)).split_for_parts();
    let document = serde_json::to_vec(&document).unwrap_or_default().into();
    let api = Arc::new(Api { app, budget, document });
    router
        .fallback(async || ApiError::NoSuchRoute)
        .layer(CatchPanicLayer::custom(panicked))
        .layer(from_fn_with_state(Arc::clone(&api), requests::account))
        .with_state(api)
}

/// The OpenAPI document of all endpoints.
pub fn openapi() -> utoipa::openapi::OpenApi {
    routes::list(None).into_openapi()
}

fn panicked(_: Box<dyn std::any::Any + Send>) -> Response {
    ApiError::Panicked.into_response()
}
