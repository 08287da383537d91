//! Which operation a request asks for, and which service answers it.

use super::byroapi::{self, FormService};
use super::dynamodb;
use super::google::{self, methods::Google};
use super::scheduler::{operations as scheduler, schedules::ScheduleStore};
use super::ssm::{self, ParameterStore};
use crate::time::Chronicle;
use crate::wire::exchange::{Answer, ReceivedRequest, Route, Service};
use bytes::Bytes;
use http::request::Parts;

/// The server that a connection came in on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Port {
    Google,
    Byroapi,
    Ssm,
    Scheduler,
    DynamoDb,
}

impl Port {
    /// A request that has arrived here, with the name of its operation.
    pub(crate) fn receive(self, parts: &Parts, body: Bytes) -> ReceivedRequest {
        ReceivedRequest::new(parts, body, |path| match self {
            Port::Google => google::methods::route(parts.method.as_str(), path),
            Port::Byroapi => Route::new(Service::Byroapi, "form"),
            Port::Ssm => ssm::route(&parts.headers),
            Port::Scheduler => scheduler::route(parts.method.as_str(), path),
            Port::DynamoDb => dynamodb::route(&parts.headers),
        })
    }
}

/// The state of every service but DynamoDB, which keeps its own.
#[derive(Default)]
pub(crate) struct Services {
    pub(crate) google: Google,
    pub(crate) byroapi: FormService,
    pub(crate) ssm: ParameterStore,
    pub(crate) scheduler: ScheduleStore,
}

impl Services {
    /// Carries out a request for any service but DynamoDB.
    pub(crate) fn answer(&mut self, request: &ReceivedRequest, chronicle: &mut Chronicle) -> Answer {
        match request.route.service {
            Service::Google | Service::Token | Service::Sheets => self.google.answer(request, chronicle),
            Service::Byroapi => self.byroapi.answer(request, chronicle),
            Service::Ssm => self.ssm.answer(request, chronicle),
            Service::Scheduler => scheduler::answer(&mut self.scheduler, request, chronicle),
            Service::DynamoDb => Answer::empty(404),
        }
    }
}

/// A scripted fault's error in the service's own format.
pub(crate) fn error(service: Service, code: u16, reason: &str) -> Answer {
    match service {
        Service::Google | Service::Token | Service::Sheets => google::error::scripted(service, code, reason),
        Service::Byroapi => byroapi::error(code, reason),
        Service::Ssm => ssm::error(code, reason),
        Service::Scheduler => scheduler::error(code, reason),
        Service::DynamoDb => dynamodb::error(code, reason),
    }
}
