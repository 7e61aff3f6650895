//! Files that are read ahead of their turn: tables and annotations, before the images.

use std::sync::{Mutex, PoisonError};

use super::batch::FileSummary;
use super::classify::{FileReader, ReadBuffers, comes_first};
use super::frames::AnnotatedViews;
use super::outcome::FileContent;
use super::pending::{PendingRow, PendingStore, views_of};
use super::spool::SpoolOffset;
use crate::sources::files::FileTable;
use crate::sources::source_file::SourceFile;
use crate::storage::Requests;
use crate::tables::writer::WriteError;

/// A file that was read ahead of its turn: its summary, and where its content is spooled.
pub struct EarlyFile {
    /// Its summary.
    pub summary: FileSummary,
    /// What it holds.
    pub content: SpooledContent,
}

/// What was spooled of one file.
pub enum SpooledContent {
    /// Clinical rows.
    Rows(Vec<PendingRow>),
    /// Annotations.
    Annotations(Vec<SpoolOffset>),
    /// Nothing that a table takes.
    Nothing,
}

/// Reads tables and annotations, the largest first and one by one: they differ much in size, and are
/// neighbours in the order of paths. Returns them by their place among the files, sorted, and the views
/// that have contours.
///
/// # Errors
/// When the disk refuses to spool them.
pub fn read(
    reader: &FileReader<'_>,
    files: &FileTable,
    store: &PendingStore,
    requests: &Requests,
) -> Result<(Vec<(usize, EarlyFile)>, AnnotatedViews), WriteError> {
    let places = files.places(comes_first).into_iter();
    let mut candidates: Vec<_> =
        places.filter_map(|place| Some((place, files.get(place)?))).collect();
    candidates.sort_by_key(|(_, file)| std::cmp::Reverse(file.size));
    let annotated = Mutex::new(AnnotatedViews::new());
    let read = |buffers: &mut ReadBuffers, (place, file): (usize, SourceFile)| {
        let early = read_one(reader, store, &file, buffers, &annotated)?;
        Ok(early.map(|early| (place, early)))
    };
    let early = requests.map(candidates, ReadBuffers::default, read).into_iter();
    let mut early: Vec<(usize, EarlyFile)> =
        early.filter_map(Result::transpose).collect::<Result<_, WriteError>>()?;
    early.sort_unstable_by_key(|(place, _)| *place);
    Ok((early, annotated.into_inner().unwrap_or_else(PoisonError::into_inner)))
}

/// Absent for an image whose name is that of a table: it waits for its turn.
fn read_one(
    reader: &FileReader<'_>,
    store: &PendingStore,
    file: &SourceFile,
    buffers: &mut ReadBuffers,
    annotated: &Mutex<AnnotatedViews>,
) -> Result<Option<EarlyFile>, WriteError> {
    let (summary, content) = FileSummary::split(reader.read(file, buffers));
    let content = match content {
        FileContent::Image(_) => return Ok(None),
        FileContent::Rows(rows) => SpooledContent::Rows(rows),
        FileContent::Annotations(annotations) => {
            let mut annotated = annotated.lock().unwrap_or_else(PoisonError::into_inner);
            for (case, views) in annotations.iter().flat_map(views_of) {
                annotated.entry(case).or_default().extend(views);
            }
            drop(annotated);
            SpooledContent::Annotations(store.put_annotations(annotations)?)
        }
        FileContent::Nothing => SpooledContent::Nothing,
    };
    Ok(Some(EarlyFile { summary, content }))
}
