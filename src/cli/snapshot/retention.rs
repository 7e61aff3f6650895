//! `mammodex snapshot restore`, `prune` and `verify`.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use clap::Args;

use super::super::context::CommandContext;
use super::super::outcome::{CliFailure, ExitOutcome};
use super::super::printer::note;
use crate::index::retention::{self, PruneMode};
use crate::manifest::verify::ProvenanceRecord;
use crate::mirror::MirrorError;
use crate::tables::snapshot;
use crate::text::counted;
use crate::{cohort, split};

/// Make an older snapshot the current one.
///
/// Its tables are checked first. Later snapshots stay; the next `mammodex index` publishes a new one
/// where its tables differ.
#[derive(Debug, Args)]
#[command(after_long_help = "Example:\n  mammodex snapshot restore 2")]
pub struct SnapshotRestoreArgs {
    /// Number of the snapshot.
    #[arg(value_name = "N")]
    id: u32,
}

/// Remove old snapshots.
///
/// The current snapshot stays. With --keep so do those that saved cohorts and splits were made on, and
/// those of manifests named here.
#[derive(Debug, Args)]
#[command(after_long_help = "Examples:\n  \
    mammodex snapshot prune --keep 3 --dry-run\n  \
    mammodex snapshot prune --damaged")]
pub struct SnapshotPruneArgs {
    /// Number of newest snapshots that are kept.
    #[arg(long, value_name = "N", required_unless_present = "damaged")]
    keep: Option<usize>,
    /// Remove those with a file that differs from its checksum, and no others.
    #[arg(long, conflicts_with_all = ["keep", "manifest"])]
    damaged: bool,
    /// Manifest whose snapshot is kept; may be given more than once.
    #[arg(long, value_name = "FILE")]
    manifest: Vec<PathBuf>,
    /// Only list what would be removed.
    #[arg(long)]
    dry_run: bool,
}

/// Compare the files of snapshots with their checksums.
///
/// The exit code is 1 where one differs.
#[derive(Debug, Args)]
#[command(after_long_help = "Example:\n  mammodex snapshot verify")]
pub struct SnapshotVerifyArgs {
    /// Number of the snapshot [default: all].
    #[arg(value_name = "N")]
    id: Option<u32>,
}

pub fn restore(
    context: &CommandContext,
    request: &SnapshotRestoreArgs,
) -> Result<ExitOutcome, CliFailure> {
    let description = retention::restore(&context.catalog, request.id)?;
    note!("snapshot {} is current in {}", description.id, context.shown_catalog().display());
    Ok(ExitOutcome::Done)
}

pub fn prune(
    context: &CommandContext,
    request: &SnapshotPruneArgs,
) -> Result<ExitOutcome, CliFailure> {
    if context.stored.is_some() {
        return Err(MirrorError::Prune.into());
    }
    let catalog = &context.catalog;
    let mode = if request.dry_run { PruneMode::DryRun } else { PruneMode::Remove };
    let pruned = match request.keep {
        None => retention::prune_damaged(catalog, mode)?,
        Some(keep) => retention::prune(catalog, keep, &needed(catalog, request)?, mode)?,
    };
    let verb = if request.dry_run { "would be removed" } else { "removed" };
    for snapshot in &pruned {
        note!("  snapshot {}: {}", snapshot.id, counted(snapshot.bytes, "byte"));
    }
    let bytes: u64 = pruned.iter().map(|snapshot| snapshot.bytes).sum();
    note!("{} {verb}, {}", counted(pruned.len() as u64, "snapshot"), counted(bytes, "byte"));
    Ok(ExitOutcome::Done)
}

/// The snapshots of saved cohorts, splits and the manifests of the request.
fn needed(catalog: &Path, request: &SnapshotPruneArgs) -> Result<BTreeSet<u32>, CliFailure> {
    let mut needed = BTreeSet::new();
    for cohort in cohort::list(catalog) {
        needed.insert(cohort?.snapshot);
    }
    for split in split::list(catalog) {
        needed.insert(split?.snapshot);
    }
    for manifest in &request.manifest {
        needed.insert(ProvenanceRecord::read(manifest)?.snapshot.id);
    }
    Ok(needed)
}

pub fn verify(
    context: &CommandContext,
    request: &SnapshotVerifyArgs,
) -> Result<ExitOutcome, CliFailure> {
    let ids = request.id.map_or_else(|| snapshot::ids(&context.catalog), |id| vec![id]);
    let mut outcome = ExitOutcome::Done;
    for id in ids {
        let damaged = retention::damaged_files(&context.catalog, id)?;
        if damaged.is_empty() {
            note!("snapshot {id}: every file matches its checksum");
        } else {
            note!("snapshot {id}: differs from its checksum: {}", damaged.join(", "));
            outcome = ExitOutcome::WithErrors;
        }
    }
    Ok(outcome)
}
