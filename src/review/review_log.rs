//! The verdicts of a reviewer on disk: `reviews/NAME.jsonl` in the catalog's folder, a verdict a
//! line. Lines are added and never changed.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

use super::verdict::Verdict;
use crate::disk::{
    LockError, LockFile, io_error, open_own, open_regular, read_bounded, sync_folder,
};
use crate::saved::{SavedError, SavedFolder, SavedName};

/// The folder of reviews.
pub const REVIEWS: SavedFolder = SavedFolder { folder: "reviews", kind: "review" };
/// The longest file that is read, in bytes: a quarter of a million verdicts with notes.
const LONGEST_FILE: u64 = 64 << 20;

/// The lines of a file of verdicts.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct VerdictLines {
    /// The verdicts, in the order of lines.
    pub verdicts: Vec<Verdict>,
    /// Numbers of lines that are not verdicts, from 1: the end of what was being written when a
    /// program was killed, or the work of another program.
    pub unreadable: Vec<usize>,
}

/// Reads the verdicts of a text; a line that is not one costs no other.
pub fn verdict_lines(bytes: &[u8]) -> VerdictLines {
    let mut lines = VerdictLines::default();
    for (index, line) in bytes.split(|byte| *byte == b'\n').enumerate() {
        if line.iter().all(u8::is_ascii_whitespace) {
            continue;
        }
        match serde_json::from_slice(line) {
            Ok(verdict) => lines.verdicts.push(verdict),
            Err(_) => lines.unreadable.push(index + 1),
        }
    }
    lines
}

/// Reads a file of verdicts.
///
/// # Errors
/// When it cannot be read, or is not a regular file of a reasonable size.
pub fn read_verdicts(path: &Path) -> io::Result<VerdictLines> {
    Ok(verdict_lines(&read_bounded(open_regular(path)?, LONGEST_FILE)?))
}

/// A reviewer's file, locked and ready for more lines.
#[derive(Debug)]
pub struct ReviewLog {
    path: PathBuf,
    file: File,
    lines: VerdictLines,
    /// Whether the file ends within a line.
    is_torn: bool,
    next: u64,
    _lock: LockFile,
}

impl ReviewLog {
    /// Opens the file of a reviewer, and creates it where it is missing.
    ///
    /// # Errors
    /// When another process has it open, or it cannot be read or written.
    pub fn open(catalog: &Path, reviewer: &SavedName) -> Result<Self, SavedError> {
        let folder = REVIEWS.create(catalog)?;
        let lock_path = folder.join(format!(".{reviewer}.lock"));
        let lock = LockFile::acquire(&lock_path).map_err(|error| match error {
            LockError::Held { holder } => SavedError::Locked { path: lock_path, holder },
            LockError::Disk(error) => error.into(),
        })?;
        let path = REVIEWS.path(catalog, reviewer, "jsonl");
        let mut file = open_own(&path).map_err(io_error("open", &path))?;
        sync_folder(&folder).map_err(io_error("write", &folder))?;
        let lines = read_verdicts(&path).map_err(io_error("read", &path))?;
        let is_torn = ends_within_line(&mut file).map_err(io_error("read", &path))?;
        let numbers = lines.verdicts.iter().map(|verdict| verdict.number);
        let next = numbers.max().unwrap_or(0).saturating_add(1);
        Ok(Self { path, file, lines, is_torn, next, _lock: lock })
    }

    /// The file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The verdicts of the file, those added since included.
    pub fn verdicts(&self) -> &[Verdict] {
        &self.lines.verdicts
    }

    /// Numbers of lines that are not verdicts.
    pub fn unreadable(&self) -> &[usize] {
        &self.lines.unreadable
    }

    /// Adds a verdict, which gets the next number. It is on disk when this returns.
    ///
    /// # Errors
    /// When it cannot be written; nothing is added then.
    pub fn append(&mut self, mut verdict: Verdict) -> Result<&Verdict, SavedError> {
        verdict.number = self.next;
        let mut line = Vec::new();
        if self.is_torn {
            // What was torn is a line of its own, which no reader takes for a verdict.
            line.push(b'\n');
        }
        let written = serde_json::to_writer(&mut line, &verdict).map_err(io::Error::from);
        line.push(b'\n');
        let written = written.and_then(|()| self.write(&line));
        written.map_err(io_error("write", &self.path))?;
        self.is_torn = false;
        self.next += 1;
        self.lines.verdicts.push(verdict);
        Ok(&self.lines.verdicts[self.lines.verdicts.len() - 1])
    }

    fn write(&mut self, line: &[u8]) -> io::Result<()> {
        let length = self.file.seek(SeekFrom::End(0))?;
        let written = self.file.write_all(line).and_then(|()| self.file.sync_data());
        if written.is_err() {
            // Without room for all of it, a part may be there.
            let _ = self.file.set_len(length);
            self.is_torn = ends_within_line(&mut self.file).unwrap_or(true);
        }
        written
    }
}

fn ends_within_line(file: &mut File) -> io::Result<bool> {
    if file.metadata()?.len() == 0 {
        return Ok(false);
    }
    let mut last = [0];
    file.seek(SeekFrom::End(-1))?;
    file.read_exact(&mut last)?;
    Ok(last != *b"\n")
}

/// The present moment as RFC 3339 in UTC, to the millisecond.
pub fn now() -> String {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    let millis = i64::try_from(since.as_millis()).unwrap_or(i64::MAX);
    let moment = chrono::DateTime::from_timestamp_millis(millis).unwrap_or_default();
    moment.format("%Y-%m-%dT%H:%M:%S%.3fZ").to_string()
}
