//! Why forms are not listed or settled, by what the caller can do.

use crate::directory::DirectoryError;
use crate::store::StoreError;

/// Why forms are not listed or settled.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FormsError {
    /// The offices are not known, or not this one.
    #[error(transparent)]
    Directory(#[from] DirectoryError),
    /// The state cannot be read or written.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The place of a page is none that a listing answered.
    #[error("the page is none of a listing")]
    NoSuchPage,
    /// No form has this id.
    #[error("there is no such form")]
    NoSuchForm,
    /// A sweep sends it. Come back when it is through.
    #[error("a sweep is sending the form")]
    InProgress,
    /// It was issued already.
    #[error("the form was issued")]
    Issued,
    /// It was discarded already.
    #[error("the form was discarded")]
    Discarded,
    /// Its person is no registered manual user any more.
    #[error("the person of the form is no registered manual user")]
    NotRegistered,
    /// No event asks for it any more.
    #[error("no event asks for the form any more")]
    NoEvent,
    /// Sweeps kept changing the form.
    #[error("the form kept changing")]
    Contended,
}
