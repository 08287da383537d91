//! Keeps the pages true to the settings, the Makefile, the template and the tree, and to each other.

#![expect(clippy::unwrap_used, reason = "what a test cannot go on without fails it")]

mod commands;
mod keys;
mod layout;
mod links;
mod log;
mod pages;
mod sentences;
mod stack;
mod states;
