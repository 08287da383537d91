//! Access tokens for a service account, and what they allow.
//!
//! See <https://developers.google.com/identity/protocols/oauth2/service-account#httprest>. Tokens live for an hour of
//! simulated time. The times in an assertion are only compared with each other, not with a clock.

use super::error::{ApiRefusal, ApiResult};
use crate::wire::exchange::{Answer, ReceivedRequest, form_pairs};
use base64::{Engine, engine::general_purpose::STANDARD, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::{DateTime, Duration, Utc};
use ring::signature::{RSA_PKCS1_2048_8192_SHA256, RsaKeyPair, UnparsedPublicKey};
use serde_json::{Value, json};
use std::{collections::BTreeMap, sync::LazyLock};

/// The service account of every world.
pub(crate) const EMAIL: &str = "moffman@simulated-project.iam.gserviceaccount.example.com";
/// A key that was made for this simulator and opens nothing else.
const KEY: &str = include_str!("../../../data/simulator-service-account-key.pem");
const KEY_ID: &str = "5149a7f3d0simulatedkey0000000000000001";
const AUTH: &str = "https://www.googleapis.com/auth/";
const SCOPES: [&str; 14] = [
    "calendar",
    "calendar.calendarlist",
    "calendar.calendarlist.readonly",
    "calendar.calendars",
    "calendar.calendars.readonly",
    "calendar.events",
    "calendar.events.owned",
    "calendar.events.readonly",
    "calendar.readonly",
    "calendar.settings.readonly",
    "drive",
    "drive.readonly",
    "spreadsheets",
    "spreadsheets.readonly",
];

/// What an access token allows.
#[derive(Debug)]
struct Grant {
    scopes: Vec<String>,
    expires: DateTime<Utc>,
    revoked: bool,
}

/// Why no token is issued: OAuth's code, and a description.
type GrantRefusal = (&'static str, String);

/// Issues access tokens, and knows them again.
#[derive(Default)]
pub(crate) struct TokenService {
    /// The URL of this endpoint, for which an assertion must be made.
    pub(crate) audience: String,
    /// What was granted, by access token.
    grants: BTreeMap<String, Grant>,
}

/// The public half of the sample key, as PKCS#1 DER; empty if the key is damaged, so that no assertion is valid.
static PUBLIC_KEY: LazyLock<Vec<u8>> = LazyLock::new(|| {
    let base64: String = KEY.lines().filter(|line| !line.starts_with("-----")).collect();
    let der = STANDARD.decode(base64).unwrap_or_default();
    RsaKeyPair::from_pkcs8(&der).map(|pair| pair.public().as_ref().to_vec()).unwrap_or_default()
});

/// The text of a service-account key file.
pub(crate) fn key_file(google_url: &str) -> String {
    let key = json!({
        "type": "service_account",
        "project_id": "simulated-project",
        "private_key_id": KEY_ID,
        "private_key": KEY,
        "client_email": EMAIL,
        "client_id": "100000000000000000001",
        "auth_uri": format!("{google_url}/auth"),
        "token_uri": format!("{google_url}/token"),
        "auth_provider_x509_cert_url": format!("{google_url}/certs"),
        "client_x509_cert_url": format!("{google_url}/certs/moffman"),
    });
    format!("{key:#}\n")
}

impl TokenService {
    /// Refuses all access tokens issued so far.
    pub(crate) fn revoke_all(&mut self) {
        for grant in self.grants.values_mut() {
            grant.revoked = true;
        }
    }

    /// Issues a token for a valid assertion.
    pub(crate) fn grant(&mut self, request: &ReceivedRequest, now: DateTime<Utc>) -> ApiResult<Answer> {
        let scopes =
            self.requested(request).map_err(|(error, text)| ApiRefusal::new(400, error, &text).violating(&text))?;
        let token = format!("ya29.simulated-{}", self.grants.len() + 1);
        let expires = now + Duration::hours(1);
        self.grants.insert(token.clone(), Grant { scopes, expires, revoked: false });
        Ok(Answer::json(200, &json!({ "access_token": token, "expires_in": 3600, "token_type": "Bearer" })))
    }

    /// The scopes of a valid assertion.
    fn requested(&self, request: &ReceivedRequest) -> Result<Vec<String>, GrantRefusal> {
        let problem = |error, text: &str| Err((error, text.to_owned()));
        if request.method != "POST" || !request.has_content_type("application/x-www-form-urlencoded") {
            return problem("invalid_request", "A token request is a POST of a form.");
        }
        let form = form_pairs(&String::from_utf8_lossy(&request.body));
        let field =
            |name: &str| form.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str()).unwrap_or_default();
        if field("grant_type") != "urn:ietf:params:oauth:grant-type:jwt-bearer" {
            return problem("unsupported_grant_type", "Invalid grant_type.");
        }
        let claims = Self::verified(field("assertion")).map_err(|text| ("invalid_grant", text))?;
        if claims["iss"] != EMAIL {
            return problem("invalid_grant", "Invalid grant: account not found");
        }
        if claims["aud"] != self.audience.as_str() {
            return problem("invalid_grant", "Invalid JWT: wrong audience.");
        }
        let time = |name: &str| claims[name].as_i64().unwrap_or_default();
        if time("iat") <= 0 || !(1..=3600).contains(&(time("exp") - time("iat"))) {
            return problem("invalid_grant", "Invalid JWT: exp must be at most an hour after iat.");
        }
        let scopes: Vec<String> =
            claims["scope"].as_str().unwrap_or_default().split_whitespace().map(str::to_owned).collect();
        let known = |scope: &String| scope.strip_prefix(AUTH).is_some_and(|name| SCOPES.contains(&name));
        if scopes.is_empty() || !scopes.iter().all(known) {
            return problem("invalid_scope", "Invalid OAuth scope or ID token audience provided.");
        }
        Ok(scopes)
    }

    /// The claims of an assertion that the service account signed.
    fn verified(assertion: &str) -> Result<Value, String> {
        let (signed, signature) = assertion.rsplit_once('.').ok_or("Invalid JWT.")?;
        let (header, claims) = signed.split_once('.').ok_or("Invalid JWT.")?;
        // Some clients send padding, which RFC 7515 forbids and Google accepts.
        let decode =
            |part: &str| URL_SAFE_NO_PAD.decode(part.trim_end_matches('=')).map_err(|_| "Invalid JWT: bad encoding.");
        let json = |part: &str| {
            let bytes = decode(part)?;
            serde_json::from_slice::<Value>(&bytes).map_err(|_| "Invalid JWT: not JSON.")
        };
        if json(header)?["alg"] != "RS256" {
            return Err("Invalid JWT: the algorithm must be RS256.".to_owned());
        }
        let key = UnparsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, &*PUBLIC_KEY);
        let signature = decode(signature)?;
        key.verify(signed.as_bytes(), &signature).map_err(|_| "Invalid JWT Signature.")?;
        Ok(json(claims)?)
    }

    /// Whether the request's bearer token allows this operation.
    pub(crate) fn authorise(&self, request: &ReceivedRequest, now: DateTime<Utc>) -> ApiResult<()> {
        let refused = |message| ApiRefusal::new(401, "authError", message).at("header", "Authorization");
        let Some(token) = request.header("authorization").and_then(|value| value.strip_prefix("Bearer ")) else {
            return Err(ApiRefusal::new(401, "required", "Login Required.")
                .at("header", "Authorization")
                .violating("no bearer token"));
        };
        let Some(grant) = self.grants.get(token) else {
            return Err(refused("Invalid Credentials").violating("the bearer token was never issued"));
        };
        if grant.revoked {
            return Err(refused("Invalid Credentials"));
        }
        if grant.expires <= now {
            return Err(refused("Invalid Credentials").violating("the bearer token has expired"));
        }
        let enough = enough(&request.route.operation);
        if !grant.scopes.iter().any(|scope| enough.iter().any(|name| scope.strip_prefix(AUTH) == Some(name))) {
            let text = format!("the token's scopes {:?} do not allow it", grant.scopes);
            let message = "Request had insufficient authentication scopes.";
            return Err(ApiRefusal::new(403, "insufficientPermissions", message).violating(&text));
        }
        Ok(())
    }
}

/// The scopes for an operation, one of which is enough.
fn enough(operation: &str) -> &'static [&'static str] {
    match operation {
        "events.list" | "events.get" | "events.instances" => {
            &["calendar", "calendar.events", "calendar.events.readonly", "calendar.readonly"]
        }
        "calendarList.get" | "calendarList.list" => {
            &["calendar", "calendar.calendarlist", "calendar.calendarlist.readonly", "calendar.readonly"]
        }
        "calendarList.insert" => &["calendar", "calendar.calendarlist"],
        "calendars.get" => &["calendar", "calendar.calendars", "calendar.calendars.readonly", "calendar.readonly"],
        operation if operation.starts_with("spreadsheets.") => {
            &["spreadsheets", "spreadsheets.readonly", "drive", "drive.readonly"]
        }
        _ => &["calendar", "calendar.events"],
    }
}
