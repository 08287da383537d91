//! Shows the approval forms, and lets a person settle one that the sweeps do not.
//!
//! A decision only changes the form; the next sweep acts on it. So it needs only the table, and is refused only while a
//! sweep is sending the form.

mod bookmark;
mod calendars;
mod error;
mod list;
mod settle;
mod shown;
mod view;

pub use error::FormsError;
pub use list::{DEFAULT_LIMIT, Filter, FormsPage, ListOrder, MOST_ON_A_PAGE, list};
pub use settle::{DiscardOrder, ResendOrder, discard, resend};
pub use shown::{ShownEvent, ShownForm, ShownStatus};

pub use crate::domain::form::ShownState;
