//! `mammodex split`: the patients of a cohort assigned to parts.

mod balance;
mod commands;
mod create;
mod show;

pub use commands::{SplitArgs, run};
