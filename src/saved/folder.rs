//! A folder of the catalog with one file per name: `cohorts/NAME.toml`.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use serde::Serialize;
use serde::de::DeserializeOwned;
use sha2::{Digest, Sha256};

use super::error::SavedError;
use super::name::SavedName;
use crate::disk::{WholeFile, hex, io_error, read_regular_text, stays_in};
use crate::sql::{literal, path_pattern};
use crate::text::nearest;

/// The folders whose files a user names: one name is looked for in all of them.
const FOLDERS: [SavedFolder; 2] = [SavedFolder::COHORTS, SavedFolder::SPLITS];

/// What saving does when the name is taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum IfExists {
    /// Refuse.
    Fail,
    /// Replace the file.
    Replace,
}

/// A folder of the catalog whose files have names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SavedFolder {
    /// The folder's name, which is also the schema in SQL: `cohorts`.
    pub folder: &'static str,
    /// What messages call one of its files: `cohort`.
    pub kind: &'static str,
}

impl SavedFolder {
    /// The cohorts.
    pub const COHORTS: Self = Self { folder: "cohorts", kind: "cohort" };
    /// The splits.
    pub const SPLITS: Self = Self { folder: "splits", kind: "split" };

    /// The file of a name with this extension.
    pub fn path(self, catalog: &Path, name: &SavedName, extension: &str) -> PathBuf {
        catalog.join(self.folder).join(format!("{name}.{extension}"))
    }

    /// The names that have a TOML file, sorted.
    pub fn names(self, catalog: &Path) -> Vec<SavedName> {
        let entries = fs::read_dir(catalog.join(self.folder)).into_iter().flatten().flatten();
        let name = |entry: fs::DirEntry| {
            entry.file_name().to_str()?.strip_suffix(".toml")?.parse::<SavedName>().ok()
        };
        let mut names: Vec<SavedName> = entries.filter_map(name).collect();
        names.sort();
        names
    }

    /// Refuses a name that is taken, also one that differs in case alone: SQL and some file systems
    /// do not distinguish the two.
    ///
    /// # Errors
    /// [`SavedError::Exists`], unless it is this very name and shall be replaced; [`SavedError::Ambiguous`] when
    /// it is the name of something else, since many commands take both.
    pub fn check_free(
        self,
        catalog: &Path,
        name: &SavedName,
        if_exists: IfExists,
    ) -> Result<(), SavedError> {
        let elsewhere = FOLDERS.iter().filter(|folder| **folder != self);
        for folder in elsewhere {
            let same = |other: &SavedName| other.as_str().eq_ignore_ascii_case(name.as_str());
            if let Some(other) = folder.names(catalog).into_iter().find(same) {
                let (kind, wanted) = (folder.kind, self.kind);
                return Err(SavedError::Ambiguous { kind, name: other, wanted });
            }
        }
        for other in self.names(catalog) {
            let replaced = other == *name && if_exists == IfExists::Replace;
            if other.as_str().eq_ignore_ascii_case(name.as_str()) && !replaced {
                return Err(SavedError::Exists { kind: self.kind, name: other });
            }
        }
        Ok(())
    }

    /// Creates the folder where it is missing, and returns its path.
    ///
    /// # Errors
    /// When it cannot be created.
    pub fn create(self, catalog: &Path) -> Result<PathBuf, SavedError> {
        let path = catalog.join(self.folder);
        check_stays(catalog, &path)?;
        fs::create_dir_all(&path).map_err(io_error("create the folder", &path))?;
        Ok(path)
    }

