//! A window that slides over a file: headers are read in small steps, pixels never.

use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;

use crate::storage;

/// How much one read fetches: most mammography headers fit, and no read goes further than this
/// beyond the header's end.
const STEP: usize = 8 * 1024;

/// Switches off read-ahead for a file of which little is read: without this every first read fetches
/// four times as much from the disk, pixels that are not needed. The result does not matter: some
/// file systems have no read-ahead.
pub fn disable_read_ahead(file: &File) {
    #[cfg(target_os = "linux")]
    let _ = rustix::fs::fadvise(file, 0, None, rustix::fs::Advice::Random);
    #[cfg(not(target_os = "linux"))]
    let _ = file;
}

/// Bytes that can be read at any offset.
pub trait ByteSource {
    /// Fills as much of `buffer` as there is from `offset` on; 0 is the end.
    fn read_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<usize>;

    /// Reads the rest where there is a checksum of the whole, and verifies it.
    ///
    /// # Errors
    /// When the checksum does not fit, or bytes are missing.
    fn finish(&self) -> io::Result<()> {
        Ok(())
    }
}

impl ByteSource for File {
    fn read_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
        storage::request_bytes(|| FileExt::read_at(self, buffer, offset))
    }
}

impl ByteSource for &[u8] {
    fn read_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
        let rest = usize::try_from(offset).ok().and_then(|at| self.get(at..)).unwrap_or(&[]);
        let count = rest.len().min(buffer.len());
        buffer[..count].copy_from_slice(&rest[..count]);
        Ok(count)
    }
}

/// The bytes of a source from an offset on, as a stream.
pub struct SourceStream<'a> {
    /// The source.
    pub source: &'a dyn ByteSource,
    /// The offset of the next byte.
    pub offset: u64,
}

impl io::Read for SourceStream<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.source.read_at(buffer, self.offset)?;
        self.offset += count as u64;
        Ok(count)
    }
}

/// The part of a file that is in memory.
pub struct FileWindow<'a> {
    source: &'a dyn ByteSource,
    /// Length of the whole.
    length: u64,
    /// Where the part begins.
    start: u64,
    buffer: Vec<u8>,
    /// How much of the buffer is filled.
    held: usize,
}

impl<'a> FileWindow<'a> {
    /// Over `source`, which is `length` bytes long; [`Self::into_buffer`] returns `buffer`.
    pub fn new(source: &'a dyn ByteSource, length: u64, buffer: Vec<u8>) -> Self {
        Self { source, length, start: 0, buffer, held: 0 }
    }

    /// Length of the whole file.
    pub fn length(&self) -> u64 {
        self.length
    }

    /// Verifies the checksum of the whole, where it has one.
    ///
    /// # Errors
    /// When the checksum does not fit.
    pub fn finish(&self) -> io::Result<()> {
        self.source.finish()
    }

    /// Returns the buffer for the next file.
    pub fn into_buffer(self) -> Vec<u8> {
        self.buffer
    }

    /// Up to `count` bytes from `offset` on: fewer only where the file ends.
    ///
    /// # Errors
    /// When the file cannot be read.
    #[inline]
    pub fn get(&mut self, offset: u64, count: usize) -> io::Result<&[u8]> {
        let mut start = self.index(offset);
        if start.saturating_add(count) > self.held {
            let end = offset.saturating_add(count as u64).min(self.length);
            if offset >= end {
                return Ok(&[]);
            }
            self.reach(offset, end)?;
            start = self.index(offset);
        }
        let end = start.saturating_add(count).min(self.held);
        Ok(self.buffer.get(start..end).unwrap_or(&[]))
    }

    /// The bytes from `offset` on that are in memory.
    pub fn held(&self, offset: u64) -> &[u8] {
        self.buffer.get(self.index(offset)..self.held).unwrap_or(&[])
    }

    /// Where `offset` lies in the buffer; beyond its end when it lies before it.
    #[inline]
    fn index(&self, offset: u64) -> usize {
        usize::try_from(offset.wrapping_sub(self.start)).unwrap_or(usize::MAX)
    }

    /// Slides on until the bytes from `offset` to `end` are held, or the file ends.
    fn reach(&mut self, offset: u64, end: u64) -> io::Result<()> {
        let skipped = self.index(offset);
        let need = usize::try_from(end - offset).unwrap_or(usize::MAX);
        if skipped < self.held {
            if need <= self.held - skipped {
                return Ok(());
            }
            self.buffer.copy_within(skipped..self.held, 0);
            self.held -= skipped;
        } else {
            self.held = 0;
        }
        self.start = offset;
        let fetch = self.held + (need - self.held).max(STEP);
        if self.buffer.len() < fetch {
            self.buffer.resize(fetch, 0);
        }
        while self.held < need {
            let here = offset + self.held as u64;
            match self.source.read_at(&mut self.buffer[self.held..fetch], here) {
                Ok(0) => {
                    // Shorter than its length said: it is being written or was cut meanwhile.
                    self.length = here;
                    break;
                }
                Ok(count) => self.held += count,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn what_is_asked_for_comes_whatever_was_held(
            length in 0_usize..40_000,
            asked in prop::collection::vec((0_usize..45_000, 0_usize..20_000), 1..12),
        ) {
            let whole: Vec<u8> = (0..length).map(|at| (at / 7 % 251) as u8).collect();
            let source: &[u8] = &whole;
            let mut window = FileWindow::new(&source, length as u64, vec![1; 100]);
            for (offset, count) in asked {
                let end = (offset + count).min(length);
                let bytes = whole.get(offset..end).unwrap_or(&[]);
                prop_assert_eq!(window.get(offset as u64, count).unwrap(), bytes);
            }
        }
    }
}
