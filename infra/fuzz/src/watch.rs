//! Runs a target on inputs and reports those that it panics on, hangs on or takes too much memory for.
//!
//! The inputs run on a thread of their own, with the stack of a thread of the service. A thread whose input hangs
//! cannot be ended and lives on until the process ends.

use std::any::Any;
use std::panic::{self, catch_unwind};
use std::sync::Once;
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender};
use std::thread;
use std::time::{Duration, Instant};
use std::{fmt, io};

use crate::memory;

/// The name of the thread that runs the inputs.
const WATCHED: &str = "watched";
/// How often an input that runs is looked at.
const LOOK: Duration = Duration::from_millis(20);

/// What one input may take.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// By the clock on the wall, so it must be generous: the machine may be busy.
    pub time: Duration,
    /// In bytes, beyond what was in use before.
    pub memory: usize,
}

/// An input that something is wrong with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// The input.
    pub input: Vec<u8>,
    /// What it does.
    pub misbehaviour: Misbehaviour,
}

/// What an input does that none may.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Misbehaviour {
    /// The target panics with this message.
    Panic(String),
    /// The target does not come to an end in time.
    Hang,
    /// The target takes more than the memory that is allowed.
    Memory,
}

/// A thread that runs a check on one input after the other.
pub struct Watch {
    check: fn(&[u8]),
    limits: Limits,
    inputs: Sender<Vec<u8>>,
    outcomes: Receiver<Result<(), Misbehaviour>>,
}

impl Watch {
    /// Starts the thread.
    pub fn start(check: fn(&[u8]), limits: Limits) -> io::Result<Self> {
        let ((inputs, next), (tell, outcomes)) = (mpsc::channel::<Vec<u8>>(), mpsc::channel());
        without_backtraces();
        thread::Builder::new().name(WATCHED.to_owned()).spawn(move || {
            for input in next {
                // The input was given up, so nobody listens any more.
                if tell.send(measure(check, &input, limits)).is_err() {
                    return;
                }
            }
        })?;
        Ok(Self { check, limits, inputs, outcomes })
    }

    /// Runs the check on this input. After a finding, the next one runs on a new thread, which knows nothing of this one.
    pub fn run(&mut self, input: &[u8]) -> Result<(), Finding> {
        let before = memory::in_use();
        let outcome = match self.inputs.send(input.to_owned()) {
            Ok(()) => self.wait(before),
            Err(_) => Err(Misbehaviour::Panic("it broke off".to_owned())),
        };
        let Err(mut misbehaviour) = outcome else { return Ok(()) };
        match Self::start(self.check, self.limits) {
            Ok(fresh) => *self = fresh,
            Err(error) => misbehaviour = Misbehaviour::Panic(format!("no thread: {error}")),
        }
        Err(Finding { input: input.to_owned(), misbehaviour })
    }

    /// Waits until the input is done; gives it up when it takes too long or too much.
    fn wait(&self, before: usize) -> Result<(), Misbehaviour> {
        let begun = Instant::now();
        loop {
            match self.outcomes.recv_timeout(LOOK) {
                Ok(outcome) => return outcome,
                Err(RecvTimeoutError::Timeout) if begun.elapsed() > self.limits.time => return Err(Misbehaviour::Hang),
                Err(RecvTimeoutError::Timeout) if memory::in_use().saturating_sub(before) > self.limits.memory => {
                    return Err(Misbehaviour::Memory);
                }
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => return Err(Misbehaviour::Panic("it broke off".to_owned())),
            }
        }
    }
}

/// Leaves the backtrace out of an input's panic, because it may take more memory than the input is allowed.
fn without_backtraces() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let before = panic::take_hook();
        panic::set_hook(Box::new(move |info| {
            if thread::current().name() == Some(WATCHED) { eprintln!("{info}") } else { before(info) }
        }));
    });
}

fn measure(check: fn(&[u8]), input: &[u8], limits: Limits) -> Result<(), Misbehaviour> {
    let mut outcome = Ok(());
    let peak = memory::peak_of(|| outcome = catch_unwind(|| check(input)));
    match outcome {
        Err(cause) => Err(Misbehaviour::Panic(message(&*cause))),
        Ok(()) if peak > limits.memory => Err(Misbehaviour::Memory),
        Ok(()) => Ok(()),
    }
}

fn message(cause: &(dyn Any + Send)) -> String {
    let text = cause.downcast_ref::<String>().map(String::as_str);
    text.or_else(|| cause.downcast_ref::<&str>().copied()).unwrap_or("no message").to_owned()
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.misbehaviour {
            Misbehaviour::Panic(message) => write!(f, "panic: {message}")?,
            Misbehaviour::Hang => f.write_str("no end in time")?,
            Misbehaviour::Memory => f.write_str("too much memory")?,
        }
        write!(f, "\non the input b\"{}\"", self.input.escape_ascii())
    }
}
