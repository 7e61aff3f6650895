//! Why a cohort could not be made, read or removed.

use crate::catalog::CatalogError;
use crate::disk::DiskError;
use crate::saved::{NameError, SavedError};

/// A cohort could not be made, read or removed.
#[derive(Debug, thiserror::Error)]
pub enum CohortError {
    /// The catalog refused.
    #[error(transparent)]
    Catalog(#[from] CatalogError),
    /// The text is not a valid name.
    #[error(transparent)]
    Name(#[from] NameError),
    /// The saved file could not be read, written or removed.
    #[error(transparent)]
    Saved(#[from] SavedError),
    /// A file of the user cannot be read.
    #[error(transparent)]
    Disk(#[from] DiskError),
    /// A step names a value that no row has.
    #[error("{option}: the catalog has no {value:?};{near} values: {values}", near = meant(near.as_deref()))]
    Unknown {
        /// The option.
        option: &'static str,
        /// The value.
        value: String,
        /// The value that it is most likely a misspelling of.
        near: Option<String>,
        /// The values that there are.
        values: String,
    },
    /// A term is not a grade of its scale.
    #[error(
        "{option}: {term:?} is not a valid grade; write numbers from 0 to {top}, or one of {codes}, \
         with >=, >, <=, < or nothing before it, several separated by commas"
    )]
    Grade {
        /// The option.
        option: &'static str,
        /// The term.
        term: String,
        /// The highest number.
        top: u8,
        /// The codes that the scale has.
        codes: String,
    },
    /// A term is not a number or range.
    #[error(
        "{option}: {text:?} is not a number or range; write 40-69, '>=50' or 45, several separated by commas"
    )]
    Span {
        /// The option.
        option: &'static str,
        /// What the user wrote.
        text: String,
    },
    /// `--where` is refused.
    #[error("--where: {0}")]
    Condition(String),
    /// `--sql` is refused.
    #[error("--sql: {0}")]
    Sql(String),
    /// `--cases` is refused.
    #[error("--cases: {0}")]
    Cases(String),
    /// A step does not fit this cohort.
    #[error("{0}")]
    Step(String),
    /// The members do not fit the open snapshot.
    #[error("{0}")]
    Members(String),
}

fn meant(near: Option<&str>) -> String {
    near.map(|name| format!(" did you mean {name}?")).unwrap_or_default()
}
