//! EventBridge Scheduler: the schedules of a group, over its REST protocol. Nothing fires by itself: a test asks which
//! schedules are due.

mod content;
mod expression;
pub(crate) mod operations;
pub(crate) mod schedules;
