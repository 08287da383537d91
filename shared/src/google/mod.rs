//! Talks to Google Calendar and Google Sheets as a service account.
//!
//! Every call has a [`Budget`]: it is repeated where that helps until the deadline, and it keeps to the pace if there
//! is one. Callers give ids and ranges unencoded.

mod auth;
mod budget;
mod calendar;
mod calls;
mod client;
mod endpoint;
mod error;
mod event;
mod key;
mod listing;
#[cfg(test)]
mod manual_time;
mod odd;
pub mod pace;
mod refusal;
mod retry;
mod shared_quota;
mod sheets;
mod signer;
mod token_refusal;
mod writes;

pub use budget::Budget;
pub use calendar::GoogleCalendar;
pub use calls::GoogleCalls;
pub use client::{GoogleClient, GoogleOptions};
pub(crate) use endpoint::check_endpoint;
pub use error::GoogleError;
pub use key::KeyError;
pub(crate) use key::check_key;
pub use listing::{AccessRole, EventsPage, Listing, OddEvent};
pub use shared_quota::SharedQuota;
pub use sheets::{SheetError, SheetRange};
pub use signer::{GoogleKey, KeySource};
pub use token_refusal::TokenRefusal;
pub use writes::Writes;