    /// Reads the TOML file of a name.
    ///
    /// # Errors
    /// When there is none of that name, or it cannot be read.
    pub fn read<T: DeserializeOwned>(
        self,
        catalog: &Path,
        name: &SavedName,
    ) -> Result<T, SavedError> {
        let path = self.path(catalog, name, "toml");
        check_stays(catalog, &path)?;
        let text = match read_regular_text(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                return Err(missing(self.kind, &[self], catalog, name));
            }
            Err(error) => return Err(io_error("read", &path)(error).into()),
        };
        if let Err(reason) = check_seal(&text) {
            return Err(SavedError::broken(path, reason));
        }
        toml::from_str(&text).map_err(|error| SavedError::broken(path, error.to_string()))
    }

    /// Writes the TOML file of a name, and returns its path.
    ///
    /// # Errors
    /// When the folder or the file cannot be written.
    pub fn write<T: Serialize>(
        self,
        catalog: &Path,
        name: &SavedName,
        value: &T,
    ) -> Result<PathBuf, SavedError> {
        self.create(catalog)?;
        let path = self.path(catalog, name, "toml");
        check_stays(catalog, &path)?;
        let text = toml::to_string_pretty(value)
            .map_err(|error| io_error("write", &path)(io::Error::other(error)))?;
        WholeFile::write(&path, seal(text).as_bytes()).map_err(io_error("write", &path))?;
        Ok(path)
    }

    /// Removes the TOML file of a name.
    ///
    /// # Errors
    /// When there is none of that name, or it cannot be removed.
    pub fn remove(self, catalog: &Path, name: &SavedName) -> Result<(), SavedError> {
        let path = self.path(catalog, name, "toml");
        match fs::remove_file(&path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                Err(missing(self.kind, &[self], catalog, name))
            }
            result => Ok(result.map_err(io_error("remove", &path))?),
        }
    }
}

/// Refuses a file or folder of the catalog that is a link out of it.
///
/// # Errors
/// When it leads outside.
pub fn check_stays(catalog: &Path, path: &Path) -> Result<(), SavedError> {
    if stays_in(catalog, path) {
        return Ok(());
    }
    Err(SavedError::broken(path.to_owned(), "it is a link that leads outside the catalog"))
}

/// What the last line of a file begins with.
const SEAL: &str = "# SHA-256 of the lines above: ";

/// Returns a text with its checksum as a comment in the last line.
fn seal(text: String) -> String {
    let text = if text.ends_with('\n') { text } else { text + "\n" };
    let checksum = hex(&Sha256::digest(text.as_bytes()));
    format!("{text}{SEAL}{checksum}\n")
}

/// Compares a text with the checksum in its last line. A text without a comment in its last line, written by
/// hand or by a build before the checksum, is accepted.
fn check_seal(text: &str) -> Result<(), &'static str> {
    let lines = text.strip_suffix('\n').unwrap_or(text);
    let start = lines.rfind('\n').map_or(0, |end| end + 1);
    if !lines[start..].starts_with('#') || seal(text[..start].to_owned()) == text {
        return Ok(());
    }
    Err(
        "the file has changed: its checksum differs from its last line; create it again with --force, \
         or delete that line if you edited the file",
    )
}

/// The error that none of these folders has that name.
pub fn missing(
    kind: &'static str,
    folders: &[SavedFolder],
    catalog: &Path,
    name: &SavedName,
) -> SavedError {
    let names: Vec<String> =
        folders.iter().flat_map(|f| f.names(catalog)).map(|n| n.to_string()).collect();
    let elsewhere = FOLDERS.iter().filter(|folder| !folders.contains(folder));
    let other = elsewhere.clone().find(|folder| folder.names(catalog).contains(name));
    let hint = match (other, nearest(name.as_str(), names.iter().map(String::as_str))) {
        (Some(other), _) => format!("{name} is a {}", other.kind),
        (None, Some(near)) => format!("did you mean {near}?"),
        (None, None) if names.is_empty() => "there are none".to_owned(),
        (None, None) => format!("there are: {}", names.join(", ")),
    };
    SavedError::Missing { kind, name: name.clone(), hint }
}

/// A Parquet file as a relation of a query.
///
/// # Errors
/// When the path is not UTF-8, which SQL cannot name.
pub fn parquet_relation(path: &Path) -> Result<String, SavedError> {
    if fs::metadata(path).is_ok_and(|meta| !meta.is_file()) {
        return Err(SavedError::broken(path.to_owned(), "it is not a regular file"));
    }
    let pattern = path_pattern(path)
        .ok_or_else(|| SavedError::broken(path.to_owned(), "the path is not UTF-8"))?;
    Ok(format!("read_parquet({}, hive_partitioning = false)", literal(&pattern)))
}
