//! A lock file that says who holds it.

use std::fs::{File, TryLockError};
use std::io::{self, Read, Seek, Write};
use std::path::Path;
use std::time::{SystemTime, UNIX_EPOCH};

use super::error::{DiskError, io_error};
use super::regular::open_own;

/// A lock was not taken.
#[derive(Debug, thiserror::Error)]
pub enum LockError {
    /// Another process holds it.
    #[error("held by {holder}")]
    Held {
        /// The process and when it took the lock.
        holder: String,
    },
    /// The system refused.
    #[error(transparent)]
    Disk(#[from] DiskError),
}

/// A lock file, held until dropped; the file stays.
#[derive(Debug)]
pub struct LockFile {
    _file: File,
}

impl LockFile {
    /// Takes the lock without waiting, and writes into the file who holds it.
    ///
    /// # Errors
    /// [`LockError::Held`] while another process holds it; otherwise what the system refused.
    pub fn acquire(path: &Path) -> Result<Self, LockError> {
        let mut file = open_own(path).map_err(io_error("open the lock", path))?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                let mut holder = String::new();
                let _ = file.read_to_string(&mut holder);
                let unnamed = holder.is_empty();
                let holder = if unnamed { "unknown holder".to_owned() } else { holder };
                return Err(LockError::Held { holder });
            }
            Err(TryLockError::Error(source)) => return Err(io_error("lock", path)(source).into()),
        }
        write_holder(&mut file).map_err(io_error("write", path))?;
        Ok(Self { _file: file })
    }
}

fn write_holder(file: &mut File) -> io::Result<()> {
    let started = chrono::DateTime::from_timestamp(unix_time(), 0).unwrap_or_default();
    let holder = format!("process {} since {}", std::process::id(), started.format("%F %T UTC"));
    file.set_len(0)?;
    file.rewind()?;
    file.write_all(holder.as_bytes())
}

/// Seconds since 1970.
fn unix_time() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    since.map_or(0, |duration| i64::try_from(duration.as_secs()).unwrap_or(0))
}
