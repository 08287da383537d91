//! EventBridge Scheduler: the schedules of a group, over its REST protocol. Schedules never fire by themselves: a test
//! asks which ones are due.

mod content;
mod expression;
pub(crate) mod operations;
pub(crate) mod schedules;
