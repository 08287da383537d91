//! A schedule of EventBridge Scheduler. An update replaces all of it, so all of it is compared.

use chrono::{DateTime, Utc};

use super::rounds::{CALENDARS_PER_SHARD, Rounds};

/// A schedule, as it is read and as it is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Schedule {
    /// Its name in the group.
    pub name: String,
    /// What a person reads in the console, at most 512 characters.
    pub description: String,
    /// When it fires, such as `rate(2 hours)`.
    pub expression: String,
    /// The time zone of the expression.
    pub time_zone: String,
    /// When it first fires; `None`: as soon as it is made.
    pub start: Option<DateTime<Utc>>,
    /// Whether it fires at all.
    pub enabled: bool,
    /// What it calls, and how.
    pub target: Target,
    /// Members that our schedules never have, by the names that AWS gives them.
    pub extras: Vec<&'static str>,
}

/// What a schedule calls.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    /// The ARN of the function.
    pub function: String,
    /// The ARN of the role with which the Scheduler calls it.
    pub role: String,
    /// The event that the function gets, JSON.
    pub input: String,
    /// The ARN of the queue for events that could not be delivered.
    pub dead_letter_queue: Option<String>,
    /// How long delivering is tried, in seconds.
    pub patience: Option<i32>,
    /// How often delivering is repeated.
    pub retries: Option<i32>,
}

/// What a schedule of ours does, as its name says. Schedules of other names are not touched.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ours {
    /// Sweeps one shard of so many.
    Sweep {
        /// The shard, from 0.
        shard: u32,
        /// The number of shards.
        of: u32,
    },
    /// Reads the spreadsheet.
    Reload,
}

impl Ours {
    /// Reads the name of a schedule; `None`: the schedule is not ours.
    pub fn parse(name: &str) -> Option<Self> {
        let ours = match name.strip_prefix("sweep-").and_then(|rest| rest.split_once("-of-")) {
            Some((shard, of)) => Self::Sweep { shard: shard.parse().ok()?, of: of.parse().ok()? },
            None => Self::Reload,
        };
        // `sweep-+0-of-01` is not ours: we write numbers without signs and leading zeros.
        (ours.name() == name).then_some(ours)
    }

    /// The name in the group.
    pub fn name(self) -> String {
        match self {
            Self::Sweep { shard, of } => format!("sweep-{shard}-of-{of}"),
            Self::Reload => "reload".to_owned(),
        }
    }
}

/// Describes the sweeps of one shard to people.
pub fn describe_sweep(rounds: &Rounds, shard: u32) -> String {
    let (every, units) = (in_words(rounds.every), rounds.share.units_per_minute());
    let calendars = match rounds.shards {
        1 => "all calendars".to_owned(),
        of => format!("its share of the calendars ({} of {of}, about {CALENDARS_PER_SHARD} each)", shard + 1),
    };
    format!(
        "Moffman sweeps {calendars} every {every}, with at most {units} units of Google's quota a minute. \
         From general.manual_calendar_check_interval: {KEPT}"
    )
}

/// Describes the reloads to people.
pub fn describe_reload(every: u32) -> String {
    format!("Moffman reads the spreadsheet every {}. From google_config.update_interval: {KEPT}", in_words(every))
}

const KEPT: &str = "change it there, the task `maintain` resets what is changed here.";

/// Minutes as the Scheduler writes them: `1 minute`, `2 hours`, `1 day`.
pub fn in_words(minutes: u32) -> String {
    let (count, unit) = match minutes {
        minutes if minutes % (24 * 60) == 0 => (minutes / (24 * 60), "day"),
        minutes if minutes % 60 == 0 => (minutes / 60, "hour"),
        minutes => (minutes, "minute"),
    };
    let plural = if count == 1 { "" } else { "s" };
    format!("{count} {unit}{plural}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::calendar_id::CalendarId;

    #[test]
    fn only_names_as_we_write_them_are_ours() {
        assert_eq!(Ours::parse("sweep-3-of-50"), Some(Ours::Sweep { shard: 3, of: 50 }));
        assert_eq!(Ours::parse("reload"), Some(Ours::Reload));
        for other in ["maintain", "sweep", "sweep-0", "sweep-00-of-1", "sweep-0-of-+1", "sweep--1-of-2", "Reload", ""] {
            assert_eq!(Ours::parse(other), None, "{other}");
        }
    }

    #[test]
    fn minutes_are_told_in_the_largest_unit() {
        let told = [1, 2, 60, 90, 120, 1_440, 2_880].map(in_words);
        assert_eq!(told, ["1 minute", "2 minutes", "1 hour", "90 minutes", "2 hours", "1 day", "2 days"]);
    }

    #[test]
    fn the_longest_description_fits() {
        let calendars: Vec<CalendarId> = (0..10_000).map(|n| format!("office-{n}").into()).collect();
        let rounds = Rounds::plan(&calendars, std::time::Duration::from_mins(71)).unwrap();
        assert!(describe_sweep(&rounds, 49).len() <= 512 && describe_reload(525_600).len() <= 512);
    }
}
