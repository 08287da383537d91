//! Gets the access token, one for both APIs, and keeps it in memory and in the store until five minutes before its end.
//!
//! A key that Google refuses may have been replaced where it is kept, so it is read again before the refusal counts.

use std::sync::{Mutex as SyncMutex, PoisonError};
use std::time::Duration;

use chrono::Utc;
use derive_more::Debug;
use http::HeaderValue;
use secrecy::{ExposeSecret, SecretString};
use tokio::sync::Mutex;
use yup_oauth2::error::{AuthError, SendError};

use super::error::GoogleError;
use super::key::KeyError;
use super::retry::FailedAttempt;
use super::signer::{GoogleKey, KeySource, Signer};
use super::token_refusal::TokenRefusal;
use crate::clock::{Clock, Moment, Stamp};
use crate::store::Store;
use crate::store::token::StoredToken;
use crate::transport::Transport;

/// A token is not used in the last minutes of its life.
const MARGIN: Duration = Duration::from_mins(5);
/// How long a token without an end is used, in seconds.
const SHORT_LIFE: i64 = 600;
/// The longest life that Google gives to a token, unless more is asked for.
const LONGEST_LIFE: Duration = Duration::from_hours(1);
/// How long a key that Google refuses is not read again.
const BETWEEN_READS: Duration = Duration::from_mins(1);

/// Gives access tokens. Callers that need a new one at the same time share it.
#[derive(Debug)]
#[debug("Auth")]
pub(super) struct Auth {
    source: Option<KeySource>,
    transport: Transport,
    store: Store,
    clock: Clock,
    email: SyncMutex<String>,
    state: Mutex<TokenState>,
}

struct TokenState {
    signer: Signer,
    /// When the key was read again.
    read_again: Option<Stamp>,
    /// The last token, and its end on a clock that nobody can set.
    token: Option<(StoredToken, Moment)>,
    /// Whether Google has refused the last token, so that the one in the store may be as bad.
    distrust_store: bool,
}

impl Auth {
    /// Checks the key; calls nobody.
    pub fn new(key: GoogleKey, transport: &Transport, store: Store, clock: Clock) -> Result<Self, KeyError> {
        let GoogleKey { text, source } = key;
        let signer = Signer::new(text, transport)?;
        let email = SyncMutex::new(signer.email.clone());
        let state = Mutex::new(TokenState { signer, read_again: None, token: None, distrust_store: false });
        Ok(Self { source, transport: transport.clone(), store, clock, email, state })
    }

