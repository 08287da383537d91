//! Puts the routes and everything around them together.
//!
//! A request passes, from the outside in, the accounting (id, problem body, log line), the catching of panics, the API
//! key, the method, the body and the handler.

use std::any::Any;
use std::sync::Arc;

use axum::Router;
use axum::middleware::from_fn_with_state;
use axum::response::{IntoResponse, Response};
use moffman::app::Moffman;
use secrecy::SecretString;
use tower_http::catch_panic::CatchPanicLayer;

use crate::api::{ApiState, RequestBudget};
use crate::error::ApiError;
use crate::{requests, routes};

/// The router of all endpoints. With a `key`, every route but health and the OpenAPI document wants it in the `x-api-key`
/// header. Without a `key`, whatever stands in front of the router has to check it, as API Gateway does.
pub fn router(app: Moffman, budget: RequestBudget, key: Option<SecretString>) -> Router {
    let api = Arc::new(ApiState { app, budget, document: openapi });
    routes::router(key.map(Arc::new))
        .fallback(async || ApiError::NoSuchRoute)
        .layer(CatchPanicLayer::custom(panicked))
        .layer(from_fn_with_state(Arc::clone(&api), requests::account))
        .with_state(api)
}

/// The OpenAPI document of all endpoints.
pub fn openapi() -> utoipa::openapi::OpenApi {
    routes::document()
}

fn panicked(_: Box<dyn Any + Send>) -> Response {
    ApiError::Panicked.into_response()
}
