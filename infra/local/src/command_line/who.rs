//! `moffman who`, which shows who is in.

use clap::{Arg, ArgMatches, Command};

use super::asking;

/// The name of the subcommand.
pub(super) const NAME: &str = "who";

const HELP: &str =
    "The numbers are people who are approved, and after a + those who are pending. 31 days at most can be shown.";

/// Which attendance to print.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct WhoCommand {
    /// Print only this office.
    pub(crate) office_id: Option<String>,
    /// The first day.
    pub(crate) from: Option<String>,
    /// The last day.
    pub(crate) to: Option<String>,
}

/// Reads what follows the name.
pub(super) fn read(mut matches: ArgMatches) -> WhoCommand {
    WhoCommand {
        office_id: matches.remove_one("office-id"),
        from: matches.remove_one("from"),
        to: matches.remove_one("to"),
    }
}

/// The subcommand.
pub(super) fn define() -> Command {
    let option = |name: &'static str, value: &'static str| Arg::new(name).long(name).value_name(value);
    Command::new(NAME)
        .about("Show who is in which office on which day, this week if no days are named")
        .after_help(asking::help(NAME, "who", HELP))
        .arg(option("office-id", "NAME").help("Only this office"))
        .arg(option("from", "DAY").help("First day, YYYY-MM-DD [default: Monday of the week of --to, or of this week]"))
        .arg(option("to", "DAY").help("Last day, YYYY-MM-DD [default: Sunday of the week of --from]"))
}
