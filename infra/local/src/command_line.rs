//! The command line: upstream's options, and one for every setting.
//!
//! The value of a setting is not checked here: the configuration reports its mistakes together with those of the file.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::{Arg, ArgMatches, Command, value_parser};
use moffman::config::{KEYS, Key, Kind};
use moffman::domain::date_shift::ShiftUnit;

const CONFIG: &str = "config";
const TEMPLATE: &str = "get-config-template";
const ABOUT: &str = "Keeps planned attendance in shared Google calendars and approves it";
const AFTER_HELP: &str = "\
Stronger settings win: default, file, environment variable (MOFFMAN_GENERAL__LOG_LEVEL=DEBUG), option.
Without google_api.service_account_key_path, Google and Byroapi are simulated.";

/// What the command is to do.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Order {
    /// Write the configuration with its defaults into this new file.
    WriteTemplate(PathBuf),
    /// Run the service.
    Run {
        /// The configuration file.
        file: Option<PathBuf>,
        /// Settings given as options: `--general--log-level` and `DEBUG`.
        options: Vec<(String, String)>,
    },
}

/// Reads the command line. The error is also the answer to `--help` and `--version`.
pub(crate) fn parse(arguments: impl IntoIterator<Item = OsString>) -> Result<Order, clap::Error> {
    let mut matches = command().try_get_matches_from(arguments)?;
    if let Some(file) = matches.remove_one(TEMPLATE) {
        return Ok(Order::WriteTemplate(file));
    }
    Ok(Order::Run { file: matches.remove_one(CONFIG), options: settings(&mut matches) })
}

fn command() -> Command {
    let file = |name: &'static str| Arg::new(name).long(name).value_name("FILE").value_parser(value_parser!(PathBuf));
    Command::new("moffman")
        .version(env!("CARGO_PKG_VERSION"))
        .about(ABOUT)
        .after_help(AFTER_HELP)
        .arg(file(CONFIG).help("Configuration file, YAML or JSON"))
        .arg(file(TEMPLATE).help("Write the configuration with its defaults into FILE, which must not exist yet"))
        .next_help_heading("Settings")
        .args(KEYS.iter().map(documented))
        .args(also_understood().into_iter().map(|name| setting(name).hide(true)))
}

/// The option of a key, with the key's documentation.
fn documented(key: &Key) -> Arg {
    let help = format!("{} [default: {}]", key.doc.join(" "), key.default);
    setting(long_name(key)).help(help)
}

fn setting(name: String) -> Arg {
    Arg::new(name.clone()).long(name).value_name("VALUE").allow_negative_numbers(true)
}

fn long_name(key: &Key) -> String {
    key.option_name().trim_start_matches('-').to_owned()
}

/// Options beside those of the keys: one unit of a shift, a sheet by its id alone, and upstream's other name for the
/// interval between reloads.
fn also_understood() -> Vec<String> {
    let shifts = KEYS.iter().filter(|key| key.kind == Kind::Shift);
    let units = shifts.flat_map(|key| ShiftUnit::ALL.map(|(unit, _)| format!("{}--{unit}", long_name(key))));
    let sheets = ["manual-users--google-config", "offices--google-config"];
    let sheets = sheets.into_iter().flat_map(|sheet| [sheet.to_owned(), format!("{sheet}--min-update-interval")]);
    units.chain(sheets).collect()
}

fn settings(matches: &mut ArgMatches) -> Vec<(String, String)> {
    let names = KEYS.iter().map(long_name).chain(also_understood());
    names.filter_map(|name| matches.remove_one(&name).map(|value| (format!("--{name}"), value))).collect()
}

#[cfg(test)]
mod tests {
    use clap::error::ErrorKind;

    use super::*;

    fn parsed(arguments: &[&str]) -> Result<Order, ErrorKind> {
        let arguments = std::iter::once("moffman").chain(arguments.iter().copied());
        parse(arguments.map(OsString::from)).map_err(|error| error.kind())
    }

    fn run(options: &[(&str, &str)]) -> Order {
        let options = options.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        Order::Run { file: None, options: options.collect() }
    }

    #[test]
    fn the_definition_is_consistent() {
        command().debug_assert();
    }

    #[test]
    fn every_setting_is_an_option() {
        for key in KEYS {
            let name = key.option_name();
            assert_eq!(parsed(&[&name, "1"]), Ok(run(&[(&name, "1")])));
        }
    }

    #[test]
    fn a_unit_of_a_shift_and_a_bare_sheet_are_options() {
        let unit = ("--calendar--checking-range--min--weeks", "-3");
        assert_eq!(parsed(&[unit.0, unit.1]), Ok(run(&[unit])));
        let sheet = ("--offices--google-config", "1Id24zwRK41IDkdl34jpfx90tkY3bi4dGrl340nnldf9");
        assert_eq!(parsed(&[sheet.0, sheet.1]), Ok(run(&[sheet])));
    }

    #[test]
    fn upstreams_own_options_are_understood() {
        assert_eq!(
            parsed(&["--config", "a.yaml", "--rest-api--port=0"]),
            Ok(Order::Run {
                file: Some("a.yaml".into()),
                options: vec![("--rest-api--port".to_owned(), "0".to_owned())],
            })
        );
        let template = Order::WriteTemplate("b.yaml".into());
        assert_eq!(parsed(&["--get-config-template", "b.yaml"]), Ok(template));
    }

    #[test]
    fn what_is_no_option_is_refused() {
        assert_eq!(parsed(&["--general--log-levl", "INFO"]), Err(ErrorKind::UnknownArgument));
        assert_eq!(parsed(&["config.yaml"]), Err(ErrorKind::UnknownArgument));
        let twice = ["--rest-api--port", "1", "--rest-api--port", "2"];
        assert_eq!(parsed(&twice), Err(ErrorKind::ArgumentConflict));
        assert_eq!(parsed(&["--version"]), Err(ErrorKind::DisplayVersion));
    }
}
