//! `mammodex export omop`.

use std::path::PathBuf;

use clap::{Args, ValueEnum, builder::PossibleValue};

use super::target::note_unfit;
use crate::cli::context::{CommandContext, SnapshotArgs};
use crate::cli::destination::{self, IfFileExists};
use crate::cli::outcome::{CliFailure, ExitOutcome};
use crate::cli::printer::{complain, note};
use crate::export::{self, OmopFormat, OmopSource};
use crate::text::counted;

impl ValueEnum for OmopFormat {
    fn value_variants<'a>() -> &'a [Self] {
        &[Self::Parquet, Self::Csv]
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        Some(PossibleValue::new(self.ending()))
    }
}

/// Write tables of the OMOP Common Data Model with its imaging extension.
///
/// Tables: person, observation_period, visit_occurrence, procedure_occurrence, condition_occurrence,
/// measurement and cdm_source of CDM 5.4, image_occurrence and image_feature of the Medical Imaging CDM, with
/// the columns of both in their order. A concept is given only where it is certain; others are 0 with the
/// source value beside them.
///
/// What the model has no room for is excluded and counted, such as patients without an age, since the
/// model requires a year of birth. The exit code is then 1.
#[derive(Debug, Args)]
#[command(after_long_help = "Examples:\n  \
    mammodex export omop cdm\n  \
    mammodex export omop cdm --format csv --snapshot 3\n  \
    mammodex export omop cdm --source source.toml")]
pub struct OmopArgs {
    /// Folder to create with one file per table.
    #[arg(value_name = "DIR")]
    folder: PathBuf,
    /// Format of the files.
    #[arg(long, value_enum, default_value_t = OmopFormat::Parquet)]
    format: OmopFormat,
    /// TOML file with what the catalog does not know of cdm_source: cdm_source_name, cdm_source_abbreviation,
    /// cdm_holder, cdm_release_date and vocabulary_version. Without it cdm_source has no row.
    #[arg(long, value_name = "FILE")]
    source: Option<PathBuf>,
    #[command(flatten)]
    at: SnapshotArgs,
}

/// Runs the command.
pub(super) fn run(context: &CommandContext, request: &OmopArgs) -> Result<ExitOutcome, CliFailure> {
    let folder = &request.folder;
    destination::check_place(context, folder, IfFileExists::Fail)?;
    let source = request.source.as_deref().map(OmopSource::read).transpose()?;
    let catalog = context.open(&request.at)?;
    let report = export::write_omop(&catalog, folder, request.format, source.as_ref())?;
    note_unfit(&catalog);
    let rows = report.tables.iter().map(|(table, rows)| format!("{table} {rows}"));
    note!("{}: {}", folder.display(), rows.collect::<Vec<_>>().join(", "));
    if source.is_none() {
        note!("cdm_source has no row: name a file of its values as --source");
    }
    for (exclusion, count) in &report.exclusions {
        note!("excluded: {} {}", counted(*count, &exclusion.noun), exclusion.reason);
    }
    for (column, texts) in &report.long_texts {
        complain(&format!("{column}: {} longer than the model allows", counted(*texts, "text")));
    }
    let is_whole = report.exclusions.is_empty() && report.long_texts.is_empty();
    Ok(if is_whole { ExitOutcome::Done } else { ExitOutcome::WithErrors })
}
