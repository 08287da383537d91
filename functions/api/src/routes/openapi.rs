//! Serves the OpenAPI 3.1 document: <https://spec.openapis.org/oas/v3.1.1.html>.

use std::sync::Arc;

use axum::extract::State;
use axum::http::header::CONTENT_TYPE;
use axum::response::IntoResponse;

use crate::api::ApiState;
use crate::documentation::problems;

problems! {
    /// How the document's route fails.
    DocumentProblems
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
