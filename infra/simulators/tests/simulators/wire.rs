//! A world and a client that knows HTTP and nothing else.

use base64::{Engine, engine::general_purpose::STANDARD, engine::general_purpose::URL_SAFE_NO_PAD};
use bytes::Bytes;
use chrono::{DateTime, Utc};
use http::HeaderMap;
use http_body_util::{BodyExt, Full};
use hyper_util::{
    client::legacy::{Client, connect::HttpConnector},
    rt::TokioExecutor,
};
use moffman_simulators::{CalendarOptions, World};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use ring::{
    rand::SystemRandom,
    signature::{RSA_PKCS1_SHA256, RsaKeyPair},
};
use serde_json::{Value, json};

/// The calendar that every wire starts with: zone UTC, writable.
pub const OFFICE: &str = "office#1@group.calendar.example.com";
pub const EVA: &str = "eva@example.com";
const SCOPES: &str = "https://www.googleapis.com/auth/calendar.events https://www.googleapis.com/auth/calendar.calendarlist \
                      https://www.googleapis.com/auth/spreadsheets.readonly";

pub struct Reply {
    pub status: u16,
    pub phrase: Option<String>,
    pub headers: HeaderMap,
    pub body: Bytes,
}

impl Reply {
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_default()
    }

    /// Status and Google's reason.
    pub fn error(&self) -> (u16, String) {
        let reason = self.json()["error"]["errors"][0]["reason"].as_str().unwrap_or_default().to_owned();
        (self.status, reason)
    }
}

pub struct Wire {
    pub world: World,
    client: Client<HttpConnector, Full<Bytes>>,
    token: String,
}

impl Wire {
    /// A world on 2026-06-10 08:00 UTC, and a token with the scopes that the service asks for.
    pub async fn start() -> Wire {
        Self::start_at("2026-06-10T08:00:00Z").await
    }

    pub async fn start_at(now: &str) -> Wire {
        let world = World::start(at(now)).await.unwrap();
        world.add_calendar(OFFICE, CalendarOptions::default());
        let client = Client::builder(TokioExecutor::new()).build_http();
        let mut wire = Wire { world, client, token: String::new() };
        wire.token = wire.token(SCOPES).await;
        wire
    }

    /// A request with this method and URL.
    pub async fn try_send(
        &self,
        (method, url): (&str, &str),
        headers: &[(&str, &str)],
        body: &str,
    ) -> Result<Reply, Box<dyn std::error::Error>> {
        let mut request = http::Request::builder().method(method).uri(url);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let response = self.client.request(request.body(Full::new(Bytes::copy_from_slice(body.as_bytes())))?).await?;
        let (parts, body) = response.into_parts();
        let phrase = parts.extensions.get::<hyper::ext::ReasonPhrase>();
        let phrase = phrase.map(|phrase| String::from_utf8_lossy(phrase.as_bytes()).into_owned());
        let body = body.collect().await?.to_bytes();
        Ok(Reply { status: parts.status.as_u16(), phrase, headers: parts.headers, body })
    }

    pub async fn send(&self, line: (&str, &str), headers: &[(&str, &str)], body: &str) -> Reply {
        self.try_send(line, headers, body).await.unwrap()
    }

    /// A request to Google with the wire's token.
    pub async fn google(&self, method: &str, path: &str, body: Option<&Value>) -> Reply {
        self.google_with((method, path), body, &[]).await
    }

    pub async fn google_with(
        &self,
        (method, path): (&str, &str),
        body: Option<&Value>,
        more: &[(&str, &str)],
    ) -> Reply {
        let bearer = format!("Bearer {}", self.token);
        let mut headers = vec![("authorization", bearer.as_str())];
        if body.is_some() {
            headers.push(("content-type", "application/json"));
        }
        headers.extend(more);
        let url = format!("{}{path}", self.world.google_url());
        self.send((method, &url), &headers, &body.map(Value::to_string).unwrap_or_default()).await
    }

    pub async fn get(&self, path: &str) -> Reply {
        self.google("GET", path, None).await
    }

    /// `events.list` of the office, with a query of names and values not encoded yet.
    pub async fn list(&self, query: &[(&str, &str)]) -> Value {
        let reply = self.get(&events(OFFICE, query)).await;
        assert_eq!(reply.status, 200, "{}", reply.json());
        reply.json()
    }

    pub async fn insert(&self, event: &Value) -> Reply {
        self.google("POST", &events(OFFICE, &[]), Some(event)).await
    }

    pub async fn patch(&self, id: &str, event: &Value) -> Reply {
        self.google("PATCH", &event_path(OFFICE, id), Some(event)).await
    }

    /// A fresh access token for these scopes.
    pub async fn token(&self, scopes: &str) -> String {
        let reply = self.ask_token(&self.assertion(&json!({ "scope": scopes }))).await;
        assert_eq!(reply.status, 200, "{}", reply.json());
        reply.json()["access_token"].as_str().unwrap().to_owned()
    }

    pub async fn ask_token(&self, assertion: &str) -> Reply {
        let body = format!("grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Ajwt-bearer&assertion={assertion}");
        let url = format!("{}/token", self.world.google_url());
        self.send(("POST", &url), &[("content-type", "application/x-www-form-urlencoded")], &body).await
    }

    /// A signed assertion with valid claims, but for those given.
    pub fn assertion(&self, changes: &Value) -> String {
        let key: Value = serde_json::from_str(&self.world.service_account_key()).unwrap();
        let mut claims = json!({
            "iss": key["client_email"],
            "aud": key["token_uri"],
            "scope": SCOPES,
            "iat": 1_780_000_000,
            "exp": 1_780_003_600,
        });
        for (name, value) in changes.as_object().unwrap() {
            claims[name] = value.clone();
        }
        let pem = key["private_key"].as_str().unwrap();
        let der: String = pem.lines().filter(|line| !line.starts_with('-')).collect();
        let pair = RsaKeyPair::from_pkcs8(&STANDARD.decode(der).unwrap()).unwrap();
        let encode = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let signed = format!("{}.{}", encode(&json!({ "alg": "RS256", "typ": "JWT" })), encode(&claims));
        let mut signature = vec![0; pair.public().modulus_len()];
        pair.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), signed.as_bytes(), &mut signature).unwrap();
        format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature))
    }
}

pub fn at(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

pub fn encoded(text: &str) -> String {
    utf8_percent_encode(text, NON_ALPHANUMERIC).to_string()
}

pub fn events(calendar: &str, query: &[(&str, &str)]) -> String {
    let query: Vec<String> = query.iter().map(|(name, value)| format!("{name}={}", encoded(value))).collect();
    format!("/calendar/v3/calendars/{}/events?{}", encoded(calendar), query.join("&"))
}

pub fn event_path(calendar: &str, id: &str) -> String {
    format!("/calendar/v3/calendars/{}/events/{}", encoded(calendar), encoded(id))
}

/// The ids of the items of a listing.
pub fn ids(listing: &Value) -> Vec<String> {
    let items = listing["items"].as_array().unwrap();
    items.iter().map(|item| item["id"].as_str().unwrap().to_owned()).collect()
}

/// A text field of an object.
pub fn text<'a>(value: &'a Value, field: &str) -> &'a str {
    value[field].as_str().unwrap_or_else(|| panic!("no {field} in {value}"))
}
