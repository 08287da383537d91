//! The part of [`World`] that starts its servers, and the way that every call takes: log, hooks, faults, effect, answer.
//!
//! In a simulation a `Director` decides when a call goes on, and what goes wrong with it. A `Tamper` changes requests
//! before they reach the log, and answers when they leave.

use super::calls::Call;
use super::director::Cue;
use super::faults::{Fault, HookPoint, take_fault, take_hooks};
use super::handle::{ServiceUrls, World, WorldState};
use super::tamper;
use crate::services::dynamodb::{self, Backend};
use crate::services::routing::{self, Port};
use crate::wire::exchange::{Answer, Dropped, ReceivedRequest};
use crate::wire::serve;
use chrono::{DateTime, Utc};
use std::{io, time::Instant};

impl World {
    /// Starts one server per service on free ports of 127.0.0.1, on the current tokio runtime.
    ///
    /// # Errors
    /// When no port is to be had.
    pub async fn start(now: DateTime<Utc>) -> io::Result<World> {
        let world = World::unserved(now);
        let google = world.listen(Port::Google, None).await?;
        let byroapi = world.listen(Port::Byroapi, None).await?;
        let ssm = world.listen(Port::Ssm, None).await?;
        let scheduler = world.listen(Port::Scheduler, None).await?;
        let mut state = world.lock();
        state.services.google.tokens.audience = format!("{google}/token");
        state.urls = ServiceUrls { google, byroapi: format!("{byroapi}/api/v1/form"), ssm, scheduler };
        drop(state);
        Ok(world)
    }

    /// Serves DynamoDB, in memory and without tables, as one of this world's services; answers its endpoint URL.
    ///
    /// # Errors
    /// When no port is to be had.
    pub async fn serve_dynamodb(&self) -> io::Result<String> {
        let backend = Backend::start().await?;
        self.listen(Port::DynamoDb, Some(backend)).await
    }

    /// Requests that come in on this port have their effect in the `backend`, if there is one.
    async fn listen(&self, port: Port, backend: Option<Backend>) -> io::Result<String> {
        let world = self.clone();
        let connections = self.lock().connections.clone();
        let address = serve::listen(&connections, move |parts, body| {
            let (world, backend) = (world.clone(), backend.clone());
            async move {
                let request = receive(&world, port.receive(&parts, body));
                pass(&world, &request, backend.as_ref()).await
            }
        })
        .await?;
        Ok(format!("http://{address}"))
    }
}

/// The request as the faulty layer, if there is one, has changed it.
fn receive(world: &World, mut request: ReceivedRequest) -> ReceivedRequest {
    let layer = world.lock().layer.clone();
    if let Some(layer) = layer {
        tamper::change_request(&*layer, &mut request);
    }
    request
}

/// Carries out one request. A request for DynamoDB has its effect in the `backend`.
async fn pass(world: &World, request: &ReceivedRequest, backend: Option<&Backend>) -> Result<Answer, Dropped> {
    let (number, call) = log(&mut world.lock(), request);
    let director = world.lock().director.clone();
    let cue = match &director {
        Some(director) => director.before_effect(&call).await,
        None => Cue::Go,
    };
    run_hooks(world, request, HookPoint::BeforeEffect);
    let fault = match cue {
        Cue::Fail(fault) => Some(fault),
        Cue::Go => take_fault(&mut world.lock().rules, request),
    };
    let is_repeated = fault == Some(Fault::Repeated);
    let outcome = carry_out(world, request, fault, async || {
        let answer = effect(world, request, backend).await?;
        let later =
            if is_repeated { Some(effect(world, &dynamodb::without_token(request), backend).await?) } else { None };
        run_hooks(world, request, HookPoint::AfterEffect);
        if let Some(director) = &director {
            director.before_answer(&call, answer.status).await;
        }
        Ok(later.unwrap_or(answer))
    })
    .await;
    let mut answer = outcome?;
    log_answer(&mut world.lock(), number, &answer);
    let layer = world.lock().layer.clone();
    if let Some(layer) = layer {
        tamper::change_answer(&*layer, &call, &mut answer);
    }
    Ok(answer)
}

