//! A process that is measured from outside, so that only its own CPU time and memory count.

use std::io;
use std::process::{Child, Command};
use std::time::{Duration, Instant};

use moffman_testbed::Trouble;
use nix::time::ClockId;
use nix::unistd::Pid;

/// A running process, which is killed when this value is dropped.
pub(crate) struct Process {
    pub(crate) child: Child,
    /// When the process was about to start.
    pub(crate) started: Instant,
}

impl Process {
    pub(crate) fn start(command: &mut Command) -> io::Result<Self> {
        let started = Instant::now();
        Ok(Self { child: command.spawn()?, started })
    }

    /// The CPU time of all threads so far, in user and kernel mode. It comes from the process's CPU clock, because
    /// `/proc/PID/stat` counts in steps of 10 ms.
    pub(crate) fn cpu(&self) -> Result<Duration, Trouble> {
        let pid = Pid::from_raw(self.child.id().try_into()?);
        Ok(ClockId::pid_cpu_clock_id(pid)?.now()?.into())
    }

    /// The most memory that the process ever had resident, in bytes.
    pub(crate) fn peak_memory(&self) -> Result<u64, Trouble> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id()))?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).ok_or("/proc has no VmHWM")?;
        let kibibytes: u64 = line.trim().trim_end_matches(" kB").parse()?;
        Ok(kibibytes * 1024)
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // Killing fails only if the process has ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_process_that_sleeps_takes_memory_and_no_time() {
        let process = Process::start(Command::new("sleep").arg("60")).unwrap();
        assert!(process.peak_memory().unwrap() > 0);
        assert!(process.cpu().unwrap() < Duration::from_secs(1));
    }
}
