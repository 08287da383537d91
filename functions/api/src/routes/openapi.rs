//! Serves the OpenAPI 3.1 document: <https://spec.openapis.org/oas/v3.1.1.html>.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::extract::State;
use axum::http::header::CONTENT_TYPE;
use axum::response::IntoResponse;
use utoipa::IntoResponses;
use utoipa::openapi::{RefOr, Response};

use crate::api::ApiState;
use crate::documentation;
use crate::error::{INTERNAL, TOO_MANY_REQUESTS, WRONG_KEY};

/// How the document's route fails.
pub(crate) struct DocumentProblems;

impl IntoResponses for DocumentProblems {
    fn responses() -> BTreeMap<String, RefOr<Response>> {
        documentation::problems(&[WRONG_KEY, TOO_MANY_REQUESTS, INTERNAL])
    }
}

/// This document
#[utoipa::path(
    get,
    path = "/api/v1/openapi.json",
    operation_id = "document",
    responses((status = 200, description = "OpenAPI 3.1", body = Object), DocumentProblems)
)]
pub(crate) async fn document(State(api): State<Arc<ApiState>>) -> impl IntoResponse {
    ([(CONTENT_TYPE, "application/json")], api.document.clone())
}
