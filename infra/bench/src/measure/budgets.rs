//! The limits of what may be spent. Each is clear of what is spent today by at least a tenth, except for calls, which are
//! counted exactly.

/// The most that a function may take from its start to its first poll: this many times what an empty function takes.
pub(super) const START: f64 = 2.5;
/// The most CPU that a request may take, or an office that has not changed, in milliseconds.
pub(super) const CPU: f64 = 0.35;
/// The most CPU that a hand-made event may take, in milliseconds: two calls, writes, and a form on its own connection.
pub(super) const CPU_PER_EVENT: f64 = 1.5;
/// The most writes for a hand-made event: recorded, form begun, form issued, closed.
pub(super) const WRITES_PER_EVENT: f64 = 4.0;
/// The most memory that a process may have resident, in MiB.
pub(super) const MEMORY: f64 = 30.0;
/// The most that a program's file may have, in MB.
pub(super) const BINARY: f64 = 16.0;
/// The most that a function's deployment package may have, in MB.
pub(super) const ZIP: f64 = 5.0;
