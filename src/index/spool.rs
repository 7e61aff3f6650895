//! What a run sets aside until every file was seen: it lies in a file without a name in the draft's
//! folder, so that memory does not grow with the data set and a run that is killed leaves nothing.

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

/// Where something was set aside.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct SpoolOffset(NonZeroU64);

/// The part of a file that was read last.
#[derive(Default)]
pub struct SpoolWindow {
    start: u64,
    bytes: Vec<u8>,
}

/// Values of one type, set aside.
pub struct Spool<T> {
    file: fs::File,
    path: PathBuf,
    /// How much of it is in the file; what follows is `pending`.
    written: u64,
    pending: Vec<u8>,
    holds: PhantomData<fn(T) -> T>,
}

impl<T: Serialize + DeserializeOwned> Spool<T> {
    /// An empty one, on the file system of `dir`.
    pub fn new(dir: &Path) -> Result<Self, WriteError> {
        let path = dir.join(".aside");
        let open = || {
            let file = OpenOptions::new().read(true).write(true).create_new(true).open(&path)?;
            fs::remove_file(&path)?;
            Ok(file)
        };
        let file = open().map_err(|source| WriteError::Create { path: path.clone(), source })?;
        Ok(Self { file, path, written: 0, pending: Vec::new(), holds: PhantomData })
    }

    /// Sets a value aside.
    pub fn put(&mut self, value: &T) -> Result<SpoolOffset, WriteError> {
        let start = self.pending.len();
        let place = self.written + start as u64;
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
        // The first lies at 0.
        Ok(SpoolOffset(NonZeroU64::MIN.saturating_add(place)))
    }

    /// What was set aside there; `window` lends its memory.
    pub fn get(&self, place: SpoolOffset, window: &mut SpoolWindow) -> Result<T, WriteError> {
        self.begin(place, window)
    }

    /// What the value there begins with: its first field.
    pub fn begin<F: DeserializeOwned>(
        &self,
        place: SpoolOffset,
        window: &mut SpoolWindow,
    ) -> Result<F, WriteError> {
        let at = place.0.get() - 1;
        let mut read = || {
            let head = self.bytes(at, 4, window)?;
            let length = head.first_chunk().map_or(0, |head| u32::from_le_bytes(*head));
            let bytes = self.bytes(at + 4, length as usize, window)?;
            postcard::take_from_bytes(bytes).map(|(value, _)| value).map_err(io::Error::other)
        };
        read().map_err(|source| self.failed(source))
    }

    /// Bytes of the file, or of those that are not in it yet.
    fn bytes<'w>(
        &'w self,
        at: u64,
        length: usize,
        window: &'w mut SpoolWindow,
    ) -> io::Result<&'w [u8]> {
        let (start, held) = if at >= self.written {
            (self.written, &self.pending)
        } else {
            let end = at + length as u64;
            if at < window.start || end > window.start + window.bytes.len() as u64 {
                let left = usize::try_from(self.written - at).unwrap_or(usize::MAX);
                window.bytes.resize(length.max(PORTION).min(left), 0);
                window.start = at;
                self.file.read_exact_at(&mut window.bytes, at)?;
            }
            (window.start, &window.bytes)
        };
        let from = usize::try_from(at - start).ok();
        let found = from.and_then(|from| held.get(from..from.checked_add(length)?));
        found.ok_or_else(|| io::ErrorKind::UnexpectedEof.into())
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
        fn what_was_set_aside_comes_back(
            sizes in prop::collection::vec(0_usize..20_000, 1..40),
            asked in prop::collection::vec(any::<prop::sample::Index>(), 0..80),
        ) {
            let dir = tempfile::tempdir().unwrap();
            let mut aside = Spool::<Vec<u8>>::new(dir.path()).unwrap();
            let value = |i: usize| vec![u8::try_from(i % 251).unwrap(); sizes[i]];
            let places: Vec<SpoolOffset> =
                (0..sizes.len()).map(|i| aside.put(&value(i)).unwrap()).collect();
            let mut window = SpoolWindow::default();
            for index in asked {
                let i = index.index(sizes.len());
                prop_assert_eq!(aside.get(places[i], &mut window).unwrap(), value(i));
            }
            prop_assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 0);
        }
    }
}
