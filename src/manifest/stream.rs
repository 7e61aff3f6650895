//! The usual rows of a text table in one pass: chosen, looked for on disk, counted and written as they
//! come. What has other columns, a label or sums comes from the table `manifest_images` instead; a
//! test compares both ways.

use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, Receiver};

use arrow::array::{Array, BooleanArray, StringArray};
use arrow::compute::filter_record_batch;
use arrow::record_batch::RecordBatch;
use rayon::Scope;

use super::error::ManifestError;
use super::image_root::{ImagePlace, ImageRoot};
use super::job::{ManifestContent, ManifestFile, ManifestJob};
use super::prefetch::PrefetchedImages;
use super::request::{ManifestFormat, ManifestOptions};
use super::rows;
use super::selection::{self, ExclusionReason, Exclusions, PartCount, PartCounts, texts};
use crate::catalog::{CatalogError, QueryResults};
use crate::results::{self, ResultError, ResultFormat};

/// Batches whose files are looked for while earlier ones are written.
const AHEAD: usize = 16;

/// The columns of a manifest's row (`rows::IMAGE`), before the one with the reason.
const USUAL: [usize; rows::IMAGE.len()] = [0, 1, 2, 3, 4, 5, 6];
const SPLIT: usize = 0;
const CASE: usize = 1;
const DIAGNOSIS: usize = 2;
const PATH: usize = 5;
const REASON: usize = 7;

/// Whether the request is for such rows, of files in a folder: objects of a store are looked for many at a time.
pub(super) fn fits(options: &ManifestOptions, root: &ImageRoot) -> bool {
    root.folder().is_some()
        && matches!(options.format, ManifestFormat::Csv | ManifestFormat::Jsonl)
        && rows::is_plain(options)
}

/// Writes the rows of a selection, and counts what is excluded.
pub(super) fn write(
    job: &ManifestJob<'_>,
    selection: &str,
    out: &mut ManifestFile,
    exclusions: &mut Exclusions,
) -> Result<ManifestContent, ManifestError> {
    let format = if job.options.format == ManifestFormat::Csv {
        ResultFormat::Csv
    } else {
        ResultFormat::Jsonl
    };
    let mut sink = results::sink(format, results::TableFit::default());
    let root: &ImageRoot = &job.root;
    let (mut results, early) = begin(job, selection, root)?;
    let schema = results.schema().project(&USUAL).map_err(ResultError::from)?;
    sink.begin(&schema, out)?;
    let mut tally = RowTally::default();
    rayon::in_place_scope(|scope| -> Result<(), ManifestError> {
        let mut ahead = VecDeque::with_capacity(AHEAD);
        let mut more = true;
        while more || !ahead.is_empty() {
            if more && ahead.len() < AHEAD {
                match results.next_batch()? {
                    Some(batch) => ahead.push_back(look(scope, root, &early, batch)?),
                    None => more = false,
                }
            } else if let Some(CheckedBatch { batch, places }) = ahead.pop_front() {
                // Nothing comes from a thread that panicked, and the scope passes its panic on.
                let places = places.recv().unwrap_or_default();
                let selected = tally.take(&batch, places, exclusions)?;
                sink.batch(&listed(job, &batch, &selected)?, out)?;
            }
        }
        Ok(())
    })?;
    sink.end(out)?;
    drop(results);
    let members = tally.members;
    let counts = tally.finish();
    selection::imageless(job.catalog, job.source, members, &format!("({selection})"), exclusions)?;
    let written = rows::plain(job.options, job.path_style);
    Ok(ManifestContent {
        rows: counts.values().map(|group| group.images).sum(),
        counts,
        columns: written.columns,
        sql: Some(written.sql),
        ..ManifestContent::default()
    })
}

/// Begins the query of the rows; meanwhile another core checks the source and looks for images. Gives
/// those that it found.
fn begin<'a>(
    job: &ManifestJob<'a>,
    selection: &str,
    root: &ImageRoot,
) -> Result<(QueryResults<'a>, PrefetchedImages), ManifestError> {
    let sql = format!(
        "SELECT split, member AS case_id, its_diagnosis AS diagnosis, its_view AS view,\n  \
         its_laterality AS laterality, file AS path, its_uid AS sop_instance_uid, reason\n\
         FROM ({selection}) ORDER BY part_number, member, file"
    );
    let (source, dir, snapshot) = (job.source, job.catalog.dir(), job.catalog.snapshot_dir());
    let (mut checked, mut early) = (Ok(()), PrefetchedImages::default());
    let over = AtomicBool::new(false);
    let results = rayon::in_place_scope(|scope| {
        scope.spawn(|_| {
            checked = source.check(dir);
            early = PrefetchedImages::look(snapshot, root, &over);
        });
        let results = job.catalog.query(&sql);
        over.store(true, Ordering::Relaxed);
        results
    });
    checked?;
    Ok((results?, early))
}

/// The paths of a batch, and why a row is excluded before anything is looked for.
fn files(batch: &RecordBatch) -> Result<(&StringArray, &StringArray), CatalogError> {
    Ok((texts(batch.column(PATH))?, texts(batch.column(REASON))?))
}

