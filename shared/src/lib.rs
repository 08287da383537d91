//! Plans attendance in several offices in shared Google calendars, and approves it.
//!
//! The verbs ([`reserve`], [`decide`], [`reservations`], [`attendance`], [`offices`], [`sweep`], [`reload`], [`schedules`],
//! [`forms`], [`orphans`], [`shards`], [`status`]) are what the service does; [`app::Moffman`] holds what they work with. They call
//! Google, Byroapi, the store and the Scheduler; the [`domain`] knows none of these.

pub mod agenda;
pub mod app;
pub mod attendance;
pub mod byroapi;
pub mod clock;
pub mod config;
pub mod decide;
pub mod directory;
pub mod domain;
pub mod forms;
pub mod google;
pub mod lambda;
pub mod metrics;
pub mod offices;
pub mod orphans;
pub mod reload;
pub mod reservations;
pub mod reserve;
pub mod scheduler;
pub mod schedules;
pub mod shards;
pub mod status;
pub mod store;
pub mod sweep;
pub mod telemetry;
pub mod transport;
