//! How often the service works without being told to, as the configuration says it; the same in every place.

use std::time::Duration;

use crate::config::{Settings, SheetSource};
use crate::domain::office::Office;
use crate::domain::rounds::{Rounds, whole_minutes};
use crate::domain::schedule::in_words;

/// How many seconds the alarm about missing sweeps can wait, as in the template; there, 0 means no alarm.
const SILENCES: [u64; 18] = [
    300, 600, 900, 1_200, 1_800, 3_600, 5_400, 7_200, 10_800, 14_400, 21_600, 28_800, 43_200, 86_400, 172_800, 259_200,
    432_000, 604_800,
];

/// The intervals of what is done again and again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Timetable {
    /// Time between sweeps; `None`: only when ordered.
    pub sweeps: Option<Duration>,
    /// Time between reloads of the spreadsheet, the smaller one of offices and manual users; `None`: only when ordered.
    pub reloads: Option<Duration>,
}

impl Timetable {
    /// What the settings ask for.
    pub fn of(settings: &Settings) -> Self {
        let sheets = [&settings.offices.google_config, &settings.manual_users.google_config];
        let intervals = sheets.into_iter().flatten().filter_map(|sheet: &SheetSource| sheet.update_interval);
        Self { sweeps: settings.general.manual_calendar_check_interval, reloads: intervals.min() }
    }

    /// How these offices are swept on AWS; `None`: only when ordered.
    pub(super) fn rounds(&self, offices: &[Office]) -> Option<Rounds> {
        Rounds::plan(offices.iter().map(|office| &office.calendar_id), self.sweeps?)
    }

    /// How long the alarm about missing sweeps of these offices should wait, in seconds: two intervals, if it can wait for so
    /// long. The interval is longer than asked for where Google's quota makes it so.
    pub fn silence(&self, offices: &[Office]) -> u64 {
        let used = self.rounds(offices).map(|rounds| Duration::from_mins(rounds.every.into()));
        let enough = self.sweeps.max(used).and_then(|interval| {
            SILENCES.into_iter().find(|silence| Duration::from_secs(*silence) >= interval.saturating_mul(2))
        });
        enough.unwrap_or(0)
    }

    /// What a person should know if so many offices cannot be swept so often on AWS.
    pub fn warning(&self, offices: &[Office]) -> Option<String> {
        let (asked, every) = (whole_minutes(self.sweeps?), self.rounds(offices)?.every);
        (every > asked).then(|| {
            format!(
                "general.manual_calendar_check_interval: {} cannot be met within Google's quota with {} offices; \
                 the smallest interval that can is {}, which is used; the template parameter SweepSilence should be {}",
                in_words(asked),
                offices.len(),
                in_words(every),
                self.silence(offices)
            )
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_template_takes_what_is_advised() {
        let (_, parameter) = include_str!("../../../template.yaml").split_once("  SweepSilence:\n").unwrap();
        let (_, values) = parameter.split_once("AllowedValues:").unwrap();
        let (values, _) = values.split_once(']').unwrap();
        let allowed = values.trim_start().trim_start_matches('[').split(", ").map(|value| value.parse().unwrap());
        assert_eq!(allowed.collect::<Vec<u64>>(), [&[0], SILENCES.as_slice()].concat());
    }

    #[test]
    fn the_alarm_waits_for_two_intervals_or_is_off() {
        let silence = |sweeps| Timetable { sweeps, reloads: None }.silence(&[]);
        for (interval, advised) in [(1, 300), (150, 300), (151, 600), (43_200, 86_400), (43_201, 172_800)] {
            assert_eq!(silence(Some(Duration::from_secs(interval))), advised, "{interval}");
        }
        for none in [None, Some(Duration::from_secs(302_401)), Some(Duration::MAX)] {
            assert_eq!(silence(none), 0, "{none:?}");
        }
    }
}
