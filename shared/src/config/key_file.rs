//! Checks the key of a Google service account before it is needed.

use std::fs;
use std::path::Path;

use rustls::crypto::ring::sign::RsaSigningKey;
use rustls::pki_types::PrivateKeyDer;
use rustls::pki_types::pem::PemObject as _;
use secrecy::SecretString;
use yup_oauth2::ServiceAccountKey;

/// Why a key cannot be used; says nothing of its content.
#[derive(Debug, thiserror::Error)]
pub enum ServiceAccountKeyError {
    /// The file cannot be read: another path or other permissions are needed.
    #[error("the key file cannot be read: {0}")]
    Unreadable(#[source] std::io::Error),
    /// The text is not the JSON that Google hands out: another file is needed.
    #[error("not a service-account key in JSON: {0}")]
    NotAKey(&'static str),
}

/// Reads a key file and checks it.
pub fn read_service_account_key(path: &Path) -> Result<SecretString, ServiceAccountKeyError> {
    let text = fs::read_to_string(path).map_err(ServiceAccountKeyError::Unreadable)?;
    check_service_account_key(&text)?;
    Ok(SecretString::from(text))
}

/// Checks that the text is a service-account key with a private key that can sign.
///
/// Source of the format: <https://developers.google.com/identity/protocols/oauth2/service-account#creatinganaccount>.
pub fn check_service_account_key(text: &str) -> Result<(), ServiceAccountKeyError> {
    let wrong = ServiceAccountKeyError::NotAKey;
    let json: serde_json::Value = serde_json::from_str(text).map_err(|_| wrong("not JSON"))?;
    for (field, problem) in [
        ("client_email", "client_email is missing or not text"),
        ("private_key", "private_key is missing or not text"),
        ("token_uri", "token_uri is missing or not text"),
    ] {
        if !json.get(field).is_some_and(serde_json::Value::is_string) {
            return Err(wrong(problem));
        }
    }
    if json.get("type").and_then(serde_json::Value::as_str) != Some("service_account") {
        return Err(wrong("its type is not service_account"));
    }
    let key: ServiceAccountKey =
        serde_json::from_value(json).map_err(|_| wrong("a field has another type than text"))?;
    let token_uri = reqwest::Url::parse(&key.token_uri).ok();
    if !token_uri.is_some_and(|url| matches!(url.scheme(), "http" | "https")) {
        return Err(wrong("token_uri is not an http or https address"));
    }
    let der = PrivateKeyDer::from_pem_slice(key.private_key.as_bytes()).map_err(|_| wrong("private_key is not PEM"))?;
    RsaSigningKey::new(&der).map_err(|_| wrong("private_key is not an RSA key"))?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn problem(text: &str) -> String {
        check_service_account_key(text).unwrap_err().to_string()
    }

    #[test]
    fn what_is_no_key_is_named_without_its_content() {
        let pem = |pem: &str| {
            format!(
                r#"{{"type": "service_account", "client_email": "a@b", "token_uri": "https://t/", "private_key": "{pem}"}}"#
            )
        };
        assert_eq!(problem("<html>"), "not a service-account key in JSON: not JSON");
        assert_eq!(problem("[]"), "not a service-account key in JSON: client_email is missing or not text");
        assert_eq!(
            problem(r#"{"client_email": "a@b"}"#),
            "not a service-account key in JSON: private_key is missing or not text"
        );
        assert_eq!(problem(&pem("sesame")), "not a service-account key in JSON: private_key is not PEM");
        assert_eq!(
            problem(&pem("sesame").replace("service_account", "authorized_user")),
            "not a service-account key in JSON: its type is not service_account"
        );
        let empty = "-----BEGIN PRIVATE KEY-----\\nAAAA\\n-----END PRIVATE KEY-----\\n";
        assert_eq!(problem(&pem(empty)), "not a service-account key in JSON: private_key is not an RSA key");
    }

    #[test]
    fn a_missing_file_says_so() {
        let error = read_service_account_key(Path::new("/nowhere/key.json")).unwrap_err();
        assert!(matches!(error, ServiceAccountKeyError::Unreadable(_)), "{error}");
    }
}
