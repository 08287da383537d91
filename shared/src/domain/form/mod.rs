//! An approval form: it is for a person and days, and has one explicit state.
//!
//! A form knows neither event nor office, so it stays what it is when an event is copied, moved, split or entered again.
//! [`Form::after`] says what a form becomes, [`turn()`] what a worker does next. Both are decided nowhere else.

mod after;
mod claim;
mod copies;
mod failures;
mod id;
mod state;
mod turn;

pub use after::{After, Happening, Stays};
pub use claim::{Claim, ClaimId};
pub use copies::CopyHappening;
pub use failures::Failures;
pub use id::{FormId, FormKey};
pub use state::{AskingEvent, Form, MOST_EVENTS, OrderedCopy, Outcome, State, forgotten_at};
pub use turn::{Asking, CopyTurn, Rest, Turn, copy_turn, turn};

#[cfg(test)]
mod tests;
