//! Starts the service inside the Lambda function.

use std::env;
use std::path::PathBuf;

use axum::Router;
use moffman::app::{Moffman, StartError};
use moffman::config::{Place, Sources};
use moffman::telemetry;

use crate::{RequestBudget, router};

/// Where the configuration layer puts the file.
const LAYER: &str = "/opt/moffman.yaml";

/// Reads the configuration (`MOFFMAN_CONFIG` names another file than the layer's) and the secrets, and makes the router.
pub async fn start() -> Result<Router, StartError> {
    let named = env::var_os("MOFFMAN_CONFIG").map(PathBuf::from);
    let file = named.or_else(|| Some(PathBuf::from(LAYER)).filter(|file| file.exists()));
    let environment =
        env::vars_os().filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)));
    let environment = environment.collect();
    let app = Moffman::on_lambda(Sources { file, environment, options: Vec::new(), place: Place::Aws }).await?;
    telemetry::adopt(&app.settings);
    Ok(router(app, RequestBudget::on_aws(), None))
}
