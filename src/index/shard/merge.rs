//! Shards whose paths interleave, merged in passes before they are linked, so that few of their files are open at a time.

use std::path::Path;
use std::sync::Arc;

use rustix::process::{Resource, getrlimit};

use super::coverage::Coverage;
use super::error::ShardError;
use super::row_folders::RowFolders;
use super::rows::ShardRows;
use crate::disk::ScratchFolder;
use crate::index::earlier::EarlierRows;
use crate::index::outcome::{FileContent, FileOutcome};
use crate::index::writers::ScanTables;
use crate::records::source::SourceRecord;
use crate::sources::files::FileTable;
use crate::tables::images::ImageTag;
use crate::tables::reader::TableReadError;
use crate::tables::writer::{TableWriter, WriteError};

/// Merges folders until few are open at a time where the files of a run are read in order. Merged tables are
/// written below `parent`.
///
/// # Errors
/// When rows are damaged, or the disk refuses.
pub fn merge(
    mut folders: RowFolders,
    coverage: &Arc<Coverage>,
    files: &FileTable,
    parent: &Path,
) -> Result<RowFolders, ShardError> {
    let most = most_open();
    while folders.folders.len() > most && folders.most_at_once(coverage, files.len()) > most {
        folders = merge_groups(folders, coverage, files, parent, most)?;
    }
    Ok(folders)
}

/// Merges every so many folders into one.
fn merge_groups(
    folders: RowFolders,
    coverage: &Arc<Coverage>,
    files: &FileTable,
    parent: &Path,
    size: usize,
) -> Result<RowFolders, ShardError> {
    let unwritable = |source| ShardError::Unwritable { path: parent.to_owned(), source };
    let failed = |error: MergeError| match error {
        MergeError::Read(error) => error.into(),
        MergeError::Write(error) => unwritable(std::io::Error::other(error)),
    };
    let (folders, mut scratch) = (Arc::new(folders), Vec::new());
    for first in (0..folders.folders.len()).step_by(size) {
        let is_in = |place: &usize| {
            let folder = folders.folder(coverage, *place);
            folder.is_some_and(|folder| (first..first + size).contains(&(folder as usize)))
        };
        let target = ScratchFolder::create_in(parent).map_err(unwritable)?;
        let mut rows = ShardRows::new(Arc::clone(&folders), Arc::clone(coverage));
        let places = (0..files.len()).filter(is_in);
        write(&mut rows, places, files, target.path(), folders.has_tags).map_err(failed)?;
        scratch.push(target);
    }
    let group = |folder: &u32| *folder / u32::try_from(size).unwrap_or(u32::MAX);
    let of_shard = folders.of_shard.iter().map(group).collect();
    Ok(folders.merged_into(scratch, of_shard))
}

/// Folders that may be open at a time, with up to four files each: what half of the process's limit allows.
fn most_open() -> usize {
    const MOST: u64 = 64;
    let limit = getrlimit(Resource::Nofile).current.unwrap_or(u64::MAX);
    usize::try_from((limit / 8).clamp(2, MOST)).unwrap_or(2)
}

enum MergeError {
    Read(TableReadError),
    Write(WriteError),
}

impl From<WriteError> for MergeError {
    fn from(error: WriteError) -> Self {
        Self::Write(error)
    }
}

/// Writes the rows of some files to a folder, in the order of their paths.
fn write(
    rows: &mut ShardRows,
    places: impl Iterator<Item = usize>,
    files: &FileTable,
    folder: &Path,
    has_tags: bool,
) -> Result<(), MergeError> {
    let mut tables = ScanTables::new(folder, has_tags)?;
    for place in places {
        let Some(file) = files.get(place) else { continue };
        let outcome = rows.take(place, &file.path).map_err(MergeError::Read)?;
        let Some(FileOutcome { kind, status, content, issues }) = outcome else { continue };
        for issue in &issues {
            tables.issues.push_scan(issue)?;
        }
        if let FileContent::Image(image) = content {
            if let Some(table) = &mut tables.tags {
                image.tags.iter().try_for_each(|tag| table.push(&ImageTag(&image, tag)))?;
            }
            tables.images.push(&*image)?;
        }
        let (size, modified_ms) = (file.size, file.modified_ms());
        let path = file.path.into_string();
        // The rows of an archive are counted where it is linked.
        let source = SourceRecord { path, kind, size, modified_ms, status, rows: 0 };
        tables.sources.push(source, None)?;
    }
    let ScanTables { images, tags, sources, issues } = tables;
    images.finish()?;
    tags.map(TableWriter::finish).transpose()?;
    sources.finish()?;
    issues.finish()?;
    Ok(())
}
