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

/// Opens a file of the program's own for reading and writing, and creates it where it is missing. A link in its
/// place is an error, and so is anything but a regular file: a stranger who sends a folder may have put one there.
///
/// # Errors
/// When it cannot be opened, or is not a regular file.
pub fn open_own(path: &Path) -> io::Result<File> {
    let flags = OFlags::NOFOLLOW | OFlags::NONBLOCK;
    let flags = i32::try_from(flags.bits()).unwrap_or(0);
    let mut options = File::options();
    options.read(true).write(true).create(true).truncate(false).custom_flags(flags);
    regular(options.open(path)?)
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

/// The longest document that is read whole, in bytes: TOML, JSON, SQL.
pub const LONGEST_DOCUMENT: u64 = 32 << 20;
/// The most values that a document of text may have, counted by the characters before them: each takes some hundred bytes once
/// it is parsed.
pub const MOST_VALUES: usize = 2_000_000;

/// Reads an input whole, which may be a pipe without end.
///
/// # Errors
/// When it cannot be read, or is longer than `longest` bytes; no more is read then.
pub fn read_bounded(input: impl Read, longest: u64) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let length = input.take(longest.saturating_add(1)).read_to_end(&mut bytes)?;
    if length as u64 > longest {
        return Err(too_long(longest));
    }
    Ok(bytes)
}

/// The error that an input is longer than that many bytes.
pub fn too_long(longest: u64) -> io::Error {
    let reason = format!("it is longer than {} MiB", longest >> 20);
    io::Error::new(io::ErrorKind::FileTooLarge, reason)
}

/// Reads a document whole, which is a regular file.
///
/// # Errors
/// When it cannot be read, is not a regular file, or is longer than [`LONGEST_DOCUMENT`].
pub fn read_regular(path: &Path) -> io::Result<Vec<u8>> {
    read_bounded(open_regular(path)?, LONGEST_DOCUMENT)
}

/// Reads a document of text whole, which is a regular file.
///
/// # Errors
/// Those of [`read_regular`], and when it is not UTF-8 or has more than [`MOST_VALUES`] values.
pub fn read_regular_text(path: &Path) -> io::Result<String> {
    let invalid = |reason: String| io::Error::new(io::ErrorKind::InvalidData, reason);
    let bytes = read_regular(path)?;
    check_values(&bytes, MOST_VALUES).map_err(invalid)?;
    String::from_utf8(bytes).map_err(|error| invalid(error.to_string()))
}

/// Refuses a text of TOML or JSON that could have more values than `most`.
///
/// # Errors
/// The reason.
pub fn check_values(text: &[u8], most: usize) -> Result<(), String> {
    let begins_value = |byte: &&u8| matches!(**byte, b'=' | b',' | b'[' | b'{');
    if text.iter().filter(begins_value).count() > most {
        return Err(format!("it has more than {} million values", most / 1_000_000));
    }
    Ok(())
}
