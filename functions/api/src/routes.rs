//! The one list of routes. The router is made of it at the start, the OpenAPI document when somebody asks for it; the
//! methods in a 405 come from it, too.

use std::sync::Arc;

use axum::Router;
use axum::handler::Handler;
use axum::middleware::from_fn_with_state;
use axum::routing::{MethodFilter, MethodRouter};
use secrecy::SecretString;
use utoipa::OpenApi as _;
use utoipa::openapi::{HttpMethod, OpenApi};
use utoipa_axum::{PathItemExt, paste};

use self::forms::settle;
use crate::api::ApiState;
use crate::error::ApiError;
use crate::{documentation, key};

mod config_update;
mod forms;
mod health;
mod openapi;
mod reservations;
mod status;
mod sweeps;

/// Makes the routes of a list in which each line has the handlers of one path.
macro_rules! routes {
    ($list:ident: $($($module:ident::$handler:ident),+;)+) => { paste! {
        #[derive(utoipa::OpenApi)]
        #[openapi(paths($($($module::$handler),+),+))]
        struct $list;

        impl $list {
            fn router() -> Router<Arc<ApiState>> {
                Router::new()
                    $(.merge(PathMethods::default()$(.on::<$module::[<__path_ $handler>], _, _>($module::$handler))+.only()))+
            }
        }
    } };
}

routes! { WithKey:
    reservations::place;
    config_update::get, config_update::post;
    sweeps::sweep;
    forms::list;
    settle::resend;
    settle::discard;
    status::status;
    openapi::document;
}

routes! { WithoutKey:
    health::health;
}

/// All routes. Every route but health wants the key.
pub(crate) fn router(key: Option<Arc<SecretString>>) -> Router<Arc<ApiState>> {
    WithKey::router().route_layer(from_fn_with_state(key, key::check)).merge(WithoutKey::router())
}

/// What the OpenAPI document says of all routes.
pub(crate) fn document() -> OpenApi {
    let mut document = documentation::skeleton();
    document.merge(WithKey::openapi());
    document.merge(WithoutKey::openapi());
    document
}

/// The methods of one path, and their handlers.
#[derive(Default)]
struct PathMethods {
    path: String,
    allowed: Vec<&'static str>,
    router: MethodRouter<Arc<ApiState>>,
}

impl PathMethods {
    /// Adds the handler that `P` documents.
    fn on<P: utoipa::Path, H: Handler<T, Arc<ApiState>>, T: 'static>(mut self, handler: H) -> Self {
        let methods = P::methods();
        self.path = P::path();
        self.allowed.extend(methods.iter().map(name));
        if let Some(filter) = methods.iter().map(PathItemExt::to_method_filter).reduce(MethodFilter::or) {
            self.router = self.router.on(filter, handler);
        }
        self
    }

    /// Answers any other method with 405, also HEAD: axum would pass HEAD to the GET handler, which may change
    /// something.
    fn only(self) -> Router<Arc<ApiState>> {
        let allow = self.allowed.join(", ");
        let refuse = move || {
            let allow = allow.clone();
            async move { ApiError::MethodNotAllowed(allow) }
        };
        let has_get = self.allowed.contains(&"GET");
        let router = if has_get { self.router.on(MethodFilter::HEAD, refuse.clone()) } else { self.router };
        Router::new().route(&self.path, router.fallback(refuse))
    }
}

const fn name(method: &HttpMethod) -> &'static str {
    match method {
        HttpMethod::Get => "GET",
        HttpMethod::Put => "PUT",
        HttpMethod::Post => "POST",
        HttpMethod::Delete => "DELETE",
        HttpMethod::Options => "OPTIONS",
        HttpMethod::Head => "HEAD",
        HttpMethod::Patch => "PATCH",
        HttpMethod::Trace => "TRACE",
    }
}
