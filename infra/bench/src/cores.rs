//! Chooses the cores that everything runs on.
//!
//! Waking another core of a virtual machine costs more than most of what a function does for a request, and the waking
//! process pays. With one core, time and CPU are those of the work, and vary little from run to run.

use moffman_testbed::Trouble;
use nix::errno::Errno;
use nix::sched::{CpuSet, sched_getaffinity, sched_setaffinity};
use nix::unistd::Pid;

/// The cores that this process and those that it starts may use.
pub(crate) struct Cores(CpuSet);

impl Cores {
    /// All cores that this process has now.
    pub(crate) fn given() -> Result<Self, Trouble> {
        Ok(Self(sched_getaffinity(Pid::from_raw(0))?))
    }

    /// Only the first of these cores.
    pub(crate) fn first(&self) -> Result<Self, Trouble> {
        for core in 0..CpuSet::count() {
            if self.0.is_set(core)? {
                let mut one = CpuSet::new();
                one.set(core)?;
                return Ok(Self(one));
            }
        }
        Err("this process has no core".into())
    }

    /// From now on, all threads of this process and all that it starts run on these cores.
    pub(crate) fn use_these(&self) -> Result<(), Trouble> {
        for thread in std::fs::read_dir("/proc/self/task")? {
            let thread = thread?.file_name();
            let number = thread.to_str().ok_or("a thread without a number")?.parse()?;
            match sched_setaffinity(Pid::from_raw(number), &self.0) {
                // A thread that has just ended need not be moved.
                Ok(()) | Err(Errno::ESRCH) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Ok(())
    }
}
