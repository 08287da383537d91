//! A running moffman, and what it prints.

use std::io::{BufRead, BufReader, Read};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

/// How long a test waits for a line or for an end before it fails.
const PATIENCE: Duration = Duration::from_mins(1);

/// How a process ended.
#[derive(Debug)]
pub struct Ended {
    pub code: Option<i32>,
    /// What it printed after the lines that were waited for.
    pub out: Vec<String>,
    pub err: Vec<String>,
}

impl Ended {
    pub fn error(&self) -> String {
        self.err.join("\n")
    }
}

/// A process that is killed when the test forgets it.
pub struct Process {
    child: Child,
    out: Receiver<String>,
    err: Receiver<String>,
}

impl Process {
    /// Starts the command in `directory`, with a free port.
    pub fn start(directory: &Path, arguments: &[&str]) -> Self {
        Self::with_environment(directory, arguments, &[])
    }

    /// Starts the command with these variables only.
    pub fn with_environment(directory: &Path, arguments: &[&str], environment: &[(&str, &str)]) -> Self {
        let port = [("MOFFMAN_REST_API__PORT", "0")];
        let mut child = Command::new(env!("CARGO_BIN_EXE_moffman"))
            .args(arguments)
            .current_dir(directory)
            .env_clear()
            .envs(port.iter().chain(environment).copied())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let out = lines(child.stdout.take().unwrap());
        let err = lines(child.stderr.take().unwrap());
        Self { child, out, err }
    }

    /// Waits for a line on standard output that contains `text`.
    pub fn says(&self, text: &str) -> String {
        let deadline = Instant::now() + PATIENCE;
        let mut before = Vec::new();
        loop {
            match self.out.recv_timeout(deadline.saturating_duration_since(Instant::now())) {
                Ok(line) if line.contains(text) => return line,
                Ok(line) => before.push(line),
                Err(_) => {
                    let errors: Vec<String> = self.err.try_iter().collect();
                    panic!("no line with {text:?} but {before:#?}, errors {errors:#?}");
                }
            }
        }
    }

    /// The address it listens on.
    pub fn url(&self) -> String {
        let line = self.says("Moffman listens on ");
        let (_, rest) = line.split_once("listens on ").unwrap();
        let (url, _) = rest.split_once(". State").unwrap();
        url.to_owned()
    }

    /// Sends the signal that service managers send.
    pub fn terminate(&self) {
        self.signal("TERM");
    }

    /// Sends what Ctrl-C sends.
    pub fn interrupt(&self) {
        self.signal("INT");
    }

    /// Ends it without a chance to finish anything.
    pub fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    fn signal(&self, name: &str) {
        let kill = format!("kill -{name} {}", self.child.id());
        assert!(Command::new("/bin/sh").args(["-c", &kill]).status().unwrap().success());
    }

    /// Waits for its end.
    pub fn end(mut self) -> Ended {
        // The output ends with the process; waiting for it is waiting with a deadline.
        let deadline = Instant::now() + PATIENCE;
        let rest = |lines: &Receiver<String>| {
            let next = || lines.recv_timeout(deadline.saturating_duration_since(Instant::now())).ok();
            std::iter::from_fn(next).collect()
        };
        let (out, err) = (rest(&self.out), rest(&self.err));
        assert!(Instant::now() < deadline, "it did not end; it printed {out:#?}, {err:#?}");
        Ended { code: self.child.wait().unwrap().code(), out, err }
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn lines(stream: impl Read + Send + 'static) -> Receiver<String> {
    let (tell, lines) = channel();
    std::thread::spawn(move || {
        for line in BufReader::new(stream).lines().map_while(Result::ok) {
            if tell.send(line).is_err() {
                return;
            }
        }
    });
    lines
}
