//! Requests to the API, as curl would send them.

use moffman::transport::Transport;
use serde_json::Value;

/// An answer.
#[derive(Debug, PartialEq, Eq)]
pub struct Answer {
    pub status: u16,
    pub media_type: String,
    pub body: Value,
}

/// `POST` with a body when there is one, else `GET`.
pub async fn ask(url: &str, body: Option<&str>, key: Option<&str>) -> Answer {
    let client = Transport::new().unwrap().requests();
    let mut request = match body {
        Some(body) => client.post(url).body(body.to_owned()),
        None => client.get(url),
    };
    if let Some(key) = key {
        request = request.header("x-api-key", key);
    }
    let answer = request.send().await.unwrap();
    let media_type = answer.headers()["content-type"].to_str().unwrap().to_owned();
    Answer { status: answer.status().as_u16(), media_type, body: answer.json().await.unwrap() }
}
