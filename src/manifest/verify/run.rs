//! A whole verification.

use std::path::Path;
use std::sync::Arc;

use super::super::error::ManifestError;
use super::super::image_root::ImageRoot;
use super::super::job::ManifestJob;
use super::super::path_style::PathStyle;
use super::super::provenance::ProvenanceRecord;
use super::super::selection::{self, ExclusionReason};
use super::difference::{DifferenceList, ManifestDifference};
use super::outputs::{self, OutputState};
use super::{facts, images, source, table_rows};
use crate::catalog::Catalog;

/// The outcome of a verification.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VerifyResult {
    /// The differences.
    pub differences: Vec<ManifestDifference>,
    /// Rows that the manifest has.
    pub rows: u64,
    /// Files of the data set that were looked at.
    pub files: u64,
    /// Those of them that an earlier, interrupted verification had looked at.
    pub resumed: u64,
}

/// Compares a manifest with the catalog, opened at the snapshot of its provenance, and with the disk.
///
/// Looking at the files takes longest. The progress is in `FILE.verify`: an interrupted verification
/// resumes from there. It is removed at the end.
///
/// A snapshot with damaged tables is not queried: then only the files are compared, as by
/// [`verify_files`].
///
/// # Errors
/// When the catalog or the data set cannot be read.
pub fn verify(
    catalog: &Catalog,
    manifest: &Path,
    record: &ProvenanceRecord,
    moved: Option<&Path>,
) -> Result<VerifyResult, ManifestError> {
    let mut differences = DifferenceList::default();
    let state = outputs::check(manifest, record, &mut differences);
    source::check_snapshot(catalog, record, &mut differences);
    if !catalog.snapshot().is_whole(catalog.snapshot_dir()) {
        return files_alone(manifest, record, moved, state, differences);
    }
    let root = Arc::new(ImageRoot::locate(moved, &record.root)?);
    let (mut files, mut resumed) = (0, 0);
    if let Some(source) = source::check_source(catalog, record, &mut differences)? {
        let options = &record.request;
        let path_style = PathStyle::new(&options.paths, &root)?;
        let mut exclusions = selection::select(catalog, &source, options)?.exclusions;
        recall_exclusions(catalog, record)?;
        let (counts, gaps) = selection::tally(catalog)?;
        exclusions.gaps = gaps;
        let job = ManifestJob {
            catalog,
            source: &source,
            options,
            path_style: &path_style,
            root: Arc::clone(&root),
            counts,
            uid_key: None,
        };
        if state != OutputState::Gone {
            table_rows::check_patients(catalog, manifest, record, &mut differences)?;
            images::recall_checksums(&job, manifest, record, &mut differences)?;
        }
        let content = table_rows::check(&job, manifest, record, state, &mut differences)?;
        if !["snapshot", "source", "rows"].iter().any(|check| differences.has(check)) {
            facts::check_query(record, &content, &exclusions, &mut differences);
        } else if state == OutputState::Same {
            facts::check_rows(catalog, manifest, record, &mut differences)?;
        }
        (files, resumed) = images::check(&job, manifest, &mut differences)?;
    }
    let differences = differences.into_vec();
    Ok(VerifyResult { differences, rows: record.manifest.rows, files, resumed })
}

/// Compares a manifest with its provenance and with the data set's files, where the catalog is not there.
/// Files are those that the manifest's rows or the recorded checksums name; without the catalog their
/// length is not known.
///
/// # Errors
/// When the data set cannot be read.
pub fn verify_files(
    manifest: &Path,
    record: &ProvenanceRecord,
    moved: Option<&Path>,
) -> Result<VerifyResult, ManifestError> {
    let mut differences = DifferenceList::default();
    let state = outputs::check(manifest, record, &mut differences);
    files_alone(manifest, record, moved, state, differences)
}

fn files_alone(
    manifest: &Path,
    record: &ProvenanceRecord,
    moved: Option<&Path>,
    state: OutputState,
    mut differences: DifferenceList,
) -> Result<VerifyResult, ManifestError> {
    let root = ImageRoot::locate(moved, &record.root)?;
    let engine = Catalog::without_snapshot()?;
    let mut named = record
        .images_sha256
        .clone()
        .into_iter()
        .map(|(path, sha256)| (path, Some(sha256)))
        .collect();
    if state != OutputState::Gone {
        table_rows::check_patients(&engine, manifest, record, &mut differences)?;
        table_rows::check_count(&engine, manifest, record, &mut differences)?;
        if state == OutputState::Same {
            facts::check_rows(&engine, manifest, record, &mut differences)?;
        }
        if record.images_sha256.is_empty() {
            let style = PathStyle::new(&record.request.paths, &root)?;
            named = table_rows::named_files(&engine, &style, manifest, record, &mut differences)?;
        }
    }
    images::check_named(&root, &named, &mut differences)?;
    let (differences, files) = (differences.into_vec(), named.len() as u64);
    Ok(VerifyResult { differences, rows: record.manifest.rows, files, resumed: 0 })
}

/// Excludes what was not on disk when the manifest was written.
fn recall_exclusions(catalog: &Catalog, record: &ProvenanceRecord) -> Result<(), ManifestError> {
    let gaps = record.excluded.gaps.iter();
    let gone: Vec<(String, ExclusionReason)> = gaps
        .flat_map(|(reason, gap)| gap.files.iter().map(|path| (path.clone(), *reason)))
        .collect();
    Ok(selection::leave_out(catalog, &gone)?)
}
