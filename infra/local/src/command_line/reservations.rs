//! `moffman reservations`, which shows and decides reservations.

use clap::{Arg, ArgMatches, Command};

use super::asking;

/// The name of the subcommand.
pub(super) const NAME: &str = "reservations";

const HELP: &str = "\
A reservation that is rejected or cancelled is deleted from the calendar, and a late repetition of its request does not bring
it back.";

/// What to do with reservations.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum ReservationsCommand {
    /// Print what an office's calendar has.
    List {
        /// The office.
        office_id: String,
        /// The first day.
        from: Option<String>,
        /// The last day.
        to: Option<String>,
        /// Print only those with this status.
        status: Option<String>,
    },
    /// Decide about one.
    Decide {
        /// Its id.
        id: String,
        /// Its office.
        office_id: String,
        /// The decision.
        choice: ReservationChoice,
    },
}

/// What is decided about a reservation.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum ReservationChoice {
    /// It is approved.
    Approve,
    /// It is ended before it was approved.
    Reject {
        /// Why.
        reason: Option<String>,
    },
    /// It is ended.
    Cancel,
}

/// Reads what follows the name.
pub(super) fn read(mut reservations: ArgMatches) -> Option<ReservationsCommand> {
    let (name, mut matches) = reservations.remove_subcommand()?;
    let office_id = matches.remove_one("office-id")?;
    let choice = match name.as_str() {
        "approve" => ReservationChoice::Approve,
        "reject" => ReservationChoice::Reject { reason: matches.remove_one("reason") },
        "cancel" => ReservationChoice::Cancel,
        _ => {
            let [from, to, status] = ["from", "to", "status"].map(|name| matches.remove_one(name));
            return Some(ReservationsCommand::List { office_id, from, to, status });
        }
    };
    Some(ReservationsCommand::Decide { id: matches.remove_one("ID")?, office_id, choice })
}

/// The subcommand.
pub(super) fn define() -> Command {
    let option = |name: &'static str, value: &'static str| Arg::new(name).long(name).value_name(value);
    let office = || option("office-id", "NAME").required(true).help("The office");
    let list = Command::new("list")
        .about("Print id, status, days and name, a line for each reservation and each day entered by hand")
        .arg(office())
        .arg(option("from", "DAY").help("First day, YYYY-MM-DD [default: today]"))
        .arg(option("to", "DAY").help("Last day, YYYY-MM-DD [default: two weeks after the first]"))
        .arg(option("status", "STATUS").value_parser(["pending", "approved"]).help("Only these"));
    let decide = |name: &'static str, about: &'static str| {
        let id = Arg::new("ID").required(true).help("The reservation, as `reservations list` prints it");
        Command::new(name).about(about).arg(id).arg(office())
    };
    let reason = option("reason", "TEXT").help("Why, for whoever asks later");
    Command::new(NAME)
        .about("Show and decide the reservations of the running service")
        .after_help(asking::help(NAME, "reservations list --office-id NAME", HELP))
        .subcommand_required(true)
        .disable_help_subcommand(true)
        .subcommand(list)
        .subcommand(decide("approve", "Approve a pending reservation"))
        .subcommand(decide("reject", "End a pending reservation").arg(reason))
        .subcommand(decide("cancel", "End a reservation, approved or not"))
}
