//! A completion.

use crate::results::escape;

/// A text that can follow what is typed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::shell) struct CompletionCandidate {
    /// The text as listed, with control characters escaped.
    pub(in crate::shell) shown: String,
    /// The text as typed.
    pub(in crate::shell) typed: String,
}

impl CompletionCandidate {
    /// A candidate that is listed as it is typed.
    pub(super) fn new(typed: impl Into<String>) -> Self {
        let typed = typed.into();
        Self { shown: escape::visible(&typed).into_owned(), typed }
    }

    /// A candidate that is listed with a note.
    pub(super) fn with(typed: String, note: &str) -> Self {
        let shown = format!("{typed}  {note}");
        Self { shown: escape::visible(&shown).into_owned(), typed }
    }
}
