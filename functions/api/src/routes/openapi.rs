//! Serves the OpenAPI 3.1 document: <https://spec.openapis.org/oas/v3.1.1.html>.

use axum::Json;
use axum::extract::Request;
use utoipa::openapi::{OpenApi, Server};

use crate::documentation::OpenProblems;
use crate::uri;

/// This document
///
/// Its server is the address that it was asked at.
#[utoipa::path(
    get,
    tag = "service",
    path = "/api/v1/openapi.json",
    operation_id = "get_openapi",
    security(()),
    responses((status = 200, description = "OpenAPI 3.1", body = Object), OpenProblems)
)]
pub(crate) async fn document(request: Request) -> Json<OpenApi> {
    let mut document = super::document();
    document.servers = Some(vec![Server::new(uri::asked_at(&request))]);
    Json(document)
}
