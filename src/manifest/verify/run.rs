//! A whole verification.

use std::path::Path;

use super::super::create::data_set;
use super::super::error::ManifestError;
use super::super::job::ManifestJob;
use super::super::path_style::PathStyle;
use super::super::provenance::ProvenanceRecord;
use super::super::request::ManifestFormat;
use super::super::selection::{self, ExclusionReason};
use super::difference::{DifferenceList, ManifestDifference};
use super::outputs::{self, OutputState};
use super::relation::relation;
use super::{images, source, table_rows};
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
    let root = data_set(catalog, Some(moved.unwrap_or(&record.root)))?;
    let (mut files, mut resumed) = (0, 0);
    if let Some(source) = source::check_source(catalog, record, &mut differences)? {
        let options = &record.request;
        let path_style = PathStyle::new(&options.paths, &root)?;
        let counts = selection::select(catalog, &source, options)?.counts;
        recall_exclusions(catalog, record)?;
        let job = ManifestJob {
            catalog,
            source: &source,
            options,
            path_style: &path_style,
            root: &root,
            counts,
        };
        if state != OutputState::Gone {
            check_patients(catalog, manifest, record, &mut differences)?;
            images::recall_checksums(&job, manifest, record, &mut differences)?;
        }
        table_rows::check(&job, manifest, record, state, &mut differences)?;
        (files, resumed) = images::check(&job, manifest, &mut differences)?;
    }
    let differences = differences.into_vec();
    Ok(VerifyResult { differences, rows: record.manifest.rows, files, resumed })
}

/// Excludes what was not on disk when the manifest was written.
fn recall_exclusions(catalog: &Catalog, record: &ProvenanceRecord) -> Result<(), ManifestError> {
    let gaps = record.excluded.gaps.iter();
    let gone: Vec<(String, ExclusionReason)> = gaps
        .flat_map(|(reason, gap)| gap.files.iter().map(|path| (path.clone(), *reason)))
        .collect();
    Ok(selection::leave_out(catalog, &gone)?)
}

/// Patients that are in two parts of the manifest itself.
fn check_patients(
    catalog: &Catalog,
    manifest: &Path,
    record: &ProvenanceRecord,
    differences: &mut DifferenceList,
) -> Result<(), ManifestError> {
    let Some(relation) = relation(record, manifest)? else { return Ok(()) };
    let has = |column: &str| {
        record.request.format == ManifestFormat::Folder
            || record.manifest.columns.iter().any(|name| name == column)
    };
    if !has("split") || !has("case_id") {
        return Ok(());
    }
    let rows = catalog.rows::<(Option<String>, Option<String>)>(&format!(
        "SELECT case_id::VARCHAR, string_agg(DISTINCT split, ', ' ORDER BY split) FROM {relation}
         GROUP BY 1 HAVING count(DISTINCT split) > 1 ORDER BY 1"
    ));
    match rows {
        Err(error) => differences.add("manifest", manifest.display(), error),
        Ok(rows) => {
            for (case, parts) in rows {
                let message = format!("the patient is in {}", parts.unwrap_or_default());
                differences.add("patients", case.unwrap_or_default(), message);
            }
        }
    }
    Ok(())
}
