//! Why a named file could not be read, written or removed.

use std::path::PathBuf;

use super::name::SavedName;
use crate::disk::DiskError;

/// A named file of the catalog could not be read, written or removed.
#[derive(Debug, thiserror::Error)]
pub enum SavedError {
    /// There is nothing of that name.
    #[error("there is no {kind} {name}; {hint}")]
    Missing {
        /// `cohort`, `split`, or both.
        kind: &'static str,
        /// The name.
        name: SavedName,
        /// What it may be: a name of another kind, the nearest name, or one of those that there are.
        hint: String,
    },
    /// The name is taken.
    #[error("there is a {kind} {name} already; --force replaces it")]
    Exists {
        /// `cohort` or `split`.
        kind: &'static str,
        /// The name that is taken.
        name: SavedName,
    },
    /// The name is that of something else.
    #[error("{name} is a {kind} already: give the {wanted} another name")]
    Ambiguous {
        /// What has the name: `cohort` or `split`.
        kind: &'static str,
        /// The name.
        name: SavedName,
        /// What was to have the name.
        wanted: &'static str,
    },
    /// A file cannot be read or written.
    #[error(transparent)]
    Disk(#[from] DiskError),
    /// Another process saves a file in the same folder.
    #[error("{path} is locked by {holder}")]
    Locked {
        /// The lock file.
        path: PathBuf,
        /// The process and when it took the lock.
        holder: String,
    },
    /// A file is not as mammodex writes it.
    #[error("{path}: {reason}")]
    Broken {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
}

impl SavedError {
    /// The error of a file that is not as mammodex writes it.
    pub fn broken(path: PathBuf, reason: impl Into<String>) -> Self {
        Self::Broken { path, reason: reason.into() }
    }
}
