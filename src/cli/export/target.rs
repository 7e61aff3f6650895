//! The file or folder of an export.

use std::path::Path;

use crate::catalog::Catalog;
use crate::cli::context::CommandContext;
use crate::cli::destination::{self, DestinationError, IfFileExists};
use crate::cli::printer::complain;

/// The file that an export writes.
pub(super) struct ExportTarget<'a> {
    pub path: &'a Path,
    /// The endings that name its format.
    pub endings: &'a [&'a str],
    /// Whether an existing file is replaced.
    pub force: bool,
}

impl ExportTarget<'_> {
    /// Refuses the file before any work is done.
    ///
    /// # Errors
    /// When it has another ending, may not be written, or exists.
    pub(super) fn check(&self, context: &CommandContext) -> Result<(), DestinationError> {
        let ending = self.path.extension().and_then(|ending| ending.to_str());
        let is_known = ending.is_some_and(|ending| self.endings.contains(&ending));
        destination::check_ending(self.path, is_known, self.endings)?;
        let if_exists = if self.force { IfFileExists::Replace } else { IfFileExists::Fail };
        destination::check_file(context, self.path, if_exists)
    }
}

/// Names the cohorts and splits that do not fit the snapshot.
pub(super) fn note_unfit(catalog: &Catalog) {
    for unfit in catalog.take_unfit() {
        complain(&format!("excluded: {unfit}"));
    }
}
