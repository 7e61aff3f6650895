//! Regular files alone: a pipe, a device or a socket in the place of a file would be waited for without end.

use std::fs::File;
use std::io::{self, Read};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use rustix::fs::OFlags;

use crate::storage::request;

/// Opens a regular file for reading. Anything else is an error, also what took the file's place since it was
/// last looked at.
///
/// # Errors
/// When it cannot be opened, or is not a regular file.
pub fn open_regular(path: &Path) -> io::Result<File> {
    let flags = i32::try_from(OFlags::NONBLOCK.bits()).unwrap_or(0);
    regular(request(|| File::options().read(true).custom_flags(flags).open(path))?)
}

/// An open file, when it is a regular one.
///
/// # Errors
/// When it is not.
pub fn regular(file: File) -> io::Result<File> {
    if file.metadata()?.is_file() {
        return Ok(file);
    }
    Err(io::Error::new(io::ErrorKind::InvalidInput, "it is not a regular file"))
}

/// Reads a regular file whole.
///
/// # Errors
/// When it cannot be read, or is not a regular file.
pub fn read_regular(path: &Path) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    open_regular(path)?.read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// Reads a regular file of text whole.
///
/// # Errors
/// When it cannot be read, is not a regular file, or is not UTF-8.
pub fn read_regular_text(path: &Path) -> io::Result<String> {
    let text = String::from_utf8(read_regular(path)?);
    text.map_err(|error| io::Error::new(io::ErrorKind::InvalidData, error))
}
