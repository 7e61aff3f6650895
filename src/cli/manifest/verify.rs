//! `mammodex manifest verify`.

use std::path::PathBuf;
use std::sync::Arc;

use arrow::array::{ArrayRef, StringArray};
use arrow::record_batch::RecordBatch;
use clap::Args;

use super::super::output::OutputArgs;
use super::super::{CliFailure, ExitOutcome, GlobalArgs, SnapshotArgs, many, open};
use crate::manifest::verify::{self, ManifestDifference, ProvenanceRecord};

/// Check a manifest against the disk and the catalog.
///
/// What is checked stands in FILE.provenance.json: the manifest's own sum, the snapshot's tables,
/// the split, that no patient stands on two sides, that the query gives the same rows, and that
/// every file is there with the length that the catalog has, and the recorded SHA-256 where there is
/// one. A check that was stopped goes on where it was: FILE.verify keeps what is done.
///
/// What differs is listed, one row per difference; the exit code is then 1.
#[derive(Debug, Args)]
#[command(after_long_help = "Example:\n  mammodex manifest verify pilot.csv")]
pub struct ManifestVerifyArgs {
    /// The manifest: a file, or the folder of a format that has several.
    manifest: PathBuf,
    /// Where the data set lies now, when it was moved.
    #[arg(long, value_name = "DIR")]
    root: Option<PathBuf>,
    #[command(flatten)]
    output: OutputArgs,
}

pub(super) fn run(
    global: &GlobalArgs,
    request: &ManifestVerifyArgs,
) -> Result<ExitOutcome, CliFailure> {
    let account = ProvenanceRecord::read(&request.manifest)?;
    let snapshot = account.snapshot.id;
    let catalog = open(global, &SnapshotArgs { snapshot: Some(snapshot) })?;
    let verdict = verify::verify(&catalog, &request.manifest, &account, request.root.as_deref())?;
    if verdict.resumed > 0 {
        eprintln!("went on after {} that an earlier check had done", many(verdict.resumed, "file"));
    }
    let name = request.manifest.display();
    let (rows, files) = (many(verdict.rows, "row"), many(verdict.files, "file"));
    let wanted = request.output.format.is_some() || request.output.output.is_some();
    if !verdict.findings.is_empty() || wanted {
        request.output.write(&table(&verdict.findings)?)?;
    }
    if verdict.findings.is_empty() {
        eprintln!("{name}: {rows}, {files}, snapshot {snapshot}: all is as it was");
        return Ok(ExitOutcome::Done);
    }
    let differences = many(verdict.findings.len() as u64, "difference");
    eprintln!("{name}: {rows}, {files}, snapshot {snapshot}: {differences}");
    Ok(ExitOutcome::WithErrors)
}

fn table(findings: &[ManifestDifference]) -> Result<RecordBatch, arrow::error::ArrowError> {
    let column = |pick: fn(&ManifestDifference) -> &str| -> ArrayRef {
        Arc::new(findings.iter().map(|finding| Some(pick(finding))).collect::<StringArray>())
    };
    RecordBatch::try_from_iter([
        ("check", column(|finding| &finding.check)),
        ("place", column(|finding| &finding.place)),
        ("message", column(|finding| &finding.message)),
    ])
}
