//! Google's methods. Each request is checked against the schema before its effect, and each answer before it is sent.
//!
//! A request that no correct client would send is refused as Google refuses it, and recorded as a violation.

use super::arguments::Arguments;
use super::calendars::Calendars;
use super::checks::mismatches;
use super::error::{ApiRefusal, ApiResult};
use super::mask::Mask;
use super::oauth::TokenService;
use super::schema::{ApiSchema, CALENDAR, Method, SHEETS};
use super::sheets::{self, Spreadsheets};
use super::{calendar_list, events, listing};
use crate::time::Chronicle;
use crate::wire::exchange::{Answer, ReceivedRequest, Route, Service};
use serde_json::Value;

/// What Google remembers.
#[derive(Default)]
pub(crate) struct Google {
    pub(crate) tokens: TokenService,
    pub(crate) calendars: Calendars,
    pub(crate) spreadsheets: Spreadsheets,
}

impl Google {
    /// Carries out a request.
    pub(crate) fn answer(&mut self, request: &ReceivedRequest, chronicle: &mut Chronicle) -> Answer {
        let result = match request.route.service {
            Service::Token => self.tokens.grant(request, chronicle.now()),
            _ => self.carry_out(request, chronicle),
        };
        result.unwrap_or_else(|refusal| {
            if let Some(text) = &refusal.violation {
                let ReceivedRequest { route, method, path, .. } = request;
                chronicle.violation(format!("{}: {text} ({method} {path})", route.operation));
            }
            refusal.answer(request.route.service)
        })
    }

    fn carry_out(&mut self, request: &ReceivedRequest, chronicle: &mut Chronicle) -> ApiResult<Answer> {
        let api = api(request.route.service);
        let Some(method) = api.method(&request.route.operation) else {
            return Err(ApiRefusal::not_found().violating("no method has this path"));
        };
        self.tokens.authorise(request, chronicle.now())?;
        let arguments = Arguments::read(api, method, request)?;
        let mask = arguments.get("fields").map(|fields| mask(api, method, fields)).transpose()?;
        let value = self.perform(&method.name, chronicle, &arguments)?;
        if value.is_null() {
            return Ok(Answer::empty(204));
        }
        for text in mismatches(api, answer_schema(api, method), &value, false) {
            chronicle.violation(format!("the simulator's own {}: {text}", method.name));
        }
        Ok(Answer::json(200, &mask.unwrap_or(Mask::All).apply(value)))
    }

    fn perform(&mut self, method: &str, chronicle: &mut Chronicle, arguments: &Arguments) -> ApiResult {
        let Self { calendars, spreadsheets, .. } = self;
        match method {
            "calendarList.get" => calendar_list::get(calendars, arguments),
            "calendarList.insert" => calendar_list::insert(calendars, arguments),
            "calendarList.list" => calendar_list::list(calendars, arguments),
            "calendars.get" => calendar_list::calendar(calendars, arguments),
            "events.delete" => events::delete(calendars, chronicle, arguments),
            "events.get" => events::get(calendars, arguments),
            "events.insert" => events::insert(calendars, chronicle, arguments),
            "events.list" => listing::list(calendars, chronicle, arguments),
            "events.patch" => events::patch(calendars, chronicle, arguments),
            "spreadsheets.values.batchGet" => sheets::batch_get(spreadsheets, arguments),
            "spreadsheets.values.get" => sheets::get(spreadsheets, arguments),
            _ => {
                Err(ApiRefusal::new(501, "notImplemented", "Not Implemented").violating("this method is not simulated"))
            }
        }
    }
}

/// Names the operation of a method and a path.
pub(crate) fn route(method: &str, path: &str) -> Route {
    if path == "/token" {
        return Route::new(Service::Token, "token");
    }
    let service = if path.starts_with("/v4/") { Service::Sheets } else { Service::Google };
    match api(service).find(method, path) {
        Some((method, path)) => Route { service, operation: method.name.clone(), path },
        None => Route::new(service, "unknown"),
    }
}

fn api(service: Service) -> &'static ApiSchema {
    if service == Service::Sheets { &SHEETS } else { &CALENDAR }
}

fn answer_schema<'a>(api: &'a ApiSchema, method: &Method) -> &'a Value {
    api.schema(method.response.as_deref().unwrap_or_default())
}

fn mask(api: &ApiSchema, method: &Method, fields: &str) -> ApiResult<Mask> {
    let refused = |text: &str| {
        let message = format!("Invalid field selection {fields}");
        ApiRefusal::new(400, "invalidParameter", &message).at("parameter", "fields").violating(text)
    };
    let mask = Mask::parse(fields).map_err(|text| refused(&text))?;
    let mut unknown = Vec::new();
    mask.check(api, answer_schema(api, method), &mut unknown);
    if unknown.is_empty() {
        Ok(mask)
    } else {
        Err(refused(&format!("the mask {fields:?} names unknown fields {unknown:?}")))
    }
}
