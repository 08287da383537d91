//! The watch itself: what it is to find is found.

use std::hint::black_box;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use moffman_fuzz::watch::{Finding, Limits, Misbehaviour, Watch};

use crate::{TIME, alone};

const MEMORY: usize = 8 << 20;

fn inputs() -> impl Iterator<Item = &'static [u8]> {
    [&b"good"[..], b"bad", b"good again"].into_iter()
}

/// What is found on the input `bad`.
fn found(check: fn(&[u8]), time: Duration) -> Misbehaviour {
    let _alone = alone();
    let mut watch = Watch::start(check, Limits { time, memory: MEMORY }).unwrap();
    let Finding { input, misbehaviour } = inputs().try_for_each(|input| watch.run(input)).unwrap_err();
    assert_eq!(input, b"bad");
    misbehaviour
}

#[test]
fn what_is_well_is_counted() {
    let _alone = alone();
    let mut watch = Watch::start(|_| {}, Limits { time: TIME, memory: MEMORY }).unwrap();
    assert_eq!(inputs().map(|input| watch.run(input)).collect::<Vec<_>>(), [const { Ok(()) }; 3]);
}

#[test]
fn a_panic_is_found_with_its_message() {
    let misbehaviour = found(|input| assert_ne!(input, b"bad", "no {}", "good"), TIME);
    let Misbehaviour::Panic(message) = misbehaviour else { panic!("{misbehaviour:?}") };
    assert!(message.contains("no good"), "{message}");
}

#[test]
fn what_does_not_end_is_found_and_given_up() {
    static GIVEN_UP: AtomicBool = AtomicBool::new(false);
    let check = |input: &[u8]| {
        while input == b"bad" && !GIVEN_UP.load(Ordering::Relaxed) {
            std::thread::yield_now();
        }
    };
    assert_eq!(found(check, Duration::from_millis(100)), Misbehaviour::Hang);
    GIVEN_UP.store(true, Ordering::Relaxed);
}

#[test]
fn memory_that_was_given_back_is_found_too() {
    let check = |input: &[u8]| {
        if input == b"bad" {
            drop(black_box(Vec::<u8>::with_capacity(2 * MEMORY)));
        }
    };
    assert_eq!(found(check, TIME), Misbehaviour::Memory);
}

#[test]
fn memory_is_found_before_the_input_is_done() {
    static GIVEN_UP: AtomicBool = AtomicBool::new(false);
    let check = |input: &[u8]| {
        let taken = Vec::<u8>::with_capacity(if input == b"bad" { 2 * MEMORY } else { 1 });
        while input == b"bad" && !GIVEN_UP.load(Ordering::Relaxed) {
            std::thread::yield_now();
        }
        drop(black_box(taken));
    };
    assert_eq!(found(check, TIME), Misbehaviour::Memory);
    GIVEN_UP.store(true, Ordering::Relaxed);
}
