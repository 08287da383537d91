//! A fixed set of schedules, so that a run of the tests means the same everywhere; `make simulate` plays fresh ones.

#![expect(clippy::panic, reason = "that is how a test fails")]

use moffman_simulation::simulate;

fn play(seeds: impl Iterator<Item = u64>) {
    for seed in seeds {
        let outcome = simulate(seed).unwrap_or_else(|trouble| panic!("seed {seed}: {trouble}"));
        assert_eq!(outcome.breaches, [], "seed {seed}: `make simulate SEED={seed}` tells the story");
    }
}

#[test]
fn nothing_is_lost_and_nothing_sent_twice() {
    play((0..40).step_by(2));
}

#[test]
fn nothing_is_lost_and_nothing_sent_twice_on_the_other_core() {
    play((1..40).step_by(2));
}
