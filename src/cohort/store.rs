//! Where cohorts and splits are kept: `cohorts/NAME.toml`, `splits/NAME.parquet` and `NAME.toml`.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::{Cohort, CohortError, NameError, SavedName};
use crate::catalog::SavedKind;
use crate::catalog::script::{literal, path_pattern};
use crate::disk::{WholeFile, io_error};

/// What saving does when the name is taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum IfExists {
    /// Refuse.
    Keep,
    /// Replace it.
    Replace,
}

pub(crate) const COHORTS: &str = "cohorts";
pub(crate) const SPLITS: &str = "splits";

pub(crate) fn place(catalog: &Path, folder: &str, name: &SavedName, ending: &str) -> PathBuf {
    catalog.join(folder).join(format!("{name}.{ending}"))
}

/// The names in a folder of the catalog, sorted.
pub(crate) fn names(catalog: &Path, folder: &str) -> Vec<SavedName> {
    let entries = fs::read_dir(catalog.join(folder)).into_iter().flatten().flatten();
    let name = |entry: fs::DirEntry| {
        entry.file_name().to_str()?.strip_suffix(".toml")?.parse::<SavedName>().ok()
    };
    let mut names: Vec<SavedName> = entries.filter_map(name).collect();
    names.sort();
    names
}

/// Refuses a name that is taken, also one that differs in case alone: SQL and some file systems
/// take them for the same.
pub(crate) fn check_free(
    catalog: &Path,
    kind: &'static str,
    folder: &str,
    name: &SavedName,
    standing: IfExists,
) -> Result<(), CohortError> {
    for other in names(catalog, folder) {
        let same = other == *name;
        if other.as_str().eq_ignore_ascii_case(name.as_str())
            && !(same && standing == IfExists::Replace)
        {
            return Err(CohortError::Exists { kind, name: other });
        }
    }
    Ok(())
}

pub(crate) fn read<T: DeserializeOwned>(
    catalog: &Path,
    kind: &'static str,
    folder: &str,
    name: &SavedName,
) -> Result<T, CohortError> {
    let path = place(catalog, folder, name, "toml");
    let text = match fs::read_to_string(&path) {
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            return Err(missing(catalog, kind, &[folder], name));
        }
        Err(error) => return Err(io_error("read", &path)(error).into()),
    };
    toml::from_str(&text).map_err(|error| CohortError::Broken { path, reason: error.to_string() })
}

pub(crate) fn missing(
    catalog: &Path,
    kind: &'static str,
    folders: &[&str],
    name: &SavedName,
) -> CohortError {
    let there: Vec<String> =
        folders.iter().flat_map(|f| names(catalog, f)).map(|n| n.to_string()).collect();
    let there = if there.is_empty() { "none".to_owned() } else { there.join(", ") };
    CohortError::Missing { kind, name: name.clone(), there }
}

pub(crate) fn write<T: Serialize>(path: &Path, value: &T) -> Result<(), CohortError> {
    let text =
        toml::to_string_pretty(value).map_err(|e| io_error("write", path)(io::Error::other(e)))?;
    Ok(WholeFile::write(path, text.as_bytes()).map_err(io_error("write", path))?)
}

pub(crate) fn make_folder(catalog: &Path, folder: &str) -> Result<(), CohortError> {
    let path = catalog.join(folder);
    Ok(fs::create_dir_all(&path).map_err(io_error("make the folder", &path))?)
}

/// Saves a cohort. Gives the file.
///
/// # Errors
/// When the name is taken and shall be kept, or the folder cannot be written.
pub fn save(catalog: &Path, cohort: &Cohort, standing: IfExists) -> Result<PathBuf, CohortError> {
    check_free(catalog, "cohort", COHORTS, &cohort.name, standing)?;
    make_folder(catalog, COHORTS)?;
    let path = place(catalog, COHORTS, &cohort.name, "toml");
    write(&path, cohort)?;
    Ok(path)
}

/// The saved cohorts, sorted by name; each that cannot be read is an error of its own.
pub fn list(catalog: &Path) -> Vec<Result<Cohort, CohortError>> {
    names(catalog, COHORTS).iter().map(|name| load(catalog, name)).collect()
}

/// A saved cohort.
pub fn load(catalog: &Path, name: &SavedName) -> Result<Cohort, CohortError> {
    read(catalog, "cohort", COHORTS, name)
}

/// A Parquet file as a relation of a query; none when the path is not UTF-8.
pub(crate) fn relation(path: &Path) -> Option<String> {
    let pattern = literal(&path_pattern(path)?);
    Some(format!("read_parquet({pattern}, hive_partitioning = false)"))
}

/// The error that neither a split nor a cohort has that name.
pub fn nothing_called(catalog: &Path, name: &SavedName) -> CohortError {
    missing(catalog, "split or cohort", &[SPLITS, COHORTS], name)
}

/// Removes a saved cohort; splits and manifests made from it stay.
pub fn delete(catalog: &Path, name: &SavedName) -> Result<(), CohortError> {
    let path = place(catalog, COHORTS, name, "toml");
    match fs::remove_file(&path) {
        Ok(()) => Ok(()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            Err(missing(catalog, "cohort", &[COHORTS], name))
        }
        Err(error) => Err(io_error("remove", &path)(error).into()),
    }
}

/// Cohorts and splits as SQL names them: `cohorts.NAME` gives the rows of what its members are,
/// `splits.NAME` case_id, split, stratum and the rest of its file.
pub const SHELVES: &[SavedKind] = &[
    SavedKind { schema: COHORTS, kind: "cohort", names: cohort_names, query: cohort_query },
    SavedKind { schema: SPLITS, kind: "split", names: split_names, query: split_query },
];

fn cohort_names(catalog: &Path) -> Vec<String> {
    names(catalog, COHORTS).into_iter().map(String::from).collect()
}

fn cohort_query(catalog: &Path, name: &str) -> Result<String, String> {
    let name = name.parse().map_err(|error: NameError| error.to_string())?;
    load(catalog, &name).map(|cohort| cohort.query()).map_err(|error| error.to_string())
}

fn split_names(catalog: &Path) -> Vec<String> {
    names(catalog, SPLITS).into_iter().map(String::from).collect()
}

fn split_query(catalog: &Path, name: &str) -> Result<String, String> {
    let name = name.parse().map_err(|error: NameError| error.to_string())?;
    let path = place(catalog, SPLITS, &name, "parquet");
    relation(&path).map(|file| format!("FROM {file}")).ok_or_else(|| "the path is not UTF-8".into())
}
