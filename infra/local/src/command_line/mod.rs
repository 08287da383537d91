//! The command line: upstream's options, and an option for every setting.
//!
//! The value of a setting is not checked here: the configuration reports its mistakes together with those of the file.

mod asking;
mod check;
mod forms;
mod reservations;
mod who;

use std::ffi::OsString;
use std::path::PathBuf;

use clap::{Arg, ArgMatches, Command, value_parser};
use moffman::config::{KEYS, Key, Kind, Place};
use moffman::domain::date_shift::ShiftUnit;

pub(crate) use forms::FormsCommand;
pub(crate) use reservations::{ReservationChoice, ReservationsCommand};
pub(crate) use who::WhoCommand;

const CONFIG: &str = "config";
const TEMPLATE: &str = "get-config-template";
const ABOUT: &str = "Keeps planned attendance in shared Google calendars and approves it";
const AFTER_HELP: &str = "\
Stronger settings win: default, file, environment variable (MOFFMAN_GENERAL__LOG_LEVEL=DEBUG), option.
Without google_api.service_account_key_path, Google and Byroapi are simulated.

infra/config/README.md explains every setting, functions/README.md the API, infra/deploy/README.md what to do when.";

/// What the command is to do.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum CommandOrder {
    /// Write the configuration with its defaults into this new file.
    WriteTemplate(PathBuf),
    /// Run the service.
    Run {
        /// The configuration file.
        file: Option<PathBuf>,
        /// Settings given as options: `--general--log-level` and `DEBUG`.
        options: Vec<(String, String)>,
    },
    /// Check a configuration, as the service in this place would.
    Check {
        /// The configuration file.
        file: PathBuf,
        /// The place that it is meant for.
        place: Place,
    },
    /// Ask the running service.
    Ask {
        /// The configuration file.
        file: Option<PathBuf>,
        /// Settings given as options.
        options: Vec<(String, String)>,
        /// What to ask.
        question: Question,
    },
}

/// What to ask the running service.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Question {
    /// About its forms.
    Forms(FormsCommand),
    /// About its reservations.
    Reservations(ReservationsCommand),
    /// Who is in.
    Who(WhoCommand),
}

/// Reads the command line. The error is also the answer to `--help` and `--version`.
pub(crate) fn parse(arguments: impl IntoIterator<Item = OsString>) -> Result<CommandOrder, clap::Error> {
    let mut matches = command().try_get_matches_from(arguments)?;
    if let Some(file) = matches.remove_one(TEMPLATE) {
        return Ok(CommandOrder::WriteTemplate(file));
    }
    let (file, options) = (matches.remove_one(CONFIG), settings(&mut matches));
    let question = match matches.remove_subcommand() {
        Some((name, check)) if name == check::NAME => {
            let (file, place) = check::read(check)?;
            return Ok(CommandOrder::Check { file, place });
        }
        Some((name, who)) if name == who::NAME => Some(Question::Who(who::read(who))),
        Some((name, reservations)) if name == reservations::NAME => {
            reservations::read(reservations).map(Question::Reservations)
        }
        Some((_, forms)) => forms::read(forms).map(Question::Forms),
        None => None,
    };
    Ok(match question {
        Some(question) => CommandOrder::Ask { file, options, question },
        None => CommandOrder::Run { file, options },
    })
}

fn command() -> Command {
    let file = |name: &'static str| Arg::new(name).long(name).value_name("FILE").value_parser(value_parser!(PathBuf));
    Command::new("moffman")
        .version(env!("CARGO_PKG_VERSION"))
        .about(ABOUT)
        .after_help(AFTER_HELP)
        .disable_help_subcommand(true)
        .arg(file(CONFIG).help("Configuration file, YAML or JSON"))
        .arg(file(TEMPLATE).help("Write the configuration with its defaults into FILE, which must not exist yet"))
        .next_help_heading("Settings")
        .args(KEYS.iter().map(documented))
        .args(also_understood().into_iter().map(|name| setting(name).hide(true)))
        .subcommand(who::define())
        .subcommand(forms::define())
        .subcommand(reservations::define())
        .subcommand(check::define())
}

