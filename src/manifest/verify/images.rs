//! The files of the data set: there, of the length that the catalog has, of the recorded checksum.

use std::fs;
use std::path::Path;

use super::super::error::ManifestError;
use super::super::image_root::ImageRoot;
use super::super::job::ManifestJob;
use super::super::provenance::{ProvenanceRecord, with_ending};
use super::super::request::ManifestFormat;
use super::super::selection::{self, texts};
use super::difference::{DifferenceList, ManifestDifference};
use super::progress::VerifyProgress;
use super::relation::relation;
use crate::disk::is_inside;
use crate::storage::Requests;
use crate::text::counted;

/// Files whose content is read between two notes of progress: an interruption costs as many.
const STRETCH: u64 = 128;

/// Takes the recorded checksums from the manifest, or from its provenance.
pub fn recall_checksums(
    job: &ManifestJob<'_>,
    manifest: &Path,
    record: &ProvenanceRecord,
    differences: &mut DifferenceList,
) -> Result<(), ManifestError> {
    let known: Vec<(String, String)> = record.images_sha256.clone().into_iter().collect();
    selection::insert_checksums(job.catalog, &known)?;
    if !job.options.sha256 || !job.options.format.is_table() {
        return Ok(());
    }
    let Some(relation) = relation(record, manifest)? else { return Ok(()) };
    let listed = if job.options.format == ManifestFormat::Csv {
        job.path_style.csv_sql("s.file")
    } else {
        job.path_style.sql("s.file")
    };
    let copied = job.catalog.execute(&format!(
        "INSERT INTO manifest_sums SELECT DISTINCT s.file, m.sha256
         FROM manifest_images AS s JOIN {relation} AS m ON m.path = {listed}"
    ));
    if let Err(error) = copied {
        differences.add("manifest", manifest.display(), error);
    }
    Ok(())
}

/// Looks at every file of the data set that the manifest names. Returns how many there are, and how
/// many of them an earlier verification had looked at.
pub fn check(
    job: &ManifestJob<'_>,
    manifest: &Path,
    differences: &mut DifferenceList,
) -> Result<(u64, u64), ManifestError> {
    let path = with_ending(manifest, "verify");
    let mut progress = VerifyProgress::resume(&path, manifest);
    let resumed = progress.done;
    let mut results = job.catalog.query(
        "SELECT s.file, CAST(i.size_bytes AS VARCHAR), CAST(h.sha256 AS VARCHAR)
         FROM manifest_images AS s JOIN images AS i ON i.path = s.file
         LEFT JOIN manifest_sums AS h ON h.summed = s.file
         WHERE s.reason IS NULL ORDER BY s.part_number, s.member, s.file",
    )?;
    let requests = Requests::default();
    let mut passed = 0_u64;
    while let Some(batch) = results.next_batch()? {
        let columns =
            batch.columns().iter().map(|column| texts(column)).collect::<Result<Vec<_>, _>>()?;
        let rows: Vec<_> = columns[0].iter().zip(columns[1]).zip(columns[2]).collect();
        let skip = usize::try_from(progress.done.saturating_sub(passed)).unwrap_or(usize::MAX);
        passed += rows.len() as u64;
        let root = &job.root;
        let look = |_: &mut (), ((file, size), sha256): &((Option<&str>, Option<&str>), _)| {
            let path = file.unwrap_or_default();
            let message = compare(root, path, *size, *sha256);
            // What a store no longer gives is not a difference.
            root.check()?;
            let (check, place) = ("files".to_owned(), path.to_owned());
            Ok(message.map(|message| ManifestDifference { check, place, message }))
        };
        let mut result = Ok(());
        let rows = rows.get(skip..).unwrap_or_default();
        requests.for_each(
            rows.iter().collect(),
            || (),
            look,
            |looked: Result<Option<ManifestDifference>, ManifestError>| {
                let difference = match looked {
                    Ok(difference) if result.is_ok() => difference,
                    Ok(_) => return,
                    Err(error) => {
                        result = Err(error);
                        return;
                    }
                };
                progress.differences.extend(difference);
                progress.done += 1;
                // Without checksums a file is one question to the system.
                if job.options.sha256 && progress.done.is_multiple_of(STRETCH) {
                    progress.save(&path);
                }
            },
        );
        progress.save(&path);
        result?;
    }
    drop(results);
    differences.append(std::mem::take(&mut progress.differences));
    // What cannot be removed is overwritten by the next verification.
    let _ = fs::remove_file(&path);
    Ok((passed, resumed.min(passed)))
}

/// Looks at files of the data set, each with its checksum where one is known.
///
/// # Errors
/// When a store no longer answers.
pub fn check_named(
    root: &ImageRoot,
    files: &[(String, Option<String>)],
    differences: &mut DifferenceList,
) -> Result<(), ManifestError> {
    let look = |_: &mut (), (path, sha256): &(String, Option<String>)| {
        compare(root, path, None, sha256.as_deref())
    };
    let looked = Requests::default().map(files.iter().collect(), || (), look);
    for ((path, _), message) in files.iter().zip(looked) {
        if let Some(message) = message {
            differences.add("files", path, message);
        }
    }
    root.check()
}

/// Returns how a file of the data set differs from what was recorded.
pub fn compare(
    root: &ImageRoot,
    path: &str,
    size: Option<&str>,
    sha256: Option<&str>,
) -> Option<String> {
    if !is_inside(path) {
        return Some("the path leaves the data set's folder".to_owned());
    }
    let length = match root.length(path) {
        Ok(Some(length)) => length,
        Ok(None) => return Some("it is not a file".to_owned()),
        Err(error) => return Some(error.to_string()),
    };
    if let Some(size) = size
        && size != length.to_string()
    {
        return Some(format!("it has {}, the catalog says {size}", counted(length, "byte")));
    }
    let recorded = sha256?;
    match root.sha256(path) {
        Ok(now) if now == recorded => None,
        Ok(_) => Some("its content was changed: its checksum differs".to_owned()),
        Err(error) => Some(error.to_string()),
    }
}
