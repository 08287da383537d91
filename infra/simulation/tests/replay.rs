//! A seed is a story that can be played again. This is a test program of its own, so that no other test keeps the machine
//! busy meanwhile: a call that reaches the gate late would change the story.

use std::io::{self, Write as _};

use moffman_simulation::simulate;

/// How many schedules are played twice.
const REPLAYED: u64 = 5;

#[test]
fn a_seed_tells_the_same_story_again() {
    let first = fastrand::u64(..1_000_000_000);
    writeln!(io::stderr(), "{REPLAYED} stories from seed {first} on").unwrap();
    for seed in first..first + REPLAYED {
        let story = || simulate(seed).unwrap().story;
        assert_eq!(story(), story(), "seed {seed}");
    }
}
