//! Verdicts that were downloaded from a static page, added to the reviewer's file.

use std::collections::{BTreeSet, HashSet};
use std::path::{Path, PathBuf};

use super::review_log::{ReviewLog, read_verdicts};
use super::verdict::{Verdict, VerdictError};
use crate::disk::{DiskError, io_error};
use crate::saved::{SavedError, SavedName};

/// What was imported from a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImportReport {
    /// The reviewer.
    pub reviewer: SavedName,
    /// Verdicts that were added.
    pub added: u64,
    /// Verdicts that the reviewer's file has already.
    pub present: u64,
}

/// A file of verdicts cannot be imported; nothing of it was added.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// The file cannot be read.
    #[error(transparent)]
    Disk(#[from] DiskError),
    /// The reviewer's file cannot be written.
    #[error(transparent)]
    Saved(#[from] SavedError),
    /// A line is not a verdict.
    #[error("{file}: line {line} is not a verdict")]
    Line {
        /// The file.
        file: PathBuf,
        /// The line, from 1.
        line: usize,
    },
    /// A verdict is wrong.
    #[error("{file}: verdict {number}: {error}")]
    Verdict {
        /// The file.
        file: PathBuf,
        /// The verdict's place in the file, from 1.
        number: usize,
        /// What is wrong with it.
        error: VerdictError,
    },
    /// The file has verdicts of several reviewers, or none.
    #[error("{0} is not the file of one reviewer: it has verdicts of {1}")]
    Reviewers(PathBuf, String),
}

/// Adds the verdicts of a file to its reviewer's in the catalog's folder; those that are there already
/// are not added again.
///
/// # Errors
/// When the file is not whole or a verdict in it is wrong; nothing of it is added then.
pub fn import_verdicts(catalog: &Path, file: &Path) -> Result<ImportReport, ImportError> {
    let lines = read_verdicts(file).map_err(io_error("read", file))?;
    if let Some(line) = lines.unreadable.first() {
        return Err(ImportError::Line { file: file.to_owned(), line: *line });
    }
    for (index, verdict) in lines.verdicts.iter().enumerate() {
        verdict.check().map_err(|error| ImportError::Verdict {
            file: file.to_owned(),
            number: index + 1,
            error,
        })?;
    }
    let reviewers: BTreeSet<&SavedName> =
        lines.verdicts.iter().map(|verdict| &verdict.reviewer).collect();
    let mut names = reviewers.iter();
    let (Some(reviewer), None) = (names.next(), names.next()) else {
        let names: Vec<&str> = reviewers.iter().map(|name| name.as_str()).collect();
        let names = if names.is_empty() { "no reviewer".to_owned() } else { names.join(", ") };
        return Err(ImportError::Reviewers(file.to_owned(), names));
    };
    let mut log = ReviewLog::open(catalog, reviewer)?;
    let mut report = ImportReport { reviewer: (*reviewer).clone(), added: 0, present: 0 };
    let mut known: HashSet<String> = log.verdicts().iter().map(content).collect();
    for verdict in &lines.verdicts {
        if known.insert(content(verdict)) {
            log.append(verdict.clone())?;
            report.added += 1;
        } else {
            report.present += 1;
        }
    }
    Ok(report)
}

/// What a verdict says, without its number, which is that of its place in a file.
fn content(verdict: &Verdict) -> String {
    format!("{:?}", Verdict { number: 0, ..verdict.clone() })
}
