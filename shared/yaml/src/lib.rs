//! The events of a YAML text.
//!
//! The parser is generic, so it is compiled as whoever uses it is. Every start of a function reads YAML: a release builds
//! this crate for speed, and all others for size.

pub use granit_parser::{Event, ScalarStyle, ScanError, Span, Tag};
use granit_parser::{Parser, StrInput};

/// The events of a text and where they stand; after a mistake there are none.
pub struct Events<'a>(Parser<'a, StrInput<'a>>);

impl<'a> Events<'a> {
    /// The events of `text`.
    pub fn of(text: &'a str) -> Self {
        Self(Parser::new_from_str(text))
    }
}

impl<'a> Iterator for Events<'a> {
    type Item = Result<(Event<'a>, Span), ScanError>;

    fn next(&mut self) -> Option<Self::Item> {
        self.0.next()
    }
}
