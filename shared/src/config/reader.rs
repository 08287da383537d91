//! The part of [`Reader`] that every section needs; `sections.rs` and `people.rs` read the sections. A [`Reader`] turns
//! the laid-over values into settings and collects every mistake on the way.
//!
//! A value with a mistake is replaced by an empty one, so that reading goes on; the settings are thrown away in the
//! end.

use std::time::Duration;

use super::layers::{Given, Layers};
use super::mistakes::{ConfigErrors, Mistake};
use super::names;
use super::scalars::{self, ValueRead};
use super::settings::{Settings, SheetSource};
use super::sources::Place;
use super::tree::Node;
use crate::domain::cell;

/// Reads values and remembers what was wrong.
pub(super) struct Reader<'a> {
    layers: &'a Layers,
    pub(super) place: Place,
    mistakes: Vec<Mistake>,
    warnings: Vec<String>,
}

impl<'a> Reader<'a> {
    /// A reader that begins with the mistakes found so far.
    pub(super) fn new(layers: &'a Layers, place: Place, mistakes: Vec<Mistake>) -> Self {
        Self { layers, place, mistakes, warnings: Vec::new() }
    }

    /// All settings, or all mistakes.
    pub(super) fn settings(mut self) -> Result<Settings, ConfigErrors> {
        let forms = self.forms();
        let settings = Settings {
            general: self.general(),
            google_api: self.google_api(),
            manual_users: self.manual_users(&forms),
            offices: self.offices(),
            forms,
            calendar: self.calendar(),
            rest_api: self.rest_api(),
            aws: self.aws(),
            warnings: self.warnings,
        };
        if self.mistakes.is_empty() { Ok(settings) } else { Err(ConfigErrors::new(self.mistakes)) }
    }

    /// What was given for a key, or its default.
    pub(super) fn given(&self, path: &str) -> Option<&'a Given> {
        self.layers.given(names::key(path)?)
    }

    /// The value of a key; `None` when it is null or wrong.
    pub(super) fn value<T>(&mut self, path: &str, read: impl FnOnce(&'a Node) -> ValueRead<T>) -> Option<T> {
        let key = names::key(path)?;
        let Given { node, path } = self.layers.given(key).filter(|given| !given.node.is_null())?;
        let problem = match read(node) {
            Ok(value) => return Some(value),
            Err(problem) => problem,
        };
        let origin = problem.origin.unwrap_or_else(|| node.origin.clone());
        self.report(Mistake::new(origin, path, format!("{}; allowed: {}", problem.text, key.kind.allowed())));
        None
    }

    /// The value of a key whose default is not null.
    pub(super) fn required<T: Default>(&mut self, path: &str, read: impl FnOnce(&'a Node) -> ValueRead<T>) -> T {
        self.value(path, read).unwrap_or_default()
    }

    /// Text that is not empty.
    pub(super) fn text(&mut self, path: &str) -> Option<String> {
        self.value(path, scalars::filled_text)
    }

    /// Time between two actions, rounded up on AWS, where schedules have whole minutes.
    pub(super) fn interval(&mut self, path: &str) -> Option<Duration> {
        let interval = self.value(path, scalars::interval)?;
        if self.place == Place::Local {
            return Some(interval);
        }
        let seconds = interval.as_secs() + u64::from(interval.subsec_nanos() > 0);
        let rounded = Duration::from_secs(seconds.next_multiple_of(60));
        if rounded != interval {
            let (given, used) = (interval.as_secs_f64(), rounded.as_secs());
            self.warn(format!("{path}: {given} seconds become {used}, because schedules on AWS have whole minutes"));
        }
        Some(rounded)
    }

    /// The sheet of a section.
    pub(super) fn sheet(&mut self, section: &str, default_range: &str) -> Option<SheetSource> {
        let sheet_id = self.text(&format!("{section}.google_config.sheet_id"));
        let range = self.text(&format!("{section}.google_config.range"));
        let update_interval = self.interval(&format!("{section}.google_config.update_interval"));
        if sheet_id.is_none() && (range.is_some() || update_interval.is_some()) {
            self.warn(format!("{section}.google_config has no sheet_id: no sheet is read"));
        }
        // No tab of Google's begins with invisible characters; they were copied along.
        let trimmed = |text: String| cell::visible(&text).trim().to_owned();
        let range = range.map_or_else(|| default_range.to_owned(), trimmed);
        Some(SheetSource { sheet_id: trimmed(sheet_id?), range, update_interval })
    }

    /// Reports a mistake in the value of a key as a whole.
    pub(super) fn mistake(&mut self, path: &str, message: impl Into<String>) {
        if let Some(given) = self.given(path) {
            self.report(Mistake::new(given.node.origin.clone(), path, message));
        }
    }

    /// Reports a mistake.
    pub(super) fn report(&mut self, mistake: Mistake) {
        self.mistakes.push(mistake);
    }

    /// Reports a value that is allowed but perhaps not meant.
    pub(super) fn warn(&mut self, warning: String) {
        self.warnings.push(warning);
    }
}
