//! What makes a text no configuration, whatever its keys are.

use super::super::mistakes::Origin;

/// The most lists and mappings in one another; settings need five.
pub(super) const DEEPEST: usize = 16;

/// The message at the beginning of a second document.
pub(super) const SEVERAL: &str =
    "another YAML document begins here; allowed: one, so without a line `---` or `...` before it";
pub(super) const TOO_DEEP: &str = "not valid YAML: nested too deeply";
pub(super) const TOO_LARGE: &str = "not valid YAML: larger or more intricate than a configuration can be";
pub(super) const ENDS_EARLY: &str = "not valid YAML: it ends early";
pub(super) const INSIDE_ITSELF: &str = "not valid YAML: an alias inside the value that it names";
pub(super) const NO_NAME: &str = "not valid YAML: a list, a mapping or nothing is not allowed as a key; allowed: text";
pub(super) const NOTHING_TO_MERGE: &str = "not valid YAML: `<<` takes a mapping or a list of mappings";
pub(super) const BAD_TAG: &str =
    "not valid YAML: a tag that does not go with the value; allowed: none, or one of YAML's own types";

/// Why a text is refused, and where in it.
pub(super) struct Refusal {
    pub(super) place: Origin,
    pub(super) message: String,
}
