//! A window that slides over a file: headers are read in small steps, pixels never.

use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;

/// How much one read fetches: most mammography headers fit, and no read goes further than this
/// beyond the header's end.
const STEP: usize = 8 * 1024;

/// Tells the system that of this file only a little is wanted: without it every first read of a file
/// fetches four times as much from the disk, pixels that nobody asked for. What it answers does not
/// matter: on some file systems there is no reading ahead.
pub fn without_read_ahead(file: &File) {
    #[cfg(target_os = "linux")]
    let _ = rustix::fs::fadvise(file, 0, None, rustix::fs::Advice::Random);
    #[cfg(not(target_os = "linux"))]
    let _ = file;
}

/// Bytes that can be read at a place.
pub trait Bytes {
    /// Fills as much of `buffer` as there is from `offset` on; 0 is the end.
    fn read_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<usize>;
}

impl Bytes for File {
    fn read_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
        FileExt::read_at(self, buffer, offset)
    }
}

impl Bytes for &[u8] {
    fn read_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
        let rest = usize::try_from(offset).ok().and_then(|at| self.get(at..)).unwrap_or(&[]);
        let count = rest.len().min(buffer.len());
        buffer[..count].copy_from_slice(&rest[..count]);
        Ok(count)
    }
}

/// The part of a file that is in memory.
pub struct Window<'a> {
    source: &'a dyn Bytes,
    /// Length of the whole.
    length: u64,
    start: u64,
    buffer: Vec<u8>,
}

impl<'a> Window<'a> {
    /// Over `source`, which is `length` bytes long; `buffer` is taken over and can be had back.
    pub fn new(source: &'a dyn Bytes, length: u64, mut buffer: Vec<u8>) -> Self {
        buffer.clear();
        Self { source, length, start: 0, buffer }
    }

    /// Length of the whole file.
    pub fn length(&self) -> u64 {
        self.length
    }

    /// Gives the buffer back for the next file.
    pub fn into_buffer(self) -> Vec<u8> {
        self.buffer
    }

    /// Up to `count` bytes from `offset` on: fewer only where the file ends.
    ///
    /// # Errors
    /// What the system says when the file cannot be read.
    pub fn get(&mut self, offset: u64, count: usize) -> io::Result<&[u8]> {
        let end = offset.saturating_add(count as u64).min(self.length);
        let held = self.start..self.start + self.buffer.len() as u64;
        if offset >= end {
            return Ok(&[]);
        }
        if !(held.contains(&offset) && end <= held.end) {
            self.slide(offset, end, held)?;
        }
        let from = usize::try_from(offset - self.start).unwrap_or(usize::MAX);
        let until = usize::try_from(end - self.start).unwrap_or(usize::MAX).min(self.buffer.len());
        Ok(self.buffer.get(from..until).unwrap_or(&[]))
    }

    fn slide(&mut self, offset: u64, end: u64, held: std::ops::Range<u64>) -> io::Result<()> {
        if held.contains(&offset) {
            let passed = usize::try_from(offset - held.start).unwrap_or(0);
            self.buffer.drain(..passed);
        } else {
            self.buffer.clear();
        }
        self.start = offset;
        let mut have = self.buffer.len();
        let need = usize::try_from(end - offset).unwrap_or(usize::MAX);
        let fetch = have + (need - have).max(STEP);
        self.buffer.resize(fetch, 0);
        while have < need {
            match self.source.read_at(&mut self.buffer[have..], offset + have as u64) {
                Ok(0) => {
                    // Shorter than its length said: it is being written or was cut meanwhile.
                    self.length = offset + have as u64;
                    break;
                }
                Ok(count) => have += count,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => {
                    self.buffer.truncate(have);
                    return Err(error);
                }
            }
        }
        self.buffer.truncate(have);
        Ok(())
    }
}
