//! The command line: upstream's options, and an option for every setting.
//!
//! The value of a setting is not checked here: the configuration reports its mistakes together with those of the file.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::error::ErrorKind;
use clap::{Arg, ArgAction, ArgMatches, Command, value_parser};
use moffman::config::{KEYS, Key, Kind, Place};
use moffman::domain::date_shift::ShiftUnit;

const CONFIG: &str = "config";
const CHECK: &str = "check-config";
const TEMPLATE: &str = "get-config-template";
const ABOUT: &str = "Keeps planned attendance in shared Google calendars and approves it";
const AFTER_HELP: &str = "\
Stronger settings win: default, file, environment variable (MOFFMAN_GENERAL__LOG_LEVEL=DEBUG), option.
Without google_api.service_account_key_path, Google and Byroapi are simulated.

infra/config/README.md explains every setting, functions/README.md the API, infra/deploy/README.md what to do when.";

const ABOUT_FORMS: &str = "Show and settle the approval forms of the running service";
const FORMS_HELP: &str = "\
Asks the running service, at rest_api.addr and rest_api.port and with rest_api.api_key: give the settings with which it
was started before the word `forms`, as in `moffman --config FILE forms list`. The state file itself is the service's.
infra/deploy/README.md says when to resend and when to discard.";

/// The states of forms that can be asked for; `open` means any but `issued` and `discarded`.
const STATES: [&str; 8] = ["open", "due", "sending", "waiting", "in_doubt", "held", "issued", "discarded"];

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
    /// Ask the running service about its forms.
    Forms {
        /// The configuration file.
        file: Option<PathBuf>,
        /// Settings given as options.
        options: Vec<(String, String)>,
        /// What to ask.
        command: FormsCommand,
    },
}

/// What to do with forms.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum FormsCommand {
    /// Print the forms.
    List {
        /// Print only forms of this office.
        office_id: Option<String>,
        /// Print only forms in this state.
        state: Option<String>,
    },
    /// Have a form sent again.
    Resend {
        /// The form's id.
        id: String,
        /// Whether to send a copy of a form that was issued or discarded.
        again: bool,
    },
    /// Never send a form.
    Discard {
        /// The form's id.
        id: String,
        /// How the form ended.
        outcome: String,
    },
}

/// Reads the command line. The error is also the answer to `--help` and `--version`.
pub(crate) fn parse(arguments: impl IntoIterator<Item = OsString>) -> Result<CommandOrder, clap::Error> {
    let mut matches = command().try_get_matches_from(arguments)?;
    if let Some(file) = matches.remove_one(TEMPLATE) {
        return Ok(CommandOrder::WriteTemplate(file));
    }
    let (file, options) = (matches.remove_one(CONFIG), settings(&mut matches));
    Ok(match matches.remove_subcommand() {
        Some((name, check)) if name == CHECK => return check_order(check),
        Some((_, forms)) => match forms_command(forms) {
            Some(command) => CommandOrder::Forms { file, options, command },
            None => CommandOrder::Run { file, options },
        },
        None => CommandOrder::Run { file, options },
    })
}

fn check_order(mut matches: ArgMatches) -> Result<CommandOrder, clap::Error> {
    let missing = || clap::Error::new(ErrorKind::MissingRequiredArgument);
    let place = if matches.remove_one::<String>("place").as_deref() == Some("aws") { Place::Aws } else { Place::Local };
    Ok(CommandOrder::Check { file: matches.remove_one("FILE").ok_or_else(missing)?, place })
}

fn forms_command(mut forms: ArgMatches) -> Option<FormsCommand> {
    let (name, mut matches) = forms.remove_subcommand()?;
    if name == "list" {
        return Some(FormsCommand::List {
            office_id: matches.remove_one("office-id"),
            state: matches.remove_one("state"),
        });
    }
    let id = matches.remove_one("ID")?;
    Some(if name == "resend" {
        FormsCommand::Resend { id, again: matches.get_flag("again") }
    } else {
        FormsCommand::Discard { id, outcome: matches.remove_one("outcome")? }
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
        .subcommand(forms())
        .subcommand(check())
}

fn check() -> Command {
    let file = Arg::new("FILE").required(true).value_parser(value_parser!(PathBuf)).help("Configuration, YAML or JSON");
    let place = Arg::new("place").long("place").value_parser(["local", "aws"]).default_value("local");
    Command::new(CHECK)
        .about("Check a configuration file and start nothing")
        .arg(file)
        .arg(place.help("Where it is meant for: this command, or the functions on AWS"))
}

fn forms() -> Command {
    let id = || Arg::new("ID").required(true).help("The form, as `forms list` prints it");
    let office = Arg::new("office-id").long("office-id").value_name("NAME").help("Only those of this office");
    let state = Arg::new("state")
        .long("state")
        .value_name("STATE")
        .value_parser(STATES)
        .help("Only these; open: not issued or discarded");
    let list =
        Command::new("list").about("Print id, state, offices, days, person, mails and failures, a line per form");
    let again = Arg::new("again").long("again").action(ArgAction::SetTrue);
    let again = again.help("Send one copy of a form that was issued or discarded");
    let resend = Command::new("resend").about("Have the next sweep send a form that waits, is in doubt or is held");
    let outcome = Arg::new("outcome").long("outcome").value_name("OUTCOME").value_parser(["arrived", "not_wanted"]);
    let outcome = outcome.default_value("arrived").help("It arrived and counts as issued, or nobody wants it");
    let discard = Command::new("discard").about("Have the next sweep approve the events of a form without sending it");
    Command::new("forms")
        .about(ABOUT_FORMS)
        .after_help(FORMS_HELP)
        .subcommand_required(true)
        .disable_help_subcommand(true)
        .subcommand(list.arg(office).arg(state))
        .subcommand(resend.arg(id()).arg(again))
        .subcommand(discard.arg(id()).arg(outcome))
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

    #[test]
    fn forms_are_asked_for_with_the_settings_of_the_service() {
        let asked = |command| {
            let options = vec![("--rest-api--port".to_owned(), "81".to_owned())];
            Ok(CommandOrder::Forms { file: Some("a.yaml".into()), options, command })
        };
        let parsed_forms = |rest: &[&str]| {
            let arguments = ["--config", "a.yaml", "--rest-api--port", "81", "forms"];
            parsed(&arguments.into_iter().chain(rest.iter().copied()).collect::<Vec<_>>())
        };
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
