//! The settings: defaults, overlaid by a YAML or JSON file, by environment variables and by command-line options.
//!
//! Everything is checked before anything starts, and every mistake is reported, not the first one only. One table,
//! [`KEYS`], drives the defaults, the names of variables and options, the checks and the printed [`template()`].

mod access;
mod keys;
mod kind;
mod layers;
mod mistakes;
mod names;
mod people;
mod reader;
mod scalars;
mod sections;
mod settings;
mod sources;
mod template;
#[cfg(test)]
mod tests;
mod tree;
mod words;
mod yaml;

pub use self::keys::{KEYS, Key};
pub use self::kind::Kind;
use self::layers::Layers;
pub use self::mistakes::{ConfigErrors, Mistake, Origin};
use self::reader::Reader;
pub use self::settings::{
    Aws, Calendar, CheckingRange, Colors, Forms, General, GoogleApi, ManualUsers, Offices, RestApi, Settings,
    SheetSource,
};
pub use self::sources::{Place, Sources};
pub use self::template::template;
pub use self::words::{LogLevel, OnChange, OnUnknownOutcome, TimedEvents};

/// Reads and checks all settings; the error names every mistake that was found.
pub fn load(sources: &Sources) -> Result<Settings, ConfigErrors> {
    let mut layers = Layers::read(sources)?.with_defaults();
    let mistakes = std::mem::take(&mut layers.mistakes);
    Reader::new(&layers, sources.place, mistakes).settings()
}
