//! What a request does, and the file that it sends.

use std::fs::File;
use std::path::Path;

use super::error::StoreError;
use crate::disk::sha256_of_file;

/// The longest object of one request (S3, Google, Azure).
const LONGEST: u64 = 5_000_000_000;
const UNREADABLE: StoreError = StoreError::Upload("the file cannot be read");

/// What a request does.
#[derive(Debug, Clone, Copy)]
pub(super) enum StoreMethod<'a> {
    /// Reads.
    Get,
    /// Writes an object.
    Put(&'a ObjectUpload<'a>),
    /// Removes an object.
    Delete,
}

impl StoreMethod<'_> {
    /// The method of HTTP.
    pub fn name(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Put(_) => "PUT",
            Self::Delete => "DELETE",
        }
    }
}

/// A file that becomes an object.
#[derive(Debug)]
pub(super) struct ObjectUpload<'a> {
    path: &'a Path,
    /// Length in bytes.
    pub size: u64,
    /// Its SHA-256 in hexadecimal digits.
    pub sha256: String,
}

impl<'a> ObjectUpload<'a> {
    /// The upload of a file.
    ///
    /// # Errors
    /// When it cannot be read, or is longer than stores take.
    pub fn of(path: &'a Path) -> Result<Self, StoreError> {
        let size = std::fs::metadata(path).map_err(|_| UNREADABLE)?.len();
        if size > LONGEST {
            return Err(StoreError::Upload("it is longer than the 5 GB that one request may have"));
        }
        let sha256 = sha256_of_file(path).map_err(|_| UNREADABLE)?;
        Ok(Self { path, size, sha256 })
    }

    /// Opens the file once more for an attempt.
    ///
    /// # Errors
    /// When it cannot be opened.
    pub fn open(&self) -> Result<File, StoreError> {
        File::open(self.path).map_err(|_| UNREADABLE)
    }
}
