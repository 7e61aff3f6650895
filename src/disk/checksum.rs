//! SHA-256 of files, and of what is being written.

use std::io::{self, Read, Write};
use std::path::Path;

use sha2::{Digest, Sha256};

use super::regular::open_regular;
use crate::storage::request_bytes;

/// How much of a file is read at a time: on a network share each read waits.
const STEP: usize = 256 * 1024;

/// Returns the SHA-256 of a file as 64 lower-case hexadecimal digits.
///
/// # Errors
/// When the file cannot be read to its end.
pub fn sha256_of_file(path: &Path) -> io::Result<String> {
    let mut hasher = Sha256::new();
    let mut file = open_regular(path)?;
    let mut bytes = vec![0; STEP];
    loop {
        match request_bytes(|| file.read(&mut bytes)) {
            Ok(0) => break,
            Ok(count) => hasher.update(&bytes[..count]),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(hex(&hasher.finalize()))
}

/// Returns bytes as lower-case hexadecimal digits.
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// A writer that counts and hashes what goes through it.
pub struct ChecksumWriter<W> {
    inner: W,
    hasher: Sha256,
    size: u64,
}

impl<W: Write> ChecksumWriter<W> {
    /// A writer around another one.
    pub fn new(inner: W) -> Self {
        Self { inner, hasher: Sha256::new(), size: 0 }
    }

    /// Returns the inner writer, the bytes written and their SHA-256 in hexadecimal digits.
    pub fn finish(self) -> (W, u64, String) {
        (self.inner, self.size, hex(&self.hasher.finalize()))
    }
}

impl<W: Write> Write for ChecksumWriter<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.inner.write(bytes)?;
        self.hasher.update(&bytes[..written]);
        self.size += written as u64;
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.inner.flush()
    }
}
