//! A data set that is deflated as a whole (PS3.5 A.5), read as a stream.

use std::cell::{Cell, RefCell};
use std::io::{self, Read};

use flate2::read::DeflateDecoder;

use super::window::{ByteSource, FileWindow};

/// The bytes of a file from an offset on.
struct FileStream<'a, 'w> {
    window: &'a mut FileWindow<'w>,
    offset: u64,
}

impl Read for FileStream<'_, '_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let bytes = self.window.get(self.offset, buffer.len())?;
        buffer[..bytes.len()].copy_from_slice(bytes);
        self.offset += bytes.len() as u64;
        Ok(bytes.len())
    }
}

/// Inflates the first `limit` bytes of the data set that begins at `offset`. Also returns whether
/// the stream is undamaged so far.
///
/// # Errors
/// When the file cannot be read.
pub fn inflate(
    window: &mut FileWindow<'_>,
    offset: u64,
    limit: u64,
) -> io::Result<(Vec<u8>, bool)> {
    let mut inflated = Vec::new();
    let decoder = DeflateDecoder::new(FileStream { window, offset });
    match decoder.take(limit).read_to_end(&mut inflated) {
        Ok(_) => Ok((inflated, true)),
        Err(error) if is_damage(&error) => Ok((inflated, false)),
        Err(error) => Err(error),
    }
}

/// Whether a deflated stream is damaged or cut, as opposed to a disk that fails.
fn is_damage(error: &io::Error) -> bool {
    use io::ErrorKind::{InvalidData, InvalidInput, UnexpectedEof};
    matches!(error.kind(), InvalidInput | UnexpectedEof | InvalidData)
}

/// A deflated data set as a source of bytes, which can be read forward only.
pub struct InflatedBytes<'a, 'w> {
    decoder: RefCell<DeflateDecoder<FileStream<'a, 'w>>>,
    position: Cell<u64>,
}

impl<'a, 'w> InflatedBytes<'a, 'w> {
    /// The data set that begins at `offset`.
    pub fn new(window: &'a mut FileWindow<'w>, offset: u64) -> Self {
        let decoder = DeflateDecoder::new(FileStream { window, offset });
        Self { decoder: RefCell::new(decoder), position: Cell::new(0) }
    }

    /// A damaged stream ends where the damage is.
    fn read(&self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = match self.decoder.borrow_mut().read(buffer) {
            Err(error) if is_damage(&error) => 0,
            other => other?,
        };
        self.position.set(self.position.get() + count as u64);
        Ok(count)
    }
}

impl ByteSource for InflatedBytes<'_, '_> {
    fn read_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
        let mut skipped = [0; 8192];
        while self.position.get() < offset {
            let rest = usize::try_from(offset - self.position.get()).unwrap_or(skipped.len());
            let step = rest.min(skipped.len());
            if self.read(&mut skipped[..step])? == 0 {
                return Ok(0);
            }
        }
        if self.position.get() > offset {
            return Err(io::Error::other("a deflated data set can be read forward only"));
        }
        self.read(buffer)
    }
}
