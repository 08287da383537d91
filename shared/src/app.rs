//! What the verbs work with, put together once per process.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use aws_types::SdkConfig;
use chrono::Duration;
use secrecy::SecretString;

use crate::aws::{self, MissingVariable};
use crate::byroapi::{Byroapi, ByroapiError, ByroapiOptions};
use crate::clock::{Clock, Randomness};
use crate::config::{Settings, Sources};
use crate::directory::Directory;
use crate::domain::quota::Share;
use crate::domain::reservation::Colours;
use crate::google::pace::Pace;
use crate::google::{GoogleClient, GoogleOptions, KeyError};
use crate::parameters::{self, ParameterError};
use crate::store::Store;
use crate::transport::{Transport, TransportError};
use crate::{metrics, telemetry};

/// The service: settings, clients, store and directory. Shared by all requests of a process.
#[derive(Clone, Debug)]
pub struct Moffman {
    /// The checked configuration.
    pub settings: Arc<Settings>,
    /// Where time comes from.
    pub clock: Clock,
    /// Where jitter and claim ids come from.
    pub randomness: Randomness,
    /// Google Calendar and Sheets.
    pub google: GoogleClient,
    /// The form service, when forms are configured.
    pub byroapi: Option<Byroapi>,
    /// DynamoDB.
    pub store: Store,
    /// Offices and manual users.
    pub directory: Directory,
    /// The pace of all sweeps of this process that have no share of their own.
    pub pace: Pace,
    /// Whether the process is to stop.
    pub stop: Stop,
}

/// A wish to stop: what is claimed is finished, nothing more is begun.
#[derive(Clone, Debug, Default)]
pub struct Stop(Arc<AtomicBool>);

impl Stop {
    /// From now on, nothing more is begun.
    pub fn want(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    /// Whether nothing more is to be begun.
    pub fn is_wanted(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

/// What differs from one place to another.
#[derive(Debug)]
pub struct Surroundings {
    /// The checked configuration.
    pub settings: Settings,
    /// The service account's key, the text of its JSON file.
    pub google_key: SecretString,
    /// Sent as the `Authorization` header to Byroapi.
    pub forms_authorization: Option<SecretString>,
    /// The table.
    pub store: Store,
    /// Connections.
    pub transport: Transport,
    /// Where time comes from.
    pub clock: Clock,
    /// Where jitter and claim ids come from.
    pub randomness: Randomness,
}

/// Why the service cannot start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The configuration has mistakes; the message names them all.
    #[error(transparent)]
    Configuration(#[from] crate::config::ConfigErrors),
    /// The key is no service-account key.
    #[error(transparent)]
    Key(#[from] KeyError),
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
    /// Forms cannot be sent.
    #[error(transparent)]
    Byroapi(#[from] ByroapiError),
    /// The environment is not that of a function.
    #[error(transparent)]
    Environment(#[from] MissingVariable),
    /// TLS cannot be set up.
    #[error(transparent)]
    Transport(#[from] TransportError),
}

impl Moffman {
    /// Puts the service together; calls nobody.
    pub fn new(surroundings: Surroundings) -> Result<Self, StartError> {
        let Surroundings { settings, google_key, forms_authorization, store, transport, clock, randomness } =
            surroundings;
        let google = GoogleClient::new(GoogleOptions {
            key: &google_key,
            endpoint: settings.google_api.endpoint.as_deref(),
            transport: &transport,
            store: store.clone(),
            clock: clock.clone(),
            randomness: randomness.clone(),
            on_refusal: metrics::google_refusal,
        })?;
        let byroapi = settings.forms.target().map(|(_, url)| {
            Byroapi::new(ByroapiOptions {
                url,
                authorization: forms_authorization.as_ref(),
                timeout: settings.forms.timeout,
                transport: &transport,
                clock: clock.clone(),
            })
        });
        Ok(Self {
            directory: Directory::new(&settings, store.clone(), clock.clone()),
            pace: Pace::new(clock.clone(), Share::WHOLE),
            stop: Stop::default(),
            settings: Arc::new(settings),
            clock,
            randomness,
            google,
            byroapi: byroapi.transpose()?,
            store,
        })
    }

    /// Puts the service together inside a Lambda function: configuration from its layer and environment, secrets from
    /// SSM. The second is for clients of AWS that only one function needs.
    pub async fn on_lambda() -> Result<(Self, SdkConfig), StartError> {
        let settings = crate::config::load(&Sources::of_function())?;
        telemetry::adopt(&settings);
        metrics::print_for(&settings.aws.table);
        let transport = Transport::new()?;
        let aws = aws::config(|name| std::env::var(name).ok(), &transport)?;
        let parameter = settings.google_api.service_account_key_parameter.clone().ok_or(StartError::NoKey)?;
        let authorization = settings.forms.authorization_parameter.as_deref();
        let (google_key, forms_authorization) = parameters::read(&aws, &parameter, authorization).await?;
        let store = Store::new(aws_sdk_dynamodb::Client::new(&aws), &settings.aws.table);
        let app = Self::new(Surroundings {
            settings,
            google_key,
            forms_authorization,
            store,
            transport,
            clock: Clock::system(),
            randomness: Randomness::from_system(),
        });
        let app = app.map_err(|error| match error {
            StartError::Key(source) => StartError::KeyInParameter { parameter, source },
            other => other,
        })?;
        Ok((app, aws))
    }

    /// The colours of pending and approved events.
    pub fn colours(&self) -> Colours {
        let colors = &self.settings.calendar.colors;
        Colours { unapproved: colors.unapproved, approved: colors.approved }
    }

    /// How long a sweep waits for the answer to a form.
    pub(crate) fn form_timeout(&self) -> Duration {
        Duration::from_std(self.settings.forms.timeout).unwrap_or(Duration::MAX)
    }
}
