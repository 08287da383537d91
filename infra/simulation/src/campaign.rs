//! Plays one schedule, or many of them on all cores.

use std::io;
use std::ops::{ControlFlow, Range};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread;

use moffman_testbed::Trouble;

use crate::bugs::Layer;
use crate::panics;
use crate::schedule::{self, ScheduleOutcome};

/// What the threads of a campaign share.
struct Campaign<L> {
    seeds: Range<u64>,
    look: L,
    is_over: bool,
}

/// Plays the schedule of `seed` on a runtime of its own.
pub fn simulate(seed: u64) -> Result<ScheduleOutcome, Trouble> {
    simulate_with(seed, None)
}

/// Plays the schedule of `seed` with a faulty layer, if there is one, between the library and the simulators.
pub fn simulate_with(seed: u64, layer: Option<&Layer>) -> Result<ScheduleOutcome, Trouble> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(io::Error::other)?;
    runtime.block_on(schedule::play(seed, layer))
}

/// Plays the schedules of `seeds`, with a faulty layer if there is one, and shows each outcome to `look` until it breaks
/// off. The outcomes come in no certain order.
pub fn play_all(
    seeds: Range<u64>,
    layer: Option<&Layer>,
    look: impl FnMut(ScheduleOutcome) -> ControlFlow<()> + Send,
) -> Result<(), Trouble> {
    let campaign = Mutex::new(Campaign { seeds, look, is_over: false });
    let cores = thread::available_parallelism()?.get();
    thread::scope(|scope| {
        let cores: Vec<_> = (0..cores).map(|_| scope.spawn(|| play_some(&campaign, layer))).collect();
        cores.into_iter().try_for_each(|core| core.join().map_err(|_| "a schedule broke off")?)
    })
}

fn play_some<L: FnMut(ScheduleOutcome) -> ControlFlow<()>>(
    campaign: &Mutex<Campaign<L>>,
    layer: Option<&Layer>,
) -> Result<(), Trouble> {
    loop {
        let Some(seed) = next(&mut lock(campaign)) else { return Ok(()) };
        // Nothing that a panicked schedule has left is used again.
        let outcome = catch_unwind(AssertUnwindSafe(|| simulate_with(seed, layer)))
            .unwrap_or_else(|panic| Err(format!("the schedule panicked: {}", panics::said(panic)).into()));
        let mut campaign = lock(campaign);
        if campaign.is_over {
            return Ok(());
        }
        campaign.is_over = match outcome {
            Ok(outcome) => (campaign.look)(outcome).is_break(),
            Err(trouble) => {
                campaign.is_over = true;
                return Err(format!("seed {seed}: {trouble}").into());
            }
        };
    }
}

fn next<L>(campaign: &mut Campaign<L>) -> Option<u64> {
    if campaign.is_over { None } else { campaign.seeds.next() }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
