//! What is wrong with a body, told with the path of the member.

use crate::error::ApiError;

/// What is wrong with a body, or with a member of it.
#[derive(Debug)]
pub(crate) struct BodyMistake {
    /// The names that lead to the member, the outermost first; empty for the body itself.
    path: Vec<String>,
    /// What is wrong and what is allowed.
    what: String,
}

impl BodyMistake {
    /// A mistake of the body itself.
    pub(crate) fn new(what: String) -> Self {
        Self { path: Vec::new(), what }
    }

    /// The same mistake, of the member that `outer` leads to.
    pub(crate) fn inside(mut self, outer: &str) -> Self {
        self.path.insert(0, outer.to_owned());
        self
    }
}

impl From<BodyMistake> for ApiError {
    fn from(BodyMistake { path, what }: BodyMistake) -> Self {
        match path.as_slice() {
            [] => Self::Invalid { field: None, what: format!("the body {what}") },
            path => Self::invalid(&path.join("."), what),
        }
    }
}
