//! The rows of `sources`, in the order of paths: that of an archive counts the rows of its members
//! and waits until the last of them is done.

use std::collections::VecDeque;
use std::path::Path;

use crate::records::source::{FileKind, SourceRecord};
use crate::tables::writer::{TableWriter, WriteError};

/// The table `sources` while it is written.
pub struct SourceWriter {
    table: TableWriter,
    /// Rows that an archive before them holds up, and that archive first.
    waiting: VecDeque<SourceRecord>,
    /// Archives among those that wait, by how many rows were ever taken before them.
    open: VecDeque<u64>,
    /// Rows that went to the table.
    written: u64,
}

impl SourceWriter {
    /// Begins the table.
    pub fn new(dir: &Path) -> Result<Self, WriteError> {
        let table = TableWriter::of::<SourceRecord>(dir)?;
        Ok(Self { table, waiting: VecDeque::new(), open: VecDeque::new(), written: 0 })
    }

    /// Takes the next row; `archive` is what it is a member of.
    pub fn push(&mut self, source: SourceRecord, archive: Option<&str>) -> Result<(), WriteError> {
        self.close(Some(&source.path))?;
        if let Some(archive) = archive {
            for at in &self.open {
                let row = usize::try_from(at - self.written).ok();
                let row = row.and_then(|row| self.waiting.get_mut(row));
                if let Some(row) = row.filter(|row| row.path == archive) {
                    row.rows = row.rows.saturating_add(source.rows).min(i32::MAX.unsigned_abs());
                }
            }
        }
        if source.kind == FileKind::Archive && archive.is_none() {
            self.open.push_back(self.written + self.waiting.len() as u64);
        }
        self.waiting.push_back(source);
        if self.open.is_empty() { self.write_until(u64::MAX) } else { Ok(()) }
    }

    /// Lets go of archives whose members all sort before `next`.
    fn close(&mut self, next: Option<&str>) -> Result<(), WriteError> {
        if self.open.is_empty() {
            return Ok(());
        }
        let (waiting, written) = (&self.waiting, self.written);
        self.open.retain(|at| {
            let row = usize::try_from(at - written).ok().and_then(|row| waiting.get(row));
            // `0` follows `/`: nothing that begins with `archive!/` sorts after `archive!0`.
            let end = row.map(|row| format!("{}!0", row.path));
            end.zip(next).is_some_and(|(end, next)| next < end.as_str())
        });
        self.write_until(self.open.front().copied().unwrap_or(u64::MAX))
    }

    fn write_until(&mut self, row: u64) -> Result<(), WriteError> {
        while self.written < row
            && let Some(source) = self.waiting.pop_front()
        {
            self.table.push(&source)?;
            self.written += 1;
        }
        Ok(())
    }

    /// Writes the rest, and gives the number of rows.
    pub fn finish(mut self) -> Result<u64, WriteError> {
        self.close(None)?;
        self.write_until(u64::MAX)?;
        self.table.finish()
    }
}
