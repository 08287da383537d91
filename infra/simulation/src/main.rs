//! `simulate COUNT` plays that many schedules on all cores; `simulate --seed N` replays one and tells its story;
//! `simulate --bugs` shows that the checks find planted bugs.

mod command_line;
mod hunt;
mod progress;

use std::ops::{ControlFlow, Range};
use std::process::ExitCode;

use command_line::RunMode;
use moffman_simulation::{Tally, play_all};
use moffman_testbed::Trouble;
use progress::Progress;

fn main() -> ExitCode {
    let result = match command_line::read() {
        RunMode::Replay { seed, bug } => hunt::replay(seed, bug.as_deref()),
        RunMode::Play { seeds } => play(seeds),
        RunMode::Find { seeds } => find(seeds),
        RunMode::Hunt { seeds, bug } => hunt::hunt(&seeds, bug.as_deref()),
    };
    match result {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(trouble) => {
            eprintln!("{trouble}");
            ExitCode::FAILURE
        }
    }
}

fn play(seeds: Range<u64>) -> Result<bool, Trouble> {
    println!("seeds from {} (FIRST)", seeds.start);
    let mut tally = Tally::default();
    let mut progress = Progress::new("", seeds.end - seeds.start);
    play_all(seeds, None, |outcome| {
        tally.add(&outcome);
        progress.step();
        ControlFlow::Continue(())
    })?;
    drop(progress);
    println!("{tally}");
    Ok(tally.is_clean())
}

fn find(seeds: Range<u64>) -> Result<bool, Trouble> {
    let found = hunt::find(seeds, None, "")?;
    if let Some(found) = &found {
        println!("{} {}", found.seed, found.breach);
    }
    Ok(found.is_none())
}
