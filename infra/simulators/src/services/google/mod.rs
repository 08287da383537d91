//! Google Calendar, Google Sheets and the token endpoint, on one host.
//!
//! Every request is checked against the schema before it is carried out, and so is every answer before it is sent. What a
//! correct client would not have sent is refused as Google refuses it, and recorded as a violation.

mod a1;
pub(crate) mod arguments;
pub(crate) mod calendar;
mod calendar_list;
pub(crate) mod calendars;
pub(crate) mod content;
pub(crate) mod error;
mod events;
mod listing;
mod mask;
pub(crate) mod oauth;
mod schema;
pub(crate) mod series;
pub(crate) mod sheets;
mod tokens;

pub(crate) use error::scripted as error;

use crate::{
    state::WorldState,
    wire::exchange::{Answer, ReceivedRequest, Route},
    world::calls::Service,
};
use arguments::Arguments;
use error::ApiRefusal;
use mask::Mask;
use schema::{ApiSchema, CALENDAR, Method, SHEETS};
use serde_json::Value;

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

/// Carries out a request.
pub(crate) fn answer(state: &mut WorldState, request: &ReceivedRequest) -> Answer {
    let result =
        if request.route.service == Service::Token { oauth::grant(state, request) } else { carry_out(state, request) };
    result.unwrap_or_else(|refusal| {
        if let Some(text) = &refusal.violation {
            state.violation(format!("{}: {text} ({} {})", request.route.operation, request.method, request.path));
        }
        refusal.answer(request.route.service)
    })
}

fn carry_out(state: &mut WorldState, request: &ReceivedRequest) -> Result<Answer, ApiRefusal> {
    let api = api(request.route.service);
    let Some(method) = api.method(&request.route.operation) else {
        return Err(ApiRefusal::not_found().violating("no method has this path"));
    };
    oauth::authorise(state, request)?;
    let arguments = Arguments::read(api, method, request)?;
    let mask = arguments.get("fields").map(|fields| mask(api, method, fields)).transpose()?;
    let value = perform(state, method, &arguments)?;
    if value.is_null() {
        return Ok(Answer::empty(204));
    }
    check_own(state, api, method, &value);
    Ok(Answer::json(200, &mask.unwrap_or(Mask::All).apply(value)))
}

fn perform(state: &mut WorldState, method: &Method, arguments: &Arguments) -> Result<Value, ApiRefusal> {
    match method.name.as_str() {
        "calendarList.get" => calendar_list::get(state, arguments),
        "calendarList.insert" => calendar_list::insert(state, arguments),
        "calendarList.list" => calendar_list::list(state, arguments),
        "calendars.get" => calendar_list::calendar(state, arguments),
        "events.delete" => events::delete(state, arguments),
        "events.get" => events::get(state, arguments),
        "events.insert" => events::insert(state, arguments),
        "events.list" => listing::list(state, arguments),
        "events.patch" => events::patch(state, arguments),
        "spreadsheets.values.batchGet" => sheets::batch_get(state, arguments),
        "spreadsheets.values.get" => sheets::get(state, arguments),
        _ => Err(ApiRefusal::new(501, "notImplemented", "Not Implemented").violating("this method is not simulated")),
    }
}

/// A mistake of the simulator itself is a violation as well.
fn check_own(state: &mut WorldState, api: &ApiSchema, method: &Method, value: &Value) {
    let mut wrong = Vec::new();
    let schema = api.schema(method.response.as_deref().unwrap_or_default());
    api.check(schema, value, "answer", false, &mut wrong);
    state.violations.extend(wrong.into_iter().map(|text| format!("the simulator's own {}: {text}", method.name)));
}

fn mask(api: &ApiSchema, method: &Method, fields: &str) -> Result<Mask, ApiRefusal> {
    let refused = |text: &str| {
        let message = format!("Invalid field selection {fields}");
        ApiRefusal::new(400, "invalidParameter", &message).at("parameter", "fields").violating(text)
    };
    let mask = Mask::parse(fields).map_err(|text| refused(&text))?;
    let mut unknown = Vec::new();
    mask.check(api, api.schema(method.response.as_deref().unwrap_or_default()), &mut unknown);
    if unknown.is_empty() {
        Ok(mask)
    } else {
        Err(refused(&format!("the mask {fields:?} names unknown fields {unknown:?}")))
    }
}
