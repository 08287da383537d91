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
use self::reservations::{decide, listing, single};
use crate::api::ApiState;
use crate::error::ApiError;
use crate::{documentation, key};

mod attendance;
mod config_update;
mod forms;
mod health;
mod offices;
mod openapi;
mod reservations;
mod status;
mod sweeps;

/// The method whose answer is that to GET without its body.
const HEAD: &str = "HEAD";

/// Makes the routes of a list in which each line has the handlers of one path, and what is peculiar about it.
macro_rules! routes {
    ($list:ident: $($($module:ident::$handler:ident),+ $(=> $peculiar:ident)?;)+) => { paste! {
        #[derive(utoipa::OpenApi)]
        #[openapi(paths($($($module::$handler),+),+))]
        struct $list;

        impl $list {
            fn router() -> Router<Arc<ApiState>> {
                let router = Router::new();
                $(let router = PathMethods::default()
                    $(.on::<$module::[<__path_ $handler>], _, _>($module::$handler))+
                    $(.$peculiar())?
                    .add_to(router);)+
                router
            }
        }
    } };
}

routes! { WithKey:
    listing::list, reservations::place;
    single::find, decide::cancel;
    decide::approve;
    decide::reject;
    attendance::show;
    config_update::get, config_update::post => without_head;
    sweeps::sweep;
    offices::list;
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
        self.allowed.extend(methods.iter().flat_map(names));
        if let Some(filter) = methods.iter().map(PathItemExt::to_method_filter).reduce(MethodFilter::or) {
            self.router = self.router.on(filter, handler);
        }
        self
    }

    /// Does not answer HEAD, because GET changes something here.
    fn without_head(mut self) -> Self {
        self.allowed.retain(|name| *name != HEAD);
        self
    }

    /// Adds the path, which answers any other method with 405. axum would pass HEAD to the handler of GET in any case.
    fn add_to(self, routes: Router<Arc<ApiState>>) -> Router<Arc<ApiState>> {
        let allow = self.allowed.join(", ");
        let refuse = move || {
            let allow = allow.clone();
            async move { ApiError::MethodNotAllowed(allow) }
        };
        let has_head = self.allowed.contains(&HEAD);
        let methods = if has_head { self.router } else { self.router.on(MethodFilter::HEAD, refuse.clone()) };
        routes.route(&self.path, methods.fallback(refuse))
    }
}

/// The names of the methods that a handler answers.
const fn names(method: &HttpMethod) -> &'static [&'static str] {
    match method {
        HttpMethod::Get => &["GET", HEAD],
        HttpMethod::Put => &["PUT"],
        HttpMethod::Post => &["POST"],
        HttpMethod::Delete => &["DELETE"],
        HttpMethod::Options => &["OPTIONS"],
        HttpMethod::Head => &[HEAD],
        HttpMethod::Patch => &["PATCH"],
        HttpMethod::Trace => &["TRACE"],
    }
}