    /// The address of the service account.
    pub fn email(&self) -> String {
        self.email.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// A token that works for the next minutes.
    pub async fn token(&self) -> Result<SecretString, FailedAttempt> {
        let mut state = self.state.lock().await;
        let needed = self.clock.moment() + MARGIN;
        let fresh = state.token.as_ref().filter(|(token, end)| self.is_fresh(token) && *end > needed);
        if let Some((token, _)) = fresh {
            return Ok(token.access_token.clone());
        }
        if !state.distrust_store
            && let Some(token) = self.load(&state.signer.store_key).await
            // The store may still have the token that has just ended.
            && state.token.as_ref().is_none_or(|(over, _)| over.expires_at != token.expires_at)
        {
            state.token = Some((token.clone(), self.clock.moment_of(token.expires_at)));
            return Ok(token.access_token);
        }
        let token = self.fetch(&mut state).await?;
        state.token = Some((token.clone(), self.clock.moment_of(token.expires_at)));
        state.distrust_store = false;
        self.save(&state.signer.store_key, &token).await;
        Ok(token.access_token)
    }

    /// Google has refused `token`: the next caller gets another one.
    pub async fn reject(&self, token: &SecretString) {
        let mut state = self.state.lock().await;
        let current = state.token.as_ref().map(|(current, _)| current.access_token.expose_secret());
        if current == Some(token.expose_secret()) {
            state.token = None;
            state.distrust_store = true;
        }
    }

    /// Whether the token lasts long enough. One that lasts too long was made before somebody set the clock back.
    fn is_fresh(&self, token: &StoredToken) -> bool {
        let left = (token.expires_at - self.clock.now()).to_std().unwrap_or_default();
        left > MARGIN && left <= LONGEST_LIFE + MARGIN
    }

    async fn load(&self, store_key: &str) -> Option<StoredToken> {
        let found = self.store.load_token(store_key).await;
        let found = found.inspect_err(|error| tracing::warn!(%error, "the kept access token cannot be read"));
        found.ok().flatten().filter(|token| self.is_fresh(token) && fits_header(token.access_token.expose_secret()))
    }

    async fn save(&self, store_key: &str, token: &StoredToken) {
        if let Err(error) = self.store.save_token(store_key, token).await {
            tracing::warn!(%error, "the access token cannot be kept");
        }
    }

    async fn fetch(&self, state: &mut TokenState) -> Result<StoredToken, FailedAttempt> {
        match self.ask(&state.signer).await {
            Err(FailedAttempt { error: GoogleError::TokenRefused(refusal), .. })
                if refusal.concerns_the_key() && self.has_another_key(state).await =>
            {
                self.ask(&state.signer).await
            }
            outcome => outcome,
        }
    }

    /// Whether there is another key where this one was read; from now on it is used.
    async fn has_another_key(&self, state: &mut TokenState) -> bool {
        let Some(source) = &self.source else { return false };
        if state.read_again.is_some_and(|read| self.clock.is_within(BETWEEN_READS, read)) {
            return false;
        }
        state.read_again = Some(self.clock.stamp());
        let Some(text) = source().await.filter(|text| !state.signer.has(text)) else { return false };
        match Signer::new(text, &self.transport) {
            Ok(signer) => {
                tracing::info!("the service account's key was replaced; the new one is used");
                signer.email.clone_into(&mut self.email.lock().unwrap_or_else(PoisonError::into_inner));
                state.signer = signer;
                true
            }
            Err(error) => {
                tracing::warn!(%error, "the service account's key was replaced by one that cannot be used");
                false
            }
        }
    }

    async fn ask(&self, signer: &Signer) -> Result<StoredToken, FailedAttempt> {
        let asked_at = self.clock.now();
        let answer = signer.ask().await.map_err(classify)?;
        // The authenticator uses the machine's clock instead of ours, so only the length of the token's life counts.
        let life = answer.expiration_time().map_or(SHORT_LIFE, |end| end.unix_timestamp() - Utc::now().timestamp());
        let text = answer.token().filter(|text| fits_header(text));
        let access_token = text.ok_or(FailedAttempt::later(GoogleError::Unreadable))?.to_owned().into();
        let life = Duration::from_secs(life.try_into().unwrap_or_default()).min(LONGEST_LIFE);
        let expires_at = asked_at + life;
        Ok(StoredToken { access_token, expires_at })
    }
}

fn fits_header(token: &str) -> bool {
    !token.is_empty() && HeaderValue::from_str(token).is_ok()
}

fn classify(error: yup_oauth2::Error) -> FailedAttempt {
    match error {
        yup_oauth2::Error::AuthError(answer) => classify_refusal(&answer),
        yup_oauth2::Error::HttpClientError(SendError::Timeout) => FailedAttempt::later(GoogleError::TimedOut),
        yup_oauth2::Error::HttpClientError(_) | yup_oauth2::Error::HttpError(_) => {
            FailedAttempt::later(GoogleError::Unreachable)
        }
        yup_oauth2::Error::UserError(_) | yup_oauth2::Error::CredentialSourceError(_) => {
            FailedAttempt::never(GoogleError::Unauthenticated)
        }
        _ => FailedAttempt::later(GoogleError::Unreadable),
    }
}

/// What a refusal means, by <https://www.rfc-editor.org/rfc/rfc6749#section-5.2> and by what Google says in trouble.
fn classify_refusal(answer: &AuthError) -> FailedAttempt {
    match answer.error.as_str() {
        "server_error" | "temporarily_unavailable" | "internal_failure" | "backend_error" => {
            FailedAttempt::later(GoogleError::Busy { retry_after: None })
        }
        "rate_limit_exceeded" => FailedAttempt::later(GoogleError::RateLimited { retry_after: None }),
        _ => FailedAttempt::never(GoogleError::TokenRefused(TokenRefusal::new(answer))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(code: &str) -> AuthError {
        AuthError { error: code.into(), error_description: None, error_uri: None }
    }

    #[test]
    fn a_refused_key_is_final_and_trouble_is_not() {
        for code in ["invalid_grant", "invalid_client", "unauthorized_client", "access_denied", "deleted_client"] {
            let refusal = TokenRefusal::new(&refused(code));
            assert!(refusal.to_string().contains(code), "{refusal}");
            assert_eq!(classify_refusal(&refused(code)), FailedAttempt::never(GoogleError::TokenRefused(refusal)));
        }
        for code in ["internal_failure", "server_error", "temporarily_unavailable", "rate_limit_exceeded"] {
            let failure = classify_refusal(&refused(code));
            assert_eq!(failure.again, super::super::retry::Again::Later, "{code}");
            assert!(failure.error.is_temporary(), "{code}");
        }
    }

    #[test]
    fn an_answer_that_is_no_json_is_unreadable() {
        let error = serde_json::from_str::<()>("<html>").unwrap_err();
        assert_eq!(classify(error.into()), FailedAttempt::later(GoogleError::Unreadable));
    }

    #[test]
    fn a_token_must_fit_into_a_header() {
        assert!(fits_header("ya29.a0-_~+/="));
        assert!(!fits_header("") && !fits_header("a\r\nb") && !fits_header("a\u{0}"));
    }
}
