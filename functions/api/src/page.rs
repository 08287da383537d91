//! The page for people: HTML that is read anew each time, and files that browsers keep for ever, because another content
//! has another address.
//!
//! The page wants no key; what it shows comes from the API, which does.

use std::fmt::Write as _;
use std::sync::{Arc, LazyLock};

use axum::Router;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, RawQuery};
use axum::http::HeaderValue;
use axum::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS,
};
use axum::response::{Html, IntoResponse, Response};
use axum::routing::{MethodRouter, get};
use percent_encoding::percent_decode_str;
use sha2::{Digest as _, Sha256};

use crate::api::ApiState;
use crate::error::ApiError;

/// What stands in the HTML where the digest belongs.
const PLACE: &str = "DIGEST";
/// Scripts, styles and requests of our own, and nothing else; no text becomes markup, and no other page frames this one.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src data:; \
                      base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; \
                      trusted-types 'none'";
const FOR_EVER: HeaderValue = HeaderValue::from_static("public, max-age=31536000, immutable");

const SCRIPT: &str = "text/javascript; charset=utf-8";
const STYLE: &str = "text/css; charset=utf-8";

/// A file of the page.
struct PageFile {
    name: &'static str,
    media_type: &'static str,
    content: &'static str,
}

macro_rules! files {
    ($($name:literal $media_type:ident;)+) => {
        [$(PageFile { name: $name, media_type: $media_type, content: include_str!(concat!("../page/", $name)) }),+]
    };
}

const FILES: [PageFile; 7] = files! {
    "style.css" STYLE;
    "main.js" SCRIPT;
    "api.js" SCRIPT;
    "dom.js" SCRIPT;
    "week.js" SCRIPT;
    "decisions.js" SCRIPT;
    "status.js" SCRIPT;
};

/// One digest for all files, so that scripts import each other by plain names.
static DIGEST: LazyLock<String> = LazyLock::new(|| {
    let whole =
        FILES.iter().fold(Sha256::new(), |whole, file| whole.chain_update(file.name).chain_update(file.content));
    whole.finalize().iter().take(8).fold(String::new(), |mut text, byte| {
        // Writing to a string does not fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
});
static HTML: LazyLock<String> = LazyLock::new(|| include_str!("../page/page.html").replace(PLACE, &DIGEST));

/// The page and its files.
pub(crate) fn router() -> Router<Arc<ApiState>> {
    Router::new().route("/", only(get(show))).route("/page/{digest}/{file}", only(get(file)))
}

fn only(methods: MethodRouter<Arc<ApiState>>) -> MethodRouter<Arc<ApiState>> {
    methods.fallback(async || ApiError::MethodNotAllowed("GET, HEAD".to_owned()))
}

/// The HTML; or the file that the parameter `file` names, which leads to it whether or not the page's address ends with
/// a slash.
async fn show(RawQuery(query): RawQuery) -> Response {
    let mut parameters = query.as_deref().unwrap_or_default().split('&');
    let Some(name) = parameters.find_map(|parameter| parameter.strip_prefix("file=")) else {
        let headers = [(CONTENT_SECURITY_POLICY, POLICY), (REFERRER_POLICY, "no-referrer")];
        return (headers, [(X_CONTENT_TYPE_OPTIONS, "nosniff")], Html(HTML.as_str())).into_response();
    };
    let name = percent_decode_str(name).decode_utf8_lossy();
    name.split_once('/').and_then(|(digest, file)| find(digest, file)).map_or_else(nothing, answer)
}

async fn file(path: Result<Path<(String, String)>, PathRejection>) -> Response {
    path.ok().and_then(|Path((digest, file))| find(&digest, &file)).map_or_else(nothing, answer)
}

fn find(digest: &str, name: &str) -> Option<&'static PageFile> {
    FILES.iter().find(|file| digest == *DIGEST && file.name == name)
}

fn answer(file: &'static PageFile) -> Response {
    let headers = [(CONTENT_TYPE, file.media_type), (X_CONTENT_TYPE_OPTIONS, "nosniff")];
    (headers, [(CACHE_CONTROL, FOR_EVER)], file.content).into_response()
}

fn nothing() -> Response {
    ApiError::NoSuchRoute.into_response()
}
