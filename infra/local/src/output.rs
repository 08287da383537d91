//! Where the process tells people what it does. Logs go elsewhere.

use std::fmt;
use std::io::Write;
use std::sync::{Arc, Mutex, PoisonError};

/// A place for lines of text. Clones write to the same place.
#[derive(Clone)]
pub struct Output(Arc<Mutex<dyn Write + Send>>);

impl Output {
    /// Standard output.
    pub fn standard() -> Self {
        Self::to(std::io::stdout())
    }

    /// Another place, such as a buffer of a test.
    pub fn to(writer: impl Write + Send + 'static) -> Self {
        Self(Arc::new(Mutex::new(writer)))
    }

    /// Writes one line, or several. The service goes on if nobody reads any more.
    pub(crate) fn line(&self, text: impl fmt::Display) {
        let mut writer = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let written = writeln!(writer, "{text}").and_then(|()| writer.flush());
        if let Err(error) = written {
            tracing::debug!(%error, "nobody reads the standard output");
        }
    }
}

impl fmt::Debug for Output {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Output")
    }
}

/// What people have written, as a terminal shows it without harm.
pub(crate) fn on_one_line(text: &str) -> String {
    text.replace(char::is_control, " ")
}
