//! Reads the key of the service account.

use rustls::crypto::ring::sign::RsaSigningKey;
use rustls::pki_types::PrivateKeyDer;
use rustls::pki_types::pem::PemObject as _;
use secrecy::{ExposeSecret, SecretString};
use serde_json::Value;
use url::Url;
use yup_oauth2::ServiceAccountKey;

/// Why Google cannot be called with the given key or endpoint. Messages never quote the key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    /// Not the JSON of a key file; the text says what is wrong with it.
    #[error("not a service-account key in JSON: {0}")]
    NotAKey(&'static str),
    /// A key file, but of another kind.
    #[error("the key file is not one of a service account: its type must be `service_account`")]
    NotAServiceAccount,
    /// `private_key` is not an RSA key in PEM form.
    #[error("the private_key of the service account key is not an RSA key in PEM form")]
    PrivateKey,
    /// `token_uri` is not an address.
    #[error("the token_uri of the service account key is not an http or https address")]
    TokenUri,
    /// `google_api.endpoint` is not an address, or one with a query or a fragment.
    #[error("google_api.endpoint is not an http or https address without query and fragment")]
    Endpoint,
}

/// Reads the text of a JSON key file. Whether its private key can sign is left to whoever makes the signer:
/// <https://developers.google.com/identity/protocols/oauth2/service-account#creatinganaccount>
pub(super) fn read(text: &SecretString) -> Result<ServiceAccountKey, KeyError> {
    let text = text.expose_secret();
    // Some editors begin a file with a byte order mark, which the parser does not take.
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let json: Value = serde_json::from_str(text).map_err(|_| KeyError::NotAKey("not JSON"))?;
    for (field, problem) in [
        ("client_email", "client_email is missing or not text"),
        ("private_key", "private_key is missing or not text"),
        ("token_uri", "token_uri is missing or not text"),
    ] {
        if json[field].as_str().is_none_or(|text| text.trim().is_empty()) {
            return Err(KeyError::NotAKey(problem));
        }
    }
    if json["type"].as_str() != Some("service_account") {
        return Err(KeyError::NotAServiceAccount);
    }
    let another_type = |_| KeyError::NotAKey("a field has another type than text");
    let key: ServiceAccountKey = serde_json::from_value(json).map_err(another_type)?;
    // Two libraries use the address, and both must be able to read it.
    let usable = Url::parse(&key.token_uri).is_ok_and(|url| matches!(url.scheme(), "http" | "https"));
    if !usable || key.token_uri.parse::<http::Uri>().is_err() {
        return Err(KeyError::TokenUri);
    }
    Ok(key)
}

/// Checks the text of a JSON key file, and that its private key can sign.
pub(crate) fn check_key(key: &SecretString) -> Result<(), KeyError> {
    let key = read(key)?;
    let der = PrivateKeyDer::from_pem_slice(key.private_key.as_bytes()).map_err(|_| KeyError::PrivateKey)?;
    RsaSigningKey::new(&der).map(drop).map_err(|_| KeyError::PrivateKey)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const PEM: &str = include_str!("../../../infra/simulators/data/simulator-service-account-key.pem");

    fn key() -> Value {
        json!({
            "type": "service_account", "client_email": "moffman@example.com", "private_key": PEM,
            "token_uri": "https://oauth2.googleapis.com/token",
        })
    }

    fn refused_with(field: &str, value: impl Into<Value>) -> KeyError {
        let mut key = key();
        key[field] = value.into();
        check_key(&key.to_string().into()).unwrap_err()
    }

    #[test]
    fn what_is_no_key_is_refused() {
        assert!(check_key(&key().to_string().into()).is_ok());
        assert!(check_key(&format!("\u{feff}{}", key()).into()).is_ok());
        for text in ["-----BEGIN", ""] {
            assert_eq!(check_key(&text.to_owned().into()).unwrap_err(), KeyError::NotAKey("not JSON"));
        }
        let missing = KeyError::NotAKey("client_email is missing or not text");
        assert_eq!(check_key(&"[]".to_owned().into()).unwrap_err(), missing);
        assert_eq!(refused_with("client_email", " "), missing);
        assert_eq!(refused_with("private_key", Value::Null), KeyError::NotAKey("private_key is missing or not text"));
        assert_eq!(refused_with("token_uri", ""), KeyError::NotAKey("token_uri is missing or not text"));
        assert_eq!(refused_with("project_id", 5), KeyError::NotAKey("a field has another type than text"));
        for kind in [Value::Null, "authorized_user".into()] {
            assert_eq!(refused_with("type", kind), KeyError::NotAServiceAccount);
        }
        for uri in ["/token", "ftp://example.com/token", "https://exa mple.com/"] {
            assert_eq!(refused_with("token_uri", uri), KeyError::TokenUri, "{uri}");
        }
        let empty = "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n";
        for pem in ["sesame", empty] {
            assert_eq!(refused_with("private_key", pem), KeyError::PrivateKey);
        }
    }
}
