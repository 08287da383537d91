//! How often the service works without being told to, as the configuration says it; the same in every place.

use std::time::Duration;

use crate::config::{Settings, SheetSource};
use crate::domain::office::Office;
use crate::domain::rounds::{Rounds, whole_minutes};
use crate::domain::schedule::in_words;

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

    /// The time between two sweeps of these offices on AWS, which is longer than asked for where Google's quota makes it so.
    pub fn sweeps_every(&self, offices: &[Office]) -> Option<Duration> {
        let used = self.rounds(offices).map(|rounds| Duration::from_mins(rounds.every.into()));
        self.sweeps.max(used)
    }

    /// What a person should know if so many offices cannot be swept so often on AWS.
    pub fn warning(&self, offices: &[Office]) -> Option<String> {
        let (asked, every) = (whole_minutes(self.sweeps?), self.rounds(offices)?.every);
        (every > asked).then(|| {
            format!(
                "general.manual_calendar_check_interval: {} cannot be met within Google's quota with {} offices; \
                 the smallest interval that can is {}, which is used",
                in_words(asked),
                offices.len(),
                in_words(every)
            )
        })
    }
}
