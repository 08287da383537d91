//! Reads the key of the service account.

use http::Uri;
use secrecy::{ExposeSecret, SecretString};
use yup_oauth2::ServiceAccountKey;

/// Why Google cannot be called with the given key or endpoint. Messages never quote the key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    /// Not JSON, or without the fields of a key.
    #[error(
        "the service account key is not a JSON key file of Google: client_email, private_key and token_uri are required"
    )]
    NotAKey,
    /// A key file, but of another kind.
    #[error("the key file is not one of a service account: its type must be `service_account`")]
    NotAServiceAccount,
    /// `private_key` is not an RSA key in PEM form.
    #[error("the private_key of the service account key is not an RSA key in PEM form")]
    PrivateKey,
    /// `token_uri` is not an address.
    #[error("the token_uri of the service account key is not an http or https address")]
    TokenUri,
    /// `google_api.endpoint` is not an address.
    #[error("google_api.endpoint is not an http or https address")]
    Endpoint,
}

/// Reads the text of a JSON key file: <https://developers.google.com/identity/protocols/oauth2/service-account>
pub(super) fn read(text: &SecretString) -> Result<ServiceAccountKey, KeyError> {
    let key: ServiceAccountKey = serde_json::from_str(text.expose_secret()).map_err(|_| KeyError::NotAKey)?;
    if key.key_type.as_deref() != Some("service_account") {
        return Err(KeyError::NotAServiceAccount);
    }
    if key.client_email.is_empty() {
        return Err(KeyError::NotAKey);
    }
    let token_uri: Option<Uri> = key.token_uri.parse().ok();
    let usable = token_uri.is_some_and(|uri| matches!(uri.scheme_str(), Some("http" | "https")));
    if usable { Ok(key) } else { Err(KeyError::TokenUri) }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn key() -> Value {
        json!({
            "type": "service_account", "client_email": "moffman@example.com", "private_key": "secret",
            "token_uri": "https://oauth2.googleapis.com/token",
        })
    }

    fn read_with(field: &str, value: Value) -> Result<ServiceAccountKey, KeyError> {
        let mut key = key();
        key[field] = value;
        read(&key.to_string().into())
    }

    #[test]
    fn what_is_no_key_is_refused() {
        assert!(read(&key().to_string().into()).is_ok());
        assert_eq!(read(&"-----BEGIN".to_owned().into()).unwrap_err(), KeyError::NotAKey);
        assert_eq!(read_with("private_key", Value::Null).unwrap_err(), KeyError::NotAKey);
        assert_eq!(read_with("client_email", "".into()).unwrap_err(), KeyError::NotAKey);
        for kind in [Value::Null, "authorized_user".into()] {
            assert_eq!(read_with("type", kind).unwrap_err(), KeyError::NotAServiceAccount);
        }
        for uri in ["", "/token", "ftp://example.com/token", "https://exa mple.com/"] {
            assert_eq!(read_with("token_uri", uri.into()).unwrap_err(), KeyError::TokenUri, "{uri}");
        }
    }
}
