//! The offices of the configuration and of the spreadsheet together.

use std::borrow::Cow;
use std::collections::HashSet;
use std::sync::Arc;

use crate::domain::cell::plain;
use crate::domain::office::Office;

/// Where an office is entered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OfficeSource {
    /// In the configuration.
    Configuration,
    /// In the spreadsheet.
    Spreadsheet,
}

/// An office and where it is entered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KnownOffice {
    /// The office.
    pub office: Office,
    /// Where it is entered.
    pub source: OfficeSource,
}

/// The configuration's offices, then those of the sheet whose names the configuration does not have.
pub(super) fn merged(of_configuration: &[Office], of_sheet: &[Office]) -> impl Iterator<Item = KnownOffice> {
    let names: HashSet<Cow<'_, str>> = of_configuration.iter().map(|office| plain(&office.name)).collect();
    let added = of_sheet.iter().filter(move |office| !names.contains(&plain(&office.name)));
    let known = |source| move |office: &Office| KnownOffice { office: office.clone(), source };
    let configured = of_configuration.iter().map(known(OfficeSource::Configuration));
    configured.chain(added.map(known(OfficeSource::Spreadsheet)))
}

/// The same, by name in the order of code points.
pub(super) fn by_name(of_configuration: &[Office], of_sheet: &[Office]) -> Arc<[KnownOffice]> {
    let mut offices: Vec<KnownOffice> = merged(of_configuration, of_sheet).collect();
    offices.sort_by(|a, b| a.office.name.cmp(&b.office.name));
    offices.into()
}
