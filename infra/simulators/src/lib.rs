//! Google Calendar, Google Sheets, Byroapi, SSM, EventBridge Scheduler and the Lambda Runtime API as strict in-process HTTP servers, and
//! DynamoDB as dynoxide has it.
//!
//! The strict ones know the wire from the services' documentation and from the schema facts in `schema/`, and none of the
//! types of the code under test: a mistake in its serialisation shows up here. One [`World`] holds the state of their
//! services, the simulated time, what persons do, the faults of a test and the log of calls.
//!
//! ```no_run
//! # async fn story() -> std::io::Result<()> {
//! use moffman_simulators::{CalendarOptions, Fault, Matcher, NewEvent, World};
//!
//! let world = World::start("2026-06-10T08:00:00Z".parse().unwrap_or_default()).await?;
//! world.add_calendar("brno@group.calendar.example.com", CalendarOptions::default());
//! let id = world.person_adds(
//!     "brno@group.calendar.example.com",
//!     "eva@example.com",
//!     NewEvent::new("2026-06-18", "2026-06-19").titled("In the office"),
//! );
//! world.fail(Matcher::operation("events.patch").containing(&id), Fault::DropAfterEffect);
//! // … run the code under test against `world.google_url()` …
//! assert_eq!(world.finish(), Ok(()));
//! # Ok(())
//! # }
//! ```

mod demo;
mod lambda_runtime;
mod services;
mod state;
mod wire;
mod world;

pub use demo::{DemoOffice, DemoUser, DemoWorld, demo};
pub use lambda_runtime::{InvocationOutcome, LambdaRuntime, Span};
pub use services::{byroapi::IssuedForm, dynamodb::DynamoDb, scheduler::Firing};
pub use world::{
    calls::{Call, Service},
    director::{Cue, Director, PendingDecision},
    event::{NewEvent, Recurrence, When},
    faults::{Fault, Matcher, Scripted},
    handle::World,
    hooks::HookPoint,
    quota::ALLOWED as QUOTA_ALLOWED,
    scenery::CalendarOptions,
    splits::Split,
    tamper::Tamper,
};
