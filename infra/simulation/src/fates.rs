//! What may go wrong with a call.

use std::ops::Range;

use moffman_simulators::{Call, Fault, Service};

/// How many of a thousand calls go well.
const WELL: u16 = 870;
/// How many of a thousand forms go well. More of them fail than of other calls, because they are rare and must not be
/// repeated.
const FORMS_WELL: u16 = 770;
/// How many of a thousand forms go well in schedules in which Byroapi seldom answers clearly.
const FORMS_WELL_IN_MURK: u16 = 250;
/// A call that draws one of these numbers ends its process, if that can crash. Higher numbers are faults.
const CRASHES_BEFORE: Range<u16> = 870..890;
const CRASHES_AFTER: Range<u16> = 890..900;
const CRASHES_UNREAD: Range<u16> = 900..910;

/// What is decided about a call that has arrived.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fate {
    /// All goes well.
    Well,
    /// This goes wrong.
    Wrong(Fault),
    /// The calling process ends before the call is sent.
    CrashBefore,
    /// The calling process ends after the effect; nobody answers it.
    CrashAfter,
    /// The calling process ends when the answer is on its way.
    CrashUnread,
}

/// Draws a fate for a call whose process can still crash, or not; `murky` where Byroapi seldom answers clearly.
pub fn fate(random: &mut fastrand::Rng, call: &Call, can_crash: bool, murky: bool) -> Fate {
    let well = match call.service {
        Service::Byroapi if murky => FORMS_WELL_IN_MURK,
        Service::Byroapi => FORMS_WELL,
        _ => WELL,
    };
    match random.u16(..1000) {
        drawn if drawn < well => Fate::Well,
        drawn if can_crash && CRASHES_BEFORE.contains(&drawn) => Fate::CrashBefore,
        drawn if can_crash && CRASHES_AFTER.contains(&drawn) => Fate::CrashAfter,
        drawn if can_crash && CRASHES_UNREAD.contains(&drawn) => Fate::CrashUnread,
        _ => fault(random, call).map_or(Fate::Well, Fate::Wrong),
    }
}

/// Draws a fate for a call that is about another calendar than the one whose office must not suffer from it.
pub fn fate_elsewhere(random: &mut fastrand::Rng, call: &Call) -> Fate {
    let fault = match call.service {
        Service::Byroapi => Some(Fault::status(500, "no blank PDF")),
        Service::Google | Service::DynamoDb => fault(random, call),
        Service::Token | Service::Sheets | Service::Ssm | Service::Scheduler => None,
    };
    fault.filter(|_| random.bool()).map_or(Fate::Well, Fate::Wrong)
}

/// Draws a fate for a form of which Byroapi does not say whether it was issued.
pub fn fate_in_silence(random: &mut fastrand::Rng) -> Fate {
    let silences = [
        Fault::status_after_effect(502, "Bad Gateway"),
        Fault::status(504, "Gateway Timeout"),
        Fault::DropAfterEffect,
        Fault::HangAfterEffect,
        Fault::Hang,
    ];
    random.choice(silences).map_or(Fate::Well, Fate::Wrong)
}

fn fault(random: &mut fastrand::Rng, call: &Call) -> Option<Fault> {
    let faults = match call.service {
        Service::Google => google(call),
        Service::Byroapi => byroapi(),
        Service::DynamoDb => dynamodb(call),
        Service::Token | Service::Sheets => elsewhere_at_google(),
        Service::Ssm | Service::Scheduler => Vec::new(),
    };
    random.choice(faults)
}

fn google(call: &Call) -> Vec<Fault> {
    let mut faults = vec![
        Fault::Unauthorized401,
        Fault::status(403, "rateLimitExceeded"),
        Fault::status(403, "forbidden"),
        Fault::retry_after(429, "rateLimitExceeded", 3),
        Fault::status(500, "backendError"),
        Fault::status(503, "backendError"),
        Fault::Html(200),
        Fault::Html(502),
        Fault::Truncated,
        Fault::Empty,
        Fault::DropBeforeEffect,
        Fault::DropAfterEffect,
        Fault::Hang,
        Fault::HangAfterEffect,
    ];
    if call.parameter("syncToken").is_some() {
        faults.push(Fault::status(410, "fullSyncRequired"));
    }
    if call.operation == "events.patch" {
        faults.push(Fault::status(412, "conditionNotMet"));
        faults.push(Fault::Repeated);
    }
    faults
}

fn elsewhere_at_google() -> Vec<Fault> {
    vec![
        Fault::status(403, "forbidden"),
        Fault::retry_after(429, "rateLimitExceeded", 3),
        Fault::status(503, "backendError"),
        Fault::Html(200),
        Fault::Truncated,
        Fault::Garbage500,
        Fault::DropBeforeEffect,
        Fault::Hang,
    ]
}

fn byroapi() -> Vec<Fault> {
    vec![
        Fault::status(400, "Bad Request"),
        Fault::status(500, "no blank PDF"),
        Fault::status(503, "Service Unavailable"),
        Fault::status(502, "Bad Gateway"),
        Fault::status_after_effect(201, "Created"),
        Fault::status_after_effect(204, "No Content"),
        Fault::status_after_effect(502, "Bad Gateway"),
        Fault::status_after_effect(504, "Gateway Timeout"),
        Fault::Html(200),
        Fault::Empty,
        Fault::DropBeforeEffect,
        Fault::DropAfterEffect,
        Fault::Hang,
        Fault::HangAfterEffect,
    ]
}

fn dynamodb(call: &Call) -> Vec<Fault> {
    let mut faults = vec![
        Fault::status(400, "ProvisionedThroughputExceededException"),
        Fault::status(400, "ThrottlingException"),
        Fault::status(500, "InternalServerError"),
        Fault::DropBeforeEffect,
        Fault::DropAfterEffect,
    ];
    match call.operation.as_str() {
        // A lost answer makes the SDK send a write again, and a transaction under way may be in its way.
        "PutItem" => {
            faults.push(Fault::Repeated);
            faults.push(Fault::status(400, "TransactionConflictException"));
        }
        "TransactWriteItems" => {
            faults.push(Fault::Repeated);
            faults.push(Fault::status(400, "TransactionCanceledException TransactionConflict"));
            faults.push(Fault::status(400, "TransactionCanceledException ThrottlingError"));
        }
        _ => {}
    }
    faults
}
