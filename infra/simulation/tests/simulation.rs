//! Seeds whose schedules have much in them, so that a run of this test means the same everywhere; `make test` plays fresh
//! ones after it.

use moffman_simulation::simulate;

#[test]
fn nothing_is_lost_and_nothing_sent_twice() {
    for seed in 0..10 {
        let outcome = simulate(seed).unwrap_or_else(|trouble| panic!("seed {seed}: {trouble}"));
        assert_eq!(outcome.breaches, [], "seed {seed}: `make simulate SEED={seed}` tells the story");
    }
}

#[test]
fn a_seed_tells_the_same_story_again() {
    let story = |seed| simulate(seed).unwrap_or_else(|trouble| panic!("seed {seed}: {trouble}")).story;
    assert_eq!(story(1), story(1));
}