fn log(state: &mut WorldState, request: &ReceivedRequest) -> (usize, Call) {
    let call = Call::new(request, state.chronicle.now());
    state.quota.count(&call);
    state.calls.push(call.clone());
    (state.calls.len() - 1, call)
}

fn log_answer(state: &mut WorldState, number: usize, answer: &Answer) {
    if let Some(logged) = state.calls.get_mut(number) {
        logged.status = Some(answer.status);
        logged.answered = Some(Instant::now());
        logged.bytes += answer.body.len();
    }
}

fn run_hooks(world: &World, request: &ReceivedRequest, point: HookPoint) {
    let due = take_hooks(&mut world.lock().hooks, request, point);
    for action in due {
        action(world);
    }
}

async fn carry_out(
    world: &World,
    request: &ReceivedRequest,
    fault: Option<Fault>,
    effect: impl AsyncFnOnce() -> Result<Answer, Dropped>,
) -> Result<Answer, Dropped> {
    match &fault {
        Some(Fault::DropBeforeEffect) => return Err(Dropped),
        Some(Fault::Hang) => return hang(world).await,
        Some(fault) if !fault.lets_it_happen() => return Ok(refusal(fault, request)),
        _ => {}
    }
    let answer = effect().await?;
    match fault {
        Some(Fault::DropAfterEffect) => Err(Dropped),
        Some(Fault::HangAfterEffect) => hang(world).await,
        Some(fault) => Ok(spoiled(&fault, request, answer)),
        None => Ok(answer),
    }
}

async fn effect(world: &World, request: &ReceivedRequest, backend: Option<&Backend>) -> Result<Answer, Dropped> {
    if let Some(backend) = backend {
        return backend.answer(request).await;
    }
    let WorldState { services, chronicle, layer, .. } = &mut *world.lock();
    let times = layer.as_ref().map_or(1, |layer| layer.times(&request.route.operation));
    for _ in 1..times {
        services.answer(request, chronicle);
    }
    Ok(services.answer(request, chronicle))
}

/// Never answers. It ends when the client gives up, because that drops the connection's task.
async fn hang(world: &World) -> Result<Answer, Dropped> {
    let _counted = Hanging::new(world);
    let react = world.lock().on_hang.clone();
    if let Some(react) = react {
        react(world);
    }
    std::future::pending().await
}

/// Counts a hanging request for as long as it lives.
struct Hanging<'a>(&'a World);

impl<'a> Hanging<'a> {
    fn new(world: &'a World) -> Self {
        world.lock().hanging += 1;
        Self(world)
    }
}

impl Drop for Hanging<'_> {
    fn drop(&mut self) {
        self.0.lock().hanging -= 1;
    }
}

/// The answer when a fault prevents the effect.
fn refusal(fault: &Fault, request: &ReceivedRequest) -> Answer {
    match fault {
        Fault::Status { code, reason, retry_after } => {
            let answer = routing::error(request.route.service, *code, reason);
            match retry_after {
                Some(seconds) => answer.with_header("retry-after", seconds.to_string()),
                None => answer,
            }
        }
        Fault::Html(status) => Answer::empty(*status).with_body(
            "text/html; charset=UTF-8",
            "<!DOCTYPE html><html><title>Error</title><h1>Try again</h1></html>",
        ),
        Fault::Unauthorized401 => routing::error(request.route.service, 401, "authError"),
        _ => Answer::empty(500).with_body("application/octet-stream", &b"\xff\xfe\x00{\"error\": \xc3\x28"[..]),
    }
}

/// The answer when a fault comes after the effect.
fn spoiled(fault: &Fault, request: &ReceivedRequest, mut answer: Answer) -> Answer {
    match fault {
        Fault::Truncated => {
            answer.body.truncate(answer.body.len() / 2);
            answer
        }
        Fault::Repeated => answer,
        Fault::StatusAfterEffect { code, .. } if (200..300).contains(code) => Answer { status: *code, ..answer },
        Fault::StatusAfterEffect { code, reason } => routing::error(request.route.service, *code, reason),
        _ => Answer::empty(200),
    }
}
