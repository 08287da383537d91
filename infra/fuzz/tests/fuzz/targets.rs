//! The short run: some thousand inputs per target.

use moffman_fuzz::watch::{Finding, Limits, Misbehaviour};
use moffman_fuzz::{files, target};
use proptest::test_runner::{TestCaseError, TestError};

use crate::mutations::{inputs, runner};
use crate::{TIME, watched};

/// The changed inputs follow from it.
const SEED: u64 = 20_261_124;

fn holds(name: &str) {
    let target = target(name).unwrap();
    watched(target.check, Limits { time: TIME, memory: target.memory }, |watch| {
        for seed in files::seeds(name).unwrap() {
            watch.run(&seed)?;
        }
        let (watch, found) = (std::cell::RefCell::new(watch), std::cell::RefCell::new(None::<Finding>));
        let outcome = runner(SEED, target.rounds).run(&inputs(name), |input| {
            // What hangs goes on for ever: nothing smaller is looked for.
            let is_over = found.borrow().as_ref().is_some_and(|finding| finding.misbehaviour == Misbehaviour::Hang);
            let outcome = if is_over { Ok(()) } else { watch.borrow_mut().run(&input) };
            outcome.map_err(|finding| {
                let reason = finding.to_string();
                found.replace(Some(finding));
                TestCaseError::fail(reason)
            })
        });
        match outcome {
            Ok(()) => Ok(()),
            Err(TestError::Fail(_, input)) => Err(Finding { input, ..found.take().unwrap() }),
            Err(TestError::Abort(reason)) => panic!("{reason}"),
        }
    });
}

#[test]
fn any_configuration_is_read_or_refused() {
    holds("configuration");
}

#[test]
fn any_date_format_and_shift_is_read_or_refused() {
    holds("date_formats");
}

#[test]
fn any_page_of_events_is_judged() {
    holds("google_events");
}

#[test]
fn any_request_is_answered() {
    holds("requests");
}

#[test]
fn any_sheet_is_read() {
    holds("sheet_rows");
}

#[test]
fn any_template_is_read_or_refused() {
    holds("templates");
}
