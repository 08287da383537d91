//! What Moffman knows about attendance: pure and synchronous, no I/O.

pub mod a1_range;
mod address;
pub mod approval_form;
pub mod backoff;
pub mod calendar_id;
pub mod cell;
pub mod date_format;
pub mod date_range;
pub mod date_shift;
pub mod digest;
pub mod directory_rows;
pub mod email;
pub mod etag;
pub mod event;
pub mod event_id;
pub mod form;
pub mod letter;
pub mod manual_user;
pub mod office;
pub mod quota;
pub mod reservation;
pub mod revision;
pub mod rounds;
pub mod schedule;
pub mod shard;
pub mod sweep_plan;
pub mod template;
