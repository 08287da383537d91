//! `moffman check-config`, which checks a configuration.

use std::path::PathBuf;

use clap::error::ErrorKind;
use clap::{Arg, ArgMatches, Command, value_parser};
use moffman::config::Place;

/// The name of the subcommand.
pub(super) const NAME: &str = "check-config";

/// Reads what follows the name: the file, and the place that it is meant for.
pub(super) fn read(mut matches: ArgMatches) -> Result<(PathBuf, Place), clap::Error> {
    let missing = || clap::Error::new(ErrorKind::MissingRequiredArgument);
    let place = if matches.remove_one::<String>("place").as_deref() == Some("aws") { Place::Aws } else { Place::Local };
    Ok((matches.remove_one("FILE").ok_or_else(missing)?, place))
}

/// The subcommand.
pub(super) fn define() -> Command {
    let file = Arg::new("FILE").required(true).value_parser(value_parser!(PathBuf)).help("Configuration, YAML or JSON");
    let place = Arg::new("place").long("place").value_parser(["local", "aws"]).default_value("local");
    Command::new(NAME)
        .about("Check a configuration file and start nothing")
        .arg(file)
        .arg(place.help("Where it is meant for: this command, or the functions on AWS"))
}
