//! Named queries of the user: files `NAME.sql` in a folder of the user's, not of the catalog.

use std::fs;
use std::io;
use std::path::PathBuf;

use super::error::ShellError;
use crate::disk::{WholeFile, read_regular_text};
use crate::saved::SavedName;
use crate::text::nearest;

/// Returns the folder of the user's queries: `$XDG_CONFIG_HOME/mammodex/queries`, else below `~/.config`.
///
/// # Errors
/// When no home is known.
pub fn folder() -> Result<PathBuf, ShellError> {
    let set = |name: &str| std::env::var_os(name).map(PathBuf::from).filter(|p| p.is_absolute());
    let config = set("XDG_CONFIG_HOME").or_else(|| Some(set("HOME")?.join(".config")));
    Ok(config.ok_or("no home folder is known")?.join("mammodex/queries"))
}

/// Saves a query and returns its file.
///
/// # Errors
/// When the name is not valid, there is one and it is not to be replaced, or the file cannot be written.
pub(super) fn save(name: &str, sql: &str, replace: bool) -> Result<PathBuf, ShellError> {
    let name: SavedName = name.parse()?;
    let folder = folder()?;
    let path = folder.join(format!("{name}.sql"));
    if !replace && path.symlink_metadata().is_ok() {
        return Err(format!("there is a query {name} already; --force replaces it").into());
    }
    let failed = |error: io::Error| format!("cannot write {}: {error}", path.display());
    fs::create_dir_all(&folder).map_err(failed)?;
    WholeFile::write(&path, format!("{}\n", sql.trim()).as_bytes()).map_err(failed)?;
    Ok(path)
}

/// The text of a named query.
///
/// # Errors
/// When there is none of that name, or it cannot be read.
pub(super) fn read(name: &str) -> Result<String, ShellError> {
    let name: SavedName = name.parse()?;
    let path = folder()?.join(format!("{name}.sql"));
    match read_regular_text(&path) {
        Ok(text) => Ok(text),
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            let (names, wanted) = (names()?, name.to_string());
            Err(match nearest(&wanted, names.iter().map(String::as_str)) {
                Some(near) => format!("there is no query {name}; did you mean {near}?").into(),
                None => format!("there is no query {name}; .run lists them").into(),
            })
        }
        Err(error) => Err(format!("cannot read {}: {error}", path.display()).into()),
    }
}

/// The names of all, sorted.
///
/// # Errors
/// When no home is known.
pub(super) fn names() -> Result<Vec<String>, ShellError> {
    let entries = fs::read_dir(folder()?).into_iter().flatten().flatten();
    let name = |entry: fs::DirEntry| {
        let name = entry.file_name().into_string().ok()?;
        let name = name.strip_suffix(".sql")?;
        name.parse::<SavedName>().is_ok().then(|| name.to_owned())
    };
    let mut names: Vec<String> = entries.filter_map(name).collect();
    names.sort();
    Ok(names)
}
