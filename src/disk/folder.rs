//! Folders: what is below them, and their names on disk.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// Returns the files below a folder, relative to it, sorted. Links are not followed.
///
/// # Errors
/// When a folder cannot be listed.
pub fn files_below(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    let mut pending = vec![PathBuf::new()];
    while let Some(inner) = pending.pop() {
        for entry in fs::read_dir(folder.join(&inner))? {
            let entry = entry?;
            let path = inner.join(entry.file_name());
            if entry.file_type()?.is_dir() { pending.push(path) } else { files.push(path) }
        }
    }
    files.sort();
    Ok(files)
}

/// Writes a file, and the folders above it that are missing.
///
/// # Errors
/// When a folder or the file cannot be written.
pub fn write_with_folders(path: &Path, content: &[u8]) -> io::Result<()> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    fs::write(path, content)
}
