//! The directory of an archive, and what it says of its content.

use std::io::{self, BufReader, Read, Seek, SeekFrom};

use zip::read::ZipArchive;

use super::super::path_parts;
use super::super::stored_file::{StoredFile, StoredFileStream};
use super::super::workbook;
use super::error::{ArchiveError, MAX_MEMBERS};

/// Bytes of an archive's directory: 250,000 members with names of two hundred bytes.
const MOST_DIRECTORY: u64 = 64 * 1024 * 1024;

/// The type of a file that begins like a zip archive.
#[derive(Debug)]
pub enum ZipContent {
    /// A spreadsheet.
    Spreadsheet,
    /// Any other archive.
    Archive,
}

/// Whether a file of this name is looked into when its first bytes are those of an archive: one
/// called `.zip`, or one whose name does not say what it is. Jars, NumPy's and office files are left.
pub fn may_be(path: &str) -> bool {
    let extension = path_parts::extension(path);
    extension == "zip" || extension.bytes().all(|byte| byte.is_ascii_digit())
}

/// The type of an archive, by the names of its members.
///
/// # Errors
/// When its directory cannot be read.
pub fn kind(file: &StoredFile) -> Result<ZipContent, ArchiveError> {
    Ok(kind_of(&directory(file)?))
}

/// The same for a directory that is read.
pub fn kind_of(archive: &ZipDirectory<'_>) -> ZipContent {
    let names: Vec<_> = archive.file_names().flatten().collect();
    match workbook::container_of(names.iter().map(AsRef::as_ref)) {
        Some(_) => ZipContent::Spreadsheet,
        None => ZipContent::Archive,
    }
}

/// The directory of an open file.
pub type ZipDirectory<'f> = ZipArchive<BufReader<StoredFileStream<'f>>>;

/// Reads the directory; one that claims more than is used is refused before its names fill the memory.
///
/// # Errors
/// When it cannot be read or is too long.
pub fn directory(file: &StoredFile) -> Result<ZipDirectory<'_>, ArchiveError> {
    let mut stream = file.stream().map_err(|e| ArchiveError::Unreadable(e.to_string()))?;
    check_directory(&mut stream)?;
    ZipArchive::new(BufReader::new(stream)).map_err(|e| ArchiveError::Unreadable(e.to_string()))
}

/// Refuses a directory of more than `MOST_DIRECTORY` bytes, as its end says (APPNOTE 4.3.14 and
/// 4.3.16) and as the file has room for.
fn check_directory(file: &mut StoredFileStream<'_>) -> Result<(), ArchiveError> {
    const LONGEST_END: u64 = 65_535 + 22 + 20 + 56;
    let unreadable = |e: io::Error| ArchiveError::Unreadable(e.to_string());
    let length = file.seek(SeekFrom::End(0)).map_err(unreadable)?;
    let start = length.saturating_sub(LONGEST_END);
    let mut tail = vec![0; usize::try_from(length - start).unwrap_or(0)];
    file.seek(SeekFrom::Start(start)).map_err(unreadable)?;
    file.read_exact(&mut tail).map_err(unreadable)?;
    let four = |end: &[u8], start: usize| {
        end[start..].first_chunk().map_or(0, |bytes| u32::from_le_bytes(*bytes))
    };
    let short = tail.windows(22).filter(|end| end.starts_with(b"PK\x05\x06"));
    let short =
        short.map(|end| u64::from(four(end, 12))).filter(|size| *size != u64::from(u32::MAX));
    let long = tail.windows(56).filter(|end| end.starts_with(b"PK\x06\x06"));
    let long = long.map(|end| u64::from(four(end, 44)) << 32 | u64::from(four(end, 40)));
    if short.chain(long).any(|size| size > MOST_DIRECTORY) {
        return Err(ArchiveError::Directory);
    }
    let long = tail.windows(56).filter(|end| end.starts_with(b"PK\x06\x06"));
    match long.map(|end| four(end, 32) as usize).find(|count| *count > MAX_MEMBERS) {
        Some(count) => Err(ArchiveError::TooMany(count)),
        None => Ok(()),
    }
}
