//! Runs a target over many inputs and reports the first that it panics on, hangs on or takes too much memory for.
//!
//! The inputs run on a thread of their own, with the stack that a thread of the service has. One that hangs is given up, not
//! ended: its thread lives on until the process ends.

use std::any::Any;
use std::fmt;
use std::panic::{self, catch_unwind};
use std::sync::Once;
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::thread;
use std::time::{Duration, Instant};

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

/// What the running thread tells.
enum News {
    /// The input, and the memory that was in use before.
    Begun(Vec<u8>, usize),
    Done(Result<(), Finding>),
}

/// Runs `check` over the inputs, up to the first finding; answers how many there were.
pub fn run(
    check: fn(&[u8]),
    inputs: impl Iterator<Item = Vec<u8>> + Send + 'static,
    limits: Limits,
) -> Result<usize, Finding> {
    let (tell, news) = mpsc::channel();
    without_backtraces();
    let watched = thread::Builder::new().name(WATCHED.to_owned());
    let started = watched.spawn(move || {
        for input in inputs {
            let begun = tell.send(News::Begun(input.clone(), memory::in_use()));
            let outcome = measure(check, input, limits);
            let over = outcome.is_err();
            // Nobody listens any more when the input was given up.
            if begun.and(tell.send(News::Done(outcome))).is_err() || over {
                return;
            }
        }
    });
    if let Err(error) = started {
        return Err(Finding { input: Vec::new(), misbehaviour: Misbehaviour::Panic(format!("no thread: {error}")) });
    }
    let mut count = 0;
    while let Ok(News::Begun(input, before)) = news.recv() {
        wait(&news, input, before, limits)?;
        count += 1;
    }
    Ok(count)
}

/// A panic of an input says where it happened and no more: a backtrace takes more memory than many an input may.
fn without_backtraces() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let before = panic::take_hook();
        panic::set_hook(Box::new(move |info| {
            if thread::current().name() == Some(WATCHED) { eprintln!("{info}") } else { before(info) }
        }));
    });
}

fn measure(check: fn(&[u8]), input: Vec<u8>, limits: Limits) -> Result<(), Finding> {
    let mut outcome = Ok(());
    let peak = memory::peak_of(|| outcome = catch_unwind(|| check(&input)));
    match outcome {
        Err(cause) => Err(Finding { input, misbehaviour: Misbehaviour::Panic(message(&*cause)) }),
        Ok(()) if peak > limits.memory => Err(Finding { input, misbehaviour: Misbehaviour::Memory }),
        Ok(()) => Ok(()),
    }
}

/// Waits until the input is done; gives it up when it takes too long or too much.
fn wait(news: &Receiver<News>, input: Vec<u8>, before: usize, limits: Limits) -> Result<(), Finding> {
    let begun = Instant::now();
    let misbehaviour = loop {
        match news.recv_timeout(LOOK) {
            Ok(News::Done(outcome)) => return outcome,
            Err(RecvTimeoutError::Timeout) if begun.elapsed() > limits.time => break Misbehaviour::Hang,
            Err(RecvTimeoutError::Timeout) if memory::in_use().saturating_sub(before) <= limits.memory => {}
            Err(RecvTimeoutError::Timeout) => break Misbehaviour::Memory,
            Ok(News::Begun(..)) | Err(RecvTimeoutError::Disconnected) => {
                break Misbehaviour::Panic("it broke off".to_owned());
            }
        }
    };
    Err(Finding { input, misbehaviour })
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
