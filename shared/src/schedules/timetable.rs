//! How often the service works without being told to, as the configuration says it; the same in every place.

use std::time::Duration;

use crate::config::{Settings, SheetSource};

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
}
