//! An open file of a data set, on disk or in a store.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};

use super::dicom::ByteSource;
use crate::disk::{read_bounded, too_long};
use crate::remote::RemoteObject;
use crate::storage;

/// An open file of a data set.
pub enum StoredFile {
    /// On disk.
    Local(File),
    /// An object in a store.
    Remote(RemoteObject),
}

impl StoredFile {
    /// Length in bytes.
    ///
    /// # Errors
    /// When the disk does not say.
    pub fn length(&self) -> io::Result<u64> {
        match self {
            Self::Local(file) => Ok(file.metadata()?.len()),
            Self::Remote(object) => Ok(object.size()),
        }
    }

    /// Reads all bytes.
    ///
    /// # Errors
    /// When they cannot be read, or are more than `most`.
    pub fn whole(&self, most: u64) -> io::Result<Vec<u8>> {
        match self {
            Self::Local(file) => {
                let mut file: &File = file;
                file.rewind()?; // an archive's directory may have been looked at
                let mut bytes = Vec::new();
                storage::request_bytes(|| {
                    bytes = read_bounded(file, most)?;
                    Ok(bytes.len())
                })?;
                Ok(bytes)
            }
            Self::Remote(object) if object.size() > most => Err(too_long(most)),
            Self::Remote(object) => Ok(object.whole()?),
        }
    }

    /// Its bytes as a stream that can go back.
    ///
    /// # Errors
    /// When the disk does not say how long it is.
    pub fn stream(&self) -> io::Result<StoredFileStream<'_>> {
        Ok(StoredFileStream { file: self, offset: 0, length: self.length()? })
    }
}

impl ByteSource for StoredFile {
    fn read_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
        match self {
            Self::Local(file) => file.read_at(buffer, offset),
            Self::Remote(object) => Ok(object.read_at(buffer, offset)?),
        }
    }
}

/// The bytes of an open file as a stream.
pub struct StoredFileStream<'f> {
    file: &'f StoredFile,
    offset: u64,
    length: u64,
}

impl Read for StoredFileStream<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.file.read_at(buffer, self.offset)?;
        self.offset += count as u64;
        Ok(count)
    }
}

impl Seek for StoredFileStream<'_> {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let offset = match to {
            SeekFrom::Start(offset) => Some(offset),
            SeekFrom::End(distance) => self.length.checked_add_signed(distance),
            SeekFrom::Current(distance) => self.offset.checked_add_signed(distance),
        };
        self.offset = offset.ok_or(io::ErrorKind::InvalidInput)?;
        Ok(self.offset)
    }
}
