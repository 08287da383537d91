//! Says that the process answers, without calling anybody: the alarms tell whether Google does.

use axum::Json;
use serde::Serialize;
use utoipa::ToSchema;

use crate::documentation::OpenProblems;

/// The process answers.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Health {
    /// Always `ok`.
    #[schema(examples("ok"))]
    status: &'static str,
    /// The version that is running.
    #[schema(examples("0.1.0"))]
    version: &'static str,
}

/// Whether the service answers
#[utoipa::path(
    get,
    tag = "service",
    path = "/api/v1/health",
    operation_id = "get_health",
    security(()),
    responses((status = 200, description = "It does", body = Health), OpenProblems)
)]
pub(crate) async fn health() -> Json<Health> {
    Json(Health { status: "ok", version: env!("CARGO_PKG_VERSION") })
}
