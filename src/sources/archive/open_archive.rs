//! An archive that is open, with the entries of its members.

use std::io;

use super::super::stored_file::StoredFile;
use super::directory::directory;

/// An open archive.
pub struct OpenArchive {
    /// The archive.
    pub file: StoredFile,
    /// Its members, in the order of its directory.
    pub entries: Vec<ZipEntry>,
}

/// Where a member is, and its form.
#[derive(Debug, Clone, Copy)]
pub struct ZipEntry {
    /// The offset of its local header.
    pub header: u64,
    /// Bytes in the archive.
    pub packed: u64,
    /// Bytes when inflated.
    pub size: u64,
    /// CRC-32 of the inflated bytes.
    pub crc: u32,
    /// Its compression.
    pub method: ZipMethod,
}

/// The compression of a member.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ZipMethod {
    /// None.
    Stored,
    /// DEFLATE.
    Deflated,
    /// Encrypted, and not readable.
    Encrypted,
    /// Another method, which is not supported.
    Unknown,
}

impl OpenArchive {
    /// Reads the directory of an archive.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn open(file: StoredFile) -> io::Result<Self> {
        let directory = directory(&file).map_err(io::Error::other)?.metadata();
        let entry = |index| {
            let entry = directory.entry(index)?;
            let method = match entry.compression() {
                _ if entry.encrypted() => ZipMethod::Encrypted,
                zip::CompressionMethod::Stored => ZipMethod::Stored,
                zip::CompressionMethod::Deflated => ZipMethod::Deflated,
                _ => ZipMethod::Unknown,
            };
            let (header, crc) = (entry.header_start(), entry.crc32());
            Ok(ZipEntry {
                header,
                packed: entry.compressed_size(),
                size: entry.size(),
                crc,
                method,
            })
        };
        let entries: Result<_, zip::result::ZipError> = (0..directory.len()).map(entry).collect();
        Ok(Self { file, entries: entries.map_err(io::Error::other)? })
    }
}
