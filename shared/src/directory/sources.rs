//! Where offices and manual users come from: the configuration's own entries and the ranges it names.

use std::borrow::Cow;
use std::collections::HashSet;

use sha2::{Digest, Sha256};

use crate::domain::a1_range::first_row;
use crate::domain::cell::plain;
use crate::domain::digest::short_hex;
use crate::domain::email::PersonKey;
use crate::domain::manual_user::ManualUser;
use crate::domain::office::Office;
use crate::domain::template::Placeholder;
use crate::google::SheetRange;
use crate::store::directory_snapshot::{Pointer, SnapshotPart, SnapshotVersion};

/// Raised when rows are read in another way, so that a snapshot made the old way is read anew.
const WAY_OF_READING: &str = "4";

/// What the directory is made of.
#[derive(Clone, Debug)]
pub struct DirectorySources {
    /// The offices that the configuration lists.
    pub offices: Vec<Office>,
    /// The manual users that the configuration lists.
    pub users: Vec<ManualUser>,
    /// The range of a spreadsheet that has more offices.
    pub office_range: Option<Range>,
    /// The range of a spreadsheet that has more manual users.
    pub user_range: Option<Range>,
    /// What templates need to know of every user besides name and address; a row without it is left out.
    pub needed: Vec<Placeholder>,
}

/// A range of a spreadsheet.
#[derive(Clone, Debug)]
pub struct Range {
    /// The spreadsheet.
    pub(super) sheet_id: String,
    /// The range in A1 notation.
    pub(super) cells: String,
    /// What a snapshot of this range says about its source.
    pub(super) digest: String,
}

/// Which ranges are needed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ranges {
    /// Only the offices.
    Offices,
    /// Offices and manual users.
    All,
}

impl DirectorySources {
    /// Whether any of these ranges is configured.
    pub(super) fn has(&self, ranges: Ranges) -> bool {
        self.office_range.is_some() || (ranges == Ranges::All && self.user_range.is_some())
    }

    /// Names of the configuration's offices, as they are compared: they win over the sheet's.
    pub(super) fn office_names(&self) -> HashSet<Cow<'_, str>> {
        self.offices.iter().map(|office| plain(&office.name)).collect()
    }

    /// Keys of the configuration's users: they win over the sheet's.
    pub(super) fn user_keys(&self) -> HashSet<PersonKey> {
        self.users.iter().map(|user| user.email.key()).collect()
    }
}

impl Range {
    /// The range `cells`, in A1 notation, of a spreadsheet. A row without what is `needed` is left out, so a
    /// snapshot that was made for other needs counts as another source.
    pub fn new(sheet_id: &str, cells: &str, needed: &[Placeholder]) -> Self {
        let mut hash = Sha256::new();
        for part in [WAY_OF_READING, sheet_id, cells, &format!("{needed:?}")] {
            hash.update(part.len().to_be_bytes());
            hash.update(part);
        }
        Self { sheet_id: sheet_id.to_owned(), cells: cells.to_owned(), digest: short_hex(hash) }
    }

    /// The number in the sheet of the first row that was read, as Google has it: a named range begins where it likes.
    pub(super) fn first_row(&self, read: &SheetRange) -> usize {
        first_row(read.place.as_deref().unwrap_or(&self.cells))
    }

    /// The version of this range that `pointer` names; what was read elsewhere does not count.
    pub(super) fn version<'p>(&self, pointer: &'p Pointer, kind: SnapshotPart) -> Option<&'p SnapshotVersion> {
        pointer.of(kind).filter(|version| version.source == self.digest)
    }
}
