//! Reads the secrets of a deployed stack from the SSM Parameter Store.

use aws_sdk_ssm::Client;
use aws_sdk_ssm::error::{DisplayErrorContext, ProvideErrorMetadata as _, SdkError};
use aws_sdk_ssm::operation::get_parameter::GetParameterError;
use secrecy::SecretString;

use crate::google::KeySource;

/// A parameter that cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum ParameterError {
    /// There is none of this name.
    #[error("the SSM parameter `{0}` does not exist in this region: make it, as a SecureString")]
    Missing(String),
    /// The function's role does not reach it.
    #[error(
        "the SSM parameter `{0}` may not be read by this function: deploy with the template's parameter that names it, and \
         with ParametersKeyArn if it is encrypted with a key of your own"
    )]
    NotAllowed(String),
    /// AWS refused it for another reason, or cannot be reached.
    #[error("the SSM parameter `{name}` cannot be read: {reason}")]
    Unreadable {
        /// The parameter's name.
        name: String,
        /// What AWS said.
        reason: String,
    },
    /// The parameter has no value.
    #[error("the SSM parameter `{0}` is empty")]
    Empty(String),
}

/// Reads the service account's key and, when it is configured, what Byroapi wants as `Authorization`, side by side.
pub async fn read(
    client: &Client,
    key: &str,
    authorization: Option<&str>,
) -> Result<(SecretString, Option<SecretString>), ParameterError> {
    let authorization = async {
        match authorization {
            Some(name) => read_one(client, name).await.map(Some),
            None => Ok(None),
        }
    };
    tokio::try_join!(read_one(client, key), authorization)
}

/// Reads a secret again, for a process that goes on without it when that fails.
pub fn source(client: Client, name: &str) -> KeySource {
    let name = name.to_owned();
    Box::new(move || {
        let (client, name) = (client.clone(), name.clone());
        Box::pin(async move {
            let read = read_one(&client, &name).await;
            read.inspect_err(|error| tracing::warn!(%error, "the service account's key cannot be read again")).ok()
        })
    })
}

fn unreadable(name: String, error: &SdkError<GetParameterError>) -> ParameterError {
    match error.code() {
        Some("ParameterNotFound") => ParameterError::Missing(name),
        Some("AccessDeniedException") => ParameterError::NotAllowed(name),
        _ => ParameterError::Unreadable { name, reason: DisplayErrorContext(error).to_string() },
    }
}

async fn read_one(client: &Client, name: &str) -> Result<SecretString, ParameterError> {
    let answer = client.get_parameter().name(name).with_decryption(true).send().await;
    let answer = answer.map_err(|error| unreadable(name.to_owned(), &error))?;
    // A parameter that was made from a file begins as the file does.
    let value = answer.parameter.and_then(|parameter| parameter.value);
    let value = value.map(|value| value.strip_prefix('\u{feff}').map(str::to_owned).unwrap_or(value));
    let value = value.filter(|value| !value.trim().is_empty());
    value.map(SecretString::from).ok_or_else(|| ParameterError::Empty(name.to_owned()))
}
