//! The one way through which every request to every simulator passes: log, hooks, faults, effect, answer.
//!
//! In a simulation a [`Director`](crate::Director) decides when a request goes on, and what goes wrong with it; a
//! [`Tamper`](crate::Tamper) changes requests before they come here, and answers when they leave.

use crate::{
    World,
    services::dynamodb::Backend,
    state::WorldState,
    wire::exchange::{Answer, ReceivedRequest},
    world::calls::{Call, Service},
    world::director::Cue,
    world::faults::{self, Fault},
    world::hooks::HookPoint,
    world::tamper,
};
use std::time::Instant;

/// The connection is to be closed without an answer.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Dropped;

/// Carries out one request; what is for DynamoDB has its effect in the `backend`.
pub(crate) async fn pass(
    world: &World,
    request: &ReceivedRequest,
    backend: Option<&Backend>,
) -> Result<Answer, Dropped> {
    let (number, call) = log(world, request);
    let director = world.director();
    let directed = match &director {
        Some(director) => director.before_effect(&call).await,
        None => Cue::Go,
    };
    world.run_hooks(request, HookPoint::BeforeEffect);
    let fault = match directed {
        Cue::Fail(fault) => Some(fault),
        Cue::Go => faults::take(&mut world.lock().rules, request),
    };
    let is_repeated = fault == Some(Fault::Repeated);
    let outcome = carry_out(world, request, fault, async || {
        let answer = effect(world, request, backend).await?;
        let later = if is_repeated { Some(effect(world, &request.without_token(), backend).await?) } else { None };
        world.run_hooks(request, HookPoint::AfterEffect);
        if let Some(director) = &director {
            director.before_answer(&call, answer.status).await;
        }
        Ok(later.unwrap_or(answer))
    })
    .await;
    if let Some(logged) = world.lock().calls.get_mut(number)
        && let Ok(answer) = &outcome
    {
        logged.status = Some(answer.status);
        logged.answered = Some(Instant::now());
        logged.bytes += answer.body.len();
    }
    outcome.map(|answer| tamper::answered(world, &call, answer))
}

async fn carry_out(
    world: &World,
    request: &ReceivedRequest,
    fault: Option<Fault>,
    effect: impl AsyncFnOnce() -> Result<Answer, Dropped>,
) -> Result<Answer, Dropped> {
    match &fault {
        Some(Fault::DropBeforeEffect) => return Err(Dropped),
        Some(Fault::Hang) => return world.hang().await,
        Some(fault) if !fault.lets_it_happen() => return Ok(refusal(fault, request)),
        _ => {}
    }
    let answer = effect().await?;
    match fault {
        Some(Fault::DropAfterEffect) => Err(Dropped),
        Some(Fault::HangAfterEffect) => world.hang().await,
        Some(fault) => Ok(spoiled(&fault, request, answer)),
        None => Ok(answer),
    }
}

fn log(world: &World, request: &ReceivedRequest) -> (usize, Call) {
    let mut state = world.lock();
    let call = Call::new(request, state.now());
    state.quota.count(&call);
    state.calls.push(call.clone());
    (state.calls.len() - 1, call)
}

async fn effect(world: &World, request: &ReceivedRequest, backend: Option<&Backend>) -> Result<Answer, Dropped> {
    match backend {
        Some(backend) => backend.answer(request).await,
        None => Ok(effect_in(&mut world.lock(), request)),
    }
}

fn effect_in(state: &mut WorldState, request: &ReceivedRequest) -> Answer {
    let times = state.layer.as_ref().map_or(1, |layer| layer.times(&request.route.operation));
    for _ in 1..times {
        effect_once(state, request);
    }
    effect_once(state, request)
}

fn effect_once(state: &mut WorldState, request: &ReceivedRequest) -> Answer {
    match request.route.service {
        Service::Google | Service::Token | Service::Sheets => crate::services::google::answer(state, request),
        Service::Byroapi => crate::services::byroapi::answer(state, request),
        Service::Ssm => crate::services::ssm::answer(state, request),
        Service::Scheduler => crate::services::scheduler::answer(state, request),
        Service::DynamoDb => Answer::empty(404),
    }
}

impl Fault {
    pub(crate) fn lets_it_happen(&self) -> bool {
        use Fault::{DropAfterEffect, Empty, HangAfterEffect, Repeated, StatusAfterEffect, Truncated};
        matches!(self, DropAfterEffect | Empty | HangAfterEffect | Repeated | StatusAfterEffect { .. } | Truncated)
    }
}

/// The answer of a fault that prevents the effect.
fn refusal(fault: &Fault, request: &ReceivedRequest) -> Answer {
    match fault {
        Fault::Status { code, reason, retry_after } => {
            let answer = error(request.route.service, *code, reason);
            match retry_after {
                Some(seconds) => answer.with_header("retry-after", seconds.to_string()),
                None => answer,
            }
        }
        Fault::Html(status) => Answer::empty(*status).with_body(
            "text/html; charset=UTF-8",
            "<!DOCTYPE html><html><title>Error</title><h1>Try again</h1></html>",
        ),
        Fault::Unauthorized401 => error(request.route.service, 401, "authError"),
        _ => Answer::empty(500).with_body("application/octet-stream", &b"\xff\xfe\x00{\"error\": \xc3\x28"[..]),
    }
}

/// The answer of a fault that comes after the effect.
fn spoiled(fault: &Fault, request: &ReceivedRequest, mut answer: Answer) -> Answer {
    match fault {
        Fault::Truncated => {
            answer.body.truncate(answer.body.len() / 2);
            answer
        }
        Fault::Repeated => answer,
        Fault::StatusAfterEffect { code, .. } if (200..300).contains(code) => Answer { status: *code, ..answer },
        Fault::StatusAfterEffect { code, reason } => error(request.route.service, *code, reason),
        _ => Answer::empty(200),
    }
}

fn error(service: Service, code: u16, reason: &str) -> Answer {
    match service {
        Service::Google | Service::Token | Service::Sheets => crate::services::google::error(service, code, reason),
        Service::Byroapi => crate::services::byroapi::error(code, reason),
        Service::Ssm => crate::services::ssm::error(code, reason),
        Service::Scheduler => crate::services::scheduler::error(code, reason),
        Service::DynamoDb => crate::services::dynamodb::error(code, reason),
    }
}
