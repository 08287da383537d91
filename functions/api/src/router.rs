//! Puts the routes and everything around them together.
//!
//! A request passes, from the outside in, the accounting (id, problem body, log line), the catching of panics, the API
//! key, the method, the role, the body and the handler.

use std::any::Any;
use std::sync::Arc;

use axum::Router;
use axum::middleware::from_fn_with_state;
use axum::response::{IntoResponse, Response};
use moffman::app::Moffman;
use moffman::config::Place;
use tower_http::catch_panic::CatchPanicLayer;

use crate::api::ApiState;
use crate::error::ApiError;
use crate::{page, requests, routes};

/// The router of all endpoints and the page. On AWS it relies on API Gateway, which has checked the key and tells its id;
/// locally it looks for the keys of the settings in the `x-api-key` header. The page needs none.
pub fn router(app: Moffman, place: Place) -> Router {
    let api = Arc::new(ApiState { app, place });
    routes::router(&api)
        .merge(page::router())
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
