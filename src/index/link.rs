//! Linking: rows, images and contours of one case are combined, and the remaining tables written.

use std::collections::BTreeMap;
use std::path::Path;

use super::cases::{CaseInput, write_cases};
use super::clinical;
use super::contours::write_contours;
use super::error::IndexError;
use super::frames;
use super::link_facts::LinkFacts;
use super::pending::PendingStore;
use super::report::{FindingCounts, IgnoredCounts};
use super::writers::ScanTables;
use crate::sources::files::FileTable;
use crate::sources::profile::Profile;
use crate::tables::writer::TableWriter;

/// The counts of a finished run.
pub struct LinkOutput {
    /// Rows of every table.
    pub rows: BTreeMap<String, u64>,
    /// Findings by severity and code.
    pub findings: FindingCounts,
    /// Files that are ignored, by reason.
    pub ignored: IgnoredCounts,
}

/// Links what was scanned and writes the remaining tables to `dir`.
///
/// # Errors
/// When a table cannot be written, or one that was written cannot be read.
pub fn link(
    tables: ScanTables,
    facts: LinkFacts,
    store: &PendingStore,
    files: &FileTable,
    profile: &Profile,
    dir: &Path,
) -> Result<LinkOutput, IndexError> {
    let ScanTables { images, tags, sources, mut issues } = tables;
    let LinkFacts { clinical_rows, annotations, late_views, mut cases, duplicates, walk_issues } =
        facts;
    for issue in &walk_issues {
        issues.push_link(issue)?;
    }
    let (images, finished_images) = if late_views.is_empty() {
        (Some(images), 0)
    } else {
        let count = images.finish()?;
        frames::add_from_table(dir, &late_views, &mut cases, store)?;
        (None, count)
    };
    let (mut rows, annotations) = store.close(annotations, &mut cases)?;
    clinical::merge_rows(&clinical_rows, &mut rows, profile, &mut cases, &mut issues)?;
    drop(clinical_rows);
    let input = CaseInput { cases: &cases, rows: &rows, annotations: &annotations, profile, files };
    // One thread places contours, another links cases; the first that is free encodes the rest of
    // what was scanned and writes it to disk.
    let finish_scanned = || {
        let finish_images = || images.map_or(Ok(finished_images), TableWriter::finish);
        rayon::join(finish_images, || sources.finish())
    };
    let (linked, (contours, (images, sources))) = rayon::join(
        || write_cases(&input, &mut issues, dir),
        || rayon::join(|| write_contours(&annotations, &cases, profile, dir), finish_scanned),
    );
    let (written, contours) = (linked?, contours?);
    let (images, (sources, ignored)) = (images?, sources?);
    // Duplicates are sorted in the memory that cases used.
    drop((annotations, rows, cases));
    for issue in contours.issues.iter().chain(&duplicates.find(dir)?) {
        issues.push_link(issue)?;
    }
    let (issues, findings) = issues.finish()?;
    let mut row_counts = BTreeMap::from([
        ("agreement".to_owned(), contours.agreement),
        ("annotations".to_owned(), contours.annotations),
        ("breasts".to_owned(), written.breasts),
        ("images".to_owned(), images),
        ("issues".to_owned(), issues),
        ("lesions".to_owned(), contours.lesions),
        ("patients".to_owned(), written.patients),
        ("sources".to_owned(), sources),
    ]);
    if let Some(count) = written.extra {
        row_counts.insert("patients_extra".to_owned(), count);
    }
    if let Some(count) = tags.map(TableWriter::finish).transpose()? {
        row_counts.insert("tags".to_owned(), count);
    }
    Ok(LinkOutput { rows: row_counts, findings, ignored })
}
