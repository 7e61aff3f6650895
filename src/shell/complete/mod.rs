//! Completion of what is typed.

mod candidate;
mod completer;
pub(super) mod scope;
mod values;

pub(super) use candidate::CompletionCandidate;
pub(super) use completer::SqlCompleter;
