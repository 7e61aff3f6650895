//! The interactive prompt: SQL that ends in `;`, over several lines, and commands that begin with
//! a dot.
//!
//! The shell reads and decides; what it shows goes through a [`Screen`], so that results look the
//! same as those of `mammodex query`.

mod bars;
pub mod commands;
mod complete;
mod continuation;
mod distribution;
mod editor;
mod error;
mod highlight;
mod history;
mod interpreter;
mod interrupt;
mod last_result;
mod prompt;
mod relations;
mod saved_queries;
mod screen;
mod session;
#[cfg(test)]
mod tests;

pub use error::ShellError;
pub use history::prepare as prepare_history;
pub use interpreter::{ShellStep, read};
pub use interrupt::InterruptGuard;
pub use prompt::prompt;
pub use saved_queries::folder as queries_folder;
pub use screen::{Destination, DisplayOptions, Pager, RowLimit, Screen, StatementOutcome};
pub use session::{SessionEnd, ShellSession, SnapshotOpener};
