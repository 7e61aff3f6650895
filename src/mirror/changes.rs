//! What a run has changed, put back into the store: snapshots whole, then what names them, each only where no other
//! run has written it meanwhile.

use std::fs;
use std::io::Write;

use super::catalog_mirror::CatalogMirror;
use super::error::MirrorError;
use super::tree::{self, CURRENT, CatalogEntry, FileState, STATE};
use crate::disk::{WholeFile, io_error};
use crate::remote::{PutCondition, StoreError};

impl CatalogMirror {
    /// Writes what differs from the store: new snapshots, then cohorts, splits and the like, then what is
    /// current, and removes what was removed.
    ///
    /// # Errors
    /// When another run was first, the store refuses, or a snapshot was removed.
    pub fn publish(&self) -> Result<(), MirrorError> {
        let files = tree::files(self.folder()).map_err(io_error("read", self.folder()))?;
        let gone: Vec<String> =
            self.known().files.keys().filter(|path| !files.contains_key(*path)).cloned().collect();
        if gone.iter().any(|path| matches!(CatalogEntry::of(path), Some(CatalogEntry::Snapshot(_))))
        {
            return Err(MirrorError::Prune);
        }
        let mut changed: Vec<(&String, &FileState)> = files.iter().collect();
        changed.retain(|(path, state)| {
            self.known().files.get(*path).is_none_or(|(known, _)| known != *state)
        });
        changed.sort_by_cached_key(|(path, _)| tree::rank(path));
        for (path, state) in changed.iter().filter(|(path, _)| *path != STATE) {
            self.put(path, **state)?;
        }
        self.publish_current()?;
        for path in gone {
            let key = self.store.address().key(&path);
            self.store.delete(&key).map_err(|error| self.failed(error))?;
            self.known().files.remove(&path);
        }
        // Without the state the next run reads every file: that is slow, not wrong.
        match changed
            .iter()
            .find(|(path, _)| *path == STATE)
            .map(|(path, state)| self.put(path, **state))
        {
            Some(Err(MirrorError::Store { error: StoreError::Conflict(_), .. })) => Ok(()),
            result => result.unwrap_or(Ok(())),
        }
    }

    fn put(&self, path: &str, state: FileState) -> Result<(), MirrorError> {
        let key = self.store.address().key(path);
        let tag = self.known().files.get(path).map(|(_, tag)| *tag);
        let condition = tag.map_or(PutCondition::Absent, |tag| self.unchanged(&key, tag));
        let put = self.store.put(&key, &self.folder().join(path), &condition);
        put.map_err(|error| self.failed(error))?;
        self.known().files.insert(path.to_owned(), (state, 0));
        Ok(())
    }

    /// The condition for an object that has this number of its ETag; of one that this run has written it is not known.
    fn unchanged(&self, key: &str, tag: u64) -> PutCondition {
        let now = || self.store.look_up(key).ok().flatten().map(|object| object.tag);
        PutCondition::Unchanged(if tag == 0 { now().unwrap_or(0) } else { tag })
    }

    /// Makes the snapshot that the folder's link names the current one.
    fn publish_current(&self) -> Result<(), MirrorError> {
        let Ok(target) = fs::read_link(self.folder().join(CURRENT)) else { return Ok(()) };
        let target = target.to_string_lossy().into_owned();
        let before = self.known().current.clone();
        if before.as_ref().is_some_and(|(known, _)| *known == target) {
            return Ok(());
        }
        let key = self.store.address().key(CURRENT);
        let file = self.folder().join(".current-object");
        let written = WholeFile::create(&file).and_then(|mut text| {
            writeln!(text, "{target}")?;
            text.finish()
        });
        written.map_err(io_error("write", &file))?;
        let condition = before.map_or(PutCondition::Absent, |(_, tag)| self.unchanged(&key, tag));
        self.store.put(&key, &file, &condition).map_err(|error| self.failed(error))?;
        self.known().current = Some((target, 0));
        Ok(())
    }
}
