//! Why Google gives the service account no access token, and what somebody has to do about it.

use std::fmt;

use yup_oauth2::error::AuthError;

/// The longest code, in characters.
const LONGEST_CODE: usize = 40;
/// The longest description, in words.
const LONGEST_DESCRIPTION: usize = 40;
/// The longest word of a description, in characters, and the longest number.
const LONGEST_WORD: usize = 20;
const LONGEST_NUMBER: usize = 4;

/// A key that Google's token endpoint refuses: <https://www.rfc-editor.org/rfc/rfc6749#section-5.2>
///
/// Carries no address and no token even if Google's description does, because only plain words of it are kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TokenRefusal {
    code: String,
    description: String,
}

impl TokenRefusal {
    pub(super) fn new(answer: &AuthError) -> Self {
        let code = answer.error.as_str();
        let is_word = !code.is_empty() && code.bytes().all(|b| b.is_ascii_lowercase() || b == b'_');
        let code = if is_word && code.len() <= LONGEST_CODE { code } else { "an unknown code" };
        let description = answer.error_description.as_deref().unwrap_or_default();
        Self { code: code.to_owned(), description: plain(description) }
    }

    /// Whether another key may get a token.
    pub(super) fn concerns_the_key(&self) -> bool {
        self.code == "invalid_grant"
    }

    /// What Google's code and description ask for.
    fn remedy(&self) -> &'static str {
        let description = self.description.to_ascii_lowercase();
        let says = |words: &[&str]| words.iter().any(|word| description.contains(word));
        let in_it: Vec<&str> = description.split(|c: char| !c.is_ascii_alphanumeric() && c != '-').collect();
        let is_about_time = ["short-lived", "timeframe", "iat", "exp"].iter().any(|word| in_it.contains(word));
        match self.code.as_str() {
            "invalid_grant" if is_about_time || says(&["not yet valid", "jwt has expired", "jwt is expired"]) => {
                "the clock of this machine is wrong: set it right"
            }
            "invalid_grant" if says(&["signature"]) => {
                "the key was deleted or disabled, or is not this account's: make a new one"
            }
            "invalid_grant" if says(&["disabled"]) => "the service account is disabled: enable it",
            "invalid_grant" if says(&["not found"]) => {
                "the service account was deleted: restore it, or make another one and share the calendars with it"
            }
            "invalid_grant" => {
                "the clock of this machine is wrong, or the key was deleted, or the service account disabled or deleted"
            }
            "invalid_scope" => {
                "an administrator has to allow the service account the scopes calendar.events, calendar.calendarlist and \
                 spreadsheets.readonly"
            }
            "unauthorized_client" | "access_denied" | "admin_policy_enforced" | "org_internal" => {
                "an administrator has to allow the service account to get tokens for Calendar and Sheets"
            }
            "invalid_client" | "deleted_client" | "disabled_client" => {
                "the service account or its project was deleted or disabled: enable it, or make a new key"
            }
            _ => "see whether the key file is Google's and unchanged, or make a new key",
        }
    }
}

impl fmt::Display for TokenRefusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { code, description } = self;
        let colon = if description.is_empty() { "" } else { ": " };
        write!(f, "Google gives the service account no token ({code}{colon}{description}): {}", self.remedy())
    }
}

/// The plain words of a text; dots stand for all others.
fn plain(text: &str) -> String {
    let mut words = text.split_whitespace();
    let mut plain: Vec<&str> =
        words.by_ref().take(LONGEST_DESCRIPTION).map(|word| if is_plain(word) { word } else { "…" }).collect();
    plain.extend(words.next().map(|_| "…"));
    plain.join(" ")
}

/// Whether a word, without the punctuation around it, has only letters, or is a short number.
fn is_plain(word: &str) -> bool {
    let word = word.trim_matches(|c: char| ".,:;!?()'\"".contains(c));
    let is_number = word.len() <= LONGEST_NUMBER && word.bytes().all(|b| b.is_ascii_digit());
    let is_word = |b: u8| b.is_ascii_alphabetic() || b == b'-' || b == b'\'' || b == b'_';
    is_number || word.len() <= LONGEST_WORD && word.bytes().all(is_word)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(code: &str, description: Option<&str>) -> String {
        let description = description.map(str::to_owned);
        TokenRefusal::new(&AuthError { error: code.into(), error_description: description, error_uri: None })
            .to_string()
    }

    #[test]
    fn what_google_says_is_repeated_with_what_to_do() {
        for (code, description, remedy) in [
            ("invalid_grant", "Invalid JWT Signature.", "make a new one"),
            (
                "invalid_grant",
                "Invalid JWT: Token must be a short-lived token (60 minutes) and in a reasonable timeframe. Check your \
                 iat and exp values in the JWT claim.",
                "set it right",
            ),
            ("invalid_grant", "Invalid grant: account not found", "restore it"),
            ("invalid_grant", "account has been disabled", "enable it"),
            ("invalid_grant", "Bad Request", "the clock of this machine is wrong, or"),
            ("invalid_grant", "No account is associated with this key.", "the clock of this machine is wrong, or"),
            ("invalid_grant", "Token has been expired or revoked.", "the clock of this machine is wrong, or"),
            ("invalid_scope", "Invalid OAuth scope or ID token audience provided.", "calendar.events"),
            (
                "unauthorized_client",
                "Client is unauthorized to retrieve access tokens using this method, or client not authorized for any \
                 of the scopes requested.",
                "an administrator",
            ),
            ("disabled_client", "The OAuth client was disabled.", "enable it"),
            ("something_new", "Try something else.", "make a new key"),
        ] {
            let text = refusal(code, Some(description));
            let said = format!("Google gives the service account no token ({code}: {description}): ");
            assert!(text.starts_with(&said) && text.contains(remedy), "{text}");
        }
        let text = refusal("invalid_grant", None);
        assert!(text.starts_with("Google gives the service account no token (invalid_grant): the clock"), "{text}");
    }

    #[test]
    fn what_could_tell_too_much_is_left_out() {
        for secret in [
            "anna@example.com",
            "<anna@example.com>,",
            "ya29.a0AfB_byC",
            "eyJhbGciOiJSUzI1NiIsInR5cCI6IkpXVCJ9",
            "117265341234567890123",
            "https://accounts.google.com/o/saml2",
            "c_1a2b3c@group.calendar.google.com",
            "AIzaSyD-9tSrke72PouQMnMX",
            "Nová",
            "a\u{7}b",
        ] {
            let text = refusal("invalid_grant", Some(&format!("Not for {secret} today")));
            assert!(text.contains("(invalid_grant: Not for … today)"), "{text}");
            assert!(refusal(secret, None).contains("(an unknown code)"), "{secret}");
        }
        let long = refusal("invalid_grant", Some(&"word ".repeat(10_000)));
        assert!(long.len() < 400 && long.contains("word …)"), "{long}");
    }
}
