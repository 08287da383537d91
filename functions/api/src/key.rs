//! Whose request it is: what the key in it may do. It is judged before anything else that was sent.
//!
//! On AWS API Gateway has checked the key and tells its id; the local server looks at the key itself.

use std::sync::Arc;

use axum::extract::{Extension, Request, State};
use axum::http::Extensions;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use lambda_http::request::RequestContext;
use moffman::config::Place;
use moffman::domain::role::Role;
use secrecy::{ExposeSecret, SecretString};
use subtle::ConstantTimeEq as _;

use crate::api::ApiState;
use crate::error::ApiError;

/// The header that carries the key, the same as at API Gateway.
pub(crate) const API_KEY: &str = "x-api-key";

/// Who sends a request.
#[derive(Clone, Debug)]
pub(crate) struct Caller {
    /// What the caller may do; `None`: nothing.
    role: Option<Role>,
    /// What the log calls the caller: the id of the key at API Gateway, which may be missing, or locally the role.
    pub(crate) name: Option<String>,
}

impl Caller {
    /// The sender of a request; `None`: the key is missing or wrong.
    fn of(request: &Request, api: &ApiState) -> Option<Self> {
        let access = &api.app.settings.rest_api;
        if api.place == Place::Aws {
            let id = key_id(request.extensions());
            return Some(Self { role: access.role_of(id.as_deref()), name: id });
        }
        let given = request.headers().get(API_KEY).map_or(&[][..], |value| value.as_bytes());
        let role = if access.keys.is_empty() { Role::Operator } else { role_of(given, &access.keys)? };
        Some(Self { role: Some(role), name: Some(role.to_string()) })
    }
}

/// The role of a key. All keys are looked at, so that the time tells nothing of the one that it is.
fn role_of(given: &[u8], keys: &[(Role, SecretString)]) -> Option<Role> {
    let known = keys.iter().map(|(role, key)| (role, bool::from(key.expose_secret().as_bytes().ct_eq(given))));
    known.fold(None, |found, (role, is_it)| if is_it { Some(*role) } else { found })
}

/// The id of the key: <https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-lambda-proxy-integrations.html>.
fn key_id(extensions: &Extensions) -> Option<String> {
    match extensions.get::<RequestContext>()? {
        RequestContext::ApiGatewayV1(context) => context.identity.api_key_id.clone(),
        _ => None,
    }
}

/// Lets only requests with a good key pass, and notes the caller for the routes and for the log.
pub(crate) async fn identify(State(api): State<Arc<ApiState>>, mut request: Request, next: Next) -> Response {
    let Some(caller) = Caller::of(&request, &api) else {
        return ApiError::WrongKey.into_response();
    };
    request.extensions_mut().insert(caller.clone());
    let mut response = next.run(request).await;
    response.extensions_mut().insert(caller);
    response
}

/// Lets only callers pass who have this role or a higher one, and notes theirs for the route.
pub(crate) async fn demand(
    State(needed): State<Role>,
    Extension(caller): Extension<Caller>,
    mut request: Request,
    next: Next,
) -> Response {
    let Some(role) = caller.role.filter(|role| *role >= needed) else {
        return ApiError::NotAllowed(needed).into_response();
    };
    request.extensions_mut().insert(role);
    next.run(request).await
}
