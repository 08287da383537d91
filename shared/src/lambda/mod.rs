//! Puts the service together inside a Lambda function, or says why that fails: configuration from the function's layer and
//! environment, secrets from SSM.

mod aws;
pub mod init_error;
mod parameters;

use aws_types::SdkConfig;

use self::aws::MissingVariable;
use self::parameters::ParameterError;
use crate::app::{AssemblyError, Moffman, Surroundings};
use crate::clock::{Clock, Randomness};
use crate::config::{ConfigErrors, Sources, load};
use crate::google::{GoogleKey, KeyError};
use crate::store::Store;
use crate::transport::{Transport, TransportError};
use crate::{metrics, telemetry};

/// Why the function cannot start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The configuration has mistakes; the message names them all.
    #[error(transparent)]
    Configuration(#[from] ConfigErrors),
    /// The service cannot be put together.
    #[error(transparent)]
    Assembly(#[from] AssemblyError),
    /// The parameter holds no service-account key.
    #[error("the SSM parameter `{parameter}` does not hold the key of a service account: {source}")]
    KeyInParameter {
        /// The parameter's name.
        parameter: String,
        /// What is wrong with what it holds.
        source: KeyError,
    },
    /// No key is configured.
    #[error(
        "google_api.service_account_key_parameter is not set: it names the SSM parameter that holds the service account's key"
    )]
    NoKey,
    /// A parameter of the SSM Parameter Store cannot be read.
    #[error(transparent)]
    Parameter(#[from] ParameterError),
    /// The environment is not that of a function.
    #[error(transparent)]
    Environment(#[from] MissingVariable),
    /// TLS cannot be set up.
    #[error(transparent)]
    Transport(#[from] TransportError),
}

/// Puts the service together. Answers also the SDK's configuration, for clients of AWS that only one function needs.
pub async fn start() -> Result<(Moffman, SdkConfig), StartError> {
    let settings = load(&Sources::of_function())?;
    telemetry::adopt(&settings);
    metrics::print_for(&settings.aws.table);
    let transport = Transport::new()?;
    let aws = aws::config(|name| std::env::var(name).ok(), &transport)?;
    let parameter = settings.google_api.service_account_key_parameter.clone().ok_or(StartError::NoKey)?;
    let authorization = settings.forms.authorization_parameter.as_deref();
    let ssm = aws_sdk_ssm::Client::new(&aws);
    let (google_key, forms_authorization) = parameters::read(&ssm, &parameter, authorization).await?;
    let store = Store::new(aws_sdk_dynamodb::Client::new(&aws), &settings.aws.table);
    let app = Moffman::new(Surroundings {
        settings,
        google_key: GoogleKey::kept(google_key, parameters::source(ssm, &parameter)),
        forms_authorization,
        store,
        transport,
        clock: Clock::system(),
        randomness: Randomness::from_system(),
    });
    let app = app.map_err(|error| match error {
        AssemblyError::Key(source) => StartError::KeyInParameter { parameter, source },
        AssemblyError::Byroapi(error) => AssemblyError::Byroapi(error).into(),
    })?;
    Ok((app, aws))
}
