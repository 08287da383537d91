//! Starts the service inside the Lambda function.

use axum::Router;
use moffman::app::{Moffman, StartError};

use crate::{RequestBudget, router};

/// Reads the configuration and the secrets, and makes the router. The gateway has checked the API key.
pub async fn start() -> Result<Router, StartError> {
    Ok(router(Moffman::on_lambda().await?, RequestBudget::on_aws(), None))
}
