//! The shell's commands.

mod cells;
mod command;
mod describe;
mod desktop;
mod display;
mod drawing;
mod effect;
mod guide;
mod plot;
mod programs;
mod queries;
mod script;
mod study;
mod table;
mod tables;

pub use command::{CommandOutcome, CommandWord, ShellCommand};
pub use effect::{CommandEffect, EffectTrigger};
pub use guide::markdown;
pub use table::COMMANDS;
pub(super) use table::{find, parse, run};
