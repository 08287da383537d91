//! Google Calendar, Google Sheets, Byroapi, SSM, EventBridge Scheduler and the Lambda Runtime API as strict in-process HTTP
//! servers, and DynamoDB as dynoxide has it.
//!
//! The strict ones know the wire from the services' documentation and from the schema facts in `schema/`. They share no type
//! with the code under test, so a mistake in its serialisation shows up here. One [`World`] holds the state of the services,
//! the simulated time, what persons do, the faults of a test and the log of calls.
//!
//! The folders, from the bottom up; none knows the ones after it:
//! - `wire`: HTTP, without any service;
//! - `time`: the simulated time, the order of changes, and the list of violations;
//! - `services`: each service with its own state, and `routing`, which leads a request to its service;
//! - `world`: what a test scripts and looks at, and the way that every call takes.
//!
//! To follow a call, begin in `world/passage.rs` and go on with `services/routing.rs`. To see what a test can do, begin with
//! [`World`], whose methods are in the files that `world/mod.rs` names. `lambda_runtime` stands on the wire alone, and `demo`
//! fills a world for a newcomer.
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
mod time;
mod wire;
mod world;

pub use demo::{DemoOffice, DemoUser, DemoWorld, demo, demo_news, demo_trouble};
pub use lambda_runtime::{InvocationOutcome, LambdaRuntime, Span};
pub use services::{byroapi::IssuedForm, dynamodb::DynamoDb, scheduler::schedules::Firing};
pub use wire::exchange::Service;
pub use world::calls::Call;
pub use world::director::{Cue, Director, PendingDecision};
pub use world::event::{NewEvent, Occurrence, Period, Recurrence, When};
pub use world::faults::{Fault, HookPoint, Matcher};
pub use world::handle::World;
pub use world::people::CopyTarget;
pub use world::quota::ALLOWED as QUOTA_ALLOWED;
pub use world::scenery::CalendarOptions;
pub use world::script::Scripted;
pub use world::splits::Split;
pub use world::tamper::Tamper;
