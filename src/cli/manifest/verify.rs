//! `mammodex manifest verify`.

use std::path::PathBuf;
use std::sync::Arc;

use arrow::array::{ArrayRef, StringArray};
use arrow::record_batch::RecordBatch;
use clap::Args;

use super::super::context::{CommandContext, SnapshotArgs};
use super::super::outcome::{CliFailure, ExitOutcome};
use super::super::output::OutputArgs;
use super::super::printer::note;
use crate::manifest::verify::{self, ManifestDifference, ProvenanceRecord};
use crate::tables;
use crate::text::counted;

/// Verify a manifest: compare it with its provenance, the catalog and the disk.
///
/// FILE.provenance.json says what is compared: every file that was written, the snapshot's tables,
/// cohort and split, the rows of the query cell by cell, that no patient is in two parts, and that
/// every file of the data set is there with the length that the catalog has, and with the recorded
/// SHA-256 where there is one. An interrupted verification resumes where it stopped: FILE.verify
/// records its progress. Without the catalog, what the manifest, its provenance and the files say is
/// compared.
///
/// Differences are listed, one per row; the exit code is then 1.
#[derive(Debug, Args)]
#[command(after_long_help = "Example:\n  mammodex manifest verify pilot.csv")]
pub struct ManifestVerifyArgs {
    /// Manifest to verify: a file, or the folder of a format that has several.
    manifest: PathBuf,
    /// Folder of the data set, if it was moved since the manifest was written, or its address, which is read only if
    /// it is named here.
    #[arg(long, value_name = "DIR")]
    root: Option<PathBuf>,
    #[command(flatten)]
    output: OutputArgs,
}

pub(super) fn run(
    context: &CommandContext,
    request: &ManifestVerifyArgs,
) -> Result<ExitOutcome, CliFailure> {
    let record = ProvenanceRecord::read(&request.manifest)?;
    let snapshot = record.snapshot.id;
    let (manifest, root) = (&request.manifest, request.root.as_deref());
    let verdict = match context.open(&SnapshotArgs { snapshot: Some(snapshot) }) {
        Ok(catalog) => verify::verify(&catalog, manifest, &record, root)?,
        Err(error) => {
            note!("{error}");
            note!("compared without the catalog: rows by the provenance, files by what names them");
            verify::verify_files(manifest, &record, root)?
        }
    };
    if let Some(current) = tables::snapshot::current(&context.catalog).filter(|id| *id > snapshot) {
        note!("the manifest is of snapshot {snapshot}; the current one is {current}");
    }
    if verdict.resumed > 0 {
        note!("resumed after {} of an earlier verification", counted(verdict.resumed, "file"));
    }
    let name = request.manifest.display();
    let (rows, files) = (counted(verdict.rows, "row"), counted(verdict.files, "file"));
    let wanted = request.output.is_given();
    if !verdict.differences.is_empty() || wanted {
        request.output.write(context, &table(&verdict.differences)?)?;
    }
    if verdict.differences.is_empty() {
        note!("{name}: {rows}, {files}, snapshot {snapshot}: no differences");
        return Ok(ExitOutcome::Done);
    }
    let differences = counted(verdict.differences.len() as u64, "difference");
    note!("{name}: {rows}, {files}, snapshot {snapshot}: {differences}");
    Ok(ExitOutcome::WithErrors)
}

fn table(differences: &[ManifestDifference]) -> Result<RecordBatch, arrow::error::ArrowError> {
    let column = |pick: fn(&ManifestDifference) -> &str| -> ArrayRef {
        Arc::new(
            differences.iter().map(|difference| Some(pick(difference))).collect::<StringArray>(),
        )
    };
    RecordBatch::try_from_iter([
        ("check", column(|difference| &difference.check)),
        ("place", column(|difference| &difference.place)),
        ("message", column(|difference| &difference.message)),
    ])
}
