//! The whole Moffman service in one process, as a command.

use std::process::ExitCode;

#[tokio::main]
async fn main() -> ExitCode {
    moffman_local::run(std::env::args_os()).await
}
