//! Bringing what was written to disk. A file system that cannot do it at all, as some network and FUSE file
//! systems, has done what it can.

use std::fs::File;
use std::io;
use std::path::Path;

/// Brings a file to disk.
///
/// # Errors
/// When the disk fails.
pub fn sync_file(file: &File) -> io::Result<()> {
    or_unsupported(file.sync_all())
}

/// Brings the names in a folder to disk.
///
/// # Errors
/// When the folder cannot be opened, or the disk fails.
pub fn sync_folder(folder: &Path) -> io::Result<()> {
    or_unsupported(File::open(folder)?.sync_all())
}

/// Brings everything on the file system of a folder to disk: one call for a hundred thousand files.
///
/// # Errors
/// When the folder cannot be opened, or the disk fails.
pub(super) fn sync_file_system(folder: &Path) -> io::Result<()> {
    or_unsupported(rustix::fs::syncfs(File::open(folder)?).map_err(io::Error::from))
}

fn or_unsupported(result: io::Result<()>) -> io::Result<()> {
    match result {
        // EINVAL, ENOSYS and ENOTSUP.
        Err(error)
            if matches!(error.kind(), io::ErrorKind::InvalidInput | io::ErrorKind::Unsupported) =>
        {
            Ok(())
        }
        other => other,
    }
}
