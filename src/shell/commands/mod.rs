//! The shell's commands.

mod cells;
mod command;
mod describe;
mod display;
mod plot;
mod programs;
mod queries;
mod script;
mod study;
mod table;
mod tables;

pub use command::{CommandOutcome, CommandWord, ShellCommand};
pub use table::{COMMANDS, markdown};
pub(super) use table::{find, parse, run};
