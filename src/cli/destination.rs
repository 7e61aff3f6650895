//! Places that a command may write to: not in the catalog, not in the data set, and nothing that is
//! there already unless it is to be replaced.

use std::fs;
use std::path::{Path, PathBuf};

use super::context::CommandContext;
use crate::catalog::{Access, Catalog};
use crate::disk::resolved;
use crate::tables::snapshot;

/// What happens to a file that exists.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum IfFileExists {
    /// The command is refused.
    Fail,
    /// The file is replaced when the new one is whole.
    Replace,
}

/// A place is refused.
#[derive(Debug, thiserror::Error)]
pub enum DestinationError {
    /// It is in the catalog's folder.
    #[error(
        "{0} is in the catalog's folder, where only mammodex itself writes; name another place"
    )]
    Catalog(PathBuf),
    /// It is in the data set's folder.
    #[error("{0} is in the data set's folder, which is only read; name another place")]
    DataSet(PathBuf),
    /// The session in which the command was typed writes nothing.
    #[error("{0}: --safe does not allow writing; write it with a command outside this session")]
    Safe(PathBuf),
    /// A file is there.
    #[error("{0} exists; --force replaces it")]
    Exists(PathBuf),
    /// Its folder is not there.
    #[error("cannot write {0}: its folder does not exist")]
    NoFolder(PathBuf),
    /// A folder is there.
    #[error("cannot write {0}: it is a folder")]
    Folder(PathBuf),
    /// Its ending names no format.
    #[error("{path}: the ending names no format; use {known}, or give the format")]
    Ending {
        /// The file.
        path: PathBuf,
        /// The endings that do.
        known: String,
    },
}

/// Refuses an ending that names no format. A pipe or device has none.
///
/// # Errors
/// [`DestinationError::Ending`].
pub fn check_ending(path: &Path, is_known: bool, known: &[&str]) -> Result<(), DestinationError> {
    if is_known || is_special(path) {
        return Ok(());
    }
    let known: Vec<String> = known.iter().map(|ending| format!(".{ending}")).collect();
    Err(DestinationError::Ending { path: path.to_owned(), known: known.join(", ") })
}

/// Refuses a place in the catalog or a data set, an existing file that is not to be replaced, and every place in a session
/// of `--safe`.
///
/// # Errors
/// Why the place is refused.
pub fn check_place(
    context: &CommandContext,
    path: &Path,
    if_exists: IfFileExists,
) -> Result<(), DestinationError> {
    if context.limits.access == Access::Safe {
        return Err(DestinationError::Safe(path.to_owned()));
    }
    if is_special(path) {
        return Ok(());
    }
    let place = resolved(path);
    if is_below(&place, &context.catalog) {
        return Err(DestinationError::Catalog(path.to_owned()));
    }
    for root in data_sets(&context.catalog) {
        if is_below(&place, &root) {
            return Err(DestinationError::DataSet(path.to_owned()));
        }
    }
    if if_exists == IfFileExists::Fail && fs::symlink_metadata(path).is_ok_and(|m| !m.is_dir()) {
        return Err(DestinationError::Exists(path.to_owned()));
    }
    Ok(())
}

/// Refuses a file that cannot be written, before the work that it is to hold: as [`check_place`], and where a folder is there
/// or its own folder is not.
///
/// # Errors
/// Why the file is refused.
pub fn check_file(
    context: &CommandContext,
    path: &Path,
    if_exists: IfFileExists,
) -> Result<(), DestinationError> {
    check_place(context, path, if_exists)?;
    if path.is_dir() {
        return Err(DestinationError::Folder(path.to_owned()));
    }
    match path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        Some(folder) if !folder.is_dir() => Err(DestinationError::NoFolder(path.to_owned())),
        _ => Ok(()),
    }
}

/// Refuses a place below the folder that a command reads images from (`--root`).
///
/// # Errors
/// [`DestinationError::DataSet`].
pub fn check_outside(path: &Path, root: Option<&Path>) -> Result<(), DestinationError> {
    match root {
        Some(root) if !is_special(path) && is_below(&resolved(path), root) => {
            Err(DestinationError::DataSet(path.to_owned()))
        }
        _ => Ok(()),
    }
}

/// Whether something is there that is neither a file nor a folder, such as `/dev/null` or a pipe.
fn is_special(path: &Path) -> bool {
    fs::metadata(path).is_ok_and(|metadata| !metadata.is_file() && !metadata.is_dir())
}

fn is_below(place: &Path, folder: &Path) -> bool {
    fs::canonicalize(folder).is_ok_and(|folder| place.starts_with(folder))
}

/// The data sets of all snapshots of a catalog. One that is the root of the file system is none:
/// everything would be in it.
fn data_sets(catalog: &Path) -> Vec<PathBuf> {
    let mut roots: Vec<PathBuf> = snapshot::ids(catalog)
        .into_iter()
        .filter_map(|id| Catalog::describe(catalog, Some(id)).ok())
        .map(|description| PathBuf::from(description.root))
        .filter(|root| root.parent().is_some())
        .collect();
    roots.sort();
    roots.dedup();
    roots
}
