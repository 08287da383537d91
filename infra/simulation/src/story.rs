//! Tells what happened in one schedule.

use moffman_simulation::ScheduleOutcome;

/// Prints the story and the breaches. Answers whether there were none.
pub(crate) fn tell(outcome: &ScheduleOutcome) -> bool {
    for line in &outcome.story {
        println!("{line}");
    }
    for breach in &outcome.breaches {
        println!("{breach:?}");
    }
    outcome.breaches.is_empty()
}
