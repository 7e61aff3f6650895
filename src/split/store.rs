//! The files of saved splits in the catalog's folder: `splits/NAME.toml`, and the rows in
//! `splits/NAME.CHECKSUM.parquet`.

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use super::error::SplitError;
use super::saved::Split;
use super::shares::is_part_name;
use crate::catalog::{SavedKind, SavedQuery};
use crate::disk::{io_error, sha256_of_file};
use crate::saved::{NameError, SavedError, SavedFolder, SavedName, check_stays, parquet_relation};
use crate::tables::reader::TableReader;

/// The folder of saved splits.
pub const SPLITS: SavedFolder = SavedFolder::SPLITS;

/// Digits of a checksum in the name of a file.
const CHECKSUM_DIGITS: usize = 12;

/// Splits in SQL: `splits.NAME` has case_id, split, stratum and the other columns of its file.
pub const SPLIT_VIEWS: SavedKind = SavedKind {
    schema: SPLITS.folder,
    kind: SPLITS.kind,
    names: |catalog| SPLITS.names(catalog).into_iter().map(String::from).collect(),
    query: |catalog, name| {
        let name = name.parse().map_err(|error: NameError| error.to_string())?;
        let split = load(catalog, &name).map_err(|error| error.to_string())?;
        let file = file_relation(catalog, &split).map_err(|error| error.to_string())?;
        Ok(SavedQuery::Made(format!("FROM {file}")))
    },
};

/// Reads a saved split.
///
/// # Errors
/// When there is none of that name, its file cannot be read, its SQL is more than a query of the catalog's
/// tables, or a part's name is not one that `split create` accepts.
pub fn load(catalog: &Path, name: &SavedName) -> Result<Split, SplitError> {
    let split: Split = SPLITS.read(catalog, name)?;
    let broken = |reason: String| SavedError::broken(SPLITS.path(catalog, name, "toml"), reason);
    split.definition().check_untrusted().map_err(|error| broken(error.to_string()))?;
    if let Some(part) = split.parts.iter().find(|part| !is_part_name(&part.name)) {
        return Err(broken(format!("{:?} is not a valid name of a part", part.name)).into());
    }
    Ok(split)
}

/// The saved splits, sorted by name; each that cannot be read is an error of its own.
pub fn list(catalog: &Path) -> Vec<Result<Split, SplitError>> {
    SPLITS.names(catalog).iter().map(|name| load(catalog, name)).collect()
}

/// The file of a split's rows.
pub fn rows_path(catalog: &Path, split: &Split) -> PathBuf {
    let earlier = SPLITS.path(catalog, &split.name, "parquet");
    match checksum_path(catalog, split) {
        Some(path) if path.exists() || !earlier.exists() => path,
        // As in earlier versions.
        _ => earlier,
    }
}

/// A file name with the first digits of the checksum, so that a file never changes; none when the
/// checksum is not one.
pub(super) fn checksum_path(catalog: &Path, split: &Split) -> Option<PathBuf> {
    let digits = split.sha256.get(..CHECKSUM_DIGITS)?;
    let is_hex = digits.chars().all(|c| c.is_ascii_hexdigit());
    is_hex.then(|| SPLITS.path(catalog, &split.name, &format!("{digits}.parquet")))
}

/// Checks that the Parquet file of a split is the one that was saved, and returns its path.
///
/// # Errors
/// When it is missing or was changed.
pub fn verify(catalog: &Path, split: &Split) -> Result<PathBuf, SavedError> {
    let path = rows_path(catalog, split);
    let checksum = sha256_of_file(&path).map_err(io_error("read", &path))?;
    if checksum == split.sha256 {
        return Ok(path);
    }
    let reason = format!("its checksum is not the one in {}.toml", split.name);
    Err(SavedError::broken(path, reason))
}

/// The patients that are in the saved file more than once: 0, unless the file was changed.
///
/// # Errors
/// When the file cannot be read.
pub fn overlap(catalog: &Path, split: &Split) -> Result<u64, SavedError> {
    let broken = || SavedError::broken(rows_path(catalog, split), "its patients cannot be read");
    let folder = catalog.join(SPLITS.folder);
    let rows_path = rows_path(catalog, split);
    let stem = rows_path.file_stem().unwrap_or_default().to_string_lossy();
    let table = TableReader::open_columns(&folder, &stem, &["case_id"]);
    let mut table = table.map_err(|_| broken())?;
    let (mut cases, mut repeated) = (HashSet::new(), HashSet::new());
    let mut rows = 0;
    while let Some(row) = table.advance().map_err(|_| broken())? {
        rows += 1;
        let case = row.string("case_id").ok_or_else(broken)?;
        if let Some(case) = cases.replace(case) {
            repeated.insert(case);
        }
    }
    if rows == table.rows() { Ok(repeated.len() as u64) } else { Err(broken()) }
}

/// The patients that have a part, as a relation of a query with the columns of the file.
///
/// # Errors
/// When the path is not UTF-8.
pub fn relation(catalog: &Path, split: &Split) -> Result<String, SavedError> {
    Ok(format!("(FROM {} WHERE split IS NOT NULL)", file_relation(catalog, split)?))
}

/// The saved file as a relation of a query, with the patients who have no part.
pub(super) fn file_relation(catalog: &Path, split: &Split) -> Result<String, SavedError> {
    let path = rows_path(catalog, split);
    check_stays(catalog, &path)?;
    parquet_relation(&path)
}
