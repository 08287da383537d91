//! Google Calendar, Google Sheets and the token endpoint, on one host. `methods` is where a request comes in.

mod a1;
mod arguments;
pub(crate) mod calendar;
mod calendar_list;
pub(crate) mod calendars;
mod checks;
pub(crate) mod content;
pub(crate) mod error;
mod events;
mod filter;
mod listing;
mod mask;
pub(crate) mod methods;
pub(crate) mod oauth;
pub(crate) mod point;
pub(crate) mod resource;
mod schema;
pub(crate) mod series;
pub(crate) mod sheets;
mod tokens;
