//! The one list of routes; the OpenAPI document and the methods that a 405 names come from it.

use std::sync::Arc;

use axum::middleware::from_fn_with_state;
use axum::routing::MethodFilter;
use secrecy::SecretString;
use utoipa::openapi::path::{PathItem, Paths};
use utoipa_axum::router::{OpenApiRouter, UtoipaMethodRouter};
use utoipa_axum::routes;

use crate::api::ApiState;
use crate::error::ApiError;
use crate::{documentation, key};

mod config_update;
mod forms;
mod health;
mod openapi;
mod reservations;
mod sweeps;

/// All routes. Every route but health wants the key.
pub(crate) fn list(key: Option<Arc<SecretString>>) -> OpenApiRouter<Arc<ApiState>> {
    OpenApiRouter::with_openapi(documentation::skeleton())
        .routes(only(routes!(reservations::place)))
        .routes(only(routes!(config_update::get, config_update::post)))
        .routes(only(routes!(sweeps::sweep)))
        .routes(only(routes!(forms::list)))
        .routes(only(routes!(forms::settle::resend)))
        .routes(only(routes!(forms::settle::discard)))
        .routes(only(routes!(openapi::document)))
        .route_layer(from_fn_with_state(key, key::check))
        .routes(only(routes!(health::health)))
}

/// Answers any other method with 405. HEAD is one: axum would answer it with the GET handler, which may change something.
fn only((schemas, paths, router): UtoipaMethodRouter<Arc<ApiState>>) -> UtoipaMethodRouter<Arc<ApiState>> {
    let methods = methods(&paths);
    let head = methods.contains(&"GET");
    let allow = methods.join(", ");
    let refuse = move || {
        let allow = allow.clone();
        async move { ApiError::MethodNotAllowed(allow) }
    };
    let router = if head { router.on(MethodFilter::HEAD, refuse.clone()) } else { router };
    (schemas, paths, router.fallback(refuse))
}

fn methods(paths: &Paths) -> Vec<&'static str> {
    let has = |operation: fn(&PathItem) -> bool| paths.paths.values().any(operation);
    let get = has(|path| path.get.is_some()).then_some("GET");
    let post = has(|path| path.post.is_some()).then_some("POST");
    get.into_iter().chain(post).collect()
}
