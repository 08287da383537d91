//! What a call to Google may take, and what it costs.

use super::pace::Pace;
use super::shared_quota::SharedQuota;
use crate::clock::Moment;

/// What a read costs of the quota, in units per minute and user.
pub(super) const READ: u32 = 1;
/// What a write costs of the quota, in units per minute and user.
pub(super) const WRITE: u32 = 3;

/// What a call may take.
#[derive(Clone, Debug, Default)]
pub struct Budget {
    /// When the caller's own time is over: nothing begins after it.
    pub deadline: Option<Moment>,
    /// The pace to keep to.
    pub pace: Option<Pace>,
    /// What further attempts are taken from; the caller has taken the first one.
    pub shared: Option<SharedQuota>,
}
