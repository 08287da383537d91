//! What the OpenAPI document says apart from the routes: its title, the key, the problems.

use std::collections::BTreeMap;

use utoipa::openapi::header::HeaderBuilder;
use utoipa::openapi::schema::{ObjectBuilder, SchemaType, Type};
use utoipa::openapi::security::{ApiKey, ApiKeyValue, SecurityRequirement, SecurityScheme};
use utoipa::openapi::{
    ComponentsBuilder, ContentBuilder, Info, InfoBuilder, OpenApi, OpenApiBuilder, Ref, RefOr, Response,
    ResponseBuilder,
};
use utoipa::{PartialSchema, ToSchema};

use crate::error::ProblemKind;
use crate::key::API_KEY;
use crate::problem::{MEDIA_TYPE, Problem};
use crate::requests::REQUEST_ID;

/// The name of the security scheme.
const SCHEME: &str = "api_key";

/// The document before any route is added.
pub(crate) fn skeleton() -> OpenApi {
    let key = ApiKeyValue::with_description(API_KEY, "The key of a usage plan");
    let components = ComponentsBuilder::new()
        .schema(Problem::name(), Problem::schema())
        .security_scheme(SCHEME, SecurityScheme::ApiKey(ApiKey::Header(key)))
        .build();
    OpenApiBuilder::new()
        .info(info())
        .components(Some(components))
        .security(Some([SecurityRequirement::new(SCHEME, Vec::<String>::new())]))
        .build()
}

fn info() -> Info {
    InfoBuilder::new()
        .title("Moffman")
        .version(env!("CARGO_PKG_VERSION"))
        .description(Some(
            "Keeps a team's planned attendance in shared Google calendars, one per office. Every request is safe to repeat. \
             HEAD is answered like GET, without the body, but for `config_update`.",
        ))
        .build()
}

/// Makes the type that documents with which problems a route fails; those of every route behind the key need no mention.
macro_rules! problems {
    ($(#[$doc:meta])* $name:ident $(: $($kinds:expr),+)?) => {
        $(#[$doc])*
        pub(crate) struct $name;

        impl utoipa::IntoResponses for $name {
            fn responses() -> std::collections::BTreeMap<String, utoipa::openapi::RefOr<utoipa::openapi::Response>> {
                $crate::documentation::responses(&[&$crate::error::OF_ALL[..] $($(, &$kinds)+)?].concat())
            }
        }
    };
}
pub(crate) use problems;

/// The responses of a route that may answer with these problems, one response per status.
pub(crate) fn responses(kinds: &[ProblemKind]) -> BTreeMap<String, RefOr<Response>> {
    let mut by_status: BTreeMap<String, Vec<ProblemKind>> = BTreeMap::new();
    for kind in kinds {
        by_status.entry(kind.status.as_str().to_owned()).or_default().push(*kind);
    }
    by_status.into_iter().map(|(status, kinds)| (status, response(&kinds).into())).collect()
}

fn response(kinds: &[ProblemKind]) -> Response {
    let described: Vec<String> = kinds.iter().map(|kind| format!("{}: `{}`", kind.title, kind.uri())).collect();
    let schema = Ref::from_schema_name(Problem::name());
    let text = ObjectBuilder::new().schema_type(SchemaType::new(Type::String));
    let request_id = HeaderBuilder::new().schema(Some(text)).description(Some("The request's id")).build();
    let mut response = ResponseBuilder::new()
        .description(described.join("; "))
        .header(REQUEST_ID, request_id)
        .content(MEDIA_TYPE, ContentBuilder::new().schema(Some(schema)).build());
    if kinds.iter().any(|kind| kind.is_temporary()) {
        let seconds = ObjectBuilder::new().schema_type(SchemaType::new(Type::Integer));
        let retry_after = HeaderBuilder::new().schema(Some(seconds)).description(Some("Seconds to wait")).build();
        response = response.header("retry-after", retry_after);
    }
    response.build()
}
