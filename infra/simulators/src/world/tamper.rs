//! A faulty layer between a client and the services: it shows whether the checks of a simulation would find such a client.
//!
//! It changes a request before anything has looked at it, so the log and the strict checks see what arrives.

use std::sync::Arc;

use bytes::Bytes;
use http::{HeaderMap, request::Parts};
use serde_json::Value;

use crate::{
    World,
    wire::exchange::{Answer, Port, ReceivedRequest},
    world::calls::Call,
};

/// Changes what passes between a client and the services.
pub trait Tamper: Send + Sync {
    /// A request of one operation (see [`Call::operation`]) has arrived. The body is null where it is no JSON.
    fn request(&self, _operation: &str, _headers: &mut HeaderMap, _body: &mut Value) {}

    /// How often a request that is to have its effect has it, of any service but DynamoDB.
    fn times(&self, _operation: &str) -> usize {
        1
    }

    /// The call is answered with success. The body is null where it is no JSON.
    fn answer(&self, _call: &Call, _body: &mut Value) {}

    /// The same as text, for what a [`Value`] cannot be.
    fn answer_text(&self, _call: &Call, _body: &mut String) {}
}

impl World {
    /// From now on, everything passes through `layer`.
    pub fn tamper(&self, layer: Arc<dyn Tamper>) {
        self.lock().layer = Some(layer);
    }

    fn layer(&self) -> Option<Arc<dyn Tamper>> {
        self.lock().layer.clone()
    }

    /// The request as it comes out of the layer.
    pub(crate) fn received(&self, listener: Port, parts: &Parts, body: Bytes) -> ReceivedRequest {
        let mut request = ReceivedRequest::new(listener, parts, body);
        if let Some(layer) = self.layer() {
            let operation = &request.route.operation;
            change(&mut request.body, |body| layer.request(operation, &mut request.headers, body));
        }
        request
    }
}

/// The answer as it comes out of the layer.
pub(crate) fn answered(world: &World, call: &Call, mut answer: Answer) -> Answer {
    if answer.status == 200
        && let Some(layer) = world.layer()
    {
        change(&mut answer.body, |body| layer.answer(call, body));
        let before = String::from_utf8_lossy(&answer.body);
        let mut text = before.clone().into_owned();
        layer.answer_text(call, &mut text);
        if text != before {
            answer.body = text.into();
        }
    }
    answer
}

fn change(bytes: &mut Bytes, change: impl FnOnce(&mut Value)) {
    let before: Value = serde_json::from_slice(bytes).unwrap_or_default();
    let mut body = before.clone();
    change(&mut body);
    if body != before {
        *bytes = body.to_string().into();
    }
}