/// The option of a key, with the key's documentation.
fn documented(key: &Key) -> Arg {
    let help = format!("{} [default: {}]", key.doc.replace('\n', " "), key.default);
    setting(long_name(key)).help(help)
}

fn setting(name: String) -> Arg {
    Arg::new(name.clone()).long(name).value_name("VALUE").allow_negative_numbers(true)
}

fn long_name(key: &Key) -> String {
    key.option_name().trim_start_matches('-').to_owned()
}

/// Options beside the ones of the keys: a unit of a shift, a sheet by its id alone, and upstream's other name for the
/// interval between reloads.
fn also_understood() -> Vec<String> {
    let shifts = KEYS.iter().filter(|key| key.kind == Kind::Shift);
    let units = shifts.flat_map(|key| ShiftUnit::NAMES.iter().map(move |unit| format!("{}--{unit}", long_name(key))));
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

    fn parsed(arguments: &[&str]) -> Result<CommandOrder, ErrorKind> {
        let arguments = std::iter::once("moffman").chain(arguments.iter().copied());
        parse(arguments.map(OsString::from)).map_err(|error| error.kind())
    }

    fn run(options: &[(&str, &str)]) -> CommandOrder {
        let options = options.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        CommandOrder::Run { file: None, options: options.collect() }
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
            Ok(CommandOrder::Run {
                file: Some("a.yaml".into()),
                options: vec![("--rest-api--port".to_owned(), "0".to_owned())],
            })
        );
        let template = CommandOrder::WriteTemplate("b.yaml".into());
        assert_eq!(parsed(&["--get-config-template", "b.yaml"]), Ok(template));
    }

    fn parsed_with_settings(word: &str, rest: &[&str]) -> Result<CommandOrder, ErrorKind> {
        parsed(&[&["--config", "a.yaml", "--rest-api--port", "81", word], rest].concat())
    }

    fn asking(question: Question) -> CommandOrder {
        let options = vec![("--rest-api--port".to_owned(), "81".to_owned())];
        CommandOrder::Ask { file: Some("a.yaml".into()), options, question }
    }

    #[test]
    fn forms_are_asked_for_with_the_settings_of_the_service() {
        let asked = |command| Ok(asking(Question::Forms(command)));
        let parsed_forms = |rest: &[&str]| parsed_with_settings("forms", rest);
        let all = FormsCommand::List { office_id: None, state: None };
        assert_eq!(parsed_forms(&["list"]), asked(all));
        let some = FormsCommand::List { office_id: Some("Brno".to_owned()), state: Some("held".to_owned()) };
        assert_eq!(parsed_forms(&["list", "--office-id", "Brno", "--state", "held"]), asked(some));
        let resend = |again| FormsCommand::Resend { id: "abc".to_owned(), again };
        assert_eq!(parsed_forms(&["resend", "abc"]), asked(resend(false)));
        assert_eq!(parsed_forms(&["resend", "abc", "--again"]), asked(resend(true)));
        let discard = |outcome: &str| FormsCommand::Discard { id: "abc".to_owned(), outcome: outcome.to_owned() };
        assert_eq!(parsed_forms(&["discard", "abc"]), asked(discard("arrived")));
        let unwanted = parsed_forms(&["discard", "--outcome", "not_wanted", "abc"]);
        assert_eq!(unwanted, asked(discard("not_wanted")));
        assert_eq!(parsed_forms(&["discard", "abc", "--outcome", "lost"]), Err(ErrorKind::InvalidValue));
        assert_eq!(parsed_forms(&["discard", "abc", "--again"]), Err(ErrorKind::UnknownArgument));
        assert_eq!(parsed_forms(&["list", "--state", "done"]), Err(ErrorKind::InvalidValue));
        assert_eq!(parsed_forms(&["resend"]), Err(ErrorKind::MissingRequiredArgument));
        assert_eq!(parsed_forms(&["approve", "abc"]), Err(ErrorKind::InvalidSubcommand));
    }

    #[test]
    fn reservations_are_asked_for_with_their_office() {
        let parsed_reservations = |rest: &[&str]| parsed_with_settings("reservations", rest);
        let asked = |command| Ok(asking(Question::Reservations(command)));
        let office_id = || "Brno".to_owned();
        let list = |from: Option<&str>, to: Option<&str>, status: Option<&str>| {
            let [from, to, status] = [from, to, status].map(|given| given.map(str::to_owned));
            asked(ReservationsCommand::List { office_id: office_id(), from, to, status })
        };
        assert_eq!(parsed_reservations(&["list", "--office-id", "Brno"]), list(None, None, None));
        let some = ["list", "--office-id", "Brno", "--from", "a", "--to", "b", "--status", "pending"];
        assert_eq!(parsed_reservations(&some), list(Some("a"), Some("b"), Some("pending")));
        let decide =
            |choice| asked(ReservationsCommand::Decide { id: "abc".to_owned(), office_id: office_id(), choice });
        let reject = |reason: Option<&str>| ReservationChoice::Reject { reason: reason.map(str::to_owned) };
        for (word, choice) in
            [("approve", ReservationChoice::Approve), ("reject", reject(None)), ("cancel", ReservationChoice::Cancel)]
        {
            assert_eq!(parsed_reservations(&[word, "abc", "--office-id", "Brno"]), decide(choice));
            assert_eq!(parsed_reservations(&[word, "abc"]), Err(ErrorKind::MissingRequiredArgument));
        }
        let with_reason = ["reject", "abc", "--office-id", "Brno", "--reason", "no room"];
        assert_eq!(parsed_reservations(&with_reason), decide(reject(Some("no room"))));
        let cancel = ["cancel", "abc", "--office-id", "Brno", "--reason", "no room"];
        assert_eq!(parsed_reservations(&cancel), Err(ErrorKind::UnknownArgument));
        assert_eq!(parsed_reservations(&["list"]), Err(ErrorKind::MissingRequiredArgument));
    }

    #[test]
    fn who_is_in_is_asked_for_with_days_that_the_service_reads() {
        let asked = |office_id: Option<&str>, from: Option<&str>, to: Option<&str>| {
            let [office_id, from, to] = [office_id, from, to].map(|given| given.map(str::to_owned));
            Ok(asking(Question::Who(WhoCommand { office_id, from, to })))
        };
        assert_eq!(parsed_with_settings("who", &[]), asked(None, None, None));
        let some = ["--office-id", "Brno", "--from", "monday", "--to", "2026-06-21"];
        assert_eq!(parsed_with_settings("who", &some), asked(Some("Brno"), Some("monday"), Some("2026-06-21")));
        assert_eq!(parsed_with_settings("who", &["Brno"]), Err(ErrorKind::UnknownArgument));
    }

    #[test]
    fn a_configuration_is_checked_for_one_place() {
        let check = |place| Ok(CommandOrder::Check { file: "a.yaml".into(), place });
        assert_eq!(parsed(&["check-config", "a.yaml"]), check(Place::Local));
        assert_eq!(parsed(&["check-config", "--place", "aws", "a.yaml"]), check(Place::Aws));
        assert_eq!(parsed(&["check-config", "--place", "gcp", "a.yaml"]), Err(ErrorKind::InvalidValue));
        assert_eq!(parsed(&["check-config"]), Err(ErrorKind::MissingRequiredArgument));
    }

    #[test]
    fn what_is_no_option_is_refused() {
        assert_eq!(parsed(&["--general--log-levl", "INFO"]), Err(ErrorKind::UnknownArgument));
        assert_eq!(parsed(&["config.yaml"]), Err(ErrorKind::InvalidSubcommand));
        let twice = ["--rest-api--port", "1", "--rest-api--port", "2"];
        assert_eq!(parsed(&twice), Err(ErrorKind::ArgumentConflict));
        assert_eq!(parsed(&["--version"]), Err(ErrorKind::DisplayVersion));
    }
}
