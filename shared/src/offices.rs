//! Lists the offices page by page, by name in the order of code points.

use crate::app::Moffman;
use crate::clock::Moment;
use crate::directory::{DirectoryError, KnownOffice};
use crate::domain::bookmark;
use crate::google::Budget;

/// How many offices a page has if nobody chose.
pub const DEFAULT_LIMIT: usize = 200;
/// How many offices a page has at most.
pub const MOST_ON_A_PAGE: usize = 1_000;
/// What the places are in.
const LISTING: &str = "offices";

/// What to list, and until when.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OfficesOrder {
    /// Where the page begins: the `next` of an earlier page, or `None` for the first one.
    pub page: Option<String>,
    /// How many offices the page has at most, brought between 1 and [`MOST_ON_A_PAGE`].
    pub limit: usize,
    /// When the answer is due; Google is not called after it. `None`: never.
    pub deadline: Option<Moment>,
}

/// A part of a listing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OfficesPage {
    /// As many as were asked for; fewer on the last page.
    pub offices: Vec<KnownOffice>,
    /// Where the next page begins; `None` on the last one.
    pub next: Option<String>,
}

/// Why offices are not listed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum OfficesError {
    /// The offices are not known.
    #[error(transparent)]
    Directory(#[from] DirectoryError),
    /// The place of a page is none that a listing answered.
    #[error("the page is none of a listing")]
    NoSuchPage,
}

/// Lists a page of offices. One that is added or goes while somebody turns the pages moves no other out of sight.
pub async fn list(app: &Moffman, order: &OfficesOrder) -> Result<OfficesPage, OfficesError> {
    let read = |page: &String| bookmark::read::<String>(LISTING, page).ok_or(OfficesError::NoSuchPage);
    let last = order.page.as_ref().map(read).transpose()?;
    let all = app.directory.offices(&Budget { deadline: order.deadline, ..Budget::default() }).await?;
    let start = last.map_or(0, |last| all.partition_point(|known| known.office.name <= last));
    let (_, left) = all.split_at(start);
    let (page, more) = left.split_at(left.len().min(order.limit.clamp(1, MOST_ON_A_PAGE)));
    let last = page.last().filter(|_| !more.is_empty());
    let next = last.map(|known| bookmark::write(LISTING, &known.office.name));
    Ok(OfficesPage { offices: page.to_vec(), next })
}
