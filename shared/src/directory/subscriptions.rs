//! Puts new calendars into the service account's calendar list, each once.
//!
//! Best effort: sweeping does not need it. What fails is tried again by a later load.

use futures_util::future::join_all;

use super::Directory;
use crate::domain::office::Office;
use crate::google::{Budget, GoogleClient};
use crate::store::subscribed::CalendarDigest;
use crate::telemetry;

/// Calendars subscribed by one load at most; the next ones follow.
const AT_MOST: usize = 50;
const AT_ONCE: usize = 5;
/// Log lines about calendars that could not be subscribed, in one load.
const LINES: usize = 20;

/// What became of the calendars that were not subscribed before.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Subscriptions {
    /// Subscribed now.
    pub(crate) subscribed: usize,
    /// Refused, or Google was busy.
    pub(crate) failed: usize,
    /// Left to the next load.
    pub(crate) left: usize,
}

impl Directory {
    /// Subscribes the calendars of the configuration and of `offices` that were not subscribed before.
    pub(crate) async fn subscribe(&self, google: &GoogleClient, budget: &Budget, offices: &[Office]) -> Subscriptions {
        let known = match self.0.store.load_subscribed().await {
            Ok(known) => known,
            Err(error) => {
                tracing::warn!(%error, "calendars are not subscribed: it is unknown which are");
                return Subscriptions::default();
            }
        };
        let mut seen = known;
        let all = self.0.sources.offices.iter().chain(offices);
        let mut new: Vec<&Office> = all.filter(|office| seen.insert(CalendarDigest::of(&office.calendar_id))).collect();
        // Begin elsewhere each time, so that calendars that nobody shared with us do not hold the others back for ever.
        let start = usize::try_from(self.0.clock.now().timestamp()).unwrap_or(0);
        let turn = start.checked_rem(new.len()).unwrap_or(0);
        new.rotate_left(turn);

        let total = new.len();
        new.truncate(AT_MOST);
        let (done, failed) = try_to_subscribe(google, budget, &new).await;
        if let Err(error) = self.0.store.add_subscribed(&done).await {
            tracing::warn!(%error, "subscribed calendars cannot be remembered and will be subscribed again");
        }
        Subscriptions { subscribed: done.len(), failed, left: total - done.len() - failed }
    }
}

/// Subscribes the calendars of `offices`, a few at a time, until Google is busy.
async fn try_to_subscribe(google: &GoogleClient, budget: &Budget, offices: &[&Office]) -> (Vec<CalendarDigest>, usize) {
    let (mut done, mut failed) = (Vec::new(), 0);
    for group in offices.chunks(AT_ONCE) {
        let outcomes = join_all(group.iter().map(|office| google.subscribe(budget, &office.calendar_id))).await;
        let mut busy = false;
        for (office, outcome) in group.iter().zip(outcomes) {
            match outcome {
                Ok(()) => done.push(CalendarDigest::of(&office.calendar_id)),
                Err(error) => {
                    failed += 1;
                    busy |= error.is_temporary();
                    if failed <= LINES {
                        let digest = telemetry::digest(&office.name);
                        tracing::warn!(office.digest = digest, %error, "a calendar cannot be subscribed");
                    }
                }
            }
        }
        if busy {
            break;
        }
    }
    (done, failed)
}
