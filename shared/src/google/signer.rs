//! Signs with the key of the service account, and knows where another key may be read.
//!
//! yup-oauth2 signs and asks; it logs tokens at debug level through the `log` crate, so that crate's records must never be
//! collected.

use std::pin::Pin;

use derive_more::Debug;
use futures_util::FutureExt as _;
use hyper_util::client::legacy::Client;
use hyper_util::rt::{TokioExecutor, TokioTimer};
use secrecy::{ExposeSecret as _, SecretString};
use sha2::{Digest as _, Sha256};
use yup_oauth2::authenticator::Authenticator;
use yup_oauth2::{AccessToken, CustomHyperClientBuilder, ServiceAccountAuthenticator};

use super::key::{self, KeyError};
use crate::transport::{Connector, IDLE, Transport};

/// The rights that we need: <https://developers.google.com/identity/protocols/oauth2/scopes>
const SCOPES: [&str; 3] = [
    "https://www.googleapis.com/auth/calendar.events",
    "https://www.googleapis.com/auth/calendar.calendarlist",
    "https://www.googleapis.com/auth/spreadsheets.readonly",
];

/// Reads the text of the key again; `None` when that cannot be read now.
pub type KeySource = Box<dyn Fn() -> Pin<Box<dyn Future<Output = Option<SecretString>> + Send>> + Send + Sync>;

/// The text of the service account's JSON key file, and where it may be replaced while this process runs.
#[derive(Debug)]
#[debug("GoogleKey")]
pub struct GoogleKey {
    pub(super) text: SecretString,
    pub(super) source: Option<KeySource>,
}

impl GoogleKey {
    /// A key that was read from `source`.
    pub fn kept(text: SecretString, source: KeySource) -> Self {
        Self { text, source: Some(source) }
    }
}

impl From<SecretString> for GoogleKey {
    fn from(text: SecretString) -> Self {
        Self { text, source: None }
    }
}

/// Asks for access tokens with one key.
pub(super) struct Signer {
    text: SecretString,
    /// The address of the service account.
    pub email: String,
    /// Under which name the store keeps the tokens of this account.
    pub store_key: String,
    authenticator: Authenticator<Connector>,
}

impl Signer {
    /// Checks the key; calls nobody.
    pub fn new(text: SecretString, transport: &Transport) -> Result<Self, KeyError> {
        let key = key::read(&text)?;
        let (email, owner) =
            (key.client_email.clone(), format!("{}\n{}\n{}", key.client_email, key.token_uri, SCOPES.join(" ")));
        let client: Client<_, String> = Client::builder(TokioExecutor::new())
            .pool_idle_timeout(IDLE)
            .pool_timer(TokioTimer::new())
            .build(transport.connector());
        let builder = ServiceAccountAuthenticator::with_client(key, CustomHyperClientBuilder::from(client));
        // Building waits for nothing, since the key is in memory; its future is ready at once.
        let authenticator = builder.build().now_or_never().and_then(Result::ok).ok_or(KeyError::PrivateKey)?;
        Ok(Self { text, email, store_key: format!("{:x}", Sha256::digest(owner)), authenticator })
    }

    /// Whether this is its key.
    pub fn has(&self, text: &SecretString) -> bool {
        self.text.expose_secret() == text.expose_secret()
    }

    /// A new token.
    pub async fn ask(&self) -> Result<AccessToken, yup_oauth2::Error> {
        self.authenticator.force_refreshed_token(&SCOPES).await
    }
}