/// A batch whose files are being looked for.
struct CheckedBatch {
    batch: RecordBatch,
    /// Where they are, once; none for rows that are excluded.
    places: Receiver<Vec<Option<ImagePlace>>>,
}

/// Has another thread look for the files of a batch.
fn look<'scope>(
    scope: &Scope<'scope>,
    root: &'scope ImageRoot,
    early: &'scope PrefetchedImages,
    batch: RecordBatch,
) -> Result<CheckedBatch, CatalogError> {
    let (paths, reasons) = files(&batch)?;
    let (paths, reasons) = (paths.clone(), reasons.clone());
    let (found, places) = mpsc::sync_channel(1);
    scope.spawn(move |_| {
        let place = |path: &str| {
            if early.found(path) { ImagePlace::There(None) } else { root.place(path) }
        };
        let place = |row| reasons.is_null(row).then(|| place(paths.value(row)));
        // Nothing waits for them after an error.
        let _ = found.send((0..paths.len()).map(place).collect());
    });
    Ok(CheckedBatch { batch, places })
}

/// The rows that are kept, with their paths as the manifest has them.
fn listed(
    job: &ManifestJob<'_>,
    batch: &RecordBatch,
    kept: &BooleanArray,
) -> Result<RecordBatch, ManifestError> {
    let mut batch = batch.project(&USUAL).map_err(ResultError::from)?;
    if kept.true_count() < kept.len() {
        batch = filter_record_batch(&batch, kept).map_err(ResultError::from)?;
    }
    let csv = job.options.format == ManifestFormat::Csv;
    let paths = texts(batch.column(PATH))?;
    if paths.iter().flatten().all(|path| job.path_style.keeps(path, csv)) {
        return Ok(batch);
    }
    let path = |path: Option<&str>| path.map(|path| job.path_style.row_path(path, csv));
    let mut columns = batch.columns().to_vec();
    columns[PATH] = Arc::new(paths.iter().map(path).collect::<StringArray>());
    Ok(RecordBatch::try_new(batch.schema(), columns).map_err(ResultError::from)?)
}

/// Counts rows that are sorted by part and case.
#[derive(Default)]
struct RowTally {
    counts: PartCounts,
    /// Cases, with those excluded.
    members: u64,
    /// The case of the last row, and of the last one that is kept.
    member: Option<String>,
    kept: Option<String>,
    /// The group of the last rows that are kept, which come together.
    group: (Option<String>, Option<String>),
    so_far: PartCount,
}

impl RowTally {
    /// Counts a batch whose files were looked for. Gives which rows are in the manifest.
    fn take(
        &mut self,
        batch: &RecordBatch,
        places: Vec<Option<ImagePlace>>,
        exclusions: &mut Exclusions,
    ) -> Result<BooleanArray, ManifestError> {
        let column = |index: usize| texts(batch.column(index));
        let (splits, cases, diagnoses) = (column(SPLIT)?, column(CASE)?, column(DIAGNOSIS)?);
        let (paths, reasons) = files(batch)?;
        let mut selected = Vec::with_capacity(places.len());
        for (row, place) in places.into_iter().enumerate() {
            let (case, path) = (cases.value(row), paths.value(row));
            if self.member.as_deref() != Some(case) {
                self.members += 1;
                self.member = Some(case.to_owned());
            }
            let fault = match place {
                None => {
                    let word = reasons.value(row);
                    let reason = ExclusionReason::named(word).ok_or_else(|| unknown(word))?;
                    exclusions.add_known(reason, case);
                    selected.push(false);
                    continue;
                }
                Some(ImagePlace::There(_)) => None,
                Some(ImagePlace::Missing) => Some((ExclusionReason::Missing, path.to_owned())),
                Some(ImagePlace::Archived) => Some((ExclusionReason::Archived, path.to_owned())),
                Some(ImagePlace::Unreadable(error)) => {
                    Some((ExclusionReason::Unreadable, format!("{path}: {error}")))
                }
            };
            selected.push(fault.is_none());
            match fault {
                Some((reason, what)) => exclusions.add_file(reason, case, path, what),
                None => self.count(value(splits, row), value(diagnoses, row), case),
            }
        }
        Ok(selected.into())
    }

    fn count(&mut self, split: Option<&str>, diagnosis: Option<&str>, case: &str) {
        if self.group.0.as_deref() != split || self.group.1.as_deref() != diagnosis {
            self.settle();
            self.group = (split.map(str::to_owned), diagnosis.map(str::to_owned));
        }
        if self.kept.as_deref() != Some(case) {
            self.so_far.patients += 1;
            self.kept = Some(case.to_owned());
        }
        self.so_far.images += 1;
    }

    fn settle(&mut self) {
        let PartCount { patients, images } = std::mem::take(&mut self.so_far);
        if images > 0 {
            let group = self.counts.entry(self.group.clone()).or_default();
            group.patients += patients;
            group.images += images;
        }
    }

    fn finish(mut self) -> PartCounts {
        self.settle();
        self.counts
    }
}

fn value(column: &StringArray, row: usize) -> Option<&str> {
    column.is_valid(row).then(|| column.value(row))
}

fn unknown(word: &str) -> CatalogError {
    CatalogError::Query(format!("an image is excluded for {word:?}, which is not a known reason"))
}
