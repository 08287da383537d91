//! A DynamoDB table of its own for each test, and an eye on what is asked of it.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use aws_sdk_dynamodb::config::interceptors::{
    BeforeDeserializationInterceptorContextMut, BeforeTransmitInterceptorContextMut,
    BeforeTransmitInterceptorContextRef,
};
use aws_sdk_dynamodb::config::{ConfigBag, Intercept, RuntimeComponents, retry::RetryConfig};
use aws_sdk_dynamodb::error::BoxError;
use aws_smithy_runtime_api::client::orchestrator::Metadata;
use moffman::store::Store;
use moffman_testbed::{Testbed, dynamodb, store};

/// Where nobody listens.
const NOBODY: &str = "http://127.0.0.1:9/";

/// What goes to DynamoDB: counted, and failing when a test wants it to.
#[derive(Clone, Default)]
pub struct Traffic(Arc<Mutex<State>>);

#[derive(Default)]
struct State {
    counts: BTreeMap<String, usize>,
    loses_answers_of: Option<&'static str>,
    loses_every_answer: bool,
    fails: bool,
    /// So many requests of an operation reach nobody.
    next_fail: Option<(&'static str, usize)>,
    /// What happens before a request with this in its body is sent.
    first: Option<(&'static str, Action)>,
}

type Action = Box<dyn FnOnce() + Send>;

impl Traffic {
    /// How often each operation was sent since the last time.
    pub fn take(&self) -> BTreeMap<String, usize> {
        std::mem::take(&mut self.0.lock().unwrap().counts)
    }

    /// Every request of this operation takes effect, and every other answer to it is lost; the SDK sends it again.
    pub fn lose_answers_of(&self, operation: &'static str) {
        self.0.lock().unwrap().loses_answers_of = Some(operation);
    }

    /// Every request of this operation takes effect, and no answer to it arrives.
    pub fn lose_every_answer_of(&self, operation: &'static str) {
        let mut state = self.0.lock().unwrap();
        state.loses_answers_of = Some(operation);
        state.loses_every_answer = true;
    }

    /// Runs `action` once, before the next request with this in its body is sent.
    pub fn before(&self, content: &'static str, action: impl FnOnce() + Send + 'static) {
        self.0.lock().unwrap().first = Some((content, Box::new(action)));
    }

    fn take_first(&self, body: Option<&[u8]>) -> Option<Action> {
        let body = String::from_utf8_lossy(body.unwrap_or_default());
        let first = self.0.lock().unwrap().first.take_if(|(content, _)| body.contains(*content))?;
        Some(first.1)
    }

    /// From now on no request is sent.
    pub fn fail_all(&self) {
        self.0.lock().unwrap().fails = true;
    }

    /// The next requests of this operation reach nobody.
    pub fn fail_next(&self, operation: &'static str, count: usize) {
        self.0.lock().unwrap().next_fail = Some((operation, count));
    }

    pub fn heal(&self) {
        let mut state = self.0.lock().unwrap();
        state.fails = false;
        state.loses_answers_of = None;
        state.loses_every_answer = false;
    }
}

fn operation(of_request: &ConfigBag) -> String {
    of_request.load::<Metadata>().map(|metadata| metadata.name().to_owned()).unwrap_or_default()
}

impl fmt::Debug for Traffic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Traffic")
    }
}

impl Intercept for Traffic {
    fn name(&self) -> &'static str {
        "Traffic"
    }

    fn read_before_transmit(
        &self,
        context: &BeforeTransmitInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        request: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        if let Some(action) = self.take_first(context.request().body().bytes()) {
            action();
        }
        let mut state = self.0.lock().unwrap();
        if state.fails {
            return Err("DynamoDB is in trouble".into());
        }
        *state.counts.entry(operation(request)).or_default() += 1;
        Ok(())
    }

    fn modify_before_transmit(
        &self,
        context: &mut BeforeTransmitInterceptorContextMut<'_>,
        _: &RuntimeComponents,
        request: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let operation = operation(request);
        let mut state = self.0.lock().unwrap();
        let fails = state.next_fail.as_mut().filter(|(name, count)| *name == operation && *count > 0);
        if let Some((_, count)) = fails {
            *count -= 1;
            context.request_mut().set_uri(NOBODY)?;
        }
        Ok(())
    }

    fn modify_before_deserialization(
        &self,
        context: &mut BeforeDeserializationInterceptorContextMut<'_>,
        _: &RuntimeComponents,
        request: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let operation = operation(request);
        let state = self.0.lock().unwrap();
        let sent = state.counts.get(&operation).copied().unwrap_or_default();
        if state.loses_answers_of == Some(operation.as_str()) && (state.loses_every_answer || sent % 2 == 1) {
            *context.response_mut().status_mut() = 500.try_into()?;
            context.response_mut().take_body();
        }
        Ok(())
    }
}

/// The table of the testbed under this eye; requests that fail are sent again, as on AWS.
pub fn watched(testbed: &Testbed) -> (Store, Traffic) {
    let traffic = Traffic::default();
    let config = dynamodb(&testbed.dynamodb_url, &testbed.transport)
        .retry_config(RetryConfig::standard().with_initial_backoff(Duration::from_millis(1)))
        .interceptor(traffic.clone());
    (store(config), traffic)
}
