//! What the command does: reads its command line, runs the service until it is to stop, and says how it went.

use std::ffi::OsString;
use std::fmt::Display;
use std::fs::File;
use std::io::Write;
use std::path::Path;
use std::process::ExitCode;

use moffman::config::{self, LogLevel, Place, Sources};
use moffman::telemetry::{self, Format};

use crate::client::{ClientError, ServiceClient};
use crate::command_line::{self, CommandOrder, Question};
use crate::signals::Signals;
use crate::{LocalService, Output, check, forms, reservations, who};

/// The exit status after an interrupt that did not wait for what was under way.
const INTERRUPTED: u8 = 130;

/// Runs the command. The first signal lets it finish what it has begun, the second one ends it at once.
pub async fn run(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    let sources = |file, options| Sources { file, environment: environment(), options, place: Place::Local };
    match command_line::parse(arguments) {
        Ok(CommandOrder::WriteTemplate(file)) => {
            ended(write_template(&file).map_err(|error| format!("{}: {error}", file.display())))
        }
        Ok(CommandOrder::Run { file, options }) => serve(sources(file, options)).await,
        Ok(CommandOrder::Check { file, place }) => ended(check::check(file, place, environment(), &Output::standard())),
        Ok(CommandOrder::Ask { file, options, question }) => ended(ask(&sources(file, options), &question).await),
        Err(told) => {
            // Nothing can be done if the output is closed.
            let _ = told.print();
            ExitCode::from(u8::try_from(told.exit_code()).unwrap_or(1))
        }
    }
}

/// Asks the running service with these settings.
async fn ask(sources: &Sources, question: &Question) -> Result<(), ClientError> {
    let (service, output) = (ServiceClient::new(sources)?, Output::standard());
    match question {
        Question::Forms(command) => forms::carry_out(&service, command, &output).await,
        Question::Reservations(command) => reservations::carry_out(&service, command, &output).await,
        Question::Who(command) => who::show(&service, command, &output).await,
    }
}

/// Writes the template into a new file; somebody may have edited one that exists.
fn write_template(file: &Path) -> std::io::Result<()> {
    File::create_new(file)?.write_all(config::template().as_bytes())
}

/// The environment. Text that is not Unicode is passed on in part, so that the configuration can report it.
fn environment() -> Vec<(String, String)> {
    let text = |text: OsString| text.to_string_lossy().into_owned();
    std::env::vars_os().map(|(name, value)| (text(name), text(value))).collect()
}

async fn serve(sources: Sources) -> ExitCode {
    if let Err(error) = telemetry::init(Format::Text, LogLevel::Info) {
        return failed(&error);
    }
    let mut signals = match Signals::listen() {
        Ok(signals) => signals,
        Err(error) => return failed(&format!("signals cannot be received: {error}")),
    };
    let output = Output::standard();
    let started = tokio::select! {
        started = LocalService::start(&sources, &output) => started,
        () = signals.next() => return ExitCode::from(INTERRUPTED),
    };
    let service = match started {
        Ok(service) => service,
        Err(error) => return failed(&error),
    };
    signals.next().await;
    service.want_stop();
    output.line("Stopping: what is under way is finished. A second signal ends it at once.");
    tokio::select! {
        () = service.stop() => ExitCode::SUCCESS,
        () = signals.next() => ExitCode::from(INTERRUPTED),
    }
}

fn ended(outcome: Result<(), impl Display>) -> ExitCode {
    outcome.map_or_else(|error| failed(&error), |()| ExitCode::SUCCESS)
}

fn failed(error: &dyn Display) -> ExitCode {
    // If the output is closed, the status still tells of the failure.
    let _ = writeln!(std::io::stderr(), "moffman: {error}");
    ExitCode::FAILURE
}
