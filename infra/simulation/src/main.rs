//! `simulate COUNT` plays that many schedules on all cores; `simulate --seed N` replays one and tells its story.

use std::process::ExitCode;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

use moffman_simulation::{Breach, Outcome, Trouble, simulate};

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let result = match arguments.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        ["--seed", seed] => seed.parse().map_err(Into::into).and_then(replay),
        [count] => count.parse().map_err(Into::into).and_then(|count| all(count, fastrand::u64(..))),
        _ => Err("say how many schedules, or --seed N".into()),
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

fn replay(seed: u64) -> Result<bool, Trouble> {
    let outcome = simulate(seed)?;
    for line in &outcome.story {
        println!("{line}");
    }
    for breach in &outcome.breaches {
        println!("{breach:?}");
    }
    Ok(outcome.breaches.is_empty())
}

/// Plays `count` schedules whose seeds follow from `first`.
fn all(count: u64, first: u64) -> Result<bool, Trouble> {
    let next = AtomicU64::new(0);
    let outcomes: Mutex<Vec<Result<Outcome, Trouble>>> = Mutex::new(Vec::new());
    let cores = std::thread::available_parallelism()?.get();
    std::thread::scope(|scope| {
        for _ in 0..cores {
            scope.spawn(|| {
                loop {
                    let number = next.fetch_add(1, Ordering::Relaxed);
                    if number >= count {
                        return;
                    }
                    let outcome = simulate(first.wrapping_add(number) % 1_000_000_000);
                    if let Ok(mut outcomes) = outcomes.lock() {
                        outcomes.push(outcome);
                        if outcomes.len() % 100 == 0 {
                            eprintln!("{} of {count}", outcomes.len());
                        }
                    }
                }
            });
        }
    });
    let outcomes: Result<Vec<Outcome>, Trouble> =
        outcomes.into_inner().map_err(|_| "a schedule broke off")?.into_iter().collect();
    Ok(report(&outcomes?))
}

fn report(outcomes: &[Outcome]) -> bool {
    let mut totals = [0_usize; 3];
    for outcome in outcomes {
        for breach in &outcome.breaches {
            println!("seed {}: {breach:?}", outcome.seed);
            match breach {
                Breach::Lost(_) => totals[0] += 1,
                Breach::Duplicated(_) => totals[1] += 1,
                Breach::Stuck(_) => totals[2] += 1,
            }
        }
    }
    let unknown: usize = outcomes.iter().map(|outcome| outcome.unknown).sum();
    let [lost, duplicated, stuck] = totals;
    println!(
        "{} schedules, {lost} lost, {duplicated} duplicated, {stuck} stuck, {unknown} unknown outcomes",
        outcomes.len()
    );
    totals == [0, 0, 0]
}
