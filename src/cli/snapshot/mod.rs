//! `mammodex snapshot`: the snapshots that a catalog holds.

mod commands;
mod diff;
mod list;
mod retention;

pub use commands::{SnapshotCommandArgs, run};
