//! The limits of what may be spent.

/// The most that a function may take from its start to its first poll, in milliseconds.
pub(super) const START: f64 = 10.0;
/// The most that the first invocation may take, in milliseconds: it makes connections and perhaps signs with a key.
pub(super) const FIRST: f64 = 10.0;
/// The most that a later invocation may take for one reservation or one office, in milliseconds.
pub(super) const WARM: f64 = 1.0;
/// The most CPU that a request may take, or an office that has not changed, in milliseconds.
pub(super) const CPU: f64 = 0.35;
/// The most CPU that a hand-made event may take, in milliseconds: two calls, writes, and a form on its own connection.
pub(super) const CPU_PER_EVENT: f64 = 1.5;
/// The most writes for a hand-made event: recorded, form begun, form issued, closed.
pub(super) const WRITES_PER_EVENT: f64 = 4.0;
/// The most that the local server may take until it listens, in milliseconds.
pub(super) const LOCAL_START: f64 = 100.0;
/// The fewest requests that the local server may carry out in a second.
pub(super) const LOCAL_RATE: f64 = 1_000.0;
/// The most memory that a process may have resident, in MiB.
pub(super) const MEMORY: f64 = 30.0;
/// The most that a program's file may have, in MB.
pub(super) const BINARY: f64 = 16.0;
/// The most that a function's deployment package may have, in MB.
pub(super) const ZIP: f64 = 4.0;
