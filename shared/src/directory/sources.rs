//! Where offices and manual users come from: the configuration's own entries and the ranges it names.

use std::collections::HashSet;

use sha2::{Digest, Sha256};

use crate::config::{Forms, Settings, SheetSource};
use crate::domain::a1_range::first_row;
use crate::domain::cell::plain;
use crate::domain::email::PersonKey;
use crate::domain::manual_user::ManualUser;
use crate::domain::office::Office;
use crate::domain::template::{Placeholder, Template};
use crate::google::SheetRange;
use crate::store::directory_snapshot::{Pointer, SnapshotPart, SnapshotVersion, short_hex};

/// Raised when rows are read in another way, so that a snapshot made the old way is read anew.
const WAY_OF_READING: &str = "4";

/// The configured part of the directory.
pub(super) struct Sources {
    /// The offices that the configuration lists.
    pub(super) offices: Vec<Office>,
    /// The manual users that the configuration lists.
    pub(super) users: Vec<ManualUser>,
    /// The offices' range.
    pub(super) office_range: Option<Range>,
    /// The manual users' range.
    pub(super) user_range: Option<Range>,
    /// What templates need to know of every user besides name and address.
    pub(super) needed: Vec<Placeholder>,
}

/// A range of a spreadsheet.
pub(super) struct Range {
    /// The spreadsheet.
    pub(super) sheet_id: String,
    /// The range in A1 notation.
    pub(super) cells: String,
    /// What a snapshot of this range says about its source.
    pub(super) digest: String,
}

impl Sources {
    pub(super) fn new(settings: &Settings) -> Self {
        let needed = needed_names(&settings.forms);
        let user_range = settings.manual_users.google_config.as_ref();
        Self {
            offices: settings.offices.office_list.clone(),
            users: settings.manual_users.user_list.clone(),
            office_range: settings.offices.google_config.as_ref().map(|source| Range::new(source, &[])),
            user_range: user_range.map(|source| Range::new(source, &needed)),
            needed,
        }
    }

    /// Whether any range is configured.
    pub(super) fn has_sheet(&self) -> bool {
        self.office_range.is_some() || self.user_range.is_some()
    }

    /// Names of the configuration's offices, as they are compared: they win over the sheet's.
    pub(super) fn office_names(&self) -> HashSet<String> {
        self.offices.iter().map(|office| plain(&office.name)).collect()
    }

    /// Keys of the configuration's users: they win over the sheet's.
    pub(super) fn user_keys(&self) -> HashSet<PersonKey> {
        self.users.iter().map(|user| user.email.key()).collect()
    }
}

impl Range {
    /// Rows are left out for lack of what is `needed`: a snapshot made for other needs is another source.
    fn new(source: &SheetSource, needed: &[Placeholder]) -> Self {
        let mut hash = Sha256::new();
        for part in [WAY_OF_READING, &source.sheet_id, &source.range, &format!("{needed:?}")] {
            hash.update(part.len().to_be_bytes());
            hash.update(part);
        }
        Self { sheet_id: source.sheet_id.clone(), cells: source.range.clone(), digest: short_hex(hash) }
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

/// Names and numbers of users that the templates of the form's e-mail use; none while forms are off.
fn needed_names(forms: &Forms) -> Vec<Placeholder> {
    let names = [Placeholder::FirstName, Placeholder::LastName, Placeholder::EmployeeNumber];
    let templates = [Some(&forms.email.subject), Some(&forms.email.contents), forms.email.attachments.as_ref()];
    let used: Vec<_> = templates.into_iter().flatten().flat_map(Template::placeholders).collect();
    names.into_iter().filter(|name| forms.target().is_some() && used.contains(name)).collect()
}
