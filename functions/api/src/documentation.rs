//! What the OpenAPI document says apart from the routes: its title, the key, the problems.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use utoipa::openapi::header::HeaderBuilder;
use utoipa::openapi::schema::{ObjectBuilder, SchemaType, Type};
use utoipa::openapi::security::{ApiKey, ApiKeyValue, SecurityRequirement, SecurityScheme};
use utoipa::openapi::tag::{Tag, TagBuilder};
use utoipa::openapi::{
    ComponentsBuilder, ContentBuilder, Deprecated, Info, InfoBuilder, OpenApi, OpenApiBuilder, Ref, RefOr, Response,
    ResponseBuilder,
};
use utoipa::{IntoResponses, PartialSchema as _, ToSchema as _};

use crate::error::{
    INTERNAL, INVALID, KINDS, NOT_ALLOWED, ProblemKind, RESERVATION_ENDED, SOURCE_NOT_ALLOWED, TOO_MANY_REQUESTS,
};
use crate::key::API_KEY;
use crate::problem::{MEDIA_TYPE, Problem, ProblemError};
use crate::requests::REQUEST_ID;

/// The name of the security scheme.
const SCHEME: &str = "api_key";
/// What the operations are about.
const TAGS: [(&str, &str); 7] = [
    ("reservations", "Days that workflows register, and what becomes of them"),
    ("attendance", "Who is in"),
    ("offices", "What a reservation may name"),
    ("forms", "Approval forms of days that people entered by hand"),
    ("sweeps", "The search for such days"),
    ("configuration", "What the spreadsheet has"),
    ("service", "Moffman itself"),
];

/// The document before any route is added.
pub(crate) fn skeleton() -> OpenApi {
    let key = ApiKeyValue::with_description(API_KEY, "The key of a usage plan");
    let components = ComponentsBuilder::new()
        .schema(Problem::name(), Problem::schema())
        .schema(ProblemError::name(), ProblemError::schema())
        .responses_from_iter(KINDS.iter().map(|kind| (kind.slug, response(&[*kind]))))
        .security_scheme(SCHEME, SecurityScheme::ApiKey(ApiKey::Header(key)))
        .build();
    OpenApiBuilder::new()
        .info(info())
        .tags(Some(TAGS.map(|(name, description)| tag(name, description))))
        .components(Some(components))
        .security(Some([SecurityRequirement::new(SCHEME, Vec::<String>::new())]))
        .build()
}

fn tag(name: &str, description: &str) -> Tag {
    TagBuilder::new().name(name).description(Some(description)).build()
}

/// Says that GET of this path is kept for old callers only.
pub(crate) fn deprecate(document: &mut OpenApi, path: &str) {
    if let Some(get) = document.paths.paths.get_mut(path).and_then(|item| item.get.as_mut()) {
        get.deprecated = Some(Deprecated::True);
    }
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

/// How a route fails that needs no key.
pub(crate) struct OpenProblems;

impl IntoResponses for OpenProblems {
    fn responses() -> BTreeMap<String, RefOr<Response>> {
        responses(&[SOURCE_NOT_ALLOWED, TOO_MANY_REQUESTS, INTERNAL])
    }
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
    let named = |kinds: Vec<ProblemKind>| match kinds.as_slice() {
        [only] => Ref::from_response_name(only.slug).into(),
        several => response(several).into(),
    };
    by_status.into_iter().map(|(status, kinds)| (status, named(kinds))).collect()
}

fn response(kinds: &[ProblemKind]) -> Response {
    let described: Vec<String> = kinds.iter().map(|kind| format!("{}: `{}`", kind.title, kind.uri())).collect();
    let text = ObjectBuilder::new().schema_type(SchemaType::new(Type::String));
    let request_id = HeaderBuilder::new().schema(Some(text)).description(Some("The request's id")).build();
    let content = ContentBuilder::new()
        .schema(Some(Ref::from_schema_name(Problem::name())))
        .example(kinds.first().copied().map(example))
        .build();
    let mut response = ResponseBuilder::new()
        .description(described.join("; "))
        .header(REQUEST_ID, request_id)
        .content(MEDIA_TYPE, content);
    if kinds.iter().any(|kind| kind.is_temporary()) {
        let seconds = ObjectBuilder::new().schema_type(SchemaType::new(Type::Integer));
        let retry_after = HeaderBuilder::new().schema(Some(seconds)).description(Some("Seconds to wait")).build();
        response = response.header("retry-after", retry_after);
    }
    response.build()
}

/// A problem of this sort.
fn example(kind: ProblemKind) -> Value {
    let mut problem = json!({
        "type": kind.uri(),
        "title": kind.title,
        "status": kind.status.as_u16(),
        "detail": "what is wrong with this request",
        "request_id": "3a36edeca660882b4cd45b8b70f2e598",
    });
    if kind == INVALID {
        problem["detail"] = json!("`user.name` must not be empty");
        problem["field"] = json!("user.name");
        problem["errors"] = json!([{"detail": "must not be empty", "pointer": "#/user/name"}]);
    } else if kind == NOT_ALLOWED {
        problem["needed"] = json!("operator");
    } else if kind == RESERVATION_ENDED {
        problem["ended"] = json!("cancelled");
    }
    problem
}
