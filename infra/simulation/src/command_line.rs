//! The command line of `simulate`.

use std::ops::Range;

use clap::{Arg, ArgAction, ArgMatches, Command, value_parser};

const COUNT: &str = "count";
const FIRST: &str = "first";
const SEED: &str = "seed";
const BUGS: &str = "bugs";
const BUG: &str = "bug";
const UNTIL_BREACH: &str = "until-breach";

const ABOUT: &str = "Plays random fault schedules against the library: nothing lost, nothing sent twice";
/// Fresh first seeds are below this, so that they are easy to type.
const SEEDS: u64 = 1_000_000_000;

/// What the program is to do.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum RunMode {
    /// Play one schedule, with this bug if there is one, and tell its story.
    Replay { seed: u64, bug: Option<String> },
    /// Play these schedules.
    Play { seeds: Range<u64> },
    /// Play these schedules until one has a breach, and print only which one.
    Find { seeds: Range<u64> },
    /// Look for each planted bug, or this one, with these seeds.
    Hunt { seeds: Range<u64>, bug: Option<String> },
}

pub(crate) fn read() -> RunMode {
    order(&command().get_matches())
}

fn command() -> Command {
    let number = |name| Arg::new(name).long(name).value_name("N").value_parser(value_parser!(u64));
    Command::new("simulate").about(ABOUT).args([
        Arg::new(COUNT).value_name("COUNT").value_parser(value_parser!(u64)).default_value("200").help("How many"),
        number(FIRST).help("The first seed; a fresh one without this").value_parser(value_parser!(u64).range(..SEEDS)),
        number(SEED).help("Play only this one and tell its story").conflicts_with(FIRST),
        Arg::new(BUGS).long(BUGS).action(ArgAction::SetTrue).help("Look for each of the planted bugs"),
        Arg::new(BUG).long(BUG).value_name("NAME").help("Look for this planted bug"),
        Arg::new(UNTIL_BREACH).long(UNTIL_BREACH).action(ArgAction::SetTrue).help("End with the first breach"),
    ])
}

fn order(matches: &ArgMatches) -> RunMode {
    let number = |name| matches.get_one::<u64>(name).copied();
    let bug = matches.get_one::<String>(BUG).cloned();
    if let Some(seed) = number(SEED) {
        return RunMode::Replay { seed, bug };
    }
    let first = number(FIRST).unwrap_or_else(|| fastrand::u64(..SEEDS));
    let seeds = first..first.saturating_add(number(COUNT).unwrap_or_default());
    if matches.get_flag(BUGS) || bug.is_some() {
        RunMode::Hunt { seeds, bug }
    } else if matches.get_flag(UNTIL_BREACH) {
        RunMode::Find { seeds }
    } else {
        RunMode::Play { seeds }
    }
}
