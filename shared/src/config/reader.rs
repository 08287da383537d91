//! Turns the laid-over values into settings and collects every mistake on the way.
//!
//! A value with a mistake is replaced by an empty one, so that reading goes on; the settings are thrown away then.

use std::time::Duration;

use secrecy::SecretString;

use super::layers::{Layers, Source};
use super::mistakes::{ConfigErrors, Mistake, Origin};
use super::names;
use super::scalars::{self, ValueProblem};
use super::settings::{Settings, SheetSource};
use super::sources::Place;
use super::tree::Node;
use crate::domain::cell;

/// Reads values and remembers what was wrong.
pub(super) struct Reader {
    layers: Layers,
    pub(super) place: Place,
    mistakes: Vec<Mistake>,
    warnings: Vec<String>,
}

impl Reader {
    pub(super) fn new(mut layers: Layers, place: Place) -> Self {
        let mistakes = std::mem::take(&mut layers.mistakes);
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

    /// The value of a key; `None` when it is null or wrong.
    pub(super) fn value<T>(&mut self, path: &str, read: impl FnOnce(&Node) -> Result<T, ValueProblem>) -> Option<T> {
        let key = names::key(path)?;
        let given = self.layers.given(key)?;
        match read(&given.node) {
            Ok(value) => Some(value),
            Err(problem) => {
                let origin = given.source.at(problem.position.unwrap_or(given.node.position));
                let message = format!("{}; allowed: {}", problem.text, key.kind.allowed());
                self.mistakes.push(Mistake { origin, path: given.path.clone(), message });
                None
            }
        }
    }

    /// The value of a key whose default is not null.
    pub(super) fn required<T: Default>(
        &mut self,
        path: &str,
        read: impl FnOnce(&Node) -> Result<T, ValueProblem>,
    ) -> T {
        self.value(path, read).unwrap_or_default()
    }

    /// Text that is not empty.
    pub(super) fn text(&mut self, path: &str) -> Option<String> {
        self.value(path, scalars::filled_text)
    }

    /// A secret that can be sent as a header.
    pub(super) fn secret(&mut self, path: &str) -> Option<SecretString> {
        self.value(path, scalars::secret)
    }

    /// Time between two actions, rounded up on AWS, where schedules have whole minutes.
    pub(super) fn interval(&mut self, path: &str) -> Option<Duration> {
        let interval = self.value(path, scalars::interval)?;
        if self.place == Place::Local {
            return Some(interval);
        }
        let mut minutes = interval.as_secs().div_ceil(60);
        if interval > Duration::from_secs(minutes * 60) {
            minutes += 1;
        }
        let rounded = Duration::from_secs(minutes * 60);
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
        // Google knows no tab whose name begins with what was copied along.
        let trimmed = |text: String| cell::visible(&text).trim().to_owned();
        let range = range.map_or_else(|| default_range.to_owned(), trimmed);
        Some(SheetSource { sheet_id: trimmed(sheet_id?), range, update_interval })
    }

    /// Where the value of a key stands, and the name it was given with.
    pub(super) fn source(&self, path: &str) -> Option<(Source, String)> {
        let given = self.layers.given(names::key(path)?)?;
        Some((given.source.clone(), given.path.clone()))
    }

    /// Reports a mistake in the value of a key as a whole.
    pub(super) fn mistake(&mut self, path: &str, message: impl Into<String>) {
        let origin = self.layers.origin(path);
        self.mistakes.push(Mistake { origin, path: path.to_owned(), message: message.into() });
    }

    /// Reports a mistake inside the value of a key.
    pub(super) fn mistake_at(&mut self, origin: Origin, path: String, message: String) {
        self.mistakes.push(Mistake { origin, path, message });
    }

    /// Reports what is allowed and perhaps not meant inside the value of a key.
    pub(super) fn warn_at(&mut self, origin: Origin, path: &str, message: &str) {
        let mistake = Mistake { origin, path: names::shown(path), message: message.to_owned() };
        self.warnings.push(mistake.to_string());
    }

    /// Reports what is allowed and perhaps not meant.
    pub(super) fn warn(&mut self, warning: String) {
        self.warnings.push(warning);
    }
}
