//! Puts new calendars into the service account's calendar list, each once.
//!
//! Best effort: sweeping does not need it. What fails, or has no turn before the deadline, is tried again by a later load.

use std::sync::Arc;
use std::time::Duration;

use futures_util::future::join_all;

use super::sources::DirectorySources;
use crate::clock::{Clock, Moment};
use crate::domain::digest::digest;
use crate::domain::office::Office;
use crate::google::pace::Pace;
use crate::google::{Budget, GoogleCalendar, GoogleClient, GoogleError};
use crate::store::Store;
use crate::store::subscribed::CalendarDigest;

/// Calendars subscribed by one load at most; the next ones follow.
const AT_MOST: usize = 50;
const AT_ONCE: usize = 5;
/// How much of a caller's time is left for what comes after subscribing.
const KEPT_BACK: Duration = Duration::from_mins(1);
/// How long calendars are subscribed even if the caller has little time.
const AT_LEAST: Duration = Duration::from_secs(10);
/// Log lines about calendars that could not be subscribed, in one load.
const LINES: usize = 20;

/// What became of the calendars that were not subscribed before.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Subscriptions {
    /// Subscribed now.
    pub(crate) subscribed: usize,
    /// Refused, or Google was busy.
    pub(crate) failed: usize,
    /// Left to the next load: there are many, Google is busy, or no time is left.
    pub(crate) left: usize,
}

/// Puts calendars into the service account's calendar list.
pub(super) struct Subscriber {
    /// The offices of the configuration among others.
    pub(super) sources: Arc<DirectorySources>,
    /// Where it is kept which calendars were subscribed.
    pub(super) store: Store,
    /// Where the calendar list is.
    pub(super) google: GoogleClient,
    /// Where time comes from.
    pub(super) clock: Clock,
    /// The pace of all subscribing of this process.
    pub(super) pace: Pace,
}

impl Subscriber {
    /// Subscribes the calendars of the configuration and of `offices` that were not subscribed before.
    pub(super) async fn subscribe(&self, budget: &Budget, offices: &[Office]) -> Subscriptions {
        let known = match self.store.load_subscribed().await {
            Ok(known) => known,
            Err(error) => {
                tracing::warn!(%error, "calendars are not subscribed: it is unknown which are");
                return Subscriptions::default();
            }
        };
        let mut seen = known;
        let all = self.sources.offices.iter().chain(offices);
        let mut new: Vec<&Office> = all.filter(|office| seen.insert(CalendarDigest::of(&office.calendar_id))).collect();
        // Begin elsewhere each time, so that calendars that nobody shared with us do not hold the others back for ever.
        let start = usize::try_from(self.clock.now().timestamp()).unwrap_or(0);
        let turn = start.checked_rem(new.len()).unwrap_or(0);
        new.rotate_left(turn);

        let total = new.len();
        new.truncate(AT_MOST);
        let budget =
            Budget { deadline: self.end_of_waiting(budget), pace: Some(self.pace.clone()), ..Budget::default() };
        let (done, failed) = try_to_subscribe(&self.google, &budget, &new).await;
        if let Err(error) = self.store.add_subscribed(&done).await {
            tracing::warn!(%error, "subscribed calendars cannot be remembered and will be subscribed again");
        }
        Subscriptions { subscribed: done.len(), failed, left: total - done.len() - failed }
    }

    /// Subscribes for a caller who waits for something else: what does not fit into a few seconds is left to later loads.
    pub(super) async fn subscribe_some(&self, budget: &Budget, offices: &[Office]) {
        let soon = self.clock.moment() + AT_LEAST;
        let deadline = Some(budget.deadline.map_or(soon, |deadline| deadline.min(soon)));
        self.subscribe(&Budget { deadline, ..Budget::default() }, offices).await;
    }

    /// Until when calendars have their turn, so that a caller with little time, such as a request, does not wait long.
    fn end_of_waiting(&self, budget: &Budget) -> Option<Moment> {
        let (clock, now) = (&self.clock, self.clock.moment());
        let kept_back = |deadline| now + clock.until(deadline).saturating_sub(KEPT_BACK);
        budget.deadline.map(|deadline| kept_back(deadline).max((now + AT_LEAST).min(deadline)))
    }
}

/// Subscribes the calendars of `offices`, a few at a time, until Google is busy or no time is left.
async fn try_to_subscribe(google: &GoogleClient, budget: &Budget, offices: &[&Office]) -> (Vec<CalendarDigest>, usize) {
    let (mut done, mut failed) = (Vec::new(), 0);
    for group in offices.chunks(AT_ONCE) {
        let calendars = group.iter().map(|office| GoogleCalendar::new(google, budget, &office.calendar_id));
        let outcomes = join_all(calendars.map(GoogleCalendar::subscribe)).await;
        let mut is_over = false;
        for (office, outcome) in group.iter().zip(outcomes) {
            match outcome {
                Ok(()) => done.push(CalendarDigest::of(&office.calendar_id)),
                // Its turn came too late, or not at all.
                Err(GoogleError::OutOfTime | GoogleError::TimedOut) => is_over = true,
                Err(error) => {
                    failed += 1;
                    is_over |= error.is_temporary();
                    if failed <= LINES {
                        let digest = digest(&office.name);
                        tracing::warn!(office.digest = digest, %error, "a calendar cannot be subscribed");
                    }
                }
            }
        }
        if is_over {
            break;
        }
    }
    (done, failed)
}
