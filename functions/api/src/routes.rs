//! The one list of routes. The router is made of it at the start, the OpenAPI document when somebody asks for it; the
//! methods in a 405 come from it, too.

use std::sync::Arc;

use axum::Router;
use axum::handler::Handler;
use axum::middleware::from_fn_with_state;
use axum::routing::{MethodFilter, MethodRouter};
use moffman::domain::role::Role;
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

/// Makes the list of routes. Each line has the handlers of one path, each behind the role that it takes, and what is peculiar
/// about the path; `Anybody` needs no key.
macro_rules! routes {
    ($($($role:ident $module:ident::$handler:ident),+ $(=> $peculiar:ident)?;)+) => { paste! {
        #[derive(utoipa::OpenApi)]
        #[openapi(paths($($($module::$handler),+),+))]
        struct Documented;

        /// All routes.
        pub(crate) fn router(api: &Arc<ApiState>) -> Router<Arc<ApiState>> {
            Router::new()
                $(.merge(
                    PathMethods::default()
                        $(.on::<$module::[<__path_ $handler>], _, _>(needed!($role), $module::$handler))+
                        $(.$peculiar())?
                        .only(api)
                ))+
        }
    } };
}

/// The role that a line of the list names.
macro_rules! needed {
    (Anybody) => {
        None
    };
    ($role:ident) => {
        Some(Role::$role)
    };
}

routes! {
    Reader listing::list, Workflow reservations::place;
    Reader single::find, Workflow decide::cancel;
    Workflow decide::approve;
    Workflow decide::reject;
    Reader attendance::show;
    Operator config_update::get, Operator config_update::post => without_head;
    Operator sweeps::sweep;
    Reader offices::list;
    Operator forms::list;
    Operator settle::resend;
    Operator settle::discard;
    Reader status::status;
    Anybody openapi::document;
    Anybody health::health;
}

/// What the OpenAPI document says of all routes.
pub(crate) fn document() -> OpenApi {
    let mut document = documentation::skeleton();
    document.merge(Documented::openapi());
    documentation::deprecate(&mut document, "/api/v1/config_update");
    document
}

/// The methods of one path, and their handlers.
#[derive(Default)]
struct PathMethods {
    path: String,
    allowed: Vec<&'static str>,
    needs_key: bool,
    router: MethodRouter<Arc<ApiState>>,
}

impl PathMethods {
    /// Adds the handler that `P` documents, for callers with a role, or for anybody.
    fn on<P: utoipa::Path, H: Handler<T, Arc<ApiState>>, T: 'static>(mut self, role: Option<Role>, handler: H) -> Self {
        let methods = P::methods();
        self.path = P::path();
        self.allowed.extend(methods.iter().flat_map(names));
        self.needs_key |= role.is_some();
        if let Some(filter) = methods.iter().map(PathItemExt::to_method_filter).reduce(MethodFilter::or) {
            let route = MethodRouter::new().on(filter, handler);
            let route = match role {
                Some(role) => route.route_layer(from_fn_with_state(role, key::demand)),
                None => route,
            };
            self.router = self.router.merge(route);
        }
        self
    }

    /// Does not answer HEAD, because GET changes something here.
    fn without_head(mut self) -> Self {
        self.allowed.retain(|name| *name != HEAD);
        self
    }

    /// Answers any other method with 405, to those who may know of it. axum would pass HEAD to the handler of GET in any case.
    fn only(self, api: &Arc<ApiState>) -> Router<Arc<ApiState>> {
        let allow = self.allowed.join(", ");
        let refuse = move || {
            let allow = allow.clone();
            async move { ApiError::MethodNotAllowed(allow) }
        };
        let has_head = self.allowed.contains(&HEAD);
        let router = if has_head { self.router } else { self.router.on(MethodFilter::HEAD, refuse.clone()) };
        let router = Router::new().route(&self.path, router.fallback(refuse));
        if self.needs_key { router.route_layer(from_fn_with_state(Arc::clone(api), key::identify)) } else { router }
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
