//! What tests, measurements and simulations stand on: simulated services, a table, and processes of the service.

mod aws;
mod testbed;
mod time;

pub use aws::{dynamodb, scheduler, store};
pub use testbed::{Testbed, Trouble};
pub use time::WorldTime;
