//! Puts the service together inside a Lambda function, or says why that fails.

mod aws;
pub mod init_error;
mod parameters;
mod start;

pub use self::start::{StartError, start};
