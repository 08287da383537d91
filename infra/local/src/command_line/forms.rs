//! `moffman forms`, which shows and settles approval forms.

use clap::{Arg, ArgAction, ArgMatches, Command};

use super::asking;

/// The name of the subcommand.
pub(super) const NAME: &str = "forms";

const HELP: &str = "The state file itself is the service's.
infra/deploy/README.md says when to resend and when to discard.";

/// The states of forms that can be asked for; `open` means any but `issued` and `discarded`.
const STATES: [&str; 8] = ["open", "due", "sending", "waiting", "in_doubt", "held", "issued", "discarded"];

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

/// Reads what follows the name.
pub(super) fn read(mut forms: ArgMatches) -> Option<FormsCommand> {
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

/// The subcommand.
pub(super) fn define() -> Command {
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
    Command::new(NAME)
        .about("Show and settle the approval forms of the running service")
        .after_help(asking::help(NAME, "forms list", HELP))
        .subcommand_required(true)
        .disable_help_subcommand(true)
        .subcommand(list.arg(office).arg(state))
        .subcommand(resend.arg(id()).arg(again))
        .subcommand(discard.arg(id()).arg(outcome))
}
