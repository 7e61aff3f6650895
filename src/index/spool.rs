//! Values that a run spools to disk until every file was read, in a file without a name in the draft's
//! folder: memory does not grow with the data set, and a run that is killed leaves nothing.

use std::fs::{self, OpenOptions};
use std::io;
use std::marker::PhantomData;
use std::num::NonZeroU64;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::tables::writer::WriteError;

/// Bytes that are written, or read, at a time.
const PORTION: usize = 64 * 1024;

/// The place of a spooled value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct SpoolOffset(NonZeroU64);

/// The latest part of a spool that was read.
#[derive(Default)]
pub struct SpoolWindow {
    start: u64,
    bytes: Vec<u8>,
}

/// Values of one type on disk.
pub struct Spool<T> {
    file: fs::File,
    path: PathBuf,
    /// How many bytes are in the file; what follows is `pending`.
    written: u64,
    pending: Vec<u8>,
    value: PhantomData<fn(T) -> T>,
}

impl<T: Serialize + DeserializeOwned> Spool<T> {
    /// An empty spool on the file system of `dir`.
    ///
    /// # Errors
    /// When the file cannot be created.
    pub fn new(dir: &Path) -> Result<Self, WriteError> {
        let path = dir.join(".spool");
        let open = || {
            let file = OpenOptions::new().read(true).write(true).create_new(true).open(&path)?;
            fs::remove_file(&path)?;
            Ok(file)
        };
        let file = open().map_err(|source| WriteError::Create { path: path.clone(), source })?;
        Ok(Self { file, path, written: 0, pending: Vec::new(), value: PhantomData })
    }

    /// Appends a value.
    ///
    /// # Errors
    /// When the disk refuses.
    pub fn push(&mut self, value: &T) -> Result<SpoolOffset, WriteError> {
        let start = self.pending.len();
        let offset = self.written + start as u64;
        self.pending.extend([0; 4]);
        let bytes = postcard::to_extend(value, std::mem::take(&mut self.pending));
        self.pending = bytes.map_err(|error| self.failed(io::Error::other(error)))?;
        let length = u32::try_from(self.pending.len() - start - 4)
            .map_err(|_| self.failed(io::ErrorKind::FileTooLarge.into()))?;
        self.pending[start..start + 4].copy_from_slice(&length.to_le_bytes());
        if self.pending.len() >= PORTION {
            self.file
                .write_all_at(&self.pending, self.written)
                .map_err(|source| self.failed(source))?;
            self.written += self.pending.len() as u64;
            self.pending.clear();
        }
        // The first value is at 0.
        Ok(SpoolOffset(NonZeroU64::MIN.saturating_add(offset)))
    }

    /// The value at an offset; `window` lends its memory.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn get(&self, offset: SpoolOffset, window: &mut SpoolWindow) -> Result<T, WriteError> {
        self.get_first_field(offset, window)
    }

    /// The first field of the value at an offset.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn get_first_field<F: DeserializeOwned>(
        &self,
        offset: SpoolOffset,
        window: &mut SpoolWindow,
    ) -> Result<F, WriteError> {
        let start = offset.0.get() - 1;
        let mut read = || {
            let head = self.bytes(start, 4, window)?;
            let length = head.first_chunk().map_or(0, |head| u32::from_le_bytes(*head));
            let bytes = self.bytes(start + 4, length as usize, window)?;
            postcard::take_from_bytes(bytes).map(|(value, _)| value).map_err(io::Error::other)
        };
        read().map_err(|source| self.failed(source))
    }

    /// Bytes of the file, or of those that are not written yet.
    fn bytes<'w>(
        &'w self,
        offset: u64,
        length: usize,
        window: &'w mut SpoolWindow,
    ) -> io::Result<&'w [u8]> {
        let (start, bytes) = if offset >= self.written {
            (self.written, &self.pending)
        } else {
            let end = offset + length as u64;
            if offset < window.start || end > window.start + window.bytes.len() as u64 {
                let rest = usize::try_from(self.written - offset).unwrap_or(usize::MAX);
                window.bytes.resize(length.max(PORTION).min(rest), 0);
                window.start = offset;
                self.file.read_exact_at(&mut window.bytes, offset)?;
            }
            (window.start, &window.bytes)
        };
        let from = usize::try_from(offset - start).ok();
        let slice = from.and_then(|from| bytes.get(from..from.checked_add(length)?));
        slice.ok_or_else(|| io::ErrorKind::UnexpectedEof.into())
    }

    fn failed(&self, source: io::Error) -> WriteError {
        WriteError::Create { path: self.path.clone(), source }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_spooled_value_comes_back(
            sizes in prop::collection::vec(0_usize..20_000, 1..40),
            order in prop::collection::vec(any::<prop::sample::Index>(), 0..80),
        ) {
            let dir = tempfile::tempdir().unwrap();
            let mut spool = Spool::<Vec<u8>>::new(dir.path()).unwrap();
            let value = |i: usize| vec![u8::try_from(i % 251).unwrap(); sizes[i]];
            let offsets: Vec<SpoolOffset> =
                (0..sizes.len()).map(|i| spool.push(&value(i)).unwrap()).collect();
            let mut window = SpoolWindow::default();
            for index in order {
                let i = index.index(sizes.len());
                prop_assert_eq!(spool.get(offsets[i], &mut window).unwrap(), value(i));
            }
            prop_assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 0);
        }
    }
}
